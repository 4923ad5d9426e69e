"""Sparse Hessians from products: the products counted, the values those of the dense ones, and the
record's exporters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.forward import Dual, Duals
from diffcmp.engines.reverse import vjp
from diffcmp.engines.sparse.pattern import SparseMatrix
from diffcmp.engines.sparse.recovery import compression
from diffcmp.language.parser import parse
from diffcmp.program.ir import Builder, Program
from tests.engines.sparse.scalarised import names, rosenbrock

Products = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Counted:
    """Hessian-vector products of a Program by dual numbers over the tape; counts them."""

    def __init__(self, program: Program, at: Sequence[float]) -> None:
        self.program, self.at, self.count, self.calls = program, at, 0, 0

    def __call__(self, directions: NDArray[np.float64]) -> NDArray[np.float64]:
        self.calls += 1
        self.count += len(directions)
        return np.array([self.product(row) for row in directions.tolist()])

    def product(self, direction: Sequence[float]) -> list[float]:
        inputs = [Dual(x, dx) for x, dx in zip(self.at, direction, strict=True)]
        _, swept = vjp(self.program, Duals(Floats()), inputs, [True] * len(inputs), Dual(1.0))
        return [0.0 if d is None or d.tangent is None else d.tangent for d in swept]


def dense(program: Program, at: Sequence[float]) -> NDArray[np.float64]:
    return Counted(program, at)(np.eye(len(at)))


def rosenbrock_bands(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Diagonal and first off-diagonal of the Hessian, by hand."""
    diagonal = np.zeros(len(x))
    diagonal[:-1] += 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
    diagonal[1:] += 200
    return diagonal, -400 * x[:-1]


def sum_of(name: str, n: int) -> Program:
    builder = Builder(names(n))
    total = builder.add(name, [0])
    for i in range(1, n):
        total = builder.add("add", [total, builder.add(name, [i])])
    return builder.program([total])


@pytest.mark.parametrize("n", [5, 400])
def test_rosenbrock_costs_three_products_at_any_n(n: int) -> None:
    x = np.linspace(-1.5, 2, n)
    hvp = Counted(rosenbrock(n), x.tolist())
    found = compression(hvp.program).matrix(hvp)
    assert (found.products, hvp.count, hvp.calls) == (3, 3, 1)
    main, off = rosenbrock_bands(x)
    expected = np.diag(main) + np.diag(off, 1) + np.diag(off, -1)
    np.testing.assert_allclose(found.dense(), expected, rtol=1e-13, atol=1e-12)


def test_rosenbrock_is_prepared_at_two_thousand_variables() -> None:
    prepared = compression(rosenbrock(2000))
    assert prepared.products == 3
    assert prepared.pattern.nonzeros == 3 * 2000 - 2


@pytest.mark.parametrize(("text", "products"), [
    ("x + 2*y", 0), ("x**2 + y**2 + sin(z)", 1), ("x*y + z", 2), ("x*y + x*z + x*w + x**3", 2), ("exp(x + y + z)", 3),
    ("x*y/z + hypot(x, w)", 3), ("where(x > y, x*x*y, z*w)", 2),
])  # fmt: skip
def test_products_and_values(text: str, products: int) -> None:
    program = parse(text)
    at = [0.7, 0.3, 1.9, -1.2][: len(program.inputs)]
    hvp = Counted(program, at)
    found = compression(program).matrix(hvp)
    assert found.products == hvp.count == products
    np.testing.assert_allclose(found.dense(), dense(program, at), rtol=1e-14, atol=1e-15)


def test_rows_and_columns_of_some_variables() -> None:
    program = parse("x*y + y*z + z**2")
    whole = dense(program, [1.0, 2.0, 3.0])
    chosen = [2, 1]  # z, y

    def hvp(directions: NDArray[np.float64]) -> NDArray[np.float64]:
        return directions @ whole[np.ix_(chosen, chosen)]

    assert np.array_equal(
        compression(program, ("z", "y")).matrix(hvp).dense(), whole[np.ix_(chosen, chosen)]
    )


def test_many_directions_are_asked_for_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diffcmp.engines.sparse.recovery.BLOCK", 8)
    program = parse("(a + b + c + d)**3")
    hvp = Counted(program, [1.0, 2.0, 3.0, 4.0])
    assert np.array_equal(compression(program).matrix(hvp).dense(), np.full((4, 4), 60.0))
    assert (hvp.count, hvp.calls) == (4, 2)


def test_values_of_any_kind() -> None:
    program = parse("x**2*y")
    exact = np.array([[Fraction(2, 3), Fraction(1, 7)], [Fraction(1, 7), Fraction(0)]])
    found = compression(program).matrix(
        lambda directions: directions.astype(int).astype(object) @ exact
    )
    assert found.dense()[0, 1] == Fraction(1, 7)


def test_several_outputs_have_no_hessian() -> None:
    with pytest.raises(ValueError, match="2"):
        compression(Builder(("x",)).program([0, 0]))


def test_scipy_has_the_same_matrix() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    hvp = Counted(sum_of("sin", 6), np.linspace(0, 1, 6).tolist())
    found = compression(hvp.program).matrix(hvp)
    assert sparse.issparse(found.scipy())
    assert np.array_equal(found.scipy().toarray(), found.dense())
    assert found.scipy().nnz == found.pattern.nonzeros == 6


def test_an_empty_matrix() -> None:
    nothing = np.zeros(0, np.int64)
    assert SparseMatrix((0, 0), np.zeros(1, np.int64), nothing, np.zeros(0)).dense().shape == (0, 0)
