"""The figure of a Map for print and slides: correct digits against x, one panel a method, all on
the same axes.

The points where something happens are marked in every panel, with their kind under the figure.
"""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, MultipleLocator, NullFormatter, NullLocator
from matplotlib.transforms import blended_transform_factory

from diffcmp.accuracy.record import Map, Track
from diffcmp.report import headings, numbers
from diffcmp.report.canvas import OKABE_ITO, Format, saved, settings
from diffcmp.report.places import LETTERS, by_kind, letter, named, title

GOOD, BAD, MARK = OKABE_ITO[0], OKABE_ITO[1], "0.35"
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
MOST_COLUMNS = 3
PANEL_WIDTH, PANEL_HEIGHT, FRAME_HEIGHT = 3.6, 1.65, 1.5
WIDEST = 10.8
TITLE_WIDTH = 90
TICKS = 10.5
MOST_LETTERS = 12
MOST_MARKED = 40  # special points of one kind, beyond which lines would hide the curve


def map_figure(found: Map, format: Format) -> bytes:
    """The figure in one of the formats; the same Map always gives the same bytes."""
    with settings():
        return saved(drawn(found), format)


def drawn(found: Map) -> Figure:
    """The figure as matplotlib has it."""
    count = max(len(found.tracks), 1)
    across = 1 if count <= 3 else 2 if count == 4 else MOST_COLUMNS
    down = math.ceil(count / across)
    width = min(PANEL_WIDTH * across, WIDEST) if across > 1 else 2 * PANEL_WIDTH
    figure = Figure(
        figsize=(width, FRAME_HEIGHT + PANEL_HEIGHT * down * (1 if across > 1 else 1.4)),
        layout="constrained",
    )
    name = headings.shortened(found.variable, TITLE_WIDTH)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    text, where = title(found)
    figure.suptitle(
        f"f = {headings.shortened(text, TITLE_WIDTH)}\n{headings.shortened(where, TITLE_WIDTH)}",
        parse_math=False,
        x=0.01,
        ha="left",
        fontsize=13,
    )
    for k, axes in enumerate(panels.flat):
        if k < len(found.tracks):
            frame(axes, found)
            curve(axes, found, found.tracks[k])
            marked(axes, found)
            if k + across >= count:
                axes.set_xlabel(name, parse_math=False)
            axes.tick_params(labelbottom=k + across >= count, labelsize=TICKS)
        else:
            axes.set_visible(False)
    symbol = headings.symbol(name, found.program.inputs)
    figure.supylabel(f"correct digits of {symbol}", fontsize=13).set_parse_math(False)
    explained(figure, found)
    return figure


def frame(axes: Axes, found: Map) -> None:
    """Scales, limits and grid."""
    low, high = found.points[0].x, found.points[-1].x
    if found.spacing == "log":
        axes.set_xscale(
            "log" if low > 0 else "symlog", **({} if low > 0 else {"linthresh": min(-high, -low)})
        )
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlim(low, high)
    axes.set_ylim(-0.04 * found.full, (1.2 if found.special else 1.06) * found.full)
    axes.yaxis.set_major_locator(
        MultipleLocator(4 if found.full > 8 else 2 if found.full > 4 else 1)
    )
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def curve(axes: Axes, found: Map, track: Track) -> None:
    """The digits of one method; crosses where not half a digit is correct, or where there is no
    number."""
    x = [sample.x for sample in found.points]
    known = [
        (a, d) for a, d, v in zip(x, track.digits, track.derivative, strict=True) if v is not None
    ]
    y = [math.nan if d is None else d for _, d in known]
    axes.fill_between([a for a, _ in known], 0, y, color=GOOD, alpha=0.22, linewidth=0)
    axes.plot([a for a, _ in known], y, color=GOOD, linewidth=1.1)
    lost = [a for a, d in known if d is not None and d < 0.5]
    axes.plot(
        lost,
        [0.0] * len(lost),
        linestyle="none",
        marker="x",
        color=BAD,
        markersize=4,
        markeredgewidth=1.1,
        zorder=4,
    )
    axes.axhline(track.expected, color=MARK, linewidth=0.9, linestyle="--", zorder=1.5)
    name = headings.shortened(track.backend, 24)
    median = "" if track.median is None else f"   median {numbers.digits(track.median)}"
    axes.set_title(f"{name}{median}", parse_math=False, loc="left", fontsize=11)


def marked(axes: Axes, found: Map) -> None:
    """A dotted line at each special point, a grey band over each stretch of them."""
    for stretch in found.special[:MOST_MARKED]:
        low, high = found.points[stretch.first].x, found.points[stretch.last].x
        if stretch.first == stretch.last:
            axes.axvline(low, color=MARK, linewidth=1.2, linestyle=":", zorder=1)
            if len(found.special) <= MOST_LETTERS:
                above = blended_transform_factory(axes.transData, axes.transAxes)
                axes.text(
                    low,
                    0.99,
                    letter(stretch),
                    transform=above,
                    ha="center",
                    va="top",
                    fontsize=9,
                    color=MARK,
                    bbox=PAPER,
                )
        else:
            axes.axvspan(low, high, color="0.85", linewidth=0, zorder=0)


def explained(figure: Figure, found: Map) -> None:
    """What the marks mean, under the panels."""
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=BAD, marker="x", linestyle="none", label="not a digit correct"),
        Line2D(
            [],
            [],
            color=MARK,
            linewidth=0.9,
            linestyle="--",
            label="what a method of its order should have",
        ),
    ]
    wide = {stretch.kind.value for stretch in found.special if stretch.first != stretch.last}
    for kind, where in by_kind(found).items():
        label = headings.shortened(f"{LETTERS[kind]}  {kind}: {named(where)}", TITLE_WIDTH)
        line = Line2D([], [], color=MARK, linestyle=":", label=label)
        handles.append(Patch(color="0.85", label=label) if kind in wide else line)
    legend = figure.legend(handles=handles, loc="outside lower left", ncols=min(len(handles), 2))
    for text in legend.get_texts():
        text.set_parse_math(False)
