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

from diffcmp import InputError, derivative, gradient, hessian, jacobian
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


OF_ARRAYS = [
    "sum(abs(x)*(x**3)**(1/3))", "sum(tanh(x)*(x**5)**(1/5))", "sum(copysign(x, log(x)))", "sum(sqrt(x))", "norm(x)", "prod(x)",
    "max(x)", "min(x)*sum(x)", "logsumexp(x)", "sum(where(x > 1, x**2, log(x)))", "sum(softmax(x)**2)", "sum(cumsum(x)**2)", "sum(x/x)",
]  # fmt: skip
OF_MATRICES = [
    "sum(A**3)",
    "sum(A@A)",
    "norm(A@[1, 2, 3])",
    "sum(transpose(A)@A)",
    "sum(exp(A[0])*A[1])",
]
LAST_DIGITS = 1e-13  # NumPy computes a few elements in its own way, and by stride
VALUES = np.array([0.25, 1.5, -2.0, 3.0, 0.75, 2.0, -0.5, 1.25, 4.0])


def in_other_places(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The same numbers: strided, backwards, by columns, read-only, single, of a list."""
    spread = np.zeros([2 * n for n in array.shape])
    every_second = tuple([slice(None, None, 2)] * array.ndim)
    spread[every_second] = array
    yield spread[every_second]
    backwards = tuple([slice(None, None, -1)] * array.ndim)
    yield array[backwards].copy()[backwards]
    yield np.asfortranarray(array)
    read_only = array.copy()
    read_only.setflags(write=False)
    yield read_only
    yield array.astype(np.float32)
    yield array.astype(">f8")
    yield np.lib.stride_tricks.as_strided(array.copy(), array.shape, array.strides)


def dense(matrix: Any) -> NDArray[Any]:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)


@pytest.mark.parametrize("operator", [gradient, hessian, lambda f: gradient(f, "dual"), jacobian])
@pytest.mark.parametrize("text", [*OF_ARRAYS, *OF_MATRICES])
def test_a_derivative_of_arrays_is_the_same_wherever_they_lie(operator: Any, text: str) -> None:
    array = VALUES if "x" in text.replace("max", "").replace("exp", "") else VALUES.reshape(3, 3)
    function = operator(text)
    expected = dense(function(array.copy()))
    for other in in_other_places(array):
        before = other.tobytes()
        out = dense(function(other))
        assert out.shape == expected.shape
        np.testing.assert_allclose(out, expected, LAST_DIGITS)
        assert other.tobytes() == before
    np.testing.assert_array_equal(dense(function(array.tolist())), expected)


@pytest.mark.parametrize("operator", [gradient, hessian])
def test_random_derivatives_of_arrays_agree(operator: Any) -> None:
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(expressions(["x"], leaves=5))
    def agree(text: str) -> None:
        try:
            function = operator(f"sum({text})")
            expected = dense(function(VALUES.copy()))
        except InputError:
            return
        for other in in_other_places(VALUES):
            np.testing.assert_allclose(dense(function(other)), expected, LAST_DIGITS)

    agree()


@pytest.mark.parametrize("operator", [gradient, hessian, jacobian])
def test_arrays_of_three_axes_are_refused(operator: Any) -> None:
    with pytest.raises(InputError, match="only vectors and matrices"):
        operator("sum(x)")(np.ones((2, 2, 2)))
