"""The finding: as the temperature falls softmax's Jacobian tends to argmax's, which is 0, everywhere but at a tie."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_argmax_teaches_nothing(report: Callable[[str], Report]) -> None:
    assert report("softmax").facts["hard"] == 0


def test_softmax_tends_to_it(report: Callable[[str], Report]) -> None:
    """p(1 − p)/T ~ e^(−Δ/T)/T, which is 10⁻⁶ at T = 0.0605 for Δ = 1."""
    facts = report("softmax").facts
    assert facts["close"] < 1.1
    assert facts["blind"] == pytest.approx(0.0605, rel=0.2)
    assert facts["shares"][0] < 0.3 < 0.9 < max(facts["shares"])


def test_but_at_a_tie(report: Callable[[str], Report]) -> None:
    assert report("softmax").facts["law"] == pytest.approx(-1, abs=1e-6)


def test_the_backends(report: Callable[[str], Report]) -> None:
    facts = report("softmax").facts
    assert facts["exact"] < 1e-14
    assert 1e-10 < facts["forward"] < 1e-6
