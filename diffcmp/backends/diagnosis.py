"""Why is this derivative not finite? The first equation that makes something infinite or undefined
out of finite numbers."""

from __future__ import annotations

import cmath
import math
from collections.abc import Collection, Sequence
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
    values = _tangents(program, by, floats, inputs)
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
        span = None if left is None else left.span
        return remark(Note.IMAGINARY_STEP_LEAVES_DOMAIN, span, program.text)
    if steps:
        return remark(Note.STENCIL_LEAVES_DOMAIN)
    return remark(Note.OVERFLOW, dtype=floats.dtype)


def _tangents(
    program: Program, by: Sequence[str], floats: Floats, inputs: Sequence[Any]
) -> list[Any]:
    """Every value with its derivative: a dual number, of dual numbers for a second variable."""
    system: NumberSystem[Any] = floats
    duals = list(inputs)
    for name in by:
        one = system.literal(Fraction(1))
        tangents = [one if n == name else None for n in program.inputs]
        duals = [Dual(x, tangent) for x, tangent in zip(duals, tangents, strict=True)]
        system = Duals(system)
    with floats.quiet():
        return trace_of(program, system, duals)


def _left_domain(
    program: Program, name: str, floats: Floats, inputs: Sequence[Any], h: float
) -> Equation | None:
    """The first operation that is finite at the point but not an imaginary step beside it."""
    system = Complexes(floats.dtype)
    steps = [h if n == name else 0.0 for n in program.inputs]
    moved = [system.make(x, step) for x, step in zip(inputs, steps, strict=True)]
    with floats.quiet():
        values = trace_of(program, system, moved)
    return next(iter(_broken(program, values, _taken(program, values))), None)


def _taken(program: Program, values: Sequence[Any]) -> set[int]:
    """The slots that the output is made of; of a `where`, its condition and the branch chosen."""
    slots = set(program.outputs)
    for eq in reversed(program.equations):
        if eq.output in slots:
            chosen = eq.inputs
            if eq.entry.selects:
                chosen = (eq.inputs[0], eq.inputs[1 if values[eq.inputs[0]] else 2])
            slots.update(chosen)
    return slots


def _broken(program: Program, values: Sequence[Any], among: Collection[int]) -> list[Equation]:
    """The operations among some slots that are not finite."""
    equations = [eq for eq in program.equations if eq.output in among]
    return [eq for eq in equations if not _finite(values[eq.output])]


def _first_failure(
    program: Program, values: Sequence[Any], among: Collection[int]
) -> Equation | None:
    """Where infinite values first meet to nan; else the first that is not finite out of what is."""
    broken = _broken(program, values, among)
    for eq in broken:
        arguments = _primals(eq, values)
        if _singular(eq, arguments):
            return eq  # whatever becomes of its infinite solutions
        operator = eq.entry.ring or eq.primitive == "div"
        out = _primal(values[eq.output])
        if operator and math.isnan(out) and not any(map(math.isnan, arguments)):
            return eq
    made = (eq for eq in broken if all(_finite(values[i]) for i in eq.inputs))
    return next(made, broken[0] if broken else None)


def _singular(eq: Equation, arguments: Sequence[Any]) -> bool:
    """Whether it is a solution of a system whose matrix is singular."""
    return eq.entry.of_matrix == "solution" and arguments[-1] == 0


def _finite(value: Any) -> bool:
    if isinstance(value, Dual):
        return _finite(value.primal) and _finite(value.tangent)
    return value is None or cmath.isfinite(value)  # a condition is


def _primal(value: Any) -> Any:
    """The number under all tangents."""
    return _primal(value.primal) if isinstance(value, Dual) else value


def _primals(eq: Equation, values: Sequence[Any]) -> list[Any]:
    """The arguments that are numbers."""
    return [_primal(values[i]) for i in eq.inputs if isinstance(values[i], Dual)]


def _reason(eq: Equation, program: Program, values: Sequence[Any], floats: Floats) -> Remark:
    """What kind of failure an equation is."""
    where = eq.span, program.text
    arguments, out = _primals(eq, values), _primal(values[eq.output])
    note = _of_arithmetic(eq, arguments, out)
    if note is not None:
        return remark(note, *where)
    symbol = eq.entry.infix.strip()
    name = f"the operator {symbol}" if symbol else eq.primitive
    if math.isfinite(out):
        return remark(Note.INFINITE_SLOPE, *where, name=name)
    outside = not symbol and _outside(eq, arguments, floats)
    if math.isnan(out) or outside:
        return remark(Note.OUTSIDE_DOMAIN, *where, name=name)
    return remark(Note.OVERFLOW, *where, dtype=floats.dtype)


def _of_arithmetic(eq: Equation, arguments: Sequence[Any], out: Any) -> Note | None:
    """The note on what arithmetic explains: x/0, infinite values that meet, a singular matrix."""
    entry = eq.entry
    if _singular(eq, arguments):
        return Note.SINGULAR_MATRIX
    if entry.of_matrix == "eigenvalue" and all(map(math.isfinite, arguments)):
        return Note.REPEATED_EIGENVALUE
    if eq.primitive == "div" and arguments[1] == 0:
        return Note.ZERO_OVER_ZERO if arguments[0] == 0 else Note.DIVISION_BY_ZERO
    if eq.primitive == "div" and all(map(math.isinf, arguments)):
        return Note.INFINITE_QUOTIENT
    if entry.branches and arguments[0] == 0 and not math.isfinite(out):
        return Note.DIVISION_BY_ZERO
    if entry.ring and math.isnan(out):
        return Note.INFINITE_DIFFERENCE if entry.additive else Note.ZERO_TIMES_INFINITY
    return None


def _outside(eq: Equation, arguments: Sequence[Any], floats: Floats) -> bool:
    """Whether the arguments lie outside the domain; gamma may be infinite inside, by overflow."""
    domain = rules.domain(eq.primitive)
    return domain is not None and not evaluate(domain, floats, arguments)[0]
