"""Run a Program on any number system, one equation after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcmp.arithmetic.system import System
from diffcmp.language import rules
from diffcmp.primitives.shapes import Static
from diffcmp.program.ir import Program


def evaluate(program: Program, system: System, inputs: Sequence[Any]) -> list[Any]:
    """The outputs of `program` at `inputs`, one value of `system` for each input."""
    values = trace_of(program, system, inputs)
    return [values[i] for i in program.outputs]


def trace_of(program: Program, system: System, inputs: Sequence[Any]) -> list[Any]:
    """The values of all slots."""
    values: list[Any] = [*inputs, *([None] * (program.size - len(inputs)))]
    mark = system.mark if system.spanned else None
    for eq in program.equations:
        if mark is not None and eq.span is not None:
            mark(eq.span)
        if eq.params:
            values[eq.output] = system.literal(eq.params[0])
        else:
            values[eq.output] = carried_out(
                system, eq.primitive, [values[i] for i in eq.inputs], eq.static
            )
    return values


def carried_out(system: System, name: str, arguments: Sequence[Any], static: Static = ()) -> Any:
    """One primitive of values; `static` is what a structural one knows beforehand."""
    function = operation(system, name)
    return function(*arguments, static=static) if static else function(*arguments)


def operation(system: System, name: str) -> Callable[..., Any]:
    """How `system` carries out a primitive: by itself, or by the definition or stable form."""
    function = system.operations.get(name)
    if function is None:
        function = system.operations[name] = system.function(name) or _composed(system, name)
    return function


def _composed(system: System, name: str) -> Callable[..., Any]:
    body = rules.definition(name) if system.exact else rules.stable(name)
    if body is None:
        raise NotImplementedError(f"{type(system).__name__} has no {name}")
    return lambda *arguments: evaluate(body, system, arguments)[0]
