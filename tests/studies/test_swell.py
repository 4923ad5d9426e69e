"""The finding: the formula grows like n²·2ⁿ, dual numbers and the tape linearly (Baydin et al.,
JMLR 18, 2018, table 1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_the_formula_swells(report: Callable[[str], Report]) -> None:
    """fₙ = 4ⁿ·x·(1 − x)·(1 − f₁)⋯(1 − fₙ₋₁) has some 2ⁿ operations; its derivative has a term for
    each of its n factors, and each of these terms the derivative of an earlier fₖ in it: n²·2ⁿ."""
    facts = report("swell").facts
    assert facts["last"] >= 5
    for n, size in facts["sizes"].items():
        assert n == 1 or size == 2**n * (5 * n**2 + 15 * n - 8) // 8
    assert facts["off"] < 1e-12


def test_the_engines_do_not(report: Callable[[str], Report]) -> None:
    facts = report("swell").facts
    assert list(facts["powers"].values()) == pytest.approx([1, 1], abs=0.1)
    assert facts["digits"] > 13
