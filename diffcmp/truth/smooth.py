"""The fast path: is the point certainly smooth? Then value and gradient by one reverse sweep on
balls, and second derivatives by forward over reverse.

Before a primitive is believed, its argument balls are checked against its domain: they must lie in
the *interior*, where every primitive of the core is analytic. Conditions must be decided by balls
that do not touch. Passed all through, f is analytic around the point and the numbers are
enclosures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, operation, trace_of
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.derived import dual_over_tape
from diffcmp.engines.partials import variables
from diffcmp.engines.reverse import vjp
from diffcmp.language import rules
from diffcmp.passes.expand import branchless
from diffcmp.program.ir import Equation, Program


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
    wanted = {by for name in partials for by in variables(name, order)}
    varying = [name in wanted for name in program.inputs]
    with balls.working():
        trace = trace_of(program, balls, values)
        sound, decisions = _sound(program, trace, varying, balls)
        if program.outputs[0] not in sound:
            return None
        taken = branchless(program, decisions)
        if order == 1:
            value, gradient = vjp(taken, balls, values, varying, fmpq(1))
            found = {
                n: fmpq(0) if g is None else g
                for n, g in zip(program.inputs, gradient, strict=True)
            }
            derivatives = [found[name] for name in partials]
        else:
            value, *derivatives = evaluate(dual_over_tape(taken, tuple(partials)), balls, values)
    return (
        Smooth(value, derivatives, decisions)
        if all(to_arb(x).is_finite() for x in (value, *derivatives))
        else None
    )


def _sound(
    program: Program, trace: Sequence[Any], varying: Sequence[bool], balls: Balls
) -> tuple[set[int], dict[int, bool]]:
    """The slots that are certainly analytic around the point, and the conditions that hold, or
    fail, all around it.

    A condition is certain only where both of its sides are analytic: one that jumps, or is
    undefined, beside the point says nothing by its value there. Equality of things that vary is
    never certain.
    """
    sound = set(range(len(program.inputs)))
    active = {i for i, v in enumerate(varying) if v}
    known: dict[int, bool] = {}
    for eq in program.equations:
        inputs = eq.inputs
        if eq.entry.selects and inputs[0] in known:
            inputs = (inputs[1] if known[inputs[0]] else inputs[2],)
        if any(i in active for i in inputs):
            active.add(eq.output)
        steady = all(i in sound for i in inputs)
        if eq.entry.condition:
            certain: bool | None = None
            if eq.primitive in ("and", "or", "not"):
                certain = operation(balls, eq.primitive)(*(known.get(i) for i in inputs))
            elif steady:
                x, y = ((trace[i], i in active) for i in inputs)
                certain = _around(eq.primitive, x, y)
            if certain is not None:
                known[eq.output] = certain
            if certain is not None or steady:
                sound.add(eq.output)
        elif steady and (len(inputs) < len(eq.inputs) or interior(eq, trace, active, balls)):
            sound.add(eq.output)
    return sound, known


def _around(name: str, x: tuple[Ball, bool], y: tuple[Ball, bool]) -> bool | None:
    """A comparison that holds (or fails) for all arguments near the given ones; a flag says whether
    one varies."""
    (a, varies_a), (b, varies_b) = x, y
    compare = Balls().function(name)
    assert compare is not None
    known: bool | None = compare(a, b)
    if not (varies_a or varies_b) or a < b or a > b:
        return known
    return None


class Interior(NumberSystem[Any]):
    """Balls with a flag whether they vary: a condition on them holds only where it holds all
    around."""

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
    """Whether the argument balls of one equation lie certainly in the interior of the primitive's
    domain."""
    if eq.output not in active:
        return bool(to_arb(trace[eq.output]).is_finite())
    arguments = [(trace[i], i in active) for i in eq.inputs]
    if eq.entry.steps:
        x = arguments[0][0]
        floor = balls._floor(x)
        return isinstance(floor, fmpq) and bool(x > floor)
    if eq.primitive == "where":
        return False  # no branch is taken all around
    separant = rules.separant(eq.primitive)
    if separant is not None:
        found = to_arb(evaluate(separant, balls, [*(x for x, _ in arguments), trace[eq.output]])[0])
        return bool(found.is_finite()) and not found.contains(0)
    domain = rules.domain(eq.primitive)
    if domain is None:
        return True
    inside = evaluate(domain, Interior(balls), arguments)[0][0]
    return isinstance(inside, fmpq) and bool(inside == 1)
