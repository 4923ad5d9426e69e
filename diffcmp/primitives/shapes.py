"""Shapes of arrays, and the types of what structural primitives are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Shape: TypeAlias = tuple[int, ...]
Static: TypeAlias = tuple[Any, ...]
Key: TypeAlias = (
    int | tuple[int, int, int]
)  # an index, or the start, stop and step of a slice, all normalized
Apply: TypeAlias = Callable[..., Any]  # apply(name, *arguments, static=(...)) in any number system


class ShapeMismatch(ValueError):
    """Shapes that do not go together; the message says which."""


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape of an elementwise operation, by NumPy's rule. Raises ShapeMismatch where two
    lengths differ and neither is 1.

    >>> broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    rank = max(map(len, shapes), default=0)
    out = []
    for axis in range(-rank, 0):
        lengths = {s[axis] for s in shapes if len(s) >= -axis} - {1}
        if len(lengths) > 1:
            raise ShapeMismatch(" and ".join(map(spelled, shapes)))
        out.append(lengths.pop() if lengths else 1)
    return tuple(out)


def spelled(shape: Shape) -> str:
    """A shape in words: `a number`, `3`, `3×4`."""
    return "×".join(map(str, shape)) if shape else "a number"
