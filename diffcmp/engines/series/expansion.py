"""A function next to a point: its expansion on one side, and the limit and the derivatives that
follow from leading terms.

Written once for every field of coefficients: balls for the truth, symbols for proofs, floats with a
running error bound for the engines that know L'Hôpital's rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.engines.series import laurent
from diffcmp.engines.series.laurent import Beyond, Failure, Field, Series
from diffcmp.engines.series.logarithms import Extended, beside_limit, deepened, lifted, limit_of
from diffcmp.engines.series.system import SeriesSystem
from diffcmp.passes.expand import guards
from diffcmp.program.ir import Program

MAX_RAMIFICATION = 24
MAX_TERMS = 64
MAX_LOGARITHMS = 3  # log(log(log(x))) is the deepest that is resolved


@dataclass(frozen=True, slots=True)
class Expansion:
    """All values of a program beside a point, as series in τ with x = x₀ ± τ**ramification.

    values: of each slot a Series with coefficients in `field`, or what there is in place of one.
    path: as in `SeriesSystem`. out: the value of the output.
    """

    values: tuple[Any, ...]
    out: Series | Failure | Beyond
    field: Field
    ramification: int
    path: tuple[tuple[int, object], ...]


@dataclass(frozen=True, slots=True)
class OneSide:
    """f on one side: whether it is defined, its limit, its derivative and, where asked for, its
    second derivative; None where there is none, as after an infinite one. oscillation: what the
    first of these that is missing does instead, where that is certain (a `Tends`)."""

    defined: bool
    expansion: Expansion
    limit: Extended | None = None
    slope: Extended | None = None
    curvature: Extended | None = None
    oscillation: Any = None

    @property
    def unbounded(self) -> bool:
        """Whether f certainly exceeds every bound beside the point."""
        if self.limit is not None:
            return self.limit.infinite != 0
        return self.oscillation is not None and bool(self.oscillation.swings)


def expansion(program: Program, x: Any, side: int, field: Field, terms: int) -> Expansion:
    """The program on one side of x (0: at x itself). A Failure knows the equation it arose in.
    Raises Exhausted where too many leading terms vanish to tell."""
    ramifications, searched = [1], min(8, terms)
    while True:
        try:
            coefficients = deepened(field, ramifications[1:], searched)
            system = SeriesSystem(coefficients, searched * ramifications[0])
            return _expansion(program, x, side, system, ramifications[0])
        except laurent.Ramify as root:
            ramifications[root.level] *= root.factor
            if max(ramifications) > MAX_RAMIFICATION:
                return _unknown(program, "irrational", field)
        except laurent.Deepen:
            ramifications.append(1)
            if len(ramifications) > 1 + MAX_LOGARITHMS:
                return _unknown(program, "logarithm", field)
        except laurent.Exhausted:
            if searched >= terms:
                raise
            searched = min(4 * searched, terms)
        except RecursionError:
            raise laurent.Exhausted from None


def _unknown(program: Program, reason: str, field: Field) -> Expansion:
    failure = Failure(reason)
    return Expansion((failure,) * program.size, failure, field, 1, ())


def _expansion(
    program: Program, x: Any, side: int, system: SeriesSystem, ramification: int
) -> Expansion:
    variable = system.variable(lifted(system.field, x), side, ramification)
    values = values_beside(program, [variable], system, ramification)
    out, path = values[program.outputs[0]], tuple(system.path)
    return Expansion(tuple(values), out, system.field, ramification, path)


def values_beside(
    program: Program, inputs: Sequence[Series], system: SeriesSystem, ramification: int
) -> list[Any]:
    """The values of all slots, on the series of the inputs; None in a branch that is not taken."""
    values: list[Any] = [*inputs, *([None] * (program.size - len(inputs)))]
    guarded = guards(program)
    for eq in program.equations:
        guard = guarded.get(eq.output)
        if guard is not None and values[guard[0]] is not guard[1]:
            continue
        if eq.params:
            values[eq.output] = system.literal(eq.params[0])
            continue
        system.place = eq.output
        out = operation(system, eq.primitive)(*[values[i] for i in eq.inputs])
        if isinstance(out, Failure) and out.equation is None:
            out.equation = eq
        elif isinstance(out, Series):
            out[out.start + ramification]  # the first terms now: the chain of demands stays short
        values[eq.output] = out
    return values


def one_side(
    program: Program, x: Any, side: int, field: Field, terms: int, order: int = 1
) -> OneSide:
    """Limit and derivatives up to `order` (1 or 2) of f on one side (-1: left, 1: right)."""
    expanded = expansion(program, x, side, field, terms)
    out = expanded.out
    if isinstance(out, Failure):
        return OneSide(out.reason != "undefined", expanded)
    if isinstance(out, Beyond):
        return OneSide(True, expanded, Extended(infinite=out.sign))
    try:
        derivatives = derivatives_of(out, expanded.field, expanded.ramification, order)
    except laurent.Essential:
        return OneSide(True, replace(expanded, out=Failure("essential")))
    if side < 0:
        derivatives[1:2] = [mirrored(slope, field) for slope in derivatives[1:2]]
    return OneSide(True, expanded, *derivatives)


def mirrored(slope: Extended, field: Field) -> Extended:
    """The derivative with respect to x, where the series runs against it."""
    if slope.infinite:
        return Extended(infinite=-slope.infinite)
    return Extended(operation(field.system, "neg")(slope.value))


def derivatives_of(out: Series, field: Field, q: int, order: int) -> list[Extended]:
    """The limit as τ tends to 0, and the derivatives with respect to τ**q up to `order`, as far as
    all before are finite.

    The derivative of order n is n! times the coefficient of τ**(n q); a term of a lower power that
    is left, or what a coefficient has beside its limit, makes it infinite, with its sign.
    """
    pole = _first_sign(field, out, range(out.start, 0))
    if pole:
        return [Extended(infinite=pole)]
    derivatives = [limit_of(field, out[0])]
    for n in range(1, order + 1):
        if derivatives[-1].infinite:
            break
        infinite = beside_limit(field, out[(n - 1) * q])
        infinite = infinite or _first_sign(field, out, range((n - 1) * q + 1, n * q))
        if infinite:
            derivatives.append(Extended(infinite=infinite))
        else:
            factorial = field.system.literal(Fraction(math.factorial(n)))
            c = out[n * q]
            derivative = c if n == 1 else operation(field.system, "mul")(factorial, c)
            derivatives.append(limit_of(field, derivative))
    return derivatives


def _first_sign(field: Field, out: Series, powers: range) -> int:
    """The sign of the first coefficient that does not vanish; 0 where all do."""
    return next((field.sign(out[k]) for k in powers if not field.is_zero(out[k])), 0)
