"""The functions of vectors and matrices, as the primitives that they are made of.

A reduction by a primitive of two numbers (product, norm by `hypot`) halves the array: log₂ n
operations on arrays, with known derivatives and no overflow on the way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from diffcmp.language import unrolled
from diffcmp.language.writer import Writer
from diffcmp.primitives.linalg import square
from diffcmp.primitives.reductions import halved
from diffcmp.primitives.shapes import Shape


def stacked(write: Writer, slots: list[int]) -> int:
    """The values, all of one shape, as the rows of one array."""
    return write("stack", *slots)


def total(write: Writer, x: int) -> int:
    """The sum of all elements."""
    return write("sum_to", x, static=((),)) if write.shape(x) else x


def mean(write: Writer, x: int) -> int:
    """The sum divided by the number of elements."""
    return write("div", total(write, x), write.literal(count(write.shape(x))))


def cumsum(write: Writer, x: int) -> int:
    """The running sums."""
    return write("cumsum", x, static=(False,))


def length(write: Writer, x: int) -> int:
    """The number of elements of a vector, of rows of a matrix."""
    return write.literal(write.shape(x)[0])


def reduced(write: Writer, name: str, x: int) -> int:
    """All elements joined by a primitive of two numbers, halving the first axis in turn."""
    joined: int = halved(x, write.shape, write.take, lambda a, b: write(name, a, b))
    return joined


def count(shape: Shape) -> int:
    """The number of elements."""
    return math.prod(shape)


def norm(write: Writer, x: int) -> int:
    """The Euclidean norm: of one element its modulus."""
    if count(write.shape(x)) == 1:
        return write("abs", total(write, x))
    return reduced(write, "hypot", x)


def logsumexp(write: Writer, x: int) -> int:
    """log Σ exp x; of one number it is that."""
    return write("logsumexp", x) if write.shape(x) else x


def softmax(write: Writer, x: int) -> int:
    """exp(x − logsumexp(x))."""
    return write("softmax", x) if write.shape(x) else write("exp", write("sub", x, x))


def argmax(write: Writer, x: int) -> int:
    """The index of the first largest element: piecewise constant."""
    best, at = write.take(x, 0), write.literal(0)
    for i in range(1, count(write.shape(x))):
        value = write.take(x, i)
        larger = write("gt", value, best)
        at = write("where", larger, write.literal(i), at)
        best = write("where", larger, value, best)
    return at


def eigmax(write: Writer, a: int) -> int:
    """The largest eigenvalue of the symmetric part."""
    square("eigmax", write.shape(a))
    return write("eigmax", unrolled.symmetric_part(write, a))


@dataclass(frozen=True, slots=True)
class ArrayFunction:
    """A function of arrays: its parameters, what it is, and how it is written in primitives."""

    name: str
    parameters: tuple[str, ...]
    meaning: str
    write: Callable[..., int]
    least_axes: int = 0
    most_axes: int = 2

    @property
    def required(self) -> int:
        """How many arguments it takes."""
        return len(self.parameters)

    @property
    def signature(self) -> str:
        """The parameters as a person would write them: `A, b`."""
        return ", ".join(self.parameters)

    @property
    def kind(self) -> str:
        """What it takes, in words."""
        if self.most_axes == 1:
            return "a vector"
        return "a matrix" if self.least_axes == 2 else "a vector or a matrix"


# fmt: off
# ruff: noqa: E501 - a table: one aligned line a function
_FUNCTIONS = (
    ArrayFunction("sum",       ("x",),      "the sum of all elements",            total),
    ArrayFunction("prod",      ("x",),      "the product of all elements",        lambda w, x: reduced(w, "mul", x)),
    ArrayFunction("mean",      ("x",),      "the mean of all elements",           mean),
    ArrayFunction("dot",       ("x", "y"),  "x @ y",                              lambda w, x, y: w("matmul", x, y), 1),
    ArrayFunction("norm",      ("x",),      "the Euclidean norm",                 norm),
    ArrayFunction("max",       ("x",),      "the largest element",                lambda w, x: w("largest", x), 1),
    ArrayFunction("min",       ("x",),      "the smallest element",               lambda w, x: w("smallest", x), 1),
    ArrayFunction("cumsum",    ("x",),      "the running sums",                   cumsum, 1, 1),
    ArrayFunction("logsumexp", ("x",),      "log(sum(exp(x))), no overflow",      logsumexp),
    ArrayFunction("softmax",   ("x",),      "exp(x)/sum(exp(x)), no overflow",    softmax),
    ArrayFunction("argmax",    ("x",),      "the index of the largest element",   argmax, 1, 1),
    ArrayFunction("len",       ("x",),      "the number of elements, or of rows", length, 1),
    ArrayFunction("transpose", ("A",),      "rows for columns",                   lambda w, x: w("transpose", x)),
    ArrayFunction("solve",     ("A", "b"),  "x with A @ x = b",                   lambda w, a, b: w("solve", a, b), 1),
    ArrayFunction("inv",       ("A",),      "the inverse matrix",                 lambda w, a: w("inv", a)),
    ArrayFunction("det",       ("A",),      "the determinant",                    lambda w, a: w("det", a)),
    ArrayFunction("eigmax",    ("A",),      "the largest eigenvalue of (A + transpose(A))/2", eigmax),
    ArrayFunction("solve_gauss",  ("A", "b"), "solve(A, b), by Gauss elimination step by step",  unrolled.solve_gauss, 1),
    ArrayFunction("eigmax_power", ("A", "k"), "eigmax(A), by k steps of the power iteration",    unrolled.eigmax_power),
)
# fmt: on
FUNCTIONS = {function.name: function for function in _FUNCTIONS}
