"""What to do instead: other forms of the expression, other methods, other step sizes; each tried
before it is offered."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.accuracy.errors import Errors, full_digits
from diffcmp.accuracy.explanation import Gain, Suggestion
from diffcmp.accuracy.record import Comparison, Row
from diffcmp.accuracy.sweep import sweep
from diffcmp.algebra.rewrite import Rewriting, rewritings
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
ORDER = (
    "dual",
    "tape",
    "dual-lhopital",
    "tape-lhopital",
    "complex-step",
    "symbolic",
    "richardson",
)  # of equally good methods
BITS = 256
APART = [
    Fraction(sign * n, d) for d in (7, 1000, 10**6) for n, sign in ((1, 1), (2, -1), (3, 1))
]  # of the size of x
LEAST_TRIED = 3  # places at which both forms must be defined, and agree


@dataclass(frozen=True, slots=True)
class Setting:
    """The function, the point, the variables, the truth, and the format that is computed in."""

    program: Program
    where: Point
    names: tuple[str, ...]
    known: Truth
    floats: Floats

    def digits(self, value: Any, name: str | None) -> float | None:
        """Correct digits of a derivative, or of f for None; None where there is no true number."""
        quantity = self.known.value if name is None else self.known.derivative(name)
        return Errors(value, exact_of(quantity), self.floats).digits


# other forms
# -------------------------------------------------------------------------------------------------------------


def rewrites(setting: Setting) -> list[Suggestion]:
    """The forms of the expression in which f or a derivative has more correct digits, the best
    first."""
    before = _tried(setting.program, setting)
    found = []
    for form in rewritings(setting.program):
        if not equal_around(setting.program, form.program, setting.where):
            continue
        suggestion = _compared(setting, before, _tried(form.program, setting), form)
        if suggestion is not None:
            found.append(suggestion)
    return sorted(found, key=_merit)[:MOST]


def _tried(program: Program, setting: Setting) -> tuple[Any, list[Any]]:
    """f and its derivatives, as floating point computes them."""
    with setting.floats.quiet():
        value, *slopes = compiled(adjoint(program, setting.names), setting.floats.dtype)(
            *setting.where.rounded(setting.floats)
        )
    return value, slopes


def _compared(
    setting: Setting, before: tuple[Any, list[Any]], after: tuple[Any, list[Any]], form: Rewriting
) -> Suggestion | None:
    """A suggestion, where the new form wins digits in f or in a derivative and loses them
    nowhere."""
    value = _gain(setting, before[0], after[0], None)
    slopes = [
        _gain(setting, b, a, n) for b, a, n in zip(before[1], after[1], setting.names, strict=True)
    ]
    name, most = max(zip(setting.names, slopes, strict=True), key=lambda pair: _won(pair[1]))
    if min(map(_won, [value, *slopes])) < -WORTH or max(map(_won, [value, *slopes])) < WORTH:
        return None
    return Suggestion(
        "rewrite",
        form.program.text,
        MEASURE,
        form.reason,
        name,
        value,
        most,
        form.span,
        form.piece,
        form.replacement,
        form.needs,
    )


def _gain(setting: Setting, before: Any, after: Any, name: str | None) -> Gain:
    return Gain(
        float(before), float(after), setting.digits(before, name), setting.digits(after, name)
    )


def _won(gain: Gain) -> float:
    """Digits won; where no true number exists, what is finite at last is worth as much as all of
    them."""
    if gain.digits_before is None or gain.digits_after is None:
        assert gain.before is not None
        assert gain.after is not None
        return full_digits(Floats()) * (math.isfinite(gain.after) - math.isfinite(gain.before))
    return gain.digits_after - gain.digits_before


def _merit(suggestion: Suggestion) -> tuple[float, float, int]:
    """Most digits of the derivative first, then of f, then the shortest; half a digit is no
    difference."""
    value = suggestion.value
    digits = (suggestion.derivative.digits_after, None if value is None else value.digits_after)
    first, second = (-round(d or 0.0) for d in digits)
    return first, second, len(suggestion.text)


def equal_around(one: Program, other: Program, where: Point) -> bool:
    """Whether two programs agree at every place around the point at which both are defined, by
    balls."""
    balls = Balls(BITS)
    agreed = 0
    with balls.working():
        for apart in APART:
            inputs = [x + apart * max(abs(x), Fraction(1)) for x in _rationals(where)]
            points = [balls.literal(x) for x in inputs]
            a, b = (to_arb(evaluate(p, balls, points)[0]) for p in (one, other))
            if a.is_finite() and b.is_finite():
                if not a.overlaps(b):
                    return False
                agreed += 1
    return agreed >= LEAST_TRIED


def _rationals(where: Point) -> list[Fraction]:
    balls = Balls(BITS)
    return [balls.fraction(to_arb(x)) for x in where.enclosures(balls)]


# other methods and step sizes
# --------------------------------------------------------------------------------------------


def methods(comparison: Comparison) -> list[Suggestion]:
    """The best of the other methods, where the plain one is wrong."""
    rows = {row.backend: row for row in comparison.rows}
    sound = [name for name in (*ORDER, *rows) if name in rows and _least(rows[name]) is not None]
    if not sound:
        return []
    best = max(sound, key=lambda name: (round(_least(rows[name]) or 0.0), -sound.index(name)))
    wrong = [row for row in comparison.rows if failing(row, comparison)]
    if not wrong or failing(rows[best], comparison):
        return []
    before, after = next((row for row in wrong if row.backend == MEASURE), wrong[0]), rows[best]
    name = _worst(before)
    gain = Gain(
        _number(before, name), _number(after, name), before.digits[name], after.digits[name]
    )
    return [
        Suggestion("backend", best, best, "another method", name, None, gain, than=before.backend)
    ]


def failing(row: Row, comparison: Comparison) -> bool:
    """Whether a method has fewer digits here than it should."""
    least = _least(row)
    return least is not None and least < _due(row, comparison)


def _due(row: Row, comparison: Comparison) -> float:
    """The digits that a method should have."""
    return backend(row.backend).expected_digits(Floats(comparison.dtype))


def _least(row: Row) -> float | None:
    """The correct digits of the worst partial derivative; None where one has no true value."""
    digits = list(row.digits.values())
    return None if None in digits else min((d for d in digits if d is not None), default=None)


def _worst(row: Row) -> str:
    """The variable with the fewest digits."""
    return min(row.digits, key=lambda name: row.digits[name] or 0.0)


def _number(row: Row, name: str) -> float | None:
    value = row.derivative[name]
    return None if value is None else float(value)


def step_sizes(setting: Setting, comparison: Comparison, timeout: float) -> Iterator[Suggestion]:
    """For every method with a step that is wrong here, the best step size, where it wins digits.
    `timeout` in seconds."""
    stepped = [r for r in comparison.rows if backend(r.backend).truncation_order is not None]
    wrong = [row for row in stepped if failing(row, comparison)]
    by_variable: dict[str, list[Row]] = {}
    for row in wrong:
        by_variable.setdefault(_worst(row), []).append(row)
    for name, rows in by_variable.items():
        names = [row.backend for row in rows]
        at = setting.where.texts()
        swept = sweep(
            setting.program, at, wrt=name, backends=names, dtype=comparison.dtype, timeout=timeout
        )
        for row, series in zip(rows, swept.series, strict=True):
            before, after = row.digits[name], series.best_digits
            if before is None or after is None or series.best_h is None or after - before < WORTH:
                continue
            best = next(float(step.estimate) for step in series.rows if step.h == series.best_h)
            gain = Gain(_number(row, name), best, before, after)
            yield Suggestion(
                "step", f"{series.best_h:.2g}", row.backend, "another step size", name, None, gain
            )


def instead(comparison: Comparison, found: Sequence[Suggestion]) -> Mapping[str, Suggestion]:
    """For every backend that is wrong the best suggestion that applies to it."""
    chosen: dict[str, Suggestion] = {}
    for row in comparison.rows:
        if failing(row, comparison):
            fit = [s for s in found if _applies(s, row)]
            own = [
                s
                for s in fit
                if s.kind == "step" and (s.derivative.digits_after or 0.0) >= _due(row, comparison)
            ]
            if fit:
                chosen[row.backend] = max(
                    own or fit, key=lambda s: round(s.derivative.digits_after or 0.0)
                )
    return chosen


def _applies(suggestion: Suggestion, row: Row) -> bool:
    if suggestion.kind == "step":
        return suggestion.backend == row.backend
    if suggestion.kind == "rewrite":
        return row.backend in ("dual", "tape") and (suggestion.derivative.digits_after or 0.0) > (
            _least(row) or 0.0
        )
    return True
