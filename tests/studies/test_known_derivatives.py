"""The finding: with the derivative inside all digits are there, where the textbook's formula has
none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_inside_it_keeps_its_digits(report: Callable[[str], Report]) -> None:
    assert min(report("known-derivatives").facts["known_worst"].values()) > 14.5


def test_the_formula_overflows_or_cancels(report: Callable[[str], Report]) -> None:
    """exp(x) overflows beyond 709.8, some 3.8 % of the way from -768 to 768."""
    facts = report("known-derivatives").facts
    assert facts["failing"]["softplus"] == pytest.approx(0.04, abs=0.01)
    assert facts["failing"]["tanh"] > 0.4
    assert facts["failing"]["sinc"] > 0.2
    assert max(facts["naive_worst"].values()) < 1
