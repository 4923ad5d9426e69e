"""What stands above every result: the point, and what is certain there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from diffcmp.accuracy.judging.record import Comparison, Row, Series, Sweep, Track
from diffcmp.arithmetic.floats import finite
from diffcmp.engines.partials import distinct
from diffcmp.notes import Remark
from diffcmp.program.ir import Program
from diffcmp.report import numbers
from diffcmp.report.document import Fact, Facts, Grade, Notes, Part, grade, section
from diffcmp.report.remarks import grouped
from diffcmp.spans import shortened
from diffcmp.truth.record import (
    Asymptote,
    Coordinatewise,
    Infinity,
    Kind,
    Quantity,
    Side,
    SideLimit,
    Source,
    Truth,
    text_of,
)

if TYPE_CHECKING:
    from diffcmp.accuracy.matrices.record import MatrixRow

T = TypeVar("T")
VALUE_WIDTH = 60  # characters of a coordinate or a vector

WHY = {
    Kind.REMOVABLE: "the limit: f as typed is undefined here",
    Kind.OUTSIDE: "undefined",
    Kind.POLE: "unbounded",
}
SOURCES: dict[Source, str] = {
    "series": "balls and series",
    "scales": "balls and scales of growth",
    "symbolic": "symbolic limits",
}
LIMITED = (Kind.POLE, Kind.EDGE, Kind.JUMP)  # where the limits of f say more than its value
HEAD, TAIL = 4, 2  # of many derivatives these are shown
TIME = "of one call, the median of repeats"
EVALUATIONS = "runs of f, or of a program made of it"
DIGITS = "correct significant digits"


def listed(items: Sequence[T]) -> list[T | None]:
    """What is shown one by one: all, or the first and the last of many with None between them."""
    if len(items) <= HEAD + TAIL:
        return list(items)
    return [*items[:HEAD], None, *items[len(items) - TAIL :]]


def point(at: Mapping[str, str]) -> str:
    """The point as it was typed: `x = 2, y = 1/3`."""
    return ", ".join(f"{name} = {shortened(text, VALUE_WIDTH)}" for name, text in at.items())


def symbol(name: str, inputs: Sequence[str], order: int = 1) -> str:
    """How the derivative is written: f′ of one variable, else ∂f/∂x; f″, ∂²f/∂x², ∂²f/∂x∂y.

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
    return hasattr(value, "__float__") and not finite(value)


def notes(
    text: str, rows: Iterable[Row | MatrixRow | Series | Track], title: str = "Notes"
) -> list[Part]:
    """The notes of all methods under a headline, their spans pointing into `text`."""
    return section(title, Notes(grouped((row.backend, row.remarks) for row in rows), text))


def remarks(text: str, every: Iterable[Remark]) -> Notes:
    """Notes that belong to no method."""
    return Notes(grouped([("", every)]), text)


def truth_parts(truth: Truth, wrt: Sequence[str], program: Program) -> list[Part]:
    """What is certain at a point, and how sure that is."""
    return [Facts(truth_facts(truth, wrt, program.inputs)), remarks(program.text, truth.remarks)]


def about(record: Comparison | Sweep, name: str) -> list[object]:
    """The columns of CSV that say what was asked, and the truth."""
    truth = record.truth
    asked = [record.program.text, point(record.at), record.dtype, record.kernel]
    derivative = text_of(truth.derivative(name), truth.digits)
    return [*asked, truth.kind.value, truth.certified, name, derivative]


def truth_facts(truth: Truth, wrt: Sequence[str], inputs: Sequence[str]) -> list[Fact]:
    """f, each derivative, the one-sided ones where they matter, the kind, the proof."""
    if truth.infinity is not None:
        return list(_far(truth, truth.infinity, inputs))
    facts = [_value(truth)]
    for name in listed(wrt):
        if name is None:
            facts.append(Fact("…", f"{len(wrt) - HEAD - TAIL} more"))
            continue
        along, label = truth.along[name], symbol(name, inputs, truth.order)
        facts += _limits(along, "" if len(inputs) == 1 else f" in {name}", truth.digits)
        facts.append(_derivative(truth, along, label))
        facts += _sides(along, label, symbol(name, inputs), truth.digits)
    # without a value, the limits along the coordinates are not one limit
    apart = truth.kind is Kind.REMOVABLE and truth.value is None
    undecided = [along for along in truth.along.values() if along.kind is Kind.UNDECIDED]
    waves = truth.kind is Kind.UNDECIDED and all(along.oscillates for along in undecided)
    asides = {"along each coordinate alone": apart, "it oscillates, as no other kind does": waves}
    aside = next((text for text, holds in asides.items() if holds), "")
    facts.append(Fact("point", truth.kind.value, aside))
    return [*facts, _proof(truth)]


def _far(truth: Truth, known: Infinity, inputs: Sequence[str]) -> Iterator[Fact]:
    """The limits of f and of its derivative at infinity, and the asymptote."""
    slope = symbol(known.variable, inputs, truth.order)
    for label, side in (("f", known.limit), (slope, known.derivative)):
        aside = "" if side.limit is None else "the limit"
        yield Fact(label, tends_to(side, truth.digits), aside)
    if known.asymptote is not None:
        line = known.asymptote
        aside = "horizontal" if line.slope.exact == 0 else ""
        yield Fact("asymptote", f"y = {line_text(line, known.variable, truth.digits)}", aside)
    yield Fact("point", truth.kind.value)
    yield _proof_of({"f": known.limit, slope: known.derivative}, truth)


