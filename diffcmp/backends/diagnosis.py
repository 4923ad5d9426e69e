"""Why is this derivative not finite? The first equation that makes something infinite or undefined
out of finite numbers."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.complexes import Complexes
from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import Floats
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.forward import Dual, Duals
from diffcmp.language import rules
from diffcmp.notes import Note, Remark, remark
from diffcmp.program.ir import Equation, Program

SYMBOLS = {"div": "/", "power": "**", "pow": "**", "add": "+", "sub": "-", "mul": "*"}


def diagnosis(
    program: Program,
    by: Sequence[str],
    floats: Floats,
    inputs: Sequence[Any],
    *,
    steps: bool = False,
    reverse: bool = False,
    imaginary: float | None = None,
) -> Remark:
    """The reason why the derivative by the variables of `by`, one after the other, is not finite at
    `inputs`, with the span it arose in.

    steps: the method is a stencil, which evaluates f beside the point too. reverse: it multiplies
    the partials of a branch that is not taken by a zero cotangent. imaginary: the step of the
    complex-step method along the last variable.
    """
    system: NumberSystem[Any] = floats
    duals = list(inputs)
    for name in by:
        one = system.literal(Fraction(1))
        duals = [
            Dual(x, one if n == name else None) for n, x in zip(program.inputs, duals, strict=True)
        ]
        system = Duals(system)
    with floats.quiet():
        values = trace_of(program, system, duals)
    taken = _taken(program, values)
    if steps:  # a stencil knows nothing of tangents
        values = [Dual(_primal(v)) if isinstance(v, Dual) else v for v in values]
    culprit = _first_failure(program, values, taken)
    if culprit is not None:
        return _reason(culprit, program, values, floats)
    branch = _first_failure(program, values, set(range(program.size)) - taken)
    if reverse and branch is not None:
        return remark(Note.UNTAKEN_BRANCH, branch.span, program.text)
    if imaginary is not None:
        left = _left_domain(program, by[-1], floats, inputs, imaginary)
        return remark(
            Note.IMAGINARY_STEP_LEAVES_DOMAIN, None if left is None else left.span, program.text
        )
    if steps:
        return remark(Note.STENCIL_LEAVES_DOMAIN)
    return remark(Note.OVERFLOW, dtype=floats.dtype)


def _left_domain(
    program: Program, name: str, floats: Floats, inputs: Sequence[Any], h: float
) -> Equation | None:
    """The first operation that is finite at the point but not an imaginary step beside it."""
    system = Complexes(floats.dtype)
    moved = [
        system.make(x, h if n == name else 0.0) for n, x in zip(program.inputs, inputs, strict=True)
    ]
    with floats.quiet():
        values = trace_of(program, system, moved)
    taken = _taken(program, values)
    return next(
        (eq for eq in program.equations if eq.output in taken and not _finite(values[eq.output])),
        None,
    )


def _taken(program: Program, values: Sequence[Any]) -> set[int]:
    """The slots that the output is made of: of a `where`, the condition and the branch that it
    chose."""
    slots = set(program.outputs)
    for eq in reversed(program.equations):
        if eq.output in slots:
            chosen = eq.inputs
            if eq.entry.selects:
                chosen = (eq.inputs[0], eq.inputs[1 if values[eq.inputs[0]] else 2])
            slots.update(chosen)
    return slots


def _first_failure(program: Program, values: Sequence[Any], among: set[int]) -> Equation | None:
    """The operation in which infinite values first meet to nan; else the first one that is not
    finite out of what is."""
    broken = [
        eq for eq in program.equations if eq.output in among and not _finite(values[eq.output])
    ]
    for eq in broken:
        if eq.primitive == "cramer" and _primal(values[eq.inputs[1]]) == 0:
            return eq  # a singular matrix, whatever becomes of its infinite solutions
        arguments = [_primal(values[i]) for i in eq.inputs if isinstance(values[i], Dual)]
        meet = eq.primitive in ("add", "sub", "mul", "div") and math.isnan(
            _primal(values[eq.output])
        )
        if meet and not any(math.isnan(x) for x in arguments):
            return eq
    fresh = [eq for eq in broken if all(_finite(values[i]) for i in eq.inputs)]
    return next(iter(fresh), next(iter(broken), None))


def _finite(value: Any) -> bool:
    if isinstance(value, Dual):
        return _finite(value.primal) and _finite(value.tangent)
    return value is None or cmath.isfinite(value)  # a condition is


def _primal(value: Any) -> Any:
    """The number under all tangents."""
    return _primal(value.primal) if isinstance(value, Dual) else value


def _outside(eq: Equation, arguments: Sequence[Any], floats: Floats) -> bool:
    """Whether the arguments lie outside the domain of a function; one such as gamma may be infinite
    inside it, by overflow."""
    domain = rules.domain(eq.primitive)
    return domain is not None and not evaluate(domain, floats, arguments)[0]


def _reason(eq: Equation, program: Program, values: Sequence[Any], floats: Floats) -> Remark:
    """What kind of failure an equation is."""
    primals = [_primal(values[i]) for i in eq.inputs if isinstance(values[i], Dual)]
    out = _primal(values[eq.output])

    def at(note: Note, **facts: object) -> Remark:
        return remark(note, eq.span, program.text, **facts)

    if eq.primitive == "cramer" and primals[1] == 0:
        return at(Note.SINGULAR_MATRIX)
    if (eq.entry.separant or eq.primitive == "root2") and all(map(math.isfinite, primals)):
        return at(Note.REPEATED_EIGENVALUE)
    if eq.primitive == "div" and primals[1] == 0:
        return at(Note.ZERO_OVER_ZERO if primals[0] == 0 else Note.DIVISION_BY_ZERO)
    if eq.primitive == "div" and all(math.isinf(x) for x in primals):
        return at(Note.INFINITE_QUOTIENT)
    if eq.primitive in ("power", "pow") and primals[0] == 0 and not math.isfinite(out):
        return at(Note.DIVISION_BY_ZERO)
    if eq.primitive == "mul" and math.isnan(out):
        return at(Note.ZERO_TIMES_INFINITY)
    if eq.primitive in ("add", "sub") and math.isnan(out):
        return at(Note.INFINITE_DIFFERENCE)
    name = eq.primitive if eq.primitive not in SYMBOLS else f"the operator {SYMBOLS[eq.primitive]}"
    if math.isnan(out):
        return at(Note.OUTSIDE_DOMAIN, name=name)
    if math.isinf(out) and eq.primitive not in SYMBOLS and _outside(eq, primals, floats):
        return at(Note.OUTSIDE_DOMAIN, name=name)
    if math.isinf(out):
        return at(Note.OVERFLOW, dtype=floats.dtype)
    return at(Note.INFINITE_SLOPE, name=name)
