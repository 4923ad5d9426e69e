"""Structural primitives on many rows at once: how each is carried out where some of its arguments
have an axis more, in front.

A rule is told of the call, whose `shapes` are those of one row; which of the arguments vary with
the row; and the shape of all rows of the result, `(count, n)` for vectors of n and `(count, 1)` for
numbers. Raises NotImplementedError where there would be a matrix in each row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcmp.primitives.record import Call
from diffcmp.primitives.shapes import Shape

Flags = Sequence[bool]


def of_all(count: int, key: Sequence[Any]) -> tuple[Any, ...]:
    """The key of a vector, for all rows; an element stays a column."""
    return ((0, count, 1), *((k, k + 1, 1) if isinstance(k, int) else k for k in key))


def wide(shape: Shape, count: int) -> Shape:
    """The shape of so many rows. Raises NotImplementedError where each would be a matrix."""
    if len(shape) > 1:
        raise NotImplementedError("a matrix in each row")
    return (count, *(shape or (1,)))


def alone(varies: bool) -> None:
    """Where an argument may not vary."""
    if varies:
        raise NotImplementedError("a matrix in each row")


def take(call: Call, varying: Flags, out: Shape) -> Any:
    """Columns."""
    return call.apply("take", *call.arguments, static=(of_all(out[0], call.static[0]),))


def put(call: Call, varying: Flags, out: Shape) -> Any:
    """Columns among columns of zeros."""
    return call.apply("put", *call.arguments, static=(of_all(out[0], call.static[0]), out))


def fitted(name: str) -> Callable[[Call, Flags, Shape], Any]:
    """A column repeated by "broadcast", or the sum of each row by "sum_to"."""

    def rule(call: Call, varying: Flags, out: Shape) -> Any:
        (x,) = call.arguments
        return x if wide(call.shapes[0], out[0]) == out else call.apply(name, x, static=(out,))

    return rule


def cumsum(call: Call, varying: Flags, out: Shape) -> Any:
    """Along the first axis of the transpose."""
    columns = call.apply("transpose", call.arguments[0])
    return call.apply("transpose", call.apply("cumsum", columns, static=call.static))


def matmul(call: Call, varying: Flags, out: Shape) -> Any:
    """A scalar product in each row, or the rows times a matrix."""
    x, y = call.arguments
    ranks = [len(shape) for shape in call.shapes]
    if ranks == [1, 1]:
        return call.apply("sum_to", call.apply("mul", x, y), static=((out[0], 1),))
    if ranks[0] == 2:
        alone(varying[0])
        return call.apply("matmul", y, call.apply("transpose", x))
    alone(varying[1])
    return call.apply("matmul", x, y)


def stack(call: Call, varying: Flags, out: Shape) -> Any:
    """The numbers of each row, column by column."""
    count = out[0]
    wide(call.shapes[0], count)
    columns = []
    for part, varies in zip(call.arguments, varying, strict=True):
        column = part if varies else call.apply("broadcast", part, static=((count, 1),))
        columns.append(call.apply("take", column, static=(((0, count, 1), 0),)))
    return call.apply("transpose", call.apply("stack", *columns))


def solve(call: Call, varying: Flags, out: Shape) -> Any:
    """One matrix, as many right-hand sides."""
    alone(varying[0])
    matrix, right = call.arguments
    return call.apply("transpose", call.apply("solve", matrix, call.apply("transpose", right)))


def softmax_along(call: Call, varying: Flags, out: Shape) -> Any:
    """One softmax, along as many directions."""
    alone(varying[0])
    return call.apply("softmax_along", *call.arguments)
