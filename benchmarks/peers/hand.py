"""Derivatives written by hand: `math` for one number, NumPy for arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.numbers import Workload

NAME, PACKAGE = "by hand", "numpy"
Run = Callable[[], Any]


def threads() -> str:
    return "1 (BLAS: 2)"


def _kind(kind: str) -> Callable[[Workload], Run]:
    def prepare(work: Workload) -> Run:
        f, values = (
            work.by_hand[kind],
            (*work.values, *work.data, *((work.v,) if kind == "hvp" else ())),
        )
        return lambda: f(*values)

    return prepare


call, gradient, hessian, hvp, sparse, function = map(
    _kind, ("call", "gradient", "hessian", "hvp", "sparse", "function")
)
