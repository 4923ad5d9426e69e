"""Never finite, wrong and silent: what the engines answer where their plain derivative is in doubt,
in every format, and what they warn of."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import diffcmp
from diffcmp import PrecisionWarning, compare, derivative, grad, gradient, hessian
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import DTYPES, Floats
from diffcmp.engines.lhopital.answer import answer
from diffcmp.engines.lhopital.enclosed import enclosed
from diffcmp.language.parser import parse
from diffcmp.notes import Note

ENGINES = ["dual-lhopital", "tape-lhopital"]
STEPS = "l = floor(t); u = ceil(t); w = t-l; (1-w)*0.25*l + w*0.25*u"


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope"), [
    (STEPS, 1.0, 0.25), ("abs(x-0.1)", 0.1, 1.0), ("x*tanh(exp(x))", 800.0, 1.0), ("(x-sin(x))/x**3", 1e-4, -1e-4 / 60),
    ("log(exp(-x))", 800.0, -1.0), ("atanh(tanh(x))", 25.0, 1.0), ("where(x < 1, x, log(x) + 1)", 1.0, 1.0),
    ("(sin(x)-sin(1))/(x-1)", 1.0, -math.sin(1) / 2), ("x + 0*floor(x)", 1.0, 1.0), ("log(cosh(x))", 1e-9, 1e-9),
    ("(1-x)*tan(pi*x/2)", 1.0, 0.0), ("sin(pi*x)**2/(x-2)", 2.0, math.pi**2), ("(sin(pi*x/6)-1/2)/(x-1)", 1.0, -math.pi**2 / 144),
])  # fmt: skip
def test_right_and_silent(expr: str, at: float, slope: float, backend: str) -> None:
    assert derivative(expr, backend)(at) == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at"), [
    ("floor(x)", 1.0), ("sign(x)", 0.0), ("heaviside(x)", 0.0), ("abs(sign(x))", 0.0), ("heaviside(log(x))", 1.0), ("sign(log2(x)-log(1))", 1.0), ("where(x == 0, 5, x)", 0.0), ("log(x)", -1.0),
    ("atan(1/x)", 0.0), ("x + sqrt(-1-x**2)", 1.0), ("x + log(-2)", 1.0), ("(x-2)*floor(x) + ceil(x)", 2.0),
])  # fmt: skip
def test_no_number_where_there_is_no_derivative(expr: str, at: float, backend: str) -> None:
    assert math.isnan(derivative(expr, backend)(at))


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope", "told"), [
    ("abs(x)", 0.0, 0.0, "-1 from the left, 1 from the right"), ("relu(x)", 0.0, 0.0, "0 from the left, 1 from the right"),
    ("x**1.5", 0.0, 0.0, "undefined from the left"), ("exp(-x**2)", 30.0, 0.0, "underflow"), ("x**pi", 0.0, 0.0, "no series"),
    ("sin(x)**2 + cos(x)**2", 0.3, 0.0, "taken to be zero"),
])  # fmt: skip
def test_a_number_that_may_be_wrong_comes_with_a_warning(
    expr: str, at: float, slope: float, told: str, backend: str
) -> None:
    f = derivative(expr, backend)
    with pytest.warns(PrecisionWarning, match=told) as caught:
        assert f(at) == slope
    assert caught[0].filename == __file__
    with pytest.warns(PrecisionWarning, match=told) as caught:
        assert grad(expr, at, backend=backend) == slope
    assert caught[0].filename == __file__


def test_a_warning_is_shown_once_a_call_site() -> None:
    f = derivative("abs(x)", "dual-lhopital")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            f(0.0)
        f(0.0)
    assert len(caught) == 2


@pytest.mark.parametrize("backend", ENGINES)
def test_arrays_warn_once_and_are_right_elsewhere(backend: str) -> None:
    x = np.array([[-1.0, 0.0], [0.0, 2.0]])
    with pytest.warns(PrecisionWarning) as caught:
        found = derivative("abs(x)*x + abs(x)", backend)(x)
    assert found.tolist() == [[1.0, 0.0], [0.0, 5.0]]
    assert len(caught) == 1
    assert caught[0].filename == __file__
    with pytest.warns(PrecisionWarning):
        assert gradient("sum(abs(x))", backend)([0, 1]).tolist() == [0, 1]


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "second"), [
    ("abs(x-y)**2", (1, 1), [[2, -2], [-2, 2]]), ("hypot(x, y)**2", (0, 0), [[2, 0], [0, 2]]), ("sinc(x-y)", (1, 1), [[-1 / 3, 1 / 3], [1 / 3, -1 / 3]]),
    ("x*y*abs(x-y)", (2, 2), [[math.nan, math.nan], [math.nan, math.nan]]),
])  # fmt: skip
def test_second_derivatives_where_pieces_meet(
    expr: str, at: tuple[float, ...], second: list[list[float]], backend: str
) -> None:
    found = np.array(hessian(expr, backend=backend)(*at))
    np.testing.assert_allclose(found, second, rtol=1e-12)


@pytest.mark.parametrize(("expr", "by", "found"), [
    ("x*y*(x**2-y**2)/(x**2+y**2)", ("x", "y"), -1.0), ("x*y*(x**2-y**2)/(x**2+y**2)", ("y", "x"), 1.0), ("sin(x*y)/x", ("x", "y"), 0.0),
    ("abs(x)*y", ("x", "y"), math.nan), ("x**3/(x**2+y**2)", ("x", "y"), math.nan), ("hypot(x, y)", ("x", "y"), math.nan),
    ("(x-1)*floor(x)*y + x", ("x", "y"), math.nan), ("x*y*max(x, y)", ("x", "y"), 0.0),
])  # fmt: skip
def test_mixed_derivatives(expr: str, by: tuple[str, str], found: float) -> None:
    """The first two are the textbook's: the order in which one differentiates counts."""
    program = parse(expr)
    at = [1.0, 0.0] if "floor" in expr else [0.0, 0.0]
    said = answer(program, by, at, math.nan, Floats()).derivative
    assert said == pytest.approx(found, abs=1e-15, nan_ok=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(
    "expr", ["(x-sin(x))/x**3", "(1-cos(x))/x**2", "(exp(x)-1-x)/x**2", "log(1+x)/x"]
)
def test_every_format_keeps_half_of_its_digits(expr: str, backend: str, dtype: str) -> None:
    for at in ("0.05", "0.01", "1e-3", "3e-5"):
        (row,) = compare(expr, at, backends=[backend], dtype=dtype).rows
        digits, half = row.digits["x"], Floats(dtype).precision * math.log10(2) / 2
        assert digits is not None
        assert digits >= half or row.remarks or Floats(dtype).least_exponent > -30


def test_a_longdouble_beyond_float64_is_finite() -> None:
    (row,) = compare("exp(exp(x))", 7, backends=["dual-lhopital"], dtype="longdouble").rows
    assert not {remark.note for remark in row.remarks} & {Note.SLOPE_BEYOND, Note.UNRESOLVED}
    assert row.digits["x"] is not None
    assert row.digits["x"] > 15


def known(expr: str) -> Any:
    """The function in mpmath, for the sums below."""
    return lambda x: eval(expr, {"x": x, **{n: getattr(mp, n) for n in ("sin", "exp", "sqrt")}})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(
        [
            "(exp(x) - 1 - x)/(2 + sin(x))",
            "sqrt(1 + x*x) - 1",
            "sin(x)*exp(-x*x)",
            "1/(x*x + 1/1024)",
        ]
    ),
    st.floats(-3, 3),
)
def test_the_enclosure_holds_the_true_derivative(expr: str, at: float) -> None:
    """By mpmath's numerical derivative at 60 digits."""
    program = parse(expr)
    found = enclosed(program, ("x",), [at], Floats())
    assert found is not None
    with mp.workdps(60):
        slope = mp.diff(known(expr), mpf(at), h=mpf(10) ** -25)
        text = mp.nstr(slope, 40)
    with Balls(200).working():
        radius = to_arb(found.derivative).rad()
        gap = abs(to_arb(found.derivative).mid() - arb(text))
        assert not gap > radius + arb(10) ** -30


def test_the_class_is_public() -> None:
    assert issubclass(diffcmp.PrecisionWarning, UserWarning)
