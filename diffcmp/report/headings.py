"""What stands above every result: the function, the point, and what is certain there. Plain text
for any renderer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diffcmp.engines.partials import distinct
from diffcmp.report import numbers
from diffcmp.spans import printable
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth

VALUE_WIDTH = 60  # characters of a coordinate or a vector

WHY = {
    Kind.REMOVABLE: "the limit: f as typed is undefined here",
    Kind.OUTSIDE: "undefined",
    Kind.POLE: "unbounded",
}


HEAD, TAIL = 4, 2  # of many derivatives these are shown


def listed(names: Sequence[str]) -> list[str | None]:
    """The names that are shown one by one: all, or the first and the last of many with None between
    them."""
    if len(names) <= HEAD + TAIL:
        return list(names)
    return [*names[:HEAD], None, *names[len(names) - TAIL :]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the truth: its label, the number or word, and a remark to it."""

    label: str
    text: str
    aside: str = ""


def point(at: Mapping[str, str]) -> str:
    """The point as it was typed: `x = 2, y = 1/3`."""
    return ", ".join(f"{name} = {shortened(text, VALUE_WIDTH)}" for name, text in at.items())


def shortened(text: str, width: int) -> str:
    """`text`, printable, cut in the middle to at most `width` characters."""
    text = printable(text)
    if len(text) <= width:
        return text
    return f"{text[: width // 2]}…{text[len(text) - (width - 1) // 2 :]}"


def symbol(name: str, inputs: Sequence[str], order: int = 1) -> str:
    """How the derivative is written: f′ where there is one variable, else ∂f/∂x; of order 2 f″,
    ∂²f/∂x², ∂²f/∂x∂y.

    >>> symbol("x", ["x"], 2), symbol("x", ["x", "y"], 2), symbol("x:y", ["x", "y"], 2)
    ('f″', '∂²f/∂x²', '∂²f/∂x∂y')
    """
    if order == 1:
        return "f′" if len(inputs) == 1 else f"∂f/∂{name}"
    x, *y = distinct(name, order)
    return "f″" if len(inputs) == 1 else f"∂²f/∂{x}∂{y[0]}" if y else f"∂²f/∂{x}²"


def truth_facts(truth: Truth, wrt: Sequence[str], inputs: Sequence[str]) -> list[Fact]:
    """What is certain: f, each derivative, the one-sided ones where they matter, the kind of the
    point, the proof."""
    facts = [_value(truth)]
    for name in listed(wrt):
        if name is None:
            facts.append(Fact("…", f"{len(wrt) - HEAD - TAIL} more"))
            continue
        facts += _derivatives(
            truth, truth.along[name], symbol(name, inputs, truth.order), many=len(wrt) > 1
        )
    apart = (
        truth.kind is Kind.REMOVABLE and truth.value is None
    )  # the limits along the coordinates are not one limit
    facts.append(Fact("point", truth.kind.value, "along each coordinate alone" if apart else ""))
    facts.append(_proof(truth))
    return facts


def _value(truth: Truth) -> Fact:
    aside = WHY.get(truth.kind, "")
    if truth.value is None:
        missing = {Kind.UNDECIDED: "unknown", Kind.REMOVABLE: "has no limit"}
        return Fact("f", missing.get(truth.kind, aside or "undefined"))
    return Fact(
        "f", _text(truth.value, truth.digits), aside if truth.kind is Kind.REMOVABLE else ""
    )


def _derivatives(truth: Truth, along: Coordinatewise, label: str, *, many: bool) -> list[Fact]:
    aside = along.kind.value if many and along.kind is not truth.kind else ""
    if along.derivative is None:
        text = "unknown" if along.kind is Kind.UNDECIDED else "does not exist"
    else:
        text = _text(along.derivative, truth.digits)
    facts = [Fact(label, text, aside)]
    if along.kind in (Kind.SMOOTH, Kind.REMOVABLE) and not _differ(along, truth.digits):
        return facts
    if along.left is None and along.right is None:
        return facts
    for side, slope in (("left", along.left), ("right", along.right)):
        facts.append(
            Fact(f"{label} {side}", "none" if slope is None else _text(slope, truth.digits))
        )
    return facts


def _differ(along: Coordinatewise, digits: int) -> bool:
    if along.left is None or along.right is None:
        return False
    return along.left.text(digits) != along.right.text(digits)


def _proof(truth: Truth) -> Fact:
    if truth.source is None:
        return Fact("proof", "none: this could not be found out")
    source = {"series": "balls and series", "symbolic": "symbolic limits"}[truth.source]
    return Fact(
        "proof",
        f"certified to {truth.digits} digits" if truth.certified else "not certified",
        source,
    )


def _text(quantity: Quantity, digits: int) -> str:
    return numbers.known(quantity.text(digits))
