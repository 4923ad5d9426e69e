"""The document of a Limit: the answer, how it is known, either side, the paper, leading terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from diffcmp.accuracy.limits.lines import Paper, Part, Step
from diffcmp.accuracy.limits.record import Approach, Limit
from diffcmp.notes import Remark, joined
from diffcmp.report import document as doc
from diffcmp.report.document import Column, Document, Fact, Facts, Item, Items, Notes, Text, section
from diffcmp.report.documents import facts
from diffcmp.report.documents.terms import leading_text, short_fraction
from diffcmp.report.remarks import grouped
from diffcmp.spans import shortened
from diffcmp.truth.record import Kind, Quantity, SideLimit, text_of, weakest

FIELDS = (
    "expression variable at side function defined limit certified source least greatest notes"
).split()
SIDE_FIGURES = 10
MOST_TERMS = 8
MOST_STEPS = 8
FIRST_STEPS = 3  # of lines that lead nowhere
NOT_ASKED = "sympy's limit was not asked, for there was no time left; --timeout allows more."
ONE_SIDED = "the one-sided derivative at the point, of f continued by its limit"
UNPROVEN = "; that these are equal is not proven"
BEYOND = ", which differ beyond the digits shown"


def document(record: Limit) -> Document:
    """A Limit, ready for any medium."""
    where = f"as {tends(record)}"
    fixed = {name: text for name, text in record.at.items() if name != record.variable}
    if fixed:
        where += f"  at {facts.point(fixed)}"
    return Document(record, record.program.text, where, parts, FIELDS, lines)


def lines(record: Limit) -> Iterable[list[object]]:
    """For CSV: f and its derivative on each side."""
    for way, approach in record.sides.items():
        for function, side in (("f", approach.value), ("derivative", approach.derivative)):
            ends = side.cluster or (None, None)
            asked = [record.program.text, record.variable, place(record), way, function]
            answer = [side.defined, text_of(side.limit, record.digits), side.certified, side.source]
            yield [
                *asked,
                *answer,
                *(text_of(end, record.digits) for end in ends),
                joined(side.remarks),
            ]


def parts(record: Limit) -> list[doc.Part]:
    """What a person reads."""
    text = record.program.text
    return [
        Text(answer(record), "strong"),
        *section("", Facts(list(certainty(record)))),
        *sides(record),
        *section("Notes", Notes(grouped(owned(record)), text)),
        *on_paper(record),
        *section("How its parts begin", terms(record)),
        *section("What sympy says", Items(peers(record))),
    ]


def place(record: Limit) -> str:
    """The point as a person writes it."""
    if record.place.infinite:
        return "∞" if record.place.infinite > 0 else "-∞"
    return shortened(record.place.text, facts.VALUE_WIDTH)


def tends(record: Limit) -> str:
    """`x → 0`, with its side where only one was asked for."""
    text = f"{record.variable} → {place(record)}"
    if record.place.infinite or len(record.sides) > 1:
        return text
    return f"{text} from the {next(iter(record.sides))}"


def answer(record: Limit) -> str:
    """What f tends to, in one sentence or one formula."""
    beside = {w: a.value for w, a in record.sides.items() if a.value.defined is not False}
    if not beside:
        if record.place.infinite:
            return f"f is not defined as {tends(record)}"
        on = f" on the {next(iter(record.sides))}" if len(record.sides) == 1 else ""
        return f"f is not defined beside {record.variable} = {place(record)}{on}"
    if record.limit is not None:
        number = exactly(record.limit, record.digits)
        missing = [way for way in record.sides if way not in beside]
        aside = f" from the {next(iter(beside))}, the only side on which f is defined"
        return f"lim f = {number}{aside if missing else ''}"
    told = {way: does(side, record.digits) for way, side in beside.items()}
    each = ", ".join(f"{text} from the {way}" for way, text in told.items())
    alike = len(set(told.values())) == 1
    limits = [side.limit for side in beside.values()]
    if record.exists is None and not any(limits):
        return "the limit is not known"
    if record.exists is None:
        return f"the limit is not known: {each}{UNPROVEN if alike else ''}"
    if alike and None in limits:
        return f"f has no limit: it keeps {next(iter(told.values()))}"
    return f"f has no limit: {each}{BEYOND if alike else ''}"


def exactly(quantity: Quantity, digits: int) -> str:
    """A certified number, before it the fraction that it is where that is short."""
    text = facts.certified(quantity, digits)
    fraction = short_fraction(quantity)
    return text if fraction is None or "/" not in fraction else f"{fraction} = {text}"


def does(side: SideLimit, digits: int) -> str:
    """What f does on one side."""
    if side.cluster is not None:
        low, high = (facts.certified(end, digits) for end in side.cluster)
        return f"oscillating between {low} and {high}"
    return facts.certified(side.limit, digits, "unknown")


def certainty(record: Limit) -> Iterator[Fact]:
    """How sure the answer is, and what f does at the point itself."""
    yield proof(record)
    if record.asymptote is not None:
        line = facts.line_text(record.asymptote, record.variable, record.digits)
        yield Fact("asymptote", f"y = {line}")
    if record.place.infinite:
        return
    known = any(approach.continuous is not None for approach in record.sides.values())
    if record.value is not None:
        yield Fact("value", facts.certified(record.value, record.digits))
    elif known:
        yield Fact("value", f"undefined at {record.variable} = {place(record)}")
    if any(approach.value.defined is not False for approach in record.sides.values()):
        yield Fact("continuous", continuous(record))
    if record.kind is not Kind.UNDECIDED:
        yield Fact("point", record.kind.value)


def proof(record: Limit) -> Fact:
    """Whether it is proven, to how many digits, and by what."""
    values = [approach.value for approach in record.sides.values()]
    found = [side.source for side in values if side.source is not None]
    if record.exists is None:
        return Fact("proof", "none: this could not be found out")
    source = facts.SOURCES[weakest(found)] if found else ""
    if not record.certified:
        return Fact("proof", "not certified", source)
    inexact = any(side.limit is not None and not side.limit.infinite for side in values)
    digits = f" to {record.digits} digits" if inexact else ""
    return Fact("proof", f"certified{digits}", source)


def continuous(record: Limit) -> str:
    """Whether f is continuous, from which side, or what it would take."""
    if record.continuous is None:
        return "not known"
    from_sides = [way for way, approach in record.sides.items() if approach.continuous]
    if record.continuous:
        return "yes" if len(from_sides) == 2 else f"yes, from the {from_sides[0]}"
    if from_sides:
        return f"from the {from_sides[0]} only"
    if record.limit is None or record.limit.infinite:
        return "no"
    if text_of(record.value, record.digits) == record.limit.text(record.digits):
        return f"no: f there and its limit are two numbers{BEYOND}"
    number = facts.certified(record.limit, SIDE_FIGURES)
    ways = [way for way, approach in record.sides.items() if approach.continuous is not None]
    side = f", from the {ways[0]}" if len(ways) == 1 else ""
    return f"no; with the value {number} it would be{side}"


def sides(record: Limit) -> list[doc.Part]:
    """What f and its derivative tend to on each side, where f is defined on one."""
    if all(approach.value.defined is False for approach in record.sides.values()):
        return []
    slope = facts.symbol(record.variable, record.program.inputs)
    columns = [
        Column("", "name"),
        Column("f tends to", "number"),
        Column(f"{slope} tends to", "number"),
    ]
    rows = []
    for way, approach in record.sides.items():
        name = way if not record.place.infinite else tends(record)
        rows.append([doc.Graded(name, "name"), cell(approach.value), cell(approach.derivative)])
    if any(one.slope or one.quotient for one in record.sides.values()):
        columns.insert(2, Column(slope, "number", ONE_SIDED))
        for row, approach in zip(rows, record.sides.values(), strict=True):
            row.insert(2, one_sided(approach))
    title = "On either side" if len(record.sides) > 1 else ""
    return section(title, doc.table(columns, rows))


def cell(side: SideLimit) -> str:
    """What one function tends to on one side, in a word."""
    if side.defined is False:
        return "undefined"
    if side.cluster is not None:
        return oscillates(side.cluster)
    return facts.certified(side.limit, SIDE_FIGURES, "unknown")


def one_sided(approach: Approach) -> str:
    """The one-sided derivative at the point, in a word."""
    if approach.quotient is not None:
        return oscillates(approach.quotient)
    return facts.certified(approach.slope, SIDE_FIGURES)


def oscillates(ends: tuple[Quantity, Quantity]) -> str:
    """Between which values there is no limit."""
    low, high = (facts.certified(end, SIDE_FIGURES) for end in ends)
    return f"oscillates in [{low}, {high}]"


def owned(record: Limit) -> Iterator[tuple[str, Iterable[Remark]]]:
    """The notes, and what they are about."""
    slope = facts.symbol(record.variable, record.program.inputs)
    yield "", record.remarks
    for way, approach in record.sides.items():
        side = "" if record.place.infinite else f" {way}"
        yield f"f{side}", approach.value.remarks
        yield f"{slope}{side}", approach.derivative.remarks


def on_paper(record: Limit) -> list[doc.Part]:
    """The limit as a student writes it, from each side where they differ."""
    written = [(w, p) for w, p in record.papers.items() if p.chains or p.value is not None]
    sheets = {way: sheet(paper) for way, paper in written}
    both = len(sheets) == 2 and sheets["left"] == sheets["right"]
    if both:
        del sheets["left"]
    alone = both or len(record.sides) == 1
    return [
        part
        for way, parts in sheets.items()
        for part in section("On paper" if alone else f"On paper, from the {way}", *parts)
    ]


def sheet(paper: Paper) -> list[doc.Part]:
    """The form, and the lines of each indeterminate part."""
    parts: list[doc.Part] = [Text(paper.sentence)]
    if not paper.chains:
        parts.append(Items([Item(text) for text in moving(paper.parts)]))
    for chain in paper.chains:
        most = MOST_STEPS if chain.outcome == "settled" else FIRST_STEPS
        parts += [lines_of(chain.steps, most), Text(chain.sentence)]
        if chain.instead:
            parts.append(lines_of(chain.instead, MOST_STEPS))
    return parts


def lines_of(steps: Sequence[Step], most: int) -> Items:
    """The first lines of a sheet, numbered."""
    items = [Item(step.expression, code=True, lines=under(step)) for step in steps[:most]]
    more = len(steps) - len(items)
    return Items(items, "1.", f"and {more} more; --json has all" if more else "")


def under(step: Step) -> list[Fact]:
    """How a line follows from the one before, and what its parts tend to."""
    lines = [] if step.move == "given" else [Fact("how", step.sentence)]
    parts = ", ".join(moving(step.parts))
    if step.form is not None:
        lines.append(Fact("form", step.form.value, parts))
    elif parts:
        lines.append(Fact("so", parts))
    return lines


def part_limit(part: Part) -> str:
    """What a part of a line tends to."""
    return facts.certified(part.limit, SIDE_FIGURES, "?")


def moving(parts: Iterable[Part]) -> list[str]:
    """The parts of a line that are no constants, and what each of them does."""
    return [part_text(part) for part in parts if part.text != part_limit(part)]


def part_text(part: Part) -> str:
    """A part of a line, and what it does."""
    if part.cluster is None:
        return f"{part.text} → {part_limit(part)}"
    return f"{part.text} {oscillates(part.cluster)}"


def peers(record: Limit) -> list[Item]:
    """sympy's answer and its time, once where it is the same on both sides."""
    peers = {way: paper.peer for way, paper in record.papers.items()}
    told = {way: NOT_ASKED if peer is None else peer.sentence for way, peer in peers.items()}
    answers = {None if peer is None else (peer.verdict, peer.answer) for peer in peers.values()}
    if len(answers) == 1:
        return [Item(next(iter(told.values())))]
    return [Item(sentence, owner=way) for way, sentence in told.items()]


def terms(record: Limit) -> Items:
    """The leading terms of what vanishes or blows up, but for those that say what is typed."""
    at = record.place.text
    texts = [leading_text(one, record.variable, at) for one in record.leading]
    telling = [text for text in texts if not is_itself(text)]
    more = len(telling) - MOST_TERMS
    items = [Item(text) for text in telling[:MOST_TERMS]]
    return Items(items, left_out=f"and {more} more; --json has all" if more > 0 else "")


def is_itself(text: str) -> bool:
    """Whether a leading term is what was typed, as `1/x ≈ 1/x`."""
    text = re.sub(r", on the (left|right) ", " ", text)
    piece, _, term = (part.replace(" ", "").replace("·", "*") for part in text.partition("≈"))
    return piece == term or f"({piece})" == term