def _proof_of(limits: Mapping[str, SideLimit], truth: Truth) -> Fact:
    """How sure the limits at infinity are; of which one nothing is known is said."""
    decided = [side for side in limits.values() if side.decided]
    finite = any(side.limit is not None and not side.limit.infinite for side in decided)
    if not decided or len(decided) == len(limits):
        return _proof(truth, finite)
    certified = all(side.certified for side in decided)
    (unknown,) = (label for label, side in limits.items() if not side.decided)
    partial = replace(truth, certified=certified, source=decided[0].source)
    return _proof(partial, finite, f"; {unknown} could not be found out")


def tends_to(side: SideLimit, digits: int) -> str:
    """What a function does on one side of a point, or at infinity."""
    if side.defined is False:
        return "not defined"
    if side.cluster is not None:
        return f"has no limit: it {oscillating(side.cluster, digits)}"
    return certified(side.limit, digits, "unknown")


def line_text(line: Asymptote, name: str, digits: int) -> str:
    """m·x + b, without what is 0 or 1."""
    slope, rest = (certified(number, digits) for number in (line.slope, line.intercept))
    if line.slope.exact == 0:
        return rest
    steep = {"1": name, "-1": f"-{name}"}.get(slope, f"{slope}·{name}")
    if line.intercept.exact == 0:
        return steep
    return f"{steep} - {rest[1:]}" if rest.startswith("-") else f"{steep} + {rest}"


def _value(truth: Truth) -> Fact:
    aside = WHY.get(truth.kind, "")
    if truth.value is None:
        unknown = not any(_swings(side) for along in truth.along.values() for side in _both(along))
        missing = {Kind.UNDECIDED: "unknown"} if unknown else {Kind.UNDECIDED: "has no limit"}
        missing[Kind.REMOVABLE] = "has no limit"
        return Fact("f", missing.get(truth.kind, aside or "undefined"))
    limit = WHY[Kind.REMOVABLE] if truth.limit else ""
    return Fact("f", certified(truth.value, truth.digits), limit)


def _both(along: Coordinatewise) -> tuple[Side, ...]:
    """What f does on the left and on the right, where that is known."""
    return along.sides or ()


def _swings(side: Side) -> bool:
    """Whether f certainly has no limit on a side."""
    return side.limit is None and side.oscillation is not None


def _limits(along: Coordinatewise, where: str, digits: int) -> list[Fact]:
    """The limits of f from the left and from the right, where it is not continuous."""
    sides = _both(along)
    if along.kind not in LIMITED and not any(map(_swings, sides)):
        return []
    told = []
    for label, side in zip(("left", "right"), sides, strict=False):
        text = certified(side.limit, digits, "unknown") if side.defined else "not defined"
        if _swings(side):
            text = oscillating(side.oscillation, digits)
        aside = "" if side.limit is None else f"the limit from the {label}"
        told.append(Fact(f"f {label}{where}", text, aside))
    return told


def oscillating(ends: tuple[Quantity, Quantity] | None, digits: int) -> str:
    """Between which values something keeps oscillating."""
    assert ends is not None
    low, high = (certified(end, digits) for end in ends)
    return f"keeps oscillating between {low} and {high}"


def _derivative(truth: Truth, along: Coordinatewise, label: str) -> Fact:
    unknown = along.kind is Kind.UNDECIDED and not along.oscillates
    missing = "unknown" if unknown else "does not exist"
    is_other = len(truth.along) > 1 and along.kind is not truth.kind
    kind = "it oscillates" if along.oscillates else along.kind.value
    aside = kind if is_other else ""
    return Fact(label, certified(along.derivative, truth.digits, missing), aside)


def _sides(along: Coordinatewise, label: str, first: str, digits: int) -> list[Fact]:
    """The one-sided derivatives, where they differ or one of them is missing. Where f has none, its
    slopes towards its limits, which are of the `first` order."""
    if along.kind in (Kind.SMOOTH, Kind.REMOVABLE) and not _differ(along, digits):
        return []
    sides = _both(along) or (Side(True), Side(True))
    numbers, aside, missing = (along.left, along.right), "", "none"
    if not along.kind.sided:
        numbers = sides[0].slope, sides[1].slope
        label, aside, missing = first, "towards that limit", ""
    told = []
    for way, side, number in zip(("left", "right"), sides, numbers, strict=True):
        fact = Fact(f"{label} {way}", certified(number, digits, missing), aside if number else "")
        if side.limit is not None and side.oscillation is not None:
            quotient = oscillating(side.oscillation, digits)
            fact = Fact(f"{first} {way}", quotient, "the difference quotient")
        told.append(fact)
    told = [fact for fact in told if fact.text]
    return told if any(fact.text != missing for fact in told) else []


def _differ(along: Coordinatewise, digits: int) -> bool:
    if along.left is None or along.right is None:
        return False
    return along.left.text(digits) != along.right.text(digits)


def _proof(truth: Truth, finite: bool = True, rest: str = "") -> Fact:
    """How sure all that is, to so many digits where a number is finite."""
    if truth.source is None:
        return Fact("proof", "none: this could not be found out")
    source = SOURCES[truth.source]
    how = f"certified to {truth.digits} digits" if finite else "certified"
    return Fact("proof", how if truth.certified else "not certified", f"{source}{rest}")
