"""The document of a Map: the points, how good each method is along x, its worst places with their
reasons, and a strip for each method."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diffcmp.accuracy.record import Map, Track, plain
from diffcmp.notes import joined
from diffcmp.report import numbers
from diffcmp.report.document import (
    Block,
    Column,
    Data,
    Document,
    Fact,
    Facts,
    Graded,
    Item,
    Items,
    Mark,
    Notes,
    Part,
    Section,
    Strip,
    Strips,
    Table,
    grade,
    section,
    table,
)
from diffcmp.report.documents.facts import notes, point, symbol
from diffcmp.report.documents.places import (
    FEW,
    LETTERS,
    MOST,
    Row,
    advices,
    by_kind,
    hidden,
    named,
    rows,
    sited,
)
from diffcmp.report.remarks import grouped

FIELDS = (
    "expression variable at dtype kernel certified point x kind truth left right backend "
    "derivative digits notes"
).split()
FINE = "No method has fewer digits than it should."


def document(record: Map) -> Document:
    """A Map, ready for any medium."""
    fixed = f", {point(record.at)}" if record.at else ""
    interval = f"for {record.variable} from {record.start} to {record.stop}"
    return Document(
        heading=record.program.text,
        where=f"{interval}{fixed}  in {record.dtype}",
        parts=lambda: parts(record),
        data=lambda: Data(FIELDS, lines(record)),
        tree=record.to_dict,
    )


def parts(record: Map) -> list[Part]:
    """What a person reads."""
    text = record.program.text
    worst = rows(record, MOST)
    what_to_do = [Item(advice, owner=owners) for owners, advice in advices(worst)]
    return [
        Facts(facts(record)),
        Notes(grouped([("", record.remarks)]), text),
        methods(record),
        *notes(text, ((track.backend, track.remarks) for track in record.tracks)),
        Section("Where they fail", [places(record, worst)]) if worst else Section(FINE, ()),
        *section("What to do", Items(what_to_do, "·")),
        strips(record),
    ]


def facts(record: Map) -> list[Fact]:
    """The grid, the truth along it, and the points where something happens."""
    spacing = "evenly spaced" if record.spacing == "linear" else "in equal ratios"
    proof = "not certified at every point"
    if record.certified:
        proof = f"certified to {record.digits} digits"
    told = [Fact("points", f"{len(record.points)}, {spacing}"), Fact("truth", proof)]
    for i, (kind, where) in enumerate(by_kind(record).items()):
        label = "special" if i == 0 else ""
        told.append(Fact(label, f"{record.variable} = {named(where)}", kind))
    return told


def methods(record: Map) -> Table:
    """One row a method: its digits, and the share of points at which it has less than half of
    them."""
    half = f"{record.full / 2:.1f}"
    digits = f"correct digits, of at most {record.full:.1f}"
    columns = [
        Column("method", "name"),
        Column("median", "digits", digits, rank=3),
        Column("worst", "digits", digits),
        Column("at", "code", "where that is", rank=2),
        Column(f"below {half}", "share", "the share of points with fewer digits than that"),
        Column("places", "count", "where a method has fewer digits than it should", rank=1),
    ]
    return table(columns, [method(record, track) for track in record.tracks])


def method(record: Map, track: Track) -> list[Any]:
    """One row of the table of methods."""
    return [
        track.backend,
        Graded(track.median, grade(track.median, record.dtype)),
        Graded(track.worst, grade(track.worst, record.dtype)),
        None if track.worst_at is None else sited(record.points[track.worst_at]),
        track.below_half,
        len(track.places) + track.places_left_out,
    ]


def places(record: Map, worst: list[Row]) -> Table:
    """The worst places with their reasons; a screen shows a few of each method."""
    columns = [
        Column("method", "text"),
        Column("where", "code"),
        Column("digits", "digits", "the fewest correct ones there"),
        Column("at", "code", "the point that has them"),
        Column("why", "text"),
    ]
    cells = [place(row) for row in worst]
    few = [(row.where, row.at, row.digits, row.why) for row in rows(record, FEW)]
    brief = [i for i, r in enumerate(worst) if (r.where, r.at, r.digits, r.why) in few]
    unlisted = hidden(record, MOST)
    unseen = len(worst) - len(brief)
    return Table(
        columns,
        [Block(cells, brief=brief)],
        notes=[more(unlisted, "not listed")] if unlisted else [],
        brief=more(unseen, "in the exports") if unseen else "",
    )


def more(count: int, where: str) -> str:
    """How many places are not shown."""
    return f"{count} more place{'s' if count > 1 else ''} {where}."


def place(row: Row) -> list[Any]:
    """One place and the methods that fail in it."""
    bad = row.digits in ("0.0", numbers.MISSING)
    names = Graded(", ".join(row.methods), "strong")
    digits = Graded(row.digits, "bad" if bad else "fair")
    return [names, row.where, digits, row.at, "; ".join(row.why)]


def strips(record: Map) -> Strips:
    """The correct digits of every method along x."""
    marks = [
        Mark(LETTERS[stretch.kind.value], stretch.kind.value, stretch.first, stretch.last)
        for stretch in record.special
    ]
    return Strips(
        title=f"Correct digits along {record.variable}",
        variable=record.variable,
        y=f"correct digits of {symbol(record.variable, record.program.inputs)}",
        x=[sample.x for sample in record.points],
        places=[sited(sample) for sample in record.points],
        log=record.spacing == "log",
        dtype=record.dtype,
        full=record.full,
        strips=[strip(track) for track in record.tracks],
        marks=marks,
        kinds={kind: named(where) for kind, where in by_kind(record).items()},
    )


def strip(track: Track) -> Strip:
    """One method."""
    return Strip(
        name=track.backend,
        digits=track.digits,
        asked=[value is not None for value in track.derivative],
        expected=track.expected,
        median=track.median,
    )


def lines(record: Map) -> Iterable[list[object]]:
    """For CSV: one line for each method and point; the notes stand where a place is worst."""
    for track in record.tracks:
        said = {place.at: joined(place.remarks) for place in track.places}
        for i, sample in enumerate(record.points):
            yield [
                record.program.text,
                record.variable,
                point(record.at),
                record.dtype,
                record.kernel,
                record.certified,
                sample.at,
                sample.x,
                sample.kind.value,
                sample.derivative,
                sample.left,
                sample.right,
                track.backend,
                plain(track.derivative[i]),
                track.digits[i],
                said.get(i, ""),
            ]
