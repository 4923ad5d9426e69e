"""Tables that fit: sets of columns are tried from the fullest down to the barest, and the first
that fits is taken.

Nothing is cut: a number is shown with fewer significant digits, or its column is left out, and the
table says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from diffcmp.report.console import plain

GAP = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """Text and its style."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Headers and rows of cells; `left` names the columns of words, the others hold numbers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: frozenset[str] = frozenset()

    @property
    def width(self) -> int:
        """The width at which nothing has to wrap."""
        widths = [
            max(map(cell_len, [h, *(r[i].text for r in self.rows)]))
            for i, h in enumerate(self.headers)
        ]
        return sum(widths) + GAP * (len(widths) - 1)

    def without(self, hidden: Sequence[str]) -> Columns:
        """The same, some columns left out."""
        kept = [i for i, header in enumerate(self.headers) if header not in hidden]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return Columns(tuple(self.headers[i] for i in kept), rows, self.left)


def table(columns: Columns) -> Table:
    """The columns as a table with one line under the headers."""
    grid = Table(
        box=None, show_header=True, header_style="bold", padding=(0, GAP, 0, 0), pad_edge=False
    )
    for header in columns.headers:
        word = header in columns.left
        grid.add_column(
            plain(header), justify="left" if word else "right", overflow="fold", no_wrap=not word
        )
    rule = [
        max(cell_len(h), *(cell_len(r[i].text) for r in columns.rows), 1)
        for i, h in enumerate(columns.headers)
    ]
    grid.add_row(*(Text("─" * n, style="dim", no_wrap=True, overflow="crop") for n in rule))
    for row in columns.rows:
        grid.add_row(*(plain(cell.text, cell.style) for cell in row))
    return grid


def hidden_note(hidden: Sequence[str], figures: int | None) -> list[RenderableType]:
    """What the width has left out, in words; nothing where it left out nothing."""
    said = [f"derivatives rounded to {figures} digits"] if figures is not None else []
    said += [f"not shown: {', '.join(hidden)}"] if hidden else []
    return [plain(f"At this width: {'; '.join(said)}.", "dim")] if said else []
