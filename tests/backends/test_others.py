"""Complex step, Ridders, dual, tape and the registry: known answers, and the reason of every
failure."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import pytest

from diffcmp import InputError, compare, derivative, grad
from diffcmp.backends import registry
from diffcmp.backends.richardson import ROWS
from diffcmp.notes import Note

POINTS = {
    "sin": 0.7, "cos": 0.7, "tan": 0.7, "asin": 0.3, "acos": 0.3, "atan": -2.0, "sinh": 1.5, "cosh": -1.5, "tanh": 0.9,
    "asinh": 2.0, "acosh": 1.5, "atanh": 0.4, "exp": -1.0, "exp2": 0.5, "expm1": 1e-9, "log": 0.1, "log2": 3.0, "log10": 3.0,
    "log1p": -0.5, "sqrt": 2.0, "cbrt": -2.0, "abs": -3.0, "erf": 0.5, "erfc": 2.0, "gamma": 3.3, "lgamma": 3.3,
    "digamma": 2.2, "sinc": 0.9, "sigmoid": -3.0, "softplus": 2.0, "relu": 1.0, "elu": -0.5, "selu": -0.5, "gelu": -0.8,
    "silu": 0.6, "softsign": -2.0, "leaky_relu": -1.0, "floor": 0.5, "ceil": 0.5, "sign": -1.0, "heaviside": 2.0,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(POINTS))
@pytest.mark.parametrize("backend", ["complex-step", "dual", "tape"])
def test_every_function_against_mpmath(name: str, backend: str) -> None:
    """By mpmath's own function where it has one, differentiated numerically at 40 digits."""
    known: dict[str, Any] = {
        "exp2": lambda x: 2**x, "log2": lambda x: mpmath.log(x, 2), "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
        "abs": abs, "lgamma": mpmath.loggamma, "sinc": lambda x: mpmath.sin(x) / x, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
        "softplus": lambda x: mpmath.log1p(mpmath.exp(x)), "relu": lambda x: max(x, 0), "ceil": mpmath.ceil,
        "elu": lambda x: x if x > 0 else mpmath.expm1(x), "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
        "selu": lambda x: mpmath.mpf("1.0507009873554804934193349852946") * mpmath.mpf("1.6732632423543772848170429916717")
        * mpmath.expm1(x), "silu": lambda x: x / (1 + mpmath.exp(-x)), "softsign": lambda x: x / (1 + abs(x)),
        "leaky_relu": lambda x: x / 100 if x < 0 else x, "sign": mpmath.sign, "heaviside": lambda x: mpmath.mpf(x > 0),
    }  # fmt: skip
    f = known.get(name) or getattr(mpmath, name)
    with mpmath.workdps(40):
        true = float(mpmath.diff(f, mpmath.mpf(POINTS[name])))
    assert grad(f"{name}(x)", POINTS[name], backend) == pytest.approx(true, rel=4e-15, abs=1e-300)


@pytest.mark.parametrize(("expr", "at"), [
    ("log(x)", -2), ("sqrt(x)", -1), ("asin(x)", 2), ("acos(x)", -2), ("acosh(x)", 0), ("atanh(x)", 3), ("x**0.5", -1),
    ("log1p(x)", -2), ("(x-3)**x", 2.5),
])  # fmt: skip
def test_complex_step_stays_inside_the_real_domain(expr: str, at: float) -> None:
    assert math.isnan(grad(expr, at, "complex-step"))


@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("max(x, 2*x)", 1, 2), ("min(x, 2*x)", 1, 1), ("where(x > 2, x**2, x)", 3, 6), ("atan2(x, -1)", 1, -0.5),
    ("atan2(1, x)", -1, -0.5), ("hypot(x, 4)", 3, 0.6), ("clip(x, 0, 1)", 2, 0), ("copysign(x, -1)", 3, -1), ("x**3", -2, 12),
    ("x**-2", -1, 2), ("x**101", -1, 101), ("abs(x)**3", -2, -12),
])  # fmt: skip
def test_complex_step_safe_forms(expr: str, at: float, slope: float) -> None:
    """Martins, Sturdza & Alonso (2003), section 4.1: pieces are chosen by the real part."""
    assert grad(expr, at, "complex-step") == pytest.approx(slope, rel=1e-15)


def test_ridders_reaches_more_digits_than_any_single_step() -> None:
    rows = {
        r.backend: r
        for r in compare("exp(x)", 1, backends=["central", "central6", "richardson"]).rows
    }
    digits = {name: row.digits["x"] or 0 for name, row in rows.items()}
    assert digits["richardson"] > max(digits["central"], digits["central6"])
    assert rows["richardson"].evaluations <= 2 * ROWS


def test_derivative_is_compiled_and_never_raises() -> None:
    slope = derivative("exp(x)")
    assert (slope(0.0), slope(1000.0), math.isnan(derivative("log(x)/x")(0.0))) == (
        1.0,
        math.inf,
        False,
    )
    assert derivative("x*y", wrt="y")(3.0, 5.0) == 3.0
    assert derivative("sin(x)", "central")(0.0) == pytest.approx(1, rel=1e-9)


def test_the_registry_names_what_is_near() -> None:
    with pytest.raises(InputError, match="unknown backend 'centrall'") as caught:
        registry.backend("centrall")
    assert "Did you mean 'central'" in str(caught.value)


@pytest.mark.parametrize(("expr", "at", "backend", "note", "piece"), [
    ("1 + sin(x)/x", 0, "dual", Note.ZERO_OVER_ZERO, "sin(x)/x"),
    ("1/x - 1/sin(x)", 0, "dual", Note.INFINITE_DIFFERENCE, "1/x - 1/sin(x)"),
    ("exp(-x)*exp(x)", 800, "dual", Note.OVERFLOW, "exp(x)"),
    ("2 + asin(x)", 2, "tape", Note.OUTSIDE_DOMAIN, "asin(x)"),
    ("x + sqrt(x)", 0, "dual", Note.INFINITE_SLOPE, "sqrt(x)"),
    ("x + exp(x)", 1000, "dual", Note.SLOPE_BEYOND, "exp(x)"),
    ("where(x < 1, x, sqrt(x))", 0, "tape", Note.UNTAKEN_BRANCH, "sqrt(x)"),
    ("2 + 1/x", 0, "dual", Note.DIVISION_BY_ZERO, "1/x"),
])  # fmt: skip
def test_the_culprit_is_underlined(
    expr: str, at: float, backend: str, note: Note, piece: str
) -> None:
    (row,) = compare(expr, at, backends=[backend]).rows
    assert (note, piece) in [(r.note, r.piece) for r in row.remarks]
