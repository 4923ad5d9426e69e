"""Structural primitives: they move, repeat and add up the elements of arrays, and are linear in each argument.

An entry states its shape rule, how NumPy carries it out on arrays of any elements (floats, or symbols of scalars), and for
each argument its transpose, once, in terms of other structural primitives. Forward and reverse mode follow: the tangent is the
same primitive of the tangents, the cotangent its transpose. `static` is what is known when the Program is made: an index,
a shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcmp.primitives import rowwise
from diffcmp.primitives.record import Structure, structural
from diffcmp.primitives.shapes import Apply, Key, Shape, ShapeMismatch, Static, spelled


def matmul_shape(static: Static, x: Shape, y: Shape) -> Shape:
    """The shape of x @ y for vectors and matrices.

    Raises
    ------
    ShapeMismatch: for numbers, more than two axes, or inner lengths that differ.
    """
    if not (1 <= len(x) <= 2 and 1 <= len(y) <= 2) or x[-1] != y[0]:
        raise ShapeMismatch(f"{spelled(x)} and {spelled(y)}")
    return (*x[:-1], *y[1:])


def stacked_shape(static: Static, *rows: Shape) -> Shape:
    """The shape of rows of one shape.

    Raises
    ------
    ShapeMismatch: where they differ.
    """
    if any(row != rows[0] for row in rows):
        raise ShapeMismatch(" and ".join(map(spelled, dict.fromkeys(rows))))
    return (len(rows), *rows[0])


def joined_shape(static: Static, *vectors: Shape) -> Shape:
    """The shape of vectors one after the other."""
    return (sum(n for (n,) in vectors),)


def joined_part(shapes: Sequence[Shape], position: int) -> Key:
    """Where one of these vectors lies."""
    start = sum(n for (n,) in shapes[:position])
    return start, start + shapes[position][0], 1


def taken_shape(static: Static, x: Shape) -> Shape:
    """The shape of x[key], key being a tuple of indices and (start, stop, step)."""
    (key,) = static
    kept = [_length(k, n) for k, n in zip(key, x, strict=False) if isinstance(k, tuple)]
    return (*kept, *x[len(key) :])


def _length(key: tuple[int, int, int], n: int) -> int:
    return len(range(*key))


def as_index(key: Sequence[Any]) -> tuple[Any, ...]:
    """The key as NumPy takes it, for which a stop of -1 would be the last element."""
    return tuple(
        slice(k[0], k[1] if k[1] >= 0 else None, k[2]) if isinstance(k, tuple) else k for k in key
    )


def summed(x: Any, shape: Shape) -> Any:
    """x added up over the axes by which `shape` was broadcast to x's: the transpose of broadcasting."""
    import numpy as np

    x = np.asarray(x)
    if x.shape == shape:
        return x
    lead = x.ndim - len(shape)
    x = x.sum(axis=tuple(range(lead))) if lead else x
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and np.shape(x)[i] != 1)
    return np.asarray(x).sum(axis=axes, keepdims=True) if axes else x


def _put(x: Any, key: Sequence[Any], shape: Shape) -> Any:
    import numpy as np

    x = np.asarray(x)
    out = np.zeros(shape, x.dtype)
    out[as_index(key)] = x[
        ()
    ]  # the element itself where there is one: a place for objects would hold the array
    return out


def _broadcast(x: Any, shape: Shape) -> Any:
    import numpy as np

    return np.broadcast_to(x, shape)


def _stack(*x: Any) -> Any:
    import numpy as np

    return np.stack(x)


def _joined(*x: Any) -> Any:
    import numpy as np

    return np.concatenate(x)


def _matmul(x: Any, y: Any) -> Any:
    import numpy as np

    return np.matmul(x, y)


def _transposed(x: Any) -> Any:
    import numpy as np

    return np.transpose(x)


def _running(x: Any, backwards: bool) -> Any:
    import numpy as np

    x = np.asarray(x)
    return np.add.accumulate(x[::-1])[::-1] if backwards else np.add.accumulate(x)


def _left_of_matmul(
    apply: Apply, cotangent: Any, static: Static, others: Sequence[Any], shapes: Sequence[Shape]
) -> Any:
    """The cotangent of x in x @ y: that of the result times yᵀ, an outer product where x has no row of its own."""
    (y,), (x_shape, y_shape) = others, shapes
    if len(y_shape) == 2:
        return apply("matmul", cotangent, apply("transpose", y))
    return apply("mul", y, cotangent) if len(x_shape) == 1 else outer(apply, cotangent, y, x_shape)


def _right_of_matmul(
    apply: Apply, cotangent: Any, static: Static, others: Sequence[Any], shapes: Sequence[Shape]
) -> Any:
    (x,), (x_shape, y_shape) = others, shapes
    if len(x_shape) == 2:
        return apply("matmul", apply("transpose", x), cotangent)
    return apply("mul", x, cotangent) if len(y_shape) == 1 else outer(apply, x, cotangent, y_shape)


def outer(apply: Apply, x: Any, y: Any, shape: Shape) -> Any:
    """x yᵀ of two vectors, as a product of two broadcast matrices."""
    rows = apply("transpose", apply("broadcast", x, static=(shape[::-1],)))
    return apply("mul", rows, apply("broadcast", y, static=(shape,)))


# fmt: off
#          name         shape of the result                       on NumPy arrays                      the transpose for each argument
structural("take",      taken_shape,                              lambda s, x: x[as_index(s[0])],
           [lambda apply, ct, s, others, shapes: apply("put", ct, static=(s[0], shapes[0]))], rows=rowwise.take)
structural("put",       lambda s, x: s[1],                        lambda s, x: _put(x, *s),
           [lambda apply, ct, s, others, shapes: apply("take", ct, static=(s[0],))], rows=rowwise.put)
structural("broadcast", lambda s, x: s[0],                        lambda s, x: _broadcast(x, s[0]),
           [lambda apply, ct, s, others, shapes: apply("sum_to", ct, static=(shapes[0],))], rows=rowwise.broadcast)
structural("sum_to",    lambda s, x: s[0],                        lambda s, x: summed(x, s[0]),
           [lambda apply, ct, s, others, shapes: apply("broadcast", ct, static=(shapes[0],))], rows=rowwise.sum_to)
structural("transpose", lambda s, x: x[::-1],                     lambda s, x: _transposed(x),
           [lambda apply, ct, s, others, shapes: apply("transpose", ct)], rows=rowwise.transpose)
structural("cumsum",    lambda s, x: x,                           lambda s, x: _running(x, *s),
           [lambda apply, ct, s, others, shapes: apply("cumsum", ct, static=(not s[0],))], rows=rowwise.cumsum)
structural("matmul",    matmul_shape,                             lambda s, x, y: _matmul(x, y),      [_left_of_matmul, _right_of_matmul],
           rows=rowwise.matmul)
structural("stack",     stacked_shape,                            lambda s, *x: _stack(*x),           Structure.EACH,
           rows=rowwise.stack)
structural("concatenate", joined_shape,                           lambda s, *x: _joined(*x),          Structure.EACH, part=joined_part)
