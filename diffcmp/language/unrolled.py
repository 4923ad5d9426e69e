"""Algorithms of linear algebra written out step by step, as a program that computes them would: for
the comparison with the analytic derivatives of `primitives.linalg`, which differentiate the
solution and not the way to it.
"""

from __future__ import annotations

from fractions import Fraction

from diffcmp.errors import Fault, InputError
from diffcmp.language.writer import Writer
from diffcmp.primitives.linalg import square
from diffcmp.primitives.shapes import ShapeMismatch, spelled

MAX_SIZE = 30
MAX_STEPS = 1000


def symmetric_part(write: Writer, a: int) -> int:
    """(A + Aᵀ)/2, so that the derivatives by A[i,j] and A[j,i] are both half of the whole."""
    return write("div", write("add", a, write("transpose", a)), write.literal(2))


def solve_gauss(write: Writer, a: int, b: int) -> int:
    """The solution of A·x = b by Gauss elimination; of each column the largest element is made the
    pivot, by `where`. Raises InputError for a matrix that is not square, or larger than 30×30.
    Raises ShapeMismatch where b has not as many rows.
    """
    shape, size = write.shape(a), square("solve_gauss", write.shape(a))
    if not write.shape(b) or write.shape(b)[0] != size:
        raise ShapeMismatch(f"{spelled(shape)} and {spelled(write.shape(b))}")
    if size > MAX_SIZE:
        name = "solve_gauss"
        raise InputError(Fault.MATRIX_TOO_LARGE, name=name, shape=spelled(shape), limit=MAX_SIZE)
    rows = [write.take(a, i) for i in range(size)]
    right = [write.take(b, i) for i in range(size)]
    for k in range(size):
        for i in range(k + 1, size):
            _larger_first(write, rows, right, k, i)
        for i in range(k + 1, size):
            _eliminated(write, rows, right, k, i)
    solution: list[int] = []  # from the last unknown to the first
    for k in reversed(range(size)):
        rest = right[k]
        for j, x in enumerate(reversed(solution), 1):
            rest = write("sub", rest, write("mul", write.take(rows[k], j), x))
        solution.append(write("div", rest, write.take(rows[k], 0)))
    return write("stack", *reversed(solution))


def _larger_first(write: Writer, rows: list[int], right: list[int], k: int, i: int) -> None:
    """Exchange two rows where the later one begins with the larger element."""
    sizes = [write("abs", write.take(rows[j], 0)) for j in (i, k)]
    larger = write("gt", *sizes)
    for values in (rows, right):
        first, second = values[k], values[i]
        values[k] = write("where", larger, second, first)
        values[i] = write("where", larger, first, second)


def _eliminated(write: Writer, rows: list[int], right: list[int], k: int, i: int) -> None:
    """Take a multiple of row k from row i, so that its first element vanishes, and drop that."""
    length = write.shape(rows[k])[0]
    factor = write("div", write.take(rows[i], 0), write.take(rows[k], 0))
    rest = (1, length, 1)
    row = write.take(rows[i], rest)
    rows[i] = write("sub", row, write("mul", factor, write.take(rows[k], rest)))
    right[i] = write("sub", right[i], write("mul", factor, right[k]))


def eigmax_power(write: Writer, a: int, k: int) -> int:
    """The Rayleigh quotient after k steps of the power iteration on the symmetric part of A, from
    (1, 1/2, …, 1/n).

    It tends to the eigenvalue of the largest modulus, with the square of the ratio of the two
    largest at each step. Raises InputError where k is no whole number that is written out, or A is
    not square.
    """
    size, steps = square("eigmax_power", write.shape(a)), write.value(k)
    if steps is None or steps.denominator != 1 or not 1 <= steps <= MAX_STEPS:
        raise InputError(Fault.STEPS, name="eigmax_power", limit=MAX_STEPS)
    s = symmetric_part(write, a)
    v = write("stack", *(write.literal(Fraction(1, i + 1)) for i in range(size)))
    for _ in range(int(steps)):
        w = write("matmul", s, v)
        v = write("div", w, write("sqrt", write("matmul", w, w)))
    return write("div", write("matmul", v, write("matmul", s, v)), write("matmul", v, v))
