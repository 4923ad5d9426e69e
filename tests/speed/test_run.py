"""The suites and the checks: every answer is held against the truth, and one that is wrong is
seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
import pytest

from diffcmp import InputError, bench, sweep
from diffcmp.errors import Fault
from diffcmp.notes import Note
from diffcmp.speed import by_hand, suites, whole
from diffcmp.speed.record import Spread
from diffcmp.speed.run import SUITES, measured, selection
from diffcmp.speed.stored import Stored
from diffcmp.speed.suites import Asked
from diffcmp.speed.timing import QUICK
from diffcmp.speed.work import Certified, Method, Work


def hasty() -> Callable[[], float]:
    """A clock on which every reading is an hour later: each thing is timed as seldom as can be."""
    ticks = count(0, 3600)
    return lambda: float(next(ticks))


def test_every_suite_answers_rightly() -> None:
    """But `startup`, which takes its time, and is next."""
    found = bench([name for name in SUITES if name != "startup"], quick=True, clock=hasty())
    assert [row for row in found.rows if row.wrong] == []
    assert [row for row in found.rows if row.remarks] == []
    assert {row.suite for row in found.rows} == set(SUITES) - {"startup"}
    assert all(row.ratio is not None and row.repeats == QUICK.fewest for row in found.rows)
    unchecked = {row.method for row in found.rows if row.digits is None}
    assert unchecked == {"f, NumPy", "∇f by hand, NumPy", "estimates alone, math"}


def test_new_processes_answer_rightly() -> None:
    for work in whole.startup(Asked(True)):
        check, method = work.truth(), work.methods[-1]
        assert check is not None
        assert check.digits(method.prepare()()) >= method.enough


@pytest.mark.parametrize(("answer", "digits"), [
    (2.0, 15.95), (2.0 + 2e-8, 8.0), (-2.0, 0.0), (math.nan, 0.0), (math.inf, 0.0), ([2.0, 2.0], 0.0),
])  # fmt: skip
def test_a_number_against_a_certified_one(answer: Any, digits: float) -> None:
    assert Certified({0: Fraction(2)}).digits(answer) == pytest.approx(digits, abs=0.01)


@pytest.mark.parametrize(("change", "digits"), [
    ({}, 15.95),
    ({0: 1e-6}, 8.0),          # at a certified place: over the largest, 100
    ({1: 1e-6}, 8.0),          # elsewhere: over the largest of the model
    ({1: math.nan}, 0.0),
])  # fmt: skip
def test_many_numbers_against_some_certified_ones(change: dict[int, float], digits: float) -> None:
    model = np.array([1.0, 2.0, 100.0])
    answer = model.copy()
    for i, by in change.items():
        answer[i] += by
    check = Certified({0: Fraction(1), 2: Fraction(100)}, 3)
    assert check.digits(model) == pytest.approx(15.95, abs=0.01)
    assert check.digits(answer, model) == pytest.approx(digits, abs=0.01)


def rows_of(*methods: Method) -> list[Any]:
    return list(
        measured(Work("own", "2", methods, lambda: Certified({0: Fraction(2)})), QUICK, hasty())
    )


def test_a_wrong_answer_is_a_row_with_a_note_and_is_not_timed() -> None:
    right, wrong = rows_of(
        Method("right", lambda: lambda: 2.0), Method("wrong", lambda: lambda: 2.1)
    )
    assert (right.wrong, right.remarks) == (False, ())
    assert (wrong.wrong, wrong.ratio, wrong.seconds) == (True, None, None)
    assert [remark.note for remark in wrong.remarks] == [Note.UNTIMED]


def test_a_rough_method_is_held_against_what_it_can_do() -> None:
    (rough,) = rows_of(Method("rough", lambda: lambda: 2.0 + 1e-7, enough=4.0))
    assert not rough.wrong


def test_a_method_that_breaks_hides_no_other() -> None:
    found = rows_of(
        Method("a", lambda: lambda: 2.0),
        Method("b", lambda: lambda: 1 // 0),
        Method("c", lambda: lambda: 2.0),
    )
    assert [row.wrong for row in found] == [False, True, False]
    assert "ZeroDivisionError" in str(found[1].remarks[0])


def test_without_its_baseline_a_method_has_a_time_but_no_ratio() -> None:
    def missing() -> Any:
        raise InputError(Fault.EXTRA, what="this", package="that", extra="dev")

    gone, here = rows_of(Method("gone", missing), Method("here", lambda: lambda: 2.0))
    assert (gone.wrong, gone.remarks[0].note) == (False, Note.UNABLE)
    assert (here.ratio, here.digits) == (None, pytest.approx(15.95, abs=0.01))
    assert here.seconds is not None


@pytest.mark.parametrize(("expr", "at", "backends", "rows"), [
    ("sin(x)/x", 1.5, None, 12), ("x*y", {"x": 1, "y": 2}, ["dual", "tape"], 2), ("sum(x**3)", [1, 2, 3], ["tape", "central"], 2),
    ("sum(x**3)*t", {"x": [1] * 70, "t": 2}, None, 2), ("sum(x)", [1] * 1100, None, 1),
])  # fmt: skip
def test_an_expression_of_ones_own(
    expr: str, at: Any, backends: list[str] | None, rows: int
) -> None:
    found = bench(["expr", expr], at, backends=backends, quick=True, clock=hasty())
    assert len(found.rows) == rows + 1
    assert found.rows[0].method == "f itself"
    assert found.wrong == 0
    assert all(row.digits is not None for row in found.rows[1:])


def test_a_method_that_fails_at_the_point_is_wrong() -> None:
    found = bench(
        ["expr", "(t**2-4)/(t-2)"],
        2,
        backends=["complex-step", "dual", "dual-lhopital"],
        quick=True,
        clock=hasty(),
    )
    assert {row.method: row.wrong for row in found.rows} == {
        "f itself": False, "complex-step": True, "dual": True, "dual-lhopital": False,
    }  # fmt: skip


def test_where_there_is_no_derivative_nothing_is_claimed() -> None:
    (_, row) = bench(["expr", "abs(x)"], 0, backends=["dual"], quick=True, clock=hasty()).rows
    assert (row.digits, row.wrong, row.remarks[0].note) == (None, False, Note.UNDECIDED)


@pytest.mark.parametrize(("wanted", "names", "expr"), [
    ([], list(SUITES), None), (["batch", "scalar", "batch"], ["batch", "scalar"], None), (["expr", "expr"], ["expr"], "expr"),
    (["expr", "x", "scalar"], ["expr", "scalar"], "x"),
])  # fmt: skip
def test_selection(wanted: list[str], names: list[str], expr: str | None) -> None:
    assert selection(wanted) == (names, expr)


def test_only_the_backends_that_were_asked_for() -> None:
    found = bench(["scalar", "gradient"], backends=["tape"], quick=True, clock=hasty())
    assert {row.method for row in found.rows} == {
        "by hand, math",
        "f, NumPy",
        "∇f by hand, NumPy",
        "tape",
    }


def test_the_truth_of_a_part_is_that_of_the_whole() -> None:
    """Components of Rosenbrock's gradient and Hessian are certified on their neighbours alone."""
    x = np.linspace(-1.2, 1.3, 12)
    check = suites.rosenbrock_truth(x)
    assert sorted(check.values)[0] == 0
    assert sorted(check.values)[-1] == 11
    step = 1e-6
    for i, true in check.values.items():
        e = step * (np.arange(12) == i)
        assert float(true) == pytest.approx(
            (by_hand.rosenbrock(x + e) - by_hand.rosenbrock(x - e)) / (2 * step), rel=1e-6
        )


