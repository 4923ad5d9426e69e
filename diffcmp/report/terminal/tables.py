"""Tables that fit a terminal: what a table says it can do without is left out, until it fits.

Nothing is cut: a number is shown with fewer significant digits, or its column is left out and the
table says so; where even that does not help, the cells of a row stand one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from rich.cells import cell_len
from rich.columns import Columns as SideBySide
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table as Grid
from rich.text import Text

from diffcmp.report.document import Block, Column, Graded, Table
from diffcmp.report.numbers import is_words, shown
from diffcmp.report.terminal.console import plain
from diffcmp.report.terminal.words import GAP, STYLES, indented
from diffcmp.spans import printable

BESIDE = 4  # columns between two blocks
FOLDED = 24  # columns that a column of words may be folded to


@dataclass(frozen=True, slots=True)
class Cell:
    """Text and its style."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """The columns that are shown, the significant digits of estimates, and the cells by block.

    widths: of the columns where nothing folds, the same in all blocks; least: where words do."""

    columns: Sequence[Column]
    figures: int | None
    blocks: Sequence[Sequence[Sequence[Cell]]]
    widths: Sequence[int]

    @property
    def width(self) -> int:
        """Of the whole, where nothing is folded."""
        return sum(self.widths) + GAP * (len(self.widths) - 1)

    @property
    def least(self) -> int:
        """Below this width numbers would not fit."""
        pairs = zip(self.columns, self.widths, strict=True)
        folded = [min(width, FOLDED) if is_folding(one) else width for one, width in pairs]
        return sum(folded) + GAP * (len(folded) - 1)


def is_shown(column: Column, count: int) -> bool:
    """Whether a screen shows a column where the first `count` by rank are left out."""
    return column.screen and not 0 < column.rank <= count


def is_folding(column: Column) -> bool:
    """Whether a cell may take several lines."""
    return column.measure in ("text", "name")


def tabulated(table: Table, width: int) -> list[RenderableType]:
    """The title, the blocks, and below them what the columns hold and what is left out."""
    chosen = fitting(table, width)
    lines: list[RenderableType] = [plain(table.title, "bold")] if table.title else []
    if chosen.least > width:
        lines += unrolled(table, chosen)
    elif table.beside and 2 * chosen.width + BESIDE <= width:
        stacks = [Stack(*one, "") for one in stacked(table, chosen)]
        lines.append(SideBySide(stacks, padding=(0, BESIDE), width=chosen.width))
    else:
        for block, one in zip(table.blocks, stacked(table, chosen), strict=True):
            lines += [*one, ""] if block.title else one
    return lines + legend(table, chosen)


def stacked(table: Table, chosen: Fit) -> list[list[RenderableType]]:
    """Each block under its title."""
    return [headed(block, gridded(chosen, i)) for i, block in enumerate(table.blocks)]


def headed(block: Block, body: list[RenderableType]) -> list[RenderableType]:
    """The title of a block over its rows."""
    if not block.title:
        return body
    aside = plain(f"  {block.aside}" if block.aside else "", "not bold default")
    gap: list[RenderableType] = [""] if block.aside else []
    return [plain(block.title, "bold").append_text(aside), *gap, *body]


def fitting(table: Table, width: int) -> Fit:
    """The first of what the table can be without that fits, else the last."""
    ranks = max((column.rank for column in table.columns), default=0)
    for count, figures in table.fits or [(rank, None) for rank in range(ranks + 1)]:
        chosen = fitted(table, count, figures)
        if chosen.width <= width:
            break
    return chosen


def fitted(table: Table, count: int, figures: int | None) -> Fit:
    """The table without its first `count` columns by rank."""
    kept = [i for i, column in enumerate(table.columns) if is_shown(column, count)]
    columns = [table.columns[i] for i in kept]
    blocks = []
    for block in table.blocks:
        cells = celled(table.columns, block, figures)
        blocks.append([[row[i] for i in kept] for row in cells])
    rows = [[Cell(column.header) for column in columns], *chain.from_iterable(blocks)]
    widths = [max(1, *(cell_len(cell.text) for cell in cells)) for cells in zip(*rows, strict=True)]
    return Fit(columns, figures, blocks, widths)


def celled(columns: Sequence[Column], block: Block, figures: int | None) -> list[list[Cell]]:
    """The rows that a screen shows, written; what a column says once is not repeated."""
    rows = block.rows if block.brief is None else [block.rows[i] for i in block.brief]
    lines = []
    before: object = None
    for row in rows:
        first = bare(row[0])
        cells = [cell(value, columns[i], i, figures) for i, value in enumerate(row)]
        if first == before:
            cells = [Cell("") if c.once else one for c, one in zip(columns, cells, strict=True)]
        lines.append(cells)
        before = first
    return lines


def bare(value: Any) -> Any:
    """What a cell holds, without its grade."""
    return value.value if isinstance(value, Graded) else value


def cell(value: Any, column: Column, i: int, figures: int | None) -> Cell:
    """One cell; names of methods stand out."""
    text = printable(shown(bare(value), column.measure, figures))
    if isinstance(value, Graded) and value.grade:
        return Cell(text, STYLES[value.grade])
    style = "" if column.measure != "name" else "cyan" if i else "bold"
    return Cell(text, style)


def gridded(chosen: Fit, k: int) -> list[RenderableType]:
    """One block as a table with a line under the headers."""
    grid = Grid(box=None, header_style="bold", padding=(0, GAP, 0, 0), pad_edge=False)
    for column in chosen.columns:
        justify: Literal["left", "right"] = "left" if is_words(column.measure) else "right"
        folds = is_folding(column)
        grid.add_column(plain(column.header), justify=justify, overflow="fold", no_wrap=not folds)
    grid.add_row(*map(rule, chosen.widths))
    for row in chosen.blocks[k]:
        grid.add_row(*(plain(one.text, one.style) for one in row))
    return [grid]


def rule(width: int) -> Text:
    """The line under a header."""
    return Text("─" * width, style="dim", no_wrap=True, overflow="crop")


def unrolled(table: Table, chosen: Fit) -> list[RenderableType]:
    """The rows one under another, each cell after its header."""
    lines: list[RenderableType] = []
    for block, rows in zip(table.blocks, chosen.blocks, strict=True):
        lines += headed(block, [])
        for row in rows:
            pairs = zip(chosen.columns, row, strict=True)
            told = [f"{column.header} {one.text}".strip() for column, one in pairs if one.text]
            lines.append(indented(plain(", ".join(told))))
    return lines


def legend(table: Table, chosen: Fit) -> list[RenderableType]:
    """What the columns hold, the notes of the table, and what a screen does not show."""
    headers = [column.header for column in chosen.columns]
    below = [table.meanings(headers), *table.notes]
    if table.brief:
        below.append(table.brief)
    lines: list[RenderableType] = [plain(line, "dim") for line in below if line]
    told = []
    if chosen.figures is not None:
        told.append(f"derivatives rounded to {chosen.figures} digits")
    by_rank = sorted(table.columns, key=lambda column: column.rank)
    hidden = [c.header for c in by_rank if c.screen and c.header not in headers]
    if hidden:
        told.append(f"not shown: {', '.join(hidden)}")
    return [*lines, plain(f"At this width: {'; '.join(told)}.", "dim")] if told else lines
