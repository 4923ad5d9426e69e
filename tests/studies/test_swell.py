"""The finding: the formula grows geometrically, dual numbers and the tape linearly (Baydin et al., JMLR 18, 2018, table 1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_the_formula_swells(report: Callable[[str], Report]) -> None:
    facts = report("swell").facts
    assert facts["factor"] > 1.8
    assert facts["last"] >= 5


def test_the_engines_do_not(report: Callable[[str], Report]) -> None:
    facts = report("swell").facts
    assert list(facts["powers"].values()) == pytest.approx([1, 1], abs=0.1)
    assert facts["digits"] > 13
