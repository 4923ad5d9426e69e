"""The terminal view of a study: the question, tables, charts, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Block

from diffcmp.report.blocks import CAPACITY, INDENT, labelled, quality
from diffcmp.report.cells import shown, words
from diffcmp.report.console import plain, render
from diffcmp.report.layout import GAP, Cell, Columns, table
from diffcmp.report.record import Grid, Report, Table
from diffcmp.report.study_chart import study_chart

CHART_HEIGHT, CHART_WIDTH = 18, 110
FOLDED = 24  # columns that a column of words may be folded to


def study_text(report: Report, width: int, colour: bool, *, charts: bool = True) -> str:
    """A Report for a terminal of `width` columns, with escape sequences where `colour` asks for
    them."""
    chosen = ", ".join(f"{name} {value}" for name, value in report.options.items())
    lines = [
        ("question", plain(report.question)),
        ("by", plain(report.method)),
        ("options", plain(chosen)),
    ]
    parts: list[RenderableType] = [
        plain(f"{report.name}: {report.title}", "bold"),
        "",
        labelled(lines if chosen else lines[:2]),
    ]
    for one in report.tables:
        parts += ["", plain(one.title, "bold"), *tabulated(one, width)]
    blocks = [render(parts, width, colour)]
    for chart in report.charts if charts else ():
        if isinstance(chart, Grid):
            blocks.append(
                render([plain(chart.title, "bold"), *coloured(chart, width)], width, colour)
            )
        else:
            blocks.append(study_chart(chart, min(width, CHART_WIDTH), CHART_HEIGHT, colour))
    found = [bullet(conclusion.sentence) for conclusion in report.conclusions]
    blocks.append(render([plain("What follows", "bold"), *found], width, colour))
    return "\n\n".join(blocks)


def tabulated(one: Table, width: int) -> list[RenderableType]:
    """The rows as a table, or one under another where the screen is too narrow for that."""
    measures = list(one.columns.values())
    headers = tuple(one.columns)
    rows = tuple(
        tuple(
            Cell(
                shown(c, m),
                quality(float(c), "float64")
                if m == "digits" and isinstance(c, int | float)
                else "",
            )
            for c, m in zip(row, measures, strict=True)
        )
        for row in one.rows
    )
    columns = Columns(headers, rows, frozenset(h for h, m in one.columns.items() if words(m)))
    note: list[RenderableType] = [plain(one.note, "dim")] if one.note else []
    if _least(columns) <= width:
        return [table(columns), *note]
    lines: list[RenderableType] = []
    for row in rows:
        lines.append(
            Padding(
                plain(", ".join(f"{h} {c.text}" for h, c in zip(headers, row, strict=True))),
                (0, 0, 0, INDENT),
            )
        )
    return [*lines, *note]


def _least(columns: Columns) -> int:
    """The width below which numbers would not fit: a column of words can be folded."""
    widths = []
    for i, header in enumerate(columns.headers):
        widest = max(cell_len(text) for text in [header, *(row[i].text for row in columns.rows)])
        widths.append(min(widest, FOLDED) if header in columns.left else widest)
    return sum(widths) + GAP * (len(widths) - 1)


def coloured(grid: Grid, width: int) -> list[RenderableType]:
    """The numbers in their colours; in pieces, side by side no longer, where there are too many
    columns."""
    cells = [[Cell(shown(c, grid.measure), _style(c, grid)) for c in row] for row in grid.cells]
    labels = [Cell(label, "bold") for label in grid.rows]
    parts: list[RenderableType] = []
    for some in _pieces(grid, cells, width):
        headers = ("", *(grid.columns[j] for j in some))
        rows = tuple(
            (label, *(row[j] for j in some)) for label, row in zip(labels, cells, strict=True)
        )
        parts += [*([""] if parts else []), table(Columns(headers, rows, frozenset({""})))]
    return [*parts, *([plain(grid.note, "dim")] if grid.note else [])]


def _pieces(grid: Grid, cells: Sequence[Sequence[Cell]], width: int) -> list[list[int]]:
    """The columns, as many together as fit."""
    room = width - max(map(cell_len, grid.rows))
    pieces: list[list[int]] = [[]]
    used = 0
    for j, header in enumerate(grid.columns):
        needed = GAP + max(cell_len(text) for text in [header, *(row[j].text for row in cells)])
        if pieces[-1] and used + needed > room:
            pieces.append([])
            used = 0
        pieces[-1].append(j)
        used += needed
    return pieces


def _style(cell: object, grid: Grid) -> str:
    if not isinstance(cell, int | float):
        return "" if cell is None else "red"
    low, high = grid.span
    return quality(CAPACITY["float64"] * (cell - low) / (high - low), "float64")


def bullet(sentence: str) -> Padding:
    """One conclusion."""
    block = Block.grid(padding=(0, 1, 0, 0))
    block.add_column(no_wrap=True)
    block.add_column(overflow="fold")
    block.add_row("·", plain(sentence))
    return Padding(block, (0, 0, 0, INDENT), expand=False)
