"""Derivatives by components: their names, the vectors and matrices that they belong to, and the
error of a whole gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

from diffcmp.accuracy.errors import as_float
from diffcmp.primitives.shapes import Shape
from diffcmp.program.elements import components

Shapes: TypeAlias = Mapping[str, Shape]
T = TypeVar("T")


def packed(
    values: Mapping[str, T], shapes: Shapes, form: Callable[[T], Any] = lambda value: value
) -> dict[str, Any]:
    """Numbers by component as lists by variable; what is not there for all components of a variable
    stays as it is.

    >>> packed({"x[0]": 1, "x[1]": 2, "t": 3, "y[0]": 4}, {"x": (2,), "t": (), "y": (2,)})
    {'x': [1, 2], 't': 3, 'y[0]': 4}
    """
    owner: dict[str, str] = {}
    for name, shape in shapes.items():
        parts = components(name, shape) if shape else []
        if all(part in values for part in parts):
            owner |= dict.fromkeys(parts, name)
    found: dict[str, Any] = {}
    for part, value in values.items():
        if part not in owner:
            found[part] = form(value)
        elif (name := owner[part]) not in found:
            found[name] = nested(
                [form(values[one]) for one in components(name, shapes[name])], shapes[name]
            )
    return found


def nested(flat: Sequence[T], shape: Shape) -> Any:
    """A list of lists of that shape, row by row.

    >>> nested([1, 2, 3, 4, 5, 6], (2, 3))
    [[1, 2, 3], [4, 5, 6]]
    """
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return [nested(flat[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def worst(
    errors: Iterable[tuple[str, Fraction | None, Fraction | None]],
) -> tuple[str | None, float | None]:
    """The component that is farthest off, and the error of the whole: its error over the largest
    certified component.

    `errors` holds for each component its name, the absolute error (None where the method gave no
    finite number) and the certified value (None where there is none: it does not count). A
    component that is not finite is the worst of all, and the whole has no error then; where all
    certified values are 0, the error itself is given.
    """
    largest, farthest, name = Fraction(0), Fraction(-1), None
    for one, error, true in errors:
        if true is None:
            continue
        if error is None:
            return one, None
        largest = max(largest, abs(true))
        if error > farthest:
            farthest, name = error, one
    return name, None if name is None else as_float(farthest / largest if largest else farthest)
