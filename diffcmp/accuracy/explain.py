"""`explain`: what kind of point it is, what every method makes of it and why, and what to do
instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.explaining.branches import branches
from diffcmp.accuracy.explaining.conditioning import conditioning
from diffcmp.accuracy.explaining.explanation import Conditioning, Explanation, Suggestion
from diffcmp.accuracy.explaining.passages import passages
from diffcmp.accuracy.explaining.suggestions import (
    failing,
    in_need_of_steps,
    instead,
    listed,
    methods,
    rewrites,
    step_size,
)
from diffcmp.accuracy.judging.question import Progress, Question, format_named, silent
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.accuracy.sweep import step_sizes, stepped_methods, swept
from diffcmp.backends.registry import backend
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.notes import Note, remark
from diffcmp.point.point import Point, function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.anatomy import Anatomy, anatomy, leading_terms

LEAST_TIME = 0.1  # seconds for the truth of a sweep
STEPS = step_sizes(1e-20, 1.0, 4)


@checked
@within_timeout
def explain(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    digits: int = 30,
    timeout: float = 10.0,
    progress: Progress = silent,
) -> Explanation:
    """Why every backend does what it does at one point, or what f does at infinity, where none is
    run. Parameters as in `compare`.

    Raises
    ------
    InputError: for an expression, point, name or dtype that makes no sense.

    >>> explanation = explain("log(1+exp(x))", 800, backends=["dual"])
    >>> explanation.suggestions[0].text
    'softplus(x)'
    """
    deadline = Deadline.for_waiting(timeout)
    comparison = compare(
        expr,
        at,
        wrt=wrt,
        backends=backends,
        dtype=dtype,
        digits=digits,
        timeout=timeout,
        progress=progress,
    )
    program, where = function_at(expr, at, infinity=True)
    truth, names = comparison.truth, comparison.wrt
    if truth.infinity is not None:
        progress("sub-expressions")
        return at_infinity(program, where, comparison)
    question = Question(program, where, names, 1, format_named(dtype), digits)
    progress("sub-expressions")
    seen = tuple(anatomy(program, where, name, truth) for name in names)
    conditions = {name: _conditioning(question, comparison, name) for name in names}
    choices = tuple(branches(question, truth))
    progress("other ways")
    found = tuple(passages(question, comparison))
    others = [*rewrites(question, truth), *methods(comparison)]
    steps = list(_steps(question, comparison, max(deadline.left(), LEAST_TIME)))
    best = instead(question, comparison, [*others, *steps])
    wrong = [row.backend for row in comparison.rows if failing(row, comparison)]
    return Explanation(
        comparison=comparison,
        anatomy=seen,
        conditioning=conditions,
        branches=choices,
        passages=found,
        instead=best,
        suggestions=tuple(listed(others, steps)),
        unhelped=tuple(name for name in wrong if name not in best),
    )


def at_infinity(program: Program, where: Point, comparison: Comparison) -> Explanation:
    """What there is to explain where no method is run: how the limits were found, and the leading
    terms of the parts of f."""
    known, digits = comparison.truth.infinity, comparison.truth.digits
    assert known is not None
    name, limit = known.variable, known.limit.limit
    above = where.coordinates[name].infinite > 0
    way = Note.FOUND_BY_SERIES_FAR if known.limit.source == "series" else Note.FOUND_BY_SCALES
    seen = Anatomy(
        name=name,
        left_limit=limit if above else None,
        right_limit=None if above else limit,
        terms=leading_terms(program, where, name, digits),
        steps=(remark(way, name=name),) if known.limit.decided else (),
    )
    return Explanation(
        comparison=comparison,
        anatomy=(seen,),
        conditioning={},
        branches=(),
        passages=(),
        instead={},
        suggestions=(),
    )


def _conditioning(question: Question, comparison: Comparison, name: str) -> Conditioning:
    """Where the digits go along one variable; nothing is lossless beside an automatic method that
    fails."""
    found = conditioning(question, comparison.truth, name)
    floats = question.floats
    fails = []
    for row in comparison.rows:
        method, digits = backend(row.backend), row.digits.get(name)
        due = method.expected_digits(floats)
        fails.append(method.automatic and digits is not None and digits < due)
    return replace(found, lossless=found.lossless and not any(fails))


def _steps(question: Question, comparison: Comparison, timeout: float) -> Iterator[Suggestion]:
    """For every method with a step that is wrong here, a step that wins digits, if there is one."""
    deadline = Deadline.for_waiting(timeout)
    for name, rows in in_need_of_steps(comparison).items():
        along = replace(question, names=(name,), deadline=deadline)
        stepped = stepped_methods([row.backend for row in rows])
        for row, series in zip(rows, swept(along, stepped, STEPS).series, strict=True):
            suggestion = step_size(question, comparison.truth, row, series)
            if suggestion is not None:
                yield suggestion
