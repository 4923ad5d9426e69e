"""Whole commands, against importing the libraries that a comparison with sympy cannot do
without."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

GROUP = "whole command"
RUN = "from diffcmp.cli import main; main()"


def call(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)


@pytest.mark.benchmark(group=GROUP, min_rounds=9)
def test_import_numpy_sympy_click_rich(benchmark: Any) -> None:
    benchmark.extra_info["baseline"] = True
    benchmark(call, "-c", "import numpy, sympy, click, rich")


@pytest.mark.benchmark(group=GROUP, min_rounds=9)
@pytest.mark.parametrize(
    ("name", "arguments", "target"),
    [
        ("grad, all backends", ["grad", "sin(x)", "--at", "1"], "target 1.60"),
        ("grad, dual only", ["grad", "sin(x)", "--at", "1", "--backend", "dual"], ""),
        ("help", ["--help"], ""),
    ],
)
def test_command(benchmark: Any, name: str, arguments: list[str], target: str) -> None:
    benchmark.extra_info["target"] = target
    benchmark(call, "-c", RUN, *arguments)
