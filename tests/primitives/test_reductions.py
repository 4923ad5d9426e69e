"""The largest element, logsumexp and softmax on whole arrays, against the same by components and
against mpmath."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import gradient, hessian, hvp, jvp
from diffcmp.arithmetic.arrays import Arrays, ComplexArrays
from diffcmp.arithmetic.complexes import Complexes
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.compiled import compiled, emitted
from diffcmp.engines.derived import adjoint, only, pushforward
from diffcmp.engines.reverse import vjp
from diffcmp.language.parser import parse
from diffcmp.passes.scalars import scalarised

FEW = st.sampled_from([0.0, 1.0, -1.0])  # so few values that many tie
TIED = st.one_of(
    st.lists(FEW, min_size=1, max_size=17),
    st.lists(st.lists(FEW, min_size=3, max_size=3), min_size=1, max_size=5),
)


def by_components(text: str, x: Any) -> tuple[Any, Any]:
    """Value and gradient of the function of numbers, interpreted."""
    numbers = scalarised(parse(text, (), {"x": np.shape(x)}))
    flat = np.ravel(x).tolist()
    value, found = vjp(numbers, Floats(), flat, [True] * len(flat), 1.0)
    return value, np.reshape([0.0 if d is None else d for d in found], np.shape(x))


@settings(max_examples=60, deadline=None)
@given(TIED, st.sampled_from(["max(x)", "min(x)"]))
def test_elements_that_tie_share_the_derivative_as_by_components(x: Any, text: str) -> None:
    value, found = by_components(text, x)
    program = parse(text, (), {"x": np.shape(x)})
    at = np.array(x)
    assert evaluate(program, Arrays(), [at])[0] == compiled(program)(at) == value
    np.testing.assert_array_equal(gradient(text)(at), found)
    forward = [jvp(text)(at, e.reshape(at.shape)) for e in np.eye(at.size)]
    np.testing.assert_array_equal(np.reshape(forward, at.shape), found)


def test_by_components_they_are_the_tree_of_two_numbers() -> None:
    numbers = scalarised(parse("max(x)+min(x)+logsumexp(x)", (), {"x": (5,)}))
    assert [eq.primitive for eq in numbers.equations] == ["max"] * 4 + ["min"] * 4 + ["add"] + [
        "logaddexp"
    ] * 4 + ["add"]


def test_the_largest_element_is_one_call() -> None:
    source = emitted(
        adjoint(parse("a=max(x); a+log(sum(exp(x-a)))", (), {"x": (2500,)}), ("x",))
    ).source
    assert source.count("maximum.reduce(x)") == 1
    assert source.count("\n") < 20


def high(x: Any) -> tuple[Any, Any, Any]:
    """logsumexp, its gradient and its Hessian with 60 digits."""
    with mpmath.workdps(60):
        terms = [mpmath.exp(mpmath.mpf(float(v))) for v in x]
        total = mpmath.fsum(terms)
        p = [t / total for t in terms]
        rest = [mpmath.fsum(p[:i] + p[i + 1 :]) for i in range(len(p))]  # 1 - pᵢ
        h = [
            [float(p[i] * rest[i] if i == j else -p[i] * p[j]) for j in range(len(p))]
            for i in range(len(p))
        ]
        return float(mpmath.log(total)), np.array([float(v) for v in p]), np.array(h)


@pytest.mark.parametrize("x", [
    [1.0, 2.0, 3.0], [0.0, -40.0, -41.0], [800.0, 1.0, 799.0], [-800.0, -801.0], [30.0, 0.0, 1.0, -1.0], [5.0], [0.0] * 7,
    [1e-9, 1e-9, -25.0],
])  # fmt: skip
def test_every_digit_of_value_and_derivatives(x: list[float]) -> None:
    value, first, second = high(x)
    at = np.array(x)
    assert compiled(parse("logsumexp(x)", (), {"x": at.shape}))(at) == pytest.approx(
        value, rel=1e-15, abs=0
    )
    for found in (
        gradient("logsumexp(x)")(at),
        compiled(parse("softmax(x)", (), {"x": at.shape}))(at),
    ):
        np.testing.assert_allclose(found, first, rtol=2e-15, atol=0)
    np.testing.assert_allclose(hessian("logsumexp(x)")(at), second, rtol=5e-15, atol=0)
    np.testing.assert_allclose(
        [jvp("softmax(x)")(at, e) for e in np.eye(len(x))], second, rtol=5e-15, atol=0
    )


@pytest.mark.parametrize(("x", "value"), [
    ([np.inf, 0.0], np.inf), ([-np.inf, -np.inf], -np.inf), ([-np.inf, 3.0], 3.0), ([np.nan, 0.0], np.nan), ([0.0, np.nan], np.nan),
])  # fmt: skip
def test_what_is_not_finite(x: list[float], value: float) -> None:
    at = np.array(x)
    for text in ("logsumexp(x)", "max(x)"):
        np.testing.assert_equal(float(compiled(parse(text, (), {"x": (2,)}))(at)), value)
    if np.isnan(value):
        assert np.isnan(gradient("max(x)")(at)).all()
        assert np.isnan(gradient("logsumexp(x)")(at)).all()


@pytest.mark.parametrize("text", ["max(x)", "min(x)", "logsumexp(x)", "w=softmax(x); w[0]+2*w[2]"])
@pytest.mark.parametrize("x", [[0.5, -1.0, 2.0], [2.0, 2.0, -1.0]])
def test_on_complex_numbers_the_real_part_decides(text: str, x: list[float]) -> None:
    program, h = parse(text, (), {"x": (3,)}), 1e-20
    numbers = scalarised(program)
    for e in np.eye(3):
        at = np.array(x) + 1j * h * e
        found = evaluate(program, ComplexArrays(), [at])[0].imag / h
        assert found == pytest.approx(
            evaluate(numbers, Complexes(), at.tolist())[0].imag / h, rel=1e-14, abs=1e-15
        )


@pytest.mark.parametrize("text", ["softmax(x)[0]", "logsumexp(x)*x[1]", "sum(softmax(x)**2)"])
def test_the_gradient_on_complex_numbers(text: str) -> None:
    program, h = parse(text, (), {"x": (3,)}), 1e-20
    swept, x = only(adjoint(program, ("x",)), 1), np.array([0.5, -1.0, 2.0])
    found = [evaluate(swept, ComplexArrays(), [x + 1j * h * e])[0].imag / h for e in np.eye(3)]
    np.testing.assert_allclose(found, hessian(text)(x), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", [
    "sum(x**2*softmax(x))", "logsumexp(x)**2", "logsumexp(A)+max(A)**2", "sum(softmax(A)**2)", "softmax(A@x)@x", "exp(max(x)*min(x))",
    "sum(sin(x)*softmax(x*max(x)))",
])  # fmt: skip
def test_second_derivatives_as_by_components(text: str) -> None:
    program = parse(text, ("x", "A"), {"x": (3,), "A": (3, 3)})
    rng = np.random.default_rng(5)
    at, along = ([rng.normal(size=3), rng.normal(size=(3, 3))] for _ in range(2))
    found = hvp(program)(*at, *along)
    numbers = scalarised(program)
    product = pushforward(adjoint(numbers, numbers.inputs), numbers.inputs)
    n = len(numbers.inputs)
    flat = [float(v) for part in (*at, *along) for v in part.flat]
    expected = compiled(only(product, *range(n + 2, 2 * n + 2)))(*flat)
    np.testing.assert_allclose(
        np.concatenate([np.ravel(f) for f in found]), expected, rtol=1e-11, atol=1e-13
    )
