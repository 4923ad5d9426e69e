"""A Map in words and short numbers: where its points lie, what is special among them, and its worst
places with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diffcmp.accuracy.record import Map, Place, Sample, Stretch, Track
from diffcmp.notes import Remark
from diffcmp.report import numbers
from diffcmp.report.headings import Fact, point
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


def title(found: Map) -> tuple[str, str]:
    """The function, and where it is looked at."""
    fixed = f", {point(found.at)}" if found.at else ""
    return (
        found.program.text,
        f"for {found.variable} from {found.start} to {found.stop}{fixed}  in {found.dtype}",
    )


def facts(found: Map) -> list[Fact]:
    """The grid, the truth along it, and the points where something happens."""
    spacing = "evenly spaced" if found.spacing == "linear" else "in equal ratios"
    proof = (
        f"certified to {found.digits} digits" if found.certified else "not certified at every point"
    )
    lines = [Fact("points", f"{len(found.points)}, {spacing}"), Fact("truth", proof)]
    for i, (kind, where) in enumerate(by_kind(found).items()):
        lines.append(Fact("special" if i == 0 else "", f"{found.variable} = {named(where)}", kind))
    return lines


def by_kind(found: Map) -> dict[str, list[str]]:
    """The special points, and stretches of them, of each kind."""
    kinds: dict[str, list[str]] = {}
    for stretch in found.special:
        kinds.setdefault(stretch.kind.value, []).append(span(found, stretch.first, stretch.last))
    return kinds


def named(where: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f" and {len(where) - NAMED} more" if len(where) > NAMED else ""
    return ", ".join(where[:NAMED]) + more


def letter(stretch: Stretch) -> str:
    """One character for a kind of point."""
    return LETTERS[stretch.kind.value]


def sited(sample: Sample) -> str:
    """A point: as it is where that is short, else rounded.

    >>> from diffcmp.truth.record import Kind
    >>> sited(Sample("(1/3)", 1/3, Kind.SMOOTH, "1")), sited(Sample("0.123456789", 0.123456789, Kind.SMOOTH, "1"))
    ('1/3', '0.1235')
    """
    text = printable(sample.at)
    text = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    if len(text) <= SHORT + 3:
        return text
    return numbers.known(numbers.estimate(float(f"{sample.x:.{SHORT}g}"))).replace("e+", "e")


def span(found: Map, first: int, last: int) -> str:
    """A point, or from one to another."""
    low, high = sited(found.points[first]), sited(found.points[last])
    return low if first == last else f"{low} … {high}"


def rows(found: Map, at_most: int = FEW) -> list[Row]:
    """The worst places of every method, at most so many of each; methods that fail alike share a
    row."""
    owners: dict[Row, list[str]] = {}
    for track in found.tracks:
        for place in shown(track, at_most):
            owners.setdefault(_row(found, place), []).append(track.backend)
    return [replace(row, methods=tuple(names)) for row, names in owners.items()]


def shown(track: Track, at_most: int) -> list[Place]:
    """The worst places of a method, along x; those without any digits to lose come last."""
    worst = sorted(track.places, key=lambda p: (p.digits is None, p.digits or 0.0, -p.points))[
        :at_most
    ]
    return [place for place in track.places if place in worst]


def hidden(found: Map, at_most: int = FEW) -> int:
    """How many places are not shown."""
    return sum(len(t.places) - len(shown(t, at_most)) + t.places_left_out for t in found.tracks)


def _row(found: Map, place: Place) -> Row:
    return Row(
        (),
        span(found, place.first, place.last),
        sited(found.points[place.at]),
        numbers.digits(place.digits),
        tuple(reason(found, r) for r in place.remarks),
        tuple(printable(r.advice) for r in place.remarks if r.advice),
    )


def reason(found: Map, remark: Remark) -> str:
    """What happened, without what the table says anyway: the digits, and the expression where it is
    the whole."""
    whole = remark.piece.strip() == found.program.text.strip()
    sentence = (replace(remark, piece="") if whole else remark).sentence
    return printable(sentence.split(" correct digits: ")[-1])


def advices(table: list[Row]) -> list[tuple[str, str]]:
    """What to do, and the methods that it is about; each advice once."""
    owners: dict[str, dict[str, None]] = {}
    for row in table:
        for advice in row.advice:
            owners.setdefault(advice, {}).update(dict.fromkeys(row.methods))
    return [(", ".join(names), advice) for advice, names in owners.items()]
