"""Rounding error along a chain of layers √(x² + c): both modes in three formats against balls."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from diffcmp.arithmetic.floats import Floats
from diffcmp.language.parser import parse
from diffcmp.report.record import Report
from diffcmp.studies.chain import Chain
from diffcmp.studies.layout import Axes, chart, conclusions, curve, curves, listed, table
from diffcmp.studies.numbers import power
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

DTYPES = ("float16", "float32", "float64")
LAYER = "sqrt(x*x + c)"  # derivative: x over its value, so that a chain does not vanish or explode
START, LOW, HIGH = Fraction(3, 2), 1, 4  # x, and the range in which x² is kept
OPERATIONS = 3  # of a layer


@dataclass(frozen=True, slots=True)
class Growth:
    """The error of a mode in a format, after each count of operations: the root mean square over
    the chains of the relative error, in units of the unit roundoff u."""

    dtype: str
    mode: str
    u: float
    operations: list[int]
    errors: list[float]

    @property
    def name(self) -> str:
        return f"{self.dtype}, {self.mode}"

    @property
    def power(self) -> float:
        """The p with which the error grows like the p-th power of the operations."""
        return power(self.operations, self.errors)

    @property
    def left(self) -> float:
        """Correct digits at the end of the chain."""
        return -math.log10(self.errors[-1] * self.u)


def growths(depths: list[int], seeds: int, seed: int) -> list[Growth]:
    """The growth of both modes in every format."""
    squares: dict[tuple[str, str], list[list[float]]] = {}
    for k in each(range(seeds), "chains"):
        dice = random.Random(seed + k)
        chain = Chain(parse(LAYER), START, shifts(depths[-1], dice))
        for key, errors in by_mode(chain, depths).items():
            squares.setdefault(key, []).append(errors)
    return [grown(key, rows, depths) for key, rows in squares.items()]


def by_mode(chain: Chain, depths: list[int]) -> dict[tuple[str, str], list[float]]:
    """The squared errors of both modes in every format."""
    truth = chain.certified()
    errors = {}
    for dtype in DTYPES:
        forward = chain.forward(dtype)
        modes = {"forward": [forward[n - 1] for n in depths]}
        modes["reverse"] = chain.reverse(dtype, depths)
        for mode, slopes in modes.items():
            errors[dtype, mode] = squared(slopes, [truth[n - 1] for n in depths], dtype)
    return errors


def squared(slopes: list[Fraction], truth: list[Fraction], dtype: str) -> list[float]:
    """The squares of the relative errors in units of the unit roundoff."""
    u = Fraction(Floats(dtype).unit_roundoff)
    pairs = zip(slopes, truth, strict=True)
    return [float((slope / true - 1) / u) ** 2 for slope, true in pairs]


def grown(key: tuple[str, str], squares: list[list[float]], depths: list[int]) -> Growth:
    """The root mean square over the chains."""
    errors = [math.sqrt(sum(column) / len(squares)) for column in zip(*squares, strict=True)]
    unit = float(Floats(key[0]).unit_roundoff)
    return Growth(*key, unit, [OPERATIONS * n for n in depths], errors)


def shifts(count: int, dice: random.Random) -> list[tuple[Fraction]]:
    """A constant c for every layer that keeps x² in range, exact in every format."""
    square = START**2
    constants: list[tuple[Fraction]] = []
    while len(constants) < count:
        c = Fraction(dice.randint(-64, 64), 64)
        if c and LOW <= square + c <= HIGH:
            square += c
            constants.append((c,))
    return constants


def nearer(exponent: float) -> str:
    """Which of the two theories an exponent is next to."""
    if abs(exponent - 0.5) < 0.2:
        return "1/2 is a random walk, in which errors cancel; the bound's 1 is far"
    if abs(exponent - 1) < 0.2:
        return "1 is the bound: the errors add up"
    return "neither a random walk, 1/2, nor the bound, 1"


def study(
    depth: Annotated[int, Bounds("layers of the longest chain", 16, 8192)] = 512,
    seeds: Annotated[int, Bounds("random chains", 2, 100)] = 8,
    seed: Annotated[int, Bounds("of the first chain", 0, 10**6)] = 0,
) -> Report:
    """The RMS, over random chains, of the relative error of the derivative, in unit roundoffs."""
    all_growths = growths([2**k for k in range(1, depth.bit_length())], seeds, seed)
    by_name = {growth.name: growth for growth in all_growths}
    powers = {name: growth.power for name, growth in by_name.items()}
    mean = sum(powers.values()) / len(powers)
    last = {name: growth.errors[-1] for name, growth in by_name.items()}
    least, most = min(last.values()), max(last.values())
    ratio = {d: last[f"{d}, reverse"] / last[f"{d}, forward"] for d in DTYPES}
    double = by_name["float64, forward"]
    operations = double.operations
    start = double.errors[0] / math.sqrt(operations[0])
    facts = {
        "low": min(powers.values()),
        "high": max(powers.values()),
        "nearer": nearer(mean),
        "growth": powers,
        "ratio": ratio,
        "names": listed(DTYPES),
        "said": listed(ratio.values(), ".2f"),
        "count": operations[-1],
        "least": least,
        "most": most,
        "left": by_name["float16, forward"].left,
        "left64": double.left,
    }
    errors = table(
        f"Relative error of the derivative, root mean square of {seeds} chains",
        all_growths,
        ("format", "text", "dtype"),
        ("mode", "text", "mode"),
        ("power", "order", "power"),
        (f"after {operations[0]}", "error", lambda growth: growth.errors[0] * growth.u),
        (f"after {operations[-1]}", "error", lambda growth: growth.errors[-1] * growth.u),
        ("in u", "number", lambda growth: round(growth.errors[-1], 1)),
        note="power: of the number of operations; u: the unit roundoff of the format.",
    )
    walk = [start * math.sqrt(n) for n in operations]
    against_count = chart(
        f"After {operations[-1]} operations the error is {least:.0f} to {most:.0f} u in every "
        "format",
        Axes("operations", "relative error of f′, in u", "xy"),
        *curves(operations, {name: growth.errors for name, growth in by_name.items()}),
        curve("√n", operations, walk, "theory"),
        curve("n, the bound", operations, operations, "theory"),
    )
    return Report(
        title=f"over {len(DTYPES)} formats and both modes, error grows like the number of "
        f"operations to the power {mean:.2f}",
        method="the engines forward and reverse on floats of each format, and on balls for the "
        "truth",
        tables=(errors,),
        charts=(against_count,),
        conclusions=conclusions(
            facts,
            "the powers are {low:.2f} to {high:.2f}; {nearer}",
            "reverse mode errs {said} times as much as forward mode ({names})",
            "after {count} operations the error is {least:.0f} to {most:.0f} u: {left:.1f} digits "
            "of float16 are left, {left64:.1f} of float64",
        ),
    )
