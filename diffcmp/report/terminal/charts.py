"""Curves on a terminal, drawn by plotext, one character a curve.

plotext (6 and later) draws on one figure that is global to it: it is cleared before each use and
used nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import plotext
from rich.text import Text

from diffcmp.notes import short_exponents
from diffcmp.report.record import Chart, Curve
from diffcmp.report.terminal.console import plain, render

Points: TypeAlias = list[tuple[float, float]]

MARKERS = "ox+*#@%&"
COLOURS = (12, 11, 10, 13, 14, 9, 3, 6)  # of the 16 that a terminal's own theme defines
THEORY = "·"
LAYERS = ("theory", "line", "points", "rings")  # from below
HEIGHT, WIDEST, NARROWEST = 18, 110, 30
LABEL_EVERY = 12
APART = "   "  # between two entries of the legend
MARGIN = 0.04  # of the range, left free above and below
STRIDES = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)


def curve_chart(chart: Chart, width: int, colour: bool) -> str:
    """A title, the legend, and the canvas with its axes; parts of curves are for figures."""
    width = max(min(width, WIDEST), NARROWEST)
    curves = [curve for curve in chart.curves if not curve.of]
    above = [plain(chart.title, "bold"), *legend(curves, width), plain(f"{chart.y} ↑", "dim")]
    head = render(above, width, colour)
    return f"{head}\n{canvas(chart, curves, width, colour)}"


def legend(curves: Sequence[Curve], width: int) -> list[Text]:
    """The marker of each curve, on as many lines as they need."""
    lines = [Text()]
    for i, curve in enumerate(curves):
        aside = f", {curve.aside}" if curve.aside else ""
        entry = plain(f"{sign(curve, i)} {curve.name}{aside}", style(curve, i))
        if lines[-1] and lines[-1].cell_len + len(APART) + entry.cell_len > width:
            lines.append(Text())
        lines[-1].append(APART if lines[-1] else "").append_text(entry)
    return lines


def sign(curve: Curve, i: int) -> str:
    """The character of the i-th curve."""
    return THEORY if curve.look == "theory" else MARKERS[i % len(MARKERS)]


def style(curve: Curve, i: int) -> str:
    """The colour of its entry in the legend."""
    return "dim" if curve.look == "theory" else f"color({COLOURS[i % len(COLOURS)]})"


def canvas(chart: Chart, curves: Sequence[Curve], width: int, colour: bool) -> str:
    """The canvas with its axes; empty where there is nothing to draw."""
    lines = [joined(curve, points(chart, curve), width) for curve in curves]
    every = [point for line in lines for point in line]
    if not every:
        return ""
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear.all()
    figure.theme("simple" if colour else "colorless")
    figure.plot_size(width, HEIGHT)
    lowest, highest = vertical(chart, every)
    for i in sorted(range(len(curves)), key=lambda i: LAYERS.index(curves[i].look)):
        inside = [(x, y) for x, y in lines[i] if lowest <= y <= highest]
        if inside:
            x, y = zip(*inside, strict=True)
            signal = figure.signal(list(x), list(y), marker=marker(curves[i], i, colour))
            figure.draw(signal)
    rule(chart, every, width)
    text = figure.build().string(colorless=not colour)
    figure.clear.all()
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def rule(chart: Chart, every: Points, width: int) -> None:
    """The axes, their ticks and the name of the lower one."""
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    right = right if right > left else left + 1
    across = ticks(left, right, max(2, width // LABEL_EVERY), "x" in chart.log)
    lowest, highest = vertical(chart, every)
    upwards = ticks(lowest, highest, max(2, HEIGHT // 3), "y" in chart.log)
    plotext.figure.label(chart.x, axis="x")
    plotext.figure.ruler("x", "lower").lim(left, right).ticks(*across)
    plotext.figure.ruler("y", "left").lim(lowest, highest).ticks(*upwards)


def marker(curve: Curve, i: int, colour: bool) -> object:
    """The character of a curve, in its colour where there is colour."""
    if curve.look == "theory" or not colour:
        return plotext.marker(sign(curve, i), plotext.pixel())
    return plotext.marker(sign(curve, i), plotext.pixel(foreground=COLOURS[i % len(COLOURS)]))


def points(chart: Chart, curve: Curve) -> Points:
    """What can be drawn of a curve, in logarithms where the axes are logarithmic."""
    drawable = []
    for x, y in zip(curve.x, curve.y, strict=True):
        if y is None or not math.isfinite(y):
            continue
        if ("x" in chart.log and x <= 0) or ("y" in chart.log and y <= 0):
            continue
        across = math.log10(x) if "x" in chart.log else x
        upwards = math.log10(y) if "y" in chart.log else y
        drawable.append((across, upwards))
    return drawable


def joined(curve: Curve, drawable: Points, width: int) -> Points:
    """The points; of a theory, or of a line given by its two ends, with points between them."""
    is_straight = curve.look == "theory" or (curve.look == "line" and len(drawable) == 2)
    if not is_straight or len(drawable) >= width:
        return drawable
    between = [
        (a + k / width * (c - a), b + k / width * (d - b))
        for (a, b), (c, d) in pairwise(drawable)
        for k in range(width)
    ]
    return [*between, *drawable]


def vertical(chart: Chart, every: Points) -> tuple[float, float]:
    """The range of y: as the chart says, or of the data and a little more."""
    if chart.span is not None:
        low, high = (math.log10(y) if "y" in chart.log else y for y in chart.span)
        return low, high
    low, high = min(y for _, y in every), max(y for _, y in every)
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def ticks(low: float, high: float, at_most: int, log: bool) -> tuple[list[float], list[str]]:
    """Round numbers within the range, or whole powers of ten."""
    step = stride((high - low) / at_most)
    if log:
        step = max(1.0, float(math.ceil(step)))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    places = [step * k for k in range(first, last + 1)]
    return places, [power(x) if log else rounded(x, step) for x in places]


def stride(rough: float) -> float:
    """The next round number."""
    rough = max(rough, 1e-300)
    scale = 10.0 ** math.floor(math.log10(rough))
    return next(scale * s for s in STRIDES if scale * s >= rough)


def power(exponent: float) -> str:
    """A power of ten."""
    return f"1e{exponent:.0f}" if exponent else "1"


def rounded(x: float, step: float) -> str:
    """A tick among others that are a step apart."""
    return short_exponents(f"{x:.6g}") if abs(x) > 1e-9 * step else "0"
