"""Exact numbers of a point have limits, as literals have."""

from __future__ import annotations

import math
import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import diffcmp
from diffcmp import InputError, certify
from diffcmp.errors import Fault
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point, located


@pytest.mark.parametrize("value", [
    Decimal("1E+30000000"),
    Decimal("-1E+999999999"),
    Decimal("1E-30000000"),
    Decimal("1E+5001"),
    Decimal("1." + "1" * 1000),
    10**7000,
    -(2**1_000_000),
    Fraction(1, 3**20_000),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_is_too_long_is_refused_at_once(value: Any) -> None:
    began = time.monotonic()
    for at in (value, [1, value], {"x": value}):
        with pytest.raises(InputError) as caught:
            certify("sum(x**2)", at)
        assert caught.value.fault is Fault.POINT_LONG
        assert "1000 digits and an exponent of 5000" in str(caught.value)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("value", [
    Decimal("1E+5000"),
    Decimal("1E-5000"),
    Decimal(2.0**-1074),
    10**5000,
    Fraction(10**5000 + 1, 10**5000),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_is_within_the_limits_is_exact(value: Any) -> None:
    truth = certify("x**2", value)
    assert truth.along["x"].derivative is not None
    assert coordinate(value).rational == Fraction(value)
    assert coordinate(value).text


def test_zero_has_no_exponent() -> None:
    assert coordinate(Decimal("0E+999999999")).rational == 0
    assert coordinate(Decimal("-0E-999999999")).rational == 0


@pytest.mark.parametrize("value", [Decimal("sNaN"), Decimal("Infinity"), float("nan")])
def test_what_is_not_finite_is_refused(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        coordinate(value)
    assert caught.value.fault is Fault.POINT_NOT_FINITE


@pytest.mark.parametrize(("value", "sign"), [
    ("inf", 1), ("+inf", 1), ("oo", 1), ("Infinity", 1), (" ∞ ", 1), ("-inf", -1), ("-oo", -1), ("-INFINITY", -1),
    (math.inf, 1), (-math.inf, -1), (np.inf, 1), (np.float32("-inf"), -1), (Decimal("Infinity"), 1), (Decimal("-Infinity"), -1),
], ids=repr)  # fmt: skip
def test_infinity_where_the_caller_allows_it(value: Any, sign: int) -> None:
    at = point_at("x", value)
    assert at.coordinates["x"].infinite == sign
    assert at.infinite == "x"
    assert at.texts() == {"x": "inf" if sign > 0 else "-inf"}
    with pytest.raises(InputError) as caught:
        coordinate(value)
    assert caught.value.fault is Fault.POINT_NOT_FINITE


def point_at(expr: str, at: Any) -> Point:
    return located(expr, at, infinity=True).at


@pytest.mark.parametrize(
    "value",
    [
        "nan",
        "1/0",
        "inf + 1",
        "2*oo",
        "infin",
        float("nan"),
        Decimal("nan"),
        ["inf"],
        "[1, inf]",
        "linspace(0, inf, 3)",
    ],
)
def test_what_is_no_infinity_is_refused_all_the_same(value: Any) -> None:
    with pytest.raises(InputError):
        point_at("sum(x)", value)


def test_one_coordinate_at_infinity() -> None:
    at = point_at("x*y", {"x": "2", "y": "-oo"})
    assert (at.infinite, at.coordinates["x"].rational) == ("y", 2)
    assert point_at("x", "2").infinite is None


@pytest.mark.parametrize("value", ["[1,2]", "[[1]]", "[pi]", "[1]*2"])
def test_a_vector_is_no_number(value: str) -> None:
    for ends in ((value, "3"), ("0", value)):
        with pytest.raises(InputError) as caught:
            diffcmp.map("x**2", *ends, points=3, backends=["dual"])
        assert caught.value.fault is Fault.POINT_SHAPE
