"""Backends against the truth at one point: errors, digits, cost, and a note on every number that is
wrong without saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcmp.accuracy.judging.errors import full_digits
from diffcmp.accuracy.judging.question import Progress, Question, format_named, silent
from diffcmp.accuracy.judging.record import Comparison, Row
from diffcmp.accuracy.verdicts import directional
from diffcmp.accuracy.verdicts.rows import LARGE, advised, row, timed, unasked
from diffcmp.backends.protocol import Backend
from diffcmp.backends.registry import chosen
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.point.point import located
from diffcmp.point.values import Values
from diffcmp.program.checks import number_valued
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.infinity import partials_at
from diffcmp.truth.record import Truth


@checked
@within_timeout
def compare(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    h: float | None = None,
    digits: int = 30,
    timeout: float = 10.0,
    order: int = 1,
    full: bool = False,
    progress: Progress = silent,
) -> Comparison:
    """Every backend at one point, held against the certified derivative.

    Parameters
    ----------
    expr: an expression, or a Program. at: a mapping from names, or a bare value for a function of
        one variable; a value is a float (its exact binary value), a string (an exact decimal or a
        constant expression), an int, Fraction or Decimal. One of the values may be infinite: the
        truth is then what f and its derivative tend to, and no method is run.
    wrt: the variables to differentiate with respect to; all by default. Where `order` is 2, `x` is
        ∂²f/∂x² and `x:y` the mixed ∂²f/∂x∂y. backends: names; all for that order by default.
    dtype: float16, float32, float64 or longdouble. h: the step size of the methods that have one;
        by their rule by default.
    digits: of the truth. timeout: seconds for all of it; four fifths of them may be spent on
        waiting for sympy. full: compare every component of a gradient of more than 64 by every
        backend; else all but the tape are compared along random directions, in float64. progress:
        is told what is being done.

    Raises
    ------
    InputError: for an expression, point, name, order, dtype or step that makes no sense.

    >>> comparison = compare("(t**2-4)/(t-2)", "2", backends=["dual"])
    >>> comparison.truth.kind.value, comparison.rows[0].derivative["t"]
    ('removable', nan)
    """
    problem = located(expr, at, infinity=True)
    number_valued(problem.program)
    question = Question(
        program=problem.scalar,
        where=problem.at,
        names=partials_at(problem.scalar, problem.at, wrt, order),
        order=order,
        floats=format_named(dtype),
        digits=digits,
        h=h,
        deadline=Deadline.for_waiting(timeout),
        progress=progress,
    )
    methods = question.configured(chosen(backends, order))
    if question.where.infinite is not None:
        truth, rows = question.truth(), tuple(unasked(method, question) for method in methods)
    elif len(question.names) > LARGE and order == 1 and dtype == "float64" and not full:
        truth, rows = directional.answers(problem, question, methods)
    else:
        truth, rows = answers(question, methods)
    coordinates = question.where.coordinates if problem.shapes else {}
    return Comparison(
        program=question.program,
        wrt=question.names,
        at=question.where.texts(),
        dtype=dtype,
        kernel=question.floats.kernel,
        truth=truth,
        rows=rows,
        shapes=problem.shapes,
        elements={name: coordinate.text for name, coordinate in coordinates.items()},
    )


def answers(question: Question, methods: Sequence[Backend]) -> tuple[Truth, tuple[Row, ...]]:
    """The truth, and every method's answer held against it."""
    prepared = [question.prepared(method) for method in methods]
    pending = [ready.start(question.where) for ready in prepared]
    question.progress("certified derivative")
    truth, f = question.truth(), question.value()
    rows = []
    for method, ready, answer in zip(methods, prepared, pending, strict=True):
        question.progress(method.name)
        rows.append(row(method, question, truth, timed(ready, question, answer()), f))
    return truth, advised(rows, full_digits(question.floats))
