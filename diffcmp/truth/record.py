"""What is known about a function at a point: the kind of the point, and certified values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Literal, TypeAlias, TypeVar

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_fraction
from diffcmp.notes import Remark

GUARD_DIGITS = 5
SHOWN = 12  # digits in a debugger and in a sentence
LARGEST = 10_000  # denominator of a fraction in a sentence

Source: TypeAlias = Literal["series", "scales", "symbolic"]
"""How something was found: by series with ball coefficients, by such series over a scale of
growth, or by sympy where balls confirm it."""

Found = TypeVar("Found", bound=Source | None)
WEAKEST_FIRST: tuple[Source | None, ...] = (None, "symbolic", "scales", "series")


def weakest(sources: Iterable[Found]) -> Found:
    """How a whole was found whose parts were found like that, at least one: as the weakest of them;
    None where one of them is undecided."""
    return min(sources, key=WEAKEST_FIRST.index)


class Kind(Enum):
    """The kinds of points, the most singular first, and infinity; `docs/kinds.md` defines each."""

    OUTSIDE = "outside domain"
    POLE = "pole"
    EDGE = "domain edge"
    JUMP = "jump"
    VERTICAL = "vertical tangent"
    KINK = "kink"
    UNDECIDED = "undecided"
    REMOVABLE = "removable"
    SMOOTH = "smooth"
    INFINITY = "at infinity"

    @property
    def differentiable(self) -> bool:
        """Whether f, or its continuous extension, has a derivative at such a point."""
        return self in (Kind.REMOVABLE, Kind.SMOOTH)

    @property
    def singular(self) -> bool:
        """Whether something happens at such a point that f, or its continuous extension, is not
        differentiable."""
        unsingular = Kind.REMOVABLE, Kind.SMOOTH, Kind.UNDECIDED, Kind.INFINITY
        return self not in unsingular

    @property
    def sided(self) -> bool:
        """Whether one-sided derivatives are given at such a point."""
        return self not in (Kind.OUTSIDE, Kind.POLE, Kind.JUMP, Kind.INFINITY)


def most_singular(kinds: Iterable[Kind]) -> Kind:
    """The kind of a point that has these kinds along its coordinates."""
    return min(kinds, key=list(Kind).index)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A real number known exactly or by a ball, or one of ±∞."""

    ball: Ball | None = None
    infinite: Literal[-1, 0, 1] = 0

    def __repr__(self) -> str:
        return f"<Quantity {self.text(SHOWN)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle and copy: flint's own numbers have no such form."""
        return _restored, (_stored(self.ball), self.infinite)

    def text(self, digits: int) -> str:
        """A decimal string of `digits` significant digits; "inf" or "-inf"; exact zero is "0"."""
        if self.infinite:
            return "inf" if self.infinite > 0 else "-inf"
        assert self.ball is not None
        return decimal_string(self.ball, digits)

    @property
    def exact(self) -> Fraction | None:
        """The number, or the midpoint of its ball, as an exact rational; None for ±∞."""
        if self.ball is None:
            return None
        if isinstance(self.ball, fmpq):
            return to_fraction(self.ball)
        return Balls().fraction(self.ball)


def _stored(ball: Ball | None) -> Fraction | tuple[Any, ...] | None:
    """An exact rational, or what flint makes a ball of: the midpoint and the radius, each as m and
    e of m·2ᵉ, or the text of what is not finite. The midpoint stays as it is, whatever the working
    precision; flint may round the last of thirty bits of the radius up."""
    if ball is None or isinstance(ball, fmpq):
        return None if ball is None else to_fraction(ball)
    if not ball.is_finite():
        return (ball.str(),)
    mantissa, exponent = ball.mid().man_exp()
    error, size = ball.rad().man_exp()
    return (int(mantissa), int(exponent)), (int(error), int(size))


