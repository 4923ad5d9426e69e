"""Matrices in figures: the values and the structure of a sparse one, and grids of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import ListedColormap, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from diffcmp.notes import short_exponents
from diffcmp.report.document import Pattern
from diffcmp.report.figures.canvas import OKABE_ITO
from diffcmp.report.numbers import shown
from diffcmp.report.record import Cell, Grid

MOST_CHARACTERS = 40  # of names side by side
NAMED = 12  # rows or columns that are named one by one
DECADES = 6  # that the colours span on either side of 0
MOST_CELLS = 600  # rows or columns that are drawn one by one
WRITTEN = 6  # rows or columns up to which the numbers are written into the cells
DARK, LIGHT = "black", "white"


def matrix(figure: Figure, pattern: Pattern) -> None:
    """The values on the left, the structure on the right."""
    left, right = figure.subplots(1, 2)
    values(figure, left, pattern)
    structure(right, pattern)
    for axes in (left, right):
        named(axes, axes.xaxis, pattern.columns)
        named(axes, axes.yaxis, pattern.rows)
        axes.tick_params(labelsize=10)


def values(figure: Figure, axes: Axes, pattern: Pattern) -> None:
    """The entries in logarithmic colours on either side of 0: small ones show beside large ones."""
    entries = blocks(pattern, pattern.values)
    norm = scale(entries)
    axes.set_facecolor("0.95")
    image = axes.imshow(entries, cmap="RdBu_r", norm=norm, **laid(pattern))
    bar = figure.colorbar(image, ax=axes, shrink=0.85)
    bar.ax.tick_params(labelsize=10)
    axes.set_title(pattern.caption, fontsize=12)
    if max(entries.shape) > WRITTEN:
        return
    for (i, j), x in np.ndenumerate(entries):
        if math.isfinite(x):
            is_dark = abs(norm(x) - 0.5) > 0.35
            centred(axes, i, j, short_exponents(f"{x:.4g}"), is_dark=is_dark)


def scale(entries: NDArray[np.float64]) -> SymLogNorm:
    """Colours for the sizes of all entries but 0."""
    sizes = np.abs(entries[np.isfinite(entries) & (entries != 0)])
    top = float(sizes.max()) if sizes.size else 1.0
    least = max(float(sizes.min()) if sizes.size else 1.0, top * 10.0**-DECADES)
    return SymLogNorm(linthresh=least, linscale=0.5, vmin=-top, vmax=top)


def centred(axes: Axes, i: int, j: int, text: str, *, is_dark: bool) -> None:
    """A number in its cell, light on a dark one."""
    colour = LIGHT if is_dark else DARK
    axes.text(j, i, text, color=colour, ha="center", va="center", fontsize=10, parse_math=False)


def blocks(pattern: Pattern, entries: Sequence[float]) -> NDArray[np.float64]:
    """The matrix, nan where it is structurally 0; a large one by blocks and their largest entry."""
    m, n = len(pattern.rows), len(pattern.columns)
    height, breadth = min(m, MOST_CELLS), min(n, MOST_CELLS)
    matrix = np.full((height, breadth), np.nan)
    for (i, j), x in zip(pattern.places, entries, strict=True):
        cell = i * height // m, j * breadth // n
        if not abs(matrix[cell]) >= abs(x):
            matrix[cell] = x
    return matrix


def laid(pattern: Pattern) -> dict[str, Any]:
    """How cells lie on the axes: square, but where that would leave a thread of a long matrix."""
    m, n = len(pattern.rows), len(pattern.columns)
    aspect = "auto" if max(m, n) > 4 * min(m, n) else "equal"
    corners = -0.5, n - 0.5, m - 0.5, -0.5
    return {"interpolation": "nearest", "aspect": aspect, "extent": corners}


def structure(axes: Axes, pattern: Pattern) -> None:
    """A mark for every entry that may differ from 0."""
    m, n = len(pattern.rows), len(pattern.columns)
    marks = blocks(pattern, [1.0] * len(pattern.places))
    axes.imshow(marks, cmap=ListedColormap([OKABE_ITO[0]]), **laid(pattern))
    if max(m, n) <= NAMED * 2:  # each entry a cell of its own
        for k in range(1, n):
            axes.axvline(k - 0.5, color="white", linewidth=1.0)
        for k in range(1, m):
            axes.axhline(k - 0.5, color="white", linewidth=1.0)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(m - 0.5, -0.5)
    axes.set_title(pattern.aside, fontsize=12)


def named(axes: Axes, axis: Axis, names: Sequence[str]) -> None:
    """The names of few rows or columns, the numbers of many."""
    if len(names) > NAMED:
        axis.set_major_locator(MaxNLocator(integer=True, nbins=7))
        return
    axis.set_ticks(range(len(names)), labels=list(names))
    if axis is axes.xaxis and sum(map(len, names)) > MOST_CHARACTERS:
        axes.tick_params(axis="x", labelrotation=90)
    for label in axis.get_ticklabels():
        label.set_parse_math(False)


def heat(axes: Axes, grid: Grid, room: int) -> None:
    """Numbers in colours, dark is bad, grey is none; `room` letters fit below the axes."""
    low, high = grid.span
    axes.set_facecolor("0.85")
    numbers = [[number(cell) for cell in row] for row in grid.cells]
    axes.imshow(numbers, cmap="cividis", vmin=low, vmax=high, aspect="auto")
    for i, row in enumerate(grid.cells):
        for j, cell in enumerate(row):
            is_dark = (numbers[i][j] - low) / (high - low) < 0.5
            centred(axes, i, j, shown(cell, grid.measure), is_dark=is_dark)
    labelled(axes, grid, room)
    for spine in axes.spines.values():
        spine.set_visible(False)


def labelled(axes: Axes, grid: Grid, room: int) -> None:
    """The names of rows and columns, slanted where they are long."""
    across, down = len(grid.columns), len(grid.rows)
    is_slanted = max(map(len, grid.columns)) * across > room
    rotation, ha = (35, "right") if is_slanted else (0, "center")
    axes.set_xticks(range(across), grid.columns, rotation=rotation, ha=ha)
    axes.set_yticks(range(down), grid.rows)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set(parse_math=False, fontsize=10.5)
        label.set_rotation_mode("anchor")
    axes.tick_params(length=0)
    separated(axes, across, down)


def separated(axes: Axes, across: int, down: int) -> None:
    """White lines between the cells."""
    axes.set_xticks([j - 0.5 for j in range(1, across)], minor=True)
    axes.set_yticks([i - 0.5 for i in range(1, down)], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)


def number(cell: Cell) -> float:
    """A cell as a number; nan where it is text or missing."""
    return float(cell) if isinstance(cell, int | float) else math.nan
