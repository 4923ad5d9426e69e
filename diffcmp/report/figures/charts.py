"""Curves in figures: panels side by side, in which a curve looks the same everywhere.

Colour and marker tell the curve; where curves have parts, the style of the line tells the part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from diffcmp.report.document import Drawing
from diffcmp.report.figures.canvas import MARKERS, OKABE_ITO, unparsed, wrapped
from diffcmp.report.figures.matrices import heat
from diffcmp.report.record import Chart, Curve, Grid
from diffcmp.spans import shortened

COLUMNS = {1: 86, 2: 53}  # letters of a chart's title, by the panels in a row
CELLS = {1: 110, 2: 60}  # letters that fit below a grid
LONG = 18  # letters of a legend of which only two stand side by side
LONGEST = 40  # letters of an entry of a legend
MARKS_A_CURVE = 12
MARK_EVERY = 0.1  # of the axes' diagonal, along a curve of many points
DASHES = ("--", ":", "-.")
# of curves, so that grey print tells them apart
STROKES = "-", (0, (7, 1.5)), (0, (4.5, 1.2, 1.2, 1.2)), (0, (2.2, 1.1))
PARTS: dict[str, dict[str, Any]] = {
    "dashed": {"linestyle": "--", "linewidth": 1.4, "alpha": 0.8},
    "dotted": {"linestyle": ":", "linewidth": 1.5, "alpha": 0.8},
}
PIN: dict[str, Any] = {"markersize": 8, "markerfacecolor": "white", "markeredgewidth": 1.8}
STRIDES = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500)  # decades between two ticks
MOST_TICKS = {"x": 6, "y": 8}
FEW_DECADES = 2.3  # fewer than that: 1, 2, 5, 10
DARK = "black"


@dataclass(frozen=True, slots=True)
class Panels:
    """The charts and grids of a figure, and how many stand in a row and in a column."""

    drawings: Sequence[Drawing]
    across: int
    down: int

    @property
    def charts(self) -> list[Chart]:
        """Those of curves."""
        return [one for one in self.drawings if isinstance(one, Chart)]

    @property
    def numbers(self) -> dict[str, int]:
        """The curves without theories and parts, as they first appear: a name keeps its colour."""
        curves = [curve for chart in self.charts for curve in chart.curves]
        names = dict.fromkeys(c.name for c in curves if c.look != "theory" and not c.of)
        return {name: i for i, name in enumerate(names)}

    @property
    def share_legend(self) -> bool:
        """Whether all have the same curves, several of them."""
        named = [tuple(curve.name for curve in chart.curves) for chart in self.charts]
        if len(named) < 2 or len(named) < len(self.drawings):
            return False
        return len(named[0]) > 1 and len(set(named)) == 1


def panels(figure: Figure, every: Panels) -> None:
    """Each chart or grid on axes of its own; the last of an odd number is as wide as two."""
    across, count = every.across, len(every.drawings)
    for k, drawing in enumerate(every.drawings):
        is_alone = k == count - 1 and count % across == 1
        place = (k + 1, k + across) if is_alone else k + 1
        axes = figure.add_subplot(every.down, across, place)
        beside = 1 if is_alone else across
        if isinstance(drawing, Grid):
            captioned(axes, drawing.title, beside)
            heat(axes, drawing, CELLS[beside])
        elif isinstance(drawing, Chart):
            draw(figure, axes, drawing, every, beside)
    if every.share_legend:
        handles, labels = figure.axes[0].get_legend_handles_labels()
        columns = min(6, len(labels))
        look = {"fontsize": 10, "handlelength": 3.0, "ncols": columns}
        unparsed(figure.legend(handles, labels, loc="outside lower center", **look))


def captioned(axes: Axes, title: str, beside: int) -> None:
    """The finding over a chart."""
    axes.set_title(wrapped(title, COLUMNS[beside]), parse_math=False, loc="left", fontsize=12.5)


def draw(figure: Figure, axes: Axes, chart: Chart, every: Panels, beside: int) -> None:
    """One chart; what has parts is explained beside it, and its title is that of the figure."""
    has_parts = any(curve.of for curve in chart.curves)
    if not has_parts:
        captioned(axes, chart.title, beside)
    frame(axes, chart)
    for i, curve in enumerate(chart.curves):
        drawn(axes, chart, curve, every.numbers, i)
    ruled(axes, chart)
    if has_parts:
        explained_beside(figure, chart, every.numbers)
    elif not every.share_legend:
        explained(axes, chart)


def frame(axes: Axes, chart: Chart) -> None:
    """Scales, labels and grid."""
    axes.set_xlabel(chart.x, parse_math=False)
    axes.set_ylabel(chart.y, parse_math=False)
    if "x" in chart.log:
        axes.set_xscale("log")
    if "y" in chart.log:
        axes.set_yscale("log")
    if chart.equal:
        axes.set_aspect("equal")
    if chart.span is not None:
        axes.set_ylim(*chart.span)
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def ruled(axes: Axes, chart: Chart) -> None:
    """The ticks: round numbers, or powers of ten."""
    both = ("x", axes.xaxis, axes.get_xlim()), ("y", axes.yaxis, axes.get_ylim())
    for letter, axis, ends in both:
        if letter not in chart.log:
            axis.set_major_locator(ticker.MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
            continue
        low, high = sorted(math.log10(end) for end in ends)
        axis.set_minor_locator(ticker.NullLocator())
        axis.set_minor_formatter(ticker.NullFormatter())
        decades(axis, low, high, MOST_TICKS[letter])


def decades(axis: Axis, low: float, high: float, most: int) -> None:
    """Ticks at powers of ten, some decades apart; on a short axis at 1, 2 and 5 too."""
    if high - low >= FEW_DECADES:
        axis.set_major_locator(ticker.FixedLocator(powers(low, high, most)))
        return
    whole = range(math.floor(low), math.ceil(high))
    axis.set_major_locator(ticker.FixedLocator([m * 10.0**k for k in whole for m in (1, 2, 5)]))
    if low > -3 and high < 5:
        axis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))


def powers(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between two exponents, as many decades apart as leaves at most so many."""
    stride = next((s for s in STRIDES if (high - low) / s <= most), STRIDES[-1])
    first = stride * math.ceil(low / stride - 1e-9)
    return [10.0**k for k in range(first, math.floor(high + 1e-9) + 1, stride)]


