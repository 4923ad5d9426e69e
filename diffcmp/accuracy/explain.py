"""`explain`: what kind of point it is, what every method makes of it and why, and what to do
instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcmp.accuracy.branches import branches
from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.conditioning import conditioning
from diffcmp.accuracy.explanation import Explanation
from diffcmp.accuracy.question import Progress, Question, format_named, silent
from diffcmp.accuracy.suggestions import instead, methods, rewrites, step_sizes
from diffcmp.deadline import Deadline
from diffcmp.point.point import function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.truth.anatomy import anatomy

LEAST_TIME = 0.1  # seconds for the truth of a sweep


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
    others = [*rewrites(question, truth), *methods(comparison)]
    steps = step_sizes(question, comparison, max(deadline.left(), LEAST_TIME))
    best = instead(comparison, [*others, *steps])
    return Explanation(comparison, seen, conditions, choices, best, tuple(others))
