"""The fast path: is the point certainly smooth? Then value and gradient by one reverse sweep on
balls, and second derivatives by forward over reverse.

Before a primitive is believed, its argument balls are checked against its domain: they must lie in
the *interior*, where every primitive of the core is analytic. Conditions must be decided by balls
that do not touch. Where all checks pass, f is analytic around the point and the numbers are
enclosures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from flint import fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, operation, trace_of
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.derived import dual_over_tape
from diffcmp.engines.partials import variables
from diffcmp.engines.reverse import vjp
from diffcmp.language import rules
from diffcmp.passes.expand import branchless
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Equation, Program

Varying: TypeAlias = tuple[Ball, bool]
"""A ball, and whether what it encloses varies around the point."""

COMPARING = Balls()


@dataclass(slots=True)
class Smooth:
    """Enclosures of f and of the partial derivatives asked for, at a point where f is certainly
    analytic; and the conditions that hold, or fail, all around it, by slot."""

    value: Ball
    derivatives: list[Ball]
    decisions: dict[int, bool] = field(default_factory=dict)


def smooth(
    program: Program, values: Sequence[Ball], partials: Sequence[str], balls: Balls, order: int = 1
) -> Smooth | None:
    """Value and partial derivatives of a core program, or None where some check cannot tell at this
    precision.

    `values` holds one ball for each input; `partials` are names as `engines.partials` reads them,
    of whose variables f must be smooth.
    """
    by = {name for partial in partials for name in variables(partial, order)}
    active = {i for i, name in enumerate(program.inputs) if name in by}
    with balls.working():
        checks = _Checks(program, balls, trace_of(program, balls, values), active)
        for eq in program.equations:
            checks.check(eq)
        if program.outputs[0] not in checks.sound:
            return None
        taken = branchless(program, checks.decisions)
        value, *derivatives = with_partials(taken, tuple(partials), order, balls, values)
    finite = all(to_arb(x).is_finite() for x in (value, *derivatives))
    return Smooth(value, derivatives, checks.decisions) if finite else None


def with_partials(
    taken: Program,
    partials: tuple[str, ...],
    order: int,
    system: NumberSystem[Any],
    inputs: Sequence[Any],
) -> list[Any]:
    """f and its partial derivatives by one reverse sweep, or forward over reverse."""
    if order == 2:
        return evaluate(dual_over_tape(taken, partials), system, inputs)
    varying = [name in partials for name in taken.inputs]
    value, gradient = vjp(taken, system, inputs, varying, system.literal(Fraction(1)))
    zero = system.literal(Fraction(0))
    slopes = dict(zip(taken.inputs, gradient, strict=True))
    return [value, *(zero if slopes[name] is None else slopes[name] for name in partials)]


class _Checks:
    """What is certain around the point, one equation after the other.

    active: the slots that vary. sound: those that are certainly analytic. decisions: the conditions
    that hold, or fail, all around the point. A condition is certain only where both of its sides
    are analytic: one that jumps, or is undefined, beside the point says nothing by its value there.
    Equality of things that vary is never certain.
    """

    def __init__(
        self, program: Program, balls: Balls, trace: Sequence[Any], active: set[int]
    ) -> None:
        self.balls, self.trace, self.active = balls, trace, active
        self.sound = set(range(len(program.inputs)))
        self.decisions: dict[int, bool] = {}

    def check(self, eq: Equation) -> None:
        """Add what is certain of one equation."""
        inputs = eq.inputs
        selected = eq.entry.selects and inputs[0] in self.decisions
        if selected:
            inputs = (inputs[1] if self.decisions[inputs[0]] else inputs[2],)
        if not self.active.isdisjoint(inputs):
            self.active.add(eq.output)
        steady = self.sound.issuperset(inputs)
        if eq.entry.condition:
            certain = self.decided(eq, steady)
            if certain is not None:
                self.decisions[eq.output] = certain
            if certain is not None or steady:
                self.sound.add(eq.output)
        elif steady and (selected or self.interior(eq)):
            self.sound.add(eq.output)

    def decided(self, eq: Equation, steady: bool) -> bool | None:
        """Whether a condition certainly holds, or fails, all around the point."""
        certain: bool | None = None
        if eq.entry.connects:
            arguments = (self.decisions.get(i) for i in eq.inputs)
            certain = operation(self.balls, eq.primitive)(*arguments)
        elif steady:
            certain = _around(eq.primitive, *map(self.varying, eq.inputs))
        return certain

    def varying(self, slot: int) -> Varying:
        """The ball of a slot, and whether it varies."""
        return self.trace[slot], slot in self.active

    def interior(self, eq: Equation) -> bool:
        """Whether the argument balls certainly lie in the interior of the primitive's domain."""
        out = self.trace[eq.output]
        if eq.output not in self.active:
            return bool(to_arb(out).is_finite())
        arguments = [self.trace[i] for i in eq.inputs]
        if eq.entry.steps:
            floor = operation(self.balls, "floor")(arguments[0])
            return isinstance(floor, fmpq) and bool(arguments[0] > floor)
        if eq.entry.selects:
            return False  # no branch is taken all around
        separant = rules.separant(eq.primitive)
        if separant is not None:
            apart = to_arb(evaluate(separant, self.balls, [*arguments, out])[0])
            return bool(apart.is_finite()) and not apart.contains(0)
        domain = rules.interior(eq.primitive)
        if domain is None:
            return True
        varying = [self.varying(i) for i in eq.inputs]
        inside = evaluate(domain, Interior(self.balls), varying)[0][0]
        return isinstance(inside, fmpq) and bool(inside == 1)


def _around(name: str, x: Varying, y: Varying) -> bool | None:
    """A comparison that holds (or fails) for all arguments near the given ones."""
    (a, a_varies), (b, b_varies) = x, y
    holds: bool | None = operation(COMPARING, name)(a, b)
    certain = not (a_varies or b_varies) or a < b or a > b
    return holds if certain else None


class Interior(NumberSystem[Any]):
    """Balls with a flag whether they vary; a condition holds only where it holds all around."""

    exact = True

    def __init__(self, balls: Balls) -> None:
        super().__init__()
        self.balls = balls

    def literal(self, value: Fraction) -> Varying:
        return self.balls.literal(value), False

    def function(self, name: str) -> Callable[..., Any] | None:
        base, entry = self.balls.function(name), TABLE[name]
        if entry.compares:
            return lambda x, y: _around(name, x, y)
        if entry.connects or base is None:
            return base
        if entry.selects:
            return lambda p, x, y: (base(p, x[0], y[0]), x[1] or y[1])
        return lambda *a: (base(*(x for x, _ in a)), any(varies for _, varies in a))
