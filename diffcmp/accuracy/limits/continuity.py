"""Whether a function has, at the point itself, the value that it tends to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from diffcmp.accuracy.limits.record import DIRECTIONS, Way
from diffcmp.accuracy.limits.together import equality
from diffcmp.passes.expand import line
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import SideLimit, side_limit
from diffcmp.truth.record import Quantity


@dataclass(frozen=True, slots=True)
class Continuity:
    """f at the point, None where it is undefined or unknown, and whether that is the limit from
    every side on which f is defined; None where that is not known."""

    value: Quantity | None = None
    continuous: bool | None = None


def continuity(
    form: Program, place: Coordinate, sides: Mapping[Way, SideLimit], digits: int, budget: Budget
) -> Continuity:
    """Whether a core Program of one variable is continuous at a finite place, from these sides."""
    still = line(form, {form.inputs[0]: place.program}, {})
    there = side_limit(still, Coordinate(Fraction(0)), 1, digits, budget)
    if there.defined is False:
        return Continuity(None, False)
    value = there.limit
    beside = {way: side for way, side in sides.items() if side.defined is not False}
    if value is None or not there.certified or not beside:
        return Continuity(value)
    answers = [_agrees(form, place, way, side, value, budget) for way, side in beside.items()]
    if False in answers:
        return Continuity(value, False)
    return Continuity(value, None if None in answers else True)


def _agrees(
    form: Program, place: Coordinate, way: Way, side: SideLimit, value: Quantity, budget: Budget
) -> bool | None:
    """Whether f certainly tends to its value from one side; None where that is not known."""
    if not side.certified:
        return None
    if side.limit is None:
        return None if side.cluster is None else False
    same = equality(form, place, (DIRECTIONS[way], side.limit), (0, value), budget)
    return same.equal if same.certified else None
