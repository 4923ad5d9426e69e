"""Series shown and combined: what a debugger prints, and products against a known expansion."""

from __future__ import annotations

from fractions import Fraction

import pytest

from diffcmp.arithmetic.balls import Balls
from diffcmp.engines.series.laurent import Exhausted, Failure, Series
from diffcmp.engines.series.system import SeriesSystem
from diffcmp.truth.zero import BallField


def system() -> SeriesSystem:
    return SeriesSystem(BallField(64))


def test_a_series_shows_the_terms_that_are_known() -> None:
    x = system().variable(system().number(3), 1)
    assert repr(x) == "Series(…)"
    assert x[1] == 1
    assert repr(x) == "Series((3)·τ^0 + (1)·τ^1)"


def test_a_system_shows_its_level_and_field() -> None:
    assert repr(system()) == (
        "SeriesSystem(level 0 over <BallField of 64 bits: 0 zeros suspected>)"
    )
    assert repr(Balls(99)) == "Balls(99 bits)"


def test_the_quotient_of_two_zeros_is_that_of_their_leading_terms() -> None:
    s = system()
    t = s.variable(s.number(0), 1)
    square = s.product(t, 2)
    quotient = s.div(s.sub(t, square), s.mul(t, s.literal(Fraction(2))))
    assert isinstance(quotient, Series)
    assert [2 * quotient[k] for k in range(3)] == [1, -1, 0]
    assert s.div(t, s.sub(t, t)) == Failure("undefined")


def test_a_geometric_series() -> None:
    s = system()
    one, t = s.constant(s.one), s.variable(s.number(0), 1)
    geometric = s.div(one, s.sub(one, t))
    assert isinstance(geometric, Series)
    assert [geometric[k] for k in range(5)] == [1] * 5
    with pytest.raises(Exhausted):
        s.valuation(s.sub(geometric, s.div(one, s.sub(one, t))))


@pytest.mark.parametrize(("n", "coefficients"), [(0, [1, 0, 0]), (3, [1, 3, 3]), (5, [1, 5, 10])])
def test_a_whole_power_is_the_binomial_theorem(n: int, coefficients: list[int]) -> None:
    s = system()
    power = s.product(s.variable(s.number(1), 1), n)
    assert [power[k] for k in range(3)] == coefficients
