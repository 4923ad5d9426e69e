"""A function next to a point: its expansion on one side, and the limit and the slope that follow from leading terms.

Written once for every field of coefficients: balls for the truth, symbols for proofs, floats with a running error bound
for the engines that know L'Hôpital's rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffcmp.engines.evaluate import operation
from diffcmp.engines.series import Exhausted, Failure, Field, Ramify, Series, SeriesSystem, common
from diffcmp.program.ir import Program

MAX_RAMIFICATION = 24
MAX_TERMS = 64


@dataclass(frozen=True, slots=True)
class Extended:
    """A coefficient, or ±∞."""

    value: Any = None
    infinite: int = 0


@dataclass(frozen=True, slots=True)
class Expansion:
    """The output as a series in τ, x = x₀ ± τ**ramification, or why there is none; `path` as in `SeriesSystem`."""

    out: Series | Failure
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
    """The output on one side of x (0: at x itself). A Failure knows the equation it arose in."""
    ramification, searched = 1, min(8, terms)
    while True:
        try:
            return _expansion(program, x, side, field, searched, ramification)
        except Ramify as root:
            ramification = common(ramification, root.factor)
            if ramification > MAX_RAMIFICATION:
                return Expansion(Failure("irrational"), 1, ())
        except Exhausted:
            if searched >= terms:
                raise
            searched = min(4 * searched, terms)


def _expansion(program: Program, x: Any, side: int, field: Field, terms: int, ramification: int) -> Expansion:
    system = SeriesSystem(field, terms * ramification)
    values: list[Any] = [system.variable(x, side, ramification), *[None] * (program.size - 1)]
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
    return Expansion(values[program.outputs[0]], ramification, tuple(system.path))


def one_side(program: Program, x: Any, side: int, field: Field, terms: int) -> OneSide:
    """Limit and slope of f on one side (-1: left, 1: right)."""
    found = expansion(program, x, side, field, terms)
    out, q = found.out, found.ramification
    if isinstance(out, Failure):
        return OneSide(out.reason != "undefined", found)
    for k in range(out.start, 0):
        if not field.is_zero(out[k]):
            return OneSide(True, found, Extended(infinite=field.sign(out[k])))
    limit = Extended(out[0])
    for k in range(1, q):
        if not field.is_zero(out[k]):
            return OneSide(True, found, limit, Extended(infinite=side * field.sign(out[k])))
    slope = out[q] if side > 0 else operation(field.system, "neg")(out[q])
    return OneSide(True, found, limit, Extended(slope))
