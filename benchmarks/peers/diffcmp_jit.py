"""diffcmp with `jit=True`: loops that numba compiles, on long arrays."""

from __future__ import annotations

import numba  # noqa: F401  # without it there is no such column

import diffcmp
from benchmarks.numbers import Workload
from benchmarks.peers import diffcmp_
from benchmarks.peers.diffcmp_ import Run

NAME, PACKAGE = "diffcmp, jit", "diffcmp"
threads = diffcmp_.threads


def gradient(work: Workload) -> Run:
    if work.name not in (
        "slopes",
        "rosenbrock",
    ):  # the others have no long arrays, so that nothing is compiled
        raise NotImplementedError
    f, x = diffcmp.gradient(work.text, jit=True), work.values[0]
    return lambda: f(x)
