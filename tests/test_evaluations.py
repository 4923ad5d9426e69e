"""docs/evaluations.md: its counts are those of small sizes counted again, and it says how they
grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import script

DOCS = Path(__file__).parents[1] / "docs"


TABLE = script("evaluations")
SMALL = (10, 100)
KNOWN = {
    "forward": [11, 101],
    "central": [20, 200],
    "complex-step": [10, 100],
    "dual": [10, 100],
    "tape": [1, 1],
}


def test_the_counts_are_those_of_the_theory() -> None:
    assert TABLE.counts(SMALL) == KNOWN
    assert [TABLE.hessian_products(n) for n in SMALL] == [3, 3]


def test_the_page_has_these_counts_and_their_growth() -> None:
    lines = (DOCS / "evaluations.md").read_text(encoding="utf-8").splitlines()
    rows = {
        line.split("`")[1]: [cell.strip() for cell in line.strip("|").split("|")[1:]]
        for line in lines
        if "(`" in line
    }
    for name, counts in KNOWN.items():
        assert rows[name][:2] == [str(c) for c in counts]
        growth = rows[name][-1]
        assert (
            growth == "constant"
            if name == "tape"
            else float(growth.removeprefix("n^")) == pytest.approx(1, abs=0.05)
        )
    assert rows["hessian"] == ["3", "3", "3", "3", "constant"]


def test_the_growth_of_a_known_power() -> None:
    sizes = (10, 100, 1000)
    assert TABLE.growth([n**2 for n in sizes], sizes) == pytest.approx(2)
