"""Derivatives of digamma far to the left: right, and at once."""

from __future__ import annotations

import time

import mpmath
import pytest
from flint import acb, fmpq

from diffcmp import certify
from diffcmp.arithmetic.balls import Balls, ComplexBalls

PLACES = ["-100000.5", "-1000000.25", "-123456.789", "-16.5", "-17.001", "-15.75", "-20.123"]


@pytest.mark.parametrize("order", [1, 2, 3, 8])
@pytest.mark.parametrize("place", PLACES)
def test_values_are_those_of_mpmath(order: int, place: str) -> None:
    ball = Balls(400).call("polygamma", fmpq(order), fmpq(*mpmath_fraction(place)))
    with mpmath.workdps(80):
        x = mpmath.mpf(place)
        cotangents = mpmath.diff(lambda t: mpmath.pi * mpmath.cot(mpmath.pi * t), x % 1, order)
        reflected = (-1) ** order * mpmath.psi(order, 1 - x) - cotangents
        ours = mpmath.mpf(ball.str(70, radius=False))
        assert abs(ours / reflected - 1) < mpmath.mpf(10) ** -60


def mpmath_fraction(text: str) -> tuple[int, int]:
    """A decimal as numerator and denominator."""
    whole, _, decimals = text.partition(".")
    return int(whole + decimals), 10 ** len(decimals)


def test_complex_values() -> None:
    balls = ComplexBalls(300)
    polygamma = balls.function("polygamma")
    assert polygamma is not None
    with balls.working():
        ball = polygamma(acb(2), acb(-20, 3))
    with mpmath.workdps(60):
        value = mpmath.psi(2, mpmath.mpc(-20, 3))
        assert abs(mpmath.mpf(ball.real.str(50, radius=False)) / value.real - 1) < 1e-45
        assert abs(mpmath.mpf(ball.imag.str(50, radius=False)) / value.imag - 1) < 1e-45


@pytest.mark.parametrize("digits", [30, 1000])
@pytest.mark.parametrize("place", ["-100000.5", "-1e15-0.25", "-1e300-0.25"])
def test_certified_in_no_time(place: str, digits: int) -> None:
    """Arb by itself steps to the right half plane, one unit at a time: for minutes."""
    began = time.monotonic()
    truth = certify("digamma(x)", place, digits=digits, timeout=2)
    assert truth.along["x"].derivative is not None
    assert time.monotonic() - began < 10
