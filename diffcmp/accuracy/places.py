"""The worst places of one method along an interval: where it has fewer digits than it should, and
why."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.errors import Errors
from diffcmp.accuracy.question import Question
from diffcmp.accuracy.record import Place
from diffcmp.accuracy.verdict import Answer, expected, verdict
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Estimate
from diffcmp.engines.partials import steps_of
from diffcmp.notes import Remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.record import Kind, Truth

MOST = 8
GAP = (
    1 / 50
)  # of all points: as many good ones do not divide a place, since digits scatter about the threshold

# how a number can be wrong: nan or infinite, finite and wrong, or finite where no derivative exists
Failure: TypeAlias = Literal["loud", "silent", "baseless"]


@dataclass(frozen=True, slots=True)
class Answers:
    """What one method says at all points, beside the truth. An estimate is None where the method
    was not asked."""

    method: Backend
    program: Program
    name: str
    floats: Floats
    points: Sequence[Point]
    truths: Sequence[Truth]
    trues: Sequence[Fraction | None]
    estimates: Sequence[Estimate | None]
    values: Sequence[Any]
    digits: Sequence[float | None]

    def failure(self, i: int, enough: float) -> Failure | None:
        """How the method fails at a point; None where it does not, or where nobody knows."""
        value, digits = self.values[i], self.digits[i]
        if value is None:
            return None
        finite = math.isfinite(value)
        if digits is not None:
            return None if digits >= enough else "silent" if finite else "loud"
        return (
            "baseless"
            if finite and self.truths[i].along[self.name].kind is not Kind.UNDECIDED
            else None
        )


def places(answers: Answers) -> tuple[tuple[Place, ...], int]:
    """The worst eight places from left to right, and how many more there are."""
    enough = expected(answers.method, answers.floats)
    failures = {
        i: f for i in range(len(answers.points)) if (f := answers.failure(i, enough)) is not None
    }
    asked = [i for i, value in enumerate(answers.values) if value is not None]
    runs = list(_runs(asked, failures, 1 + int(len(asked) * GAP)))
    found = sorted((_depth(answers, run), k) for k, run in enumerate(runs))
    kept = sorted(k for _, k in found[:MOST])
    return tuple(_place(answers, runs[k], failures) for k in kept), len(runs) - len(kept)


def _runs(asked: Sequence[int], failing: Collection[int], gap: int) -> Iterator[list[int]]:
    """Failing points that are no more than `gap` of the points asked for apart."""
    run: list[int] = []
    last = 0
    for k, i in enumerate(asked):
        if i in failing:
            if run and k - last > gap:
                yield run
                run = []
            run.append(i)
            last = k
    if run:
        yield run


def _depth(answers: Answers, run: Sequence[int]) -> tuple[float, int]:
    """What the worst places are sorted by: fewest digits, then most points."""
    return min(_scale(answers, i) for i in run), -len(run)


def _scale(answers: Answers, i: int) -> float:
    """The digits; a number where no derivative exists is not as bad as a wrong one."""
    digits = answers.digits[i]
    return math.inf if digits is None else digits


def _place(answers: Answers, run: Sequence[int], failures: dict[int, Failure]) -> Place:
    """One place: its deepest point, and the reasons of each way of failing in it."""
    deepest: dict[Failure, int] = {}
    for how in ("loud", "silent", "baseless"):
        group = [i for i in run if failures[i] == how]
        if group:
            least = min(_scale(answers, i) for i in group)
            tied = [i for i in group if _scale(answers, i) == least]
            deepest[how] = tied[len(tied) // 2]
    at = min(deepest.values(), key=lambda i: _scale(answers, i))
    order = sorted(deepest.values(), key=lambda i: i != at)
    said: dict[object, Remark] = {}
    for i in order:
        for one in _reasons(answers, i):
            said.setdefault(one.note, one)
    return Place(
        run[0], run[-1], at, answers.digits[at], answers.values[at], len(run), tuple(said.values())
    )


def _reasons(answers: Answers, i: int) -> Iterator[Remark]:
    """Why the number at a point is wrong: what the method says of it, and the verdict on a finite
    one."""
    estimate, value = answers.estimates[i], answers.values[i]
    assert estimate is not None
    yield from estimate.remarks
    if math.isfinite(value):
        steps = None if estimate.h is None else steps_of(estimate.h, answers.name, 1)
        program, where = answers.program, answers.points[i]
        question = Question(program, where, (answers.name,), floats=answers.floats)
        errors = Errors(value, answers.trues[i], answers.floats)
        # the verdict looks at f only where the derivative is right
        answer = Answer(answers.method, answers.name, errors, steps, f=0.0)
        said = verdict(question, answers.truths[i], answer)
        if said is not None:
            yield said
