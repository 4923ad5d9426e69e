"""Kinds and derivatives by definition: every answer here can be checked with pencil and paper."""

from __future__ import annotations

from fractions import Fraction

import pytest

from diffcmp import Truth, certify
from diffcmp.language.parser import parse
from diffcmp.notes import Note
from diffcmp.point.point import point
from diffcmp.truth.certify import taylor


def sides(truth: Truth) -> tuple[str | None, str | None]:
    """Left and right derivative, shortly."""
    found = truth.along["x"]
    texts = [None if q is None else q.text(8) for q in (found.left, found.right)]
    return texts[0], texts[1]


def number(text: str | None) -> object:
    return (
        text
        if text in (None, "inf", "-inf")
        else pytest.approx(float(Fraction(text)), rel=1e-7, abs=1e-300)
    )


@pytest.mark.parametrize(("expr", "at", "kind", "left", "right"), [
    ("x**2", "3", "smooth", "6", "6"),
    ("abs(x)", "0", "kink", "-1", "1"),
    ("(x**2-4)/(x-2)", "2", "removable", "1", "1"),
    ("x*abs(x)", "0", "smooth", "0", "0"),
    ("sqrt(x**2)", "0", "kink", "-1", "1"),
    ("sqrt(x**4)", "0", "smooth", "0", "0"),
    ("cbrt(x)", "0", "vertical tangent", "inf", "inf"),
    ("cbrt(x)**2", "0", "vertical tangent", "-inf", "inf"),
    ("sqrt(x)", "0", "domain edge", None, "inf"),
    ("x**1.5", "0", "domain edge", None, "0"),
    ("x**(5/3)", "0", "domain edge", None, "0"),
    ("asin(x)", "1", "domain edge", "inf", None),
    ("acosh(x)", "1", "domain edge", None, "inf"),
    ("acos(x)**2", "1", "domain edge", "-2", None),
    ("x*log(x)", "0", "domain edge", None, "-inf"),
    ("x**x", "0", "domain edge", None, "-inf"),
    ("exp(log(x))", "0", "domain edge", None, "1"),
    ("x**2*log(x**2)", "0", "removable", "0", "0"),
    ("x*log(x**2)", "0", "vertical tangent", "-inf", "-inf"),
    ("where(x > 0, x*log(x), 0)", "0", "vertical tangent", "0", "-inf"),
    ("where(x > 0, x**2*log(x), 0)", "0", "smooth", "0", "0"),
    ("1/log(x)", "0", "domain edge", None, "-inf"),
    ("x*log(-log(x))", "0", "domain edge", None, "inf"),
    ("log(log(x))", "1", "pole", None, None),
    ("sqrt(-x*log(x))", "0", "domain edge", None, "inf"),
    ("x**(x**x)", "0", "domain edge", None, "1"),
    ("(x**x-1)/log(x)", "0", "domain edge", None, "1"),
    ("x**0.5*x**log(x)", "0", "pole", None, None),
    ("exp(2*log(x)+x)", "0", "domain edge", None, "0"),
    ("exp(-1/x**2)", "0", "removable", "0", "0"),
    ("where(x > 0, exp(-1/x), 0)", "0", "smooth", "0", "0"),
    ("exp(1/x)", "0", "pole", None, None),
    ("1/(1+exp(1/x))", "0", "jump", None, None),
    ("x/(1+exp(1/x))", "0", "kink", "1", "0"),
    ("atan(exp(1/x))", "0", "jump", None, None),
    ("exp(-1/x**2)/exp(-1/x**2)", "0", "removable", "0", "0"),
    ("sigmoid(x*exp(1/x**2))", "0", "jump", None, None),
    ("where(x*exp(1/x**2) > 0, 1, 2)", "0", "jump", None, None),
    ("x*tanh(x*exp(1/x**2))", "0", "kink", "-1", "1"),
    ("log(abs(x))/log(x**2)", "0", "removable", "0", "0"),
    ("x**(1/log(x))", "0", "domain edge", None, "0"),
    ("(x**x-1)/(x*log(x))", "0", "domain edge", None, "-inf"),
    ("sin(1/log(x))", "0", "domain edge", None, "-inf"),
    ("sinh(x/log(x))", "0", "domain edge", None, "0"),
    ("sin(1+1/log(abs(x))**2)", "0", "vertical tangent", "-inf", "inf"),
    ("cos(1+1/log(abs(x))**2)", "0", "vertical tangent", "inf", "-inf"),
    ("cosh(1/log(abs(x)))", "0", "vertical tangent", "-inf", "inf"),
    ("x*sin(1+x*log(abs(x)))", "0", "removable", "0.8414709848", "0.8414709848"),
    ("sin(x**2*log(abs(x))+x)", "0", "removable", "1", "1"),
    ("x*exp(-log(x)**2)", "0", "domain edge", None, "0"),
    ("sinh(x)*log(x)**2", "0", "domain edge", None, "inf"),
    ("erf(log(x))", "0", "domain edge", None, "0"),
    ("atan(log(x))", "0", "domain edge", None, "inf"),
    ("erf(log(sinh(x)/x**2))", "0", "domain edge", None, "0"),
    ("erf(atanh(1-x))", "0", "domain edge", None, "0"),
    ("1/x", "0", "pole", None, None),
    ("log(abs(x))", "0", "pole", None, None),
    ("atanh(x)", "1", "pole", None, None),
    ("tan(x)", "pi/2", "pole", None, None),
    ("gamma(x)", "-2", "pole", None, None),
    ("1/gamma(x)", "0", "removable", "1", "1"),
    ("x*digamma(x)", "0", "removable", "-0.577215664901532860606512", "-0.577215664901532860606512"),
    ("sign(x)", "0", "jump", None, None),
    ("atan(1/x)", "0", "jump", None, None),
    ("floor(x)", "2", "jump", None, None),
    ("floor(x)", "2.5", "smooth", "0", "0"),
    ("floor(x)*0", "1", "smooth", "0", "0"),
    ("where(x == 0, 2, x)", "0", "jump", None, None),
    ("where(x == 0, 1, (exp(x)-1)/x)", "0", "smooth", "1/2", "1/2"),
    ("where(x > 0, sqrt(x), 0)", "0", "vertical tangent", "0", "inf"),
    ("where(x < 1, x, sqrt(x))", "0", "smooth", "1", "1"),
    ("log(x)", "-1", "outside domain", None, None),
    ("x**0.5", "-2", "outside domain", None, None),
    ("sqrt(-x**2)", "0", "outside domain", None, None),
    ("sin(1/x)", "0", "undecided", None, None),
    ("x*sin(1/x)", "0", "undecided", None, None),
    ("relu(relu(x)-1)", "1", "kink", "0", "1"),
    ("clip(x, -1, 1)", "1", "kink", "1", "0"),
    ("heaviside(x)*x", "0", "kink", "0", "1"),
    ("softsign(x)", "0", "smooth", "1", "1"),
    ("elu(x)", "0", "smooth", "1", "1"),
    ("sinc(x)", "0", "smooth", "0", "0"),
    ("atan2(x, -1)", "0", "jump", None, None),
    ("hypot(x, 0)", "0", "kink", "-1", "1"),
    ("0**x", "1", "smooth", "0", "0"),
    ("x**0", "0", "smooth", "0", "0"),
    ("(x**2-2)/(x-sqrt(2))", "sqrt(2)", "removable", "1", "1"),
    ("abs(sin(x))", "pi", "kink", "-1", "1"),
    ("acos(cos(x))", "pi", "kink", "1", "-1"),
    ("asin(sin(x))", "-pi/2", "kink", "-1", "1"),
    ("(acos(cos(x))-pi)**2", "pi", "smooth", "0", "0"),
    ("asin(x*sqrt(2))", "1/sqrt(2)", "domain edge", "inf", None),
    ("acosh(x*exp(-2))", "exp(2)", "domain edge", None, "inf"),
    ("acos(1-abs(1/log(x)))", "0", "domain edge", None, "inf"),
    ("(x-1)/sin(pi*x)", "1", "removable", "0", "0"),
    ("sin(x)/x", "1e22", "smooth", "5.2321478539513894e-23", "5.2321478539513894e-23"),
])  # fmt: skip
def test_kind_and_sides(expr: str, at: str, kind: str, left: str | None, right: str | None) -> None:
    truth = certify(expr, at)
    assert truth.kind.value == kind
    if kind != "undecided":
        found = sides(truth)
        assert (
            found[0] and float(Fraction(found[0]))
            if found[0] not in (None, "inf", "-inf")
            else found[0]
        ) == number(left)
        assert (
            found[1] and float(Fraction(found[1]))
            if found[1] not in (None, "inf", "-inf")
            else found[1]
        ) == number(right)


