"""Numbers by component: the vectors and matrices that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from diffcmp.primitives.shapes import Shape
from diffcmp.program.elements import components

Shapes: TypeAlias = Mapping[str, Shape]
T = TypeVar("T")


def packed(
    values: Mapping[str, T], shapes: Shapes, form: Callable[[T], Any] = lambda value: value
) -> dict[str, Any]:
    """Lists by variable of numbers by component; a variable whose components are not all there
    keeps those that are.

    >>> packed({"x[0]": 1, "x[1]": 2, "t": 3, "y[0]": 4}, {"x": (2,), "t": (), "y": (2,)})
    {'x': [1, 2], 't': 3, 'y[0]': 4}
    """
    owner: dict[str, str] = {}
    for name, shape in shapes.items():
        parts = components(name, shape) if shape else []
        if all(part in values for part in parts):
            owner |= dict.fromkeys(parts, name)
    lists: dict[str, Any] = {}
    for part, value in values.items():
        name = owner.get(part, part)
        if name == part:
            lists[part] = form(value)
        elif name not in lists:
            flat = [form(values[one]) for one in components(name, shapes[name])]
            lists[name] = nested(flat, shapes[name])
    return lists


def nested(flat: Sequence[T], shape: Shape) -> Any:
    """A list of lists of that shape, row by row.

    >>> nested([1, 2, 3, 4, 5, 6], (2, 3))
    [[1, 2, 3], [4, 5, 6]]
    """
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return [nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]
