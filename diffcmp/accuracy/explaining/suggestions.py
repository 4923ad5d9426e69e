"""What to do instead: other forms of the expression, other methods, other step sizes; each tried
before it is offered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from diffcmp.accuracy.explaining.explanation import Gain, Suggestion
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Comparison, Row, Series
from diffcmp.algebra.rewrite import rewritings
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.registry import backend
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.record import Truth, exact_of

MOST = 2  # rewritings that are offered
WORTH = 1.0  # digits that a suggestion must win
MEASURE = "dual"  # by which forms of an expression are compared
BITS = 256
APART = [Fraction(n, d) for d in (7, 1000, 10**6) for n in (1, -2, 3)]  # of the size of x
LEAST_TRIED = 3  # places at which both forms must be defined, and agree


def rewrites(question: Question, truth: Truth) -> list[Suggestion]:
    """The forms of the expression in which f or a derivative has more correct digits, the best
    first; a form that loses digits in one of them is none."""
    program, names = question.program, question.names
    before = _tried(question, program)
    suggestions = []
    for form in rewritings(program):
        if not equal_around(program, form.program, question.where):
            continue
        after = _tried(question, form.program)
        trues = [exact_of(truth.value), *map(truth.exact, names)]
        pairs = zip(before, after, trues, strict=True)
        gains = [_gain(old, new, true, question.floats) for old, new, true in pairs]
        wins = [_won(gain) for gain in gains]
        if min(wins) < -WORTH or max(wins) < WORTH:
            continue
        most = wins.index(max(wins[1:]), 1)
        suggestion = Suggestion(
            kind="rewrite",
            text=form.program.text,
            backend=MEASURE,
            reason=form.reason,
            variable=names[most - 1],
            value=gains[0],
            derivative=gains[most],
            span=form.span,
            piece=form.piece,
            replacement=form.replacement,
            needs=form.needs,
        )
        suggestions.append(suggestion)
    return sorted(suggestions, key=_merit)[:MOST]


def _tried(question: Question, program: Program) -> list[Any]:
    """f and its derivatives, as floating point computes them."""
    with question.floats.quiet():
        run = compiled(adjoint(program, question.names), question.dtype)
        return list(run(*question.inputs))


def _gain(before: Any, after: Any, true: Fraction | None, floats: Floats) -> Gain:
    digits = (Errors(number, true, floats).digits for number in (before, after))
    return Gain(float(before), float(after), *digits)


def _won(gain: Gain) -> float:
    """Digits won; where no true number exists, what is finite at last is worth all of them."""
    if gain.digits_before is None or gain.digits_after is None:
        assert gain.before is not None
        assert gain.after is not None
        return full_digits(Floats()) * (math.isfinite(gain.after) - math.isfinite(gain.before))
    return gain.digits_after - gain.digits_before


def _merit(suggestion: Suggestion) -> tuple[float, float, int]:
    """Most digits of the derivative first, then of f, then the shortest; to whole digits."""
    value = suggestion.value.digits_after if suggestion.value is not None else None
    first, second = (-round(d or 0.0) for d in (suggestion.derivative.digits_after, value))
    return first, second, len(suggestion.text)


def equal_around(one: Program, other: Program, where: Point) -> bool:
    """Whether two programs agree, by balls, wherever both are defined around the point."""
    balls = Balls(BITS)
    centre = [balls.fraction(to_arb(x)) for x in where.enclosures(balls)]
    agreed = 0
    with balls.working():
        for apart in APART:
            inputs = [balls.literal(x + apart * max(abs(x), Fraction(1))) for x in centre]
            a, b = (to_arb(evaluate(program, balls, inputs)[0]) for program in (one, other))
            if a.is_finite() and b.is_finite():
                if not a.overlaps(b):
                    return False
                agreed += 1
    return agreed >= LEAST_TRIED


def methods(comparison: Comparison) -> list[Suggestion]:
    """The best of the other methods, where the plain one is wrong."""
    sound = [row for row in comparison.rows if _least(row) is not None]
    wrong = [row for row in sound if failing(row, comparison)]
    best = min(sound, key=_rank, default=None)
    if not wrong or best is None or failing(best, comparison):
        return []
    before = next((row for row in wrong if row.backend == MEASURE), wrong[0])
    return [_other_method(before, best)]


def _other_method(before: Row, best: Row) -> Suggestion:
    name, text, than = _worst(before), best.backend, before.backend
    numbers = _number(before, name), _number(best, name)
    gain = Gain(*numbers, before.digits[name], best.digits[name])
    return Suggestion("backend", text, text, "another method", name, None, gain, than=than)


def _rank(row: Row) -> tuple[float, ...]:
    """Most digits first; of equally good methods the simplest: plain automatic differentiation
    first, differences last."""
    method = backend(row.backend)
    differences = method.truncation_order is not None and method.roundoff_weight != 0
    extrapolates = method.shortfall is not None
    doubts = differences, extrapolates, method.waits, method.imaginary, not method.automatic
    return -round(_least(row) or 0.0), *doubts, method.reverse


def failing(row: Row, comparison: Comparison) -> bool:
    """Whether a method has fewer digits here than it should."""
    least = _least(row)
    return least is not None and least < _due(row, comparison)


def _due(row: Row, comparison: Comparison) -> float:
    """The digits that a method should have."""
    return backend(row.backend).expected_digits(Floats(comparison.dtype))


def _least(row: Row) -> float | None:
    """The correct digits of the worst partial derivative; None where one has no true value."""
    known = [digits for digits in row.digits.values() if digits is not None]
    return min(known, default=None) if len(known) == len(row.digits) else None


def _worst(row: Row) -> str:
    """The variable with the fewest digits."""
    return min(row.digits, key=lambda name: row.digits[name] or 0.0)


def _number(row: Row, name: str) -> float | None:
    value = row.derivative[name]
    return None if value is None else float(value)


def in_need_of_steps(comparison: Comparison) -> Mapping[str, list[Row]]:
    """The methods with a step that are wrong here, by the variable with the fewest digits."""
    by_variable: dict[str, list[Row]] = {}
    for row in comparison.rows:
        if backend(row.backend).truncation_order is not None and failing(row, comparison):
            by_variable.setdefault(_worst(row), []).append(row)
    return by_variable


def step_size(row: Row, name: str, series: Series) -> Suggestion | None:
    """The best step size of a method, where it wins digits."""
    before, after, h = row.digits[name], series.best_digits, series.best_h
    if before is None or after is None or h is None or after - before < WORTH:
        return None
    best = next(float(step.estimate) for step in series.rows if step.h == h)
    gain = Gain(_number(row, name), best, before, after)
    return Suggestion("step", f"{h:.2g}", row.backend, "another step size", name, None, gain)


def instead(comparison: Comparison, tried: Sequence[Suggestion]) -> Mapping[str, Suggestion]:
    """For every backend that is wrong the best suggestion that applies to it; a step size that
    gives it the digits that it should have comes first."""
    chosen: dict[str, Suggestion] = {}
    for row in comparison.rows:
        fit = [one for one in tried if failing(row, comparison) and _applies(one, row)]
        due = _due(row, comparison)
        steps = [one for one in fit if one.kind == "step" and _promised(one) >= due]
        if fit:
            chosen[row.backend] = max(steps or fit, key=lambda one: round(_promised(one)))
    return chosen


def _promised(suggestion: Suggestion) -> float:
    """The correct digits of the derivative that a suggestion gives."""
    return suggestion.derivative.digits_after or 0.0


def _applies(suggestion: Suggestion, row: Row) -> bool:
    if suggestion.kind == "step":
        return suggestion.backend == row.backend
    if suggestion.kind == "rewrite":
        return backend(row.backend).automatic and _promised(suggestion) > (_least(row) or 0.0)
    return True
