"""The figure of a Sweep for print and slides: the three parts of every method's error on
logarithmic axes.

Colour and marker tell the method, the style of the line tells the part. matplotlib's object
interface, no global state but the settings, which are put back; what the user typed is never read
as mathematics.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator
from matplotlib.transforms import blended_transform_factory

from diffcmp.accuracy.record import Series, Sweep
from diffcmp.report import curves, headings, numbers
from diffcmp.report.canvas import MARKERS, OKABE_ITO, Format, saved, settings

Style: TypeAlias = Literal["-", "--", ":"]
PARTS: tuple[tuple[curves.Part, Style, float, float], ...] = (
    ("total", "-", 2.0, 1.0),
    ("truncation", "--", 1.4, 0.8),
    ("roundoff", ":", 1.5, 0.8),
)
MARKS_A_CURVE = 14
TITLE_WIDTH = 70


def sweep_figure(sweep: Sweep, format: Format) -> bytes:
    """The figure in one of the formats; the same Sweep always gives the same bytes."""
    with settings():
        return saved(drawn(sweep), format)


def drawn(sweep: Sweep) -> Figure:
    """The figure as matplotlib has it."""
    figure = Figure(figsize=(9.6, 5.4), layout="constrained")
    axes = figure.add_subplot()
    frame(axes, sweep)
    for i, series in enumerate(sweep.series):
        curve(axes, series, i, curves.vertical(sweep))
        predicted(axes, sweep, i)
    explained(figure, sweep)
    return figure


def frame(axes: Axes, sweep: Sweep) -> None:
    """Axes, labels, grid and title."""
    symbol = headings.symbol(sweep.variable, sweep.program.inputs, sweep.truth.order)
    text = headings.shortened(sweep.program.text, TITLE_WIDTH - 10)
    where = headings.shortened(f"at {headings.point(sweep.at)}  in {sweep.dtype}", TITLE_WIDTH)
    axes.set_title(f"f = {text}\n{where}", parse_math=False, loc="left")
    axes.set_xlabel("step size h")
    axes.set_ylabel(f"absolute error of {symbol}", parse_math=False)
    axes.set_xscale("log")
    axes.set_yscale("log")
    left, right = curves.horizontal(sweep)
    lowest, highest = curves.vertical(sweep)
    axes.set_xlim(10.0 ** (left - 0.3), 10.0 ** (right + 0.3))
    axes.set_ylim(10.0**lowest, 10.0**highest)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=9))
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def curve(axes: Axes, series: Series, i: int, span: tuple[float, float]) -> None:
    """The parts of one method; beyond the range a line runs off the edge."""
    colour, marker = look(i)
    for part, style, width, alpha in PARTS:
        for run in curves.runs(curves.points(series, part), span[0] - 1, span[1] + 1):
            every = (i, max(1, len(run) // MARKS_A_CURVE)) if len(run) > i else 1
            axes.plot(
                [10.0**x for x, _ in run],
                [10.0**y for _, y in run],
                linestyle=style,
                linewidth=width,
                alpha=alpha,
                color=colour,
                marker=marker if part == "total" else None,
                markevery=every,
                markersize=5.5,
                zorder=3 if part == "total" else 2,
            )


def predicted(axes: Axes, sweep: Sweep, i: int) -> None:
    """A pin on the lower edge where theory puts the best h; methods of one order share it, so that
    pins may stack."""
    h = sweep.series[i].predicted_h
    left, right = curves.horizontal(sweep)
    if h is None or not 10.0**left <= h <= 10.0**right:
        return
    before = [series.predicted_h for series in sweep.series[:i]]
    height = 0.04 + 0.035 * sum(other is not None and 0.5 < other / h < 2 for other in before)
    colour, marker = look(i)
    on_edge = blended_transform_factory(axes.transData, axes.transAxes)
    axes.axvline(h, ymax=height, color=colour, linewidth=1.6, zorder=4)
    axes.plot(
        [h],
        [height],
        transform=on_edge,
        color=colour,
        marker=marker,
        markersize=8,
        markerfacecolor="white",
        markeredgewidth=1.8,
        zorder=5,
    )


def explained(figure: Figure, sweep: Sweep) -> None:
    """Two legends beside the axes: colours are methods, line styles are parts."""
    methods = [
        Line2D([], [], color=look(i)[0], marker=look(i)[1], linewidth=2, label=label(series))
        for i, series in enumerate(sweep.series)
    ]
    parts = [
        Line2D([], [], color="0.25", linestyle=s, linewidth=w, label=name)
        for name, s, w, _ in PARTS
    ]
    pin = Line2D(
        [],
        [],
        color="0.25",
        marker="o",
        linestyle="none",
        markerfacecolor="white",
        markersize=8,
        markeredgewidth=1.8,
        label="best h by theory",
    )
    names = figure.legend(
        handles=methods, title="method", loc="outside right upper", alignment="left"
    )
    for text in names.get_texts():
        text.set_parse_math(False)
    figure.legend(handles=[*parts, pin], title="error", loc="outside right lower", alignment="left")


def label(series: Series) -> str:
    """The method and, where it was fitted, its order; a leading underscore would hide it from the
    legend."""
    name = headings.shortened(series.backend, 24).lstrip("_")
    return (
        name
        if series.fitted_order is None
        else f"{name}, order {numbers.order(series.fitted_order)}"
    )


def look(i: int) -> tuple[str, str]:
    """Colour and marker of the i-th method."""
    return OKABE_ITO[i % len(OKABE_ITO)], MARKERS[i % len(MARKERS)]
