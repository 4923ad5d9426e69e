"""Linear algebra: each function of a matrix with its analytic derivative (Giles, "Collected matrix
derivative results for forward and reverse mode algorithmic differentiation", 2008), so that no
algorithm is ever differentiated.

Floating point carries them out by `lapack`, exact numbers by `determinants`: by the rules of Cramer
and Leibniz, which divide by the determinant only and so are smooth wherever the function is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcmp.errors import Fault, InputError
from diffcmp.primitives import determinants, lapack, rowwise
from diffcmp.primitives.lazy import np
from diffcmp.primitives.record import Call, primitive, structural
from diffcmp.primitives.shapes import Apply, Shape, ShapeMismatch, Static, spelled

# sizes whose form in numbers can still be handled
LARGEST_EXACT = {"det": 10, "solve": 10, "inv": 10, "eigmax": 8}

Tangents = Sequence[Any]

# shapes


def square(name: str, a: Shape) -> int:
    """The size of a square matrix. Raises InputError for any other shape."""
    if len(a) != 2 or a[0] != a[1]:
        raise InputError(Fault.NOT_SQUARE, name=name, shape=spelled(a))
    return a[0]


def solved_shape(static: Static, a: Shape, b: Shape) -> Shape:
    """That of b, which has as many rows as a. Raises InputError where a is not square. Raises
    ShapeMismatch where the rows differ."""
    if not b or square("solve", a) != b[0]:
        raise ShapeMismatch(f"{spelled(a)} and {spelled(b)}")
    return b


def of_square(name: str, axes: int) -> Callable[..., Shape]:
    """The shape of a function of a square matrix: a number, a row, or a matrix like it."""
    return lambda static, a: (square(name, a),) * axes


# derivatives


def solve_along(call: Call, tangents: Tangents) -> Any:
    """A·x = b: dx = A⁻¹ (db - dA·x)."""
    da, db = tangents
    right = db
    if da is not None:
        moved = call.apply("matmul", da, call.out)
        right = call.apply("neg", moved) if db is None else call.apply("sub", db, moved)
    return call.apply("solve", call.arguments[0], right)


def inv_along(call: Call, tangents: Tangents) -> Any:
    """X = A⁻¹: dX = -X·dA·X."""
    left = call.apply("matmul", call.out, tangents[0])
    return call.apply("neg", call.apply("matmul", left, call.out))


def det_along(call: Call, tangents: Tangents) -> Any:
    """Jacobi's formula in the form right for singular matrices too: tr(adj(A)·dA)."""
    adjugate = call.apply("adjugate", call.arguments[0])
    terms = call.apply("mul", call.apply("transpose", adjugate), tangents[0])
    return call.apply("sum_to", terms, static=((),))


def adjugate_back(call: Call, cotangent: Any) -> Any:
    """adj(A) is the transposed gradient of det, whose Hessian is symmetric."""
    along = call.apply("transpose", cotangent)
    return call.apply("transpose", call.apply("adjugate_along", call.arguments[0], along))


def eigmax_along(call: Call, tangents: Tangents) -> Any:
    """dλ = vᵀ·dS·v."""
    v = call.apply("eigvec", call.arguments[0])
    return call.apply("matmul", v, call.apply("matmul", tangents[0], v))


def eigvec_along(call: Call, tangents: Tangents) -> Any:
    """dv from the bordered system [[S - λ, v], [vᵀ, 0]] [dv, dλ] = [-dS·v, 0], up to dλ's sign."""
    moved = call.apply("matmul", tangents[0], call.out)
    return call.apply("eigvec_along", call.arguments[0], moved)


def no_further(call: Call, tangents: Tangents) -> Any:
    """What is met in second derivatives; a third one would differentiate it."""
    raise NotImplementedError("derivatives of order 3 of a determinant or an eigenvalue")


# in numbers


def checked(name: str, matrix: Any) -> int:
    """The size of a matrix whose elements are to become numbers. Raises InputError where there
    would be too many operations."""
    size, limit = len(matrix), LARGEST_EXACT[name]
    if size > limit:
        raise InputError(
            Fault.MATRIX_TOO_LARGE, name=name, shape=spelled(matrix.shape), limit=limit
        )
    return size


