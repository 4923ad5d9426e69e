"""The worst places of one method along an interval: where it has fewer digits than it should, and
why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Place
from diffcmp.accuracy.verdicts.verdict import Answer, verdict
from diffcmp.arithmetic.floats import finite
from diffcmp.backends.protocol import Backend, Estimate
from diffcmp.notes import Note, Remark
from diffcmp.truth.record import Kind, Truth

MOST = 8
GAP = 1 / 50  # of all points: that many good ones divide a place, as digits scatter

# how a number can be wrong: nan or infinite, finite and wrong, or finite where no derivative exists
Failure: TypeAlias = Literal["loud", "silent", "baseless"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a method says at one point, beside the truth. digits: the correct ones, None where there
    is no number or no derivative. failure: how the number is wrong; None where it is not, or where
    nobody knows."""

    question: Question
    truth: Truth
    answer: Answer
    remarks: tuple[Remark, ...]
    digits: float | None
    failure: Failure | None

    @property
    def value(self) -> Any:
        """The derivative that the method gives."""
        return self.answer.value

    @property
    def depth(self) -> float:
        """The digits; a number where no derivative exists is not as bad as a wrong one."""
        return math.inf if self.digits is None else self.digits

    def reasons(self) -> Iterator[Remark]:
        """Why the number is wrong: what the method says of it, and the verdict."""
        yield from self.remarks
        yield from verdict(self.question, self.truth, self.answer)


def reply(method: Backend, question: Question, truth: Truth, estimate: Estimate) -> Reply:
    """An estimate of the derivative by one variable, held against the truth."""
    (name,) = question.names
    answer = Answer.of(method, question, truth, estimate, name)
    digits = answer.errors.digits
    failure = _failure(answer, digits, truth.along[name].kind)
    return Reply(question, truth, answer, estimate.remarks, digits, failure)


def _failure(answer: Answer, digits: float | None, kind: Kind) -> Failure | None:
    if answer.value is None:
        return None
    is_finite = finite(answer.value)
    if digits is None:
        return "baseless" if is_finite and kind is not Kind.UNDECIDED else None
    if digits >= answer.method.expected_digits(answer.errors.floats):
        return None
    return "silent" if is_finite else "loud"


def places(replies: Sequence[Reply | None]) -> tuple[tuple[Place, ...], int]:
    """The worst eight places from left to right, and how many more; None: was not asked."""
    asked = {i: r for i, r in enumerate(replies) if r is not None and r.value is not None}
    failing = {i: r for i, r in asked.items() if r.failure is not None}
    runs = list(_runs(list(asked), failing))
    worst = sorted(runs, key=lambda run: (min(failing[i].depth for i in run), -len(run)))[:MOST]
    return tuple(_place(run, failing) for run in sorted(worst)), len(runs) - len(worst)


def _runs(asked: Sequence[int], failing: Mapping[int, Reply]) -> Iterator[list[int]]:
    """Failing points with few good ones between them."""
    gap = 1 + int(len(asked) * GAP)
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


def _place(run: Sequence[int], failing: Mapping[int, Reply]) -> Place:
    """One place: its deepest point, and the reasons of each way of failing in it."""
    deepest = []
    for how in ("loud", "silent", "baseless"):
        group = [i for i in run if failing[i].failure == how]
        least = min((failing[i].depth for i in group), default=None)
        tied = [i for i in group if failing[i].depth == least]
        deepest += tied[len(tied) // 2 :][:1]  # the middle one
    at = min(deepest, key=lambda i: failing[i].depth)
    remarks: dict[Note, Remark] = {}
    for i in sorted(deepest, key=lambda i: i != at):
        for reason in failing[i].reasons():
            remarks.setdefault(reason.note, reason)
    return Place(
        first=run[0],
        last=run[-1],
        at=at,
        digits=failing[at].digits,
        derivative=failing[at].value,
        points=len(run),
        remarks=tuple(remarks.values()),
    )
