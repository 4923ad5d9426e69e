"""Determinants, adjugates and characteristic polynomials over any ring, without a division that
could fail.

Elements are whatever has `+`, `-`, `*`, a sign and division by a whole number: slots of a Program,
fractions, floats. No pivot is chosen, so that the operations are right for singular matrices too.
Small matrices are expanded by minors, each computed once: n·2ⁿ⁻¹ products, which lose the fewest
digits. Larger ones take the n⁴ products of Faddeev and LeVerrier (Householder 1964, 6.7).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache, reduce
from typing import Any, TypeAlias

from diffcmp.primitives.lazy import np

Matrix: TypeAlias = Any  # a NumPy array of objects with two axes
Minor: TypeAlias = Callable[[tuple[int, ...], tuple[int, ...]], Any]

MINORS = 8  # the largest size that is expanded by minors


def minors(matrix: Matrix) -> Minor:
    """The determinant at some rows and as many columns, by the first row, each computed once."""

    @cache
    def minor(rows: tuple[int, ...], columns: tuple[int, ...]) -> Any:
        first, rest = rows[0], rows[1:]
        if not rest:
            return matrix[first, columns[0]]
        total = matrix[first, columns[0]] * minor(rest, columns[1:])
        for k, column in enumerate(columns[1:], 1):
            term = matrix[first, column] * minor(rest, without(columns, k))
            total = total - term if k % 2 else total + term
        return total

    return minor


def without(places: tuple[int, ...], k: int) -> tuple[int, ...]:
    """The places but the k-th."""
    return places[:k] + places[k + 1 :]


def characteristic(matrix: Matrix) -> tuple[list[Any], Matrix]:
    """The coefficients c₀ … cₙ₋₁ of the monic characteristic polynomial, and the matrix M with
    matrix·M = -c₀·1.

    Faddeev and LeVerrier: M₁ = 1, cₙ₋ₖ = -tr(A·Mₖ)/k, Mₖ₊₁ = A·Mₖ + cₙ₋ₖ·1. The size is 2 at least.
    """
    size = len(matrix)
    last = -_trace(matrix)
    coefficients, m = [last], _plus(matrix, last)
    for k in range(2, size):
        product = matrix @ m
        coefficients.append(-_trace(product) / k)
        m = _plus(product, coefficients[-1])
    corner = matrix[0] @ m[:, 0]  # A·M is a multiple of 1
    return [-corner, *reversed(coefficients)], m


def _trace(matrix: Matrix) -> Any:
    return reduce(operator.add, (matrix[i, i] for i in range(len(matrix))))


def _plus(matrix: Matrix, number: Any) -> Matrix:
    """The matrix with a number added along its diagonal."""
    out = matrix.copy()
    for i in range(len(out)):
        out[i, i] = out[i, i] + number
    return out


def determinant(matrix: Matrix) -> Any:
    """det A."""
    everything = tuple(range(len(matrix)))
    if len(matrix) <= MINORS:
        return minors(matrix)(everything, everything)
    constant = characteristic(matrix)[0][0]
    return -constant if len(matrix) % 2 else constant


def cofactors(matrix: Matrix) -> tuple[Matrix, Any]:
    """The adjugate, and the determinant. The size is 2 at least."""
    everything = tuple(range(len(matrix)))
    if len(matrix) > MINORS:
        (constant, *_), m = characteristic(matrix)
        return (m, -constant) if len(matrix) % 2 else (-m, constant)
    minor, out = minors(matrix), matrix.copy()
    for i, j in np.ndindex(out.shape):
        cofactor = minor(without(everything, j), without(everything, i))
        out[i, j] = -cofactor if (i + j) % 2 else cofactor
    return out, minor(everything, everything)


def cramer(matrix: Matrix, right: Any) -> tuple[Any, Any]:
    """det A, and before it the numerators of Cramer's rule for A·x = b, b a vector or columns."""
    size, everything = len(matrix), tuple(range(len(matrix)))
    if size > MINORS:
        adjugate, det = cofactors(matrix)
        return adjugate @ right, det
    columns = right.reshape(size, -1)
    minor = minors(np.hstack([matrix, columns]))
    out = columns.copy()
    for i, j in np.ndindex(out.shape):
        # the new column is last, not in its place
        places = (*without(everything, i), size + j)
        replaced = minor(everything, places)
        out[i, j] = -replaced if (size - 1 - i) % 2 else replaced
    return out.reshape(right.shape), minor(everything, everything)


def depressed(matrix: Matrix) -> tuple[Any, list[Any]]:
    """The mean m of the eigenvalues of a symmetric matrix A of size 2 at least, of which the lower
    triangle is read, and the coefficients c₀ … cₙ₋₂ of the characteristic polynomial of A - m·1,
    whose next one vanishes.

    The shift keeps the digits where all eigenvalues are large and close to each other. By Newton's
    identities from the traces of powers, for which half of the powers are enough: tr(Bⁱ⁺ʲ) is the
    sum over Bⁱ∘Bʲ. A third of the operations of Faddeev and LeVerrier.
    """
    size = len(matrix)
    mean = _trace(matrix) / size
    powers = [_mirrored(_plus(matrix, -mean))]
    while 2 * len(powers) < size:
        powers.append(_commuting_product(powers[-1], powers[0]))
    traces: dict[int, Any] = {}
    for k in range(2, size + 1):
        traces[k] = _trace_of_product(powers[(k + 1) // 2 - 1], powers[k // 2 - 1])
    c: dict[int, Any] = {}  # k cₙ₋ₖ = -Σ cₙ₋ₖ₊ᵢ tr(Bⁱ), with cₙ = 1 and cₙ₋₁ = 0
    for k in range(2, size + 1):
        total = traces[k]
        for i in range(2, k - 1):
            total = total + c[size - k + i] * traces[i]
        c[size - k] = -total / k
    return mean, [c[k] for k in range(size - 1)]


def _mirrored(matrix: Matrix) -> Matrix:
    """The symmetric matrix with the same lower triangle."""
    out = matrix.copy()
    for i in range(len(out)):
        out[: i + 1, i] = out[i, : i + 1]
    return out


def _commuting_product(x: Matrix, y: Matrix) -> Matrix:
    """x·y of symmetric matrices that commute, so that it is symmetric too."""
    out = x.copy()
    for i in range(len(x)):
        for j in range(i + 1):
            out[i, j] = x[i] @ y[:, j]
    return _mirrored(out)


def _trace_of_product(x: Matrix, y: Matrix) -> Any:
    """tr(x·y) of symmetric matrices."""
    size = len(x)
    diagonal = x.diagonal() @ y.diagonal()
    beside = sum((x[i, :i] @ y[i, :i] for i in range(2, size)), start=x[1, 0] * y[1, 0])
    return diagonal + beside + beside
