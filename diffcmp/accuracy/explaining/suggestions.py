"""What to do instead: other forms of the expression, other methods, other step sizes; each tried
before it is offered, exactly as it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from diffcmp.accuracy.explaining.explanation import Gain, Suggestion
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Comparison, Row, Series, Step
from diffcmp.accuracy.verdicts.rows import least_digits
from diffcmp.algebra.rewrite import Rewriting, rewritings
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.protocol import Backend
from diffcmp.backends.registry import backend
from diffcmp.language.parser import parse
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.record import Truth, exact_of

MOST = 2  # rewritings that are offered
WORTH = 1.0  # digits that a suggestion must win
MEASURE = "dual"  # by which forms of an expression are compared
BITS = 256
APART = [Fraction(n, d) for d in (7, 1000, 10**6) for n in (1, -2, 3)]  # of the size of x
LEAST_TRIED = 3  # places at which both forms must be defined, and agree
BEST_STEPS = 5  # of a sweep, that are tried as a round number
OF_A_FORM = "kind text reason value span piece replacement needs".split()


def rewrites(question: Question, truth: Truth) -> list[Suggestion]:
    """The forms of the expression in which f or a derivative has more correct digits, the best
    first; a form that loses digits in one of them is none."""
    program = question.program
    before = _numbers(question)
    suggestions = []
    for form in rewritings(program):
        printed = parse(form.program.text, program.inputs)
        if not equal_around(program, printed, question.where):
            continue
        after = _numbers(replace(question, program=printed))
        suggestion = _measured(question, truth, form, before, after)
        gains = [suggestion.value, *suggestion.gains.values()]
        wins = [_won(gain, question.floats) for gain in gains if gain is not None]
        if min(wins) >= -WORTH and max(wins) >= WORTH:
            suggestions.append(suggestion)
    return sorted(suggestions, key=_merit)[:MOST]


Numbers: TypeAlias = tuple[Any, Mapping[str, Any]]
"""f and its derivatives."""


def _numbers(question: Question) -> Numbers:
    """f as the format computes it, and its derivatives by the method that forms are compared by."""
    return question.value(), _tried(question, backend(MEASURE))


def _measured(
    question: Question, truth: Truth, form: Rewriting, before: Numbers, after: Numbers
) -> Suggestion:
    """A form of the expression, with what it makes of f and of every derivative."""
    floats = question.floats
    return _suggestion(
        kind="rewrite",
        text=form.program.text,
        reason=form.reason,
        method=backend(MEASURE),
        gains=_gains(before[1], after[1], truth, floats),
        floats=floats,
        value=_gain(before[0], after[0], exact_of(truth.value), floats),
        span=form.span,
        piece=form.piece,
        replacement=form.replacement,
        needs=form.needs,
    )


def _suggestion(
    *, method: Backend, gains: Mapping[str, Gain], floats: Floats, **given: Any
) -> Suggestion:
    """A suggestion for the derivative that gains most, with those that it leaves wrong."""
    most = max(gains, key=lambda name: _won(gains[name], floats))
    due = method.expected_digits(floats)
    unhelped = [
        name
        for name, gain in gains.items()
        if gain.digits_after is not None and gain.digits_after < due and _won(gain, floats) < WORTH
    ]
    return Suggestion(
        backend=method.name,
        variable=most,
        derivative=gains[most],
        gains=gains,
        unhelped=tuple(unhelped),
        **given,
    )


def _tried(question: Question, method: Backend) -> Mapping[str, Any]:
    """The derivatives that are asked for, as a method computes them."""
    return question.prepared(method)(question.where).derivative


def _gains(
    before: Mapping[str, Any], after: Mapping[str, Any], truth: Truth, floats: Floats
) -> dict[str, Gain]:
    return {name: _gain(before[name], after[name], truth.exact(name), floats) for name in after}


def _gain(before: Any, after: Any, true: Fraction | None, floats: Floats) -> Gain:
    digits = (Errors(number, true, floats).digits for number in (before, after))
    return Gain(before, after, *digits)


def _won(gain: Gain, floats: Floats) -> float:
    """Digits won; where no true number exists, what is finite at last is worth all of them."""
    if gain.digits_before is None or gain.digits_after is None:
        before, after = (x is not None and finite(x) for x in (gain.before, gain.after))
        return full_digits(floats) * (after - before)
    return gain.digits_after - gain.digits_before


def _merit(suggestion: Suggestion) -> tuple[float, float, int]:
    """Most digits of the derivative first, then of f, then the shortest; to whole digits."""
    value = suggestion.value.digits_after if suggestion.value is not None else None
    first, second = (-round(d or 0.0) for d in (_promised(suggestion), value))
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
    """The best of the other methods in this table, where one that is wrong has fewer digits."""
    sound = [row for row in comparison.rows if least_digits(row) is not None]
    wrong = [row for row in sound if failing(row, comparison)]
    best = min(sound, key=_rank, default=None)
    if best is None:
        return []
    worse = [row for row in wrong if _promise(best) >= _promise(row) + WORTH]
    if not worse:
        return []
    before = next((row for row in worse if row.backend == MEASURE), worse[0])
    return [_other_method(comparison, before, best)]


def _other_method(comparison: Comparison, before: Row, best: Row) -> Suggestion:
    gains = {
        name: Gain(number, best.derivative[name], before.digits[name], best.digits[name])
        for name, number in before.derivative.items()
    }
    return _suggestion(
        kind="backend",
        text=best.backend,
        reason="another method",
        method=backend(best.backend),
        gains=gains,
        floats=Floats(comparison.dtype),
        value=None,
        than=before.backend,
    )


def _rank(row: Row) -> tuple[float, ...]:
    """Most digits first; of equally good methods the simplest: plain automatic differentiation
    first, differences last."""
    method = backend(row.backend)
    differences = method.truncation_order is not None and method.roundoff_weight != 0
    extrapolates = method.shortfall is not None
    doubts = differences, extrapolates, method.waits, method.imaginary, not method.automatic
    return -round(_promise(row)), *doubts, method.reverse


def failing(row: Row, comparison: Comparison) -> bool:
    """Whether a method has fewer digits here than it should."""
    least = least_digits(row)
    return least is not None and least < _due(row, comparison)


def _due(row: Row, comparison: Comparison) -> float:
    """The digits that a method should have."""
    return backend(row.backend).expected_digits(Floats(comparison.dtype))


def _promise(row: Row) -> float:
    """The correct digits of the worst derivative of a method."""
    return least_digits(row) or 0.0


def _worst(row: Row) -> str:
    """The variable with the fewest digits."""
    return min(row.digits, key=lambda name: row.digits[name] or 0.0)


def in_need_of_steps(comparison: Comparison) -> Mapping[str, list[Row]]:
    """The methods with a step that are wrong here, by the variable with the fewest digits."""
    by_variable: dict[str, list[Row]] = {}
    for row in comparison.rows:
        if backend(row.backend).truncation_order is not None and failing(row, comparison):
            by_variable.setdefault(_worst(row), []).append(row)
    return by_variable


def step_size(question: Question, truth: Truth, row: Row, series: Series) -> Suggestion | None:
    """The step with which a method has most digits, in its worst derivative, where that wins some:
    a round number, tried as it is printed. Where none helps all derivatives, one that helps the
    variable of the sweep."""
    tried = [_step(question, truth, row, text) for text in round_steps(series)]
    for variables in (question.names, (_worst(row),)):

        def least(one: Suggestion, of: Sequence[str] = variables) -> float:
            return min(one.gains[name].digits_after or 0.0 for name in of)

        best = max(tried, key=least, default=None)
        before = min(row.digits[name] or 0.0 for name in variables)
        if best is not None and least(best) >= before + WORTH:
            return best
    return None


def round_steps(series: Series) -> list[str]:
    """Steps of two significant digits about the best ones of a sweep, as they are printed."""
    known = [step for step in series.rows if step.total is not None]
    promising = [step.h for step in sorted(known, key=_size)[:BEST_STEPS]]
    if series.as_good is not None:
        smallest, largest = series.as_good
        promising.append((smallest * largest) ** 0.5)
    if series.predicted_h is not None:
        promising.append(series.predicted_h)
    texts = dict.fromkeys(f"{h:.2g}" for h in promising)
    return [text for text in texts if finite(float(text)) and float(text) > 0]


def _size(step: Step) -> Decimal:
    return abs(Decimal(step.total or "inf"))


def _step(question: Question, truth: Truth, row: Row, text: str) -> Suggestion:
    """What a step as printed makes of every derivative by the method of a row."""
    method = backend(row.backend).configured(question.order, float(text), question.deadline)
    after = _tried(question, method)
    return _suggestion(
        kind="step",
        text=text,
        reason="another step size",
        method=method,
        gains=_gains(row.derivative, after, truth, question.floats),
        floats=question.floats,
        value=None,
    )


def listed(others: Sequence[Suggestion], steps: Sequence[Suggestion]) -> list[Suggestion]:
    """The suggestions for a person, most digits in the worst derivative first: of the step sizes
    the best one, where it gives more than all others."""
    most = max(map(_promised, others), default=-WORTH)
    better = [one for one in steps if _promised(one) >= most + WORTH]
    every = [*others, *sorted(better, key=_promised)[-1:]]
    return sorted(every, key=lambda one: -round(_promised(one)))


def instead(
    question: Question, comparison: Comparison, tried: Sequence[Suggestion]
) -> Mapping[str, Suggestion]:
    """For every backend that is wrong the best suggestion that applies to it; a step size that
    gives it the digits that it should have comes first."""
    chosen: dict[str, Suggestion] = {}
    for row in comparison.rows:
        if not failing(row, comparison):
            continue
        fit = [one for other in tried for one in _applied(question, comparison.truth, other, row)]
        due = _due(row, comparison)
        steps = [one for one in fit if one.kind == "step" and _promised(one) >= due]
        if fit:
            chosen[row.backend] = max(steps or fit, key=lambda one: round(_promised(one)))
    return chosen


def _promised(suggestion: Suggestion) -> float:
    """The correct digits of the worst derivative that a suggestion gives."""
    digits = [gain.digits_after for gain in suggestion.gains.values()]
    return min(d or 0.0 for d in digits)


def _applied(
    question: Question, truth: Truth, suggestion: Suggestion, row: Row
) -> Iterator[Suggestion]:
    """A suggestion with what it gives to the method of a row, where it gives digits. A form of the
    expression is run by that very method, and offered by the method that it was found with too."""
    if suggestion.kind == "step":
        if suggestion.backend == row.backend:
            yield suggestion
        return
    offers = [suggestion]
    if suggestion.kind == "rewrite":
        offers = list(_by_methods(question, truth, suggestion, row))
    yield from (one for one in offers if _promised(one) >= _promise(row) + WORTH)


def _by_methods(
    question: Question, truth: Truth, form: Suggestion, row: Row
) -> Iterator[Suggestion]:
    """A form of the expression by the method of a row, and by the one that it was found with."""
    printed = parse(form.text, question.program.inputs)
    given = {name: getattr(form, name) for name in OF_A_FORM}
    for name in dict.fromkeys((row.backend, form.backend)):
        method = backend(name)
        if method.waits:
            continue
        after = _tried(replace(question, program=printed), method)
        yield _suggestion(
            method=method,
            gains=_gains(row.derivative, after, truth, question.floats),
            floats=question.floats,
            than="" if name == row.backend else row.backend,
            **given,
        )
