"""f/g where both vanish: every backend, a guard as users write it, and a form that knows f′."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.judging.record import Map, Row
from diffcmp.accuracy.map import map
from diffcmp.point.point import function_at
from diffcmp.report.record import Chart, Grid, Report
from diffcmp.studies.layout import Axes, chart, conclusions, curves, listed, table
from diffcmp.studies.numbers import nearest
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.certify import certify, taylor
from diffcmp.truth.record import decimal_string

ALL = ["symbolic", "forward", "central", "complex-step", "richardson"]
ALL += ["dual", "tape", "dual-lhopital", "tape-lhopital"]
GUARDED, KNOWN = "dual (guard)", "dual (known)"
STEP = 1e-5  # for central beside its default, a power of two that makes x/x and its like exact
CENTRAL = "central (1e-5)"
NEAR = ("dual", "central", "complex-step", "dual-lhopital")
WRONG = 1.0  # correct digits below which a finite answer is wrong
RIGHT = 14.0  # correct digits that a right answer has at least


@dataclass(frozen=True, slots=True)
class Limit:
    """f/g at a common root. known: the function written by someone who knows the limit."""

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

    @property
    def rule(self) -> tuple[int, str]:
        """L'Hôpital's rule: the k after which g⁽ᵏ⁾ no longer vanishes, and the limit f⁽ᵏ⁾/g⁽ᵏ⁾."""
        above, below = derivatives(self.f, self.at), derivatives(self.g, self.at)
        k = next(i for i, d in enumerate(below) if d != 0)
        return k, f"{above[k]:g}/{below[k]:g}"

    @property
    def guarded(self) -> str:
        """The quotient with the limit in its place at the root, and nothing beside it."""
        return f"where({self.variable} == {self.at}, {self.rule[1]}, {self.quotient})"


SMALL = "where(abs(x) < 0.01, 1 - x/2 + x**2/12 - x**4/720, x/expm1(x))"
GROWTH = "where(abs(x) < 0.01, 1 + x/2 + x**2/6 + x**3/24 + x**4/120, expm1(x)/x)"
CUBIC = "where(abs(x) < 0.1, 1/6 - x**2/120 + x**4/5040, (x-sin(x))/x**3)"
LIMITS = (
    Limit("(t²−4)/(t−2)", "t**2-4", "t-2", "2", "t+2"),
    Limit("(t³−1)/(t−1)", "t**3-1", "t-1", "1", "t**2+t+1"),
    Limit("sin x/x", "sin(x)", "x", "0", "sinc(x)"),
    Limit("(1−cos x)/x²", "1-cos(x)", "x**2", "0", "sinc(x/2)**2/2"),
    Limit("x/(eˣ−1)", "x", "exp(x)-1", "0", SMALL),
    Limit("(eˣ−1)/x", "exp(x)-1", "x", "0", GROWTH),
    Limit("(√(1+x)−1)/x", "sqrt(1+x)-1", "x", "0", "1/(sqrt(1+x)+1)"),
    Limit("(x−sin x)/x³", "x-sin(x)", "x**3", "0", CUBIC),
)


def derivatives(text: str, at: str) -> list[float]:
    """The derivatives of the orders 0 to 4 of a function at a point."""
    program, where = function_at(text, at)
    series = taylor(program, where, program.inputs[0], 4)
    assert series is not None
    return [float(decimal_string(d, 17)) for d in series]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method says of f/g at the root."""

    slope: float
    digits: float

    @property
    def silently_wrong(self) -> bool:
        """Whether it is a finite number without a correct digit."""
        return math.isfinite(self.slope) and self.digits < WRONG

    @property
    def cell(self) -> float | str:
        """The digits, for a grid."""
        return self.digits if math.isfinite(self.slope) else "nan"


def answer(row: Row, limit: Limit) -> Answer:
    """The answer in a row of a comparison."""
    return Answer(float(row.derivative[limit.variable]), row.digits[limit.variable] or 0.0)


def answers(limit: Limit) -> dict[str, Answer]:
    """What each method says of f/g, and `dual` of the two forms that know more."""
    rows = {row.backend: row for row in compare(limit.quotient, limit.at, backends=ALL).rows}
    rows[CENTRAL] = compare(limit.quotient, limit.at, backends=["central"], h=STEP).rows[0]
    for name, text in ((GUARDED, limit.guarded), (KNOWN, limit.known)):
        rows[name] = compare(text, limit.at, backends=["dual"]).rows[0]
    return {name: answer(row, limit) for name, row in rows.items()}


