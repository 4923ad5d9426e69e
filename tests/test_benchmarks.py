"""The benchmarks' expressions, their formulas and their derivatives by hand are one function each; no other library needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks import numbers, tables, workloads
from benchmarks.agreement import distance, tolerated
from benchmarks.measure import measured
from benchmarks.peers import diffcmp_
from benchmarks.rows import Row
from benchmarks.worker import Answer, Introduction


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


@pytest.mark.parametrize("work", [numbers.call(), numbers.hello()], ids=lambda work: work.name)
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


@pytest.mark.parametrize(("found", "expected", "far"), [
    (np.array([1.0, 2.1]), np.array([1.0, 2.0]), 0.05),
    (np.array([1.0, np.nan]), np.array([1.0, 2.0]), np.inf),
    (np.array([1.0]), np.array([1.0, 2.0]), np.inf),
    ((1.0, np.array([2.0])), (1.0, np.array([2.0])), 0.0),
    ("1.0000000000000000000000000001", "1.0000000000000000000000000000", 1e-28),
])  # fmt: skip
def test_distance(found: Any, expected: Any, far: float) -> None:
    assert distance(found, expected) == pytest.approx(far)


def test_a_string_must_agree_to_its_digits() -> None:
    assert tolerated("1." + "0" * 29) == pytest.approx(1e-28)


class Told:
    """A worker with one answer, which costs it so many seconds."""

    alive = True

    def __init__(self, file: str, value: float, seconds: float) -> None:
        self.about, self.value, self.seconds = Introduction(file, file), value, seconds

    def prepare(self, row: Row) -> Answer:
        return Answer(self.value, self.seconds, self.seconds)

    def time(self, calls: int) -> float:
        return self.seconds


def test_a_wrong_answer_is_marked() -> None:
    workers: Any = [Told("hand", 1.0, 0.5), Told("diffcmp_", 1.0, 1.0), Told("jax_", 1.1, 2.0)]
    cells = measured(Row("row", "call"), workers, 3).cells
    assert not cells["diffcmp_"].wrong
    assert cells["jax_"].wrong
    assert cells["jax_"].diffcmp_to_it is not None
    assert cells["jax_"].diffcmp_to_it.median == 0.5
    assert tables.cell({"fault": "", "seconds": 2.0, "to_base": {"median": 4.0}, "wrong": True}, False) == "4.00 ✗"
