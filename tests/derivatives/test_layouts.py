"""Emitted code gives the same numbers wherever its arguments lie: Python numbers, and arrays of
any axes, strides and length."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

from diffcmp import InputError, derivative, gradient
from diffcmp.engines.arrays.blocks import LONG
from tests.strategies import expressions

POINTS = [-3.5, -1.0, -0.0, 0.0, 0.25, 1.0, 1.5, 2.0, 700.0, -700.0, 1e30, math.inf, -math.inf, math.nan]  # fmt: skip
PLAIN = np.array(POINTS, np.float32).astype(float)
# outside the domain of a part of them; the issue's own are the first three
EXPRESSIONS = [
    "abs(x)*(x**3)**(1/3)", "tanh(x)*(x**5)**(1/5)", "copysign(x, log(x))", "copysign(x, -sqrt(x))", "copysign(x**2, x-1)",
    "abs(log(x))", "sqrt(x)", "x**x", "where(x > 0, log(x), x**2)", "max(sqrt(x), -x)", "gamma(x)", "acosh(x)*x", "1/x", "3*x", "x**(1/3)", "_**2",
]  # fmt: skip


def layouts() -> Iterator[NDArray[Any]]:
    """The points again, in other places."""
    n = len(PLAIN)
    spread = np.zeros(3 * n)
    spread[::3] = PLAIN
    yield spread[::3]
    yield PLAIN[::-1].copy()[::-1]
    yield np.array(PLAIN[:1])
    read_only = PLAIN.copy()
    read_only.setflags(write=False)
    yield read_only
    yield PLAIN.reshape(2, -1)
    yield np.asfortranarray(np.resize(PLAIN, (2, 3, n)))
    yield PLAIN.astype(np.float32)
    yield np.resize(PLAIN, LONG + 1)


def differing(text: str, backend: str) -> list[Any]:
    """Where an array gives anything but what its numbers give, up to the last digits, in which
    NumPy and the C library are not of one mind."""
    slope = derivative(text, backend)
    numbers = {x.tobytes(): slope(float(x)) for x in PLAIN}
    differing = []
    for array in (PLAIN, *layouts()):
        out = slope(array)
        assert (out.shape, out.dtype) == (array.shape, np.dtype(float))
        flat = array.astype(float).ravel()[: 4 * len(PLAIN)]
        expected = [numbers[x.tobytes()] for x in flat]
        same = np.isclose(out.ravel()[: len(flat)], expected, 1e-7, 0, equal_nan=True)
        differing += flat[~same].tolist()
    return differing


@pytest.mark.parametrize("backend", ["dual", "tape"])
@pytest.mark.parametrize("text", EXPRESSIONS)
def test_numbers_and_arrays_agree(text: str, backend: str) -> None:
    assert differing(text, backend) == []


@pytest.mark.parametrize("backend", ["dual", "tape"])
def test_random_expressions_agree(backend: str) -> None:
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(expressions(["x"], leaves=5))
    def agree(text: str) -> None:
        try:
            derivative(text, backend)
        except InputError:
            return
        assert differing(text, backend) == []

    agree()


@pytest.mark.parametrize("sign", [math.nan, -math.nan])
def test_the_sign_of_nan_gives_no_number(sign: float) -> None:
    """It depends on the processor, and on how an array lies in memory."""
    slope, y = derivative("copysign(x, y)", wrt="x"), np.full(9, sign)
    assert math.isnan(slope(2.0, sign))
    assert np.isnan(slope(np.full(9, 2.0), y)).all()
    assert np.isnan(gradient("sum(copysign(x, y))", wrt=["x"])(np.full(9, 2.0), y)).all()
