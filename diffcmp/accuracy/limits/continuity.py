"""Whether a function has, at the point itself, the value that it tends to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """f at the point, None where it is undefined or unknown; and for each side whether f certainly
    tends to that value, or certainly does not; None where that is not known."""

    value: Quantity | None = None
    sides: Mapping[Way, bool | None] = field(default_factory=dict)

    @property
    def continuous(self) -> bool | None:
        """Whether f tends to its value from every side on which it is defined."""
        answers = self.sides.values()
        if False in answers:
            return False
        return None if None in answers or not answers else True


def continuity(
    form: Program, place: Coordinate, sides: Mapping[Way, SideLimit], digits: int, budget: Budget
) -> Continuity:
    """Whether a core Program of one variable is continuous at a finite place, from these sides."""
    still = line(form, {form.inputs[0]: place.program}, {})
    there = side_limit(still, Coordinate(Fraction(0)), 1, digits, budget)
    value = there.limit
    beside = {way: side for way, side in sides.items() if side.defined is not False}
    if there.defined is False:
        return Continuity(None, dict.fromkeys(beside, False))
    if value is None or not there.certified:
        return Continuity(value, dict.fromkeys(beside))
    answers = {way: _agrees(form, place, way, beside[way], value, budget) for way in beside}
    return Continuity(value, answers)


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
