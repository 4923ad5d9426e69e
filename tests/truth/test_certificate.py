"""Certificates prove nothing that `smooth` does not: on the branches of one point, asked at
another."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffcmp import certify, parse
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.errors import InputError
from diffcmp.passes.expand import core
from diffcmp.program.ir import Program
from diffcmp.truth.certificate import branches, enclosing
from diffcmp.truth.smooth import smooth
from tests.strategies import expressions

BITS = 160
NUMBERS = st.one_of(
    st.sampled_from(["0", "1", "-1", "2", "1/2", "3/2"]).map(Fraction),
    st.fractions(-5, 5, max_denominator=16),
)


def exactly(point: list[Fraction]) -> list[Ball]:
    return [fmpq(x.numerator, x.denominator) for x in point]


def enclosed(
    form: Program, beside: list[Fraction], point: list[Fraction], order: int = 1
) -> list[Ball] | None:
    """What the certificate made for the branches at `beside` says of `point`."""
    partials = tuple(
        form.inputs
        if order == 1
        else [f"{form.inputs[0]}:{name}" for name in form.inputs[1:]] + [form.inputs[0]]
    )
    near = smooth(form, exactly(beside), partials, Balls(BITS), order)
    if near is None:
        return None
    taken = branches(form, near.decisions)
    made = None if taken is None else enclosing(form, partials, order, taken, BITS)
    found = None if made is None else made(exactly(point))
    if found is not None:
        known = smooth(form, exactly(point), partials, Balls(BITS), order)
        assert known is not None, "the certificate holds where the point is not certainly smooth"
        for x, y in zip(found, [known.value, *known.derivatives], strict=True):
            assert to_arb(x).overlaps(to_arb(y))
    return found


@settings(max_examples=300)
@given(
    expressions(("x", "y"), leaves=6),
    st.lists(NUMBERS, min_size=4, max_size=4),
    st.sampled_from([1, 1, 2]),
)
def test_no_certificate_holds_where_the_point_is_not_certainly_smooth(
    text: str, numbers: list[Fraction], order: int
) -> None:
    try:
        form = core(parse(text, ("x", "y")))
    except InputError:
        assume(False)
    enclosed(form, numbers[:2], numbers[2:], order)
    enclosed(form, numbers[:2], numbers[:2], order)


SMOOTH = [
    ("x**2 + 1/3", "0"), ("x**3*y**(-2)", "-1"), ("sqrt(x)*x**pi", "2"), ("x**x", "1/2"), ("exp(x)/sqrt(sin(x)**3+cos(x)**3)", "3/2"),
    ("abs(x)", "-1"), ("where(x < 1 or y > 5, sin(x), 1)", "0"), ("where(not x > 1, x, x**2)", "2"), ("floor(x)*x", "5/2"),
    ("atan2(y, x)", "-1"), ("gamma(x) + lgamma(x) + digamma(x)", "-1/2"), ("asin(x)*acos(x)", "1/2"), ("acosh(x)", "2"),
    ("erf(x) + erfc(x)", "1"), ("max(x, y, x*y)", "2"), ("log(abs(x))", "-2"), ("gelu(x) + silu(x) + softplus(x)", "1"),
    ("x - 3*floor(x/3)", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at"), SMOOTH, ids=[text for text, _ in SMOOTH])
def test_a_certificate_holds_inside_of_every_domain(text: str, at: str) -> None:
    form = core(parse(text, ("x", "y")))
    assert (
        enclosed(form, [Fraction(at), Fraction(3, 7)], [Fraction(at), Fraction(3, 7)]) is not None
    )


@pytest.mark.parametrize(("text", "beside", "at"), [
    ("abs(x)", "1", "0"), ("abs(x)", "1", "-1"), ("x*abs(x)", "1", "0"), ("1/x", "1", "0"), ("sqrt(x)", "1", "0"),
    ("sqrt(x)", "1", "-1"), ("log(x)", "1", "0"), ("x**(1/3)", "1", "0"), ("x**(-2)", "1", "0"), ("floor(x)", "1/2", "1"),
    ("asin(x)", "0", "1"), ("acosh(x)", "2", "1"), ("where(x == 0, 1, sin(x)/x)", "1", "0"), ("gamma(x)", "1", "-1"),
    ("max(x, 1)", "2", "1"), ("where(x > 0 and x < 2, x, -x)", "1", "2"), ("x/(x**2-4)", "1", "2"), ("tan(x)/x", "1", "0"),
    ("where(floor(x) > 0, x**2, x)", "3/2", "1"), ("where(1/x > 0, x, x**2)", "1", "0"),
])  # fmt: skip
def test_none_holds_at_a_kink_a_pole_or_an_edge(text: str, beside: str, at: str) -> None:
    form = core(parse(text))
    assert enclosed(form, [Fraction(beside)], [Fraction(beside)]) is not None
    assert enclosed(form, [Fraction(beside)], [Fraction(at)]) is None


def test_rational_functions_stay_exact() -> None:
    program = parse("(x**3 - 1)/(x + 2)")
    for _ in range(2):
        derivative = certify(program, "1/3").derivative("x")
        assert derivative is not None
        assert derivative.ball == fmpq(47, 147)


def test_what_is_asked_again_is_answered_alike() -> None:
    program = parse("where(x < 1, exp(x)*sin(3*x), log(x)/(x - 2))*abs(x + 1)")
    for at in ("0", "3/2", "-2", "1/10", "1.7", "-1", "1", "2", "0.3", "5", "0.7", "-3"):
        fresh, again = certify(parse(program.text), at), certify(program, at)
        assert fresh.kind is again.kind
        for x, y in ((fresh.value, again.value), (fresh.derivative("x"), again.derivative("x"))):
            assert (x is None) == (y is None)
            assert x is None or y is None or x.text(30) == y.text(30)


def test_balls_of_a_point_are_enough() -> None:
    form = core(parse("exp(x)*abs(x)"))
    near = smooth(form, [fmpq(1)], ["x"], Balls(BITS))
    assert near is not None
    taken = branches(form, near.decisions)
    assert taken is not None
    made = enclosing(form, ("x",), 1, taken, BITS)
    assert made is not None
    assert made([arb(1, 0.5)]) is not None
    assert made([arb(1, 1.5)]) is None


def test_constants_have_the_digits_that_are_asked_for() -> None:
    """A rational constant beside a transcendental function is a ball of the working precision, not
    of 53 bits."""
    form = core(parse("sin(x*3.14159265359/180)"))
    proven = smooth(form, [fmpq(40)], ["x"], Balls(400))
    assert proven is not None
    enclosed = enclosing(form, ("x",), 1, branches(form, proven.decisions) or (), 400)
    assert enclosed is not None
    numbers = enclosed([fmpq(40)])
    assert numbers is not None
    assert all(to_arb(x).rel_accuracy_bits() > 380 for x in numbers)
