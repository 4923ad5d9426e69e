"""A Program in the primitives that a number system has, all others in their stable form."""

from __future__ import annotations

from collections.abc import Callable

from diffcmp.language import rules
from diffcmp.program.ir import Builder, Equation, Program


def lowered(program: Program, available: Callable[[str], bool]) -> Program:
    """`program` with every primitive that is not `available` replaced by its stable form."""
    builder = Builder(program.inputs, program.shapes)
    slots = {i: i for i in range(len(program.inputs))}

    def add(eq: Equation, inputs: list[int]) -> int:
        body = None if available(eq.primitive) or eq.params else rules.stable(eq.primitive)
        if body is None:
            return builder.copied(eq, inputs)
        inner = dict(enumerate(inputs))
        for part in body.equations:
            inner[part.output] = add(part, [inner[i] for i in part.inputs])
        return inner[body.outputs[0]]

    for eq in program.equations:
        if eq.output in program.live:
            inputs = [slots[i] for i in eq.inputs]
            slots[eq.output] = add(eq, inputs)
    outputs = [slots[i] for i in program.outputs]
    return builder.program(outputs, program.text, program.labels)
