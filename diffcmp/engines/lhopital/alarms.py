"""Where the plain engines may be wrong without a sign, as a condition computed beside the
derivative.

A condition is about to change where its two sides are equal. A quotient, or a negative or
fractional power, is not to be trusted where its base is a cancelled sum or a function next to its
zero. Where a numerator is such a sum, or two quotients cancel, digits are lost as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from diffcmp.engines.lhopital.touching import comparing
from diffcmp.language.parser import parse
from diffcmp.program.ir import Builder, Equation, Program

CANCELLED = Fraction(1, 2**10)
"""A sum this small against what it was made of has lost digits, and may be a rounded zero."""
# 1 - x**2 is small; tan(x) is large, which is 1/cos(x) there; x is next to a pole of gamma
NEAR_ONE = "u = (1 + x)*(1 - x); where(u*u <= 9.5367431640625e-7, 1, 0)"
NEAR_POLE = "where(9.5367431640625e-7*(x*x*(out*out)) >= 1, 1, 0)"
NEAR_INTEGER = "u = x - floor(x + 0.5); where(u*u <= 9.5367431640625e-7 and x < 0.5, 1, 0)"


def alarmed(program: Program, derived: Program) -> Program:
    """`derived` and a condition that holds where the plain engine may be wrong without a sign."""
    builder = Builder(program.inputs)
    places = list(range(len(program.inputs)))
    outputs = list(builder.appended(derived, places, spans=False))
    slots = dict(enumerate(places))
    for eq in program.equations:
        arguments = [slots[i] for i in eq.inputs]
        slots[eq.output] = builder.add(eq.primitive, arguments, eq.params, eq.span)
    test = None
    for alarm in _Alarms(program, slots, builder).all():
        test = alarm if test is None else builder.add("or", [test, alarm])
    if test is None:
        zero = builder.literal(0)
        test = builder.add("ne", [zero, zero])
    return builder.program([*outputs, test])


@dataclass(frozen=True)
class _Alarms:
    """Writes conditions on the values of `program`, which are in `slots`, to `builder`."""

    program: Program
    slots: Mapping[int, int]
    builder: Builder

    def all(self) -> Iterator[int]:
        """The conditions under which some equation is suspicious."""
        yield from self.ties()
        suspects: dict[int, None] = {}
        for eq in self.program.equations:
            if eq.output in self.program.live and not self.program.constant.issuperset(eq.inputs):
                yield from self.near(eq)
                suspects |= dict.fromkeys(self.suspects(eq))
        for place in suspects:
            yield self.cancelled(place)

    def ties(self) -> Iterator[int]:
        """Whether the two sides of a comparison are equal."""
        for eq, compared in comparing(self.program):
            sides: Sequence[int] = [self.slots[i] for i in eq.inputs]
            if compared is not None:
                sides = self.builder.appended(compared, sides, spans=False)
            for pair in zip(sides[::2], sides[1::2], strict=True):
                yield self.builder.add("eq", pair)

    def near(self, eq: Equation) -> Iterator[int]:
        """Whether an argument is next to a place where digits are lost."""
        x = self.slots[eq.inputs[-1]]
        if eq.primitive == "div":
            yield from self.lost_over_zero(eq)
        elif eq.entry.steep and eq.inputs[0] >= len(self.program.inputs):
            yield self.written(NEAR_ONE, x)
        elif eq.entry.poles:
            yield self.written(NEAR_POLE, x, self.slots[eq.output])
        elif eq.entry.recurrence:
            yield self.written(NEAR_INTEGER, x)

    def written(self, text: str, *values: int) -> int:
        """The condition of a choice in the expression language, of `x` and `out`."""
        choice = parse(text, ("x", "out")[: len(values)], rule=True)
        test = choice.by_output[choice.outputs[0]].inputs[:1]
        condition = replace(choice, outputs=test).pruned()
        return self.builder.appended(condition, values, spans=False)[0]

    def lost_over_zero(self, eq: Equation) -> Iterator[int]:
        """Whether a quotient by a variable, no alarm at 0, has a cancelled numerator."""
        divisors = [i for i in self.factors(eq.inputs[1]) if i < len(self.program.inputs)]
        zeros = self.zeros(eq.inputs[0])
        lost = [i for i in zeros if self.program.by_output[i].entry.cancels]
        for divisor, place in product(divisors, lost):
            small = self.small(divisor, CANCELLED)
            yield self.builder.add("and", [small, self.cancelled(place)])

    def suspects(self, eq: Equation) -> Iterator[int]:
        """The values that matter to an equation by being far smaller than what they are made of."""
        if eq.primitive == "div":
            yield from self.zeros(eq.inputs[1])
        elif eq.entry.additive and eq.entry.cancels and all(map(self.is_unbounded, eq.inputs)):
            yield eq.output
        elif eq.entry.branches and not self.is_polynomial(eq):
            yield from self.zeros(eq.inputs[0])

    def cancelled(self, place: int) -> int:
        """The condition that a value is far smaller than its first argument."""
        first = self.program.by_output[place].inputs[0]
        square, whole = (self.squared(self.slots[i]) for i in (place, first))
        bound = self.builder.add("mul", [self.builder.literal(CANCELLED**2), whole])
        return self.builder.add("le", [square, bound])

    def small(self, slot: int, square: Fraction) -> int:
        """The condition that a value squared is at most `square`."""
        return self.builder.add("le", [self.squared(slot), self.builder.literal(square)])

    def squared(self, slot: int) -> int:
        """A value squared: cheaper to compare than abs, which is a call."""
        return self.builder.add("mul", [slot, slot])

    def is_polynomial(self, eq: Equation) -> bool:
        """Whether it is a power to a positive whole number."""
        exponent = self.program.by_output[eq.inputs[1]].params if eq.primitive == "power" else ()
        return bool(exponent) and exponent[0] > 0 and exponent[0].denominator == 1

    def is_unbounded(self, place: int) -> bool:
        """Whether a value is a quotient with a divisor that varies."""
        eq = self.program.by_output.get(place)
        if eq is None or eq.primitive != "div":
            return False
        return eq.inputs[1] not in self.program.constant

    def zeros(self, place: int) -> Iterator[int]:
        """The values that can make one vanish without showing it: its factors but variables."""
        return (i for i in self.factors(place) if i >= len(self.program.inputs))

    def factors(self, place: int) -> Iterator[int]:
        """The varying factors of a product, power or root, one of which vanishes where it does."""
        if place in self.program.constant:
            return
        eq = self.program.by_output.get(place)
        if eq is None or eq.entry.factors is None:
            yield place
        else:
            for i in eq.entry.factors:
                yield from self.factors(eq.inputs[i])
