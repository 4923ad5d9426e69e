"""The derivatives by hand as loops that numba compiles: one thread, no fast-math."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from benchmarks import numbers
from benchmarks.numbers import Workload

NAME, PACKAGE = "numba by hand", "numba"
Run = Callable[[], Any]


def threads() -> str:
    return "1"


_slope = njit(numbers.slope)


@njit
def _slopes(x: Any) -> Any:
    out = np.empty_like(x)
    for i in range(len(x)):
        s, c = math.sin(x[i]), math.cos(x[i])
        g = s * s * s + c * c * c
        out[i] = math.exp(x[i]) * (g - 1.5 * s * c * (s - c)) / (g * math.sqrt(g))
    return out


@njit
def _rosenbrock(x: Any) -> Any:
    out = np.zeros_like(x)
    for i in range(len(x) - 1):
        inner = x[i + 1] - x[i] * x[i]
        out[i] += -400.0 * inner * x[i] - 2.0 * (1.0 - x[i])
        out[i + 1] = 200.0 * inner
    return out


def call(work: Workload) -> Run:
    if work.name != "slope":
        raise NotImplementedError
    x = work.values[0]
    return lambda: _slope(x)


def gradient(work: Workload) -> Run:
    loops = {"slopes": _slopes, "rosenbrock": _rosenbrock}
    if work.name not in loops:
        raise NotImplementedError
    f, x = loops[work.name], work.values[0]
    return lambda: f(x)
