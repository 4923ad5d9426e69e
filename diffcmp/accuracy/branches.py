"""Choices that automatic differentiation gets wrong: a branch that is not taken but singular, and a
guard.

The usual remedy is to guard the argument of the branch a second time, the "double where" of the JAX
FAQ. It is tried here and held against the certified derivative: for a branch that is not taken
beside the point either it is right; for a guard it gives the slope of the constant, finite and
wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from diffcmp.accuracy.errors import Errors, full_digits
from diffcmp.accuracy.explanation import Branch
from diffcmp.arithmetic.evaluate import trace_of
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint
from diffcmp.engines.forward import Dual, Duals
from diffcmp.language.parser import parse
from diffcmp.notes import Note, remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Builder, Equation, Program
from diffcmp.program.printer import expression
from diffcmp.truth.record import Truth

HARMLESS = (
    Fraction(1),
    Fraction(2),
    Fraction(1, 2),
    Fraction(-1),
)  # arguments for a branch whose value is not used
ENOUGH = 0.5  # of the digits of the dtype
_VERDICT = {
    (False, True): Note.DOUBLE_WHERE_RIGHT,
    (False, False): Note.DOUBLE_WHERE_WRONG,
    (False, None): Note.DOUBLE_WHERE_NONE,
    (True, True): Note.DOUBLE_WHERE_CHANCE,
    (True, False): Note.DOUBLE_WHERE_WRONG,
    (True, None): Note.DOUBLE_WHERE_NONE,
}


def branches(
    program: Program, where: Point, names: Sequence[str], known: Truth, floats: Floats
) -> Iterator[Branch]:
    """Every `where` of the program that reverse mode, or every engine, gets wrong at this point."""
    inputs = where.rounded(floats)
    with floats.quiet():
        values = trace_of(program, floats, inputs)
        for eq in program.equations:
            if (
                eq.entry.selects
                and eq.output in program.live
                and eq.inputs[0] not in program.constant
            ):
                found = _branch(program, eq, values, inputs, names, known, floats)
                if found is not None:
                    yield found


def _branch(
    program: Program,
    eq: Equation,
    values: Sequence[Any],
    inputs: Sequence[Any],
    names: Sequence[str],
    known: Truth,
    floats: Floats,
) -> Branch | None:
    taken, other = eq.inputs[1:] if values[eq.inputs[0]] else eq.inputs[:0:-1]
    test, branch = program.by_output[eq.inputs[0]], program.by_output.get(other)
    guard = touches(program, test, values)
    _, *plain = compiled(adjoint(program, tuple(names)), floats.dtype)(*inputs)
    singular = not all(map(math.isfinite, plain)) and not _finite(
        program, other, names, inputs, floats
    )
    if (
        test.span is None
        or branch is None
        or branch.span is None
        or not (singular or (guard and taken in program.constant))
    ):
        return None
    twice = double_where(program, eq, other, inputs, names, floats)
    if twice is None:
        return None
    run = compiled(adjoint(twice, tuple(names)), floats.dtype)
    _, *slopes = run(*inputs)
    gives = {n: float(s) for n, s in zip(names, slopes, strict=True)}
    right, text = _right(gives, known, floats), expression(twice)
    remarks = (
        remark(Note.GUARDED_BRANCH if guard else Note.SINGULAR_BRANCH, branch.span, program.text),
        remark(Note.CHOOSES, test.span, program.text),
        remark(
            _VERDICT[guard, right],
            double=text,
            gives=", ".join(f"{value:.6g}" for value in gives.values()),
        ),
    )
    pieces = program.piece(branch), program.piece(test)
    return Branch(branch.span, pieces[0], test.span, pieces[1], guard, text, gives, right, remarks)


def touches(program: Program, test: Equation, values: Sequence[Any]) -> bool:
    """Whether a condition, or one that it is made of, has equal sides here, so that it changes at
    this point."""
    if not test.entry.compares:
        return any(
            touches(program, program.by_output[i], values)
            for i in test.inputs
            if i in program.by_output
        )
    x, y = (values[i] for i in test.inputs)
    return bool(x == y) and not set(test.inputs) <= program.constant


def _finite(
    program: Program, slot: int, names: Sequence[str], inputs: Sequence[Any], floats: Floats
) -> bool:
    """Whether a slot, and its derivative with respect to every variable, is finite."""
    part = replace(program, outputs=(slot,)).pruned()
    one = floats.literal(Fraction(1))
    for name in names:
        duals = [
            Dual(x, one if n == name else None) for n, x in zip(program.inputs, inputs, strict=True)
        ]
        found = trace_of(part, Duals(floats), duals)
        used = part.live
        for i in used:
            value = found[i]
            if isinstance(value, Dual) and not (
                math.isfinite(value.primal) and math.isfinite(value.tangent or 0.0)
            ):
                return False
    return True


def double_where(
    program: Program,
    eq: Equation,
    branch: int,
    inputs: Sequence[Any],
    names: Sequence[str],
    floats: Floats,
) -> Program | None:
    """The program with the inputs of one branch replaced by a harmless constant where it is not
    taken; None where no constant that is tried is harmless."""
    for constant in HARMLESS:
        literal = [floats.literal(constant)] * len(inputs)
        if _finite(program, branch, names, literal, floats):
            return parse(expression(_guarded(program, eq, branch, constant)), program.inputs)
    return None


def _guarded(program: Program, eq: Equation, branch: int, constant: Fraction) -> Program:
    builder = Builder(program.inputs)
    slots = {i: i for i in range(len(program.inputs))}
    inside = replace(program, outputs=(branch,)).live
    for each in program.equations:
        if each is eq:
            inner = dict(slots)
            for i in range(len(program.inputs)):
                if i in inside:
                    inner[i] = _kept(builder, eq, branch, slots, i, constant)
            _copied(program, builder, inner, inside)
            arms = [inner[i] if i == branch else slots[i] for i in eq.inputs[1:]]
            slots[each.output] = builder.add("where", [slots[eq.inputs[0]], *arms])
        else:
            slots[each.output] = builder.add(
                each.primitive, [slots[i] for i in each.inputs], each.params
            )
    return builder.program([slots[i] for i in program.outputs]).pruned()


def _kept(
    builder: Builder,
    eq: Equation,
    branch: int,
    slots: Mapping[int, int],
    i: int,
    constant: Fraction,
) -> int:
    """An input where the branch is taken, and the constant where it is not."""
    safe = builder.literal(constant)
    arms = [slots[i], safe] if eq.inputs[1] == branch else [safe, slots[i]]
    return builder.add("where", [slots[eq.inputs[0]], *arms])


def _copied(
    program: Program, builder: Builder, slots: dict[int, int], inside: frozenset[int]
) -> None:
    """The equations of the branch once more, on the guarded inputs."""
    for each in program.equations:
        if each.output in inside:
            slots[each.output] = builder.add(
                each.primitive, [slots[i] for i in each.inputs], each.params
            )


def _right(gives: Mapping[str, float], known: Truth, floats: Floats) -> bool | None:
    """Whether all the numbers are the certified derivatives, to half of the digits; None where one
    does not exist."""
    verdicts = []
    for name, value in gives.items():
        digits = Errors(value, known.exact(name), floats).digits
        if digits is None:
            return None
        verdicts.append(digits >= ENOUGH * full_digits(floats))
    return all(verdicts)
