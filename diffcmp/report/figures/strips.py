"""Strips in a figure: correct digits against x, one panel a method, all on the same axes.

The points where something happens are marked in every panel, with their kind under the figure.
"""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, MultipleLocator, NullFormatter, NullLocator
from matplotlib.transforms import blended_transform_factory

from diffcmp.report import numbers
from diffcmp.report.document import Strip, Strips
from diffcmp.report.figures.canvas import OKABE_ITO, unparsed
from diffcmp.spans import shortened

GOOD, BAD, MARK = OKABE_ITO[0], OKABE_ITO[1], "0.35"
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
LETTER: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": 9, "bbox": PAPER}
PANEL_WIDTH, PANEL_HEIGHT, FRAME_HEIGHT = 3.6, 1.65, 1.5
WIDEST = 10.8
LABEL_WIDTH = 90
TICKS = 10.5
MOST_LETTERS = 12
MOST_MARKED = 40  # marks beyond which lines would hide the curve
ACROSS = {1: 1, 2: 1, 3: 1, 4: 2}  # panels in a row, by how many there are; else three
EXPECTED = "what a method of its order should have"


def strip_size(chart: Strips) -> tuple[float, float]:
    """The size of the figure in inches."""
    across, down = layout(chart)
    breadth = min(PANEL_WIDTH * across, WIDEST) if across > 1 else 2 * PANEL_WIDTH
    stretched = 1.0 if across > 1 else 1.4
    return breadth, FRAME_HEIGHT + PANEL_HEIGHT * down * stretched


def layout(chart: Strips) -> tuple[int, int]:
    """How many panels stand in a row, and how many rows there are."""
    count = max(len(chart.strips), 1)
    across = ACROSS.get(count, 3)
    return across, math.ceil(count / across)


def strips(figure: Figure, chart: Strips) -> None:
    """All panels, and what their marks mean."""
    across, down = layout(chart)
    count = max(len(chart.strips), 1)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    for k, axes in enumerate(panels.flat):
        if k >= len(chart.strips):
            axes.set_visible(False)
            continue
        frame(axes, chart)
        curve(axes, chart, chart.strips[k])
        marked(axes, chart)
        is_lowest = k + across >= count
        if is_lowest:
            axes.set_xlabel(shortened(chart.variable, LABEL_WIDTH), parse_math=False)
        axes.tick_params(labelbottom=is_lowest, labelsize=TICKS)
    figure.supylabel(chart.y, fontsize=13).set_parse_math(False)
    explained(figure, chart)


def frame(axes: Axes, chart: Strips) -> None:
    """Scales, limits and grid."""
    low, high = chart.x[0], chart.x[-1]
    if not chart.log:
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    else:
        if low > 0:
            axes.set_xscale("log")
        else:
            axes.set_xscale("symlog", linthresh=min(-high, -low))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(low, high)
    axes.set_ylim(-0.04 * chart.full, (1.2 if chart.marks else 1.06) * chart.full)
    between = next((step for step, full in ((4, 8), (2, 4)) if chart.full > full), 1)
    axes.yaxis.set_major_locator(MultipleLocator(between))
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def answered(chart: Strips, strip: Strip) -> tuple[list[float], list[float]]:
    """Where there is an answer, and its correct digits, nan where the truth is not known."""
    points = list(zip(chart.x, strip.digits, strip.asked, strict=True))
    y = [math.nan if digits is None else digits for _, digits, asked in points if asked]
    return [x for x, _, asked in points if asked], y


def curve(axes: Axes, chart: Strips, strip: Strip) -> None:
    """The digits of one method; crosses where not half a digit is correct."""
    x, y = answered(chart, strip)
    axes.fill_between(x, 0, y, color=GOOD, alpha=0.22, linewidth=0)
    axes.plot(x, y, color=GOOD, linewidth=1.1)
    lost = [place for place, digits in zip(x, y, strict=True) if digits < 0.5]
    cross: dict[str, Any] = {"marker": "x", "markersize": 4, "markeredgewidth": 1.1, "zorder": 4}
    axes.plot(lost, [0.0] * len(lost), linestyle="none", color=BAD, **cross)
    axes.axhline(strip.expected, color=MARK, linewidth=0.9, linestyle="--", zorder=1.5)
    axes.set_title(caption(strip), parse_math=False, loc="left", fontsize=11)


def caption(strip: Strip) -> str:
    """The method and its median."""
    median = "" if strip.median is None else f"   median {numbers.digits(strip.median)}"
    return f"{shortened(strip.name, 24)}{median}"


def marked(axes: Axes, chart: Strips) -> None:
    """A dotted line at each special point, a grey band over each stretch of them."""
    above = blended_transform_factory(axes.transData, axes.transAxes)
    for mark in chart.marks[:MOST_MARKED]:
        low, high = chart.x[mark.first], chart.x[mark.last]
        if mark.first != mark.last:
            axes.axvspan(low, high, color="0.85", linewidth=0, zorder=0)
            continue
        axes.axvline(low, color=MARK, linewidth=1.2, linestyle=":", zorder=1)
        if len(chart.marks) <= MOST_LETTERS:
            axes.text(low, 0.99, mark.letter, transform=above, color=MARK, **LETTER)


def explained(figure: Figure, chart: Strips) -> None:
    """What the marks mean, under the panels."""
    wrong = "not a digit correct"
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=BAD, marker="x", linestyle="none", label=wrong),
        Line2D([], [], color=MARK, linewidth=0.9, linestyle="--", label=EXPECTED),
    ]
    letters = {mark.kind: mark.letter for mark in chart.marks}
    wide = {mark.kind for mark in chart.marks if mark.first != mark.last}
    for kind, where in chart.kinds.items():
        label = shortened(f"{letters[kind]}  {kind}: {where}", LABEL_WIDTH)
        if kind in wide:
            handles.append(Patch(color="0.85", label=label))
        else:
            handles.append(Line2D([], [], color=MARK, linestyle=":", label=label))
    columns = min(len(handles), 2)
    unparsed(figure.legend(handles=handles, loc="outside lower left", ncols=columns))