@pytest.mark.parametrize(("expr", "derivative"), [
    ("(tan(x)-sin(x))/x**3", "0"),
    ("1/x-1/sin(x)", "-1/6"),
    ("(sin(x)-x*cos(x))/x**3", "0"),
    ("(x-sin(x))/(x-tan(x))", "0"),
    ("(exp(x)-1-x)/x**2", "1/6"),
    ("log(1+x)/x", "-1/2"),
    ("(sqrt(1+x)-1)/x", "-1/8"),
    ("1/tanh(x)-1/x", "1/3"),
    ("x/(exp(x)-1)", "-1/2"),
])  # fmt: skip
def test_limits_are_exact_rationals(expr: str, derivative: str) -> None:
    found = certify(expr, 0)
    quantity = found.derivative("x")
    assert quantity is not None
    assert (found.kind.value, found.certified, quantity.exact) == (
        "removable",
        True,
        Fraction(derivative),
    )


@pytest.mark.parametrize(("expr", "at"), [
    ("sin(x)/(sin(x)**2+cos(x)**2-1+x)", "0"), ("abs(sin(x))**3", "pi"), ("(x**2-2)/(x-sqrt(2))", "sqrt(2)"),
    ("sin(x)/(x-pi)", "pi"), ("(a-2)/(log(a)-log(2))", "2"),
])  # fmt: skip
def test_zeros_that_only_exact_reasoning_sees_are_proven(expr: str, at: str) -> None:
    assert certify(expr, at).certified


