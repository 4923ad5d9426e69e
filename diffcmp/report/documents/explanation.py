"""The document of an Explanation: the point, f beside it, lost digits, methods, and suggestions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from diffcmp.accuracy.explaining.explanation import Explanation, Gain, Suggestion
from diffcmp.accuracy.shadow.record import Link
from diffcmp.arithmetic.floats import nearest_double
from diffcmp.backends.protocol import rational
from diffcmp.notes import short_exponents
from diffcmp.report import document as doc
from diffcmp.report import numbers
from diffcmp.report.document import Column, Document, Fact, Item, Items, Notes, Table, Text, section
from diffcmp.report.documents import comparison, facts
from diffcmp.report.documents.terms import leading_text
from diffcmp.report.remarks import grouped
from diffcmp.spans import shortened
from diffcmp.truth.record import Kind, Truth, decimal_string

MOST_TERMS = 8
MOST = 8  # equations between a cause and its result
TRUE_FIGURES = 6
FEWER = 1.0  # digits that are worth a line
MOST_GAINS = 4  # derivatives of a suggestion that are shown
NOTHING = "nothing that was tried"
LEAST = 1e-300
COSTS = ("error", "h", "evals", "time")
INSTEAD = "what was tried and does better, with its digits"
FITS = ((0, None), (0, 10), (0, 6), (1, 5))
WIDEST = 32  # characters of a suggestion in the table
ORDINARY = 10.0  # a condition number below which nothing need be said


def document(record: Explanation) -> Document:
    """An Explanation, ready for any medium; its data is that of its Comparison."""
    asked = record.comparison
    where = comparison.where(asked)
    return Document(record, asked.program.text, where, parts, comparison.FIELDS, lines)


def lines(record: Explanation) -> Iterable[list[object]]:
    """For CSV: one line for each method and variable."""
    return comparison.lines(record.comparison)


def parts(record: Explanation) -> list[doc.Part]:
    """What a person reads."""
    asked = record.comparison
    text, inputs = asked.program.text, asked.program.inputs
    anatomy = grouped(("", one.steps) for one in record.anatomy)
    branches = grouped(("", branch.remarks) for branch in record.branches)
    others = [suggestion(other, asked.truth, inputs) for other in record.suggestions]
    return [
        *facts.truth_parts(asked.truth, asked.wrt, asked.program),
        *section("How that was found", Notes(anatomy, text)),
        *section("How its parts begin", terms(record)),
        *section("Where the digits go", *digits(record)),
        *section("Branches", Notes(branches, text)),
        *what_methods_do(record),
        *section("From the cause to the result", passages(record)),
        *section("What to do instead", Items(others, "1."), *helpless(record)),
    ]


def what_methods_do(record: Explanation) -> list[doc.Part]:
    """The answer of each method, and why it is as it is; at infinity that there is none."""
    asked = record.comparison
    far = asked.truth.infinity is not None
    return [
        *([] if far else section("What each method does", methods(record))),
        *facts.notes(asked.program.text, asked.rows, "Notes" if far else "Why"),
    ]


def helpless(record: Explanation) -> list[doc.Part]:
    """That nothing helps some of the methods, in a sentence."""
    if not record.unhelped:
        return []
    names = ", ".join(record.unhelped)
    return [Text(f"{names}: no other method, form or step that was tried has more correct digits.")]


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


def digits(record: Explanation) -> list[doc.Part]:
    """Condition numbers, then the sub-expressions that lose digits."""
    asked = record.comparison
    conditions = []
    for name, condition in record.conditioning.items():
        f = f"f in {name}" if len(record.conditioning) > 1 else "f"
        slope = facts.symbol(name, asked.program.inputs)
        for label, value in ((f, condition.value), (slope, condition.derivative)):
            if value is not None:
                text = f"condition number {significant(value)}{meaning(value)}"
                conditions.append(Fact(label, text))
    every = record.conditioning.values()
    losses = grouped(("", [loss.remark for loss in one.losses]) for one in every)
    parts: list[doc.Part] = [doc.Facts(conditions), Notes(losses, asked.program.text)]
    if every and all(one.lossless for one in every):
        told = f"Plain automatic differentiation in {asked.dtype} is right to the last digits."
        parts.append(Text(told))
    return parts


def passages(record: Explanation) -> Items:
    """From the cause of each error to the result, equation by equation."""
    dtype = record.comparison.dtype
    items = []
    for passage in record.passages:
        lines = [Fact(link.piece or "…", link_text(link, dtype)) for link in passage.links[:MOST]]
        if len(passage.links) > MOST:
            lines.append(Fact("…", f"and {len(passage.links) - MOST} more; --json has all"))
        items.append(Item(", ".join(passage.backends), lines=lines))
    return Items(items)


def link_text(link: Link, dtype: str) -> str:
    """What one equation makes, what it is in truth, and what happened."""
    made = numbers.estimate(link.computed)
    if isinstance(link.computed, bool):
        made = str(link.computed).lower()
        text = f"{made} in {dtype}, {str(not link.computed).lower()} in truth"
    elif link.true is None:
        text = f"{made} in {dtype}"
    else:
        text = f"{made} in {dtype}, {true_text(link.true)} in truth"
    return text if link.cause is None else f"{text}: {link.cause.words}"


def true_text(true: Fraction) -> str:
    """An exact number to a few digits, as the numbers beside it are written."""
    near = nearest_double(true)
    if near == true or (math.isfinite(near) and abs(near) >= LEAST):
        return numbers.estimate(near, TRUE_FIGURES)
    return decimal_string(rational(true), TRUE_FIGURES)


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
    """One row for each method and variable: what it gives, to how many digits, at what cost, and
    what to do instead. A screen has no room for the cost."""
    asked = record.comparison
    columns = [
        replace(column, rank=int(column.header == "digits"), screen=column.header not in COSTS)
        for column in comparison.columns_of(asked, "the step size")
    ]
    columns.append(Column("instead", "text", INSTEAD, once=True))
    rows = [[*row, instead(record, row[0])] for row in comparison.rows_of(asked)]
    return doc.table(columns, rows, fits=FITS)


def instead(record: Explanation, method: str) -> str:
    """The suggestion for a method in a few words, with the digits that it gives: of its worst
    derivative, or of the one that alone it helps."""
    other = record.instead.get(method)
    if other is None:
        return NOTHING if method in record.unhelped else ""
    what = shortened(other.replacement or other.text, WIDEST)
    if other.kind == "step":
        what = f"h = {short_exponents(other.text)}"
    if other.kind == "rewrite" and other.backend != method:
        what += f" by {other.backend}"
    digits = [gain.digits_after or 0.0 for gain in other.gains.values()]
    if not other.unhelped:
        return f"{what} ({numbers.digits(min(digits))})"
    alone = numbers.digits(other.derivative.digits_after)
    return f"{what} ({alone}, {other.variable} only)"


def suggestion(other: Suggestion, truth: Truth, inputs: Sequence[str]) -> Item:
    """What to write or to use, why, and the numbers that bear it out."""
    lines = evidence(other, truth, inputs)
    if other.kind == "backend":
        return Item(f"the method {other.text}", lines=lines)
    if other.kind == "step":
        return Item(f"h = {short_exponents(other.text)} by {other.backend}", lines=lines)
    why = Fact("why", f"{other.piece} → {other.replacement}: {other.reason}")
    where = [Fact("where", condition) for condition in other.needs]
    return Item(other.text, lines=[why, *where, *lines], code=True)


def evidence(other: Suggestion, truth: Truth, inputs: Sequence[str]) -> list[Fact]:
    """The results before and after, and which derivatives are as wrong as before."""
    before, lines = other.than or other.backend, []
    if other.value is not None and is_won(other.value):
        lines.append(Fact("f", gain(other.value, before, other.backend)))
    helped = [name for name, change in other.gains.items() if is_won(change)]
    if not helped and not lines:
        helped = [other.variable]
    for name in helped[:MOST_GAINS]:
        slope = facts.symbol(name, inputs)
        lines.append(Fact(slope, gain(other.gains[name], before, other.backend)))
        if truth.derivative(name) is None:
            lines.append(Fact("", missing(truth.along[name].kind, slope)))
    if len(helped) > MOST_GAINS:
        lines.append(Fact("", f"and {len(helped) - MOST_GAINS} more derivatives; --json has all"))
    if other.unhelped:
        lines.append(Fact("but", no_help(other, inputs)))
    lines.extend(Fact("but", loss) for loss in losses(other, inputs))
    return lines


def losses(other: Suggestion, inputs: Sequence[str]) -> Iterator[str]:
    """The derivatives that have fewer digits than before, by a digit or more."""
    for name, change in other.gains.items():
        before, after = change.digits_before or 0.0, change.digits_after
        if after is not None and before - after >= FEWER:
            slope, fewer = facts.symbol(name, inputs), numbers.digits(after)
            yield f"{slope} has {fewer} correct digits, no longer {numbers.digits(before)}"


def no_help(other: Suggestion, inputs: Sequence[str]) -> str:
    """Which derivatives are as wrong as before, and how wrong that is."""
    stay = []
    for name in other.unhelped[:MOST_GAINS]:
        digits = numbers.digits(other.gains[name].digits_after)
        stay.append(f"{facts.symbol(name, inputs)} has {digits} correct digits")
    more = len(other.unhelped) - MOST_GAINS
    text = f"{', '.join(stay)}{f' and {more} more are wrong' if more > 0 else ''}"
    return f"{text}, no more than before"


def missing(kind: Kind, slope: str) -> str:
    """What a number is worth where no derivative is certain."""
    if kind is Kind.UNDECIDED:
        return f"no certified {slope} is there to hold this against"
    return f"{slope} does not exist here: a finite number is a convention"


def is_won(change: Gain) -> bool:
    """Whether there are more digits than before, to a tenth."""
    if change.digits_after is None:
        return False
    return round(change.digits_after - (change.digits_before or 0.0), 1) > 0


def gain(change: Gain, before: str, after: str) -> str:
    """The result before and after, and how many of its digits are right."""
    by = f" by {before}" if before != after else ""
    text = f"{numbers.estimate(change.before)}{by} → {numbers.estimate(change.after)} by {after}"
    if change.digits_before is None or change.digits_after is None:
        return text
    counts = f"{numbers.digits(change.digits_before)} → {numbers.digits(change.digits_after)}"
    return f"{text}, {counts} correct digits"
