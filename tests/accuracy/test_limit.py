"""`limit`: both sides, whether they are one limit, continuity, and what the derivative tends to."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import Kind, Limit, limit
from diffcmp.accuracy.limits.record import DIRECTIONS
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Note
from diffcmp.report.documents.terms import leading_text
from diffcmp.truth.record import Quantity

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
FIGURES = 6


def brief(quantity: Quantity | None) -> str | None:
    """A limit to a few digits, without zeros at its end."""
    if quantity is None:
        return None
    text = quantity.text(FIGURES)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def asked(expr: str, at: Any, **settings: Any) -> Limit:
    """The limit without what sympy is needed for."""
    return limit(expr, at, paper=False, **settings)


BOTH = [  # expression, point, the limits on the left and on the right ("undefined" where f is), the limit, whether f is continuous
    ("sin(x)/x", "0", "1", "1", "1", False),
    ("(t**2-4)/(t-2)", "2", "4", "4", "4", False),
    ("1/x", "0", "-inf", "inf", None, False),
    ("1/x**2", "0", "inf", "inf", "inf", False),
    ("floor(x)", "2", "1", "2", None, False),
    ("ceil(x)", "-1", "-1", "0", None, False),
    ("abs(x)", "0", "0", "0", "0", True),
    ("cbrt(x)", "0", "0", "0", "0", True),
    ("x**x", "0", "undefined", "1", "1", True),
    ("log(x)", "0", "undefined", "-inf", "-inf", False),
    ("acos(x)", "1", "0", "undefined", "0", True),
    ("atan(1/x)", "0", "-1.5708", "1.5708", None, False),
    ("exp(1/x)", "0", "0", "inf", None, False),
    ("tan(x)", "pi/2", "inf", "-inf", None, False),
    ("x/cbrt(x)**2", "0", "0", "0", "0", False),
    ("where(x == 0, 5, sin(x)/x)", "0", "1", "1", "1", False),
    ("where(x == 0, 1, sin(x)/x)", "0", "1", "1", "1", True),
    ("where(x == 0, 5, sqrt(x))", "0", "undefined", "0", "0", False),
    ("gamma(x)", "-2", "-inf", "inf", None, False),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "at", "left", "right", "both", "continuous"), BOTH)
def test_both_sides(
    expr: str, at: str, left: str, right: str, both: str | None, continuous: bool
) -> None:
    found = asked(expr, at)
    sides = {way: approach.value for way, approach in found.sides.items()}
    seen = {w: brief(s.limit) if s.defined else "undefined" for w, s in sides.items()}
    assert seen == {"left": left, "right": right}
    assert (brief(found.limit), found.exists) == (both, both is not None)
    assert (found.continuous, found.certified) == (continuous, True)
    jsonschema.validate(found.to_dict(), SCHEMA)


@pytest.mark.parametrize(("expr", "at", "text"), [
    ("1/x", "inf", "0"), ("1/x", "-inf", "0"), ("exp(x)", "-inf", "0"), ("exp(x)", "oo", "inf"), ("atan(x)", "-infinity", "-1.5708"),
    ("x**2-x", "inf", "inf"), ("(1+1/x)**x", "inf", "2.71828"), ("exp(x)/x**100", "+inf", "inf"), ("sqrt(x**2+x)-x", "inf", "0.5"),
])  # fmt: skip
def test_at_infinity(expr: str, at: str, text: str) -> None:
    """One side only, and no value there."""
    found = asked(expr, at)
    assert list(found.sides) == ["right" if at.startswith("-") else "left"]
    assert (brief(found.limit), found.exists, found.certified) == (text, True, True)
    assert (found.kind, found.value, found.continuous) == (Kind.INFINITY, None, None)
    assert all(side.slope is None for side in found.sides.values())
    jsonschema.validate(found.to_dict(), SCHEMA)


def test_a_float_is_infinite_too() -> None:
    assert brief(asked("atan(x)", -math.inf).limit) == "-1.5708"


@pytest.mark.parametrize(("expr", "at", "left", "right"), [
    ("abs(x)", "0", "-1", "1"), ("sin(x)/x", "0", "0", "0"), ("floor(x)", "2", "0", "0"), ("1/x", "0", "-inf", "-inf"),
    ("sqrt(abs(x))", "0", "-inf", "inf"), ("x**x", "0", None, "-inf"), ("log(x)", "0", None, "inf"), ("atan(1/x)", "0", "-1", "-1"),
])  # fmt: skip
def test_what_the_derivative_tends_to(
    expr: str, at: str, left: str | None, right: str | None
) -> None:
    """The limits of f′, also where f jumps; none on a side where f is undefined, though the formula
    of the derivative of log(x) has values there."""
    sides = asked(expr, at).sides
    assert [brief(sides[way].derivative.limit) for way in ("left", "right")] == [left, right]


@pytest.mark.parametrize(("expr", "at", "both", "left", "right"), [
    ("abs(x)", "0", None, "-1", "1"), ("sin(x)/x", "0", "0", "0", "0"), ("floor(x)", "2", None, "0", "0"), ("x**2", "3", "6", "6", "6"),
    ("where(x == 0, 0, x**2*sin(1/x))", "0", "0", "0", "0"), ("cbrt(x)", "0", None, "inf", "inf"), ("1/x", "0", None, None, None),
])  # fmt: skip
def test_the_derivative_at_the_point_beside_its_limits(
    expr: str, at: str, both: str | None, left: str | None, right: str | None
) -> None:
    """x²·sin(1/x) has a derivative at 0, which is not the limit of the derivatives beside it."""
    found = asked(expr, at)
    assert brief(found.derivative) == both
    assert [brief(found.sides[way].slope) for way in DIRECTIONS] == [left, right]


def test_a_difference_quotient_that_oscillates() -> None:
    """x·sin(1/x), continued by 0, has no one-sided derivative: its quotient is sin(1/x)."""
    for side in asked("x*sin(1/x)", 0).sides.values():
        assert side.slope is None
        assert [brief(end) for end in side.quotient or ()] == ["-1", "1"]


@pytest.mark.parametrize(("expr", "at", "texts"), [
    ("sqrt(x**2+3*x)-x", "inf", ["x**2 ≈ x**2", "3*x ≈ 3·x", "x**2+3*x ≈ x**2", "sqrt(x**2+3*x) ≈ x"]),
    ("2*x**3-x", "-inf", ["x**3 ≈ x**3", "2*x**3 ≈ 2·x**3", "2*x**3-x ≈ 2·x**3"]),
    ("sqrt(-x)", "-inf", ["-x ≈ -x", "sqrt(-x) ≈ |x|**(1/2)"]),
    ("log(log(x))/x", "inf", ["log(x) ≈ log(x)", "log(log(x)) ≈ log(log(x))", "log(log(x))/x ≈ log(log(x))/x"]),
    ("sin(1/x)", "-inf", ["1/x ≈ 1/x", "sin(1/x) ≈ 1/x"]),
    ("exp(x)", "-inf", ["exp(x) is smaller than every power of x"]),
])  # fmt: skip
def test_leading_terms_at_infinity(expr: str, at: str, texts: list[str]) -> None:
    assert [leading_text(one, "x", at) for one in asked(expr, at).leading] == texts


@pytest.mark.parametrize("side", ["left", "right"])
def test_leading_terms_on_one_side(side: str) -> None:
    """Of what vanishes or blows up on that side only."""
    (term, *_) = asked("exp(1/x)", 0, side=side).leading
    assert [term.left is None, term.right is None] == [side == "right", side == "left"]
    assert asked("log(x) + relu(x-1)", 0).leading[0].left is None


@pytest.mark.parametrize(("expr", "slope", "intercept"), [("sqrt(x**2+x)", "1", "0.5"), ("atan(x)", "0", "1.5708"), ("x**2", None, None)])  # fmt: skip
def test_the_asymptote(expr: str, slope: str | None, intercept: str | None) -> None:
    line = asked(expr, "inf").asymptote
    seen = [None, None] if line is None else [brief(line.slope), brief(line.intercept)]
    assert seen == [slope, intercept]


@pytest.mark.parametrize(("expr", "exists"), [
    ("where(x < 0, sin(x+pi/3), sqrt(3)/2*cos(x)+sin(x)/2)", True),
    ("where(x < 0, sqrt(2)*sqrt(3), sqrt(6))", True),
    ("where(x < 0, exp(1)**pi, exp(pi))", True),
    ("where(x < 0, tanh(50), 1)", False),
    ("where(x < 0, tanh(50)+x, sqrt(2)/sqrt(2))", False),
])  # fmt: skip
def test_that_two_sides_are_equal_is_proven_and_not_seen(expr: str, exists: bool) -> None:
    """tanh(50) and 1 have the same 43 digits; two forms of one number have no digit in common that
    could prove it."""
    found = asked(expr, 0)
    assert (found.exists, found.certified, found.continuous) == (exists, True, exists)
    assert [approach.continuous for approach in found.sides.values()] == [exists, True]


def test_a_value_that_differs_from_the_limit_beyond_all_digits() -> None:
    found = asked("where(x == 0, tanh(500), cos(x))", 0)
    assert (found.exists, found.continuous) == (True, False)


@pytest.mark.parametrize(("side", "text", "exists"), [("left", "-inf", True), ("right", "inf", True), (None, None, False)])  # fmt: skip
def test_one_side(side: str | None, text: str | None, exists: bool) -> None:
    found = asked("1/x", 0, side=side)
    assert (brief(found.limit), found.exists) == (text, exists)
    assert list(found.sides) == (["left", "right"] if side is None else [side])


@pytest.mark.parametrize(("at", "wrt", "text"), [
    ({"x": 0, "y": "sqrt(2)"}, "x", None), ({"x": "1", "y": "3"}, "y", "3"), ({"x": "1", "y": "-inf"}, None, "-inf"),
    ({"x": "2", "y": "inf"}, "y", "inf"),
])  # fmt: skip
def test_several_variables(at: dict[str, Any], wrt: str | None, text: str | None) -> None:
    """One tends to its value, the others are held fixed; the one at infinity need not be named."""
    found = asked("abs(x)/x*y", at, wrt=wrt)
    assert (brief(found.limit), found.variable) == (text, wrt or "y")


def test_an_element_of_a_vector() -> None:
    found = asked("x[0]/x[1]", {"x": [1, 0]}, wrt="x[1]", side="right")
    assert (brief(found.limit), found.variable, found.at) == ("inf", "x[1]", {"x": "[1, 0]"})


@pytest.mark.parametrize(("expr", "at", "settings", "fault"), [
    ("x*y", {"x": 1, "y": 2}, {}, Fault.WRT_NEEDED), ("x*y", {"x": 1, "y": "inf"}, {"wrt": "x"}, Fault.POINT_NOT_FINITE),
    ("x*y", {"x": "inf", "y": "inf"}, {}, Fault.POINT_INFINITE_TWICE), ("x", 1, {"side": "above"}, Fault.SIDE),
    ("x", "inf", {"side": "right"}, Fault.SIDE_OF_INFINITY), ("x", "-inf", {"side": "left"}, Fault.SIDE_OF_INFINITY),
    ("x", 1, {"digits": 0}, Fault.DIGITS), ("x", 1, {"wrt": "z"}, Fault.WRT_UNKNOWN), ("x", "nan", {}, Fault.POINT_NOT_FINITE),
    ("sinn(x)", 0, {}, Fault.UNKNOWN_FUNCTION), ("[x, x]", 0, {}, Fault.VECTOR_VALUED), ("2", 0, {}, Fault.NO_VARIABLE),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(
    expr: str, at: Any, settings: dict[str, Any], fault: Fault
) -> None:
    with pytest.raises(InputError) as caught:
        limit(expr, at, **settings)
    assert caught.value.fault is fault


@pytest.mark.parametrize(("expr", "at"), [("sqrt(x)", -1), ("where(x == 0, 1, log(-x**2))", 0)])
def test_f_is_defined_nowhere_beside_the_point(expr: str, at: float) -> None:
    found = asked(expr, at)
    assert (found.exists, found.limit, found.certified, found.continuous) == (
        False,
        None,
        True,
        None,
    )
    assert found.kind is Kind.OUTSIDE


@given(
    st.integers(-3, 3), st.integers(1, 4), st.integers(-3, 3), st.sampled_from(["1/3", "-2", "0"])
)
@settings(max_examples=25, deadline=None)
def test_quotients_of_polynomials_and_sines_agree_with_mpmath(
    a: int, n: int, b: int, at: str
) -> None:
    """(a·s + b·sin(s))/s**n for s = x - at, whose leading coefficient is known."""
    s = f"(x-({at}))"
    found = asked(f"({a}*{s} + {b}*sin({s}))/{s}**{n}", at)
    for way, sign in DIRECTIONS.items():
        side = found.sides[way].value
        assert side.limit is not None
        coefficient, power = (a + b, 1 - n) if a + b else (-mpmath.mpf(b) / 6, 3 - n)
        if coefficient == 0 or power > 0:
            assert side.limit.exact == 0
        elif power == 0:
            assert mpmath.almosteq(mpmath.mpf(side.limit.text(20)), coefficient, 1e-14)
        else:
            assert side.limit.infinite == int(mpmath.sign(coefficient)) * sign**power


@pytest.mark.parametrize(
    ("expr", "at"), [("x**floor(x)", "-2.5"), ("x**(x/x)", "-2"), ("(-2)**floor(x)", "0.5")]
)
def test_a_formula_without_a_value_proves_nothing_of_the_derivative(expr: str, at: str) -> None:
    """f is smooth there; the rule of its power has a logarithm of what is negative."""
    for side in limit(expr, at, paper=False).sides.values():
        assert side.value.certified
        assert side.value.limit is not None
        assert side.derivative.defined is None
        assert not side.derivative.certified


@pytest.mark.parametrize(("expr", "at", "missing"), [
    ("x**2*floor(1/x)", "0", True), ("abs(sin(x))/x", "inf", True), ("floor(x)", "inf", True), ("floor(x)", "2", False), ("x**2*sin(1/x)", "0", False),
])  # fmt: skip
def test_where_the_derivative_is_missing_on_the_way(expr: str, at: str, missing: bool) -> None:
    """Jumps and kinks that come arbitrarily near are said; one that stays away is not."""
    for side in limit(expr, at, paper=False).sides.values():
        assert (Note.SLOPES_MISSING in {r.note for r in side.derivative.remarks}) == missing
