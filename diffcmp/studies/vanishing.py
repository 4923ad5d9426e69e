"""The gradient through a chain of layers a(w·x): how it vanishes or explodes, and when it is
exactly 0."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated

from diffcmp.accuracy.errors import log10
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.chain import certified, forward
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

ACTIVATIONS = {
    "sigmoid": "sigmoid(w*x)",
    "tanh": "tanh(w*x)",
    "relu": "relu(w*x)",
    "leaky relu": "leaky_relu(w*x)",
}
START = {"leaky relu": Fraction(-1)}  # on the side where it leaks
DTYPES = ("float16", "float32", "float64")
WRONG = 0.01
SHOWN = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)


def study(
    depth: Annotated[int, Bounds("layers of the longest chain", 16, 2048)] = 640,
    weight: Annotated[float, Bounds("of every layer", 1e-3, 10)] = 1.0,
    large: Annotated[float, Bounds("a larger weight, with which it may explode", 1e-3, 10)] = 5.0,
) -> Report:
    """The derivative after every layer, certified on balls, and what each format makes of it."""
    gradients = {name: _truth(name, weight, depth) for name in each(ACTIVATIONS, "chains")}
    heavy = {name: _truth(name, large, depth) for name in ACTIVATIONS}
    rates = {name: _rate(found) for name, found in gradients.items()}
    numbers = {d: _numbers("sigmoid", weight, depth, d) for d in DTYPES}
    gone = {
        d: next((n for n, g in enumerate(found, 1) if g == 0), None) for d, found in numbers.items()
    }
    expected = {d: _predicted(gradients["sigmoid"], d) for d in DTYPES}
    bounded = all(
        abs(g) <= (Fraction(weight) / 4) ** n for n, g in enumerate(gradients["sigmoid"], 1)
    )
    errors = {d: _errors(found, gradients["sigmoid"]) for d, found in numbers.items()}
    depths = tuple(float(n) for n in range(1, depth + 1))
    lost = {d: _first(errors[d], WRONG) for d in DTYPES}
    return Report(
        "vanishing",
        f"a layer of sigmoid multiplies the gradient by {rates['sigmoid']:.2g}: it is 0 in {_from(gone)}",
        question("vanishing"),
        "the engine forward on balls (the truth) and on floats of three formats",
        {"depth": depth, "weight": weight, "large": large},
        (
            Table(
                f"|gradient|, weight {weight:g}",
                {"layers": "count", **dict.fromkeys(ACTIVATIONS, "text")},
                tuple(
                    (n, *(_power(gradients[name][n - 1]) for name in ACTIVATIONS))
                    for n in SHOWN
                    if n <= depth
                ),
            ),
            Table(
                f"The same, weight {large:g}",
                {"layers": "count", **dict.fromkeys(ACTIVATIONS, "text")},
                tuple(
                    (n, *(_power(heavy[name][n - 1]) for name in ACTIVATIONS))
                    for n in SHOWN
                    if n <= depth
                ),
            ),
            Table(
                f"Sigmoid, weight {weight:g}: when a format has lost it",
                {
                    "format": "text",
                    f"{WRONG:.0%} off at": "count",
                    "0 at": "count",
                    "theory": "count",
                    "smallest": "error",
                },
                tuple((d, lost[d], gone[d], expected[d], float(_smallest(d))) for d in DTYPES),
                "theory: the first depth at which the certified gradient is below half the smallest number of the format.",
            ),
        ),
        (
            Chart(
                f"|gradient|, weight {weight:g}: a layer of sigmoid multiplies it by {rates['sigmoid']:.2g}",
                "layers L",
                "log₁₀ |gradient|",
                (
                    *(_logarithms(name, found, depths) for name, found in gradients.items()),
                    Curve(
                        "(w/4)^L",
                        depths,
                        tuple(n * math.log10(weight / 4) for n in depths),
                        "theory",
                    ),
                ),
                span=(-420.0, 20.0),
            ),
            Chart(
                f"The same with weight {large:g}: {_grows(heavy)}",
                "layers L",
                "log₁₀ |gradient|",
                tuple(_logarithms(name, found, depths) for name, found in heavy.items()),
            ),
            Chart(
                f"Sigmoid in three formats: {WRONG:.0%} wrong at {_listed(lost)}, and 0 at {_listed(gone)} layers",
                "layers L",
                "relative error of the gradient",
                tuple(Curve(d, depths, tuple(e)) for d, e in errors.items()),
                "xy",
                (1e-17, 3.0),
            ),
        ),
        (
            concluded(
                "a layer of sigmoid multiplies the gradient by {rate:.3g}; at every depth L it is {word} (w/4)^L",
                rate=rates["sigmoid"],
                word="at most" if bounded else "not below",
                bounded=bounded,
                rates=rates,
            ),
            concluded(
                "it is exactly 0 in {said}; theory: {theory}",
                underflow=gone,
                predicted=expected,
                said=_from(gone),
                theory=_listed(expected),
            ),
            concluded(
                "it is {wrong:.0%} wrong in {said}", wrong=WRONG, said=_from(lost), lost=lost
            ),
            concluded(
                "through {count} layers of relu it is {one} with weight {w:g}, {many} with {v:g}: it vanishes or "
                "explodes with the weights alone",
                w=weight,
                v=large,
                count=depth,
                one=_power(gradients["relu"][-1]),
                many=_power(heavy["relu"][-1]),
            ),
            concluded(
                "through as many of leaky relu on its negative side with weight {w:g} it is {leak}; of tanh with {v:g}, "
                "{tanh}",
                w=weight,
                v=large,
                leak=_power(gradients["leaky relu"][-1]),
                tanh=_power(heavy["tanh"][-1]),
                logarithms={name: _size(found) for name, found in heavy.items()},
            ),
        ),
    )


def _truth(name: str, weight: float, depth: int) -> list[Fraction]:
    return certified(
        parse(ACTIVATIONS[name], ("x", "w")),
        START.get(name, Fraction(1)),
        [(Fraction(weight),)] * depth,
    )


def _numbers(name: str, weight: float, depth: int, dtype: str) -> list[Fraction]:
    floats = Floats(dtype)
    layer = parse(ACTIVATIONS[name], ("x", "w"))
    with floats.quiet():
        return [
            exact(g)
            for g in forward(
                layer, floats, START.get(name, Fraction(1)), [(Fraction(weight),)] * depth
            )
        ]


def _rate(gradients: list[Fraction]) -> float:
    """The factor of one layer, deep in the chain."""
    half = len(gradients) // 2
    last, middle = abs(gradients[-1]), abs(gradients[half - 1])
    return float(10 ** ((log10(last) - log10(middle)) / (len(gradients) - half))) if last else 0.0


def _size(gradients: list[Fraction]) -> float:
    """log₁₀ of the last one."""
    return log10(abs(gradients[-1])) if gradients[-1] else -math.inf


def _smallest(dtype: str) -> Fraction:
    """The smallest positive number of a format."""
    return {
        "float16": Fraction(1, 2**24),
        "float32": Fraction(1, 2**149),
        "float64": Fraction(1, 2**1074),
    }[dtype]


def _predicted(gradients: list[Fraction], dtype: str) -> int | None:
    return next((n for n, g in enumerate(gradients, 1) if abs(g) <= _smallest(dtype) / 2), None)


def _errors(found: list[Fraction], truth: list[Fraction]) -> list[float]:
    return [float(abs(a - b) / abs(b)) for a, b in zip(found, truth, strict=True)]


def _first(errors: list[float], limit: float) -> int | None:
    """The depth from which on the error stays above a limit."""
    return next((n + 1 for n in range(len(errors)) if min(errors[n:]) > limit), None)


def _logarithms(name: str, gradients: list[Fraction], depths: tuple[float, ...]) -> Curve:
    return Curve(name, depths, tuple(log10(abs(g)) if g else None for g in gradients))


def _power(gradient: Fraction) -> str:
    """A number of any size: 10^-384.2 has no float."""
    if not gradient:
        return "0"
    size = log10(abs(gradient))
    return f"{float(abs(gradient)):.3g}" if abs(size) < 5 else f"10^{size:.1f}"


def _grows(heavy: dict[str, list[Fraction]]) -> str:
    return ", ".join(
        f"{name} {'explodes' if abs(found[-1]) > 1 else 'vanishes'}"
        for name, found in heavy.items()
    )


def _from(depths: dict[str, int | None]) -> str:
    """From which depth on, where there is one."""
    found = ", ".join(f"{dtype} from {n}" for dtype, n in depths.items() if n)
    return f"{found} layers on" if found else "no format"


def _listed(depths: dict[str, int | None]) -> str:
    return ", ".join("none" if n is None else str(n) for n in depths.values())
