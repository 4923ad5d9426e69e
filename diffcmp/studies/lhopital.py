"""f/g where both vanish: every backend, a guard as a library's user writes it, and the known
derivative in its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.map import map
from diffcmp.accuracy.record import Row
from diffcmp.point.point import function_at
from diffcmp.report.record import Chart, Curve, Grid, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question
from diffcmp.truth.asked import certify
from diffcmp.truth.certify import taylor
from diffcmp.truth.record import decimal_string

METHODS = (
    "symbolic",
    "forward",
    "central",
    "complex-step",
    "richardson",
    "dual",
    "tape",
    "dual-lhopital",
    "tape-lhopital",
)
GUARDED, KNOWN = "dual (guard)", "dual (known)"
STEP = 1e-5  # for central beside its default, a power of two that makes x/x and its like exact
CENTRAL = "central (1e-5)"
NEAR = ("dual", "central", "complex-step", "dual-lhopital")
WRONG = 1.0  # correct digits below which a finite answer is wrong


@dataclass(frozen=True, slots=True)
class Limit:
    """f/g at a common root, and `known`, the same function as one writes it who knows the limit and
    its derivatives."""

    name: str
    f: str
    g: str
    at: str
    known: str

    @property
    def quotient(self) -> str:
        return f"({self.f})/({self.g})"

    @property
    def variable(self) -> str:
        return "t" if "t-" in self.g else "x"


LIMITS = (
    Limit("(t²−4)/(t−2)", "t**2-4", "t-2", "2", "t+2"),
    Limit("(t³−1)/(t−1)", "t**3-1", "t-1", "1", "t**2+t+1"),
    Limit("sin x/x", "sin(x)", "x", "0", "sinc(x)"),
    Limit("(1−cos x)/x²", "1-cos(x)", "x**2", "0", "sinc(x/2)**2/2"),
    Limit(
        "x/(eˣ−1)",
        "x",
        "exp(x)-1",
        "0",
        "where(abs(x) < 0.01, 1 - x/2 + x**2/12 - x**4/720, x/expm1(x))",
    ),
    Limit(
        "(eˣ−1)/x",
        "exp(x)-1",
        "x",
        "0",
        "where(abs(x) < 0.01, 1 + x/2 + x**2/6 + x**3/24 + x**4/120, expm1(x)/x)",
    ),
    Limit("(√(1+x)−1)/x", "sqrt(1+x)-1", "x", "0", "1/(sqrt(1+x)+1)"),
    Limit(
        "(x−sin x)/x³",
        "x-sin(x)",
        "x**3",
        "0",
        "where(abs(x) < 0.1, 1/6 - x**2/120 + x**4/5040, (x-sin(x))/x**3)",
    ),
)


def study(
    points: Annotated[int, Bounds("points of the approach to the root", 5, 400)] = 61,
) -> Report:
    """Every method at eight textbook limits, the steps of L'Hôpital's rule, and the way towards one
    of them."""
    answers = {limit.name: _answers(limit) for limit in each(LIMITS, "limits")}
    methods = [*METHODS[:3], CENTRAL, *METHODS[3:], GUARDED, KNOWN]
    nan = [
        m for m in methods if all(math.isnan(_slope(answers[limit.name][m])) for limit in LIMITS)
    ]
    wrong = {
        m: [name for name, rows in answers.items() if _silently_wrong(rows[m])] for m in methods
    }
    worst = {m: min(_digits(rows[m]) for rows in answers.values()) for m in methods}
    right = [m for m in methods if worst[m] >= 14]
    approach = map("(1-cos(x))/x**2", "1e-12", "1", points=points, log=True, backends=NEAR)
    half = max(
        p.x
        for p, d in zip(approach.points, approach.tracks[0].digits, strict=True)
        if d is not None and d < 8
    )
    least = {track.backend: track.worst for track in approach.tracks}
    return Report(
        "lhopital",
        f"of {len(methods)} ways to differentiate at 0/0, {len(right)} are right, {len(nan)} say nan, {_some(wrong)} lie, "
        f"{len(methods) - len(right) - len(nan) - _some(wrong)} lose digits",
        question("lhopital"),
        "compare, certify (balls and series) and map, in float64",
        {"points": points},
        (_steps(),),
        (
            Grid(
                "Correct digits of (f/g)′ at the common root",
                tuple(methods),
                tuple(limit.name for limit in LIMITS),
                tuple(tuple(_cell(answers[limit.name][m]) for limit in LIMITS) for m in methods),
                "digits",
                (0.0, 16.0),
                "0.0: a finite number, and not one digit of it is right. (guard): where(x == root, limit, f/g); (known): "
                "f/g as one writes it who knows the limit.",
            ),
            Chart(
                f"Beside 0/0: {NEAR[0]} has lost half of its digits at x = {half:.2g}, and finds no 0/0 to warn of",
                "x",
                "correct digits of ((1−cos x)/x²)′",
                tuple(
                    Curve(t.backend, tuple(p.x for p in approach.points), t.digits)
                    for t in approach.tracks
                ),
                "x",
            ),
        ),
        (
            concluded(
                "0/0 is nan for {names} on all {count} limits: nobody can miss it",
                names=", ".join(nan),
                nan=nan,
                count=len(LIMITS),
            ),
            concluded(
                "finite and without a correct digit: {said}",
                silently_wrong={m: w for m, w in wrong.items() if w},
                said="; ".join(f"{m} on {len(w)}" for m, w in wrong.items() if w),
            ),
            concluded(
                "at least 14 digits on every limit: {names}",
                names=", ".join(right),
                right=right,
                worst_digits=worst,
            ),
            concluded(
                "central steps over the root: with its own h, a power of two, it keeps {own:.1f} digits at worst, with "
                "h = {step:.0e} {least:.1f}",
                own=worst["central"],
                step=STEP,
                least=worst[CENTRAL],
            ),
            concluded(
                "on the way to the root of (1−cos x)/x², dual-lhopital keeps {lhopital:.1f} digits; dual falls to "
                "{dual:.1f}, central to {central:.1f}",
                lhopital=least["dual-lhopital"],
                dual=least["dual"],
                central=least["central"],
            ),
        ),
    )


def _answers(limit: Limit) -> dict[str, Row]:
    """What each method says of f/g, and `dual` of the two ways to write it with more knowledge."""
    found = {row.backend: row for row in compare(limit.quotient, limit.at, backends=METHODS).rows}
    found[CENTRAL] = compare(limit.quotient, limit.at, backends=["central"], h=STEP).rows[0]
    guard = f"where({limit.variable} == {limit.at}, {_rule(limit)[1]}, {limit.quotient})"
    for name, text in ((GUARDED, guard), (KNOWN, limit.known)):
        found[name] = compare(text, limit.at, backends=["dual"]).rows[0]
    return found


def _rule(limit: Limit) -> tuple[int, str]:
    """Differentiate above and below until the divisor no longer vanishes: after k times, f⁽ᵏ⁾/g⁽ᵏ⁾
    is the limit."""
    above, below = (_derivatives(text, limit.at) for text in (limit.f, limit.g))
    k = next(i for i, d in enumerate(below) if d != 0)
    return k, f"{above[k]:g}/{below[k]:g}"


def _steps() -> Table:
    rows = []
    for limit in LIMITS:
        k, ratio = _rule(limit)
        truth = certify(limit.quotient, limit.at)
        slope = truth.derivative(limit.variable)
        assert truth.value is not None
        assert slope is not None
        rows.append(
            (limit.name, limit.at, k, ratio, float(truth.value.text(17)), float(slope.text(17)))
        )
    return Table(
        "L'Hôpital's rule, k times: f/g → f⁽ᵏ⁾/g⁽ᵏ⁾",
        {
            "f/g": "text",
            "at": "text",
            "k": "count",
            "f⁽ᵏ⁾/g⁽ᵏ⁾": "text",
            "limit": "number",
            "derivative": "number",
        },
        tuple(rows),
        "limit and derivative are certified to 30 digits.",
    )


def _derivatives(text: str, at: str) -> list[float]:
    program, where = function_at(text, at)
    found = taylor(program, where, program.inputs[0], 4)
    assert found is not None
    return [float(decimal_string(d, 17)) for d in found]


def _slope(row: Row) -> float:
    return float(next(iter(row.derivative.values())))


def _digits(row: Row) -> float:
    return next(iter(row.digits.values())) or 0.0


def _silently_wrong(row: Row) -> bool:
    return math.isfinite(_slope(row)) and _digits(row) < WRONG


def _cell(row: Row) -> float | str:
    return _digits(row) if math.isfinite(_slope(row)) else "nan"


def _some(wrong: dict[str, list[str]]) -> int:
    return sum(bool(value) for value in wrong.values())