def test_the_sum_of_a_sparse_hessian_tells_of_entries_elsewhere() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    right = by_hand.rosenbrock_sparse(np.linspace(0, 1, 6))
    extra = sparse.csr_array(([7.0], ([0], [5])), shape=(6, 6))
    assert not np.array_equal(suites._bands(right), suites._bands(right + extra))


def test_a_sweep_implies_the_derivative_that_it_was_held_against() -> None:
    found = sweep("x**2", 3, backends=["central"], per_decade=1)
    assert {round(Fraction(text), 15) for text in whole.implied(found)} == {6}


class Disturbed:
    """A suite whose method costs `costs[k]` seconds the k-th time that it is measured, its baseline
    1."""

    def __init__(self, *costs: float) -> None:
        self.now, self.costs = 0.0, iter(costs)

    def clock(self) -> float:
        return self.now

    def suite(self, asked: Asked) -> Iterator[Work]:
        def taking(seconds: float) -> Callable[[], float]:
            def call() -> float:
                self.now += seconds
                return 2.0

            return call

        methods = (
            Method("by hand", lambda: taking(1.0)),
            Method("dual", lambda: taking(next(self.costs))),
        )
        yield Work("own", "2", methods, lambda: Certified({0: Fraction(2)}))


@pytest.mark.parametrize(("costs", "found"), [
    ([2.0], "same"), ([3.0, 2.0], "same"), ([3.0, 3.1], "worse"), ([3.0, 1.0], "better"), ([1.0], "better"),
])  # fmt: skip
def test_what_looks_worse_is_timed_once_more(
    costs: list[float], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Disturbed(*costs)
    monkeypatch.setitem(SUITES, "own", made.suite)
    before = Stored("b.json", {("own", "2", "dual"): Spread(2.0, 1.9, 2.1)})
    against = bench(["own"], before=before, quick=True, clock=made.clock).against
    assert against is not None
    assert [change.outcome for change in against.changes] == [found]
    assert next(made.costs, None) is None
