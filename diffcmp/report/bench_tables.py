"""The terminal view of a benchmark: a table for each work under its name, the notes, and what came
of it."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import RenderableType
from rich.text import Text

from diffcmp.report import numbers
from diffcmp.report.bench_export import (
    LEGEND,
    answers,
    before,
    change_of,
    factor,
    quartiles,
    ran_on,
    telling,
    verdict,
    works,
)
from diffcmp.report.blocks import labelled, notes
from diffcmp.report.console import plain, render
from diffcmp.report.layout import Cell, Columns, hidden_note, table
from diffcmp.report.remarks import grouped
from diffcmp.spans import printable
from diffcmp.speed.record import Bench, Change, Measurement

HEADERS = ("method", "ratio", "quartiles", "time", "digits")
LAYOUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("time",),
    ("time", "digits"),
    ("time", "digits", "quartiles"),
)
STYLES = {"worse": "bold red", "better": "green", "missing": "yellow", "new": "cyan"}


def bench_text(found: Bench, width: int, colour: bool) -> str:
    """A Bench for a terminal of `width` columns, with escape sequences where `colour` asks for
    them."""
    sections = works(found)
    everything = aligned([columns(found, rows) for _, _, rows in sections])
    for hidden in LAYOUTS:
        chosen = [
            one.without([h for h in one.headers if h.strip() in hidden]) for one in everything
        ]
        if max((one.width for one in chosen), default=0) <= width:
            break
    parts: list[RenderableType] = []
    for (suite, work, _), one in zip(sections, chosen, strict=True):
        parts += [
            plain(suite, "bold cyan").append_text(plain(f"  {work}", "not bold default")),
            "",
            table(one),
            "",
        ]
    parts += [plain(LEGEND, "dim"), *hidden_note(hidden, None)]
    parts += notes(
        grouped((f"{row.suite}/{row.method}", row.remarks) for row in found.rows), "", width
    )
    return render([*parts, "", *conclusion(found)], width, colour)


def columns(found: Bench, rows: list[Measurement]) -> Columns:
    """The rows of one work; beside an earlier run, its ratios too."""
    changes = change_of(found)
    against = found.against is not None
    cells = tuple(line(row, changes.get(row.key), against=against) for row in rows)
    return Columns(
        (*HEADERS, *(("before", "change") if against else ())), cells, frozenset({"method"})
    )


def line(row: Measurement, change: Change | None, *, against: bool) -> tuple[Cell, ...]:
    """One method; the baseline steps back, a wrong answer stands out."""
    style = "red" if row.wrong else "dim" if row.method == row.baseline else ""
    median = None if row.ratio is None else row.ratio.median
    cells = (
        Cell(row.method, style or "bold"),
        Cell(numbers.ratio(median), style),
        Cell(quartiles(row.ratio), style),
        Cell(numbers.seconds(row.seconds), style),
        Cell(numbers.digits(row.digits), style),
    )
    if not against or row.method == row.baseline:
        return (*cells, *((Cell(""), Cell("")) if against else ()))
    return (
        *cells,
        Cell(before(change)),
        Cell(factor(change), "" if change is None else STYLES.get(change.outcome, "")),
    )


def aligned(tables: list[Columns]) -> list[Columns]:
    """The tables with columns of the same widths, so that the eye goes down through all of them."""
    widths = [
        max(
            cell_len(text)
            for one in tables
            for text in (one.headers[i], *(row[i].text for row in one.rows))
        )
        for i in range(len(tables[0].headers) if tables else 0)
    ]
    found = []
    for one in tables:
        headers = tuple(
            h.ljust(n) if h in one.left else h.rjust(n)
            for h, n in zip(one.headers, widths, strict=True)
        )
        found.append(
            Columns(headers, one.rows, frozenset(h for h in headers if h.strip() in one.left))
        )
    return found


def conclusion(found: Bench) -> list[RenderableType]:
    """Whether the answers are right, what has changed, and where that was."""
    parts: list[RenderableType] = [
        plain(answers(found), "bold red" if found.wrong else "bold green")
    ]
    if found.against is not None:
        parts.append(plain(verdict(found.against), "bold red" if found.worse else "bold green"))
        parts.append(labelled((change.outcome, said(change)) for change in telling(found.against)))
    return [*parts, plain(ran_on(found), "dim")]


def said(change: Change) -> Text:
    """What has changed, and from which ratio to which."""
    text = plain(f"{change.suite}/{change.method}", STYLES[change.outcome])
    if change.before is not None and change.now is not None:
        text.append(
            f" {before(change)} → {numbers.ratio(change.now.median)}", style="not bold default"
        )
    return text.append(f"  {printable(change.work)}", style="not bold dim")
