"""A derivative at a smooth point, enclosed: the derived Program on balls, beside the proof that f
is analytic there.

What proves it is a condition, computed beside the derivative: that every argument lies in the
interior of its primitive's domain, where that is analytic, and that the two sides of every
comparison, and an argument and its floor, are certainly apart. Of a branch that is not taken
nothing is asked. All is compiled once, for each precision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.caches import remembered
from diffcmp.engines.compiled import on_system
from diffcmp.engines.derived import hyperdual, tangent
from diffcmp.language import rules
from diffcmp.passes.expand import core
from diffcmp.program.ir import Builder, Equation, Program

WIDENED = (2, 4, 8, 32, 128)  # times the precision of the format
GUARD = 4  # bits beyond the format's that an enclosure has
STRICT = {"le": "lt", "ge": "gt"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Enclosures of f and of one derivative, and how many times the bits of the format they took.

    certain: the derivative is known to all digits of the format, or is smaller than all of its
    numbers.
    """

    value: Ball
    derivative: Ball
    times: int
    certain: bool


def enclosed(
    program: Program, by: tuple[str, ...], inputs: Sequence[Any], floats: Floats
) -> Enclosed | None:
    """The derivative by one or two variables at the rounded point; None where f is not certainly
    analytic there."""
    best = None
    for times in WIDENED:
        balls = Balls(times * floats.precision)
        with balls.working():
            run = _compiled(program, by, balls.precision)
            value, derivative, sound = run(*(balls.literal(exact(x)) for x in inputs))
            if sound is False:
                return None
            if sound and to_arb(derivative).is_finite() and to_arb(value).is_finite():
                best = Enclosed(value, derivative, times, is_certain(derivative, floats))
                if best.certain:
                    return best
    return best


def is_certain(ball: Ball, floats: Floats) -> bool:
    """Whether a ball says all digits of a format, or is smaller than half of its least number."""
    if not isinstance(ball, arb) or ball.is_exact():
        return True
    if ball.rel_accuracy_bits() >= floats.precision + GUARD:
        return True
    least = arb(2) ** (floats.least_exponent - floats.precision)
    return bool(abs(ball) < least)


@remembered
def _compiled(program: Program, by: tuple[str, ...], precision: int) -> Callable[..., Any]:
    """f, the derivative, and whether the point is smooth, on balls. Called at that precision."""
    return on_system(_with_proof(program, by), Balls(precision))


@remembered
def _with_proof(program: Program, by: tuple[str, ...]) -> Program:
    """The Program of f, of a derivative, and of the condition that proves it."""
    form = core(program)
    derived = tangent(form, *by) if len(by) == 1 else hyperdual(form, *by)
    builder = Builder(form.inputs)
    inputs = range(len(form.inputs))
    outputs = builder.appended(derived, inputs, spans=False)
    proof = Proof(form, builder, by)
    return builder.program([outputs[0], outputs[-1], proof.of_output()]).pruned()


