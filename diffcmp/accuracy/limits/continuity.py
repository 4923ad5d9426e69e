"""Whether a function has, at the point itself, the value that it tends to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from diffcmp.accuracy.limits.question import Question, beside
from diffcmp.accuracy.limits.record import DIRECTIONS, Way
from diffcmp.accuracy.limits.together import equality
from diffcmp.passes.expand import core, line
from diffcmp.truth.record import Quantity, SideLimit


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


def continuity(question: Question, sides: Mapping[Way, SideLimit]) -> Continuity:
    """Whether f is continuous at the place, from these sides; nothing is said of ±∞."""
    if question.place.infinite:
        return Continuity()
    there = question.from_zero(line(core(question.function), question.here, {}))
    defined = beside(sides)
    if there.defined is False:
        return Continuity(None, dict.fromkeys(defined, False))
    value = there.limit
    if value is None or not there.certified:
        return Continuity(value, dict.fromkeys(defined))
    answers = {way: _agrees(question, way, side, value) for way, side in defined.items()}
    return Continuity(value, answers)


def _agrees(question: Question, way: Way, side: SideLimit, value: Quantity) -> bool | None:
    """Whether f certainly tends to its value from one side; None where that is not known."""
    if not side.certified:
        return None
    if side.limit is None:
        return None if side.cluster is None else False
    same = equality(question, (DIRECTIONS[way], side.limit), (0, value))
    return same.equal if same.certified else None
