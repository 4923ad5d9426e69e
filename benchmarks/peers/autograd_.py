"""autograd (HIPS): NumPy, traced anew at each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp

from benchmarks.numbers import Workload

NAME, PACKAGE = "autograd", "autograd"
Run = Callable[[], Any]


def threads() -> str:
    return "1 (BLAS: 2)"


def _of(work: Workload) -> Callable[..., Any]:
    return lambda *x: work.formula(anp, *x, *work.data)


def call(work: Workload) -> Run:
    f, x = autograd.grad(_of(work)), work.values[0]
    return lambda: f(x)


def gradient(work: Workload) -> Run:
    which = tuple(range(len(work.values))) if len(work.values) > 1 else 0
    f, values = autograd.grad(_of(work), which), work.values
    return lambda: f(*values)


def hessian(work: Workload) -> Run:
    f, x = autograd.hessian(_of(work)), work.values[0]
    return lambda: f(x)


def hvp(work: Workload) -> Run:
    f, x = autograd.hessian_vector_product(_of(work)), work.values[0]
    return lambda: f(x, work.v)
