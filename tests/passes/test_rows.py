"""Programs on rows: every row is what the Program gives for it alone, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import hessian, hvp, jacobian, vjp
from diffcmp.engines import products
from diffcmp.engines.compiled import compiled
from diffcmp.language.parser import parse
from diffcmp.passes.rows import in_rows
from diffcmp.program.ir import Program
from tests.engines.arrays.test_code import ROSENBROCK, programs

COUNT = 3


def alone_and_together(
    program: Program, names: tuple[str, ...], seed: int
) -> tuple[list[Any], list[Any]]:
    """The outputs at several values of the inputs named, one after the other and at once, a row
    each."""
    random = np.random.default_rng(seed)
    fixed = [random.uniform(-2, 2, shape) for shape in program.shapes]
    many = [random.uniform(-2, 2, (COUNT, *shape)) for shape in program.shapes]
    varying = [name in names for name in program.inputs]
    f, together = compiled(program), compiled(in_rows(program, names, COUNT))
    alone = [
        f(*(m[k] if v else x for x, m, v in zip(fixed, many, varying, strict=True)))
        for k in range(COUNT)
    ]
    once = together(
        *(m.reshape(COUNT, -1) if v else x for x, m, v in zip(fixed, many, varying, strict=True))
    )
    single = len(program.outputs) == 1
    columns = [alone] if single else list(zip(*alone, strict=True))
    return [np.stack(c).reshape(COUNT, -1) for c in columns], [once] if single else list(once)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([20, 150]).flatmap(programs),
    st.sets(st.sampled_from(["x", "y", "s"]), min_size=1),
    st.integers(0, 2**20),
)
def test_random_programs(program: Program, names: set[str], seed: int) -> None:
    for one, other in zip(*alone_and_together(program, tuple(names), seed), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("text", [
    "cumsum(x)*y", "[x[0], 2, sum(y), t]", "x@y", "(transpose([x])*x)@y", "y@(transpose([x])*x)", "y@y+x@y", "transpose(y)[::-1]*x", "logsumexp(x)*y",
    "solve([[3, 1, 0], [1, x[0]+4, 1], [0, 1, 5]], y)", "where(y > 0, x, t)", "x", "sum([t*y[0]])", "t", "y[0]*t",
])  # fmt: skip
@pytest.mark.parametrize("names", [("y",), ("y", "t")])
def test_texts(text: str, names: tuple[str, ...]) -> None:
    for one, other in zip(
        *alone_and_together(parse(text, ("x", "y", "t"), {"x": (3,), "y": (3,)}), names, 1),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-14)


@pytest.mark.parametrize(
    "text", ["A@A", "solve(A, x)", "det(A)", "logsumexp(x)*sum(A)", "transpose([x])*x@x"]
)
def test_what_is_not_done_is_said(text: str) -> None:
    program = parse(text, ("x", "A"), {"x": (3,), "A": (3, 3)})
    with pytest.raises(NotImplementedError):
        in_rows(program, ("x", "A"), COUNT)


def test_what_is_of_numbers_stays_with_math() -> None:
    product = products.along(parse("sin(x)*y"))
    assert product.scalar
    assert products.on_rows(product, 2, 8) is None


@pytest.mark.parametrize("room", [10, 90, 2**16])
@pytest.mark.parametrize("text", [
    "logsumexp(x)*t", "sum(x)**3*exp(t)", "sum(cumsum(x*t)**2*x[::-1])", "prod(x)+t", "softmax(x)@x*t**2", ROSENBROCK + "*t",
    "sum((transpose([x])*x)@x)+t**2",
])  # fmt: skip
def test_a_matrix_from_many_products_at_once(
    text: str, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "ROOM", room)
    n = 19
    x, t = np.random.default_rng(3).normal(size=n), 0.7
    (xx, xt), (tx, tt) = hessian(text)(x, t)
    along = [hvp(text)(x, t, e, 0.0) for e in np.eye(n)] + [hvp(text)(x, t, np.zeros(n), 1.0)]
    expected = np.array([[*a, b] for a, b in along])
    found = np.block(
        [[xx, np.reshape(xt, (n, 1))], [np.reshape(tx, (1, n)), np.reshape(tt, (1, 1))]]
    )
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14 * np.abs(expected).max())


@pytest.mark.parametrize("backend", ["dual", "tape"])
def test_a_dense_jacobian_from_many_products_at_once(backend: str) -> None:
    n = 23
    x = np.random.default_rng(4).normal(size=n)
    found = jacobian("softmax(x)*sum(x)", backend)(x)
    np.testing.assert_allclose(
        found, [vjp("softmax(x)*sum(x)")(x, e) for e in np.eye(n)], rtol=1e-12, atol=1e-15
    )