def exact_det(apply: Apply, matrix: Any) -> Any:
    """det A."""
    checked("det", matrix)
    return determinants.determinant(matrix)


def exact_solve(apply: Apply, matrix: Any, right: Any) -> Any:
    """Cramer's rule."""
    checked("solve", matrix)
    return _divided(apply, *determinants.cramer(matrix, right))


def exact_inv(apply: Apply, matrix: Any) -> Any:
    """adj A/det A."""
    if checked("inv", matrix) == 1:
        one = np.empty((1, 1), object)
        one[0, 0] = apply("cramer", matrix[0, 0].literal(1), matrix[0, 0])
        return one
    return _divided(apply, *determinants.cofactors(matrix))


def _divided(apply: Apply, numerators: Any, det: Any) -> Any:
    out = numerators.copy()
    out.flat = [apply("cramer", x, det) for x in numerators.flat]
    return out


def exact_eigmax(apply: Apply, matrix: Any) -> Any:
    """The mean of the eigenvalues plus the largest root of the depressed polynomial."""
    size = checked("eigmax", matrix)
    if size == 1:
        return matrix[0, 0]
    mean, coefficients = determinants.depressed(matrix)
    return mean + apply(f"root{size}", *coefficients)


# fmt: off
#          name              shape of the result   in floating point                                    derivative
structural("solve",          solved_shape,         lambda s, a, b: lapack.solution(a, b),
           [None, lambda call, ct: call.apply("solve", call.apply("transpose", call.arguments[0]), ct)],
           pushforward=solve_along, exact=exact_solve, rows=rowwise.solve)
structural("inv",            of_square("inv", 2),  lambda s, a: lapack.inverse(a),                      [None],
           pushforward=inv_along, exact=exact_inv)
structural("det",            of_square("det", 0),  lambda s, a: lapack.determinant(a),                  [None],
           pushforward=det_along, exact=exact_det)
structural("eigmax",         of_square("eigmax", 0), lambda s, a: lapack.largest_eigenvalue(a),           [None],
           pushforward=eigmax_along, exact=exact_eigmax)
# what their derivatives are made of
structural("adjugate",       of_square("adjugate", 2), lambda s, a: lapack.adjugate(a),                 [None],
           pushforward=lambda call, tangents: call.apply("adjugate_along", call.arguments[0], tangents[0]))
structural("adjugate_along", lambda s, a, d: a,    lambda s, a, d: lapack.adjugate_along(a, d),         [None, adjugate_back],
           pushforward=no_further)
structural("eigvec",         of_square("eigvec", 1), lambda s, a: lapack.eigenvector(a),                [None],
           pushforward=eigvec_along)
structural("eigvec_along",   lambda s, a, r: r,    lambda s, a, r: lapack.eigenvector_along(a, r),      # by a symmetric matrix
           [None, lambda call, ct: call.apply("eigvec_along", call.arguments[0], ct)],
           pushforward=no_further)

# a quotient by a determinant: a zero there is a singular matrix
primitive("cramer", "x, d", ["1/d", "-out/d"], definition="x/d", internal=True, of_matrix="solution")
# fmt: on


def _root(degree: int) -> None:
    """xⁿ + cₙ₋₂ xⁿ⁻² + … + c₀: the root where the polynomial increases with all of its derivatives,
    which is the largest one of a polynomial all of whose roots are real.

    Where it is repeated it is not analytic, and that of a quadratic has a kink.
    """
    facts: dict[str, Any] = {"internal": True, "of_matrix": "eigenvalue"}
    if degree == 2:
        primitive("root2", "c0", ["-1/(2*out)"], definition="sqrt(-c0)", **facts)
        return
    slope = f"{degree}*out"  # by Horner, with cₙ₋₁ = 0
    for k in range(degree - 2, 0, -1):
        inner = f"({slope})" if k < degree - 2 else slope
        slope = f"{inner}*out + {k}*c{k}" if k > 1 else f"{inner}*out + c1"
    powers = ["1", "out", *(f"out**{k}" for k in range(2, degree - 1))]
    names = ", ".join(f"c{k}" for k in range(degree - 1))
    partials = [f"-{power}/({slope})" for power in powers]
    primitive(f"root{degree}", names, partials, separant=slope, **facts)


for _degree in range(2, LARGEST_EXACT["eigmax"] + 1):
    _root(_degree)
