"""Linear algebra in floating point: LAPACK by NumPy, and elimination where NumPy has none
(longdouble, its complex kin).

A matrix that is singular gives nan throughout, never an exception. An adjugate is computed from the
singular values, so that it is right for singular matrices too (Stewart, "On the adjugate matrix",
Linear Algebra Appl. 283, 1998). float16 is carried out in float32 and rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from diffcmp.primitives.lazy import np

LONG = ("longdouble", "clongdouble")
REFINEMENTS = 3  # Rayleigh quotient iterations: each triples the digits


def _carried_out(shape: tuple[int, ...], kernel: Callable[..., Any], *arrays: Any) -> Any:
    """`kernel` on float arrays of one format that NumPy can factorize; nan of a shape where an
    element is not finite, or the matrix is found to be singular."""
    given = [np.asarray(a) for a in arrays]
    dtype = np.result_type(*given)
    dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)
    working = np.dtype(np.float32) if dtype == np.float16 else dtype
    with np.errstate(all="ignore"):
        if not all(np.isfinite(a).all() for a in given):
            return np.full(shape, np.nan, dtype)
        try:
            result = kernel(*(a.astype(working) for a in given))
        except np.linalg.LinAlgError:
            return np.full(shape, np.nan, dtype)
        return np.asarray(result).astype(dtype)


def is_long(x: Any) -> bool:
    """Whether it is of a format that LAPACK lacks."""
    return x.dtype in (np.longdouble, np.clongdouble) and x.dtype not in (np.float64, np.complex128)


def solution(a: Any, b: Any) -> Any:
    """x with a @ x = b, for a vector b or for each column."""

    def kernel(a: Any, b: Any) -> Any:
        return eliminated(a, b)[0] if is_long(a) else np.linalg.solve(a, b)

    return _carried_out(np.shape(b), kernel, a, b)


def inverse(a: Any) -> Any:
    """The inverse."""
    return solution(a, np.eye(len(a), dtype=np.asarray(a).dtype))


def determinant(a: Any) -> Any:
    """The determinant, 0 where elimination meets a column of zeros."""

    def kernel(a: Any) -> Any:
        return eliminated(a, a[:, :0])[1] if is_long(a) else np.linalg.det(a)

    return _carried_out((), kernel, a)


def eliminated(a: Any, b: Any) -> tuple[Any, Any]:
    """The solution of a·x = b and the determinant, by Gauss elimination with partial pivoting in
    any format. Raises LinAlgError where there is no solution; not for a `b` without columns."""
    a, x, det = a.copy(), b.copy(), a.dtype.type(1)
    size = len(a)
    for k in range(size):
        pivot = k + int(np.argmax(abs(a[k:, k])))
        if pivot != k:
            for rows in (a, x):
                rows[[k, pivot]] = rows[[pivot, k]]
            det = -det
        corner, below = a[k, k], slice(k + 1, None)
        det = det * corner
        if corner == 0:
            if b.size:
                raise np.linalg.LinAlgError
            return x, det
        factors = a[below, k] / corner
        for rows in (a, x):
            rows[below] -= np.multiply.outer(factors, rows[k])
    for k in reversed(range(size)):
        later = slice(k + 1, None)
        rest = x[k] - a[k, later] @ x[later]
        x[k] = rest / a[k, k]
    return x, det


# adjugates


def adjugate(a: Any) -> Any:
    """The transposed matrix of cofactors: det(a)·a⁻¹, and right where a is singular too."""

    def kernel(a: Any) -> Any:
        if is_long(a):
            return eliminated(a, np.eye(len(a), dtype=a.dtype))[0] * determinant(a)
        u, sigma, v, sign = _factors(a)
        return sign * (v * _products_without_one(sigma)) @ u.conj().T

    return _carried_out(np.shape(a), kernel, a)


def adjugate_along(a: Any, direction: Any) -> Any:
    """The derivative of the adjugate along a direction: linear in that, and polynomial in a,
    whatever its rank.

    With a = U Σ Vᵀ and M = Uᵀ·direction·V, that of adj(Σ) is Σⱼ Mⱼⱼ Pᵢⱼ on the diagonal and -Mᵢⱼ
    Pᵢⱼ beside it, where Pᵢⱼ is the product of all singular values but two.
    """

    def kernel(a: Any, direction: Any) -> Any:
        if is_long(a):
            inv, det = inverse(a), determinant(a)
            moved = inv @ direction
            return det * (np.trace(moved) * inv - moved @ inv)
        u, sigma, v, sign = _factors(a)
        m, products = u.conj().T @ direction @ v, _products_without_two(sigma)
        inner = -m * products
        np.fill_diagonal(inner, products @ np.diag(m))
        return sign * v @ inner @ u.conj().T

    return _carried_out(np.shape(a), kernel, a, direction)


def _factors(a: Any) -> tuple[Any, Any, Any, Any]:
    """U, the singular values, V, and det(U)·det(Vᴴ), a number of modulus 1."""
    u, sigma, vh = np.linalg.svd(a)
    return u, sigma, vh.conj().T, np.linalg.det(u) * np.linalg.det(vh)


def _products_without_one(sigma: Any) -> Any:
    """For each singular value the product of all others, without a division."""
    before, after = np.ones_like(sigma), np.ones_like(sigma)
    before[1:] = np.cumprod(sigma[:-1])
    after[:-1] = np.cumprod(sigma[:0:-1])[::-1]
    return before * after


def _products_without_two(sigma: Any) -> Any:
    """For each pair of singular values the product of all others; 0 on the diagonal."""
    out = np.empty((len(sigma), len(sigma)), sigma.dtype)
    for i in range(len(sigma)):
        rest = sigma.copy()
        rest[i] = 1
        out[i] = _products_without_one(rest)
        out[i, i] = 0
    return out


# the largest eigenvalue


def largest_eigenvalue(s: Any) -> Any:
    """The largest eigenvalue of a symmetric matrix."""
    return _carried_out((), lambda s: _top(s)[0], s)


def eigenvector(s: Any) -> Any:
    """The eigenvector of the largest eigenvalue, of length 1; nan where the eigenvalue is repeated
    to working precision, as none is singled out then."""

    def kernel(s: Any) -> Any:
        _, vector, gap = _top(s)
        noise = abs(s).max() * len(s) * np.finfo(s.dtype).eps
        return vector if gap > noise or len(s) == 1 else np.full(len(s), np.nan)

    return _carried_out(np.shape(s)[:1], kernel, s)


def _top(s: Any) -> tuple[Any, Any, Any]:
    """The largest eigenvalue, its vector, and the distance to the next one."""
    rough = s.real.astype(np.float64) if is_long(s) or s.dtype.kind == "c" else s
    values, vectors = np.linalg.eigh(rough)
    gap = values[-1] - values[-2] if len(values) > 1 else values[-1] * 0 + 1
    value, vector = values[-1], vectors[:, -1]
    return (value, vector, gap) if rough is s else (*_refined(s, vector.astype(s.dtype)), gap)


def _refined(s: Any, v: Any) -> tuple[Any, Any]:
    """Rayleigh quotient iteration in a format LAPACK lacks, for symmetric, not Hermitian, s."""
    for _ in range(REFINEMENTS):
        v = v / np.sqrt(v @ v)
        value = v @ s @ v
        step = bordered_solution(s, s @ v - value * v, value, v)
        if not np.isfinite(step).all():
            break
        v = v - step
    v = v / np.sqrt(v @ v)
    return v @ s @ v, v


def bordered_solution(s: Any, r: Any, value: Any, v: Any) -> Any:
    """x in [[s - value·1, v], [vᵀ, 0]] [x, μ] = [r, 0]: orthogonal to v, blind to r along v."""
    n = len(s)
    matrix = np.zeros((n + 1, n + 1), s.dtype)
    matrix[:n, :n] = s - value * np.eye(n, dtype=s.dtype)
    matrix[:n, n] = matrix[n, :n] = v
    return solution(matrix, np.append(r, r.dtype.type(0)))[:n]


def eigenvector_along(s: Any, r: Any) -> Any:
    """How the eigenvector moves as s·v changes by `r`: minus the bordered system's solution."""

    def kernel(s: Any, r: Any) -> Any:
        value, vector, _ = _top(s)
        return -bordered_solution(s, r, value, vector)

    return _carried_out(np.shape(r), kernel, s, r)
