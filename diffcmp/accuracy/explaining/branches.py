"""Choices that automatic differentiation gets wrong: a branch that is not taken but singular, and a
guard.

The usual remedy is to guard the argument of the branch a second time, the "double where" of the JAX
FAQ. It is tried here and held against the certified derivative: it is right for a branch that is
not taken beside the point either; for a guard it gives the slope of the constant, which is finite
and wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from diffcmp.accuracy.explaining.explanation import Branch
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.arithmetic.evaluate import trace_of
from diffcmp.arithmetic.floats import finite
from diffcmp.arithmetic.system import System
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint
from diffcmp.engines.forward import Dual, Duals
from diffcmp.language.parser import parse
from diffcmp.notes import Note, remark
from diffcmp.program.ir import Builder, Equation, Program
from diffcmp.program.printer import expression
from diffcmp.truth.record import Truth

# arguments for a branch whose value is not used
HARMLESS = Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1)
ENOUGH = 0.5  # of the digits of the dtype
_VERDICT = {
    (False, True): Note.DOUBLE_WHERE_RIGHT,
    (False, False): Note.DOUBLE_WHERE_WRONG,
    (False, None): Note.DOUBLE_WHERE_NONE,
    (True, True): Note.DOUBLE_WHERE_CHANCE,
    (True, False): Note.DOUBLE_WHERE_WRONG,
    (True, None): Note.DOUBLE_WHERE_NONE,
}


def branches(question: Question, truth: Truth) -> Iterator[Branch]:
    """Every `where` of the program that reverse mode, or every engine, gets wrong at this point."""
    program, floats = question.program, question.floats
    with floats.quiet():
        values = trace_of(program, floats, question.inputs)
        for eq in program.equations:
            chooses = eq.entry.selects and eq.inputs[0] not in program.constant
            if chooses and eq.output in program.live:
                branch = _branch(question, truth, eq, values)
                if branch is not None:
                    yield branch


def _branch(question: Question, truth: Truth, eq: Equation, values: Sequence[Any]) -> Branch | None:
    program = question.program
    test_slot, *arms = eq.inputs
    taken, other = arms if values[test_slot] else reversed(arms)
    test, branch = program.by_output[test_slot], program.by_output.get(other)
    if test.span is None or branch is None or branch.span is None:
        return None
    guard = touches(program, test, values)
    if not (guard and taken in program.constant) and not _is_singular(question, other):
        return None
    twice = double_where(question, eq, other)
    if twice is None:
        return None
    gives = dict(zip(question.names, map(float, _slopes(question, twice)), strict=True))
    right, text = _right(question, truth, gives), expression(twice)
    shown = ", ".join(f"{value:.6g}" for value in gives.values())
    why = Note.GUARDED_BRANCH if guard else Note.SINGULAR_BRANCH
    return Branch(
        span=branch.span,
        piece=program.piece(branch),
        condition=test.span,
        test=program.piece(test),
        guard=guard,
        double_where=text,
        gives=gives,
        right=right,
        remarks=(
            remark(why, branch.span, program.text),
            remark(Note.CHOOSES, test.span, program.text),
            remark(_VERDICT[guard, right], double=text, gives=shown),
        ),
    )


def touches(program: Program, test: Equation, values: Sequence[Any]) -> bool:
    """Whether a condition, or a part of it, has equal sides here, so that it changes here."""
    if not test.entry.compares:
        parts = [program.by_output[i] for i in test.inputs if i in program.by_output]
        return any(touches(program, part, values) for part in parts)
    x, y = (values[i] for i in test.inputs)
    return bool(x == y) and not program.constant.issuperset(test.inputs)


def _slopes(question: Question, program: Program) -> list[Any]:
    """The derivatives of a program by the tape."""
    run = compiled(adjoint(program, question.names), question.dtype)
    return list(run(*question.inputs)[1:])


def _is_singular(question: Question, slot: int) -> bool:
    """Whether the tape fails, and a slot is to blame."""
    fails = not all(map(finite, _slopes(question, question.program)))
    return fails and not _is_finite(question, slot, question.inputs)


def _is_finite(question: Question, slot: int, inputs: Sequence[Any]) -> bool:
    """Whether a slot, and its derivative with respect to every variable, is finite."""
    part = replace(question.program, outputs=(slot,)).pruned()
    numbers: list[Any] = []
    for name in question.names:
        values = carried(part, question.floats, inputs, name)
        duals = [values[i] for i in part.live if isinstance(values[i], Dual)]
        numbers += [number for dual in duals for number in (dual.primal, dual.tangent or 0.0)]
    return all(map(finite, numbers))


def carried(program: Program, system: System, inputs: Sequence[Any], name: str) -> list[Any]:
    """The value of every slot with its derivative with respect to one variable."""
    duals = [Dual(x) for x in inputs]
    place = program.inputs.index(name)
    duals[place] = Dual(inputs[place], system.literal(Fraction(1)))
    return trace_of(program, Duals(system), duals)


def double_where(question: Question, eq: Equation, branch: int) -> Program | None:
    """The program with the inputs of one branch replaced by a harmless constant where it is not
    taken; None where no constant that is tried is harmless."""
    program, floats = question.program, question.floats
    for constant in HARMLESS:
        inputs = [floats.literal(constant)] * len(program.inputs)
        if _is_finite(question, branch, inputs):
            return parse(expression(_guarded(program, eq, branch, constant)), program.inputs)
    return None


def _guarded(program: Program, eq: Equation, branch: int, constant: Fraction) -> Program:
    builder = Builder(program.inputs)
    slots = list(range(program.size))
    part = replace(program, outputs=(branch,)).pruned()
    first = eq.inputs[1] == branch
    for each in program.equations:
        inputs = [slots[i] for i in each.inputs]
        if each is eq:
            guarded = _branch_guarded(builder, part, constant, inputs[0], first=first)
            inputs[1 if first else 2] = guarded
        slots[each.output] = builder.copied(each, inputs)
    outputs = [slots[i] for i in program.outputs]
    return builder.program(outputs).pruned()


def _branch_guarded(
    builder: Builder, part: Program, constant: Fraction, test: int, *, first: bool
) -> int:
    """A branch once more, on inputs that are a constant where the branch is not taken. first:
    whether it is taken where the test holds."""
    inputs = list(range(len(part.inputs)))
    for i in sorted(part.live.intersection(inputs)):
        arms = [i, builder.literal(constant)][:: 1 if first else -1]
        inputs[i] = builder.add("where", [test, *arms])
    return builder.appended(part, inputs)[0]


def _right(question: Question, truth: Truth, gives: Mapping[str, float]) -> bool | None:
    """Whether all the numbers are right, to half of the digits; None where f′ does not exist."""
    floats = question.floats
    digits = [Errors(value, truth.exact(name), floats).digits for name, value in gives.items()]
    enough = ENOUGH * full_digits(floats)
    return None if None in digits else all(d is not None and d >= enough for d in digits)
