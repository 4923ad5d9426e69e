"""One method's answer as a row of a comparison: its errors, what it costs, and what is to be said
of it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from diffcmp.accuracy.judging.errors import Errors, worst
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Row
from diffcmp.accuracy.verdicts.verdict import Answer, verdict
from diffcmp.arithmetic import floats
from diffcmp.backends.protocol import Backend, Estimate, Prepared
from diffcmp.notes import Note, Remark, remark
from diffcmp.truth.record import Truth

REPEAT_SECONDS = 0.002
REPEATS = 20  # a median of more is hardly better, and a table has a dozen rows that wait for it
WORTH = 1.0  # digits that a method must have more to be recommended
WITHOUT_DERIVATIVE = {
    Note.JUMP,
    Note.POLE,
    Note.VERTICAL_TANGENT,
    Note.KINK_OF_VALUE,
    Note.INFINITE_CURVATURE,
    Note.NO_LIMIT,
}
LARGE = 64  # components of which all are looked into
WORST = 3  # of more components the ones that are looked into


def row(method: Backend, question: Question, truth: Truth, estimate: Estimate, f: Any) -> Row:
    """An estimate held against the truth. f: the function's value, where the method gives none."""
    if estimate.value is None:
        estimate = replace(estimate, value=f)
    answers = [Answer.of(method, question, truth, estimate, name) for name in question.names]
    errors = {answer.name: answer.errors for answer in answers}
    remarks = _uncontradicted(method, question, truth, estimate.remarks)
    explained = any(reason.cause is not None for reason in remarks)  # what is not finite
    for one in _looked_into(answers):
        if not explained or finite(one.value):
            said = {reason.note for reason in estimate.remarks}
            remarks += (one for one in verdict(question, truth, one) if one.note not in said)
    if not remarks and any(one.value is not None and not finite(one.value) for one in answers):
        remarks = [remark(Note.NOT_FINITE)]
    return measured(method, estimate, errors, remarks)


def unasked(method: Backend, question: Question) -> Row:
    """The row of a method at infinity, where there is no point to run it at."""
    nothing = dict.fromkeys(question.names)
    return Row(
        backend=method.name,
        value=None,
        derivative=dict(nothing),
        h=None,
        rule="",
        abs_error=dict(nothing),
        rel_error=dict(nothing),
        digits=dict(nothing),
        ulps=dict(nothing),
        evaluations=0,
        seconds=None,
        remarks=(remark(Note.AT_INFINITY),),
    )


def _uncontradicted(
    method: Backend, question: Question, truth: Truth, remarks: Sequence[Remark]
) -> list[Remark]:
    """The remarks of a method on its own answer. Where all derivatives exist, what it says of a
    point without one is about the point that the format holds, or false."""
    if any(truth.exact(name) is None for name in question.names):
        return list(remarks)
    kept = [one for one in remarks if one.note not in WITHOUT_DERIVATIVE]
    if len(kept) < len(remarks) and not (question.is_exact or method.waits):
        kept.append(remark(Note.POINT_ROUNDED))
    return kept


def _looked_into(answers: list[Answer]) -> list[Answer]:
    """A few answers; of many, those with the fewest digits."""
    if len(answers) > LARGE:
        answers = sorted(answers, key=lambda answer: answer.errors.digits or 0.0)[:WORST]
    return answers


def finite(value: Any) -> bool:
    """Whether a method has a finite number to give."""
    return value is not None and floats.finite(value)


def measured(
    method: Backend, estimate: Estimate, errors: dict[str, Errors], remarks: Iterable[Remark]
) -> Row:
    """An estimate as a row, by the errors of what it gives, and the remarks, each once."""
    farthest, norm_error = worst(errors)
    h, expression = estimate.h, estimate.expression
    return Row(
        backend=method.name,
        value=estimate.value,
        derivative=dict(estimate.derivative),
        h=None if h is None else dict(h),
        rule=method.rule,
        abs_error={name: one.absolute for name, one in errors.items()},
        rel_error={name: one.relative for name, one in errors.items()},
        digits={name: one.digits for name, one in errors.items()},
        ulps={name: one.ulps for name, one in errors.items()},
        evaluations=estimate.evaluations,
        seconds=estimate.seconds,
        remarks=tuple(dict.fromkeys(remarks)),
        expression=None if expression is None else dict(expression),
        worst=farthest,
        norm_error=norm_error,
    )


def timed(ready: Prepared, question: Question, estimate: Estimate) -> Estimate:
    """The estimate with the seconds of one call of the computation alone: the median of a few
    repeats, within a few milliseconds."""
    work = None if estimate.seconds is None else ready.work(question.where)
    if work is None:
        return estimate
    seconds: list[float] = []
    with question.floats.quiet():
        end = time.perf_counter() + REPEAT_SECONDS
        while not seconds or (len(seconds) < REPEATS and time.perf_counter() < end):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return replace(estimate, seconds=statistics.median(seconds))


def advised(rows: Sequence[Row], full: float) -> tuple[Row, ...]:
    """The rows, whose notes name the methods that do better in this very table. full: the digits of
    the format."""
    digits = {
        row.backend: known_digits(row.derivative.values(), row.digits.values()) for row in rows
    }
    return tuple(
        replace(row, remarks=tuple(counsel(one, row.backend, digits, full) for one in row.remarks))
        for row in rows
    )


def counsel(
    reason: Remark, backend: str, digits: Mapping[str, float | None], full: float = math.inf
) -> Remark:
    """A note about a backend with its own methods that have at least `WORTH` digits more in a
    table, else the best of all if it has; each with its digits there.

    digits: by backend, None where nothing is known to compare with. full: the digits of the format;
    beside all of them nothing is better, and the note is about a derivative that nobody knows.
    """
    if not reason.note.methods:
        return reason
    own = digits[backend]
    if own is None or own > full - WORTH:
        return replace(reason, better=(), comparable=False)
    wins = {name: d for name, d in digits.items() if d is not None and d >= own + WORTH}
    named = [name for name in reason.note.methods if name in wins]
    if not named and wins:
        named = [max(wins, key=lambda name: wins[name])]
    return replace(reason, better=tuple((name, wins[name]) for name in named))


def known_digits(values: Iterable[Any], digits: Iterable[float | None]) -> float | None:
    """The correct digits of the worst derivative whose true value is known; None where none is, or
    where a method has nothing to say of one."""
    if any(value is None for value in values):
        return None
    return min((d for d in digits if d is not None), default=None)


def least_digits(row: Row) -> float | None:
    """The correct digits of the worst derivative; None where one has no true value."""
    known = [digits for digits in row.digits.values() if digits is not None]
    return min(known, default=None) if len(known) == len(row.digits) else None
