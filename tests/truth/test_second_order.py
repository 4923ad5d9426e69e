"""Certified second derivatives: by hand at points where something happens, against mpmath where
nothing does."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

from diffcmp.language.parser import parse
from diffcmp.notes import Note
from diffcmp.point.point import point
from diffcmp.truth.certify import truth
from diffcmp.truth.record import Quantity, Truth


def second(expr: str, at: Any, *wrt: str, digits: int = 30) -> Truth:
    program = parse(expr)
    return truth(program, point(program, at), wrt or None, digits, order=2)


def number(quantity: Quantity | None) -> Any:
    """A rational to 25 digits, "inf", "-inf" or None."""
    text = None if quantity is None else quantity.text(25)
    return text if text in (None, "inf", "-inf") else Fraction(text)


def close(found: Any, known: str | None) -> bool:
    if known in (None, "inf", "-inf") or isinstance(found, str) or found is None:
        return bool(found == known)
    return abs(found - Fraction(known)) <= Fraction(1, 10**20) * max(abs(found), 1)


@pytest.mark.parametrize(("expr", "at", "kind", "derivative", "left", "right"), [
    ("x**3", "2", "smooth", "12", "12", "12"),
    ("x**2", "0", "smooth", "2", "2", "2"),
    ("3*x + 1", "5", "smooth", "0", "0", "0"),
    ("sin(x)", "0", "smooth", "0", "0", "0"),
    ("sin(x)", "pi", "smooth", "0", "0", "0"),
    ("cos(x)", "pi", "smooth", "1", "1", "1"),
    ("x*abs(x)", "0", "smooth", None, "-2", "2"),
    ("x**2*heaviside(x)", "0", "smooth", None, "0", "2"),
    ("where(x > 0, x**3, 0)", "0", "smooth", "0", "0", "0"),
    ("where(x > 0, x**3, x**2)", "0", "smooth", None, "2", "0"),
    ("where(x < 1, x**2, 2*x - 1)", "1", "smooth", None, "2", "0"),
    ("where(x == 0, 1, (exp(x)-1)/x)", "0", "smooth", "1/3", "1/3", "1/3"),
    ("abs(x)**3", "0", "smooth", "0", "0", "0"),
    ("x**2*abs(x)", "0", "smooth", "0", "0", "0"),
    ("sqrt(x**4)", "0", "smooth", "2", "2", "2"),
    ("sqrt(x**6)", "0", "smooth", "0", "0", "0"),
    ("x*sqrt(x**2)", "0", "smooth", None, "-2", "2"),
    ("abs(x)**1.5", "0", "smooth", None, "inf", "inf"),
    ("x*cbrt(x**2)", "0", "smooth", None, "-inf", "inf"),
    ("x**(5/3)", "0", "domain edge", None, None, "inf"),
    ("-x**1.5", "0", "domain edge", None, None, "-inf"),
    ("x**2.5", "0", "domain edge", None, None, "0"),
    ("acos(1-x)**2", "0", "domain edge", None, None, "2/3"),  # 2x + x²/3 + …
    ("x**2*log(x)", "0", "domain edge", None, None, "-inf"),
    ("x**3*log(x)", "0", "domain edge", None, None, "0"),
    ("x**2*log(x**2)", "0", "removable", None, "-inf", "-inf"),
    ("x/log(x)", "0", "domain edge", None, None, "-inf"),
    ("x**2/log(x)", "0", "domain edge", None, None, "0"),
    ("exp(-1/x**2)", "0", "removable", "0", "0", "0"),
    ("where(x > 0, exp(-1/x), x**2)", "0", "smooth", None, "2", "0"),
    ("sin(x)/x", "0", "removable", "-1/3", "-1/3", "-1/3"),
    ("(1-cos(x))/x**2", "0", "removable", "-1/12", "-1/12", "-1/12"),
    ("(t**2-4)/(t-2)".replace("t", "x"), "2", "removable", "0", "0", "0"),
    ("x/(exp(x)-1)", "0", "removable", "1/6", "1/6", "1/6"),
    ("tan(x)/x", "0", "removable", "2/3", "2/3", "2/3"),
    ("sinc(x)", "0", "smooth", "-1/3", "-1/3", "-1/3"),
    ("softsign(x)", "0", "smooth", None, "2", "-2"),
    ("elu(x)", "0", "smooth", None, "1", "0"),
    ("abs(x)", "0", "kink", None, "0", "0"),
    ("abs(x)*exp(x)", "0", "kink", None, "-2", "2"),
    ("relu(x)*x", "0", "smooth", None, "0", "2"),
    ("cbrt(x)", "0", "vertical tangent", None, None, None),
    ("sqrt(x)", "0", "domain edge", None, None, None),
    ("where(x > 0, x*log(x), x**2)", "0", "vertical tangent", None, "2", None),
    ("1/x", "0", "pole", None, None, None),
    ("sign(x)", "0", "jump", None, None, None),
    ("log(x)", "-1", "outside domain", None, None, None),
    ("x**2*sin(1/x)", "0", "undecided", None, None, None),
    ("x**4*sin(1/x)", "0", "undecided", None, None, None), ("x**3*sin(1/x)", "0", "undecided", None, None, None),
    ("x**2*softplus(1/x)", "0", "kink", None, "0", "0"),
    ("abs(sin(x))**3", "pi", "smooth", "0", "0", "0"),
    ("sin(x)*abs(sin(x))", "pi", "smooth", None, "2", "-2"),
])  # fmt: skip
def test_by_hand(
    expr: str, at: str, kind: str, derivative: str | None, left: str | None, right: str | None
) -> None:
    found = second(expr, at)
    along = found.along["x"]
    assert (found.kind.value, found.order) == (kind, 2)
    assert close(number(along.derivative), derivative)
    assert close(number(along.left), left)
    assert close(number(along.right), right)
    assert found.certified == (kind != "undecided")


@pytest.mark.parametrize(("expr", "f", "at"), [
    ("exp(x)/sqrt(sin(x)**3+cos(x)**3)", lambda x: mpmath.exp(x) / mpmath.sqrt(mpmath.sin(x) ** 3 + mpmath.cos(x) ** 3), "1.5"),
    ("gamma(x)", mpmath.gamma, "2.75"), ("lgamma(x)", mpmath.loggamma, "0.3"), ("digamma(x)", mpmath.digamma, "1.5"),
    ("x**x", lambda x: x**x, "0.7"), ("erf(x)*atan(x)", lambda x: mpmath.erf(x) * mpmath.atan(x), "-1.3"),
    ("x**3", lambda x: x**3, "-2"), ("x**-2.5", lambda x: x ** mpmath.mpf("-2.5"), "0.01"), ("tanh(x)", mpmath.tanh, "20"),
    ("(1-cos(x))/x**2", lambda x: (1 - mpmath.cos(x)) / x**2, "1e-8"), ("log(1+exp(x))", lambda x: mpmath.log(1 + mpmath.exp(x)), "300"),
    ("abs(x-1)*x", lambda x: abs(x - 1) * x, "0.5"), ("asin(x)", mpmath.asin, "0.99"),
])  # fmt: skip
def test_against_mpmath(expr: str, f: Any, at: str) -> None:
    found = second(expr, at, digits=40).along["x"].derivative
    with mpmath.workdps(400):
        h = mpmath.mpf(10) ** -100
        x = mpmath.mpf(at)
        known = (f(x + h) - 2 * f(x) + f(x - h)) / h**2
        assert found is not None
        assert mpmath.almosteq(mpmath.mpf(found.text(40)), known, rel_eps=mpmath.mpf(10) ** -38)


@pytest.mark.parametrize(("expr", "at", "mixed"), [
    ("x**2*y**3", {"x": "2", "y": "-1"}, "12"), ("x**2*y**3", {"x": "2", "y": "0"}, "0"), ("x + y", {"x": "1", "y": "1"}, "0"),
    ("cos(x)*y", {"x": "pi", "y": "1"}, "0"), ("sin(x)*y", {"x": "pi", "y": "1"}, "-1"), ("x*y", {"x": "0", "y": "0"}, "1"),
    ("max(x, 2*y)*y", {"x": "3", "y": "1"}, "1"), ("atan2(y, x)", {"x": "1", "y": "0"}, "-1"), ("x/y", {"x": "1", "y": "2"}, "-1/4"),
])  # fmt: skip
def test_mixed(expr: str, at: dict[str, str], mixed: str) -> None:
    found = second(expr, at, "x:y", "y:x", "x")
    assert found.certified
    assert close(number(found.derivative("x:y")), mixed)
    assert close(number(found.derivative("y:x")), mixed)
    assert set(found.along) == {"x:y", "y:x", "x"}


@pytest.mark.parametrize(("expr", "at", "mixed"), [
    ("abs(x-y)**2", {"x": "1", "y": "1"}, "-2"), ("sinc(x-y)", {"x": "1", "y": "1"}, "1/3"), ("x*abs(x)*y", {"x": "0", "y": "1"}, "0"),
    ("relu(x-y)**3", {"x": "1", "y": "1"}, "0"), ("sqrt((x-y)**4)", {"x": "0", "y": "0"}, "-2"), ("cbrt(x-y)**6", {"x": "1", "y": "1"}, "-2"),
    ("hypot(x, y)**2", {"x": "0", "y": "0"}, "0"), ("abs(x*y)**2", {"x": "0", "y": "0"}, "0"), ("abs(x-y)*abs(x+y)", {"x": "0", "y": "0"}, "0"),
    ("where(x > y, sin(x-y)**2, (x-y)**2)", {"x": "1", "y": "1"}, "-2"), ("(x*abs(x)+y)**2", {"x": "0", "y": "0"}, "0"),
    ("abs(x-y)**2*exp(x) + z", {"x": "1", "y": "1", "z": "3"}, "-5.43656365691809047072057494270532"), ("atan2(y, x)", {"x": "0", "y": "1"}, "1"),
    ("atan2(y, x)", {"x": "0", "y": "-2"}, "1/4"), ("atan2(y*x, x)", {"x": "1", "y": "0"}, "0"),
])  # fmt: skip
def test_mixed_where_pieces_meet(expr: str, at: dict[str, str], mixed: str) -> None:
    """By hand: ∂f/∂x beside the point, differentiated by y."""
    found = second(expr, at, "x:y", "y:x")
    assert found.certified
    assert close(number(found.derivative("x:y")), mixed)
    assert close(number(found.derivative("y:x")), mixed)


@pytest.mark.parametrize(("expr", "at", "kind"), [
    ("abs(x)*y", {"x": "0", "y": "1"}, "kink"), ("max(x, y)", {"x": "1", "y": "1"}, "kink"),
    ("x*y*(x**2-y**2)/(x**2+y**2)", {"x": "0", "y": "0"}, "removable"),  # ∂²f/∂x∂y = 1 and ∂²f/∂y∂x = -1 there
    ("relu(x-y)**2", {"x": "1", "y": "1"}, "smooth"),  # ∂f/∂x = 2·relu(x-y), with slopes 0 and -2 along y
    ("x**2*log(x**2+y**2)", {"x": "0", "y": "0"}, "removable"),
    ("floor(x+y)*sin(x-y)**2", {"x": "0", "y": "0"}, "smooth"),  # ∂f/∂x is 0 for y > 0 and sin(2y) for y < 0
])  # fmt: skip
def test_mixed_where_f_is_not_smooth_is_left_open(expr: str, at: dict[str, str], kind: str) -> None:
    found = second(expr, at, "x:y")
    assert (found.kind.value, found.along["x:y"].kind.value, found.derivative("x:y")) == (
        kind,
        "undecided",
        None,
    )
    assert not found.certified
    assert Note.MIXED_UNDECIDED in {r.note for r in found.remarks}


@pytest.mark.parametrize("digits", [1, 100, 300])
def test_digits(digits: int) -> None:
    """e to 300 digits, by the sum of 1/k!."""
    e, term = Fraction(0), Fraction(1)
    for k in range(1, 250):
        e, term = e + term, term / k
    found = second("exp(x)", 1, digits=digits).derivative("x")
    assert found is not None
    assert found.exact is not None
    assert abs(found.exact - e) < e / 10**digits


def test_a_second_derivative_that_only_exact_reasoning_joins() -> None:
    """Both sides have the second derivative sin²1 + cos²1 = 1 and 1, which balls cannot tell from
    one another."""
    found = second("where(x > 0, (sin(1)**2+cos(1)**2)*x**2/2, x**2/2)", "0")
    assert found.certified
    assert close(number(found.derivative("x")), "1")
    apart = second("where(x > 0, (sin(1)**2+cos(1)**2+1e-300)*x**2/2, x**2/2)", "0")
    assert apart.derivative("x") is None
