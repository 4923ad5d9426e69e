"""Structural primitives on many rows at once: how each is carried out where some of its arguments
have an axis more, in front.

A rule takes `apply(name, *arguments, static=…)`; the arguments; which of them vary with the row;
the shape of each for one row; what is known beforehand; and the shape of all rows of the result,
`(count, n)` for vectors of n and `(count, 1)` for numbers.

Raises
------
NotImplementedError: where there would be a matrix in each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcmp.primitives.shapes import Apply, Shape, Static

Flags = Sequence[bool]


def of_all(count: int, key: Sequence[Any]) -> tuple[Any, ...]:
    """The key of a vector, for all rows; an element stays a column."""
    return ((0, count, 1), *((k, k + 1, 1) if isinstance(k, int) else k for k in key))


def wide(shape: Shape, count: int) -> Shape:
    """The shape of so many rows.

    Raises
    ------
    NotImplementedError: where each would be a matrix.
    """
    if len(shape) > 1:
        raise NotImplementedError("a matrix in each row")
    return (count, *(shape or (1,)))


def alone(varies: bool) -> None:
    """Where an argument may not vary."""
    if varies:
        raise NotImplementedError("a matrix in each row")


def take(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """Columns."""
    return apply("take", *x, static=(of_all(out[0], static[0]),))


def put(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """Columns among columns of zeros."""
    return apply("put", *x, static=(of_all(out[0], static[0]), out))


def broadcast(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """A column, repeated."""
    return x[0] if wide(shapes[0], out[0]) == out else apply("broadcast", x[0], static=(out,))


def sum_to(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """The sum of each row."""
    return x[0] if wide(shapes[0], out[0]) == out else apply("sum_to", x[0], static=((out[0], 1),))


def transpose(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """A vector is its own transpose."""
    return x[0]


def cumsum(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """Along the first axis of the transpose."""
    return apply("transpose", apply("cumsum", apply("transpose", x[0]), static=static))


def matmul(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """A scalar product in each row, or the rows times a matrix."""
    if len(shapes[0]) == len(shapes[1]) == 1:
        return apply("sum_to", apply("mul", *x), static=((out[0], 1),))
    if len(shapes[0]) == 2:
        alone(varying[0])
        return apply("matmul", x[1], apply("transpose", x[0]))
    alone(varying[1])
    return apply("matmul", *x)


def stack(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """The numbers of each row, column by column."""
    wide(shapes[0], out[0])
    columns = [
        part if v else apply("broadcast", part, static=((out[0], 1),))
        for part, v in zip(x, varying, strict=True)
    ]
    return apply(
        "transpose",
        apply("stack", *(apply("take", c, static=(((0, out[0], 1), 0),)) for c in columns)),
    )


def solve(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """One matrix, as many right-hand sides."""
    alone(varying[0])
    return apply("transpose", apply("solve", x[0], apply("transpose", x[1])))


def softmax_along(
    apply: Apply,
    x: Sequence[Any],
    varying: Flags,
    shapes: Sequence[Shape],
    static: Static,
    out: Shape,
) -> Any:
    """One softmax, along as many directions."""
    alone(varying[0])
    return apply("softmax_along", *x)
