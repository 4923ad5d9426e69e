"""The figure of a study for print and slides: its charts side by side; a curve looks the same in
all of them."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FixedLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    StrMethodFormatter,
)

from diffcmp.report.canvas import MARKERS, OKABE_ITO, Format, saved, settings
from diffcmp.report.cells import shown
from diffcmp.report.record import Chart, Curve, Grid, Report

PANEL_WIDTH, PANEL_HEIGHT = 5.8, 4.7
TITLE_HEIGHT = 0.4
MOST_ACROSS = 2
COLUMNS = {1: 86, 2: 53}  # letters of a chart's title, by the panels in a row
TITLE_COLUMNS = {1: 80, 2: 102}  # letters of the figure's
LONG = 18  # letters of a legend of which only two stand side by side
CELLS = {1: 110, 2: 60}  # letters that fit below a grid
MARKS_A_CURVE = 12
MARK_EVERY = 0.1  # of the axes' diagonal, along a curve of many points
DASHES = ("--", ":", "-.")
STROKES = (
    "-",
    (0, (7, 1.5)),
    (0, (4.5, 1.2, 1.2, 1.2)),
    (0, (2.2, 1.1)),
)  # of curves, so that grey print tells them apart
STRIDES = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500)  # decades between two ticks
MOST_TICKS = {"x": 6, "y": 8}
FEW_DECADES = 2.3  # fewer than that: 1, 2, 5, 10
DARK, LIGHT = "black", "white"


def study_figure(report: Report, format: Format) -> bytes:
    """All charts of a study as one figure; the same Report always gives the same bytes."""
    with settings():
        return saved(drawn(report), format)


def drawn(report: Report) -> Figure:
    """The figure as matplotlib has it."""
    charts = report.charts
    across = 1 if len(charts) == 1 else MOST_ACROSS
    down = math.ceil(len(charts) / across)
    wide = PANEL_WIDTH * (1.6 if across == 1 else across)
    figure = Figure(
        figsize=(wide, PANEL_HEIGHT * down + TITLE_HEIGHT),
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1),
    )
    title = wrapped(f"{report.name}: {report.title}", TITLE_COLUMNS[across])
    figure.suptitle(title, x=0.01, ha="left", fontsize=13.5, fontweight="bold", parse_math=False)
    names, shared = _names(charts), one_legend(charts)
    for k, chart in enumerate(charts):
        alone = k == len(charts) - 1 and across > 1 and len(charts) % across == 1
        axes = figure.add_subplot(down, across, (k + 1, k + across) if alone else k + 1)
        axes.set_title(
            wrapped(chart.title, COLUMNS[1 if alone else across]),
            parse_math=False,
            loc="left",
            fontsize=12.5,
        )
        if isinstance(chart, Grid):
            heat(axes, chart, CELLS[1 if alone else across])
        else:
            frame(axes, chart)
            for i, curve in enumerate(chart.curves):
                plotted(axes, chart, curve, names, i)
            ruled(axes, chart)
            if not shared:
                explained(axes, chart)
    if shared:
        handles, labels = figure.axes[0].get_legend_handles_labels()
        most = min(6, len(labels))
        plain(
            figure.legend(
                handles,
                labels,
                fontsize=10,
                handlelength=3.0,
                loc="outside lower center",
                ncols=most,
            )
        )
    return figure


def wrapped(title: str, most: int) -> str:
    """A title on as few lines as it needs, all about as long, that do not break within an
    equation."""
    for sign in "=±":
        title = title.replace(f" {sign} ", f"\u00a0{sign}\u00a0")
    count = len(textwrap.wrap(title, most))
    least = next(
        n for n in range(most // 2, most + 1) if len(textwrap.wrap(title, n)) <= count or n == most
    )
    return "\n".join(textwrap.wrap(title, least))


def one_legend(charts: Sequence[Chart | Grid]) -> bool:
    """Whether all charts have the same curves, several of them."""
    named = [
        tuple(c.name for c in chart.curves) if isinstance(chart, Chart) else () for chart in charts
    ]
    return len(named) > 1 and len(named[0]) > 1 and len(set(named)) == 1


def _names(charts: Sequence[Chart | Grid]) -> dict[str, int]:
    """The curves of all charts but the theories, numbered as they first appear: a name keeps its
    colour."""
    names: dict[str, int] = {}
    for chart in charts:
        for curve in chart.curves if isinstance(chart, Chart) else ():
            if curve.look != "theory":
                names.setdefault(curve.name, len(names))
    return names


def frame(axes: Axes, chart: Chart) -> None:
    """Scales, labels and grid."""
    axes.set_xlabel(chart.x, parse_math=False)
    axes.set_ylabel(chart.y, parse_math=False)
    for letter, scale in (("x", axes.set_xscale), ("y", axes.set_yscale)):
        if letter in chart.log:
            scale("log")
    if chart.equal:
        axes.set_aspect("equal")
    if chart.span is not None:
        axes.set_ylim(*chart.span)
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def ruled(axes: Axes, chart: Chart) -> None:
    """The ticks: round numbers, or powers of ten."""
    for letter, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if letter not in chart.log:
            axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
            continue
        low, high = sorted(
            math.log10(end) for end in (axes.get_xlim() if letter == "x" else axes.get_ylim())
        )
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
        decades(axis, low, high, MOST_TICKS[letter])


def decades(axis: Axis, low: float, high: float, most: int) -> None:
    """Ticks at powers of ten, some decades apart; on a short axis at 1, 2 and 5 too."""
    if high - low < FEW_DECADES:
        axis.set_major_locator(
            FixedLocator(
                [m * 10.0**k for k in range(math.floor(low), math.ceil(high)) for m in (1, 2, 5)]
            )
        )
        if low > -3 and high < 5:
            axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        return
    stride = next((s for s in STRIDES if (high - low) / s <= most), STRIDES[-1])
    powers = range(stride * math.ceil(low / stride - 1e-9), math.floor(high + 1e-9) + 1, stride)
    axis.set_major_locator(FixedLocator([10.0**k for k in powers]))


def plotted(axes: Axes, chart: Chart, curve: Curve, names: dict[str, int], i: int) -> None:
    """One curve, broken where it has no number."""
    label = curve.name
    for k, run in enumerate(runs(chart, curve)):
        x, y = [a for a, _ in run], [b for _, b in run]
        name = label if k == 0 else "_"
        if curve.look == "theory":
            earlier = sum(c.look == "theory" for c in chart.curves[:i])
            axes.plot(
                x,
                y,
                linestyle=DASHES[earlier % len(DASHES)],
                color="0.35",
                linewidth=1.5,
                label=name,
                zorder=1.8,
            )
            continue
        number = names[curve.name]
        colour = OKABE_ITO[number % len(OKABE_ITO)]
        marker = MARKERS[
            (number + number // len(MARKERS)) % len(MARKERS)
        ]  # so that no two names share both
        if curve.look == "rings":
            axes.plot(
                x,
                y,
                "o",
                color=DARK,
                fillstyle="none",
                markersize=13,
                markeredgewidth=1.6,
                label=name,
                zorder=3,
            )
            continue
        few = curve.look == "points" or len(run) <= MARKS_A_CURVE
        axes.plot(
            x,
            y,
            linestyle="none" if curve.look == "points" else STROKES[number % len(STROKES)],
            color=colour,
            marker=marker,
            markersize=5.0,
            markevery=1 if few else (MARK_EVERY * (number % 4) / 4, MARK_EVERY),
            linewidth=1.8,
            label=name,
            zorder=3,
        )


def runs(chart: Chart, curve: Curve) -> list[list[tuple[float, float]]]:
    """The unbroken pieces of a curve."""

    def fits(point: tuple[float, float | None]) -> bool:
        x, y = point
        return (
            y is not None
            and math.isfinite(y)
            and (x > 0 or "x" not in chart.log)
            and (y > 0 or "y" not in chart.log)
        )

    pieces = groupby(zip(curve.x, curve.y, strict=True), fits)
    return [[(x, y) for x, y in piece if y is not None] for good, piece in pieces if good]


def explained(axes: Axes, chart: Chart) -> None:
    """The legend: within the axes, where it hides least; below them where there are many curves."""
    handles, labels = axes.get_legend_handles_labels()
    lines = [(h, text) for h, text in zip(handles, labels, strict=True) if isinstance(h, Line2D)]
    if len(lines) < 2 and not any(c.look == "theory" for c in chart.curves):
        return
    many = len(lines) > 2
    two = len(lines) == 4 or max(len(text) for _, text in lines) > LONG
    place = (
        {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17), "ncols": 2 if two else 3}
        if many
        else {"loc": "best"}
    )
    legend = axes.legend(
        [h for h, _ in lines], [text for _, text in lines], fontsize=10, handlelength=3.0, **place
    )
    legend.set_frame_on(not many)
    legend.get_frame().set(edgecolor="none", alpha=0.8)
    plain(legend)


def plain(legend: Legend) -> None:
    """Its texts as they are: a dollar is a dollar."""
    for text in legend.get_texts():
        text.set_parse_math(False)


def heat(axes: Axes, grid: Grid, room: int) -> None:
    """A grid of numbers, darker where they are worse; what has no number is hatched."""
    low, high = grid.span
    values = [
        [float(c) if isinstance(c, int | float) else math.nan for c in row] for row in grid.cells
    ]
    axes.set_facecolor("0.85")
    axes.imshow(values, cmap="cividis", vmin=low, vmax=high, aspect="auto")
    for i, row in enumerate(grid.cells):
        for j, cell in enumerate(row):
            dark = isinstance(cell, int | float) and (cell - low) / (high - low) < 0.5
            axes.text(
                j,
                i,
                shown(cell, grid.measure),
                ha="center",
                va="center",
                fontsize=9.5,
                color=LIGHT if dark else DARK,
                parse_math=False,
            )
    slanted = max(map(len, grid.columns)) * len(grid.columns) > room
    axes.set_xticks(
        range(len(grid.columns)),
        grid.columns,
        rotation=35 if slanted else 0,
        ha="right" if slanted else "center",
    )
    axes.set_yticks(range(len(grid.rows)), grid.rows)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set(parse_math=False, fontsize=10.5)
        label.set_rotation_mode("anchor")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([j - 0.5 for j in range(1, len(grid.columns))], minor=True)
    axes.set_yticks([i - 0.5 for i in range(1, len(grid.rows))], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
