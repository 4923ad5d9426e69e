"""What stands above every result: the point, and what is certain there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from diffcmp.accuracy.record import Comparison, Sweep
from diffcmp.engines.partials import distinct
from diffcmp.notes import Remark
from diffcmp.program.ir import Program
from diffcmp.report import numbers
from diffcmp.report.document import Fact, Facts, Grade, Notes, Part, grade, section, shortened
from diffcmp.report.remarks import grouped
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth, text_of

VALUE_WIDTH = 60  # characters of a coordinate or a vector

WHY = {
    Kind.REMOVABLE: "the limit: f as typed is undefined here",
    Kind.OUTSIDE: "undefined",
    Kind.POLE: "unbounded",
}
HEAD, TAIL = 4, 2  # of many derivatives these are shown
TIME = "of one call, the median of repeats"
EVALUATIONS = "runs of f, or of a program made of it"
DIGITS = "correct significant digits"


def listed(names: Sequence[str]) -> list[str | None]:
    """The names that are shown one by one: all, or the first and the last of many with None between
    them."""
    if len(names) <= HEAD + TAIL:
        return list(names)
    return [*names[:HEAD], None, *names[len(names) - TAIL :]]


def point(at: Mapping[str, str]) -> str:
    """The point as it was typed: `x = 2, y = 1/3`."""
    return ", ".join(f"{name} = {shortened(text, VALUE_WIDTH)}" for name, text in at.items())


def symbol(name: str, inputs: Sequence[str], order: int = 1) -> str:
    """How the derivative is written: f′ where there is one variable, else ∂f/∂x; of order 2 f″,
    ∂²f/∂x², ∂²f/∂x∂y.

    >>> symbol("x", ["x"], 2), symbol("x", ["x", "y"], 2), symbol("x:y", ["x", "y"], 2)
    ('f″', '∂²f/∂x²', '∂²f/∂x∂y')
    """
    if order == 1:
        return "f′" if len(inputs) == 1 else f"∂f/∂{name}"
    if len(inputs) == 1:
        return "f″"
    x, *y = distinct(name, order)
    return f"∂²f/∂{x}∂{y[0]}" if y else f"∂²f/∂{x}²"


def certified(quantity: Quantity | None, digits: int, missing: str = numbers.MISSING) -> str:
    """A certified number to so many digits."""
    return missing if quantity is None else numbers.certified(quantity.text(digits))


def graded(value: object, digits: float | None, dtype: str) -> Grade:
    """How good the answer of a method is: bad where it is no finite number."""
    return "bad" if is_failed(value) else grade(digits, dtype)


def is_failed(value: object) -> bool:
    """Whether a method gave no finite number."""
    if value is None:
        return True
    return hasattr(value, "__float__") and not math.isfinite(float(value))


def notes(
    text: str, owned: Iterable[tuple[str, Iterable[Remark]]], title: str = "Notes"
) -> list[Part]:
    """The notes of all methods under a headline, their spans pointing into `text`."""
    return section(title, Notes(grouped(owned), text))


def truth_parts(truth: Truth, wrt: Sequence[str], program: Program) -> list[Part]:
    """What is certain at a point, and how sure that is."""
    said = grouped([("", truth.remarks)])
    return [Facts(truth_facts(truth, wrt, program.inputs)), Notes(said, program.text)]


def about(record: Comparison | Sweep, name: str) -> list[object]:
    """The columns of CSV that say what was asked, and the truth."""
    truth = record.truth
    return [
        record.program.text,
        point(record.at),
        record.dtype,
        record.kernel,
        truth.kind.value,
        truth.certified,
        name,
        text_of(truth.derivative(name), truth.digits),
    ]


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
        "f", certified(truth.value, truth.digits), aside if truth.kind is Kind.REMOVABLE else ""
    )


def _derivatives(truth: Truth, along: Coordinatewise, label: str, *, many: bool) -> list[Fact]:
    is_other = many and along.kind is not truth.kind
    aside = along.kind.value if is_other else ""
    if along.derivative is None:
        text = "unknown" if along.kind is Kind.UNDECIDED else "does not exist"
    else:
        text = certified(along.derivative, truth.digits)
    facts = [Fact(label, text, aside)]
    if along.kind in (Kind.SMOOTH, Kind.REMOVABLE) and not _differ(along, truth.digits):
        return facts
    if along.left is None and along.right is None:
        return facts
    for side, slope in (("left", along.left), ("right", along.right)):
        facts.append(Fact(f"{label} {side}", certified(slope, truth.digits, "none")))
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
