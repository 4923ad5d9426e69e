"""A Map as lines of CSV, all points of all methods, and as Markdown, the methods and their worst
places."""

from __future__ import annotations

from collections.abc import Iterable

from diffcmp.accuracy.record import Map, Track, plain
from diffcmp.report import numbers
from diffcmp.report.headings import point
from diffcmp.report.markdown import code, escaped, joined, table
from diffcmp.report.places import MOST, facts, hidden, rows, sited, title
from diffcmp.report.remarks import grouped

MAP_FIELDS = (
    "expression",
    "variable",
    "at",
    "dtype",
    "kernel",
    "certified",
    "point",
    "x",
    "kind",
    "truth",
    "left",
    "right",
    "backend",
    "derivative",
    "digits",
    "notes",
)


def map_lines(found: Map) -> Iterable[list[object]]:
    """One line for each backend and point; the notes stand where a place of the method is worst."""
    for track in found.tracks:
        notes = {place.at: joined(place.remarks) for place in track.places}
        for i, sample in enumerate(found.points):
            yield [
                found.program.text,
                found.variable,
                point(found.at),
                found.dtype,
                found.kernel,
                found.certified,
                sample.at,
                sample.x,
                sample.kind.value,
                sample.derivative,
                sample.left,
                sample.right,
                track.backend,
                plain(track.derivative[i]),
                track.digits[i],
                notes.get(i, ""),
            ]


def map_markdown(found: Map) -> str:
    """The interval, the methods, the worst places with their reasons."""
    text, where = title(found)
    lines = [f"**f** = {code(text)} {escaped(where)}", ""]
    for fact in facts(found):
        aside = f" ({escaped(fact.aside)})" if fact.aside else ""
        lines.append(f"- {escaped(fact.label or 'special')}: {escaped(fact.text)}{aside}")
    headers = ["method", "median", "worst", "at", f"below {found.full / 2:.1f}", "places"]
    lines += ["", *table(headers, [_cells(found, track) for track in found.tracks], words=1)]
    places = rows(found, MOST)
    if places:
        cells = [[", ".join(r.methods), r.where, r.at, r.digits, "; ".join(r.why)] for r in places]
        lines += ["", *table(["method", "where", "worst at", "digits", "why"], cells, words=3)]
    if hidden(found, MOST):
        lines += ["", f"{hidden(found, MOST)} more places are not listed."]
    said = grouped(
        [("truth", found.remarks), *((track.backend, track.remarks) for track in found.tracks)]
    )
    notes = [
        f"- **{escaped(', '.join(g.owners))}**: {escaped(g.sentence)} → {escaped(g.advice)}"
        for g in said
    ]
    return "\n".join([*lines, *(["", "Notes:", "", *notes] if notes else [])]) + "\n"


def _cells(found: Map, track: Track) -> list[str]:
    worst_at = numbers.MISSING if track.worst_at is None else sited(found.points[track.worst_at])
    return [
        track.backend,
        numbers.digits(track.median),
        numbers.digits(track.worst),
        worst_at,
        numbers.share(track.below_half),
        str(len(track.places) + track.places_left_out),
    ]
