"""A function next to a point: its expansion on one side, and the limit and the slope that follow from leading terms.

Written once for every field of coefficients: balls for the truth, symbols for proofs, floats with a running error bound
for the engines that know L'Hôpital's rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from diffcmp.engines.evaluate import operation
from diffcmp.engines.laurent import Beyond, Deepen, Essential, Exhausted, Failure, Field, Ramify, Series
from diffcmp.engines.logarithms import Extended, beside_limit, deepened, lifted, limit_of
from diffcmp.engines.series import SeriesSystem
from diffcmp.program.ir import Program

MAX_RAMIFICATION = 24
MAX_TERMS = 64
MAX_LOGARITHMS = 3  # log(log(log(x))) is the deepest that is resolved


@dataclass(frozen=True, slots=True)
class Expansion:
    """All values of a program beside a point, as series in τ with x = x₀ ± τ**ramification.

    values: of each slot a Series with coefficients in `field`, or what there is in place of one. path: as in
    `SeriesSystem`. out: the value of the output.
    """

    values: tuple[Any, ...]
    out: Series | Failure | Beyond
    field: Field
    ramification: int
    path: tuple[tuple[int, object], ...]


@dataclass(frozen=True, slots=True)
class OneSide:
    """f on one side: whether it is defined there, its limit and its one-sided derivative (None where there is none)."""

    defined: bool
    expansion: Expansion
    limit: Extended | None = None
    slope: Extended | None = None


def expansion(program: Program, x: Any, side: int, field: Field, terms: int) -> Expansion:
    """The program on one side of x (0: at x itself). A Failure knows the equation it arose in.

    Raises
    ------
    Exhausted: where too many leading terms vanish to tell.
    """
    ramifications, searched = [1], min(8, terms)
    while True:
        try:
            return _expansion(program, x, side, deepened(field, ramifications[1:], searched), searched, ramifications[0])
        except Ramify as root:
            ramifications[root.level] *= root.factor
            if max(ramifications) > MAX_RAMIFICATION:
                return _unknown(program, "irrational", field)
        except Deepen:
            ramifications.append(1)
            if len(ramifications) > 1 + MAX_LOGARITHMS:
                return _unknown(program, "logarithm", field)
        except Exhausted:
            if searched >= terms:
                raise
            searched = min(4 * searched, terms)
        except RecursionError:
            raise Exhausted from None


def _unknown(program: Program, reason: str, field: Field) -> Expansion:
    failure = Failure(reason)
    return Expansion((failure,) * program.size, failure, field, 1, ())


def _expansion(program: Program, x: Any, side: int, field: Field, terms: int, ramification: int) -> Expansion:
    system = SeriesSystem(field, terms * ramification)
    values: list[Any] = [system.variable(lifted(field, x), side, ramification), *[None] * (program.size - 1)]
    for eq in program.equations:
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
    return Expansion(tuple(values), values[program.outputs[0]], field, ramification, tuple(system.path))


def one_side(program: Program, x: Any, side: int, field: Field, terms: int) -> OneSide:
    """Limit and slope of f on one side (-1: left, 1: right)."""
    found = expansion(program, x, side, field, terms)
    if isinstance(found.out, Failure):
        return OneSide(found.out.reason != "undefined", found)
    if isinstance(found.out, Beyond):
        return OneSide(True, found, Extended(infinite=found.out.sign))
    try:
        limit, slope = _limit_and_slope(found.out, found.field, found.ramification)
    except Essential:
        return OneSide(True, replace(found, out=Failure("essential")))
    if slope is None or side > 0:
        return OneSide(True, found, limit, slope)
    mirrored = Extended(infinite=-slope.infinite) if slope.infinite else Extended(operation(field.system, "neg")(slope.value))
    return OneSide(True, found, limit, mirrored)


def _limit_and_slope(out: Series, field: Field, q: int) -> tuple[Extended, Extended | None]:
    """The limit as τ tends to 0, and the derivative with respect to τ**q where the limit is finite."""
    for k in range(out.start, 0):
        if not field.is_zero(out[k]):
            return Extended(infinite=field.sign(out[k])), None
    limit = limit_of(field, out[0])
    if limit.infinite:
        return limit, None
    beside = beside_limit(field, out[0])
    if beside:
        return limit, Extended(infinite=beside)
    for k in range(1, q):
        if not field.is_zero(out[k]):
            return limit, Extended(infinite=field.sign(out[k]))
    return limit, limit_of(field, out[q])
