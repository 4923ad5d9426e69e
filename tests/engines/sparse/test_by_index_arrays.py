"""Patterns of array Programs by index arrays, against those of the same function of numbers."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings

from diffcmp.derivatives.arrays import hessian
from diffcmp.engines.sparse import by_components as sparsity
from diffcmp.engines.sparse import by_index_arrays as array_sparsity
from diffcmp.engines.sparse.pattern import Pattern
from diffcmp.language.parser import parse
from diffcmp.passes.scalars import scalarised
from diffcmp.program.ir import Program
from tests.engines.arrays.test_code import ROSENBROCK, programs


def assert_equal(found: Pattern, expected: Pattern) -> None:
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.indptr, expected.indptr)
    np.testing.assert_array_equal(found.indices, expected.indices)


@settings(max_examples=150, deadline=None)
@given(programs(6))
def test_as_on_numbers(program: Program) -> None:
    assert_equal(
        array_sparsity.jacobian_pattern(program), sparsity.jacobian_pattern(scalarised(program))
    )
    assert_equal(
        array_sparsity.hessian_pattern(program), sparsity.hessian_pattern(scalarised(program))
    )


@pytest.mark.parametrize("text", [
    ROSENBROCK, "sum(x)**2", "x[0]*x[1]+sum(where(x > 0, x, x**2))", "sum(exp(x))*x[2]", "[x[0]*x[1], 3, abs(x[2])]", "sum(A**2)*x[0]",
    "sum(A*A[0]*x[:3])", "transpose(A)*x[:2]", "A[0]*A[1,::-1]", "sum(A[0])**2*mean(A[:,1])", "3", "x[0]/x[1]", "sum(A*x[0])", "max(x)",
    "logsumexp(x[1:3])+x[0]**2", "logsumexp(x[:1])", "min(A)*x[0]", "logsumexp([x[0], 2])+sum(x)", "exp(max(x))", "softmax(x)[0]",
])  # fmt: skip
def test_texts_as_on_numbers(text: str) -> None:
    program = parse(text, ("x", "A"), {"x": (5,), "A": (2, 3)})
    try:
        jacobian = array_sparsity.jacobian_pattern(program)
    except NotImplementedError:
        pytest.skip("linear algebra, softmax")
    assert_equal(jacobian, sparsity.jacobian_pattern(scalarised(program)))
    assert_equal(
        array_sparsity.hessian_pattern(program), sparsity.hessian_pattern(scalarised(program))
    )


def test_what_is_not_done_is_said() -> None:
    program = parse("x@x", (), {"x": (5,)})
    with pytest.raises(NotImplementedError):
        array_sparsity.hessian_pattern(program)
    assert hessian("x@x")(np.ones(5)).tolist() == (2 * np.eye(5)).tolist()


def test_too_many_places_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_sparsity, "MOST", 100)
    with pytest.raises(NotImplementedError):
        array_sparsity.hessian_pattern(parse("sum(x)**2", (), {"x": (50,)}))


def test_a_large_hessian_takes_memory_in_proportion() -> None:
    """Dense, it would be 8n² bytes: 3.2 GB here."""
    n = 20_000
    tracemalloc.start()
    found = hessian(ROSENBROCK, sparse=True)(np.ones(n))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.nnz == 3 * n - 2
    assert peak < 2500 * n
