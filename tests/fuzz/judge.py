"""The verdict: does what diffcmp says of a point contradict the reference? Only where the reference
is conclusive."""

from __future__ import annotations

from typing import Any

from mpmath import mp, mpf

from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth
from tests.fuzz.beside import Beside, Number, Reference

DIGITS = 60
CLAIMED = mpf(10) ** -20  # relative: the digits that are asked for


def disagreement(truth: Truth, name: str, known: Reference) -> str | None:
    """In words, or None."""
    along = truth.along[name]
    if along.kind is Kind.UNDECIDED or known.left is None or known.right is None:
        return None
    with mp.workdps(DIGITS):
        kinds = possible(known.left, known.right, known.at)
        if along.kind not in kinds and not _too_fine(truth, along, known):
            return f"{along.kind.value}, not {' or '.join(k.value for k in kinds)}"
        return _wrong_number(truth, along, known)


def _too_fine(truth: Truth, along: Coordinatewise, known: Reference) -> bool:
    """Whether it is a kink whose sides differ by less than the reference can see, and are what it
    sees: ±1e-3000."""
    assert known.left is not None
    assert known.right is not None
    seen = [derivative(side, truth.order) for side in (known.left, known.right)]
    pairs = list(zip((along.left, along.right), seen, strict=True))
    if (
        along.kind is not Kind.KINK
        or along.left is None
        or along.right is None
        or along.left.text(30) == along.right.text(30)
    ):
        return False
    return all(q is not None and x is not None and agree(q, x) for q, x in pairs)


def possible(left: Beside, right: Beside, at: Any) -> list[Kind]:
    """The kinds that the reference does not rule out, all of them where it is not conclusive."""
    sides = [side for side in (left, right) if side.defined]
    if not sides:
        return [Kind.OUTSIDE]
    limits = [side.limit for side in sides]
    if any(limit is not None and limit.infinite for limit in limits):
        return [Kind.POLE]
    if None in limits:
        return list(Kind)
    if len(sides) == 1:
        return [Kind.EDGE]
    first, second = (limit for limit in limits if limit is not None)
    if _apart(first, second):
        return [Kind.JUMP]
    if not _close(first, second):
        return list(Kind)
    if (
        at is None
        or at == "undefined"
        or _close(Number(at, error=mpf(10) ** -250 * (1 + abs(at))), first)
    ):
        return _continuous(left.slope, right.slope, at)
    return (
        [Kind.JUMP]
        if _apart(Number(at, error=mpf(10) ** -250 * (1 + abs(at))), first)
        else list(Kind)
    )


def _continuous(left: Number | None, right: Number | None, at: Any) -> list[Kind]:
    unknown = [Kind.JUMP] if at is None else []  # f at the point may be another number
    slopes = [slope for slope in (left, right) if slope is not None]
    if any(slope.infinite for slope in slopes):
        return [Kind.VERTICAL, *unknown]
    if len(slopes) < 2:
        return list(Kind)
    same = [Kind.REMOVABLE] * (at is None or at == "undefined") + [Kind.SMOOTH] * (
        at is None or at != "undefined"
    )
    first, second = slopes
    if _apart(first, second):
        return [Kind.KINK, *unknown]
    return [*same, *unknown] if _close(first, second) else [*same, Kind.KINK, *unknown]


def _wrong_number(truth: Truth, along: Coordinatewise, known: Reference) -> str | None:
    assert known.left is not None
    assert known.right is not None
    left, right = (derivative(side, truth.order) for side in (known.left, known.right))
    claims: list[tuple[str, Quantity | None, Number | None]] = [
        ("left derivative", along.left, left), ("right derivative", along.right, right),
    ]  # fmt: skip
    if along.kind in (Kind.SMOOTH, Kind.REMOVABLE):
        if truth.order == 1 or along.derivative is not None or _joined(left, right):
            claims += [
                ("derivative", along.derivative, left),
                ("derivative", along.derivative, right),
            ]
        claims.append(("value", truth.value, known.right.limit))
    for what, claimed, true in claims:
        if claimed is not None and true is not None and not agree(claimed, true):
            return f"{what} {claimed.text(20)}, not {true.infinite or mp.nstr(true.value, 20)}"
        if (
            claimed is None
            and what != "value"
            and true is not None
            and along.kind in (Kind.SMOOTH, Kind.REMOVABLE, Kind.KINK)
            and not true.infinite
        ):
            return f"{what} missing, {mp.nstr(true.value, 20)}"
    if along.kind is Kind.EDGE:
        for side, claimed in ((known.left, along.left), (known.right, along.right)):
            if not side.defined and claimed is not None:
                return "a derivative on the side where f is undefined"
    return None


def derivative(side: Beside, order: int) -> Number | None:
    """The one-sided derivative of that order; None where it is not conclusive, or behind an
    infinite slope."""
    if order == 1 or not side.defined:
        return side.slope if side.defined else None
    return side.curvature if side.slope is not None and not side.slope.infinite else None


def _joined(left: Number | None, right: Number | None) -> bool:
    """Whether both one-sided numbers are surely finite and one number."""
    return (
        left is not None
        and right is not None
        and not left.infinite
        and not right.infinite
        and _close(left, right)
    )


def agree(claimed: Quantity, true: Number) -> bool:
    """Whether a certified number is the one of the reference, to the digits that this has."""
    if claimed.infinite or true.infinite:
        return claimed.infinite == true.infinite
    number = mpf(claimed.text(30))  # `exact` ends at the largest number of any format
    return _close(Number(number, error=CLAIMED * abs(number)), true)


def _close(a: Number, b: Number) -> bool:
    """Equal, as far as can be told."""
    return bool(abs(a.value - b.value) <= 10 * (a.error + b.error))


def _apart(a: Number, b: Number) -> bool:
    """Surely two numbers."""
    return bool(abs(a.value - b.value) > 1000 * (a.error + b.error))
