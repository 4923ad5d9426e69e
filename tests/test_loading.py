"""Public names are loaded when they are first used (in threads: `stress/test_threads.py`)."""

from __future__ import annotations

import subprocess
import sys

LIGHT = """
import sys
import diffcmp
diffcmp.InputError
sys.exit(", ".join({"threading", "numpy", "flint", "diffcmp.primitives"} & {*sys.modules}) or 0)
"""


def _refused(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr


def test_importing_the_package_costs_nothing() -> None:
    assert _refused(LIGHT) == ""
