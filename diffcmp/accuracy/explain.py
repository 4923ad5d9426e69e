"""`explain`: what kind of point it is, what every method makes of it and why, and what to do
instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.explaining.branches import branches
from diffcmp.accuracy.explaining.conditioning import conditioning
from diffcmp.accuracy.explaining.explanation import Explanation, Suggestion
from diffcmp.accuracy.explaining.passages import passages
from diffcmp.accuracy.explaining.suggestions import (
    in_need_of_steps,
    instead,
    methods,
    rewrites,
    step_size,
)
from diffcmp.accuracy.judging.question import Progress, Question, format_named, silent
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.accuracy.sweep import sweep
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.point.point import function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.anatomy import anatomy

LEAST_TIME = 0.1  # seconds for the truth of a sweep


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
    """Why every backend does what it does at one point. Parameters as in `compare`.

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
    program, where = function_at(expr, at)
    truth, names = comparison.truth, comparison.wrt
    question = Question(program, where, names, 1, format_named(dtype), digits)
    progress("sub-expressions")
    seen = tuple(anatomy(program, where, name, truth) for name in names)
    conditions = {name: conditioning(question, truth, name) for name in names}
    choices = tuple(branches(question, truth))
    progress("other ways")
    found = tuple(passages(question, comparison))
    others = [*rewrites(question, truth), *methods(comparison)]
    steps = _steps(question, comparison, max(deadline.left(), LEAST_TIME))
    best = instead(comparison, [*others, *steps])
    return Explanation(comparison, seen, conditions, choices, found, best, tuple(others))


def _steps(question: Question, comparison: Comparison, timeout: float) -> Iterator[Suggestion]:
    """For every method with a step that is wrong here, the best step size, where it wins digits."""
    at, dtype = question.where.texts(), comparison.dtype
    for name, rows in in_need_of_steps(comparison).items():
        names = [row.backend for row in rows]
        swept = sweep(question.program, at, wrt=name, backends=names, dtype=dtype, timeout=timeout)
        tried = map(step_size, rows, repeat(name), swept.series)
        yield from (suggestion for suggestion in tried if suggestion is not None)
