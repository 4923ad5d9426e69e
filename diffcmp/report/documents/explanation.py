"""The document of an Explanation: what the point is, how f behaves there, where the digits go, what
each method does and what to do instead."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from diffcmp.accuracy.explanation import Explanation, Gain, Suggestion
from diffcmp.accuracy.record import Row
from diffcmp.notes import short_exponents
from diffcmp.report import numbers
from diffcmp.report.document import (
    Column,
    Data,
    Document,
    Fact,
    Facts,
    Graded,
    Item,
    Items,
    Notes,
    Part,
    Table,
    Text,
    section,
    shortened,
    table,
)
from diffcmp.report.documents import comparison
from diffcmp.report.documents.facts import (
    DIGITS,
    certified,
    graded,
    notes,
    point,
    symbol,
    truth_parts,
)
from diffcmp.report.documents.terms import leading_text
from diffcmp.report.remarks import grouped
from diffcmp.truth.record import Kind, Truth

MOST_TERMS = 8
FITS = ((0, None), (0, 10), (0, 6), (1, 5))
WIDEST = 32  # characters of a suggestion in the table
ORDINARY = 10.0  # a condition number below which nothing need be said
SIDE_FIGURES = 10


def document(record: Explanation) -> Document:
    """An Explanation, ready for any medium; its data is that of its Comparison."""
    asked = record.comparison
    return Document(
        heading=asked.program.text,
        where=f"at {point(asked.at)}  in {asked.dtype}",
        parts=lambda: parts(record),
        data=lambda: Data(comparison.FIELDS, comparison.lines(asked)),
        tree=record.to_dict,
    )


def parts(record: Explanation) -> list[Part]:
    """What a person reads."""
    asked = record.comparison
    text, inputs = asked.program.text, asked.program.inputs
    anatomy = grouped(("", one.steps) for one in record.anatomy)
    branches = grouped(("", branch.remarks) for branch in record.branches)
    owned = ((row.backend, row.remarks) for row in asked.rows)
    others = [suggestion(other, asked.truth, inputs) for other in record.suggestions]
    return [
        *truth_parts(asked.truth, asked.wrt, asked.program),
        *section("How that was found", Notes(anatomy, text)),
        *section("On either side", *sides(record)),
        *section("How its parts begin", terms(record)),
        *section("Where the digits go", *digits(record)),
        *section("Branches", Notes(branches, text)),
        *section("What each method does", methods(record)),
        *notes(text, owned, "Why"),
        *section("What to do instead", Items(others, "1.")),
    ]


def sides(record: Explanation) -> Iterator[Table]:
    """Limit and derivative on the left and on the right, where the point is not simply smooth."""
    truth = record.comparison.truth
    inputs = record.comparison.program.inputs
    for seen in record.anatomy:
        along = truth.along[seen.name]
        if along.kind in (Kind.SMOOTH, Kind.UNDECIDED, Kind.OUTSIDE):
            continue
        columns = [
            Column(seen.name if len(record.anatomy) > 1 else "", "name"),
            Column("f tends to", "number"),
            Column(symbol(seen.name, inputs), "number"),
        ]
        on_sides = (("left", seen.left_limit, along.left), ("right", seen.right_limit, along.right))
        rows = [
            [Graded(side, "name"), certified(limit, SIDE_FIGURES), certified(slope, SIDE_FIGURES)]
            for side, limit, slope in on_sides
        ]
        yield table(columns, rows)


def terms(record: Explanation) -> Items:
    """The leading terms of what vanishes or blows up."""
    items = []
    unseen = 0
    for seen in record.anatomy:
        at = record.comparison.coordinate(seen.name)
        aside = f"   (along {seen.name})" if len(record.anatomy) > 1 else ""
        for leading in seen.terms[:MOST_TERMS]:
            items.append(Item(leading_text(leading, seen.name, at) + aside))
        unseen += max(len(seen.terms) - MOST_TERMS, 0)
    return Items(items, left_out=f"and {unseen} more; --json has all" if unseen else "")


def digits(record: Explanation) -> list[Part]:
    """Condition numbers, then the sub-expressions that lose digits."""
    asked = record.comparison
    many = len(record.conditioning) > 1
    facts = []
    for name, condition in record.conditioning.items():
        label = symbol(name, asked.program.inputs)
        f = f"f in {name}" if many else "f"
        for what, value in ((f, condition.value), (label, condition.derivative)):
            if value is not None:
                facts.append(Fact(what, f"condition number {significant(value)}{meaning(value)}"))
    every = record.conditioning.values()
    losses = grouped(("", [loss.remark for loss in one.losses]) for one in every)
    if losses or not facts:
        return [Facts(facts), Notes(losses, asked.program.text)]
    return [Facts(facts), Text(f"The evaluation in {asked.dtype} loses no digit on the way.")]


def significant(value: float) -> str:
    """A condition number to two digits."""
    if math.isinf(value):
        return "∞"
    return numbers.step(value) if value else "0"


def meaning(value: float) -> str:
    """What a condition number says, where it says something."""
    if value <= ORDINARY:
        return ""
    if math.isinf(value):
        return ": the result is 0, so that no relative error of the input is small"
    lost = f"{math.log10(value):.0f} digits"
    return f": an error in the last digit of the input costs {lost}, whatever the method"


def methods(record: Explanation) -> Table:
    """One row for each method and variable: what it gives, to how many digits, and what to do
    instead."""
    asked = record.comparison
    many = len(asked.wrt) > 1
    columns = [
        Column("method", "name", once=True),
        *([Column("", "name")] if many else []),
        Column("derivative", "estimate"),
        Column("digits", "digits", DIGITS, rank=1),
        Column("instead", "text", "what was tried and does better, with its digits", once=True),
    ]
    rows = [method(record, row, name, many=many) for row in asked.rows for name in asked.wrt]
    return table(columns, rows, fits=FITS)


def method(record: Explanation, row: Row, name: str, *, many: bool) -> list[Any]:
    """One derivative by one method."""
    value, correct = row.derivative.get(name), row.digits.get(name)
    quality = graded(value, correct, record.comparison.dtype)
    other = record.instead.get(row.backend)
    return [
        row.backend,
        *([name] if many else []),
        Graded(value, quality),
        Graded(correct, quality),
        "" if other is None else short(other),
    ]


def short(other: Suggestion) -> str:
    """A suggestion in a few words, with the digits that it gives."""
    what = other.replacement or other.text
    if other.kind == "step":
        what = f"h = {short_exponents(other.text)}"
    return f"{shortened(what, WIDEST)} ({numbers.digits(other.derivative.digits_after)})"


def suggestion(other: Suggestion, truth: Truth, inputs: Sequence[str]) -> Item:
    """What to write or to use, why, and the numbers that bear it out."""
    lines = []
    if other.kind == "rewrite":
        lines.append(Fact("why", f"{other.piece} → {other.replacement}: {other.reason}"))
        lines += [Fact("where", condition) for condition in other.needs]
    slope = symbol(other.variable, inputs)
    before = other.than or other.backend
    if other.value is not None and is_won(other.value):
        lines.append(Fact("f", gain(other.value, before, other.backend)))
    lines.append(Fact(slope, gain(other.derivative, before, other.backend)))
    if truth.derivative(other.variable) is None:
        undecided = truth.along[other.variable].kind is Kind.UNDECIDED
        lines.append(Fact("", no_derivative(slope, undecided=undecided)))
    if other.kind == "rewrite":
        return Item(other.text, lines=lines, code=True)
    what = f"the method {other.text}" if other.kind == "backend" else step(other)
    return Item(what, lines=lines)


def step(other: Suggestion) -> str:
    """A step size as advice."""
    return f"h = {short_exponents(other.text)} by {other.backend}"


def no_derivative(slope: str, *, undecided: bool) -> str:
    """What a number is worth where no derivative is certain."""
    if undecided:
        return f"no certified {slope} is there to hold this against"
    return f"{slope} does not exist here: a finite number is a convention"


def is_won(change: Gain) -> bool:
    """Whether f itself has more digits than before."""
    return change.digits_after is not None and (change.digits_before or 0.0) < change.digits_after


def gain(change: Gain, before: str, after: str) -> str:
    """The result before and after, and how many of its digits are right."""
    by = f" by {before}" if before != after else ""
    text = f"{numbers.estimate(change.before)}{by} → {numbers.estimate(change.after)} by {after}"
    if change.digits_before is None or change.digits_after is None:
        return text
    counts = f"{numbers.digits(change.digits_before)} → {numbers.digits(change.digits_after)}"
    return f"{text}, {counts} correct digits"
