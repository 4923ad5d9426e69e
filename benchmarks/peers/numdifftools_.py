"""numdifftools: differences with adaptive steps and an estimate of the error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numdifftools as nd
import numpy as np

from benchmarks.numbers import Workload, few
from benchmarks.numbers import call as slope_work

NAME, PACKAGE = "numdifftools", "numdifftools"
Run = Callable[[], Any]


def threads() -> str:
    return "1"


def call(work: Workload) -> Run:
    f, x = nd.Derivative(partial(work.formula, np)), work.values[0]
    return lambda: f(x)


def gradient(work: Workload) -> Run:
    f, x = nd.Gradient(lambda x: work.formula(np, x, *work.data)), few(work)
    return lambda: f(x)


def estimate(text: str, at: str) -> Run:
    """f′ and the estimate of its error."""
    work = slope_work()
    f, x = nd.Derivative(partial(work.formula, np), full_output=True), float(at)
    return lambda: f(x)[0]
