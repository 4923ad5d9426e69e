"""Numbers as a person reads them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diffcmp.report import numbers


@pytest.mark.parametrize(("time", "text"), [
    (4.1e-7, "0.41 µs"), (9.96e-7, "1.0 µs"), (9.4e-6, "9.4 µs"), (9.96e-6, "10 µs"), (1.2e-4, "0.12 ms"),
    (4e-8, "40 ns"), (0.0, "0.00 ns"), (12.3, "12 s"), (None, "–"), (math.nan, "–"),
])  # fmt: skip
def test_seconds(time: float | None, text: str) -> None:
    assert numbers.seconds(time) == text


@pytest.mark.parametrize(("error", "text"), [
    (0.0, "exact"), (3.21e-16, "3.2e-16"), (9.97, "1.0e1"), (0.5, "0.50"), (1.0, "1.0"), (12345.0, "1.2e4"),
    (math.nan, "nan"), (math.inf, "inf"), (None, "–"), (np.float32(0.25), "0.25"), (5e-324, "5e-324"),
])  # fmt: skip
def test_magnitude(error: float | None, text: str) -> None:
    assert numbers.magnitude(error) == text


@pytest.mark.parametrize(("part", "text"), [
    ("1.2345e-40", "+1.2e-40"), ("-1.234e-400", "-1.2e-400"), ("0", "0"), ("0E-40", "0"), (None, "–"), ("nan", "nan"),
    ("-inf", "-inf"), ("inf", "inf"),
])  # fmt: skip
def test_signed(part: str | None, text: str) -> None:
    assert numbers.signed(part) == text


@pytest.mark.parametrize(("value", "figures", "text"), [
    (0.1, None, "0.1"), (np.float32(0.1), None, "0.1"), (np.float16(1 / 3), None, "0.3333"),
    (-1.2345678901234567e-5, None, "-1.2345678901234568e-5"), (1e300, 4, "1e300"), (2 / 3, 3, "0.667"),
    (math.nan, 3, "nan"), (-math.inf, 3, "-inf"), (None, 3, "–"), (-0.0, None, "-0.0"),
])  # fmt: skip
def test_estimate(value: object, figures: int | None, text: str) -> None:
    assert numbers.estimate(value, figures) == text


def test_a_long_double_keeps_its_digits() -> None:
    third = np.longdouble(1) / 3
    assert np.longdouble(numbers.estimate(third)) == third


@pytest.mark.parametrize(("h", "text"), [
    (1e-20, "1e-20"), (6.055e-6, "6.1e-6"), (1e-4, "1e-4"), (0.001, "0.001"), (1.0, "1"), (150.0, "150"), (None, "–"),
])  # fmt: skip
def test_step(h: float | None, text: str) -> None:
    assert numbers.step(h) == text


@pytest.mark.parametrize(("text", "shown"), [
    ("1.0000", "1"), ("100", "100"), ("0", "0"), ("-0.33330", "-0.3333"), ("1.0000e+40", "1e40"), ("inf", "∞"),
    ("-inf", "-∞"),
])  # fmt: skip
def test_known(text: str, shown: str) -> None:
    assert numbers.certified(text) == shown


def test_logarithms_of_what_no_float_holds() -> None:
    assert numbers.log10_magnitude("-1e-400") == -400
    assert (
        numbers.log10_magnitude("0")
        is numbers.log10_magnitude("nan")
        is numbers.log10_magnitude(None)
        is None
    )
