"""diffcmp by its public functions, from the text of the function."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import diffcmp
from benchmarks.numbers import Workload

NAME, PACKAGE = "diffcmp", "diffcmp"
Run = Callable[[], Any]


def threads() -> str:
    return str(min(os.cpu_count() or 1, 4))


def call(work: Workload) -> Run:
    slope, x = diffcmp.derivative(work.text), work.values[0]
    return lambda: slope(x)


def gradient(work: Workload) -> Run:
    f = diffcmp.gradient(work.text, wrt=tuple(work.inputs))
    named = {**work.inputs, **work.text_inputs}
    values = [named[name] for name in f.names]
    return lambda: f(*values)


def hessian(work: Workload) -> Run:
    f, x = diffcmp.hessian(work.text), work.values[0]
    return lambda: f(x)


def sparse(work: Workload) -> Run:
    f, x = diffcmp.hessian(work.text, sparse=True), work.values[0]
    return lambda: f(x)


def hvp(work: Workload) -> Run:
    f, x = diffcmp.hvp(work.text), work.values[0]
    return lambda: f(x, work.v)


def truth(text: str | diffcmp.Program, at: str, digits: int) -> Run:
    """The certified derivative as a decimal string."""
    return lambda: diffcmp.certify(text, at, digits=digits).along["x"].derivative.text(digits)


def parsed_truth(text: str, at: str, digits: int) -> Run:
    """The certified derivative of a Program, whose text was parsed before."""
    return truth(diffcmp.parse(text), at, digits)


def estimate(text: str, at: str) -> Run:
    """A derivative with a bound of its error: here the certified one."""
    return lambda: float(diffcmp.certify(text, at, digits=16).along["x"].derivative.text(17))


def compare(text: str, at: str, backends: Sequence[str]) -> Run:
    return lambda: diffcmp.compare(text, at, backends=backends).rows[-1].derivative["x"]


def sweep(text: str, at: str, methods: Sequence[str], per_decade: int) -> Run:
    """Every step's truncation error: one of the three parts that a sweep computes."""

    def run() -> list[float]:
        found = diffcmp.sweep(text, at, backends=methods, per_decade=per_decade)
        return [
            float(row.truncation)
            for series in found.series
            for row in sorted(series.rows, key=lambda row: row.h)
        ]

    return run
