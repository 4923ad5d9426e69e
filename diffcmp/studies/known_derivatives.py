"""A textbook formula against the primitive with its derivative inside: digits along x, and time."""

from __future__ import annotations

import sys
import timeit
from dataclasses import dataclass
from typing import Annotated

from diffcmp.accuracy.map import map
from diffcmp.derivatives.numbers import derivative
from diffcmp.report.record import Chart, Report
from diffcmp.studies.layout import Axes, chart, conclusions, curve, table
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

DRAWN = ("softplus", "sigmoid", "sinc", "norm")
REPEATS, CALLS = 5, 2000
SMALLEST = sys.float_info.min


@dataclass(frozen=True, slots=True)
class Pair:
    """A formula and the primitive that is the same function; x runs from `start` to `stop`, y is
    fixed. With 129 points from -768 to 768 every x is an integer, so that rounding it makes no
    error."""

    name: str
    naive: str
    known: str
    start: str
    stop: str
    log: bool = False
    y: str | None = None


PAIRS = (
    Pair("softplus", "log(1 + exp(x))", "softplus(x)", "-768", "768"),
    Pair("sigmoid", "1/(1 + exp(-x))", "sigmoid(x)", "-768", "768"),
    Pair("logsumexp", "log(exp(x) + exp(y))", "logaddexp(x, y)", "-768", "768", y="1"),
    Pair("sinc", "sin(x)/x", "sinc(x)", "1e-12", "1", log=True),
    Pair("norm", "sqrt(x**2 + y**2)", "hypot(x, y)", "1e-200", "1e200", log=True, y="1e-180"),
    Pair("tanh", "(exp(2*x)-1)/(exp(2*x)+1)", "tanh(x)", "-768", "768"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to write a function, differentiated by dual numbers along x: correct digits, the
    fewest of them, the share of points with not one, and the seconds of a call."""

    x: list[float]
    digits: list[float | None]
    worst: float
    failing: float
    seconds: float


def way(pair: Pair, text: str, points: int) -> Way:
    """Digits only where |f′| is a normal number of float64: no form can save e**-760."""
    at = {"y": pair.y} if pair.y else {}
    ends = pair.start, pair.stop
    run = map(text, *ends, at=at, wrt="x", points=points, log=pair.log, backends=["dual"])
    normal = [abs(float(point.derivative or "0")) >= SMALLEST for point in run.points]
    digits = [d if n else None for d, n in zip(run.tracks[0].digits, normal, strict=True)]
    counted = [d for d in digits if d is not None]
    failing = sum(d < 1 for d in counted) / len(counted)
    x = [point.x for point in run.points]
    return Way(x, digits, min(counted), failing, seconds(pair, text))


def seconds(pair: Pair, text: str) -> float:
    """One call of the compiled derivative where both ways are right: the least of a few runs."""
    slope = derivative(text, wrt="x")
    arguments = (0.7, 1.0) if pair.y else (0.7,)
    return min(timeit.repeat(lambda: slope(*arguments), number=CALLS, repeat=REPEATS)) / CALLS


def study(points: Annotated[int, Bounds("points of each function", 11, 1001)] = 129) -> Report:
    """Digits of f′ along x for both ways to write each function, and the time of one call."""
    formula, inside = {}, {}
    for pair in each(PAIRS, "pairs"):
        formula[pair.name] = way(pair, pair.naive, points)
        inside[pair.name] = way(pair, pair.known, points)
    failing = {name: way.failing for name, way in formula.items()}
    ratios = [inside[name].seconds / formula[name].seconds for name in formula]
    worst = {name: way.worst for name, way in formula.items()}
    best = {name: way.worst for name, way in inside.items()}
    facts = {
        "best": min(best.values()),
        "count": len(PAIRS),
        "known_worst": best,
        "share": max(failing.values()),
        "name": max(failing, key=failing.__getitem__),
        "worst": min(worst.values()),
        "failing": failing,
        "naive_worst": worst,
        "least": min(ratios),
        "most": max(ratios),
    }
    digits = table(
        "Correct digits of f′, and time of one call",
        PAIRS,
        ("function", "text", "name"),
        ("formula", "code", "naive"),
        ("worst", "digits", lambda pair: formula[pair.name].worst),
        ("none", "share", lambda pair: formula[pair.name].failing),
        ("time", "seconds", lambda pair: formula[pair.name].seconds),
        ("inside", "digits", lambda pair: inside[pair.name].worst),
        ("time ", "seconds", lambda pair: inside[pair.name].seconds),
        note="none: the share of points without a correct digit; inside: the worst of the "
        f"primitive; where |f′| ≥ {SMALLEST:.1e}.",
    )
    drawn = [pair for pair in PAIRS if pair.name in DRAWN]
    return Report(
        title=f"with the derivative inside {min(best.values()):.1f} digits or more, from the "
        f"formula {min(worst.values()):.1f} at worst",
        method="map (dual numbers against certified derivatives), timeit",
        tables=(digits,),
        charts=tuple(_chart(pair, formula[pair.name], inside[pair.name]) for pair in drawn),
        conclusions=conclusions(
            facts,
            "with the derivative inside: {best:.1f} digits or more at every point of all {count} "
            "functions",
            "the formula has not one digit at {share:.0%} of the points of {name}; its worst is "
            "{worst:.1f}",
            "a call takes {least:.2f} to {most:.2f} times the time of the formula's",
        ),
    )


def _chart(pair: Pair, formula: Way, inside: Way) -> Chart:
    return chart(
        f"{pair.name}: {pair.naive} has no digit at {formula.failing:.0%} of the points",
        Axes("x", "correct digits of f′", "x" if pair.log else "", (-0.7, 17.5)),
        curve("the formula", formula.x, formula.digits),
        curve("derivative inside", inside.x, inside.digits),
    )
