"""Rounding in four formats, IEEE results, three-valued conditions, exact powers, enclosures."""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from diffcmp.arithmetic.balls import Balls, exact_power, to_arb
from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.floats import DTYPES, Floats, exact


@pytest.mark.parametrize("dtype", DTYPES)
@given(value=st.fractions(-(10**6), 10**6))
def test_a_literal_is_the_nearest_number(dtype: str, value: F) -> None:
    floats = Floats(dtype)
    found = floats.literal(value)
    if math.isfinite(found):
        gap = abs(exact(found) - value)
        for other in (
            np.nextafter(found, type(found)(math.inf)),
            np.nextafter(found, type(found)(-math.inf)),
        ):
            assert not math.isfinite(other) or gap <= abs(exact(other) - value)


@pytest.mark.parametrize(("dtype", "value", "found"), [
    ("float64", F(1) + F(1, 2**53), 1.0), ("float64", F(1) + F(3, 2**53), 1 + 2.0**-51), ("float64", F(10) ** 400, math.inf),
    ("float64", -(F(10) ** 400), -math.inf), ("float64", F(1, 2**1075), 0.0), ("float64", F(3, 2**1075), 2 * 5e-324),
    ("float16", F(1) + F(1, 2**11), 1.0), ("float16", F(65519), 65504.0), ("float16", F(65520), math.inf),
    ("float16", F(1, 2**24), 2.0**-24), ("float16", F(1, 2**25), 0.0), ("float32", F(1) + F(1, 2**24) + F(1, 2**60), 1 + 2.0**-23),
])  # fmt: skip
def test_ties_subnormals_and_overflow(dtype: str, value: F, found: float) -> None:
    assert float(Floats(dtype).literal(value)) == found


@pytest.mark.parametrize(("name", "arguments", "found"), [
    ("log", [0.0], -math.inf), ("log", [-1.0], math.nan), ("exp", [1e4], math.inf), ("div", [1.0, 0.0], math.inf),
    ("div", [-1.0, 0.0], -math.inf), ("div", [0.0, 0.0], math.nan), ("sqrt", [-1.0], math.nan), ("power", [-8.0, 1 / 3], math.nan),
    ("power", [0.0, -1.0], math.inf), ("cosh", [-1e4], math.inf), ("sinh", [-1e4], -math.inf), ("gamma", [200.0], math.inf),
    ("gamma", [-1.0], math.nan), ("lgamma", [0.0], math.inf), ("acos", [2.0], math.nan), ("atanh", [1.0], math.inf),
    ("sin", [math.inf], math.nan), ("digamma", [0.0], math.nan), ("floor", [math.inf], math.inf),
])  # fmt: skip
@pytest.mark.parametrize("dtype", ["float64", "longdouble"])
def test_ieee_results_where_math_raises(
    dtype: str, name: str, arguments: list[float], found: float
) -> None:
    floats = Floats(dtype)
    with floats.quiet():
        value = float(
            operation(floats, name)(
                *(a if dtype == "float64" else np.longdouble(a) for a in arguments)
            )
        )
    if name == "exp" and dtype == "longdouble":
        assert value > 1e308
    elif name in ("cosh", "sinh", "gamma") and dtype == "longdouble" and math.isinf(found):
        assert math.copysign(1, value) == math.copysign(1, found)
    else:
        assert value == found or (math.isnan(value) and math.isnan(found))


def ball(middle: float, radius: float) -> arb:
    return arb(middle, radius)


@pytest.mark.parametrize(("name", "x", "y", "known"), [
    ("lt", ball(1, 0.1), ball(2, 0.1), True), ("lt", ball(1, 1), ball(2, 1), None), ("ge", ball(1, 0.1), ball(2, 0.1), False),
    ("eq", fmpq(1, 3), fmpq(1, 3), True), ("eq", ball(1, 0.1), ball(1, 0.1), None), ("ne", ball(1, 0.1), ball(3, 0.1), True),
    ("le", ball(1, 0), ball(1, 0), True),
])  # fmt: skip
def test_conditions_are_three_valued(name: str, x: Any, y: Any, known: bool | None) -> None:
    assert operation(Balls(), name)(x, y) is known


@pytest.mark.parametrize(("p", "q", "both", "either"), [
    (True, None, None, True), (False, None, False, None), (None, None, None, None), (True, False, False, True),
])  # fmt: skip
def test_logic_is_kleenes(
    p: bool | None, q: bool | None, both: bool | None, either: bool | None
) -> None:
    balls = Balls()
    assert operation(balls, "and")(p, q) is both
    assert operation(balls, "or")(p, q) is either


@pytest.mark.parametrize(("x", "y", "known"), [
    (F(4), F(1, 2), F(2)), (F(8, 27), F(2, 3), F(4, 9)), (F(2), F(1, 2), None), (F(-8), F(1, 3), None), (F(-2), F(3), F(-8)),
    (F(0), F(0), F(1)), (F(0), F(-1), None), (F(2), F(10**12), None),
])  # fmt: skip
def test_exact_powers(x: F, y: F, known: F | None) -> None:
    found = exact_power(fmpq(x.numerator, x.denominator), fmpq(y.numerator, y.denominator), 1000)
    assert (None if found is None else F(int(found.p), int(found.q))) == known


@pytest.mark.parametrize(
    "name",
    "sin cos tan asin acos atan sinh cosh tanh asinh atanh exp log sqrt erf erfc gamma digamma".split(),
)
@given(value=st.fractions(F(1, 50), F(49, 50), max_denominator=1000))
def test_enclosures_hold_mpmaths_values(name: str, value: F) -> None:
    balls = Balls(150)
    with mpmath.workdps(70), balls.working():
        true = arb(
            mpmath.nstr(getattr(mpmath, name)(mpmath.mpf(value.numerator) / value.denominator), 60)
        )
        found = to_arb(operation(balls, name)(balls.literal(value)))
        assert found.overlaps(true)
        assert found.rel_accuracy_bits() > 120
