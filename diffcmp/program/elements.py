"""What the elements of a vector or matrix are called as variables: `x[0]`, `A[0,1]`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from diffcmp.primitives.shapes import Shape


def component(name: str, index: tuple[int, ...]) -> str:
    """What an element of a variable is called; a number is called as its variable.

    >>> component("x", (0,)), component("A", (0, 1)), component("t", ())
    ('x[0]', 'A[0,1]', 't')
    """
    return f"{name}[{','.join(map(str, index))}]" if index else name


def indices(shape: Shape) -> Iterator[tuple[int, ...]]:
    """Every index of an array, row by row."""
    return product(*map(range, shape))


def components(name: str, shape: Shape) -> list[str]:
    """The names of all elements of a variable, row by row."""
    return [component(name, index) for index in indices(shape)]
