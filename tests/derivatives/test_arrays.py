"""gradient, jacobian, hessian, jvp, vjp and hvp as a user calls them: shapes, faults, threads,
known answers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import diffcmp
from diffcmp import certify, compare, grad, gradient, hessian, hvp, jacobian, jvp, parse, vjp
from diffcmp.engines import products
from diffcmp.engines.derived import adjoint
from diffcmp.errors import Fault, InputError

Rows = Callable[[str], list[dict[str, Any]]]

ROSENBROCK = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"
A, X = np.array([[2.0, 1.0], [0.5, 3.0]]), np.array([1.0, -2.0])


def test_one_array_for_each_variable_in_the_order_of_the_text() -> None:
    by_a, by_x, by_t = gradient("sum(A @ x)*t")(A, X, 2.0)
    np.testing.assert_array_equal(by_a, 2 * np.array([X, X]))
    np.testing.assert_array_equal(by_x, 2 * A.sum(axis=0))
    assert by_t == (A @ X).sum()
    assert isinstance(by_t, float)
    np.testing.assert_array_equal(gradient("sum(x**2)")(X), 2 * X)
    assert gradient("x**2")(3) == 6.0
    assert gradient("x**2*y")(3, 2) == (12.0, 9.0)


@pytest.mark.parametrize(
    "backend", ["tape", "dual", "central", "central6", "complex-step", "symbolic", "dual-lhopital"]
)
def test_every_backend_gives_the_same_gradient(backend: str) -> None:
    by_a, by_x = gradient("sum(exp(A @ x)) + x[0]**3", backend)(A, X)
    e = np.exp(A @ X)
    np.testing.assert_allclose(by_a, np.outer(e, X), rtol=1e-7)
    np.testing.assert_allclose(by_x, A.T @ e + [3 * X[0] ** 2, 0], rtol=1e-7)


@pytest.mark.parametrize("backend", ["tape", "dual", "central", "dual-lhopital"])
@pytest.mark.parametrize("wrt", [["y"], ["A"], ["y", "A"], ["A", "X", "y"]])
def test_what_is_not_named_is_not_differentiated(backend: str, wrt: list[str]) -> None:
    expr, y = "sum(tanh(A @ X))*y", 2.0
    parts = dict(zip("AXy", gradient(expr, backend)(A, X, y), strict=True))
    found = gradient(expr, backend, wrt=wrt)(A, X, y)
    for name, part in zip(wrt, found if len(wrt) > 1 else [found], strict=True):
        np.testing.assert_array_equal(part, parts[name])


def test_what_is_locked_costs_nothing() -> None:
    program = parse("sum(tanh(A @ x))*y", shapes={"A": (3, 2), "x": (2,)})
    locked, whole = (len(adjoint(program, names).equations) for names in (("y",), ("A", "x", "y")))
    assert locked < whole / 2


@pytest.mark.parametrize("backend", [None, "dual", "tape", "central"])
def test_blocks_of_a_jacobian(backend: str | None) -> None:
    by_a, by_x, by_t = jacobian("A @ x*t", backend)(A, X, 2.0)
    assert (by_a.shape, by_x.shape, by_t.shape) == ((2, 2, 2), (2, 2), (2,))
    np.testing.assert_allclose(by_x, 2 * A, rtol=1e-9)
    np.testing.assert_allclose(by_t, A @ X, rtol=1e-9)
    np.testing.assert_allclose(
        by_a, 2 * np.einsum("ij,k->ijk", np.eye(2), X), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(jacobian("sum(x**2)", backend)(X), 2 * X, rtol=1e-9)
    assert jacobian("x**2", backend)(3.0) == pytest.approx(6)


def test_blocks_of_a_hessian() -> None:
    (aa, ax), (xa, xx) = hessian("x @ A @ x")(X, A)
    np.testing.assert_array_equal(aa, A + A.T)
    assert (ax.shape, xa.shape, xx.shape) == ((2, 2, 2), (2, 2, 2), (2, 2, 2, 2))
    np.testing.assert_array_equal(ax, np.moveaxis(xa, -1, 0))
    np.testing.assert_array_equal(xx, np.zeros((2, 2, 2, 2)))
    assert hessian("x**3")(2.0) == 12.0
    assert hessian("x**2*y")(3.0, 2.0) == ((4.0, 6.0), (6.0, 0.0))
    np.testing.assert_array_equal(hessian("sum(x)")(X), np.zeros((2, 2)))


def test_products() -> None:
    v, b = np.array([1.0, 3.0]), np.ones((2, 2))
    np.testing.assert_allclose(jvp("A @ x")(A, X, b, v), b @ X + A @ v)
    by_a, by_x = vjp("A @ x")(A, X, v)
    np.testing.assert_allclose(by_a, np.outer(v, X))
    np.testing.assert_allclose(by_x, A.T @ v)
    np.testing.assert_allclose(hvp("sum(x**3)")(X, v), 6 * X * v)
    by_a, by_x = hvp("x @ A @ x*0.5 + sum(A)")(X, A, v, b)[::-1]
    np.testing.assert_allclose(by_a, (np.outer(v, X) + np.outer(X, v)) / 2)
    np.testing.assert_allclose(by_x, (A + A.T) @ v / 2 + (b + b.T) @ X / 2)
    assert jvp("x*y")(2.0, 3.0, 1.0, 10.0) == 23.0
    assert vjp("x*y")(2.0, 3.0, 10.0) == (30.0, 20.0)
    assert hvp("x**3")(2.0, 10.0) == 120.0


def test_a_program_and_its_shapes() -> None:
    program = parse("sum(x**2)", shapes={"x": (2,)})
    np.testing.assert_array_equal(gradient(program)(X), 2 * X)
    with pytest.raises(InputError, match="'x' is given as 3, but the function takes 2"):
        gradient(program)([1, 2, 3])
    np.testing.assert_array_equal(gradient("sum(x**2)")([1, 2, 3]), [2, 4, 6])
    assert gradient(diffcmp.trace(lambda x, y: x * y))(2, 3) == (3.0, 2.0)


@pytest.mark.parametrize(("call", "fault"), [
    (lambda: gradient("sum(x"), Fault.SYNTAX),
    (lambda: gradient("2"), Fault.NO_VARIABLE),
    (lambda: gradient("x", "tapee"), Fault.BACKEND_UNKNOWN),
    (lambda: gradient("x", "dual-over-tape"), Fault.BACKEND_ORDER),
    (lambda: jacobian("x", "tapee"), Fault.BACKEND_UNKNOWN),
    (lambda: gradient("2*x")(X), Fault.VECTOR_VALUED),
    (lambda: hessian("2*x")(X), Fault.VECTOR_VALUED),
    (lambda: hvp("2*x")(X, X), Fault.VECTOR_VALUED),
    (lambda: gradient("x*y")(1.0), Fault.ARGUMENTS),
    (lambda: jvp("x*y")(1.0, 2.0), Fault.ARGUMENTS),
    (lambda: vjp("x*y")(1.0, 2.0), Fault.ARGUMENTS),
    (lambda: jvp("sum(x)")(X, [1, 2, 3]), Fault.POINT_SHAPE),
    (lambda: hvp("sum(x)")(X, 1.0), Fault.POINT_SHAPE),
    (lambda: vjp("2*x")(X, 1.0), Fault.POINT_SHAPE),
    (lambda: gradient("sum(A @ x)")(A, [1, 2, 3]), Fault.SHAPES_OF_PRODUCT),
    (lambda: gradient("sum(x)")([[1, 2], [3]]), Fault.ARRAY_OF_NUMBERS),
    (lambda: gradient("sum(x)")(["a", "b"]), Fault.ARRAY_OF_NUMBERS),
    (lambda: gradient("sum(x)")([1j, 2]), Fault.ARRAY_OF_NUMBERS),
    (lambda: gradient("sum(x)")(np.ones((2, 2, 2))), Fault.AXES),
    (lambda: gradient("x[5]")(X), Fault.INDEX),
    (lambda: gradient("x*y", wrt=["z"]), Fault.WRT_UNKNOWN),
    (lambda: gradient("x*y", wrt=[]), Fault.WRT_NEEDED),
    (lambda: compare("x", 1, wrt=[]), Fault.WRT_NEEDED),
])  # fmt: skip
def test_faults(call: Callable[[], Any], fault: Fault) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.fault is fault


def test_what_comes_back_is_the_callers_own() -> None:
    x = np.array([1.0, 2.0])
    for f in (gradient("x @ x/2"), gradient("sum(x)"), jvp("x")):
        for _ in range(2):
            found = f(x, np.ones(2)) if f.name == "jvp" else f(x)
            assert not np.shares_memory(found, x)
            found += 5
    np.testing.assert_array_equal(gradient("sum(x)")(x), [1, 1])
    np.testing.assert_array_equal(x, [1, 2])


def test_nothing_raises_where_the_mathematics_fails() -> None:
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(gradient("sum(log(x)/t)")([0.0, -1.0], 1.0)[0], [np.inf, -1])
        assert np.isnan(gradient("x/x")(0.0))


def test_threads() -> None:
    f = hessian("sum(exp(x))*prod(x)")
    points = [np.random.default_rng(i).normal(size=2 + i % 5) for i in range(60)]
    known = [f(x) for x in points]
    with ThreadPoolExecutor(8) as pool:
        fresh = hessian("prod(x)*sum(exp(x))")
        for x, found, other in zip(
            points, pool.map(f, points), pool.map(fresh, points), strict=True
        ):
            np.testing.assert_array_equal(found, known[[p is x for p in points].index(True)])
            np.testing.assert_allclose(found, other, rtol=1e-12)


def test_grad_at_a_vector_gives_arrays() -> None:
    np.testing.assert_array_equal(grad("sum(x**2)", [1, 2]), [2, 4])
    found = grad("sum(x**2)*t*A[0, 1]", {"x": "[1, 2]", "t": 3, "A": [[1, 2]]})
    assert found["t"] == 10.0
    np.testing.assert_array_equal(found["x"], [12, 24])
    np.testing.assert_array_equal(found["A"], [[0, 15]])
    assert grad("sum(x**2)", np.float32([1, 2]), dtype="float32").dtype == np.float32


def correct(found: float, known: str) -> bool:
    """Twelve digits."""
    true = Fraction(known)
    return (
        abs(Fraction(float(found)) - true) <= Fraction(1, 10**12) * abs(true)
        if np.isfinite(found)
        else False
    )


@pytest.mark.parametrize("backend", ["tape", "dual"])
def test_vector_cases(backend: str, cases: Rows) -> None:
    rows = [row for row in cases("vector") if row.get("grad")]
    missed = []
    for row in rows:
        f = gradient(row["expr"], backend)
        values = [np.array(row["at"][name], float) for name in f.names]
        found = f(*values)
        parts = found if isinstance(found, tuple) else (found,)
        pairs = [
            (v, k)
            for name, part in zip(f.names, parts, strict=True)
            for v, k in zip(np.ravel(part), np.ravel(row["grad"][name]), strict=True)
        ]
        largest = max(abs(float(k)) for _, k in pairs)
        if not all(correct(v, k) or abs(v - float(k)) <= 1e-13 * largest for v, k in pairs):
            missed.append(row["id"])
    assert len(missed) <= 0.03 * len(rows), missed


# large n ----------------------------------------------------------------------------------------------------------------


def test_rosenbrock_of_ten_thousand() -> None:
    """The gradient by one sweep and the tridiagonal Hessian by three products, held against
    certified windows."""
    n = 10_000
    x = np.random.default_rng(3).uniform(-2, 2, n)
    by_tape, whole = gradient(ROSENBROCK)(x), hessian(ROSENBROCK, sparse=True)(x)
    assert whole.shape == (n, n)
    assert whole.nnz == 3 * n - 2
    for i in (1, 17, 5000, n - 3):
        window = {"x": [float(v) for v in x[i - 1 : i + 2]]}  # ∂f/∂xᵢ depends on no other element
        truth = certify(ROSENBROCK, window, wrt=["x[1]"])
        assert by_tape[i] == pytest.approx(
            float(truth.along["x[1]"].derivative.text(20)), rel=1e-13
        )
        for j, name in ((i, "x[1]"), (i + 1, "x[1]:x[2]"), (i - 1, "x[1]:x[0]")):
            second = diffcmp.compare(
                ROSENBROCK, window, wrt=[name], order=2, backends=["dual-over-tape"]
            ).truth
            assert whole[i, j] == pytest.approx(
                float(second.along[name].derivative.text(20)), rel=1e-13
            )


def test_a_tridiagonal_hessian_costs_three_products_at_any_n() -> None:
    for n in (40, 400):
        plan = products.symmetric(parse(ROSENBROCK, shapes={"x": (n,)}))
        assert plan.products == 3


def test_a_banded_jacobian_costs_as_many_products_as_its_band_is_wide() -> None:
    program = parse("x[1:]*sin(x[:-1])", shapes={"x": (300,)})
    plan = products.columns(program)
    assert plan.forward
    assert plan.products == 2
    x = np.linspace(-1, 1, 300)
    known = np.zeros((299, 300))
    known[np.arange(299), np.arange(299)] = x[1:] * np.cos(x[:-1])
    known[np.arange(299), np.arange(1, 300)] = np.sin(x[:-1])
    for backend in (None, "dual", "tape"):
        np.testing.assert_allclose(
            jacobian("x[1:]*sin(x[:-1])", backend)(x), known, rtol=1e-14, atol=0
        )


def test_without_scipy_a_sparse_hessian_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(InputError) as caught:
        hessian("x**2", sparse=True)(1.0)
    assert caught.value.fault is Fault.EXTRA
