"""Limits and slopes over a scale of growth, on balls alone: what needs comparing, against values
worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq

from diffcmp.arithmetic.balls import to_arb
from diffcmp.engines.scales.constants import Tends, Unclear
from diffcmp.engines.scales.expansion import Scaled, one_side, scaled
from diffcmp.engines.series.laurent import Exhausted, Failure
from diffcmp.language.parser import parse
from diffcmp.passes.expand import at_infinity, core
from diffcmp.truth.zero import BallField, enclosure

BITS = 600


def expanded(expr: str, at: str = "inf", side: int = 1) -> tuple[Scaled, BallField]:
    """A function of x over the scale that it needs."""
    field, form = BallField(BITS, sharp=True), core(parse(expr))
    x = Fraction(0) if at == "inf" else Fraction(at)
    if at == "inf":
        form = at_infinity(form, 1)
    with field.system.working():
        return scaled(form, field.system.literal(x), side, field, enclosure, BITS), field


def tends(expr: str, at: str = "inf", side: int = 1) -> tuple[Tends, BallField]:
    """What a function tends to."""
    one, field = expanded(expr, at, side)
    with field.system.working():
        return one.tends(), field


def number(value: Any) -> arb:
    return to_arb(enclosure(value))


@pytest.mark.parametrize(("expr", "limit"), [
    ("exp(x+1/x)-exp(x)", "inf"), ("exp(x+exp(-x))-exp(x)", 1), ("(exp(1/x-exp(-x))-exp(1/x))*exp(x)", -1),
    ("exp(x)/x**100", "inf"), ("x**100/exp(x)", 0), ("exp(exp(x)-exp(x-1/exp(exp(x))))", 1),
    ("log(log(x*exp(x*exp(x))+1))-exp(exp(log(log(x))+1/x))", 0), ("x**pi/x**3", "inf"), ("x**pi/x**(22/7)", 0),
    ("exp(x)*(sin(1/x+exp(-x))-sin(1/x))", 1), ("(3**x+5**x)**(1/x)", 5), ("x**(1/x)", 1), ("exp(x+log(x))/exp(x)/x", 1),
    ("(lgamma(x+exp(-x))-lgamma(x)-digamma(x)*exp(-x))*exp(2*x)*x", Fraction(1, 2)), ("lgamma(x)/(x*log(x))", 1),
    ("gamma(x+1)/gamma(x)/x", 1), ("erfc(x)*exp(x**2)*x*sqrt(pi)", 1), ("(digamma(x)-log(x))*x", Fraction(-1, 2)),
    ("exp(sqrt(log(x)))/x", 0), ("exp(sqrt(log(x)))/log(x)**100", "inf"), ("exp(exp(exp(x)))/exp(exp(exp(x-exp(-exp(x)))))", "inf"),
    ("asinh(x)-log(x)-log(2)", 0), ("acosh(x)-asinh(x)", 0), ("(pi/2-atan(x))*x", 1), ("tanh(x)*exp(2*x)-exp(2*x)", -2),
    ("log(x+sin(x))/log(x)", 1), ("x-floor(x)-x", "-inf"), ("floor(x)/x", 1), ("(x+sin(x))/x", 1), ("(10+sin(x))**(1/x)", 1),
    ("sin(x+1/x)-sin(x)", 0), ("floor(pi+1/x)", 3), ("sinh(x)/cosh(x)", 1), ("sinh(x+1)/sinh(x)-e", 0),
    ("log(log(log(log(x))))", "inf"), ("sin(x)**0", 1), ("sigmoid(sin(x))**0", 1), ("x**x/gamma(x)/exp(x)/sqrt(x)*sqrt(2*pi)", 1),
])  # fmt: skip
def test_at_infinity(expr: str, limit: Fraction | str) -> None:
    found, _ = tends(expr)
    if isinstance(limit, str):
        assert found.infinite == (-1 if limit == "-inf" else 1)
    else:
        assert number(found.value).overlaps(
            arb(fmpq(Fraction(limit).numerator, Fraction(limit).denominator))
        )
        assert number(found.value).rad() < 1e-100


@pytest.mark.parametrize(("expr", "ends"), [
    ("sin(x)", (-1, 1)), ("3+2*cos(x)", (1, 5)), ("1/(2+sin(x))", ("1/3", 1)), ("x-floor(x)", (0, 1)),
    ("sin(x)**2", (0, 1)), ("sin(x+1)+1/x", (-1, 1)), ("-cos(exp(x))", (-1, 1)), ("exp(floor(x)-x)*e", (1, "2.718281828459045")),
])  # fmt: skip
def test_what_keeps_oscillating(expr: str, ends: tuple[Any, Any]) -> None:
    wave = tends(expr)[0].wave
    assert wave is not None
    assert wave.attained
    for found, known in zip((wave.low, wave.high), ends, strict=True):
        assert float(to_arb(found).mid()) == pytest.approx(float(Fraction(known)), rel=1e-15)


@pytest.mark.parametrize(
    "expr", ["sin(x)*cos(x)", "sin(x)+cos(x)", "abs(sin(x))", "sin(pi*floor(x))"]
)
def test_two_oscillations_are_enclosed_and_no_more(expr: str) -> None:
    """sin(π·⌊x⌋) is 0 all the way: an enclosure must not be told as what is attained."""
    wave = tends(expr)[0].wave
    assert wave is not None
    assert not wave.attained
    assert wave.hull.contains(0)


@pytest.mark.parametrize(
    "expr", ["1/sin(x)", "log(sin(x))", "sin(x)**-2", "tan(x)", "where(sin(x) > 0, x, 1)"]
)
def test_an_oscillation_that_decides(expr: str) -> None:
    out = expanded(expr)[0].out
    if isinstance(out, Failure):
        assert out.reason == "oscillation"
    else:
        with pytest.raises(Unclear):
            tends(expr)


def test_unbounded_both_ways() -> None:
    assert tends("x*sin(x)")[0].swings
    assert tends("(1-1/x)*cos(1/x)", "0")[0].swings


@pytest.mark.parametrize(("expr", "at", "side", "limit", "slope"), [
    ("x**2*sin(1/x)", "0", 1, 0, 0), ("x**pi+3*x", "0", 1, 0, 3), ("exp(-1/x)+2-x", "0", 1, 2, -1),
    ("x*tanh(1/x)", "0", -1, 0, -1), ("log(1+exp(1/x))*x", "0", 1, 1, 0), ("x**2*floor(1/x)", "0", 1, 0, 1),
    ("1/(1+exp(1/(x-2)))+x", "2", -1, 3, 1), ("(x-1)*atan(exp(1/(x-1)))", "1", 1, 0, "pi/2"),
])  # fmt: skip
def test_one_sided_slopes(expr: str, at: str, side: int, limit: int, slope: int | str) -> None:
    field, form = BallField(BITS, sharp=True), core(parse(expr))
    with field.system.working():
        x = field.system.literal(Fraction(at))
        found = one_side(form, x, side, field, enclosure, BITS)
        assert found.limit is not None
        assert found.slope is not None
        assert number(found.limit.value).contains(limit)
        assert number(found.slope.value).overlaps(arb.pi() / 2 if slope == "pi/2" else arb(slope))


def test_no_second_derivative_of_what_oscillates() -> None:
    """x³ sin(1/x) is o(x²), and its derivative has none at 0."""
    field, form = BallField(BITS, sharp=True), core(parse("x**3*sin(1/x)"))
    with field.system.working():
        found = one_side(
            form, field.system.literal(Fraction(0)), 1, field, enclosure, BITS, order=2
        )
    assert found.slope is not None
    assert found.curvature is None


def test_a_derivative_that_oscillates() -> None:
    field, form = BallField(BITS, sharp=True), core(parse("x*sin(1/x)"))
    with field.system.working():
        found = one_side(form, field.system.literal(Fraction(0)), 1, field, enclosure, BITS)
    assert (found.slope, found.oscillation.wave.attained) == (None, True)


@pytest.mark.parametrize(("expr", "at", "reason"), [
    ("log(-1/x)", "inf", "undefined"), ("acos(x)", "inf", "undefined"), ("floor(exp(x))+log(-1)", "inf", "undefined"),
    ("x**pi+sqrt(-1)", "inf", "undefined"), ("x**pi*0**(-1)", "inf", "undefined"), ("x**pi+acos(3)", "inf", "undefined"), ("sqrt(sin(x)-2)", "inf", "oscillation"),
])  # fmt: skip
def test_where_there_is_no_value(expr: str, at: str, reason: str) -> None:
    out = expanded(expr, at)[0].out
    assert isinstance(out, Failure)
    assert out.reason == reason


def test_exponents_that_are_equal_and_not_rational_are_suspected() -> None:
    """27**(log(x)/log(3)) is x³, which only a proof can tell: the field remembers what it took to
    be zero."""
    found, field = tends("27**(log(x)/log(3))/x**3")
    assert number(found.value).overlaps(arb(1))
    assert field.suspects


def test_a_difference_of_equal_functions_ends() -> None:
    with pytest.raises(Exhausted):
        tends("(lgamma(x+1)-lgamma(x)-log(x))*exp(x)")


def test_the_budget_is_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffcmp.engines.scales.constants.MOST_STEPS", 3)
    with pytest.raises(Exhausted):
        tends("(exp(sin(1/x+exp(-exp(x))))-exp(sin(1/x)))*exp(exp(x))")
