"""The result of `limit`: a `Limit` and its parts. Plain fields, nothing computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.judging.record import SCHEMA
from diffcmp.accuracy.limits.lines import Paper
from diffcmp.notes import Remark
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.leading import Leading
from diffcmp.truth.record import GUARD_DIGITS, Asymptote, Kind, Quantity, SideLimit, text_of

Way: TypeAlias = Literal["left", "right"]

DIRECTIONS: dict[Way, int] = {"left": -1, "right": 1}


@dataclass(frozen=True, slots=True)
class Approach:
    """What happens on one side of the point.

    value, derivative: what f and its derivative tend to. slope: the one-sided derivative at the
    point of f continued by its limit; None where there is none, or it is not known. quotient: where
    there certainly is none since the difference quotient keeps oscillating, the least and the
    greatest value between which it does. continuous: whether f tends to its value; None where that
    is not known, or f is not defined on that side. At ±∞ all three are None.
    """

    value: SideLimit
    derivative: SideLimit
    slope: Quantity | None = None
    quotient: tuple[Quantity, Quantity] | None = None
    continuous: bool | None = None

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The side as the JSON form has it, its numbers to `digits` digits."""
        return {
            **self.value.to_dict(digits),
            "continuous": self.continuous,
            "slope": text_of(self.slope, digits),
            "quotient": self.quotient and [end.text(digits) for end in self.quotient],
            "derivative": self.derivative.to_dict(digits),
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of f where one variable tends to a point, or to ±∞, and the others are held fixed.

    variable: the one that tends to `place`. at: what the user called the values of all. sides: what
    happens on each side that was asked for; at ∞ that is the left one, at -∞ the right one. exists:
    whether there is a limit, a number or ±∞, on all of these sides on which f is defined; None
    where that is not known. limit: that one. certified: whether `exists` and `limit` are proven.
    kind: of the point for f along that variable. value: f at the point itself, None where it is
    undefined. continuous: whether that is certainly the limit, or certainly not; None where it is
    not known, and at ±∞. derivative: at the point, of f or of its continuous extension; None where
    there is none, or it is not known. asymptote: the line that f tends to at ±∞. leading: the
    leading terms of the sub-expressions that vanish or blow up. papers: the limit as a student
    would write it, and what sympy says, from the sides on which f is defined, or from one of them
    where both have one limit; none where that was not asked for. remarks: what has to be said of
    the whole.
    """

    program: Program
    variable: str
    place: Coordinate
    at: dict[str, str]
    sides: Mapping[Way, Approach]
    exists: bool | None
    limit: Quantity | None
    certified: bool
    kind: Kind
    value: Quantity | None
    continuous: bool | None
    derivative: Quantity | None
    asymptote: Asymptote | None
    leading: tuple[Leading, ...]
    papers: Mapping[Way, Paper]
    digits: int
    remarks: tuple[Remark, ...] = ()

    def __repr__(self) -> str:
        tends = f"{self.variable} → {self.place.text}"
        return f"<Limit of {self.program.text!r} for {tends}: {self.limit}>"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp limit`, described by `docs/schema.json`."""
        digits = self.digits + GUARD_DIGITS
        return {
            "schema": SCHEMA,
            "expression": self.program.text,
            "variable": self.variable,
            "at": self.at,
            "limit": text_of(self.limit, digits),
            "exists": self.exists,
            "certified": self.certified,
            "digits": self.digits,
            "sides": {way: side.to_dict(digits) for way, side in self.sides.items()},
            "kind": self.kind.value,
            "value": text_of(self.value, digits),
            "continuous": self.continuous,
            "derivative": text_of(self.derivative, digits),
            "asymptote": None if self.asymptote is None else self.asymptote.to_dict(digits),
            "leading": [leading.to_dict(digits) for leading in self.leading],
            "papers": {way: paper.to_dict() for way, paper in self.papers.items()},
            "notes": [remark.to_dict() for remark in self.remarks],
        }
