"""The finding: the best ε loses half of the digits of a value, two thirds or more of a derivative,
and suits one function only."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from diffcmp import Report

FULL = 53 * math.log10(2)


def test_the_best_epsilon_loses_what_theory_says(report: Callable[[str], Report]) -> None:
    """ε + u/ε is least at √u; ε + u/ε² at u^(1/3); ε + u/ε³, for a double root, at u^(1/4)."""
    facts = report("epsilon-hack").facts
    for name, lost in facts["lost"].items():
        share = 3 / 4 if "cos" in name else 2 / 3
        assert lost == pytest.approx(share * FULL, abs=1)
    assert set(map(round, facts["value_lost"].values())) <= {7, 8}


def test_no_epsilon_serves_two_functions(report: Callable[[str], Report]) -> None:
    assert report("epsilon-hack").facts["handicap"] > 3


def test_an_epsilon_on_the_divisor_is_wrong_at_the_root(report: Callable[[str], Report]) -> None:
    facts = report("epsilon-hack").facts
    assert facts["divisor"] == 1
    assert facts["bias"] == pytest.approx(8, abs=1)


def test_the_engine_needs_no_epsilon(report: Callable[[str], Report]) -> None:
    assert report("epsilon-hack").facts["kept"] > 14
