"""One method's answer as a row of a comparison: its errors, what it costs, and what is to be said
of it."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from diffcmp.accuracy.judging.errors import Errors, worst
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Row
from diffcmp.accuracy.judging.verdict import Answer, verdict
from diffcmp.arithmetic import floats
from diffcmp.backends.protocol import Backend, Estimate, Prepared
from diffcmp.notes import Remark
from diffcmp.truth.record import Truth

REPEAT_SECONDS = 0.002
REPEATS = 20  # a median of more is hardly better, and a table has a dozen rows that wait for it
ASK = "see `diffcmp explain`: the methods that resolve such points fail here too"
LARGE = 64  # components of which all are looked into
WORST = 3  # of more components the ones that are looked into


def row(method: Backend, question: Question, truth: Truth, estimate: Estimate, f: Any) -> Row:
    """An estimate held against the truth. f: the function's value, where the method gives none."""
    if estimate.value is None:
        estimate = replace(estimate, value=f)
    answers = [Answer.of(method, question, truth, estimate, name) for name in question.names]
    errors = {answer.name: answer.errors for answer in answers}
    verdicts = (verdict(question, truth, answer) for answer in _looked_into(answers))
    remarks = (*estimate.remarks, *(reason for reason in verdicts if reason is not None))
    return measured(method, estimate, errors, remarks)


def _looked_into(answers: list[Answer]) -> list[Answer]:
    """The finite ones of a few answers; of many, those among the ones with the fewest digits."""
    if len(answers) > LARGE:
        answers = sorted(answers, key=lambda answer: answer.errors.digits or 0.0)[:WORST]
    return [answer for answer in answers if finite(answer.value)]


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


def advised(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, with no advice to use a method that fails in the same table."""
    failed = [row.backend for row in rows if not any(map(finite, row.derivative.values()))]
    if not failed:
        return tuple(rows)
    named = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, failed))})(?![\w-])")

    def sound(reason: Remark) -> Remark:
        return replace(reason, counsel=ASK) if named.search(reason.advice) else reason

    return tuple(replace(row, remarks=tuple(map(sound, row.remarks))) for row in rows)
