"""Structural primitives: they move, repeat and add up the elements of arrays, and are linear in each
argument.

An entry states its shape rule, how NumPy carries it out on arrays of any elements (floats, or
symbols of scalars), and for each argument its transpose, once, in terms of other structural
primitives. Forward and reverse mode follow: the tangent is the same primitive of the tangents, the
cotangent its transpose. `static` is what is known when the Program is made: an index, a shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcmp.primitives import rowwise
from diffcmp.primitives.lazy import np
from diffcmp.primitives.record import Call, Structure, structural
from diffcmp.primitives.shapes import Apply, Key, Shape, ShapeMismatch, Static, spelled


def matmul_shape(static: Static, x: Shape, y: Shape) -> Shape:
    """The shape of x @ y for vectors and matrices. Raises ShapeMismatch for numbers, more than two
    axes, or inner lengths that differ."""
    if not (1 <= len(x) <= 2 and 1 <= len(y) <= 2) or x[-1] != y[0]:
        raise ShapeMismatch(f"{spelled(x)} and {spelled(y)}")
    return (*x[:-1], *y[1:])


def stacked_shape(static: Static, *rows: Shape) -> Shape:
    """The shape of rows of one shape. Raises ShapeMismatch where they differ."""
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
    kept = [len(range(*k)) for k in key if isinstance(k, tuple)]
    return (*kept, *x[len(key) :])


def as_index(key: Sequence[Any]) -> tuple[Any, ...]:
    """The key as NumPy takes it, for which a stop of -1 would be the last element."""
    return tuple(
        slice(k[0], k[1] if k[1] >= 0 else None, k[2]) if isinstance(k, tuple) else k for k in key
    )


def summed(x: Any, shape: Shape) -> Any:
    """x added up over the axes along which `shape` was broadcast: the transpose of broadcasting."""
    x = np.asarray(x)
    if x.shape == shape:
        return x
    lead = x.ndim - len(shape)
    x = x.sum(axis=tuple(range(lead))) if lead else x
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and np.shape(x)[i] != 1)
    return np.asarray(x).sum(axis=axes, keepdims=True) if axes else x


def _put(x: Any, key: Sequence[Any], shape: Shape) -> Any:
    x = np.asarray(x)
    out = np.zeros(shape, x.dtype)
    out[as_index(key)] = x[()]  # a number's element: a place for objects would hold the array
    return out


def _running(x: Any, backwards: bool) -> Any:
    x = np.asarray(x)
    return np.add.accumulate(x[::-1])[::-1] if backwards else np.add.accumulate(x)


def _left_of_matmul(call: Call, cotangent: Any) -> Any:
    """The cotangent of x in x @ y: that of the result times yᵀ, an outer product for a vector x."""
    y, (x_shape, y_shape) = call.arguments[1], call.shapes
    if len(y_shape) == 2:
        return call.apply("matmul", cotangent, call.apply("transpose", y))
    if len(x_shape) == 1:
        return call.apply("mul", y, cotangent)
    return outer(call.apply, cotangent, y, x_shape)


def _right_of_matmul(call: Call, cotangent: Any) -> Any:
    """The cotangent of y in x @ y: xᵀ times that of the result."""
    x, (x_shape, y_shape) = call.arguments[0], call.shapes
    if len(x_shape) == 2:
        return call.apply("matmul", call.apply("transpose", x), cotangent)
    if len(y_shape) == 1:
        return call.apply("mul", x, cotangent)
    return outer(call.apply, x, cotangent, y_shape)


def outer(apply: Apply, x: Any, y: Any, shape: Shape) -> Any:
    """x yᵀ of two vectors, as a product of two broadcast matrices."""
    rows = apply("transpose", apply("broadcast", x, static=(shape[::-1],)))
    return apply("mul", rows, apply("broadcast", y, static=(shape,)))


# fmt: off
#          name         shape of the result      on NumPy arrays                      the transpose for each argument
structural("take",      taken_shape,             lambda s, x: x[as_index(s[0])],
           [lambda call, ct: call.apply("put", ct, static=(call.static[0], call.shapes[0]))], elements="moved", view=True, rows=rowwise.take)
structural("put",       lambda s, x: s[1],       lambda s, x: _put(x, *s),
           [lambda call, ct: call.apply("take", ct, static=(call.static[0],))],               elements="moved", rows=rowwise.put)
structural("broadcast", lambda s, x: s[0],       lambda s, x: np.broadcast_to(x, s[0]),
           [lambda call, ct: call.apply("sum_to", ct, static=(call.shapes[0],))],             elements="moved", view=True, rows=rowwise.fitted("broadcast"))
structural("sum_to",    lambda s, x: s[0],       lambda s, x: summed(x, s[0]),
           [lambda call, ct: call.apply("broadcast", ct, static=(call.shapes[0],))],          elements="added", ufunc="add", rows=rowwise.fitted("sum_to"))
structural("transpose", lambda s, x: x[::-1],    lambda s, x: np.transpose(x),
           [lambda call, ct: call.apply("transpose", ct)],                                    elements="moved", view=True, rows=lambda call, varying, out: call.arguments[0])
structural("cumsum",    lambda s, x: x,          lambda s, x: _running(x, *s),
           [lambda call, ct: call.apply("cumsum", ct, static=(not call.static[0],))],         rows=rowwise.cumsum)
structural("matmul",    matmul_shape,            lambda s, x, y: np.matmul(x, y),
           [_left_of_matmul, _right_of_matmul],                                               fresh=True, rows=rowwise.matmul)
structural("stack",     stacked_shape,           lambda s, *x: np.stack(x),
           Structure.EACH,                                                                    elements="moved", fresh=True, rows=rowwise.stack)
structural("concatenate", joined_shape,          lambda s, *x: np.concatenate(x),
           Structure.EACH, part=joined_part,                                                  fresh=True)
# fmt: on
