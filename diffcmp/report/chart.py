"""The chart of a Sweep for the terminal: the total error of every method against the step size,
drawn by plotext.

plotext (6 and later) draws on one figure that is global to it: it is cleared before each use and
used nowhere else.
"""

from __future__ import annotations

import math

import plotext
from rich.text import Text

from diffcmp.accuracy.record import Sweep
from diffcmp.report import curves, headings
from diffcmp.report.console import plain, render

MARKERS = "ox+*#@%&"
COLOURS = (12, 11, 10, 13, 14, 9, 3, 6)  # of the 16 that a terminal's own theme defines
LABEL_EVERY = 12
MIN_WIDTH, MIN_HEIGHT = 30, 8


def sweep_chart(sweep: Sweep, width: int, height: int, colour: bool) -> str:
    """log10 of the total error against log10 of h, one marker a method; no escape sequences unless
    `colour`."""
    width = max(width, MIN_WIDTH)
    above = [plain(title(sweep, width), "bold"), legend(sweep)]
    head = render(above, width, colour)
    canvas = drawn(sweep, width, max(height - len(head.splitlines()), MIN_HEIGHT), colour)
    return f"{head}\n{canvas}"


def title(sweep: Sweep, width: int) -> str:
    """What is drawn, in one line."""
    symbol = headings.symbol(sweep.variable, sweep.program.inputs, sweep.truth.order)
    frame = f"error of {symbol} of  at {headings.point(sweep.at)}"
    text = headings.shortened(sweep.program.text, max(width - len(frame), 10))
    return headings.shortened(f"error of {symbol} of {text} at {headings.point(sweep.at)}", width)


def legend(sweep: Sweep) -> Text:
    """The marker of each method."""
    line = Text()
    for i, series in enumerate(sweep.series):
        style = f"color({COLOURS[i % len(COLOURS)]})"
        line.append_text(plain(f"{MARKERS[i % len(MARKERS)]} {series.backend}", style)).append(
            "   "
        )
    return line


def drawn(sweep: Sweep, width: int, height: int, colour: bool) -> str:
    """The canvas with its axes."""
    lowest, highest = curves.vertical(sweep)
    left, right = curves.horizontal(sweep)
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear.all()
    figure.theme("simple" if colour else "colorless")
    figure.plot_size(width, height)
    for i, series in enumerate(sweep.series):
        pieces = curves.runs(curves.points(series, "total"), lowest, highest)
        flat = [point for piece in pieces for point in piece]
        if not flat:
            continue
        signal = figure.signal([x for x, _ in flat], [y for _, y in flat], marker=marker(i, colour))
        figure.draw(signal)
    figure.label("step size h", axis="x")
    figure.ruler("x", "lower").lim(left, right).ticks(
        *ticks(left, right, max(2, width // LABEL_EVERY))
    )
    figure.ruler("y", "left").lim(lowest, highest).ticks(
        *ticks(lowest, highest, max(2, height // 3))
    )
    text = figure.build().string(colorless=not colour)
    figure.clear.all()
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def marker(i: int, colour: bool) -> object:
    """A character, in the colour of its method where there is colour."""
    character = MARKERS[i % len(MARKERS)]
    pixel = plotext.pixel(foreground=COLOURS[i % len(COLOURS)]) if colour else plotext.pixel()
    return plotext.marker(character, pixel)


def ticks(lowest: float, highest: float, at_most: int) -> tuple[list[float], list[str]]:
    """Whole powers of ten within the range, evenly spaced."""
    first, last = math.ceil(lowest), math.floor(highest)
    stride = max(1, math.ceil((last - first + 1) / at_most))
    powers = [p for p in range(first, last + 1) if p % stride == 0]
    return [float(p) for p in powers], [f"1e{p}" if p else "1" for p in powers]