def test_a_zero_without_a_proof_is_said_to_be_taken() -> None:
    truth = certify(
        "(x-x0)/(x-x0+gamma(1/3)*gamma(2/3)-2*pi/sqrt(3))",
        {"x": "1", "x0": "1"},
        wrt=["x"],
        timeout=0.001,
    )
    assert not truth.certified
    assert truth.remarks[0].note is Note.ZERO_ASSUMED


def test_the_other_variables_are_held_fixed() -> None:
    truth = certify("abs(x)*y", {"x": "0", "y": "2"})
    assert (truth.kind.value, truth.along["x"].kind.value, truth.along["y"].kind.value) == (
        "kink",
        "kink",
        "smooth",
    )
    derivative = truth.derivative("y")
    assert derivative is not None
    assert derivative.exact == 0


def test_x_to_the_y_along_each_coordinate() -> None:
    """(-2)**y is defined for whole y only, but x**3 has a slope at -2."""
    truth = certify("x**y", {"x": "-2", "y": "3"})
    derivative = truth.derivative("x")
    assert derivative is not None
    assert derivative.exact == 12
    assert truth.along["y"].kind.value == "outside domain"


@pytest.mark.parametrize(("expr", "kind", "exists"), [
    ("x*y/(x**2+y**2)", "removable", False),
    ("x*y/(x**2+y**2) + abs(x) + abs(y)", "kink", False),
    ("x*y/(x**2+y**2) + sqrt(x)", "domain edge", False),
    ("x/hypot(x, y)", "jump", False),
    ("x*y/hypot(x, y) + abs(x)", "kink", True),
    ("(x**2-y**2)/(x-y)", "removable", True),
])  # fmt: skip
def test_a_limit_of_two_variables(expr: str, kind: str, exists: bool) -> None:
    """Whatever the kind, f that is undefined at the point has no value where another direction
    gives another limit."""
    truth = certify(expr, {"x": "0", "y": "0"})
    assert truth.kind.value == kind
    assert (truth.value is not None) == exists
    assert (Note.DIRECTION in {r.note for r in truth.remarks}) == (not exists)


@pytest.mark.parametrize("digits", [1, 50, 300])
def test_digits(digits: int) -> None:
    """e to 300 digits, by the sum of 1/k!."""
    e, term = Fraction(0), Fraction(1)
    for k in range(1, 250):
        e, term = e + term, term / k
    found = certify("exp(x)", 1, digits=digits).derivative("x")
    assert found is not None
    assert found.exact is not None
    assert abs(found.exact - e) < e / 10**digits


def test_taylor() -> None:
    program = parse("exp(2*x)")
    derivatives = taylor(program, point(program, 0), "x", 5)
    assert derivatives is not None
    assert [int(d) for d in derivatives] == [1, 2, 4, 8, 16, 32]
    assert taylor(parse("abs(x)/x"), point(program, 0), "x", 2) is not None
    assert taylor(parse("1/x"), point(program, 0), "x", 2) is None
