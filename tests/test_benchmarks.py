"""The benchmarks' expressions, their formulas and their derivatives by hand are one function each; no other library needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import diffcmp
from benchmarks import workloads
from benchmarks.agreement import distance
from benchmarks.peers import diffcmp_


@pytest.mark.parametrize("work", [
    workloads.points(7), workloads.rosenbrock(6), workloads.llsq(4, 3), workloads.lse(9), workloads.ode(4, 5),
    workloads.gmm(11, 3),
], ids=lambda work: work.name)  # fmt: skip
def test_gradient_by_hand(work: Any) -> None:
    hand = work.by_hand["gradient"](*work.values, *work.data)
    assert distance(diffcmp_.gradient(work)(), hand) < 1e-12


@pytest.mark.parametrize("kind", ["hessian", "hvp", "sparse"])
def test_second_order_by_hand(kind: str) -> None:
    work = workloads.rosenbrock(6)
    extra = (work.v,) if kind == "hvp" else ()
    assert distance(getattr(diffcmp_, kind)(work)(), work.by_hand[kind](*work.values, *extra)) < 1e-12


@pytest.mark.parametrize("work", [workloads.call(), workloads.hello()], ids=lambda work: work.name)
def test_call_by_hand(work: Any) -> None:
    assert diffcmp_.call(work)() == pytest.approx(work.by_hand["call"](*work.values), rel=1e-14)


@pytest.mark.parametrize("work", [
    workloads.points(7), workloads.rosenbrock(6), workloads.llsq(4, 3), workloads.lse(9), workloads.ode(4, 5),
    workloads.gmm(11, 3),
], ids=lambda work: work.name)  # fmt: skip
def test_formula_is_the_text(work: Any) -> None:
    along = [np.random.default_rng(1).normal(size=np.shape(x)) for x in work.values]
    h = 1e-6
    ends = [work.formula(np, *(x + k * h * d for x, d in zip(work.values, along, strict=True)), *work.data) for k in (1, -1)]
    found = diffcmp_.gradient(work)()
    parts = found if isinstance(found, tuple) else (found,)
    expected = sum(np.sum(g * d) for g, d in zip(parts, along, strict=True))
    assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(expected, rel=1e-6)


def test_a_wrong_answer_is_told() -> None:
    assert distance(np.array([1.0, 2.1]), np.array([1.0, 2.0])) == pytest.approx(0.05)
    assert distance(np.array([1.0, np.nan]), np.array([1.0, 2.0])) == np.inf
    assert distance("1.234567890123456789012345678902", "1.234567890123456789012345678901") < 1e-29
    assert diffcmp.__version__