def drawn(axes: Axes, chart: Chart, curve: Curve, numbers: dict[str, int], i: int) -> None:
    """One curve, broken where it has no number."""
    if curve.look == "pin":
        pinned(axes, chart, curve, numbers, i)
        return
    earlier = sum(one.look == "theory" for one in chart.curves[:i])
    look = style(chart, curve, numbers, earlier)
    label = "_" if curve.of else legible(curve)
    for run in runs(chart, curve):
        if "marker" in look and curve.look == "line":
            look["markevery"] = marked(len(run), numbers[curve.name])
        axes.plot(*zip(*run, strict=True), label=label, **look)
        label = "_"


def marked(count: int, number: int) -> tuple[float, float] | None:
    """Where the marks of a curve begin and how far apart they are; None for all of a short one."""
    return (MARK_EVERY * (number % 4) / 4, MARK_EVERY) if count > MARKS_A_CURVE else None


def style(chart: Chart, curve: Curve, numbers: dict[str, int], earlier: int) -> dict[str, Any]:
    """The look of a curve; `earlier` theories have come before it."""
    if curve.look == "theory":
        dashes = DASHES[earlier % len(DASHES)]
        return {"linestyle": dashes, "color": "0.35", "linewidth": 1.5, "zorder": 1.8}
    if curve.look == "rings":
        ring = {"fillstyle": "none", "markersize": 13, "markeredgewidth": 1.6}
        return {"linestyle": "none", "marker": "o", "color": DARK, "zorder": 3, **ring}
    number = numbers[curve.of or curve.name]
    colour, marker = painted(number)
    if curve.of:
        return {"color": colour, "zorder": 2, **PARTS[curve.look]}
    has_parts = any(one.of for one in chart.curves)
    stroke: Any = "-" if has_parts else STROKES[number % len(STROKES)]
    stroke = "none" if curve.look == "points" else stroke
    line = {"linestyle": stroke, "linewidth": 1.8, "color": colour, "zorder": 3}
    return {**line, "marker": marker, "markersize": 5.0}


