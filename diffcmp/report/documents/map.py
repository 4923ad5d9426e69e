"""The document of a Map: the points, how good each method is along x, where it fails, its strip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from diffcmp.accuracy.judging.record import Map, Track, plain
from diffcmp.notes import joined
from diffcmp.report import document as doc
from diffcmp.report import numbers
from diffcmp.report.document import Column, Document, Fact, Graded, Section, Strip, Strips, Table
from diffcmp.report.documents import places
from diffcmp.report.documents.facts import notes, point, remarks, symbol

FIELDS = (
    "expression variable at dtype kernel certified point x kind truth left right backend "
    "derivative digits notes"
).split()
FINE = "No method has fewer digits than it should."


def document(record: Map) -> Document:
    """A Map, ready for any medium."""
    fixed = f", {point(record.at)}" if record.at else ""
    interval = f"for {record.variable} from {record.start} to {record.stop}"
    where = f"{interval}{fixed}  in {record.dtype}"
    return Document(record, record.program.text, where, parts, FIELDS, lines)


def parts(record: Map) -> list[doc.Part]:
    """What a person reads."""
    text = record.program.text
    worst = places.rows(record, places.MOST)
    what_to_do = [doc.Item(advice, owner=owners) for owners, advice in places.advices(worst)]
    return [
        doc.Facts(facts(record)),
        remarks(text, record.remarks),
        methods(record),
        *notes(text, record.tracks),
        failures(record, worst) if worst else Section(FINE, ()),
        *doc.section("What to do", doc.Items(what_to_do, "·")),
        strips(record),
    ]


def facts(record: Map) -> list[Fact]:
    """The grid, the truth along it, and the points where something happens."""
    spacing = "evenly spaced" if record.spacing == "linear" else "in equal ratios"
    proof = "not certified at every point"
    if record.certified:
        proof = f"certified to {record.digits} digits"
    told = [Fact("points", f"{len(record.points)}, {spacing}"), Fact("truth", proof)]
    for i, (kind, where) in enumerate(places.by_kind(record).items()):
        label = "special" if i == 0 else ""
        told.append(Fact(label, f"{record.variable} = {places.named(where)}", kind))
    return told


def methods(record: Map) -> Table:
    """One row a method: its digits, and how often it has less than half of them."""
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
    return doc.table(columns, [method(record, track) for track in record.tracks])


def method(record: Map, track: Track) -> list[Any]:
    """One row of the table of methods."""
    return [
        track.backend,
        doc.graded(track.median, record.dtype),
        doc.graded(track.worst, record.dtype),
        None if track.worst_at is None else places.sited(record.points[track.worst_at]),
        track.below_half,
        len(track.places) + track.places_left_out,
    ]


def failures(record: Map, worst: list[places.Row]) -> Section:
    """The worst places with their reasons; a screen shows a few of each method."""
    columns = [
        Column("method", "text"),
        Column("where", "code"),
        Column("digits", "digits", "the fewest correct ones there"),
        Column("at", "code", "the point that has them"),
        Column("why", "text"),
    ]
    few = [replace(row, methods=()) for row in places.rows(record, places.FEW)]
    brief = [i for i, row in enumerate(worst) if replace(row, methods=()) in few]
    block = doc.Block([place(row) for row in worst], brief=brief)
    unlisted, unseen = places.hidden(record, places.MOST), len(worst) - len(brief)
    notes = [more(unlisted, "not listed")] if unlisted else []
    told = more(unseen, "in the exports") if unseen else ""
    return Section("Where they fail", [Table(columns, [block], notes=notes, brief=told)])


def more(count: int, where: str) -> str:
    """How many places are not shown."""
    return f"{count} more place{'s' if count > 1 else ''} {where}."


def place(row: places.Row) -> list[Any]:
    """One place and the methods that fail in it."""
    bad = row.digits in ("0.0", numbers.MISSING)
    names = Graded(", ".join(row.methods), "strong")
    digits = Graded(row.digits, "bad" if bad else "fair")
    return [names, row.where, digits, row.at, "; ".join(row.why)]


def strips(record: Map) -> Strips:
    """The correct digits of every method along x."""
    marks = [
        doc.Mark(
            places.LETTERS[stretch.kind.value], stretch.kind.value, stretch.first, stretch.last
        )
        for stretch in record.special
    ]
    return Strips(
        title=f"Correct digits along {record.variable}",
        variable=record.variable,
        y=f"correct digits of {symbol(record.variable, record.program.inputs)}",
        x=[sample.x for sample in record.points],
        places=[places.sited(sample) for sample in record.points],
        log=record.spacing == "log",
        dtype=record.dtype,
        full=record.full,
        strips=[strip(track) for track in record.tracks],
        marks=marks,
        kinds={kind: places.named(where) for kind, where in places.by_kind(record).items()},
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
    asked: list[object] = [record.program.text, record.variable, point(record.at), record.dtype]
    asked += [record.kernel, record.certified]
    for track in record.tracks:
        said = {place.at: joined(place.remarks) for place in track.places}
        for i, sample in enumerate(record.points):
            yield [
                *asked,
                *(sample.at, sample.x, sample.kind.value),
                *(sample.derivative, sample.left, sample.right),
                *(track.backend, plain(track.derivative[i]), track.digits[i]),
                said.get(i, ""),
            ]
