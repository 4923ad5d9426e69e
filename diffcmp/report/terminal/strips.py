"""Strips on a terminal: one line a method, one column a piece of x, as high as the digits are
correct.

It says the same without colour. A column shows the worst of its points.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import RenderableType
from rich.text import Text

from diffcmp.report.document import Strip, Strips, grade
from diffcmp.report.terminal.console import plain
from diffcmp.report.terminal.words import STYLES
from diffcmp.spans import printable

BARS = "▁▂▃▄▅▆▇█"
NONE, NO_TRUTH, UNASKED = "×", "·", " "
GAP = 2
WIDEST_NAME = 24
NARROWEST = 10
TICK_EVERY = 16


def strip_chart(chart: Strips, width: int) -> list[RenderableType]:
    """Every method as a strip along x, the marks above, an axis below."""
    margin = left_margin(chart, width)
    cells = max(width - margin, NARROWEST)
    columns = divided(chart, cells)
    lines: list[RenderableType] = [plain(chart.title, "bold"), *marked(chart, margin, cells)]
    for strip in chart.strips:
        label = named(strip, margin)
        lines.append(label.append_text(drawn(strip, columns, chart)))
    lines += [Text(" " * margin + line, style="dim") for line in axis(chart, cells)]
    return [*lines, plain(legend(chart), "dim")]


def named(strip: Strip, margin: int) -> Text:
    """The name of a method, cut or filled to the margin."""
    name = set_cell_size(printable(strip.name), margin - GAP)
    return plain(f"{name}{' ' * GAP}", "bold")


def left_margin(chart: Strips, width: int) -> int:
    """The room for the names of the methods."""
    longest = max((cell_len(printable(strip.name)) for strip in chart.strips), default=0)
    return max(min(longest, WIDEST_NAME, width - GAP - NARROWEST), 1) + GAP


def positions(chart: Strips) -> list[float]:
    """Where the points lie between the ends, from 0 to 1, on the axis of the chart."""
    every = [place(chart, x) for x in chart.x]
    low, high = every[0], every[-1]
    return [(x - low) / (high - low) if high > low else 0.0 for x in every]


def place(chart: Strips, x: float) -> float:
    """x on its axis; halved, so that no difference overflows."""
    return math.copysign(1, x) * math.log10(abs(x)) if chart.log else x / 2


def divided(chart: Strips, cells: int) -> list[range]:
    """The points of each column; where a column has none, the nearest one."""
    u = positions(chart)
    parts = []
    for k in range(cells):
        low, high = k / cells, (k + 1) / cells
        first = bisect_left(u, low)
        last = bisect_right(u, high) if k == cells - 1 else bisect_left(u, high)
        if first == last:
            first = nearest(u, (low + high) / 2)
            last = first + 1
        parts.append(range(first, last))
    return parts


def nearest(u: Sequence[float], wanted: float) -> int:
    """The index of the position next to a wanted one."""
    at = bisect_left(u, wanted)
    beside = [i for i in (at - 1, at) if 0 <= i < len(u)]
    return min(beside, key=lambda i: abs(u[i] - wanted))


def drawn(strip: Strip, columns: Sequence[range], chart: Strips) -> Text:
    """One method."""
    line = Text()
    for column in columns:
        certain = [digits for i in column if (digits := strip.digits[i]) is not None]
        if certain:
            worst = min(certain)
            line.append(bar(worst, chart.full), style=STYLES[grade(worst, chart.dtype)])
        else:
            asked = any(strip.asked[i] for i in column)
            line.append(NO_TRUTH if asked else UNASKED, style="dim")
    return line


def bar(digits: float, full: float) -> str:
    """The height of a column; a cross where not half a digit is correct."""
    if digits < 0.5:
        return NONE
    return BARS[min(max(math.ceil(digits / full * len(BARS)) - 1, 0), len(BARS) - 1)]


def marked(chart: Strips, margin: int, cells: int) -> list[Text]:
    """A letter over each point and each end of a stretch where something happens."""
    if not chart.marks:
        return []
    u = positions(chart)
    row = [" "] * cells
    for mark in chart.marks:
        first, last = (min(int(u[i] * cells), cells - 1) for i in (mark.first, mark.last))
        for k in range(first + 1, last):
            row[k] = "─"
        row[first] = row[last] = mark.letter
    return [Text(" " * margin + "".join(row).rstrip(), style="cyan")]


def axis(chart: Strips, cells: int) -> list[str]:
    """The axis with its ticks, and labels: the ends, and those between that fit."""
    line, labels = ["─"] * cells, [" "] * (cells + 2)  # a blank on either side
    for u, text in ticks(chart, max(2, cells // TICK_EVERY)):
        column = min(int(u * cells), cells - 1)
        start = min(max(column - len(text) // 2, 0), cells - len(text))
        if start >= 0 and not "".join(labels[start : start + len(text) + 2]).strip():
            line[column] = "┴"
            labels[start + 1 : start + 1 + len(text)] = text
    return ["".join(line), "".join(labels[1:]).rstrip()]


def ticks(chart: Strips, parts: int) -> list[tuple[float, str]]:
    """Ticks from 0 to 1 and their texts: both ends, then powers of ten or even parts."""
    both = [(0.0, chart.places[0]), (1.0, chart.places[-1])]
    inner = powers_of_ten(chart, parts) if chart.log else even_parts(chart, parts)
    return both + inner


def even_parts(chart: Strips, parts: int) -> list[tuple[float, str]]:
    """The points nearest to an even number of parts, so that one is in the middle."""
    u = positions(chart)
    parts += parts % 2
    inner = [nearest(u, k / parts) for k in range(1, parts)]
    return [(u[i], chart.places[i]) for i in inner]


def powers_of_ten(chart: Strips, parts: int) -> list[tuple[float, str]]:
    """Every power of ten between the ends, or every so many."""
    first, last = math.log10(abs(chart.x[0])), math.log10(abs(chart.x[-1]))
    low, high = sorted((first, last))
    powers = range(math.ceil(low), math.floor(high) + 1)
    every = max(1, math.ceil(len(powers) / parts))
    sign = "-" if chart.x[0] < 0 else ""
    named = {power: f"{sign}1e{power}" if power else f"{sign}1" for power in powers}
    shown = [power for power in powers if power % every == 0]
    return [((power - first) / (last - first), named[power]) for power in shown]


def legend(chart: Strips) -> str:
    """What the signs mean."""
    told = [f"{BARS} to {chart.full:.1f} digits, the worst in each column", f"{NONE} none"]
    points = [pair for one in chart.strips for pair in zip(one.digits, one.asked, strict=True)]
    if any(digits is None and asked for digits, asked in points):
        told.append(f"{NO_TRUTH} no derivative")
    if not all(asked for _, asked in points):
        told.append("blank: not asked")
    kinds = dict.fromkeys(f"{mark.letter} {mark.kind}" for mark in chart.marks)
    return f"{'; '.join([*told, *kinds])}."
