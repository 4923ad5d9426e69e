"""The figure of a Jacobian or Hessian: its values in colour and where it may differ from 0 at
all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from diffcmp.accuracy.matrix import MatrixComparison
from diffcmp.report import headings
from diffcmp.report.canvas import OKABE_ITO, Format, saved, settings

TITLE_WIDTH = 70
MOST_CHARACTERS = 40  # of names side by side
NAMED = 12  # rows or columns that are named one by one
DECADES = 6  # that the colours span on either side of 0
MOST_CELLS = 600  # rows or columns that are drawn one by one
WRITTEN = 6  # rows or columns up to which the numbers are written into the cells


def matrix_figure(found: MatrixComparison, format: Format) -> bytes:
    """The figure in one of the formats; the same record always gives the same bytes."""
    with settings():
        return saved(drawn(found), format)


def drawn(found: MatrixComparison) -> Figure:
    """The values on the left, the structure on the right."""
    figure = Figure(figsize=(10.4, 5.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    text = headings.shortened(found.text, TITLE_WIDTH)
    where = headings.shortened(headings.point(found.at), TITLE_WIDTH)
    figure.suptitle(
        f"{found.what} of {text}\nat {where}", parse_math=False, x=0.01, ha="left", fontsize=13
    )
    values(figure, left, found)
    structure(right, found)
    for axes in (left, right):
        named(axes, found)
    return figure


def values(figure: Figure, axes: Axes, found: MatrixComparison) -> None:
    """The entries: colours are logarithmic on either side of 0, so that small ones are seen beside
    large ones."""
    matrix = blocks(found, shown(found))
    sizes = np.abs(matrix[np.isfinite(matrix) & (matrix != 0)])
    top = float(sizes.max()) if sizes.size else 1.0
    least = max(float(sizes.min()) if sizes.size else 1.0, top * 10.0**-DECADES)
    norm = SymLogNorm(linthresh=least, linscale=0.5, vmin=-top, vmax=top)
    axes.set_facecolor("0.95")
    aspect: Literal["auto", "equal"] = "auto" if is_flat(found) else "equal"
    image = axes.imshow(
        matrix,
        cmap="RdBu_r",
        norm=norm,
        interpolation="nearest",
        aspect=aspect,
        extent=extent(found),
    )
    bar = figure.colorbar(image, ax=axes, shrink=0.85)
    bar.ax.tick_params(labelsize=10)
    axes.set_title(
        "certified values" if None not in found.truth else "values by products", fontsize=12
    )
    if max(matrix.shape) <= WRITTEN:
        for (i, j), x in np.ndenumerate(matrix):
            if math.isfinite(x):
                dark = abs(norm(x) - 0.5) > 0.35
                axes.text(
                    j,
                    i,
                    f"{x:.4g}",
                    ha="center",
                    va="center",
                    fontsize=10,
                    color="white" if dark else "black",
                )


def shown(found: MatrixComparison) -> list[float]:
    """The certified entries; where these are a sample only, those of the last method, which has
    them all."""
    if None not in found.truth or not found.results:
        return [math.nan if q is None else float(q.text(17)) for q in found.truth]
    return [math.nan if v is None else float(v) for v in found.results[-1].values]


def blocks(found: MatrixComparison, entries: Sequence[float]) -> NDArray[np.float64]:
    """The matrix, nan where it is 0 by its structure; of a large one blocks, each by its largest
    entry."""
    m, n = len(found.rows), len(found.columns)
    height, breadth = min(m, MOST_CELLS), min(n, MOST_CELLS)
    matrix = np.full((height, breadth), np.nan)
    for (i, j), x in zip(found.places, entries, strict=True):
        cell = i * height // m, j * breadth // n
        if not abs(matrix[cell]) >= abs(x):
            matrix[cell] = x
    return matrix


def extent(found: MatrixComparison) -> tuple[float, float, float, float]:
    """Where the corners of the matrix are, in rows and columns."""
    return -0.5, len(found.columns) - 0.5, len(found.rows) - 0.5, -0.5


def structure(axes: Axes, found: MatrixComparison) -> None:
    """A mark for every entry that may differ from 0."""
    m, n = len(found.rows), len(found.columns)
    filled = blocks(found, [1.0] * len(found.places))
    aspect: Literal["auto", "equal"] = "auto" if is_flat(found) else "equal"
    axes.imshow(
        filled,
        cmap=ListedColormap([OKABE_ITO[0]]),
        interpolation="nearest",
        aspect=aspect,
        extent=extent(found),
    )
    if max(m, n) <= NAMED * 2:  # each entry a cell of its own
        for k in range(1, n):
            axes.axvline(k - 0.5, color="white", linewidth=1.0)
        for k in range(1, m):
            axes.axhline(k - 0.5, color="white", linewidth=1.0)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(m - 0.5, -0.5)
    axes.set_title(
        f"{len(found.places)} of {m * n} entries: {found.products} products", fontsize=12
    )


def named(axes: Axes, found: MatrixComparison) -> None:
    """The names of few rows and columns, the numbers of many."""
    for axis, names in ((axes.xaxis, found.columns), (axes.yaxis, found.rows)):
        if len(names) <= NAMED:
            axis.set_ticks(range(len(names)), labels=list(names))
            if axis is axes.xaxis and sum(map(len, names)) > MOST_CHARACTERS:
                axes.tick_params(axis="x", labelrotation=90)
            for label in axis.get_ticklabels():
                label.set_parse_math(False)
        else:
            axis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    axes.tick_params(labelsize=10)


def is_flat(found: MatrixComparison) -> bool:
    """Whether the matrix is far from square, so that square cells would leave a thread of it."""
    m, n = len(found.rows), len(found.columns)
    return max(m, n) > 4 * min(m, n)
