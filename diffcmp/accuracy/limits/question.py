"""What is asked of a limit: the function of one variable, where that tends to, and from which
sides; and what the function and its derivative do on these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from diffcmp.accuracy.limits.record import DIRECTIONS, Approach, Way
from diffcmp.engines.derived import only, tangent
from diffcmp.errors import Fault, InputError
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate
from diffcmp.point.point import Point
from diffcmp.program.checks import chosen
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import of_derivative, side_limit
from diffcmp.truth.record import SideLimit

ORIGIN = Coordinate(Fraction(0))


@dataclass(frozen=True, slots=True)
class Question:
    """A limit that is asked for.

    function: of one variable, the others being constants in it. place: where the variable tends to.
    ways: from which sides. digits: of the numbers. budget: what sympy may spend on proofs.
    """

    function: Program
    place: Coordinate
    ways: tuple[Way, ...]
    digits: int
    budget: Budget

    @property
    def name(self) -> str:
        """The variable."""
        return self.function.inputs[0]

    @property
    def here(self) -> dict[str, Program]:
        """The place, by the name of the variable."""
        return {self.name: self.place.program}

    def approaches(self) -> dict[Way, Approach]:
        """f and its derivative on each side."""
        f = core(self.function)
        derivative = core(only(tangent(self.function, self.name), 1))
        sides: dict[Way, Approach] = {}
        for way in self.ways:
            value = self.side(f, way)
            slope = of_derivative(value, partial(self.side, derivative, way))
            sides[way] = Approach(value, slope)
        return sides

    def side(self, program: Program, way: Way) -> SideLimit:
        """What a core Program of the variable does on one side of the place."""
        return side_limit(program, self.place, DIRECTIONS[way], self.digits, self.budget)

    def from_zero(self, program: Program, digits: int | None = None) -> SideLimit:
        """What a core Program of another variable does as that falls to 0."""
        return side_limit(program, ORIGIN, 1, digits or self.digits, self.budget)


def beside(sides: Mapping[Way, SideLimit]) -> dict[Way, SideLimit]:
    """Those on which f is defined, or may be."""
    return {way: side for way, side in sides.items() if side.defined is not False}


def tending(program: Program, where: Point, wrt: str | None) -> str:
    """The variable that tends to its value: the one asked for, the one at infinity, or the only
    one.

    Raises
    ------
    InputError: where several may be meant, or another one is infinite.
    """
    names = chosen(program.inputs, None if wrt is None else [wrt])
    if wrt is None and where.infinite is not None:
        return where.infinite
    if len(names) > 1:
        raise InputError(Fault.WRT_NEEDED, names=", ".join(names))
    if where.infinite not in (None, names[0]):
        infinite = where.coordinates[where.infinite].text
        raise InputError(Fault.POINT_NOT_FINITE, piece=f"{where.infinite} = {infinite}")
    return names[0]


def sides_of(place: Coordinate, side: str | None) -> tuple[Way, ...]:
    """The sides to look at: at infinity there is one only.

    Raises
    ------
    InputError: for what is no side, or not one of the place.
    """
    if side not in (None, *DIRECTIONS):
        raise InputError(Fault.SIDE, given=side)
    ways: tuple[Way, ...] = ("left", "right")
    if place.infinite:
        ways = ("left",) if place.infinite > 0 else ("right",)
    if side is not None and side not in ways:
        raise InputError(Fault.SIDE_OF_INFINITY, given=side, at=place.text)
    return tuple(way for way in ways if side in (None, way))
