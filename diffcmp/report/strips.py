"""The chart of a Map for the terminal: one line a method, one column a piece of x, as high as the
digits are correct.

It says the same without colour. A column shows the worst of its points.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from diffcmp.accuracy.record import Map, Track
from diffcmp.report.blocks import quality
from diffcmp.report.console import plain, render
from diffcmp.report.places import letter, sited
from diffcmp.spans import printable

BARS = "▁▂▃▄▅▆▇█"
NONE, NO_TRUTH, UNASKED = "×", "·", " "
GAP = 2
WIDEST_NAME = 24
NARROWEST = 10
TICK_EVERY = 16


def map_chart(found: Map, width: int, colour: bool) -> str:
    """Every method as a strip along x, the special points above, an axis below."""
    names = [printable(track.backend) for track in found.tracks]
    margin = (
        max(min(max(map(cell_len, [*names, ""])), WIDEST_NAME, width - GAP - NARROWEST), 1) + GAP
    )
    cells = max(width - margin, NARROWEST)
    columns = divided(found, cells)
    lines = [
        plain(f"Correct digits along {found.variable}", "bold"),
        *special(found, margin, cells),
    ]
    for name, track in zip(names, found.tracks, strict=True):
        lines.append(
            plain(set_cell_size(name, margin - GAP) + " " * GAP, "bold").append_text(
                strip(track, columns, found)
            )
        )
    lines += [Text(" " * margin + line, style="dim") for line in axis(found, cells)]
    lines.append(plain(legend(found), "dim"))
    return render(lines, width, colour)


def positions(found: Map) -> list[float]:
    """Where the points lie between the ends, from 0 to 1, on the axis that the spacing calls
    for."""
    every = [place(found, sample.x) for sample in found.points]
    low, high = every[0], every[-1]
    return [(x - low) / (high - low) if high > low else 0.0 for x in every]


def place(found: Map, x: float) -> float:
    """x on its axis; halved, so that no difference overflows."""
    return x / 2 if found.spacing == "linear" else math.copysign(1, x) * math.log10(abs(x))


def divided(found: Map, cells: int) -> list[range]:
    """The points of each column; where a column has none, the nearest one."""
    u = positions(found)
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
    return min((i for i in (at - 1, at) if 0 <= i < len(u)), key=lambda i: abs(u[i] - wanted))


def strip(track: Track, columns: Sequence[range], found: Map) -> Text:
    """One method."""
    line = Text()
    for column in columns:
        known = [d for i in column if (d := track.digits[i]) is not None]
        if known:
            worst = min(known)
            line.append(bar(worst, found.full), style=quality(worst, found.dtype))
        else:
            asked = any(track.derivative[i] is not None for i in column)
            line.append(NO_TRUTH if asked else UNASKED, style="dim")
    return line


def bar(digits: float, full: float) -> str:
    """The height of a column; a cross where not half a digit is correct."""
    if digits < 0.5:
        return NONE
    return BARS[min(max(math.ceil(digits / full * len(BARS)) - 1, 0), len(BARS) - 1)]


def special(found: Map, margin: int, cells: int) -> list[Text]:
    """A letter over each point, and over each end of a stretch of points, where something
    happens."""
    if not found.special:
        return []
    u = positions(found)
    row = [" "] * cells
    for stretch in found.special:
        first, last = (min(int(u[i] * cells), cells - 1) for i in (stretch.first, stretch.last))
        for k in range(first + 1, last):
            row[k] = "─"
        row[first] = row[last] = letter(stretch)
    return [Text(" " * margin + "".join(row).rstrip(), style="cyan")]


def axis(found: Map, cells: int) -> list[str]:
    """The axis with its ticks, and what stands under them: the ends, and between them what there is
    room for."""
    line, labels = ["─"] * cells, [" "] * (cells + 2)  # a blank on either side
    for u, text in ticks(found, max(2, cells // TICK_EVERY)):
        column = min(int(u * cells), cells - 1)
        start = min(max(column - len(text) // 2, 0), cells - len(text))
        if start >= 0 and not "".join(labels[start : start + len(text) + 2]).strip():
            line[column] = "┴"
            labels[start + 1 : start + 1 + len(text)] = text
    return ["".join(line), "".join(labels[1:]).rstrip()]


def ticks(found: Map, parts: int) -> list[tuple[float, str]]:
    """Where ticks stand, from 0 to 1, and their texts: both ends first, then powers of ten or even
    parts."""
    u, points = positions(found), found.points
    both = [(0.0, sited(points[0])), (1.0, sited(points[-1]))]
    if found.spacing == "linear":
        parts += parts % 2  # an even number has a tick in the middle
        inner = [nearest(u, k / parts) for k in range(1, parts)]
        return both + [(u[i], sited(points[i])) for i in inner]
    low, high = (math.log10(abs(p.x)) for p in (points[0], points[-1]))
    powers = range(math.ceil(min(low, high)), math.floor(max(low, high)) + 1)
    sign = "-" if points[0].x < 0 else ""
    chosen = [p for p in powers if p % max(1, math.ceil(len(powers) / parts)) == 0]
    return both + [((p - low) / (high - low), f"{sign}1e{p}" if p else f"{sign}1") for p in chosen]


def legend(found: Map) -> str:
    """What the marks mean."""
    marks = f"{BARS} to {found.full:.1f} digits, the worst in each column; {NONE} none"
    if any(
        d is None and v is not None
        for t in found.tracks
        for d, v in zip(t.digits, t.derivative, strict=True)
    ):
        marks += f"; {NO_TRUTH} no derivative"
    if any(v is None for t in found.tracks for v in t.derivative):
        marks += "; blank: not asked"
    kinds = dict.fromkeys(f"{letter(s)} {s.kind.value}" for s in found.special)
    return "; ".join([marks, *kinds]) + "."
