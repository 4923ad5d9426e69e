"""Linear algebra: values and derivatives against closed forms in high precision, by the truth, by
arrays and by every backend.

The closed forms (Giles 2008) are evaluated by mpmath with 60 digits: the inverse and the
eigenvectors are mpmath's own.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import acb, arb, fmpq, fmpq_mat

from diffcmp import InputError, certify, compare, explain, gradient, hessian, jvp, parse, vjp
from diffcmp.arithmetic.ball_roots import ball_root, complex_ball_root
from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.complexes import Complexes
from diffcmp.arithmetic.roots import float_root
from diffcmp.engines.compiled import compiled
from diffcmp.errors import Fault
from diffcmp.notes import Note
from diffcmp.passes.scalars import scalarised
from diffcmp.point.point import function_at
from diffcmp.primitives import determinants, lapack
from diffcmp.primitives.linalg import LARGEST_EXACT
from diffcmp.truth.certify import truth
from diffcmp.truth.record import Kind

RANDOM = np.random.default_rng(20)
HILBERT = [[f"1/{i + j + 1}" for j in range(4)] for i in range(4)]


def whole(n: int, *columns: int) -> Any:
    return RANDOM.integers(-9, 10, (n, *(columns or (n,))))


REGULAR = [whole(n) for n in (2, 3, 4, 5)] + [HILBERT]
SINGULAR = [
    [[1, 2], [2, 4]],
    [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    np.zeros((3, 3), int),
]


def exact(matrix: Any) -> Any:
    """A matrix of fractions."""
    return np.array([[Fraction(str(x)) for x in row] for row in np.asarray(matrix)], object)


def high(matrix: Any) -> Any:
    """The same with 60 digits."""
    return mpmath.matrix(
        [[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in exact(matrix)]
    )


def flint(matrix: Any) -> fmpq_mat:
    rows = [[fmpq(x.numerator, x.denominator) for x in row] for row in exact(matrix)]
    return fmpq_mat(len(rows), len(rows[0]), [x for row in rows for x in row])


def numpied(matrix: Any) -> Any:
    return exact(matrix).astype(float)


@pytest.fixture(autouse=True)
def _sixty_digits() -> Any:
    with mpmath.workdps(60):
        yield


# the algorithms in numbers
# -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(2, 11))
@pytest.mark.parametrize("rank", [None, 1])
def test_in_numbers_equals_flint(n: int, rank: int | None) -> None:
    a = exact(whole(n) if rank is None else whole(n, rank) @ whole(rank, n))
    det = fmpq(flint(a).det())
    adjugate, found = determinants.cofactors(a)
    assert determinants.determinant(a) == found == Fraction(int(det.p), int(det.q))
    assert (a @ adjugate == found * np.eye(n, dtype=int)).all()
    b = exact(whole(n, 2))
    numerators, denominator = determinants.cramer(a, b)
    assert denominator == found
    assert (a @ numerators == found * b).all()


@pytest.mark.parametrize("n", range(2, 9))
def test_characteristic_polynomial_equals_that_of_flint(n: int) -> None:
    a = whole(n)
    a = exact(a + a.T)
    mean, coefficients = determinants.depressed(a)
    shifted = flint(a - mean * np.eye(n, dtype=int)).charpoly().coeffs()
    assert [fmpq(c.numerator, c.denominator) for c in coefficients] == shifted[:-2]
    assert shifted[-2] == 0


@pytest.mark.parametrize(("c", "root"), [
    ((-2, -3), "2"), ((2, -3), "1"), ((0, 0), "0"), ((0, 0, 0), "0"), ((1, 0, -2), "1"), ((-4, 0, 3), "1"), ((-6, 11), "0.53178"),
])  # fmt: skip
def test_the_root_is_enclosed(c: tuple[int, ...], root: str) -> None:
    with Balls(200).working():
        found = arb(ball_root(*map(fmpq, c)))
        wide = arb(ball_root(*(arb(x, arb(2) ** -150) for x in c)))
        assert abs(found - arb(root)) < 1e-4
        assert found.rad() < arb(2) ** -180
        assert found == 0 or not wide.is_finite() or wide.contains(found)
    assert abs(float_root(*map(float, c)) - float(root)) < 1e-4


@pytest.mark.parametrize("c", [(2, 3, 1), (1, 0, 1), (5, 0, 0)])
def test_there_may_be_no_such_root(c: tuple[int, ...]) -> None:
    """The checker is checked: a polynomial without real roots, as no symmetric matrix has."""
    with Balls(128).working():
        assert not arb(ball_root(*map(fmpq, c))).is_finite()
    assert np.isnan(float_root(*map(float, c)))


def test_the_root_beside_the_real_axis_is_the_same_branch() -> None:
    c, h = (complex(-2, 1e-20), complex(-3, 2e-20)), 1e-20
    slope = -(1 + 2 * 2) / (3 * 4 - 3)
    for dtype in ("float64", "longdouble", "float32"):
        system = Complexes(dtype)
        root = system.function("root3")
        assert root is not None
        found = root(*(system.make(z.real, z.imag) for z in c))
        assert found.imag == pytest.approx(slope * h, rel=1e-6 if dtype == "float32" else 1e-14)
    with Balls(128).working():
        found = complex_ball_root(*(acb(z.real, z.imag) for z in c))
        assert float(found.imag) == pytest.approx(slope * h, rel=1e-14)
        assert found.rad() < 1e-30


# certified
# ------------------------------------------------------------------------------------------------------------


def inverse(a: Any) -> Any:
    return a**-1


def gradients(name: str, matrix: Any, b: Any) -> dict[str, Any]:
    """The derivative of the function with respect to every element, by its closed form."""
    a, n = high(matrix), len(exact(matrix))
    ones = mpmath.ones(n, 1)
    found: dict[str, Any] = {}
    if name == "det(A)":
        det, inv = mpmath.det(a), inverse(a)
        return {f"A[{i},{j}]": det * inv[j, i] for i, j in product(range(n), repeat=2)}
    if name == "eigmax(A)":
        v = top(a)[1]
        return {f"A[{i},{j}]": v[i] * v[j] for i, j in product(range(n), repeat=2)}
    inv = inverse(a)
    left = inv.T * ones
    if name == "sum(inv(A))":
        right = inv * ones
        return {f"A[{i},{j}]": -left[i] * right[j] for i, j in product(range(n), repeat=2)}
    x = inv * mpmath.matrix([mpmath.mpf(int(k)) for k in b])
    found = {f"A[{i},{j}]": -left[i] * x[j] for i, j in product(range(n), repeat=2)}
    return found | {f"b[{i}]": left[i] for i in range(n)}


def top(a: Any) -> tuple[Any, Any, Any, Any]:
    """The largest eigenvalue of the symmetric part, its vector, and all values and vectors."""
    values, vectors = mpmath.eigsy((a + a.T) / 2)
    last = len(values) - 1
    return values[last], vectors[:, last], values, vectors


FUNCTIONS = ["det(A)", "sum(solve(A, b))", "sum(inv(A))", "eigmax(A)"]


def at(name: str, matrix: Any) -> dict[str, Any]:
    return {"A": matrix} | ({"b": list(range(1, len(exact(matrix)) + 1))} if "b" in name else {})


@pytest.mark.parametrize("name", [*FUNCTIONS, "sum(solve_gauss(A, b))"])
@pytest.mark.parametrize(
    "matrix", REGULAR, ids=lambda m: f"n{len(m)}{'hilbert' if m is HILBERT else ''}"
)
def test_certified_to_thirty_digits(name: str, matrix: Any) -> None:
    place = at(name, matrix)
    found = certify(name, place)
    assert found.kind is Kind.SMOOTH
    assert found.certified
    known = gradients(name.replace("_gauss", ""), matrix, place.get("b"))
    assert found.along.keys() == known.keys()
    for element, value in known.items():
        quantity = found.along[element].derivative
        assert quantity is not None
        assert abs(mpmath.mpf(quantity.text(30)) - value) <= abs(value) * mpmath.mpf(
            "1e-29"
        ) + mpmath.mpf("1e-45")


def second_det(a: Any, i: int, j: int, k: int, m: int) -> Any:
    """∂²det/∂a_ij∂a_km: the minor without both rows and both columns, with its sign."""
    if i == k or j == m:
        return mpmath.mpf(0)
    rest = [
        [a[r, c] for c in range(a.cols) if c not in (j, m)]
        for r in range(a.rows)
        if r not in (i, k)
    ]
    sign = (-1) ** (i + j + k + m) * (1 if (i < k) == (j < m) else -1)
    return sign * (mpmath.det(mpmath.matrix(rest)) if rest else 1)


def second_solve(a: Any, b: Any, i: int, j: int, k: int, m: int) -> Any:
    inv = inverse(a)
    left, x = inv.T * mpmath.ones(a.rows, 1), inv * b
    return left[i] * inv[j, k] * x[m] + left[k] * inv[m, i] * x[j]


def second_eigmax(a: Any, i: int, j: int, k: int, m: int) -> Any:
    """2 Σ (vᵀEw)(wᵀFv)/(λ - μ) over all other eigenvalues μ with their vectors w."""
    value, v, values, vectors = top(a)
    total = mpmath.mpf(0)
    for p in range(a.rows - 1):
        w = vectors[:, p]
        total += (
            (v[i] * w[j] + v[j] * w[i]) / 2 * (v[k] * w[m] + v[m] * w[k]) / 2 / (value - values[p])
        )
    return 2 * total


@pytest.mark.parametrize("matrix", REGULAR[:3], ids=lambda m: f"n{len(m)}")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivatives_certified_and_by_arrays(name: str, matrix: Any) -> None:
    a, n = high(matrix), len(matrix)
    b = mpmath.matrix(list(range(1, n + 1)))
    program, place = function_at(name, at(name, matrix))
    pairs = list(product(product(range(n), repeat=2), repeat=2))[:: 5 if n == 4 else 1]
    wanted = [
        "A[{},{}]:A[{},{}]".format(*p, *q) if p != q else "A[{},{}]".format(*p) for p, q in pairs
    ]
    found = truth(program, place, list(dict.fromkeys(wanted)), order=2)
    whole_hessian = hessian(name)(*(np.array(v, float) for v in at(name, matrix).values()))
    array = np.asarray(
        whole_hessian[0][0] if isinstance(whole_hessian, tuple) else whole_hessian
    ).reshape((n,) * 4)
    scale = abs(array).max()
    for (p, q), partial in zip(pairs, wanted, strict=True):
        if name == "sum(inv(A))":
            known = second_solve(a, mpmath.ones(n, 1), *p, *q)
        elif name == "eigmax(A)":
            known = second_eigmax(a, *p, *q)
        else:
            known = second_det(a, *p, *q) if name == "det(A)" else second_solve(a, b, *p, *q)
        quantity = found.along[partial].derivative
        assert quantity is not None
        assert abs(mpmath.mpf(quantity.text(30)) - known) <= abs(known) * mpmath.mpf(
            "1e-28"
        ) + mpmath.mpf("1e-40")
        assert abs(array[(*p, *q)] - float(known)) <= 1e-11 * scale


# singular matrices, repeated eigenvalues
# --------------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", SINGULAR)
def test_a_determinant_is_smooth_at_a_singular_matrix(matrix: Any) -> None:
    a, n = exact(matrix), len(matrix)
    adjugate = determinants.cofactors(a)[0]
    found = certify("det(A)", {"A": matrix})
    assert found.kind is Kind.SMOOTH
    for i, j in product(range(n), repeat=2):
        assert Fraction(found.along[f"A[{i},{j}]"].derivative.text(20)) == adjugate[j, i]  # type: ignore[union-attr]  # it is smooth
    for backend in ("dual", "tape"):
        assert np.allclose(
            gradient("det(A)", backend=backend)(numpied(matrix)),
            adjugate.T.astype(float),
            atol=1e-13,
        )
    second = np.asarray(hessian("det(A)")(numpied(matrix))).reshape((n,) * 4)
    for index in product(range(n), repeat=4):
        assert second[index] == pytest.approx(float(second_det(high(matrix), *index)), abs=1e-12)


@pytest.mark.parametrize("name", ["sum(solve(A, b))", "sum(inv(A))", "sum(solve_gauss(A, b))"])
def test_a_singular_matrix_has_no_inverse(name: str) -> None:
    matrix = [[1, 2], [2, 4]]
    found = certify(name, {"A": matrix} | ({"b": [1, 3]} if "b" in name else {}))
    assert found.along["A[0,0]"].kind is Kind.POLE
    assert found.along["A[0,0]"].derivative is None
    values = [numpied(matrix)] + ([np.array([1.0, 3.0])] if "b" in name else [])
    for backend in ("dual", "tape"):
        got = gradient(name, backend=backend)(*values)
        assert not np.isfinite(
            np.concatenate([np.ravel(g) for g in (got if isinstance(got, tuple) else (got,))])
        ).all()


def test_a_singular_matrix_is_noted_with_its_span() -> None:
    found = compare("1 + sum(inv(A))", {"A": [[1, 2], [2, 4]]}, backends=["dual", "tape"])
    remarks = [r for row in found.rows for r in row.remarks if r.note is Note.SINGULAR_MATRIX]
    assert {r.piece for r in remarks} == {"inv(A)"}
    assert len(remarks) == 2


def test_only_a_whole_piece_is_said_to_begin_so() -> None:
    """Of the many numbers that a function of matrices is made of, one is its value, or none where
    that is a vector."""
    found = explain(
        "1/det(A) + sum(solve(A, b))", {"A": [[1, 2], [2, 4]], "b": [1, 3]}, backends=["dual"]
    )
    pieces = {term.piece for a in found.anatomy for term in a.terms}
    assert {"det(A)", "1/det(A)", "sum(solve(A, b))"} <= pieces
    assert "solve(A, b)" not in pieces


@pytest.mark.parametrize(("matrix", "element", "left", "right"), [
    (np.eye(2), "A[0,0]", "0", "1.0000"), (np.eye(2), "A[0,1]", "-0.50000", "0.50000"),
    (np.eye(3), "A[0,0]", "0", "1.0000"), (np.eye(4), "A[2,1]", "-0.50000", "0.50000"),
    (np.diag([2, 2, -1]), "A[1,1]", "0", "1.0000"), (np.diag([2, 2, -1]), "A[0,2]", "0", "0"),
    (np.diag([2, 2, -1]), "A[2,2]", "0", "0"), (np.diag([1, 0, 1, 1]), "A[0,3]", "-0.50000", "0.50000"),
    ([[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]], "A[0,0]", "0", "0.66667"),
    ([[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]], "A[0,1]", "-0.50000", "0.16667"),
])  # fmt: skip
def test_a_repeated_eigenvalue_has_certified_sides(
    matrix: Any, element: str, left: str, right: str
) -> None:
    """The largest eigenvalue of the change on the plane of the eigenvectors, and minus that of
    minus the change."""
    found = certify("eigmax(A)", {"A": matrix})
    sides = found.along[element]
    assert found.certified
    assert sides.kind is (Kind.SMOOTH if left == right else Kind.KINK)
    assert (sides.left.text(5), sides.right.text(5)) == (left, right)  # type: ignore[union-attr]  # there are both


def test_random_repeated_eigenvalues_have_the_sides_of_differences() -> None:
    """Symmetric matrices of small whole numbers, of which a third has a repeated largest
    eigenvalue."""
    kinks, h = 0, mpmath.mpf(10) ** -25
    for _ in range(25):
        a = RANDOM.integers(-1, 2, (3, 3))
        matrix = np.diag(a[0]) if a[0, 0] >= 0 else np.triu(a) + np.triu(a, 1).T
        found = certify("eigmax(A)", {"A": matrix})
        i, j = RANDOM.integers(0, 3, 2)
        values = []
        for step in (-h, 0, h):
            moved = mpmath.matrix(matrix.tolist())
            moved[int(i), int(j)] += step
            values.append(top(moved)[0])
        known = ((values[1] - values[0]) / h, (values[2] - values[1]) / h)
        sides = found.along[f"A[{i},{j}]"]
        kinks += sides.kind is Kind.KINK
        for side, value in zip((sides.left, sides.right), known, strict=True):
            assert side is not None
            assert abs(mpmath.mpf(side.text(20)) - value) < 1e-15
    assert kinks > 0


def test_nothing_is_certified_where_a_repeated_eigenvalue_is_irrational() -> None:
    found = certify("eigmax(A)", {"A": [["pi", 0, 0], [0, "pi", 0], [0, 0, 1]]})
    assert found.kind in (Kind.UNDECIDED, Kind.KINK)
    assert all(along.derivative is None for along in found.along.values())


def test_a_repeated_eigenvalue_is_noted_with_its_span() -> None:
    found = compare("2*eigmax(A)", {"A": np.eye(3)}, backends=["dual", "tape"])
    assert {
        r.piece for row in found.rows for r in row.remarks if r.note is Note.REPEATED_EIGENVALUE
    } == {"eigmax(A)"}
    assert found.truth.kind is Kind.KINK
    assert np.isnan(gradient("eigmax(A)")(np.eye(3))).all()


def test_an_eigenvalue_is_smooth_where_a_smaller_one_is_repeated() -> None:
    found = certify("eigmax(A)", {"A": [[2, 0, 0], [0, 1, 0], [0, 0, 1]]})
    assert found.kind is Kind.SMOOTH
    assert found.along["A[0,0]"].derivative.text(5) == "1.0000"  # type: ignore[union-attr]  # it is smooth


def test_the_two_elements_of_a_symmetric_pair_share_the_derivative() -> None:
    found = certify("eigmax(A)", {"A": [[1, 3], [1, 0]]})
    assert found.along["A[0,1]"].derivative.text(30) == found.along["A[1,0]"].derivative.text(30)  # type: ignore[union-attr]  # smooth


# backends ---------------------------------------------------------------------------------------------------------------

BACKENDS = {
    "symbolic": 15,
    "forward": 5,
    "central": 8,
    "complex-step": 13,
    "dual": 13,
    "tape": 13,
    "dual-lhopital": 13,
    "tape-lhopital": 13,
}


@pytest.mark.parametrize("name", [*FUNCTIONS, "sum(solve_gauss(A, b))", "eigmax_power(A, 16)"])
@pytest.mark.parametrize(
    "matrix", [[[4, 1], [2, -3]], [[5, 1, 0], [1, 2, 1], [0, 3, 1]]], ids=["n2", "n3"]
)
def test_every_backend(name: str, matrix: Any) -> None:
    backends = [
        b for b in BACKENDS if b != "symbolic" or "_" not in name
    ]  # the steps of an algorithm are nested too deeply
    found = compare(name, at(name, matrix), backends=backends, timeout=60)
    assert found.truth.certified
    for row in found.rows:
        assert row.norm_error is None or row.norm_error < 10.0 ** -BACKENDS[row.backend], row
        assert all(np.isfinite(float(x)) for x in row.derivative.values()), row


@pytest.mark.parametrize(
    "name", ["solve(A, b)", "solve(A, A @ A)", "inv(A)", "det(A)", "eigmax(A)", "solve_gauss(A, b)"]
)
def test_jvp_and_vjp_are_transposes(name: str) -> None:
    a, da = RANDOM.standard_normal((2, 4, 4))
    b, db = RANDOM.standard_normal((2, 4))
    places, tangents = ((a, b), (da, db)) if "b" in name else ((a,), (da,))
    forward = jvp(name)(*places, *tangents)
    w = RANDOM.standard_normal(np.shape(forward))
    backward = vjp(name)(*places, w)
    backward = backward if isinstance(backward, tuple) else (backward,)
    assert (w * forward).sum() == pytest.approx(
        sum((x * dx).sum() for x, dx in zip(backward, tangents, strict=True)), rel=1e-11
    )


@pytest.mark.parametrize(
    "expr", ["sum(solve(A, b)*b)", "det(A)", "sum(inv(A)**2)", "eigmax(A)", "sum(solve(A, A @ A))"]
)
@pytest.mark.parametrize("n", [1, 2, 5, 30])
def test_gradients_of_whole_matrices(expr: str, n: int) -> None:
    """Against a complex step or a central difference along a random direction, and forward mode
    against reverse."""
    a, da = RANDOM.standard_normal((2, n, n))
    a += n * np.diag(np.arange(1.0, n + 1))
    values = (a, RANDOM.standard_normal(n)) if "b" in expr else (a,)
    got = gradient(expr, backend="tape")(*values)
    along = (got[0] if isinstance(got, tuple) else got) * da
    h = 1e-5
    program = parse(expr, shapes={"A": (n, n), "b": (n,)} if "b" in expr else {"A": (n, n)})
    f = compiled(program)
    difference = (f(a + h * da, *values[1:]) - f(a - h * da, *values[1:])) / (2 * h)
    assert along.sum() == pytest.approx(difference, rel=1e-6, abs=1e-6 * abs(along).max())


# floating point
# ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "longdouble", "complex128", "clongdouble"]
)
def test_every_format(dtype: str) -> None:
    a = np.array([[4, 1, 0], [1, 3, 1], [0, 1, 2]], dtype)
    b = np.array([1, 2, 3], dtype)
    eps = float(np.finfo(dtype).eps)
    assert abs(a @ lapack.solution(a, b) - b).max() < 20 * eps
    assert abs(lapack.determinant(a) - 18) < 100 * eps
    assert abs(a @ lapack.adjugate(a) - 18 * np.eye(3)).max() < 200 * eps
    value, v = lapack.largest_eigenvalue(a), lapack.eigenvector(a)
    assert abs(a @ v - value * v).max() < 20 * eps
    for x in (
        lapack.solution(a, b),
        lapack.determinant(a),
        lapack.adjugate(a),
        v,
        value,
        lapack.eigenvector_along(a, b),
    ):
        assert x.dtype == np.dtype(dtype)


@pytest.mark.parametrize("matrix", SINGULAR)
@pytest.mark.parametrize("dtype", ["float64", "longdouble"])
def test_a_singular_matrix_raises_nothing(matrix: Any, dtype: str) -> None:
    a = numpied(matrix).astype(dtype)
    assert abs(lapack.determinant(a)) < 1e-14
    with np.errstate(all="raise"):
        found = lapack.inverse(a)
    assert not np.isfinite(found).all() or abs(found).max() > 1e15


def test_what_is_not_finite_gives_nan() -> None:
    a = np.array([[1.0, np.nan], [0.0, np.inf]])
    assert np.isnan(lapack.solution(a, np.ones(2))).all()
    assert np.isnan(lapack.determinant(a))
    assert np.isnan(lapack.largest_eigenvalue(a))


# refusals ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("expr", "shapes", "fault", "piece"), [
    ("1 + det(A)", {"A": (2, 3)}, Fault.NOT_SQUARE, "det(A)"), ("det(x)", {"x": (3,)}, Fault.NOT_SQUARE, "det(x)"),
    ("det(x)", {}, Fault.NOT_SQUARE, "det(x)"), ("inv(A)", {"A": (3, 2)}, Fault.NOT_SQUARE, "inv(A)"),
    ("eigmax(A)", {"A": (3, 2)}, Fault.NOT_SQUARE, "eigmax(A)"), ("solve(A, b)", {"A": (2, 2), "b": (3,)}, Fault.SHAPES, "solve(A, b)"),
    ("solve(A, b)", {"A": (2, 3), "b": (2,)}, Fault.NOT_SQUARE, "solve(A, b)"), ("solve(A, b)", {"A": (2, 2)}, Fault.ARRAY_NEEDED, "b"),
    ("solve_gauss(A, b)", {"A": (2, 3), "b": (2,)}, Fault.NOT_SQUARE, "solve_gauss(A, b)"),
    ("solve_gauss(A, b)", {"A": (40, 40), "b": (40,)}, Fault.MATRIX_TOO_LARGE, "solve_gauss(A, b)"),
    ("eigmax_power(A, x)", {"A": (2, 2)}, Fault.STEPS, "eigmax_power(A, x)"),
    ("eigmax_power(A, 2.5)", {"A": (2, 2)}, Fault.STEPS, "eigmax_power(A, 2.5)"),
    ("eigmax_power(A, 0)", {"A": (2, 2)}, Fault.STEPS, "eigmax_power(A, 0)"),
    ("eigmax_power(A, 2)", {"A": (2, 3)}, Fault.NOT_SQUARE, "eigmax_power(A, 2)"),
    ("det(A, B)", {"A": (2, 2), "B": (2, 2)}, Fault.ARGUMENTS, "det(A, B)"),
])  # fmt: skip
def test_refused(expr: str, shapes: Any, fault: Fault, piece: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(expr, shapes=shapes)
    assert caught.value.fault is fault
    assert caught.value.span is not None
    assert caught.value.span.cut(expr) == piece


@pytest.mark.parametrize("name", LARGEST_EXACT)
def test_too_large_by_components_but_not_as_a_whole(name: str) -> None:
    n = LARGEST_EXACT[name] + 1
    expr = "sum(solve(A, b))" if name == "solve" else f"sum({name}(A)*1)"
    shapes = {"A": (n, n)} | ({"b": (n,)} if name == "solve" else {})
    with pytest.raises(InputError, match="limit"):
        scalarised(parse(expr, shapes=shapes))
    a = np.diag(np.arange(1.0, n + 1))
    assert np.isfinite(gradient(expr)(*((a, np.ones(n)) if name == "solve" else (a,)))[0]).all()
