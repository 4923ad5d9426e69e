"""The finding: as the temperature falls softmax's Jacobian tends to argmax's, which is 0,
everywhere but at a tie."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffcmp import Report


def test_argmax_teaches_nothing(report: Callable[[str], Report]) -> None:
    assert report("softmax").facts["hard"] == 0


def test_softmax_tends_to_it(report: Callable[[str], Report]) -> None:
    """p(1 − p)/T ~ e^(−Δ/T)/T, which is 10⁻⁶ at T = 0.060145 for Δ = 1."""
    facts = report("softmax").facts
    assert facts["close"] < 1e-3
    assert facts["blind"] == pytest.approx(0.060145, abs=1e-6)
    assert facts["shares"][0] < 0.3 < 0.9 < max(facts["shares"])


def test_but_at_a_tie(report: Callable[[str], Report]) -> None:
    assert report("softmax").facts["law"] == pytest.approx(-1, abs=1e-6)


def test_the_backends(report: Callable[[str], Report]) -> None:
    """p(1 − p) as p + (−p²) cancels as p tends to 1, in complex arithmetic too; a difference of f
    loses f's last digits."""
    errors = report("softmax").facts["errors"]
    assert all(max(errors[name]) < 1e-14 for name in ("dual", "tape"))
    assert errors["complex-step"][0] < 1e-14 < 1e-4 < errors["complex-step"][1]
    assert 1e-10 < errors["forward"][0] < 1e-6
