"""The linear maps of structural primitives, forwards on tangents and backwards on cotangents, from
the one table.

A linear primitive is its own pushforward, argument by argument, and names its transpose. One that
is not linear states its pushforward alone: that is linear in the tangents, so that reverse mode
gets its transpose from a tape of it (`reverse`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from diffcmp.arithmetic.evaluate import carried_out, operation
from diffcmp.arithmetic.system import System
from diffcmp.primitives import TABLE
from diffcmp.primitives.record import Call, Structure
from diffcmp.primitives.shapes import Shape, Static


def added(system: System, total: Any | None, term: Any) -> Any:
    """total + term, where a total of None is exactly zero."""
    return term if total is None else operation(system, "add")(total, term)


def fitted(system: System, name: str, value: Any, shape: Shape) -> Any:
    """`value` repeated to `shape` by "broadcast", or added up to it by the transpose, "sum_to"."""
    if system.shape(value) == shape:
        return value
    return carried_out(system, name, [value], (shape,))


def zeros(system: System, shape: Shape) -> Any:
    """An array of zeros."""
    return fitted(system, "broadcast", system.literal(Fraction(0)), shape)


def structure_of(name: str) -> Structure:
    """How a structural primitive works."""
    structure = TABLE[name].structure
    assert structure is not None
    return structure


def call_on(system: System, arguments: Sequence[Any], static: Static, out: Any = None) -> Call:
    """One use of a structural primitive in `system`, as the rules of the table are told of it."""

    def apply(name: str, *arguments: Any, static: Static = ()) -> Any:
        return carried_out(system, name, arguments, static)

    return Call(apply, arguments, [system.shape(a) for a in arguments], static, out)


def pushed(system: System, name: str, call: Call, tangents: Sequence[Any | None]) -> Any | None:
    """The tangent of a structural primitive's value; None, here and in `tangents`, is zero."""
    structure = structure_of(name)
    moving = [position for position, tangent in enumerate(tangents) if tangent is not None]
    if not moving:
        return None
    if not all(map(structure.linear_in, moving)):
        assert structure.pushforward is not None
        return structure.pushforward(call, tangents)
    apply = partial(carried_out, system, name, static=call.static)
    if not structure.transposes:  # linear in all arguments at once
        pairs = zip(tangents, call.shapes, strict=True)
        return apply([zeros(system, shape) if t is None else t for t, shape in pairs])
    total = None
    for position in moving:
        replaced = list(call.arguments)
        replaced[position] = tangents[position]
        total = added(system, total, apply(replaced))
    return total


def transposed(name: str, call: Call, positions: Sequence[int]) -> Callable[[Any], list[Any]]:
    """From the cotangent of a linear primitive's value to those of its arguments at `positions`."""
    pulls = [structure_of(name).transpose(i) for i in positions]
    return lambda cotangent: [pull(call, cotangent) for pull in pulls]
