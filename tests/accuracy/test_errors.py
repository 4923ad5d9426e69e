"""Numbers held against the truth, by definitions that a reader can check by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcmp.accuracy.judging.errors import Errors, full_digits, worst
from diffcmp.accuracy.judging.fit import slope
from diffcmp.arithmetic.floats import Floats, exact, finite

DOUBLE, SINGLE = Floats(), Floats("float32")
FULL = 53 * math.log10(2)


@pytest.mark.parametrize(("value", "true", "absolute", "relative", "digits", "ulps"), [
    (2.0, Fraction(2), 0.0, 0.0, FULL, 0.0),
    (2.5, Fraction(2), 0.5, 0.25, math.log10(4), 0.5 * 2.0**51),
    (1 + 2.0**-52, Fraction(1), 2.0**-52, 2.0**-52, 52 * math.log10(2), 1.0),
    (9.0, Fraction(1), 8.0, 8.0, 0.0, 8 * 2.0**52),
    (0.0, Fraction(0), 0.0, 0.0, FULL, 0.0),
    (1e-3, Fraction(0), 1e-3, None, 3.0, math.inf),
    (math.nan, Fraction(1), None, None, 0.0, None),
    (-math.inf, Fraction(1), None, None, 0.0, None),
    (None, Fraction(1), None, None, None, None),
    (1.0, None, None, None, None, None),
])  # fmt: skip
def test_errors(
    value: Any,
    true: Fraction | None,
    absolute: float | None,
    relative: float | None,
    digits: float | None,
    ulps: float | None,
) -> None:
    errors = Errors(value, true, DOUBLE)
    assert (errors.absolute, errors.relative) == (absolute, relative)
    assert errors.digits == (digits if digits is None else pytest.approx(digits))
    measured = None if errors.ulps is None else float(errors.ulps)
    assert measured == (ulps if ulps is None else pytest.approx(ulps))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_errors_over_the_range_of_every_format(dtype: str) -> None:
    """A number that is off by a hundredth has two correct digits, whatever its size."""
    floats = Floats(dtype)
    smallest, largest = floats.least_exponent, 1 - floats.least_exponent
    for exponent in [*range(smallest, largest, max(largest // 40, 1)), largest]:
        number = floats.literal(Fraction(2) ** exponent)
        true = exact(number) * Fraction(101, 100)
        errors = Errors(number, true, floats)
        assert finite(number)
        assert errors.exact == true / 101
        assert errors.digits == pytest.approx(math.log10(101))
        assert errors.relative == pytest.approx(1 / 101)
        size = errors.absolute
        assert size is not None
        assert abs(Fraction(size) / (true / 101) - 1) < 1e-9
    for bad in (math.inf, -math.inf, math.nan):
        value = floats.literal(Fraction(0)) + bad
        assert not finite(value)
        assert Errors(value, Fraction(1), floats).digits == 0


def test_an_error_beyond_float64_is_a_decimal_number_and_not_inf_or_0() -> None:
    huge, tiny = Errors(0.0, Fraction(10) ** 400, DOUBLE), Errors(0.0, Fraction(10) ** -400, DOUBLE)
    assert (huge.absolute, tiny.absolute) == (Decimal("1e400"), Decimal("1e-400"))
    assert huge.relative == tiny.relative == 1


def test_a_format_of_fewer_digits() -> None:
    errors = Errors(np.float32(1) + np.float32(2) ** -23, Fraction(1), SINGLE)
    assert errors.ulps == 1.0
    assert Errors(np.float32(1), Fraction(1), SINGLE).digits == full_digits(SINGLE)


@given(st.floats(-1e6, 1e6), st.fractions(-(10**6), 10**6))
def test_no_more_digits_than_the_format_holds(value: float, true: Fraction) -> None:
    errors = Errors(value, true, DOUBLE)
    assert errors.digits is not None
    assert 0 <= errors.digits <= FULL
    assert (errors.exact == 0) == (Fraction(value) == true)


@pytest.mark.parametrize(("pairs", "name", "norm"), [
    ({"x": (1.5, 1), "y": (10.25, 10)}, "x", 0.05),
    ({"x": (None, 1), "y": (11.0, 10)}, "y", 0.1),
    ({"x": (5.0, None), "y": (10.0, 10)}, "y", 0.0),
    ({"x": (math.nan, 1), "y": (99.0, 10)}, "x", None),
    ({"x": (0.5, 0), "y": (0.0, 0)}, "x", 0.5),
    ({"x": (None, 1)}, None, None),
    ({}, None, None),
])  # fmt: skip
def test_the_worst_component(
    pairs: dict[str, tuple[float | None, int | None]], name: str | None, norm: float | None
) -> None:
    errors = {
        key: Errors(value, None if true is None else Fraction(true), DOUBLE)
        for key, (value, true) in pairs.items()
    }
    assert worst(errors) == (name, norm)


@given(st.floats(-9, 9), st.floats(-9, 9), st.lists(st.integers(-50, 50), min_size=3, unique=True))
def test_the_slope_of_points_on_a_line(a: float, b: float, places: list[int]) -> None:
    assert slope([(x, a * x + b) for x in places]) == pytest.approx(a, abs=1e-9)


def test_two_points_have_no_slope() -> None:
    assert slope([(0, 0), (1, 1)]) is None
