"""Rounding error along a chain of layers √(x² + c): forward and reverse mode in three formats
against balls."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Annotated

from diffcmp.accuracy.sweep import slope
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.chain import certified, forward, reverse
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

DTYPES = ("float16", "float32", "float64")
MODES = ("forward", "reverse")
LAYER = "sqrt(x*x + c)"  # its derivative is x over its value: a chain of them neither vanishes nor explodes
START, LOW, HIGH = Fraction(3, 2), 1, 4  # x, and the range in which x² is kept
OPERATIONS = 3  # of a layer


def study(
    depth: Annotated[int, Bounds("layers of the longest chain", 16, 8192)] = 512,
    seeds: Annotated[int, Bounds("random chains", 2, 100)] = 8,
    seed: Annotated[int, Bounds("of the first chain", 0, 10**6)] = 0,
) -> Report:
    """The root mean square, over random chains, of the relative error of the derivative, in units
    of the unit roundoff."""
    layer = parse(LAYER)
    depths = [2**k for k in range(1, depth.bit_length())]
    squares: dict[tuple[str, str], list[float]] = {
        (d, m): [0.0] * len(depths) for d in DTYPES for m in MODES
    }
    for k in each(range(seeds), "chains"):
        constants = _constants(depths[-1], random.Random(seed + k))
        every = certified(layer, START, constants)
        truth = [every[n - 1] for n in depths]
        for dtype in DTYPES:
            floats = Floats(dtype)
            with floats.quiet():
                along = list(forward(layer, floats, START, constants))
                back = list(reverse(layer, floats, START, constants, depths))
            for mode, found in (("forward", [along[n - 1] for n in depths]), ("reverse", back)):
                for i, (value, true) in enumerate(zip(found, truth, strict=True)):
                    squares[dtype, mode][i] += (
                        float((exact(value) - true) / true / Fraction(floats.unit_roundoff)) ** 2
                    )
    operations = [OPERATIONS * n for n in depths]
    errors = {
        key: [math.sqrt(total / seeds) for total in totals] for key, totals in squares.items()
    }
    growth = {key: _exponent(operations, found) for key, found in errors.items()}
    mean = sum(growth.values()) / len(growth)
    ratio = {d: errors[d, "reverse"][-1] / errors[d, "forward"][-1] for d in DTYPES}
    start = errors["float64", "forward"][0] / math.sqrt(operations[0])
    return Report(
        "roundoff",
        f"over {len(DTYPES)} formats and both modes, error grows like the number of operations to the power {mean:.2f}",
        question("roundoff"),
        "the engines forward and reverse on floats of each format, and on balls for the truth",
        {"depth": depth, "seeds": seeds, "seed": seed},
        (
            Table(
                f"Relative error of the derivative, root mean square of {seeds} chains",
                {
                    "format": "text",
                    "mode": "text",
                    "power": "order",
                    f"after {operations[0]}": "error",
                    f"after {operations[-1]}": "error",
                    "in u": "number",
                },
                tuple(
                    (
                        d,
                        m,
                        growth[d, m],
                        errors[d, m][0] * _u(d),
                        errors[d, m][-1] * _u(d),
                        round(errors[d, m][-1], 1),
                    )
                    for d, m in errors
                ),
                "power: of the number of operations; u: the unit roundoff of the format.",
            ),
        ),
        (
            Chart(
                f"In units of its own roundoff: {_range(errors)} u after {operations[-1]} operations in every format",
                "operations",
                "relative error of f′, in u",
                (
                    *(
                        Curve(f"{d}, {m}", tuple(map(float, operations)), tuple(e))
                        for (d, m), e in errors.items()
                    ),
                    Curve(
                        "√n",
                        tuple(map(float, operations)),
                        tuple(start * math.sqrt(n) for n in operations),
                        "theory",
                    ),
                    Curve(
                        "n, the bound",
                        tuple(map(float, operations)),
                        tuple(map(float, operations)),
                        "theory",
                    ),
                ),
                "xy",
            ),
        ),
        (
            concluded(
                "the powers are {low:.2f} to {high:.2f}; {nearer}",
                low=min(growth.values()),
                high=max(growth.values()),
                nearer=_nearer(mean),
                growth={f"{d}, {m}": g for (d, m), g in growth.items()},
            ),
            concluded(
                "reverse mode errs {said} times as much as forward mode ({names})",
                ratio=ratio,
                names=", ".join(DTYPES),
                said=", ".join(f"{r:.2f}" for r in ratio.values()),
            ),
            concluded(
                "after {count} operations the error is {least:.0f} to {most:.0f} u: {left:.1f} digits of float16 are "
                "left, {left64:.1f} of float64",
                count=operations[-1],
                least=min(e[-1] for e in errors.values()),
                most=max(e[-1] for e in errors.values()),
                left=_left(errors, "float16"),
                left64=_left(errors, "float64"),
            ),
        ),
    )


def _constants(count: int, dice: random.Random) -> list[tuple[Fraction]]:
    """Multiples of 1/64, exact in every format, that keep x² in its range."""
    square = START**2
    found: list[tuple[Fraction]] = []
    while len(found) < count:
        c = Fraction(dice.randint(-64, 64), 64)
        if c and LOW <= square + c <= HIGH:
            square += c
            found.append((c,))
    return found


def _nearer(power: float) -> str:
    """Which of the two theories a power is next to."""
    if abs(power - 0.5) < 0.2:
        return "1/2 is a random walk, in which errors cancel; the bound's 1 is far"
    return (
        "1 is the bound: the errors add up"
        if abs(power - 1) < 0.2
        else "neither a random walk, 1/2, nor the bound, 1"
    )


def _exponent(operations: list[int], errors: list[float]) -> float:
    found = slope(
        [(math.log(n), math.log(e)) for n, e in zip(operations, errors, strict=True) if e > 0]
    )
    assert found is not None
    return found


def _range(errors: dict[tuple[str, str], list[float]]) -> str:
    """The errors at the end of the chain, from the least to the most."""
    last = [e[-1] for e in errors.values()]
    return f"{min(last):.0f} to {max(last):.0f}"


def _left(errors: dict[tuple[str, str], list[float]], dtype: str) -> float:
    """Correct digits at the end of the chain."""
    return -math.log10(errors[dtype, "forward"][-1] * _u(dtype))


def _u(dtype: str) -> float:
    return float(Floats(dtype).unit_roundoff)