def _restored(stored: Fraction | tuple[Any, ...] | None, infinite: Literal[-1, 0, 1]) -> Quantity:
    """The quantity whose ball was `_stored`."""
    if isinstance(stored, Fraction):
        return Quantity(fmpq(stored.numerator, stored.denominator), infinite)
    return Quantity(None if stored is None else arb(*stored), infinite)


def text_of(quantity: Quantity | None, digits: int) -> str | None:
    """The decimal string of a quantity, or None."""
    return None if quantity is None else quantity.text(digits)


def spelled(quantity: Quantity) -> str:
    """A number in a sentence: a short fraction, or its first digits; "∞" or "-∞"."""
    if quantity.infinite:
        return "∞" if quantity.infinite > 0 else "-∞"
    exact = quantity.exact if isinstance(quantity.ball, fmpq) else None
    if exact is not None and exact.denominator < LARGEST:
        return str(exact)
    return quantity.text(SHOWN)


def exact_of(quantity: Quantity | None) -> Fraction | None:
    """The exact rational of a quantity, or None."""
    return None if quantity is None else quantity.exact


def certain(quantity: Quantity | None) -> Fraction:
    """The exact rational of a quantity that is known to be a number."""
    assert quantity is not None
    assert quantity.exact is not None
    return quantity.exact


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
    """The behaviour on one side of the point along one coordinate.

    defined: whether f is defined next to the point on this side. limit: of f, perhaps ±∞. slope:
    the one-sided derivative of f continued by that limit. None where there is no such number, or it
    is not known. oscillation: where there certainly is no limit, or no slope, as f, or its
    difference quotient, keeps oscillating, the least and the greatest value between which it does.
    """

    defined: bool
    limit: Quantity | None = None
    slope: Quantity | None = None
    oscillation: tuple[Quantity, Quantity] | None = None

    @property
    def unbounded(self) -> bool:
        """Whether f certainly exceeds every bound beside the point."""
        if self.limit is not None:
            return self.limit.infinite != 0
        return self.oscillation is not None and any(end.infinite for end in self.oscillation)

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The side as the JSON form has it, its numbers as decimal strings."""
        numbers = {name: text_of(getattr(self, name), digits) for name in ("limit", "slope")}
        ends = None if self.oscillation is None else [end.text(digits) for end in self.oscillation]
        return {"defined": self.defined, **numbers, "oscillation": ends}


@dataclass(frozen=True, slots=True)
class SideLimit:
    """What f does on one side of a point.

    defined: whether f is defined beside the point; None where that is not known. limit: a number or
    ±∞; None where there is none, or it is not known. certified: proven, False where something was
    only assumed. source: how it was found; None where it is undecided. cluster: where there is
    certainly no limit since f keeps oscillating, the least and the greatest value between which it
    does. jumps: whether pieces of f may meet again and again on the way to the point.
    """

    defined: bool | None
    limit: Quantity | None = None
    certified: bool = False
    source: Source | None = None
    cluster: tuple[Quantity, Quantity] | None = None
    remarks: tuple[Remark, ...] = ()
    jumps: bool = False

    @property
    def decided(self) -> bool:
        """Whether it is known what f does: it tends to something, keeps oscillating, or is not
        defined."""
        return self.defined is False or self.limit is not None or self.cluster is not None

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The limit as the JSON form has it, its numbers to `digits` digits."""
        return {
            "defined": self.defined,
            "limit": text_of(self.limit, digits),
            "certified": self.certified,
            "source": self.source,
            "cluster": None if self.cluster is None else [end.text(digits) for end in self.cluster],
            "notes": [remark.to_dict() for remark in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class Asymptote:
    """The line y = slope·x + intercept to which f tends at infinity; horizontal where the slope is
    0."""

    slope: Quantity
    intercept: Quantity

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The line as the JSON form has it."""
        return {"slope": self.slope.text(digits), "intercept": self.intercept.text(digits)}


@dataclass(frozen=True, slots=True)
class Infinity:
    """What is known where one variable tends to ±∞ and the others are held fixed.

    limit, derivative: what f and its derivative by that variable tend to, of the order asked for.
    asymptote: None where there is none, or it is not known.
    """

    variable: str
    limit: SideLimit
    derivative: SideLimit
    asymptote: Asymptote | None = None

    def to_dict(self, digits: int) -> dict[str, Any]:
        """What is known at infinity as the JSON form has it."""
        return {
            "variable": self.variable,
            "limit": self.limit.to_dict(digits),
            "derivative": self.derivative.to_dict(digits),
            "asymptote": None if self.asymptote is None else self.asymptote.to_dict(digits),
        }


@dataclass(frozen=True, slots=True)
class Coordinatewise:
    """What is known along one coordinate: its kind, and the two-sided, left and right derivative
    of one order.

    sides: what f does on the left and on the right of a singular or removable point; None where
    that is not known, where f is smooth, so that both limits are its value, and of a mixed
    derivative.
    """

    kind: Kind
    derivative: Quantity | None = None
    left: Quantity | None = None
    right: Quantity | None = None
    sides: tuple[Side, Side] | None = None

    @property
    def oscillates(self) -> bool:
        """Whether f is of no other kind since it, or its difference quotient, certainly keeps
        oscillating."""
        if self.kind is not Kind.UNDECIDED or self.sides is None:
            return False
        return any(side.oscillation is not None for side in self.sides)


@dataclass(frozen=True, slots=True)
class Truth:
    """The certified value and derivatives of a function at a point.

    kind: of the point for f, the most singular one among the coordinates. value: f there, or its
    limit. along: what is known of each partial derivative, by its name
    (`engines.partials`). digits: how many were asked for; all of them are certain. certified:
    proven in ball arithmetic, False where something was only assumed. source: how it was found;
    None where undecided. order: of the derivatives. infinity: where one coordinate is ±∞, what is
    known there; value and derivative are then limits. limit: whether the value is only a limit,
    because f as typed has none at the point.
    """

    kind: Kind
    value: Quantity | None
    along: dict[str, Coordinatewise]
    digits: int
    certified: bool
    source: Source | None
    remarks: tuple[Remark, ...] = ()
    order: int = 1
    infinity: Infinity | None = None
    limit: bool = False

    def __repr__(self) -> str:
        derivatives = ", ".join(f"{name}: {c.derivative}" for name, c in self.along.items())
        return f"<Truth {self.kind.value}, f = {self.value}, derivatives {derivatives or 'none'}>"

    def derivative(self, name: str) -> Quantity | None:
        """The two-sided derivative of that name, where it exists."""
        return self.along[name].derivative

    def exact(self, name: str) -> Fraction | None:
        """The two-sided derivative of that name as an exact rational, where it exists."""
        return exact_of(self.along[name].derivative)

    def to_dict(self) -> dict[str, Any]:
        """The `truth` object of the JSON form, whose numbers are decimal strings of `digits` digits
        and a few guard digits."""
        digits, along = self.digits + GUARD_DIGITS, self.along.items()
        return {
            "kind": self.kind.value,
            "value": text_of(self.value, digits),
            "derivative": {name: text_of(c.derivative, digits) for name, c in along},
            "left": {name: text_of(c.left, digits) for name, c in along},
            "right": {name: text_of(c.right, digits) for name, c in along},
            "sides": {name: _sides(c.sides, digits) for name, c in along if c.sides is not None},
            "digits": self.digits,
            "certified": self.certified,
            "source": self.source,
            "infinity": None if self.infinity is None else self.infinity.to_dict(digits),
            "notes": [note.to_dict() for note in self.remarks],
        }


def _sides(sides: tuple[Side, Side], digits: int) -> dict[str, Any]:
    left, right = sides
    return {"left": left.to_dict(digits), "right": right.to_dict(digits)}
