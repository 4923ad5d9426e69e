"""Prepared derivatives: compiled once, at numbers and at arrays of points, from several threads,
through pickle."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import InputError, derivative, gradient, hessian, hvp, jacobian, jvp, vjp
from diffcmp.arithmetic.arrays import Arrays
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.engines.arrays import blocks
from diffcmp.engines.compiled import emitted_on_arrays
from diffcmp.engines.derived import adjoint, only, tangent
from diffcmp.language.parser import parse
from tests.strategies import TAME, expressions

EXPR = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"
X = np.linspace(0, 1.5, 1000)
MADE: list[tuple[Callable[[], Any], tuple[Any, ...]]] = [
    (lambda: derivative(EXPR), (0.5,)),
    (lambda: derivative(EXPR, "tape-lhopital"), (0.5,)),
    (lambda: derivative("x*y**2", wrt="y"), (2.0, 3.0)),
    (lambda: gradient("sum(x**2)*y"), (X, 2.0)),
    (lambda: gradient("sum(x**2)", "dual"), ([1.0, 2.0],)),
    (lambda: jacobian("x[1:]*x[:-1]"), ([1.0, 2.0, 3.0],)),
    (lambda: hessian("sum(x[1:]*x[:-1]**2)"), ([1.0, 2.0, 3.0],)),
    (lambda: jvp("x**2"), ([1.0, 2.0], [1.0, 10.0])),
    (lambda: vjp("x**2"), ([1.0, 2.0], [1.0, 10.0])),
    (lambda: hvp("sum(x**3)"), ([1.0, 2.0], [1.0, 10.0])),
    (lambda: gradient(parse("sum(x**2)", (), {"x": (3,)})), ([1.0, 2.0, 3.0],)),
]


def assert_same(found: Any, expected: Any) -> None:
    both = (found, expected) if isinstance(found, tuple) else ((found,), (expected,))
    for one, other in zip(*both, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("make", "at"), MADE)
def test_pickled(make: Callable[[], Any], at: tuple[Any, ...]) -> None:
    made = make()
    made(*at)
    again = pickle.loads(pickle.dumps(made))
    assert_same(again(*at), made(*at))


@pytest.mark.parametrize(("make", "at"), MADE)
def test_from_several_threads(make: Callable[[], Any], at: tuple[Any, ...]) -> None:
    expected = make()(*at)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: make()(*at), range(16)):
            assert_same(found, expected)


def test_compiled_once() -> None:
    assert derivative(EXPR).__func__ is derivative(EXPR).__func__


@settings(max_examples=60, deadline=None)
@given(expressions(("x",), TAME), st.integers(1, 400))
def test_at_arrays_the_numbers_are_those_of_the_interpreter(text: str, n: int) -> None:
    program = parse(text)
    if program.inputs != ("x",):
        return
    x = np.linspace(-2, 2, n)
    found = derivative(program)(x)
    expected = np.broadcast_to(evaluate(only(tangent(program, "x"), 1), Arrays(), [x])[0], x.shape)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("backend", ["dual", "tape", "dual-lhopital", "tape-lhopital"])
@pytest.mark.parametrize("n", [1, 2, 100, 200_001])
def test_long_arrays(backend: str, n: int) -> None:
    x = np.linspace(0.1, 1.4, n)
    found = derivative(EXPR, backend)(x)
    expected = evaluate(only(tangent(parse(EXPR), "x"), 1), Arrays(), [x])[0]
    np.testing.assert_allclose(found, expected, rtol=4e-15)


def test_any_shape_and_several_variables() -> None:
    slope = derivative("x*y**2", wrt="y")
    np.testing.assert_array_equal(
        slope(np.array([[1.0], [2.0]]), np.array([3.0, 4.0])), [[6, 8], [12, 16]]
    )
    assert slope(np.float64(2), 3) == 12.0
    assert type(slope(np.float64(2), 3)) is float
    np.testing.assert_array_equal(slope(np.array([1, 2]), 1), [2, 4])


def test_a_constant_slope_has_the_shape_of_the_points() -> None:
    x = np.arange(3.0)
    found = derivative("x**2/2")(x)
    np.testing.assert_array_equal(found, x)
    found[0] = 7
    assert x[0] == 0
    np.testing.assert_array_equal(derivative("2*x")(x), [2, 2, 2])


def test_series_where_they_are_needed() -> None:
    x = np.array([0.0, 1.0, 2.0])
    found = derivative("sin(x)/x", "dual-lhopital")(x)
    np.testing.assert_allclose(
        found, [0, np.cos(1) - np.sin(1), np.cos(2) / 2 - np.sin(2) / 4], rtol=1e-14
    )


def test_other_backends_go_from_point_to_point() -> None:
    np.testing.assert_allclose(
        derivative("x**3", "central")(np.array([1.0, 2.0])), [3, 12], rtol=1e-8
    )


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    slope = derivative(EXPR)
    whole = slope(X)
    monkeypatch.setattr(blocks, "LONG", 100)
    monkeypatch.setattr(blocks, "SIZE", 128)
    np.testing.assert_array_equal(slope(X), whole)


def test_a_name_is_needed() -> None:
    with pytest.raises(InputError):
        derivative("x*y")


@pytest.mark.parametrize(("call", "without"), [
    (f"diffcmp.derivative({EXPR!r})(1.5)", {"numpy", "flint", "logging", "sympy"}),
    ("diffcmp.gradient('sum(x**2)')([1.0, 2.0])", {"flint", "logging", "sympy"}),
    ("diffcmp.hessian('sum(x**2)')([1.0, 2.0])", {"flint", "logging", "sympy"}),
])  # fmt: skip
def test_a_compiled_derivative_loads_no_more_than_it_needs(call: str, without: set[str]) -> None:
    script = f"import sys, diffcmp; {call}; print(*sorted({without!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []


def test_a_derivative_names_what_it_was_made_from() -> None:
    slope = derivative("x**2*_origin", wrt="x")  # a name that the emitted code uses for itself
    assert "expr='x**2*_origin'" in repr(slope)
    assert (
        slope(3.0, 2.0)
        == slope(3, np.float64(2.0))
        == pickle.loads(pickle.dumps(slope))(3.0, 2.0)
        == 12.0
    )


def test_errors_of_floating_point_are_silent_whatever_their_caller_says() -> None:
    slope = gradient("sum(exp(x)/x)")
    with np.errstate(all="raise"):
        assert_same(slope([0.0, 1000.0]), np.array([np.nan, np.nan]))
        assert np.geterr()["divide"] == "raise"
    assert np.geterr()["divide"] == "warn"


def test_numbers_that_functions_of_numpy_are_called_with_are_made_arrays_once() -> None:
    code = emitted_on_arrays(adjoint(parse("sum(3*x**2-x)", (), {"x": (2,)}), ("x",)))
    made = code.function()
    arrays = {name: value for name, value in made.__globals__.items() if name.startswith("__a")}
    assert "multiply(6.0, x, " in code.source
    assert {float(a) for a in arrays.values() if not a.flags.writeable} == {-1.0, 3.0, 6.0}
    assert_same(made(np.array([1.0, 2.0]))[1], np.array([5.0, 11.0]))


def test_what_is_returned_is_the_callers_own() -> None:
    x = np.array([1.0, 2.0])
    for same in (vjp("x")(x, x), gradient("x@x/2")(x)):
        same[0] = 7.0
    assert_same(x, np.array([1.0, 2.0]))
    assert_same(gradient("sum(x)*2+y")(x, 3)[0], np.array([2.0, 2.0]))
