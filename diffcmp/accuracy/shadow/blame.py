"""From a wrong result back to the equation where its error arose.

Each equation has the number that the format made of its arguments, and two true ones: `true`, of
the exact run, and `local`, of the very arguments that the format had. |computed - local| is the
error that it made; |local - true| the one that it inherited, or magnified. The walk follows the
argument that carries most of it until the arguments are right to the last digits: there it arose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb, fmpq

from diffcmp.accuracy.shadow.record import Chain, Link
from diffcmp.accuracy.shadow.trace import IMAGINARY, REAL, Place, Shadow, log_ratio, part_of
from diffcmp.arithmetic.balls import LARGEST_EXPONENT, Ball, Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import exact, finite
from diffcmp.backends.protocol import rational
from diffcmp.notes import Cause
from diffcmp.passes.expand import compared
from diffcmp.program.ir import Equation, Program

RIGHT = 3.0  # units of roundoff: a number that is right to the last digits
NOTABLE = 0.3  # decimal digits that an equation loses before it is a link
SHARE = 0.5  # of an error: what is to blame for the most of it
BOUND = Fraction(2) ** LARGEST_EXPONENT  # to which a middle is cut
EXPONENT_FIGURES = 9  # of a decimal exponent that is written out


def blame(shadow: Shadow, place: Place | None = None) -> Chain:
    """Why a place, by default the last output, is not what is true of it.

    What is not finite, although it should be, has a cause as well as what is wrong; where the truth
    itself is not finite there is nothing to find here (`singularities` says why).
    """
    if place is None:
        place = output_of(shadow)
    links: list[Link] = []
    with shadow.system.working():
        walk = _Walk(shadow)
        following: Place | None = place
        while following is not None:
            link, following = walk.step(following)
            if link is not None:
                links.append(link)
    return Chain(tuple(reversed(links)))


def output_of(shadow: Shadow) -> Place:
    """The last output; of a complex run its imaginary part, which is the derivative."""
    return Place(shadow.program.outputs[-1], shadow.parts[-1])


def right(shadow: Shadow) -> bool:
    """Whether the last output is right to the last digits."""
    with shadow.system.working():
        place = output_of(shadow)
        known = finite(shadow.number(place)) and shadow.is_known(place)
        return known and _Walk(shadow).is_right(place)


def losses(shadow: Shadow) -> Iterator[tuple[Equation, Link]]:
    """Every equation that does something to the error of its arguments, in the order of evaluation,
    and what it does."""
    with shadow.system.working():
        walk = _Walk(shadow)
        for eq in shadow.program.equations:
            if eq.output in shadow.program.live and not eq.params and not eq.entry.condition:
                link, _ = walk.step(Place(eq.output, shadow.parts[-1]))
                if link is not None and link.cause is not None:
                    yield eq, link


@dataclass(frozen=True)
class _Walk:
    """One walk back through a shadow."""

    shadow: Shadow

    def step(self, place: Place) -> tuple[Link | None, Place | None]:
        """What one equation did to its arguments, and the place that the rest of the error is from;
        None where it arose here."""
        shadow = self.shadow
        eq = shadow.program.by_output.get(place.slot)
        if eq is None or not to_arb(shadow.ball(place)).is_finite():
            return None, None  # an input, which is exact, or a true singularity
        if not finite(shadow.number(place)):
            return self.not_finite(eq, place)
        if self.is_right(place):
            return None, None
        if not eq.inputs:
            return self.constant(eq, place), None
        if eq.entry.selects:
            return self.selected(eq, place)
        return self.inexact(eq, place)

    def is_right(self, place: Place) -> bool:
        """Whether a number is right to the last digits, or nothing is known of it."""
        shadow = self.shadow
        if not shadow.is_known(place):
            return True
        return shadow.relative(place) <= math.log10(RIGHT * shadow.floats.unit_roundoff)

    def constant(self, eq: Equation, place: Place) -> Link | None:
        """A literal or a constant that the format does not hold."""
        true = to_arb(self.shadow.ball(place))
        if abs(true) > self.largest:
            return self.link(Cause.OVERFLOW, eq, place)
        if 0 < abs(true) < self.smallest:
            return self.link(Cause.UNDERFLOW, eq, place)
        return None

    def selected(self, eq: Equation, place: Place) -> tuple[Link | None, Place | None]:
        """A choice between branches: right but for what is chosen, or decided by rounding."""
        test = eq.inputs[0]
        wrongly = self.decided_wrongly(test)
        if wrongly is not None:
            return self.condition(wrongly, eq, place)
        chosen = eq.inputs[1 if self.shadow.computed[test] else 2]
        return self.link(None, eq, place), Place(chosen, place.part)

    def decided_wrongly(self, test: int) -> Equation | None:
        """The comparison in a condition that the format decided otherwise than it is."""
        shadow = self.shadow
        eq = shadow.program.by_output.get(test)
        if eq is None or bool(shadow.computed[test]) is shadow.true[test]:
            return None
        if eq.entry.compares:
            return eq
        parts = (self.decided_wrongly(i) for i in eq.inputs)
        return next((part for part in parts if part is not None), None)

    def condition(
        self, comparison: Equation, eq: Equation, place: Place
    ) -> tuple[Link, Place | None]:
        """A condition that only rounding decided, and the side of it that was wrong."""
        link = self.link(Cause.ROUNDED_CONDITION, comparison, place)
        if not link.piece:  # it stands in the rule of a primitive
            link = self.link(Cause.ROUNDED_CONDITION, eq, place)
        sides = [Place(i) for i in comparison.inputs]
        wrong = [side for side in sides if not self.is_right(side)]
        return link, max(wrong, key=self.shadow.error, default=None)

    def not_finite(self, eq: Equation, place: Place) -> tuple[Link | None, Place | None]:
        """What is not finite, although it is in truth."""
        shadow = self.shadow
        if not eq.inputs:
            return self.constant(eq, place), None
        if eq.entry.selects:
            return self.selected(eq, place)
        arguments = list(shadow.arguments(eq))
        broken = [one for one in arguments if not finite(shadow.number(one))]
        guilty = [one for one in broken if to_arb(shadow.ball(one)).is_finite()]
        if guilty:
            return self.link(None, eq, place), guilty[0]
        local = part_of(shadow.local(eq), place.part)
        if to_arb(local).is_finite() or broken:
            parts = [Place(eq.output, part) for part in shadow.parts]
            largest = max(parts, key=lambda part: abs(to_arb(shadow.ball(part))).mid())
            made = abs(to_arb(part_of(shadow.local(eq), largest.part)))
            if max(made.mid(), abs(to_arb(shadow.ball(largest))).mid()) < self.largest / 2:
                if len(shadow.parts) > 1:  # beside the real domain there is nothing by convention
                    return None, None
                return self.link(Cause.FUNCTION, eq, largest, lost=self.most), None
            return self.link(Cause.OVERFLOW, eq, largest), None
        moved = self.carrier(eq, place, finite_again=True)
        link = self.link(Cause.ROUNDED_OUT, eq, place, argument=moved)
        return link, None if moved is None or self.is_right(moved) else moved

    def inexact(self, eq: Equation, place: Place) -> tuple[Link | None, Place | None]:
        """What is finite and wrong."""
        shadow = self.shadow
        local = part_of(shadow.local(eq), place.part)
        total, number = shadow.error(place), arb(rational(exact(shadow.number(place))))
        if not to_arb(local).is_finite():  # the format's arguments have no value: rounding again
            moved = self.carrier(eq, place, finite_again=True)
            link = self.link(Cause.ROUNDED_OUT, eq, place, argument=moved)
            return link, None if moved is None or self.is_right(moved) else moved
        made = abs(number - to_arb(local))
        if made > SHARE * total:
            return self.made_here(eq, place, local, made), None
        carrier = self.carrier(eq, place)
        if carrier is None:
            return None, None
        lost = shadow.lost(place) - shadow.lost(carrier)
        right = self.is_right(carrier)
        if lost <= NOTABLE:
            return self.link(None, eq, place), None if right else carrier
        link = self.magnified(eq, place, carrier, lost)
        return link, None if right or link.cause is Cause.ABSORPTION else carrier

    def made_here(self, eq: Equation, place: Place, local: Ball, made: arb) -> Link | None:
        """An equation that is wrong although its arguments had this value."""
        size = abs(to_arb(local))
        if size < self.smallest:
            return self.link(Cause.UNDERFLOW, eq, place)
        lost = min(log_ratio(made, local), 0.0) - math.log10(self.shadow.floats.unit_roundoff)
        if lost <= NOTABLE + math.log10(RIGHT):
            return None
        return self.link(Cause.FUNCTION, eq, place, lost=lost)

    def magnified(self, eq: Equation, place: Place, carrier: Place, lost: float) -> Link:
        """An equation whose result is worse than the argument that it has the error from."""
        if eq.entry.steps or self.chooses_wrongly(eq):
            return self.link(Cause.ROUNDED_CONDITION, eq, place)
        absorbing = self.absorbing(carrier)
        if absorbing is not None:
            at = Place(absorbing.output, carrier.part)
            return self.link(Cause.ABSORPTION, absorbing, at, lost=lost)
        cause = Cause.CANCELLATION if eq.entry.additive else Cause.ILL_CONDITIONING
        return self.link(cause, eq, place, lost=lost)

    def chooses_wrongly(self, eq: Equation) -> bool:
        """Whether a primitive that chooses between pieces by its definition (a maximum, a power)
        chooses another one for the format's arguments than for the true ones."""
        pairs = compared(eq.primitive)
        if pairs is None:
            return False
        shadow = self.shadow
        true = [shadow.true[i] for i in eq.inputs]
        rounded = [shadow.argument(i, {}) for i in eq.inputs]
        sides = [evaluate(pairs, shadow.system, at) for at in (true, rounded)]
        signs = [[_sign(part_of(x) - part_of(y)) for x, y in _pairs(values)] for values in sides]
        return any(a is not None and b is not None and a != b for a, b in zip(*signs, strict=True))

    def absorbing(self, place: Place) -> Equation | None:
        """The sum that a place is, if one of its addends is too small to have changed it."""
        shadow = self.shadow
        eq = shadow.program.by_output.get(place.slot)
        if eq is None or not (eq.entry.additive and eq.entry.cancels):
            return None
        sides = [shadow.number(Place(i, place.part)) for i in eq.inputs]
        out = shadow.number(place)
        alone = [abs(side) == abs(out) for side in sides]
        return eq if any(alone) and all(side != 0 for side in sides) else None

    def carrier(self, eq: Equation, place: Place, *, finite_again: bool = False) -> Place | None:
        """The argument without whose error the result would change most; for `finite_again`, the
        one with which the result exists."""
        shadow = self.shadow
        local = to_arb(part_of(shadow.local(eq), place.part))
        best, most = None, arb(0)
        for argument in shadow.arguments(eq):
            true = shadow.ball(argument)
            if not to_arb(true).is_finite():
                continue
            changed = to_arb(part_of(shadow.local(eq, {argument: true}), place.part))
            if finite_again:
                if changed.is_finite():
                    return argument
                continue
            change = abs(changed - local).mid()
            if change > most:
                best, most = argument, change
        if finite_again and best is None:
            wrong = [one for one in shadow.arguments(eq) if not self.is_right(one)]
            return next(iter(wrong), None)
        return best

    def link(
        self,
        cause: Cause | None,
        eq: Equation,
        place: Place,
        *,
        lost: float | None = None,
        argument: Place | None = None,
    ) -> Link:
        """A link about one equation."""
        shadow = self.shadow
        here = Place(eq.output, place.part if place.slot == eq.output else REAL)
        owner = self.owner(eq)
        facts: dict[str, object] = {"name": named(owner or eq)}
        if not eq.entry.condition:
            facts |= {"true": spelled(shadow.ball(here)), "what": self.subject(eq, here)}
        if owner is not None and owner.primitive != eq.primitive:
            facts["name"] = f"the derivative of {facts['name']}"
        if argument is not None:
            facts["argument"] = self.piece_of(argument, eq, owner)
        condition = eq.entry.condition
        return Link(
            cause=cause,
            span=eq.span,
            piece=shadow.program.piece(eq),
            computed=shadow.computed[eq.output] if condition else shadow.number(here),
            true=None if condition else midpoint(shadow.ball(here)),
            lost=lost,
            of_value=eq.output in self.values,
            facts=facts,
        )

    def subject(self, eq: Equation, place: Place) -> str:
        """What a number is of the piece of the text that it is told of."""
        if eq.output not in self.values:
            return "a term of the derivative"
        return "the imaginary part" if place.part == IMAGINARY else "this"

    @cached_property
    def values(self) -> set[int]:
        """The slots that f itself is made of, and not its derivative."""
        return needed(self.shadow.program, self.shadow.program.outputs[0])

    def owner(self, eq: Equation) -> Equation | None:
        """What the user typed, where an equation carries that out."""
        source = self.shadow.source
        same = (one for one in reversed(source.equations) if one.span == eq.span)
        return None if eq.span is None else next(same, None)

    def piece_of(self, place: Place, eq: Equation, owner: Equation | None) -> str:
        """The user's text of an argument; where it stands in the rule of a primitive, of the first
        argument of that."""
        program, source = self.shadow.program, self.shadow.source
        argument = program.by_output.get(place.slot)
        if argument is None:
            return program.inputs[place.slot]
        if argument.span == eq.span and owner is not None and owner.inputs:
            first = source.by_output.get(owner.inputs[0])
            return source.inputs[owner.inputs[0]] if first is None else source.piece(first)
        return program.piece(argument)

    @property
    def most(self) -> float:
        """The decimal digits of the format."""
        return -math.log10(self.shadow.floats.unit_roundoff)

    @cached_property
    def largest(self) -> arb:
        """A bound of the largest number of the format."""
        return arb(2) ** (2 - self.shadow.floats.least_exponent)

    @cached_property
    def smallest(self) -> arb:
        """The smallest normal number of the format."""
        return arb(2) ** self.shadow.floats.least_exponent


