"""The terminal view of an Explanation: what the point is, how f behaves there, where the digits go,
what to do instead."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diffcmp.accuracy.explanation import Explanation, Gain, Suggestion
from diffcmp.accuracy.record import Row
from diffcmp.report import numbers
from diffcmp.report.blocks import INDENT, annotated, failed, heading, labelled, notes, quality
from diffcmp.report.console import plain, render
from diffcmp.report.headings import shortened, symbol
from diffcmp.report.layout import Cell, Columns, hidden_note, table
from diffcmp.report.remarks import grouped
from diffcmp.report.terms import leading_text
from diffcmp.truth.record import Kind, Quantity, Truth

MOST_TERMS = 8
# (columns left out, significant digits of the derivative): the first that fits is taken
LAYOUTS: tuple[tuple[tuple[str, ...], int | None], ...] = (
    ((), None),
    ((), 10),
    ((), 6),
    (("digits",), 5),
)
WIDEST = 32  # of a suggestion in the table
ORDINARY = 10.0  # a condition number below which nothing need be said


def explanation_text(found: Explanation, width: int, colour: bool) -> str:
    """An Explanation for a terminal of `width` columns, with escape sequences where `colour` asks
    for them."""
    comparison = found.comparison
    text = comparison.program.text
    parts = heading(
        comparison.program, comparison.at, comparison.dtype, comparison.truth, comparison.wrt, width
    )
    parts += section(
        "How that was found", annotated(grouped(("", a.found) for a in found.anatomy), text, width)
    )
    parts += section("On either side", list(sides(found)))
    parts += section("How its parts begin", list(terms(found)))
    parts += section("Where the digits go", digits(found, width))
    parts += section("Branches", list(branches(found, text, width)))
    parts += section("What each method does", methods(found, width))
    parts += notes(
        grouped((row.backend, row.remarks) for row in comparison.rows), text, width, "Why"
    )
    inputs = comparison.program.inputs
    others = [
        line
        for i, s in enumerate(found.suggestions, 1)
        for line in suggestion(i, s, comparison.truth, inputs)
    ]
    parts += section("What to do instead", others)
    return render(parts, width, colour)


def section(title: str, body: Sequence[RenderableType]) -> list[RenderableType]:
    """A headline and what stands under it; nothing where there is nothing."""
    return ["", plain(title, "bold"), *body] if body else []


def sides(found: Explanation) -> Iterator[RenderableType]:
    """Limit and derivative on the left and on the right, where the point is not simply smooth."""
    truth = found.comparison.truth
    inputs = found.comparison.program.inputs
    for seen in found.anatomy:
        along = truth.along[seen.name]
        if along.kind in (Kind.SMOOTH, Kind.UNDECIDED, Kind.OUTSIDE):
            continue
        found_sides = (
            ("left", seen.left_limit, along.left),
            ("right", seen.right_limit, along.right),
        )
        rows = tuple(
            (Cell(side, "cyan"), Cell(number(limit)), Cell(number(slope)))
            for side, limit, slope in found_sides
        )
        headers = (
            seen.name if len(found.anatomy) > 1 else "",
            "f tends to",
            symbol(seen.name, inputs),
        )
        yield Padding(table(Columns(headers, rows, frozenset(headers[:1]))), (0, 0, 0, INDENT))


def number(quantity: Quantity | None) -> str:
    """A certified number to ten digits."""
    return numbers.MISSING if quantity is None else numbers.known(quantity.text(10))


def terms(found: Explanation) -> Iterator[RenderableType]:
    """The leading terms of what vanishes or blows up."""
    for seen in found.anatomy:
        for leading in seen.terms[:MOST_TERMS]:
            line = leading_text(leading, seen.name, found.comparison.coordinate(seen.name))
            yield Padding(
                plain(f"{line}   (along {seen.name})" if len(found.anatomy) > 1 else line),
                (0, 0, 0, INDENT),
            )
        if len(seen.terms) > MOST_TERMS:
            yield Padding(
                plain(f"and {len(seen.terms) - MOST_TERMS} more; --json has all", "dim"),
                (0, 0, 0, INDENT),
            )


def digits(found: Explanation, width: int) -> list[RenderableType]:
    """Condition numbers, then the sub-expressions that lose digits, underlined."""
    comparison = found.comparison
    lines = []
    for name, condition in found.conditioning.items():
        label = symbol(name, comparison.program.inputs)
        suffix = f" in {name}" if len(found.conditioning) > 1 else ""
        for what, value in ((f"f{suffix}", condition.value), (label, condition.derivative)):
            if value is not None:
                lines.append(
                    (what, plain(f"condition number {significant(value)}{meaning(value)}"))
                )
    losses = grouped(("", [loss.remark for loss in c.losses]) for c in found.conditioning.values())
    body: list[RenderableType] = [labelled(lines)] if lines else []
    if not losses and lines:
        return [
            *body,
            Padding(
                plain(f"The evaluation in {comparison.dtype} loses no digit on the way."),
                (0, 0, 0, INDENT),
            ),
        ]
    return body + annotated(losses, comparison.program.text, width)


def significant(value: float) -> str:
    """A condition number to two digits."""
    return "∞" if math.isinf(value) else numbers.step(value) if value else "0"


def meaning(value: float) -> str:
    """What a condition number says, where it says something."""
    if value <= ORDINARY:
        return ""
    if math.isinf(value):
        return ": the result is 0, so that no relative error of the input is small"
    return f": an error in the last digit of the input costs {math.log10(value):.0f} digits, whatever the method"


def branches(found: Explanation, text: str, width: int) -> Iterator[RenderableType]:
    """Each pattern: the branch and the condition underlined, and what a double where would give."""
    for branch in found.branches:
        yield from annotated(grouped([("", branch.remarks)]), text, width)


def methods(found: Explanation, width: int) -> list[RenderableType]:
    """One row a backend: what it gives, to how many digits, and what to do instead."""
    for hidden, figures in LAYOUTS:
        columns = method_columns(found, figures).without(hidden)
        if columns.width <= width:
            break
    return [table(columns), *hidden_note(hidden, figures)]


def method_columns(found: Explanation, figures: int | None) -> Columns:
    """All columns of the table of methods."""
    comparison = found.comparison
    many = len(comparison.wrt) > 1
    rows = [
        method(row, name, figures, found, first=i == 0)
        for row in comparison.rows
        for i, name in enumerate(comparison.wrt)
    ]
    headers = ("method", *(("",) if many else ()), "derivative", "digits", "instead")
    kept = rows if many else [(first, *rest) for first, _, *rest in rows]
    return Columns(headers, tuple(map(tuple, kept)), frozenset({"method", "", "instead"}))


def method(
    row: Row, name: str, figures: int | None, found: Explanation, *, first: bool
) -> tuple[Cell, ...]:
    """One line; what belongs to the whole row stands only in its first line."""
    value, correct = row.derivative.get(name), row.digits.get(name)
    style = "red" if failed(value) else quality(correct, found.comparison.dtype)
    other = found.instead.get(row.backend) if first else None
    return (
        Cell(row.backend if first else "", "bold"),
        Cell(name, "cyan"),
        Cell(numbers.estimate(value, figures), style),
        Cell(numbers.digits(correct), style),
        Cell("" if other is None else short(other)),
    )


def short(other: Suggestion) -> str:
    """A suggestion in a few words, with the digits that it gives."""
    what = f"h = {other.text}" if other.kind == "step" else other.replacement or other.text
    return f"{shortened(what, WIDEST)} ({numbers.digits(other.derivative.digits_after)})"


def suggestion(
    i: int, found: Suggestion, truth: Truth, inputs: Sequence[str]
) -> Iterator[RenderableType]:
    """What to write or to use, why, and the numbers that bear it out."""
    head = plain(f"{i}. ", "cyan").append_text(plain(found.text, "bold"))
    if found.kind == "backend":
        head = plain(f"{i}. ", "cyan").append_text(plain(f"the method {found.text}", "bold"))
    yield Padding(head, (0, 0, 0, INDENT))
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    if found.kind == "rewrite":
        lines.add_row(
            plain("why", "dim"), plain(f"{found.piece} → {found.replacement}: {found.reason}")
        )
        for condition in found.needs:
            lines.add_row(plain("where", "dim"), plain(condition))
    slope = symbol(found.variable, inputs)
    for label, change in (("f", found.value), (slope, found.derivative)):
        if change is not None and (label != "f" or won(change)):
            lines.add_row(
                plain(label, "dim"), gain(change, found.than or found.backend, found.backend)
            )
    if truth.derivative(found.variable) is None:
        said = f"{slope} does not exist here: a finite number is a convention"
        if truth.along[found.variable].kind is Kind.UNDECIDED:
            said = f"no certified {slope} is there to hold this against"
        lines.add_row("", plain(said))
    yield Padding(lines, (0, 0, 0, INDENT + 3))


def won(change: Gain) -> bool:
    """Whether f itself has more digits than before."""
    return change.digits_after is not None and (change.digits_before or 0.0) < change.digits_after


def gain(change: Gain, before: str, after: str) -> Text:
    """What was found before and is found now, and how many digits of that are right."""
    by = f" by {before}" if before != after else ""
    text = f"{numbers.estimate(change.before)}{by} → {numbers.estimate(change.after)} by {after}"
    if change.digits_before is not None and change.digits_after is not None:
        text += f", {numbers.digits(change.digits_before)} → {numbers.digits(change.digits_after)} correct digits"
    return plain(text)
