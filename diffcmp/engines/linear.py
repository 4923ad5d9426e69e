"""The linear maps of structural primitives, forwards on tangents and backwards on cotangents, from
the one table.

A linear primitive is its own pushforward, argument by argument, and names its transpose. One that
is not linear states its
pushforward alone: that is linear in the tangents, so that reverse mode gets its transpose from a
tape of it (`reverse`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.evaluate import carried_out, operation
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.primitives import TABLE
from diffcmp.primitives.record import Call
from diffcmp.primitives.shapes import Shape, Static


def broadcast(system: NumberSystem[Any], value: Any, shape: Shape) -> Any:
    """`value` repeated to `shape`."""
    return (
        value
        if system.shape(value) == shape
        else carried_out(system, "broadcast", [value], (shape,))
    )


def summed(system: NumberSystem[Any], value: Any, shape: Shape) -> Any:
    """`value` added up to `shape`: the transpose of repeating it."""
    return (
        value if system.shape(value) == shape else carried_out(system, "sum_to", [value], (shape,))
    )


def zeros(system: NumberSystem[Any], shape: Shape) -> Any:
    """An array of zeros."""
    return broadcast(system, system.literal(Fraction(0)), shape)


def applying(system: NumberSystem[Any]) -> Callable[..., Any]:
    """`apply(name, *arguments, static=…)` in `system`, as the rules of the table call it."""
    return lambda name, *arguments, static=(): carried_out(system, name, arguments, static)


def pushed(
    system: NumberSystem[Any],
    name: str,
    static: Static,
    arguments: Sequence[Any],
    tangents: Sequence[Any | None],
    out: Any,
) -> Any | None:
    """The tangent of a structural primitive's value `out`; None is exactly zero, here and in
    `tangents`."""
    structure = TABLE[name].structure
    assert structure is not None
    moving = [position for position, tangent in enumerate(tangents) if tangent is not None]
    if not moving:
        return None
    shapes = [system.shape(a) for a in arguments]
    if not all(map(structure.linear_in, moving)):
        assert structure.pushforward is not None
        call = Call(applying(system), arguments, shapes, static, out)
        return structure.pushforward(call, tangents)
    if not structure.transposes:  # linear in all arguments at once
        whole = [
            zeros(system, shape) if t is None else t
            for t, shape in zip(tangents, shapes, strict=True)
        ]
        return carried_out(system, name, whole, static)
    total = None
    for position in moving:
        replaced = [*arguments[:position], tangents[position], *arguments[position + 1 :]]
        term = carried_out(system, name, replaced, static)
        total = term if total is None else operation(system, "add")(total, term)
    return total


def transposed(
    system: NumberSystem[Any],
    name: str,
    static: Static,
    arguments: Sequence[Any],
    positions: Sequence[int],
) -> Callable[[Any], Sequence[Any | None]]:
    """From the cotangent of a linear primitive's value to those of its arguments at `positions`."""
    structure = TABLE[name].structure
    assert structure is not None
    call = Call(applying(system), arguments, [system.shape(a) for a in arguments], static)
    pulls = [structure.transpose(i) for i in positions]
    return lambda cotangent: [pull(call, cotangent) for pull in pulls]
