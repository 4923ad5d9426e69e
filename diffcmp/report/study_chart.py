"""The charts of a study for the terminal: curves drawn by plotext, one character a curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import plotext
from rich.text import Text

from diffcmp.report.chart import COLOURS, LABEL_EVERY, MARKERS, MIN_HEIGHT, MIN_WIDTH, marker
from diffcmp.report.console import plain, render
from diffcmp.report.record import Chart, Curve

THEORY = "·"
LAYERS = ("theory", "line", "points", "rings")  # from below
APART = "   "  # between two entries of the legend
MARGIN = 0.04  # of the range, left free above and below
STRIDES = (1.0, 2.0, 2.5, 5.0, 10.0)


def study_chart(chart: Chart, width: int, height: int, colour: bool) -> str:
    """A title, the legend, and the canvas with its axes."""
    width = max(width, MIN_WIDTH)
    head = render(
        [plain(chart.title, "bold"), *legend(chart, width), plain(f"{chart.y} ↑", "dim")],
        width,
        colour,
    )
    return f"{head}\n{drawn(chart, width, max(height, MIN_HEIGHT), colour)}"


def legend(chart: Chart, width: int) -> list[Text]:
    """The marker of each curve, on as many lines as they need."""
    lines = [Text()]
    for i, curve in enumerate(chart.curves):
        style = f"color({COLOURS[i % len(COLOURS)]})" if curve.look != "theory" else "dim"
        sign = MARKERS[i % len(MARKERS)] if curve.look != "theory" else THEORY
        entry = plain(f"{sign} {curve.name}", style)
        if lines[-1] and lines[-1].cell_len + len(APART) + entry.cell_len > width:
            lines.append(Text())
        lines[-1].append(APART if lines[-1] else "").append_text(entry)
    return lines


def drawn(chart: Chart, width: int, height: int, colour: bool) -> str:
    """The canvas."""
    curves = [joined(curve, points(chart, curve), width) for curve in chart.curves]
    every = [point for curve in curves for point in curve]
    if not every:
        return ""
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear.all()
    figure.theme("simple" if colour else "colorless")
    figure.plot_size(width, height)
    lowest, highest = vertical(chart, every)
    order = sorted(range(len(curves)), key=lambda i: LAYERS.index(chart.curves[i].look))
    for i in order:
        inside = [(x, y) for x, y in curves[i] if lowest <= y <= highest]
        if inside:
            sign = (
                plotext.marker(THEORY, plotext.pixel())
                if chart.curves[i].look == "theory"
                else marker(i, colour)
            )
            figure.draw(figure.signal([x for x, _ in inside], [y for _, y in inside], marker=sign))
    figure.label(chart.x, axis="x")
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    right = right if right > left else left + 1
    figure.ruler("x", "lower").lim(left, right).ticks(
        *ticks(left, right, max(2, width // LABEL_EVERY), "x" in chart.log)
    )
    figure.ruler("y", "left").lim(lowest, highest).ticks(
        *ticks(lowest, highest, max(2, height // 3), "y" in chart.log)
    )
    text = figure.build().string(colorless=not colour)
    figure.clear.all()
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def points(chart: Chart, curve: Curve) -> list[tuple[float, float]]:
    """What can be drawn of a curve, in logarithms where the axes are logarithmic."""
    found = []
    for x, y in zip(curve.x, curve.y, strict=True):
        if (
            y is not None
            and math.isfinite(y)
            and (x > 0 or "x" not in chart.log)
            and (y > 0 or "y" not in chart.log)
        ):
            found.append(
                (math.log10(x) if "x" in chart.log else x, math.log10(y) if "y" in chart.log else y)
            )
    return found


def joined(curve: Curve, found: list[tuple[float, float]], width: int) -> list[tuple[float, float]]:
    """Points as they are; those of a theory, or of a line given by its two ends, with what is
    straight between them."""
    if curve.look not in ("line", "theory") or (curve.look == "line" and len(found) != 2):
        return found
    steps = [k / width for k in range(width)]
    between = [
        (a + t * (c - a), b + t * (d - b))
        for (a, b), (c, d) in pairwise(found)
        if len(found) < width
        for t in steps
    ]
    return [*between, *found]


def vertical(chart: Chart, every: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The range of y: as the chart says, or of the data and a little more."""
    if chart.span is not None:
        low, high = (math.log10(y) if "y" in chart.log else y for y in chart.span)
        return low, high
    low, high = min(y for _, y in every), max(y for _, y in every)
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def ticks(low: float, high: float, at_most: int, log: bool) -> tuple[list[float], list[str]]:
    """Round numbers within the range, or whole powers of ten."""
    rough = max((high - low) / at_most, 1e-300)
    scale = 10.0 ** math.floor(math.log10(rough))
    stride = next(scale * s for s in (*STRIDES, 20.0) if scale * s >= rough)
    if log:
        stride = max(1.0, float(math.ceil(stride)))
    found = [
        stride * k
        for k in range(math.ceil(low / stride - 1e-9), math.floor(high / stride + 1e-9) + 1)
    ]
    if log:
        return found, [f"1e{p:.0f}" if p else "1" for p in found]
    return found, [f"{x:.6g}" if abs(x) > 1e-9 * stride else "0" for x in found]
