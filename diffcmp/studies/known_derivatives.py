"""The textbook's formula against the primitive with its derivative put inside: correct digits along
x, and time."""

from __future__ import annotations

import sys
import timeit
from dataclasses import dataclass
from typing import Annotated

from diffcmp.accuracy.map import map
from diffcmp.accuracy.record import Map
from diffcmp.derivatives.numbers import derivative
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

REPEATS, CALLS = 5, 2000
SMALLEST = sys.float_info.min


@dataclass(frozen=True, slots=True)
class Pair:
    """A formula and the primitive that is the same function; x runs from `start` to `stop`, y is
    what it is.

    With 129 points from -768 to 768 every x is a whole number, so that no error comes from rounding
    x.
    """

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


def study(points: Annotated[int, Bounds("points of each function", 11, 1001)] = 129) -> Report:
    """Digits of the derivative by dual numbers along x, for both ways to write each function, and
    the time of one call."""
    tracks = {
        pair.name: (_track(pair, pair.naive, points), _track(pair, pair.known, points))
        for pair in each(PAIRS, "pairs")
    }
    seconds = {
        pair.name: (_seconds(pair, pair.naive), _seconds(pair, pair.known)) for pair in PAIRS
    }
    naive, known = ({name: _digits(pair[i]) for name, pair in tracks.items()} for i in (0, 1))
    worst, best = (min(d for ds in found.values() for d in ds) for found in (naive, known))
    failing = {name: sum(d < 1 for d in digits) / len(digits) for name, digits in naive.items()}
    ratio = {name: b / a for name, (a, b) in seconds.items()}
    return Report(
        "known-derivatives",
        f"with the derivative inside {best:.1f} digits or more, from the formula {worst:.1f} at worst",
        question("known-derivatives"),
        "along (dual numbers against certified derivatives), timeit",
        {"points": points},
        (
            Table(
                "Correct digits of f′, and time of one call",
                {
                    "function": "text",
                    "formula": "code",
                    "worst": "digits",
                    "none": "share",
                    "time": "seconds",
                    "inside": "digits",
                    "time ": "seconds",
                },
                tuple(
                    (
                        p.name,
                        p.naive,
                        min(naive[p.name]),
                        failing[p.name],
                        seconds[p.name][0],
                        min(known[p.name]),
                        seconds[p.name][1],
                    )
                    for p in PAIRS
                ),
                f"none: the share of points without a correct digit; inside: the worst of the primitive; where |f′| ≥ "
                f"{SMALLEST:.1e}.",
            ),
        ),
        tuple(
            Chart(
                f"{pair.name}: {pair.naive} has no digit at {failing[pair.name]:.0%} of the points",
                "x",
                "correct digits of f′",
                (
                    _curve(tracks[pair.name][0], "the formula"),
                    _curve(tracks[pair.name][1], "derivative inside"),
                ),
                "x" if pair.log else "",
                (-0.7, 17.5),
            )
            for pair in PAIRS
            if pair.name in ("softplus", "sigmoid", "sinc", "norm")
        ),
        (
            concluded(
                "with the derivative inside: {best:.1f} digits or more at every point of all {count} functions",
                best=best,
                count=len(PAIRS),
                known_worst={name: min(d) for name, d in known.items()},
            ),
            concluded(
                "the formula has not one digit at {share:.0%} of the points of {name}; its worst is {worst:.1f}",
                share=max(failing.values()),
                name=max(failing, key=lambda n: failing[n]),
                worst=worst,
                failing=failing,
                naive_worst={name: min(d) for name, d in naive.items()},
            ),
            concluded(
                "a call takes {least:.2f} to {most:.2f} times the time of the formula's",
                least=min(ratio.values()),
                most=max(ratio.values()),
            ),
        ),
    )


def _track(pair: Pair, text: str, points: int) -> Map:
    at = {"y": pair.y} if pair.y else {}
    return map(
        text, pair.start, pair.stop, at=at, wrt="x", points=points, log=pair.log, backends=["dual"]
    )


def _digits(found: Map) -> list[float]:
    return [d for d in _kept(found) if d is not None]


def _kept(found: Map) -> tuple[float | None, ...]:
    """The digits at every point whose derivative is a number of float64: no form can save
    e**-760."""
    sizes = [abs(float(p.derivative or "0")) for p in found.points]
    return tuple(
        d if size >= SMALLEST else None
        for d, size in zip(found.tracks[0].digits, sizes, strict=True)
    )


def _curve(found: Map, name: str) -> Curve:
    return Curve(name, tuple(p.x for p in found.points), _kept(found))


def _seconds(pair: Pair, text: str) -> float:
    """One call of the compiled derivative, at a point where both are right: the least of a few
    runs."""
    slope = derivative(text, wrt="x")
    arguments = (0.7, 1.0) if pair.y else (0.7,)
    return min(timeit.repeat(lambda: slope(*arguments), number=CALLS, repeat=REPEATS)) / CALLS
