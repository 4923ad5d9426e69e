"""The gradient through a chain of layers a(w·x): how it vanishes or explodes, and when it is 0."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated, Any

from diffcmp.accuracy.judging.errors import log10
from diffcmp.language.parser import parse
from diffcmp.report.record import Curve, Report, Table
from diffcmp.studies.chain import Chain
from diffcmp.studies.layout import Axes, chart, conclusions, curve, curves, listed, table
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

ACTIVATIONS = {
    "sigmoid": "sigmoid(w*x)",
    "tanh": "tanh(w*x)",
    "relu": "relu(w*x)",
    "leaky relu": "leaky_relu(w*x)",
}
START = {"leaky relu": Fraction(-1)}  # on the side where it leaks
SMALLEST = {
    "float16": Fraction(1, 2**24),
    "float32": Fraction(1, 2**149),
    "float64": Fraction(1, 2**1074),
}
"""The smallest positive number of each format."""
WRONG = 0.01
SHOWN = [2**k for k in range(12)]  # layers
Gradients = list[Fraction]


def study(
    depth: Annotated[int, Bounds("layers of the longest chain", 16, 2048)] = 640,
    weight: Annotated[float, Bounds("of every layer", 1e-3, 10)] = 1.0,
    large: Annotated[float, Bounds("a larger weight, with which it may explode", 1e-3, 10)] = 5.0,
) -> Report:
    """The derivative after every layer, certified on balls, and what each format makes of it."""
    names = each(ACTIVATIONS, "chains")
    light = {name: layers(name, weight, depth).certified() for name in names}
    heavy = {name: layers(name, large, depth).certified() for name in ACTIVATIONS}
    sigmoid, depths = light["sigmoid"], range(1, depth + 1)
    rates = {name: rate(chain) for name, chain in light.items()}
    bounded = is_bounded(sigmoid, Fraction(weight) / 4)
    numbers = {dtype: layers("sigmoid", weight, depth).forward(dtype) for dtype in SMALLEST}
    errors = {dtype: relative_errors(chain, sigmoid) for dtype, chain in numbers.items()}
    gone = {dtype: first(g == 0 for g in chain) for dtype, chain in numbers.items()}
    expected = {d: first(abs(g) <= least / 2 for g in sigmoid) for d, least in SMALLEST.items()}
    lost = {dtype: wrong_from(error) for dtype, error in errors.items()}
    ends = {name: "explodes" if abs(chain[-1]) > 1 else "vanishes" for name, chain in heavy.items()}
    facts: dict[str, Any] = {"rate": rates["sigmoid"]}
    facts |= {"word": "at most" if bounded else "not below", "bounded": bounded, "rates": rates}
    facts |= {"underflow": gone, "predicted": expected, "said": onwards(lost)}
    facts |= {"theory": listed(expected.values()), "wrong": WRONG, "lost": lost}
    facts |= {"w": weight, "v": large, "count": depth, "one": spelled(light["relu"][-1])}
    facts |= {"many": spelled(heavy["relu"][-1]), "leak": spelled(light["leaky relu"][-1])}
    facts |= {"tanh": spelled(heavy["tanh"][-1])}
    facts |= {"logarithms": {name: logarithm(chain[-1]) for name, chain in heavy.items()}}
    formats = table(
        f"Sigmoid, weight {weight:g}: when a format has lost it",
        SMALLEST,
        ("format", "text", lambda dtype: dtype),
        (f"{WRONG:.0%} off at", "count", lambda dtype: lost[dtype]),
        ("0 at", "count", lambda dtype: gone[dtype]),
        ("theory", "count", lambda dtype: expected[dtype]),
        ("smallest", "error", lambda dtype: float(SMALLEST[dtype])),
        note="theory: the first depth at which the certified gradient is below half the smallest "
        "number of the format.",
    )
    small = chart(
        f"|gradient|, weight {weight:g}: a layer of sigmoid multiplies it by "
        f"{rates['sigmoid']:.2g}",
        Axes("layers L", "log₁₀ |gradient|", span=(-420.0, 20.0)),
        *drawn(light),
        curve("(w/4)^L", depths, [n * math.log10(weight / 4) for n in depths], "theory"),
    )
    exploding = chart(
        f"|gradient|, weight {large:g}: {listed(f'{name} {end}' for name, end in ends.items())}",
        Axes("layers L", "log₁₀ |gradient|"),
        *drawn(heavy),
    )
    in_formats = chart(
        f"Sigmoid in three formats: {WRONG:.0%} wrong at {listed(lost.values())}, and 0 at "
        f"{listed(gone.values())} layers",
        Axes("layers L", "relative error of the gradient", "xy", (1e-17, 3.0)),
        *curves(depths, errors),
    )
    return Report(
        title=f"a layer of sigmoid multiplies the gradient by {rates['sigmoid']:.2g}: it is 0 in "
        f"{onwards(gone)}",
        method="the engine forward on balls (the truth) and on floats of three formats",
        tables=(
            gradients_table(f"|gradient|, weight {weight:g}", light, depth),
            gradients_table(f"|gradient|, weight {large:g}", heavy, depth),
            formats,
        ),
        charts=(small, exploding, in_formats),
        conclusions=conclusions(
            facts,
            "a layer of sigmoid multiplies the gradient by {rate:.3g}; at every depth L it is "
            "{word} (w/4)^L",
            f"it is exactly 0 in {onwards(gone)}; theory: {{theory}}",
            "it is {wrong:.0%} wrong in {said}",
            "through {count} layers of relu it is {one} with weight {w:g}, {many} with {v:g}: it "
            "vanishes or explodes with the weights alone",
            "through as many layers of leaky relu, on its negative side, with weight {w:g} it is "
            "{leak}; through as many of tanh with weight {v:g} it is {tanh}",
        ),
    )


def gradients_table(title: str, chains: Mapping[str, Gradients], depth: int) -> Table:
    """The gradients at a few depths, a column for each activation."""
    shown = tuple(n for n in SHOWN if n <= depth)
    rows = tuple((n, *(spelled(chain[n - 1]) for chain in chains.values())) for n in shown)
    return Table(title, {"layers": "count", **dict.fromkeys(chains, "text")}, rows)


def layers(name: str, weight: float, depth: int) -> Chain:
    """A chain of one activation, each layer with the same weight."""
    constants = [(Fraction(weight),)] * depth
    return Chain(parse(ACTIVATIONS[name], ("x", "w")), START.get(name, Fraction(1)), constants)


def rate(chain: Gradients) -> float:
    """The factor of one layer, deep in the chain."""
    half = len(chain) // 2
    last, middle = abs(chain[-1]), abs(chain[half - 1])
    return float(10 ** ((log10(last) - log10(middle)) / (len(chain) - half))) if last else 0.0


def is_bounded(chain: Gradients, factor: Fraction) -> bool:
    """Whether each layer has multiplied the gradient by the factor at most."""
    return all(abs(gradient) <= factor**n for n, gradient in enumerate(chain, 1))


def relative_errors(chain: Gradients, truth: Gradients) -> list[float]:
    """The relative error after every layer."""
    return [float(abs(a - b) / abs(b)) for a, b in zip(chain, truth, strict=True)]


def first(answers: Iterable[bool]) -> int | None:
    """The first depth of which something is true; None if there is none."""
    return next((n for n, answer in enumerate(answers, 1) if answer), None)


def wrong_from(errors: list[float]) -> int | None:
    """The depth from which on the error stays above the limit."""
    return first(min(errors[n:]) > WRONG for n in range(len(errors)))


def logarithm(gradient: Fraction) -> float:
    """log₁₀ of its size."""
    return log10(abs(gradient)) if gradient else -math.inf


def drawn(chains: Mapping[str, Gradients]) -> list[Curve]:
    """log₁₀ of the gradients against the layers; a line breaks where they are 0."""
    heights = {name: [log10(abs(g)) if g else None for g in of] for name, of in chains.items()}
    return [curve(name, range(1, len(y) + 1), y) for name, y in heights.items()]


def spelled(gradient: Fraction) -> str:
    """A number of any size: 10^-384.2 has no float."""
    size = logarithm(gradient)
    if not gradient:
        return "0"
    return f"{float(abs(gradient)):.3g}" if abs(size) < 5 else f"10^{size:.1f}"


def onwards(depths: Mapping[str, int | None]) -> str:
    """From which depth on, for the formats that have one."""
    starts = ", ".join(f"{dtype} from {n}" for dtype, n in depths.items() if n)
    return f"{starts} layers on" if starts else "no format"
