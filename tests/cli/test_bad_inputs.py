"""Bad and hostile command lines are refused in one message, or answered, and do no harm."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runner import run
from tests.conftest import rows

CODES = {"error": {1, 2}, "answer": {0}, "either": {0, 1, 2}}


def arguments(case: dict[str, Any]) -> list[str]:
    """The command line of a case."""
    line = list(case["argv"])
    if "repeat" in case:
        index, left, middle, right, times = case["repeat"]
        line[index] = left * times + middle + right * times
    return line


@pytest.mark.parametrize("case", rows("bad_inputs"), ids=lambda case: case["id"])
def test_a_bad_command_line_does_no_harm(case: dict[str, Any], tmp_path: Path) -> None:
    folders, files = case.get("dirs", []), case.get("makes", [])
    for name in folders:
        (tmp_path / name).mkdir()
    done = run(*arguments(case), cwd=tmp_path)
    both = done.stdout + done.stderr
    assert done.returncode in CODES[case["must"]]
    assert done.stderr or done.returncode == 0
    assert "internal error" not in both
    assert "\x1b" not in both
    spoken = " ".join(both.lower().split())
    assert all(words.lower() in spoken for words in case.get("contains", []))
    assert sorted(os.listdir(tmp_path)) == sorted([*folders, *files])
    assert all((tmp_path / name).stat().st_size > 0 for name in files)
