"""What a function looks like next to a point: the limits on both sides, how every sub-expression
that vanishes or blows up begins, and how the kind of the point was found. For people who ask why;
the truth itself needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.balls import Balls
from diffcmp.engines.series.beside import MAX_TERMS, Expansion
from diffcmp.engines.series.inexact import BallCoefficients
from diffcmp.engines.series.laurent import Beyond, Exhausted, Failure, Field, Series
from diffcmp.engines.series.logarithms import Logarithmic
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import core_with_places
from diffcmp.point.point import Point
from diffcmp.program.ir import Equation, Program
from diffcmp.spans import Span
from diffcmp.truth.certify import ZERO_BITS, quantity_of, settled
from diffcmp.truth.local import Local
from diffcmp.truth.proof import certified
from diffcmp.truth.record import Quantity, Truth
from diffcmp.truth.zero import Imprecise

CONSTANT = Fraction(0)


@dataclass(frozen=True, slots=True)
class Term:
    """The leading term on one side: coefficient · t**exponent · log(1/t)**logarithms[0] ·
    log(log(1/t))**logarithms[1] · …

    t is the distance from the point. beyond: 1 or -1 where the value grows beyond every power of t,
    towards ±∞, and 0 elsewhere; flat: it is smaller than every power. In both cases there is no
    coefficient.
    """

    coefficient: Quantity | None = None
    exponent: Fraction = CONSTANT
    logarithms: tuple[Fraction, ...] = ()
    beyond: int = 0
    flat: bool = False

    @property
    def moves(self) -> bool:
        """Whether the value vanishes or blows up."""
        return bool(self.exponent or any(self.logarithms) or self.beyond or self.flat)


@dataclass(frozen=True, slots=True)
class Leading:
    """How one sub-expression begins on either side; None where it is not defined, or vanishes
    altogether."""

    span: Span
    piece: str
    left: Term | None
    right: Term | None


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The function along one coordinate: its limits on both sides (None: there is none), how those
    sub-expressions begin that vanish or blow up, in the order of evaluation, and how the kind of
    the point was found."""

    name: str
    left_limit: Quantity | None
    right_limit: Quantity | None
    terms: tuple[Leading, ...]
    found: tuple[Remark, ...]


def anatomy(program: Program, at: Point, name: str, known: Truth) -> Anatomy:
    """What is to be seen along one coordinate, by the same expansions on balls that the truth is
    found by."""
    form, places = core_with_places(program, at.others(name))
    try:
        local, _, bits = settled(form, at, name, known.digits, ZERO_BITS)
    except (Exhausted, Imprecise):
        return Anatomy(name, None, None, (), ())
    with Balls(bits).working():
        limits = [quantity_of(side.limit) for side in (local.left, local.right)]
        terms = tuple(_leading(program, local, places))
    return Anatomy(
        name, limits[0], limits[1], terms, tuple(_found(program, form, at, local, known, name))
    )


# leading terms
# ---------------------------------------------------------------------------------------------------------


def _leading(program: Program, local: Local, places: dict[int, int]) -> Iterator[Leading]:
    said: set[str] = set()
    whole = _whole_pieces(program)
    for eq in program.equations:
        piece = program.piece(eq)
        if (
            eq.span is None
            or eq.params
            or eq.entry.condition
            or piece in said
            or eq.output not in whole
        ):
            continue
        sides = [_term(side.expansion, places[eq.output]) for side in (local.left, local.right)]
        if any(term is not None and term.moves for term in sides):
            said.add(piece)
            yield Leading(eq.span, piece, *sides)


def _whole_pieces(program: Program) -> set[int]:
    """The slots that are the value of the piece of text that they come from: a function of matrices
    is many operations on numbers, of which one makes its value, or, if that is a vector, several
    do, and none of them is named by the piece."""
    used: dict[Span | None, set[int]] = {}
    for eq in program.equations:
        if eq.output in program.live:
            used.setdefault(eq.span, set()).add(eq.output)
    inner = {i for eq in program.equations for i in eq.inputs if i in used.get(eq.span, ())} - set(
        program.outputs
    )
    found = (slots if len(slots) == 1 else slots - inner for slots in used.values())
    return {slot for values in found if len(values) == 1 for slot in values}


def _term(found: Expansion, place: int) -> Term | None:
    value = found.values[place]
    if isinstance(value, Beyond):
        return Term(beyond=value.sign)
    if not isinstance(value, Series):
        return None
    first = _first(value, found.field)
    if first is None:
        return Term(flat=True) if value.flat else None
    coefficient, exponents = first
    tau, *logarithms = exponents
    # the variable of each level is a root of 1/log of the one above: its powers are negative powers
    # of the logarithm
    return Term(
        Quantity(coefficient), Fraction(tau, found.ramification), tuple(-k for k in logarithms)
    )


def _first(value: Series, field: Field) -> tuple[Any, list[Fraction]] | None:
    """The first coefficient that does not vanish, down to a number, and its exponent at each level
    of logarithms."""
    end = (
        value.start + MAX_TERMS if value.stop is None else min(value.stop, value.start + MAX_TERMS)
    )
    for k in range(value.start, end):
        c = value[k]
        if isinstance(field, Logarithmic):
            inner = _first(c, field.base)
            if inner is not None:
                number, (level, *deeper) = inner
                return number, [Fraction(k), level / field.ramification, *deeper]
        elif isinstance(field, BallCoefficients) and not field.is_zero(c):
            return c, [Fraction(k)]
    return None


# how it was found
# ------------------------------------------------------------------------------------------------------


def _found(
    program: Program, form: Program, at: Point, local: Local, known: Truth, name: str
) -> Iterator[Remark]:
    """The steps that led to the kind, in words."""
    if certified(program, at, [name], known.digits) is not None:
        yield remark(Note.FOUND_BY_BALLS)
        return
    if known.source == "series":
        yield remark(Note.FOUND_BY_SERIES, name=name)
    failed = local.there.out.equation if isinstance(local.there.out, Failure) else None
    if failed is not None:
        yield remark(Note.UNDEFINED_THERE, failed.span, program.text)
    for eq, root in _differences(form, local.left.expansion, local.right.expansion):
        yield remark(Note.EVEN_ROOT if root else Note.SIDES_DIFFER, eq.span, program.text)
    also_left = {eq.span for eq, _ in _differences(form, local.there, local.left.expansion)}
    for eq, _ in _differences(form, local.there, local.right.expansion):
        if eq.entry.condition and eq.span in also_left:
            yield remark(Note.OTHER_BRANCH_THERE, eq.span, program.text)


def _differences(form: Program, one: Expansion, other: Expansion) -> list[tuple[Equation, bool]]:
    """The equations that decide differently in two expansions, one for each span, and whether they
    are roots."""
    paths = dict(one.path), dict(other.path)
    found: dict[Span | None, tuple[Equation, bool]] = {}
    for place in sorted(paths[0].keys() & paths[1].keys()):
        if paths[0][place] != paths[1][place] and place in form.by_output:
            eq = form.by_output[place]
            found.setdefault(eq.span, (eq, isinstance(paths[0][place], tuple)))
    return list(found.values())