class Proof:
    """Writes the condition that a core Program is analytic by some of its inputs, at the slots
    where `builder` has its values.

    sound: for each slot that of its condition; None where it needs none. domains: only that the
    equations with these outputs are defined, and nothing of what is compared.
    """

    def __init__(
        self,
        form: Program,
        builder: Builder,
        by: Collection[str],
        domains: Collection[int] | None = None,
    ) -> None:
        self.form, self.builder, self.domains = form, builder, domains
        self.moving = form.active(by)
        self.slots: dict[int, int] = {i: i for i in range(len(form.inputs))}
        self.sound: dict[int, int | None] = dict.fromkeys(self.slots)

    def of_output(self) -> int:
        """The condition of the only output."""
        for eq in self.form.equations:
            self.slots[eq.output] = self.builder.copied(eq, [self.slots[i] for i in eq.inputs])
            self.sound[eq.output] = self.of(eq)
        proof = self.sound[self.form.outputs[0]]
        if proof is None:
            zero = self.builder.literal(0)
            proof = self.builder.add("eq", [zero, zero])
        return proof

    def of(self, eq: Equation) -> int | None:
        """The condition of one equation."""
        if eq.entry.selects:
            return self.of_choice(eq)
        if eq.entry.connects and len(eq.inputs) == 2:
            return self.of_connection(eq)
        own = self.own(eq)
        return self.all([*(self.sound[i] for i in eq.inputs), own])

    def own(self, eq: Equation) -> int | None:
        """What the primitive itself asks of its arguments."""
        arguments = [self.slots[i] for i in eq.inputs]
        add = self.builder.add
        if self.domains is not None:
            return self.interior(eq, arguments) if eq.output in self.domains else None
        if eq.output not in self.moving:
            if not eq.entry.compares:
                return None
            holds = self.slots[eq.output]
            return add("or", [holds, add("not", [holds])])  # it is decided
        if eq.entry.compares:
            return add("ne", arguments)
        if eq.entry.steps:
            return add("lt", [self.slots[eq.output], *arguments])
        separant = rules.separant(eq.primitive)
        if separant is not None:
            (apart,) = self.builder.appended(separant, [*arguments, self.slots[eq.output]])
            return add("ne", [apart, self.builder.literal(0)])
        return self.interior(eq, arguments)

    def interior(self, eq: Equation, arguments: Sequence[int]) -> int | None:
        """That the arguments lie in the interior of the domain: what varies is strictly on one side
        of its bounds, and equal to nothing."""
        domain = rules.domain(eq.primitive)
        if domain is None:
            return None
        slots = dict(enumerate(arguments))
        moving = {place for place, i in enumerate(eq.inputs) if i in self.moving}
        for part in domain.equations:
            inputs = [slots[i] for i in part.inputs]
            name = part.primitive
            if moving.intersection(part.inputs):
                moving.add(part.output)
                if name == "eq":
                    slots[part.output] = self.never(inputs)
                    continue
                name = STRICT.get(name, name)
            slots[part.output] = self.builder.add(name, inputs, part.params)
        inside = domain.by_output[domain.outputs[0]].inputs[0]
        return slots[inside]

    def never(self, sides: Sequence[int]) -> int:
        """A condition that never holds."""
        below, above = self.builder.add("lt", sides), self.builder.add("gt", sides)
        return self.builder.add("and", [below, above])

    def of_choice(self, eq: Equation) -> int | None:
        """Of `where`: that its condition and the branch taken are sound."""
        p, x, y = eq.inputs
        holds = self.slots[p]
        if self.sound[x] is None and self.sound[y] is None:
            return self.sound[p]
        add = self.builder.add
        first = self.all([holds, self.sound[x]])
        second = self.all([add("not", [holds]), self.sound[y]])
        assert first is not None
        assert second is not None
        return self.all([self.sound[p], add("or", [first, second])])

    def of_connection(self, eq: Equation) -> int | None:
        """Of `and` and `or`: that both sides are sound, or one that decides."""
        p, q = eq.inputs
        if self.sound[p] is None or self.sound[q] is None:
            return self.all([self.sound[p], self.sound[q]])
        both = self.all([self.sound[p], self.sound[q]])
        ways = [both]
        for i in (p, q):
            holds = self.slots[i]
            decides = holds if eq.primitive == "or" else self.builder.add("not", [holds])
            ways.append(self.all([self.sound[i], decides]))
        first, *others = ways
        for other in others:
            assert first is not None
            assert other is not None
            first = self.builder.add("or", [first, other])
        return first

    def all(self, conditions: Sequence[int | None]) -> int | None:
        """That all hold; None is one that always does."""
        joined: int | None = None
        for one in dict.fromkeys(conditions):
            if one is not None:
                joined = one if joined is None else self.builder.add("and", [joined, one])
        return joined
