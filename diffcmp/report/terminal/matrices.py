"""Grids of numbers in colours, and the structure of a sparse matrix, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import RenderableType

from diffcmp.report.document import CAPACITY, Column, Graded, Pattern, grade, table
from diffcmp.report.numbers import shown
from diffcmp.report.record import Cell, Grid
from diffcmp.report.terminal.console import plain
from diffcmp.report.terminal.tables import tabulated
from diffcmp.report.terminal.words import GAP, indented

PICTURE = (24, 48)  # rows and columns of characters


def colours(grid: Grid, width: int) -> list[RenderableType]:
    """The numbers in their colours; in pieces under each other where there are too many columns."""
    lines: list[RenderableType] = [plain(grid.title, "bold")]
    for k, some in enumerate(pieces(grid, width)):
        columns = [Column("", "name"), *(Column(grid.columns[j], grid.measure) for j in some)]
        cells = [
            [name, *(graded(row[j], grid) for j in some)]
            for name, row in zip(grid.rows, grid.cells, strict=True)
        ]
        lines += [*([""] if k else []), *tabulated(table(columns, cells), width)]
    return [*lines, *([plain(grid.note, "dim")] if grid.note else [])]


def graded(cell: Cell, grid: Grid) -> Graded:
    """A number by where it lies in the span of the grid; text is no number, and bad."""
    if not isinstance(cell, int | float):
        return Graded(cell, "" if cell is None else "bad")
    low, high = grid.span
    return Graded(cell, grade(CAPACITY["float64"] * (cell - low) / (high - low)))


def pieces(grid: Grid, width: int) -> list[list[int]]:
    """The columns, as many together as fit."""
    room = width - max(map(cell_len, grid.rows))
    together: list[list[int]] = [[]]
    used = 0
    for j, header in enumerate(grid.columns):
        texts = [header, *(shown(row[j], grid.measure) for row in grid.cells)]
        needed = GAP + max(map(cell_len, texts))
        if together[-1] and used + needed > room:
            together.append([])
            used = 0
        together[-1].append(j)
        used += needed
    return together


def structure(pattern: Pattern) -> list[RenderableType]:
    """Where a matrix may differ from 0; nothing of a small one, which stands in a table."""
    if pattern.small:
        return []
    lines: list[RenderableType] = [indented(plain(line)) for line in spy(pattern)]
    return [*lines, plain(pattern.title, "dim")]


def spy(pattern: Pattern) -> Sequence[str]:
    """A bullet for each entry, or block of entries, that may differ from 0."""
    m, n = len(pattern.rows), len(pattern.columns)
    height, breadth = min(m, PICTURE[0]), min(n, PICTURE[1])
    cells = [["·"] * breadth for _ in range(height)]
    for i, j in pattern.places:
        cells[i * height // m][j * breadth // n] = "•"
    return ["".join(row) for row in cells]
