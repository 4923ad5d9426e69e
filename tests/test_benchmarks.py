"""The benchmarks' expressions, their formulas and their derivatives by hand are one function each;
no other library needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import compare, numbers, tables, workloads
from benchmarks.agreement import distance, tolerated
from benchmarks.limits import LIMITS
from benchmarks.measure import measured
from benchmarks.peers import diffcmp_
from benchmarks.rows import Row, all_rows
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
    assert (
        distance(getattr(diffcmp_, kind)(work)(), work.by_hand[kind](*work.values, *extra)) < 1e-12
    )


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
    ends = [
        work.formula(
            np, *(x + k * h * d for x, d in zip(work.values, along, strict=True)), *work.data
        )
        for k in (1, -1)
    ]
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
    assert (
        tables.cell({"fault": "", "seconds": 2.0, "to_base": {"median": 4.0}, "wrong": True}, False)
        == "4.00 ✗"
    )


FOUND = {
    "date": "2026-11-25", "machine": "this", "python": "3.11", "commit": "abc", "unset": ["OPENBLAS_CORETYPE=Haswell"],
    "load_before": [0, 0, 0], "load": [1, 1, 1], "first": [],
    "libraries": [{"file": f, "name": f, "version": "1", "fault": "", "threads": "1"} for f in ("hand", "diffcmp_", "jax_")],
    "rows": [{
        "row": {"name": "GradBench hello", "base": "hand", "kind": "call", "workload": "hello", "size": None,
                "targets": {"jax_": 0.1}, "jit_targets": {"jax_": 1.0}},
        "cells": {file: {"fault": "", "seconds": 1.0, "fastest": 1.0, "wrong": False,
                         "to_base": {"median": 2.0, "low": 2.0, "high": 2.0},
                         "diffcmp_to_it": {"median": 0.05, "low": 0.04, "high": 0.06},
                         "jit_to_it": {"median": 1.5, "low": 1.4, "high": 1.6}} for file in ("hand", "diffcmp_", "jax_")},
    }],
}  # fmt: skip


def test_tables_are_put_into_a_page() -> None:
    page = (
        "\n".join(
            f"before {name}\n<!-- peers: {name} -->\nold\n<!-- /peers -->"
            for name in tables.sections(FOUND)
        )
        + "\nend\n"
    )
    made = tables.replaced(page, FOUND)
    assert "old" not in made
    assert made.endswith("<!-- /peers -->\nend\n")
    assert "set aside: OPENBLAS_CORETYPE=Haswell" in made
    assert "| GradBench hello | 1.00 s | 2.00 | 2.00 | a call, and" in made
    assert "| GradBench hello | jax_ | 0.05 | 0.04–0.06 | 0.1 | met |" in made
    assert (
        "| diffcmp, jit: GradBench hello | jax_ | 1.50 | 1.40–1.60 | 1 | missed by 1.50 × |" in made
    )
    assert tables.replaced(made, FOUND) == made


def test_a_page_without_a_place_for_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="peers: columns"):
        tables.replaced("nothing", FOUND)


def test_the_page_of_the_documentation_has_a_place_for_every_table() -> None:
    tables.replaced((Path(__file__).parents[1] / "docs" / "performance.md").read_text(), FOUND)


def test_what_limits_a_row_is_said_of_rows_that_there_are() -> None:
    names = {row.name for row in all_rows(10**6)}
    assert names >= set(LIMITS)
    assert {
        row.name for row in all_rows(10**6) if row.base == "hand" and row.kind != "function"
    } == set(LIMITS)


def test_variables_that_steer_libraries_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = {"OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "1", "HOME": "/"}
    monkeypatch.setattr(os, "environ", shell)
    assert compare.set_aside() == ["OMP_NUM_THREADS=1", "OPENBLAS_CORETYPE=Haswell"]
    assert shell == {"HOME": "/"}
