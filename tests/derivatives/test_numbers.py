"""Prepared derivatives: compiled once, at numbers and at arrays of points, from several threads,
through pickle."""

from __future__ import annotations

import math
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
from diffcmp.backends.registry import installed
from diffcmp.engines.arrays import blocks
from diffcmp.engines.compiled import emitted_on_arrays
from diffcmp.engines.derived import adjoint, only, tangent
from diffcmp.errors import Fault
from diffcmp.language.parser import parse
from diffcmp.program.ir import Builder
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


VECTORS = {"sum([x, x**2])": 5, "det([[x]])": 1, "dot([x, 1], [x, 2])": 4, "max([x, 3])": 0, "norm([x, 1])": 2 / 5**0.5,
           "[[x, 1], [1, x]][0] @ [x, 2]": 4}  # fmt: skip
BACKENDS = [method.name for method in installed() if 1 in method.orders]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("expr", VECTORS)
def test_arrays_within_a_function_of_numbers(expr: str, backend: str) -> None:
    slope = derivative(expr, backend)
    assert slope(2.0) == pytest.approx(VECTORS[expr], rel=1e-5, abs=1e-9)
    np.testing.assert_allclose(slope(np.array([[2.0, 2.0]])), [[VECTORS[expr]] * 2], 1e-5, 1e-9)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("expr", ["[x]", "[x, x**2]", "[[x, 1], [1, x]]"])
def test_a_vector_is_no_value(expr: str, backend: str) -> None:
    with pytest.raises(InputError) as caught:
        derivative(expr, backend)
    assert caught.value.fault is Fault.VECTOR_VALUED


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_function_of_arrays_has_a_gradient(backend: str) -> None:
    with pytest.raises(InputError) as caught:
        derivative(parse("sum(x)", shapes={"x": (3,)}), backend)
    assert caught.value.fault is Fault.POINT_SHAPE


# as emitted code has them for itself, as Python's words, in other letters that Python reads as these, and as nothing
NAMES = "_ _1 _errors _fallback _careful _out _other _float _origin f t1 t2 t3 i j np math room in_blocks empty multiply power exp_ x_0 __ self " \
    "and_ def_ match print \uff44\uff45\uff46 \uff4c\uff41\uff4d\uff42\uff44\uff41 \ufb01 fi \u00b5 \u212f\u2093 _SHARED".split()  # fmt: skip


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__"])
@pytest.mark.parametrize("backend", ["dual", "tape", "dual-lhopital", "central"])
def test_any_name_of_a_variable(name: str, backend: str) -> None:
    text = f"t1_ = {name}**2; t1_ + sin({name})*{name}"
    slope, expected = derivative(text, backend), 2.0 + math.sin(1) + math.cos(1)
    assert slope(1.0) == pytest.approx(expected, rel=1e-6)
    assert slope(np.ones(3)) == pytest.approx(expected, rel=1e-6)
    whole = f"sum({name}**2 + sin({name})*{name})"
    np.testing.assert_allclose(
        gradient(whole, backend if backend != "dual-lhopital" else "dual")(np.ones(3)),
        expected,
        1e-6,
    )


@pytest.mark.parametrize(
    "names", [("__k1", "__block0"), ("2x", "x-y"), ("\ufb01", "fi"), ("_", "__")]
)
def test_names_that_no_text_can_have(names: tuple[str, str]) -> None:
    builder = Builder(names)
    program = builder.program([builder.add("mul", [0, 1])])
    assert derivative(program, wrt=names[1])(3.0, 5.0) == 3.0
    assert derivative(program, wrt=names[1])(np.array([3.0]), np.array([5.0])) == 3.0