def approach(near: Map) -> Chart:
    """Correct digits on the way to the root."""
    digits = {track.backend: track.digits for track in near.tracks}
    x = [point.x for point in near.points]
    pairs = zip(x, digits["dual"], strict=True)
    half = max(place for place, count in pairs if count is not None and count < 8)
    title = (
        f"Beside 0/0: dual has lost half of its digits at x = {half:.2g}, and no 0/0 warns of it"
    )
    return chart(title, Axes("x", "correct digits of ((1−cos x)/x²)′", "x"), *curves(x, digits))


def study(
    points: Annotated[int, Bounds("points of the approach to the root", 5, 400)] = 61,
) -> Report:
    """Every method at eight textbook limits, L'Hôpital's rule there, and the way towards one."""
    limits = {limit.name: answers(limit) for limit in each(LIMITS, "limits")}
    methods = [*ALL[:3], CENTRAL, *ALL[3:], GUARDED, KNOWN]
    by_method = {m: {name: of[m] for name, of in limits.items()} for m in methods}
    nan = [m for m, of in by_method.items() if all(math.isnan(a.slope) for a in of.values())]
    wrong = {m: [n for n, a in of.items() if a.silently_wrong] for m, of in by_method.items()}
    wrong = {m: names for m, names in wrong.items() if names}
    worst = {m: min(a.digits for a in of.values()) for m, of in by_method.items()}
    right = [m for m in methods if worst[m] >= RIGHT]
    near = map("(1-cos(x))/x**2", "1e-12", "1", points=points, log=True, backends=NEAR)
    fewest = {track.backend: track.worst for track in near.tracks}
    facts: dict[str, Any] = {"names": listed(right), "nan": nan, "count": len(LIMITS)}
    facts |= {"silently_wrong": wrong}
    facts |= {"said": "; ".join(f"{m} on {len(names)}" for m, names in wrong.items())}
    facts |= {"right": right, "worst_digits": worst, "own": worst["central"], "step": STEP}
    facts |= {"least": worst[CENTRAL], "lhopital": fewest["dual-lhopital"]}
    facts |= {"dual": fewest["dual"], "central": fewest["central"]}
    truths = {limit: certify(limit.quotient, limit.at) for limit in LIMITS}
    steps = table(
        "L'Hôpital's rule, k times: f/g → f⁽ᵏ⁾/g⁽ᵏ⁾",
        truths.items(),
        ("f/g", "text", lambda row: row[0].name),
        ("at", "text", lambda row: row[0].at),
        ("k", "count", lambda row: row[0].rule[0]),
        ("f⁽ᵏ⁾/g⁽ᵏ⁾", "text", lambda row: row[0].rule[1]),
        ("limit", "number", lambda row: nearest(row[1].value)),
        ("derivative", "number", lambda row: nearest(row[1].derivative(row[0].variable))),
        note="limit and derivative are certified to 30 digits.",
    )
    digits = Grid(
        "Correct digits of (f/g)′ at the common root",
        rows=tuple(methods),
        columns=tuple(limits),
        cells=tuple(tuple(a.cell for a in of.values()) for of in by_method.values()),
        measure="digits",
        span=(0.0, 16.0),
        note="0.0: a finite number without a correct digit. (guard): where(x == root, limit, f/g); "
        "(known): f/g written by someone who knows the limit.",
    )
    rest = len(methods) - len(right) - len(nan) - len(wrong)
    return Report(
        title=f"of {len(methods)} ways to differentiate at 0/0, {len(right)} are right, {len(nan)} "
        f"say nan, {len(wrong)} lie, {rest} lose digits",
        method="compare, certify (balls and series) and map, in float64",
        tables=(steps,),
        charts=(digits, approach(near)),
        conclusions=conclusions(
            facts,
            f"0/0 is nan for {listed(nan)} on all {len(LIMITS)} limits: nobody can miss it",
            "finite and without a correct digit: {said}",
            "at least 14 digits on every limit: {names}",
            "central steps over the root: with its own h, a power of two, it keeps {own:.1f} "
            "digits at worst, with h = {step:.0e} {least:.1f}",
            "on the way to the root of (1−cos x)/x², dual-lhopital keeps {lhopital:.1f} digits; "
            "dual falls to {dual:.1f}, central to {central:.1f}",
        ),
    )
