"""jacobi: central differences, Ridders' way, with an estimate of the error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jacobi
import numpy as np

from benchmarks.numbers import Workload, few
from benchmarks.numbers import call as slope_work

NAME, PACKAGE = "jacobi", "jacobi"
Run = Callable[[], Any]


def threads() -> str:
    return "1"


def call(work: Workload) -> Run:
    f, x = partial(work.formula, np), work.values[0]
    return lambda: jacobi.jacobi(f, x)[0]


def gradient(work: Workload) -> Run:
    x = few(work)
    return lambda: jacobi.jacobi(lambda x: work.formula(np, x, *work.data), x)[0]


def estimate(text: str, at: str) -> Run:
    """f′ and the estimate of its error."""
    return call(slope_work())