def needed(program: Program, output: int) -> set[int]:
    """The slots that a value is made of."""
    slots = {output}
    for eq in reversed(program.equations):
        if eq.output in slots:
            slots.update(eq.inputs)
    return slots


WORDS = {
    "+": "addition",
    "-": "subtraction",
    "*": "multiplication",
    "/": "division",
    "**": "the power",
}


def named(eq: Equation) -> str:
    """What a primitive is called in a sentence."""
    return WORDS.get(eq.entry.infix.strip(), eq.primitive)


def _pairs(values: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """The values two by two."""
    return zip(values[::2], values[1::2], strict=True)


def _sign(ball: Ball) -> int | None:
    """The sign of a ball; None where it is not certain."""
    x = to_arb(ball)
    if x.is_zero():
        return 0
    return None if not x.is_finite() or x.contains(0) else 1 if x > 0 else -1


def midpoint(ball: Ball) -> Fraction | None:
    """The middle of a ball; None for what is not finite, or beyond 2**±65536."""
    if isinstance(ball, fmpq):
        return Fraction(int(ball.p), int(ball.q))
    if not ball.is_finite():
        return None
    middle = Balls().fraction(ball)
    return None if abs(middle) in (BOUND, 1 / BOUND) else middle


def spelled(number: Ball) -> str:
    """A number of any size to two digits.

    >>> spelled(fmpq(-10) ** 401 * 3)
    '-3.0e401'
    """
    x = to_arb(number).mid()
    if not x.is_finite() or x == 0:
        return "0" if x == 0 else "undefined"
    sign, decimal = "-" if x < 0 else "", (abs(x).log() / arb(10).log()).mid()
    floor = decimal.floor().unique_fmpz()
    if floor is None or len(str(floor)) > EXPONENT_FIGURES:
        return f"{sign}10^({spelled(decimal)})"
    exponent = int(floor)
    mantissa = f"{float(arb(10) ** (decimal - exponent)):.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    return f"{sign}{mantissa}e{exponent}"