def painted(number: int) -> tuple[str, str]:
    """Colour and marker of a curve, so that no two share both."""
    marker = MARKERS[(number + number // len(MARKERS)) % len(MARKERS)]
    return OKABE_ITO[number % len(OKABE_ITO)], marker


def pinned(axes: Axes, chart: Chart, pin: Curve, numbers: dict[str, int], i: int) -> None:
    """A pin on the lower edge; pins that are close together stack."""
    (x,) = pin.x
    before = [one.x[0] for one in chart.curves[:i] if one.look == "pin"]
    height = 0.04 + 0.035 * sum(0.5 < other / x < 2 for other in before)
    colour, marker = painted(numbers[pin.of])
    on_edge = blended_transform_factory(axes.transData, axes.transAxes)
    axes.axvline(x, ymax=height, color=colour, linewidth=1.6, zorder=4)
    axes.plot([x], [height], transform=on_edge, color=colour, marker=marker, zorder=5, **PIN)


def legible(curve: Curve) -> str:
    """What a legend calls a curve; a leading underscore would hide it."""
    name = shortened(curve.name, LONGEST).lstrip("_")
    return f"{name}, {curve.aside}" if curve.aside else name


def runs(chart: Chart, curve: Curve) -> list[list[tuple[float, float]]]:
    """The unbroken pieces of a curve."""

    def fits(point: tuple[float, float | None]) -> bool:
        x, y = point
        if y is None or not math.isfinite(y):
            return False
        return (x > 0 or "x" not in chart.log) and (y > 0 or "y" not in chart.log)

    pieces = groupby(zip(curve.x, curve.y, strict=True), fits)
    return [[(x, y) for x, y in piece if y is not None] for good, piece in pieces if good]


def explained(axes: Axes, chart: Chart) -> None:
    """The legend: within the axes, where it hides least; below them where there are many curves."""
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) < 2 and not any(curve.look == "theory" for curve in chart.curves):
        return
    many = len(labels) > 2
    two = len(labels) == 4 or max(map(len, labels)) > LONG
    place: dict[str, Any] = {"loc": "best"}
    if many:
        place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17), "ncols": 2 if two else 3}
    legend = unparsed(axes.legend(handles, labels, fontsize=10, handlelength=3.0, **place))
    legend.set_frame_on(not many)
    legend.get_frame().set(edgecolor="none", alpha=0.8)


def explained_beside(figure: Figure, chart: Chart, numbers: dict[str, int]) -> None:
    """Two legends beside the axes: colours are methods, line styles are parts."""
    wholes = [curve for curve in chart.curves if not curve.of]
    handles = [method(curve, numbers[curve.name]) for curve in wholes]
    look = {"title": "method", "alignment": "left"}
    unparsed(figure.legend(handles=handles, loc="outside right upper", **look))
    parts = {curve.name: curve.look for curve in chart.curves if curve.of}
    handles = [part(name, look) for name, look in {"total": "line", **parts}.items()]
    look = {"title": "error", "alignment": "left"}
    figure.legend(handles=handles, loc="outside right lower", **look)


def method(curve: Curve, number: int) -> Line2D:
    """The entry of a method in a legend."""
    colour, marker = painted(number)
    return Line2D([], [], color=colour, marker=marker, linewidth=2, label=legible(curve))


def part(name: str, look: str) -> Line2D:
    """The entry of a part of an error in a legend, or of the whole."""
    whole, pin = {"linestyle": "-", "linewidth": 2}, {"marker": "o", "linestyle": "none", **PIN}
    style: dict[str, Any] = whole if look == "line" else PARTS.get(look, pin)
    return Line2D([], [], color="0.25", label=name, **style)
