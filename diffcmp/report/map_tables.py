"""The terminal view of a Map: how good each method is, where each one fails and why, and the chart
along x."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from diffcmp.accuracy.record import Map, Track
from diffcmp.report import numbers
from diffcmp.report.blocks import INDENT, annotated, labelled, notes, quality
from diffcmp.report.console import plain, render
from diffcmp.report.layout import GAP, Cell, Columns, hidden_note, table
from diffcmp.report.places import Row, advices, facts, hidden, rows, sited, title
from diffcmp.report.remarks import grouped
from diffcmp.report.strips import map_chart

LAYOUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("places",),
    ("places", "at"),
    ("places", "at", "median"),
)
NARROW = 64  # columns below which a place takes lines of its own instead of a row


def map_text(found: Map, width: int, colour: bool) -> str:
    """A Map for a terminal of `width` columns, with escape sequences where `colour` asks for
    them."""
    text, where = title(found)
    parts: list[RenderableType] = [
        plain(text, "bold").append_text(plain(f"   {where}", "dim")),
        "",
        grid(found),
    ]
    parts += annotated(grouped([("", found.remarks)]), text, width)
    parts += ["", *methods(found, width)]
    parts += notes(grouped((track.backend, track.remarks) for track in found.tracks), text, width)
    parts += worst(found, width)
    return f"{render(parts, width, colour)}\n\n{map_chart(found, width, colour)}"


def grid(found: Map) -> Padding:
    """The points, and what is certain of them."""
    lines = []
    for fact in facts(found):
        text = plain(fact.text)
        lines.append(
            (fact.label, text.append(f"   ({fact.aside})", style="dim") if fact.aside else text)
        )
    return labelled(lines)


def methods(found: Map, width: int) -> list[RenderableType]:
    """One row a method: its digits, and the share of points at which it has less than half of
    them."""
    headers = ("method", "median", "worst", "at", half(found), "places")
    everything = Columns(
        headers, tuple(method(found, track) for track in found.tracks), frozenset({"method"})
    )
    for left_out in LAYOUTS:
        columns = everything.without(left_out)
        if columns.width <= width:
            break
    said = f"median, worst: correct digits of at most {found.full:.1f}; places: where a method has fewer than it should."
    return [table(columns), plain(said, "dim"), *hidden_note(left_out, None)]


def half(found: Map) -> str:
    """The header of the share of bad points."""
    return f"below {found.full / 2:.1f}"


def method(found: Map, track: Track) -> tuple[Cell, ...]:
    """One row of the table of methods."""
    return (
        Cell(track.backend, "bold"),
        Cell(numbers.digits(track.median), quality(track.median, found.dtype)),
        Cell(numbers.digits(track.worst), quality(track.worst, found.dtype)),
        Cell(numbers.MISSING if track.worst_at is None else sited(found.points[track.worst_at])),
        Cell(numbers.share(track.below_half)),
        Cell(str(len(track.places) + track.places_left_out)),
    )


def worst(found: Map, width: int) -> list[RenderableType]:
    """The worst places with their reasons, and what to do."""
    shown = rows(found)
    if not shown:
        return ["", plain("No method has fewer digits than it should.", "bold")]
    parts: list[RenderableType] = ["", plain("Where they fail", "bold")]
    parts.append(places(shown) if width >= NARROW else Padding(listed(shown), (0, 0, 0, INDENT)))
    unseen = hidden(found)
    if unseen:
        parts.append(
            plain(f"{unseen} more place{'s' if unseen > 1 else ''} in the exports.", "dim")
        )
    parts += ["", plain("What to do", "bold")]
    return parts + [
        Padding(bullet(owners, advice), (0, 0, 0, INDENT)) for owners, advice in advices(shown)
    ]


def places(shown: Sequence[Row]) -> Table:
    """One row a place; the reasons fill what is left of the width."""
    grid = Table(
        box=None, show_header=True, header_style="bold", padding=(0, GAP, 0, 0), pad_edge=False
    )
    for header, ratio in (
        ("method", None),
        ("where", None),
        ("digits", None),
        ("at", None),
        ("why", 1),
    ):
        right = header == "digits"
        grid.add_column(
            header,
            justify="right" if right else "left",
            ratio=ratio,
            max_width=15 if header == "method" else None,
            no_wrap=header in ("where", "digits", "at"),
            overflow="fold",
        )
    grid.add_row(*(Rule(style="dim") for _ in grid.columns))
    for row in shown:
        style = "red" if row.digits in ("0.0", numbers.MISSING) else "yellow"
        cells = (", ".join(row.methods), row.where, row.digits, row.at)
        styled = zip(cells, ("bold", "", style, ""), strict=True)
        grid.add_row(*(plain(text, look) for text, look in styled), plain("; ".join(row.why)))
    return grid


def listed(shown: Sequence[Row]) -> Text:
    """The same for a narrow screen."""
    lines = Text()
    for row in shown:
        lines.append_text(plain(", ".join(row.methods), "bold"))
        lines.append_text(
            plain(f": {row.digits} digits at {row.at} ({row.where}): {'; '.join(row.why)}\n")
        )
    lines.rstrip()
    return lines


def bullet(owners: str, advice: str) -> Table:
    """An advice and whom it is about."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("·", plain(f"{owners}: ", "bold").append(advice, style="not bold"))
    return grid
