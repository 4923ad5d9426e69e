"""The places of a Map in words: where points lie, what is special, where methods fail and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diffcmp.accuracy.judging.record import Map, Place, Sample, Track
from diffcmp.notes import Remark
from diffcmp.report import numbers
from diffcmp.spans import printable

SHORT = 4  # significant digits of a point
NAMED = 6  # special points of a kind
MOST = 8  # places of a method that a record holds
FEW = 3  # places of a method that are shown; exports have more
LETTERS = {
    "outside domain": "O",
    "pole": "P",
    "domain edge": "E",
    "jump": "J",
    "vertical tangent": "V",
    "kink": "K",
    "undecided": "?",
    "removable": "R",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One place, and the methods that fail in it in the same way."""

    methods: tuple[str, ...]
    where: str
    at: str
    digits: str
    why: tuple[str, ...]
    advice: tuple[str, ...]


def by_kind(record: Map) -> dict[str, list[str]]:
    """The special points, and stretches of them, of each kind."""
    kinds: dict[str, list[str]] = {}
    for stretch in record.special:
        kinds.setdefault(stretch.kind.value, []).append(span(record, stretch.first, stretch.last))
    return kinds


def named(where: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(where) - NAMED} more" if len(where) > NAMED else ""
    return ", ".join(where[:NAMED]) + more


def sited(sample: Sample) -> str:
    """A point: as it is where that is short, else rounded.

    >>> from diffcmp.truth.record import Kind
    >>> third, other = ("(1/3)", 1/3), ("0.123456789", 0.123456789)
    >>> sited(Sample(*third, Kind.SMOOTH, "1")), sited(Sample(*other, Kind.SMOOTH, "1"))
    ('1/3', '0.1235')
    """
    text = printable(sample.at)
    text = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    if len(text) <= SHORT + 3:
        return text
    return numbers.certified(numbers.estimate(float(f"{sample.x:.{SHORT}g}")))


def span(record: Map, first: int, last: int) -> str:
    """A point, or from one to another."""
    low, high = sited(record.points[first]), sited(record.points[last])
    return low if first == last else f"{low} … {high}"


def rows(record: Map, at_most: int) -> list[Row]:
    """The worst places of each method, at most so many; methods that fail alike share a row."""
    owners: dict[Row, list[str]] = {}
    for track in record.tracks:
        for place in shown(track, at_most):
            owners.setdefault(_row(record, place), []).append(track.backend)
    return [replace(row, methods=tuple(names)) for row, names in owners.items()]


def shown(track: Track, at_most: int) -> list[Place]:
    """The worst places of a method, along x; those without any digits to lose come last."""
    ordered = sorted(track.places, key=lambda p: (p.digits is None, p.digits or 0.0, -p.points))
    return [place for place in track.places if place in ordered[:at_most]]


def hidden(record: Map, at_most: int) -> int:
    """How many places are not shown."""
    return sum(len(t.places) - len(shown(t, at_most)) + t.places_left_out for t in record.tracks)


def _row(record: Map, place: Place) -> Row:
    return Row(
        methods=(),
        where=span(record, place.first, place.last),
        at=sited(record.points[place.at]),
        digits=numbers.digits(place.digits),
        why=tuple(reason(record, remark) for remark in place.remarks),
        advice=tuple(printable(remark.advice) for remark in place.remarks if remark.advice),
    )


def reason(record: Map, remark: Remark) -> str:
    """What happened, without the digits and the whole expression, which the table says anyway."""
    whole = remark.piece.strip() == record.program.text.strip()
    sentence = (replace(remark, piece="") if whole else remark).sentence
    return printable(sentence.split(" correct digits: ")[-1])


def advices(table: list[Row]) -> list[tuple[str, str]]:
    """What to do, and the methods that it is about; each advice once."""
    owners: dict[str, dict[str, None]] = {}
    for row in table:
        for advice in row.advice:
            owners.setdefault(advice, {}).update(dict.fromkeys(row.methods))
    return [(", ".join(names), advice) for advice, names in owners.items()]
