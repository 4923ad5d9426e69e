"""The fast path: is the point certainly smooth? Then value and gradient by one reverse sweep on balls.

Before a primitive is believed, its argument balls are checked against its domain: they must lie in the *interior*, where
every primitive of the core is analytic. Conditions must be decided by balls that do not touch. Passed all through, f is
analytic around the point and the numbers are enclosures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.evaluate import evaluate, operation, trace_of
from diffcmp.engines.reverse import vjp
from diffcmp.program import rules
from diffcmp.program.expand import branchless
from diffcmp.program.ir import Equation, Program


@dataclass(frozen=True, slots=True)
class Smooth:
    """Enclosures of f and of its partial derivatives, at a point where f is certainly analytic."""

    value: Ball
    gradient: list[Ball]


def smooth(program: Program, values: Sequence[Ball], varying: Sequence[bool], balls: Balls) -> Smooth | None:
    """Value and gradient of a core program, or None where some check cannot tell at this precision.

    `values` holds one ball for each input, `varying` says with respect to which inputs f must be smooth.
    """
    with balls.working():
        trace = trace_of(program, balls, values)
        straight = branchless(program, _decisions(program, trace, varying))
        active = _active(straight, varying)
        if not all(interior(eq, trace, active, balls) for eq in straight.equations):
            return None
        value, gradient = vjp(straight, balls, values, varying, fmpq(1))
    zero = fmpq(0)
    found = Smooth(value, [zero if g is None else g for g in gradient])
    return found if all(to_arb(x).is_finite() for x in (value, *found.gradient)) else None


def _active(program: Program, varying: Sequence[bool]) -> set[int]:
    return program.active([name for name, v in zip(program.inputs, varying, strict=True) if v])


def _decisions(program: Program, trace: Sequence[Any], varying: Sequence[bool]) -> dict[int, bool]:
    """The conditions that hold, or fail, all around the point. Equality of things that vary is never certain."""
    active = _active(program, varying)
    sure: dict[int, bool | None] = {}
    balls = Balls()
    for eq in program.equations:
        if eq.primitive in ("and", "or", "not"):
            sure[eq.output] = operation(balls, eq.primitive)(*(sure[i] for i in eq.inputs))
        elif eq.entry.condition:
            x, y = ((trace[i], i in active) for i in eq.inputs)
            sure[eq.output] = _around(eq.primitive, x, y)
    return {slot: known for slot, known in sure.items() if known is not None}


def _around(name: str, x: tuple[Ball, bool], y: tuple[Ball, bool]) -> bool | None:
    """A comparison that holds (or fails) for all arguments near the given ones; a flag says whether one varies."""
    (a, varies_a), (b, varies_b) = x, y
    compare = Balls().function(name)
    assert compare is not None
    known: bool | None = compare(a, b)
    if not (varies_a or varies_b) or a < b or a > b:
        return known
    return None


class Interior(NumberSystem[Any]):
    """Balls with a flag whether they vary: a condition on them holds only where it holds all around."""

    exact = True

    def __init__(self, balls: Balls) -> None:
        super().__init__()
        self.balls = balls

    def literal(self, value: Fraction) -> tuple[Ball, bool]:
        return self.balls.literal(value), False

    def function(self, name: str) -> Callable[..., Any] | None:
        base = self.balls.function(name)
        if name in ("lt", "le", "gt", "ge", "eq", "ne"):
            return lambda x, y: _around(name, x, y)
        if name in ("and", "or", "not") or base is None:
            return base
        if name == "where":
            return lambda p, x, y: (base(p, x[0], y[0]), x[1] or y[1])
        return lambda *a: (base(*(x for x, _ in a)), any(varies for _, varies in a))


def interior(eq: Equation, trace: Sequence[Any], active: set[int], balls: Balls) -> bool:
    """Whether the argument balls of one equation lie certainly in the interior of the primitive's domain."""
    if eq.output not in active:
        value = trace[eq.output]
        return isinstance(value, bool) or value is None or to_arb(value).is_finite()
    arguments = [(trace[i], i in active) for i in eq.inputs]
    if eq.entry.steps:
        x = arguments[0][0]
        floor = balls._floor(x)
        return isinstance(floor, fmpq) and bool(x > floor)
    if eq.primitive == "where":
        return False  # a branch that could not be resolved
    domain = rules.domain(eq.primitive)
    if domain is None:
        return True
    inside = evaluate(domain, Interior(balls), arguments)[0][0]
    return isinstance(inside, fmpq) and bool(inside == 1)
