"""Which comparison or step changes at a point, so that the branch taken is not the function beside
it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.system import System
from diffcmp.language import rules
from diffcmp.passes.expand import compared, core
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Builder, Equation, Program


def touching(program: Program, system: System, inputs: Sequence[Any]) -> Equation | None:
    """The first equation that compares two equal numbers at `inputs`: a comparison, or a primitive
    made of one, such as abs at 0. None without one; what depends on no input does not count."""
    values = trace_of(program, system, inputs)
    for eq, sides in comparing(program):
        arguments = [values[i] for i in eq.inputs]
        numbers = arguments if sides is None else evaluate(sides, system, arguments)
        if any(x == y for x, y in zip(numbers[::2], numbers[1::2], strict=True)):
            return eq
    return None


def comparing(program: Program) -> Iterator[tuple[Equation, Program | None]]:
    """The live equations that compare something that varies, with the program of what each one
    compares; None for a comparison itself, which compares its arguments."""
    for eq in program.equations:
        if eq.output not in program.live or set(eq.inputs) <= program.constant:
            continue
        if eq.entry.compares:
            yield eq, None
        elif (sides := compared(eq.primitive)) is not None:
            yield eq, sides


def conditions(program: Program) -> Iterator[tuple[Equation, Program]]:
    """The live equations that something varying changes the branch of, with a Program of their
    arguments whose outputs are what that depends on: of a comparison whether its sides differ, of a
    step its value."""
    for eq in program.equations:
        if eq.output in program.live and not program.constant.issuperset(eq.inputs):
            depends = decided_by(eq.primitive)
            if depends is not None:
                yield eq, depends


@cache
def decided_by(name: str) -> Program | None:
    """What decides about the branch that a primitive takes, as in `conditions`; None for a
    primitive of one branch. Where its entry tells the usual branch, that it is this one."""
    usual = rules.usual(name)
    form = _form(name) if usual is None else core(usual)
    if form is None:
        return None
    builder = Builder(form.inputs)
    (out,) = builder.appended(form, range(len(form.inputs)))
    outputs = [eq.output for eq in form.equations if eq.entry.steps]
    outputs += [builder.add("ne", eq.inputs) for eq in form.equations if eq.entry.compares]
    if usual is not None:
        outputs.append(builder.add("ne", [out, builder.literal(0)]))
    return builder.program(outputs).pruned() if outputs else None


@cache
def is_step(name: str) -> bool:
    """Whether a primitive is constant but for a jump at every whole number."""
    form = _form(name)
    if form is None:
        return False
    return all(eq.entry.steps or eq.primitive == "neg" for eq in form.equations)


def _form(name: str) -> Program | None:
    """A comparison, a step, or a primitive by its definition in core primitives."""
    entry = TABLE[name]
    if entry.compares or entry.steps:
        builder = Builder(entry.parameters)
        return builder.program([builder.add(name, range(len(entry.parameters)))])
    body = rules.definition(name)
    return None if body is None else core(body)
