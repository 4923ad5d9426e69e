"""What is known about a function at a point: the kind of the point, and certified values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Any, Literal

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_fraction
from diffcmp.notes import Remark

GUARD_DIGITS = 5


class Kind(Enum):
    """The kinds of points, in the order in which they are tried; `docs/kinds.md` defines each."""

    OUTSIDE = "outside domain"
    POLE = "pole"
    EDGE = "domain edge"
    JUMP = "jump"
    VERTICAL = "vertical tangent"
    KINK = "kink"
    UNDECIDED = "undecided"
    REMOVABLE = "removable"
    SMOOTH = "smooth"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A real number known exactly or by a ball, or one of ±∞."""

    ball: Ball | None = None
    infinite: Literal[-1, 0, 1] = 0

    def text(self, digits: int) -> str:
        """A decimal string of `digits` significant digits; "inf" or "-inf"; exact zero is "0"."""
        if self.infinite:
            return "inf" if self.infinite > 0 else "-inf"
        assert self.ball is not None
        return decimal_string(self.ball, digits)

    @property
    def exact(self) -> Fraction | None:
        """The midpoint as an exact rational (the number itself where it is known exactly); None for
        ±∞."""
        if self.ball is None:
            return None
        return (
            to_fraction(self.ball) if isinstance(self.ball, fmpq) else Balls().fraction(self.ball)
        )


def decimal_string(x: Ball, digits: int) -> str:
    """`x` rounded to `digits` significant digits."""
    if isinstance(x, fmpq) and x == 0:
        return "0"
    if isinstance(x, arb):
        return str(x.mid().str(digits, radius=False))
    with Balls(max(64, int(3.33 * digits) + 32)).working():
        return str(arb(x).str(digits, radius=False))


@dataclass(frozen=True, slots=True)
class Side:
    """The behaviour on one side of the point along one coordinate; a field is None where there is
    no such number.

    defined: whether f is defined next to the point on this side; None where that could not be found
        out.
    """

    defined: bool | None
    limit: Quantity | None = None
    slope: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Coordinatewise:
    """What is known along one coordinate: kind, derivative (two-sided), left and right derivative;
    all of one order."""

    kind: Kind
    derivative: Quantity | None = None
    left: Quantity | None = None
    right: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """The certified value and derivatives of a function at a point.

    kind: of the whole point for f, the most singular one among the coordinates. value: f there, or
        its limit where f is
    removable. along: what is known of each partial derivative, by its name (`engines.partials`).
    digits: how many were asked for, all of which are certain.
    certified: proven in ball arithmetic; False where something was only taken. source: "series"
    (balls and series with ball coefficients), "symbolic" (limits by sympy, confirmed numerically),
    None where undecided. order: of the derivatives.
    """

    kind: Kind
    value: Quantity | None
    along: dict[str, Coordinatewise]
    digits: int
    certified: bool
    source: Literal["series", "symbolic"] | None
    remarks: tuple[Remark, ...] = field(default=())
    order: int = 1

    def derivative(self, name: str) -> Quantity | None:
        """The two-sided derivative of that name, where it exists."""
        return self.along[name].derivative

    def to_dict(self) -> dict[str, Any]:
        """The `truth` object of the JSON form; numbers as decimal strings of `digits` digits and a
        few guard digits."""
        digits = self.digits + GUARD_DIGITS

        def text(quantity: Quantity | None) -> str | None:
            return None if quantity is None else quantity.text(digits)

        return {
            "kind": self.kind.value,
            "value": text(self.value),
            "derivative": {n: text(c.derivative) for n, c in self.along.items()},
            "left": {n: text(c.left) for n, c in self.along.items()},
            "right": {n: text(c.right) for n, c in self.along.items()},
            "digits": self.digits,
            "certified": self.certified,
            "source": self.source,
            "notes": [str(remark) for remark in self.remarks],
        }
