"""`explain`: what kind of point it is, what every method makes of it and why, and what to do
instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from diffcmp.accuracy.branches import branches
from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.conditioning import conditioning
from diffcmp.accuracy.explanation import Explanation
from diffcmp.accuracy.suggestions import Setting, instead, methods, rewrites, step_sizes
from diffcmp.arithmetic.floats import Floats
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
    progress: Callable[[str], None] = lambda stage: None,
) -> Explanation:
    """Why every backend does what it does at one point. Parameters as in `compare`.

    Raises
    ------
    InputError: for an expression, point, name or dtype that makes no sense.

    >>> explanation = explain("log(1+exp(x))", 800, backends=["dual"])
    >>> explanation.suggestions[0].text
    'softplus(x)'
    """
    program, where = function_at(expr, at)
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
    floats, known = Floats(dtype), comparison.truth
    setting = Setting(program, where, comparison.wrt, known, floats)
    progress("sub-expressions")
    seen = tuple(anatomy(program, where, name, known) for name in comparison.wrt)
    conditions = {
        name: conditioning(program, where, name, known, floats) for name in comparison.wrt
    }
    found = tuple(branches(program, where, comparison.wrt, known, floats))
    progress("other ways")
    others = [*rewrites(setting), *methods(comparison)]
    tried = [*others, *step_sizes(setting, comparison, max(deadline.left(), LEAST_TIME))]
    return Explanation(
        comparison, seen, conditions, found, instead(comparison, tried), tuple(others)
    )
