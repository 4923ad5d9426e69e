"""What a function looks like next to a point: the limits on both sides, the leading term of every
sub-expression that vanishes or blows up, and how the kind of the point was found. It is for people
who ask why; the truth itself does not need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.engines.scales.expansion import unexpanded
from diffcmp.engines.series.coefficients import BallCoefficients
from diffcmp.engines.series.expansion import MAX_TERMS, Expansion, expansion
from diffcmp.engines.series.laurent import Beyond, Exhausted, Failure, Field, Series
from diffcmp.engines.series.logarithms import Logarithmic
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import at_infinity_with_places, core_with_places
from diffcmp.point.point import Point
from diffcmp.program.ir import Equation, Program
from diffcmp.spans import Span
from diffcmp.truth.coordinatewise import ZERO_BITS, along, quantity_of, settled_at
from diffcmp.truth.leading import CONSTANT, Leading, Term
from diffcmp.truth.local import Local
from diffcmp.truth.monomials import Monomials
from diffcmp.truth.proof import certified
from diffcmp.truth.record import Quantity, Truth
from diffcmp.truth.zero import BallField, Imprecise, enclosure


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The function along one coordinate: its limits on both sides (None where there is none), the
    leading terms of the sub-expressions that vanish or blow up, in the order of evaluation, and the
    steps that led to the kind of the point."""

    name: str
    left_limit: Quantity | None
    right_limit: Quantity | None
    terms: tuple[Leading, ...]
    steps: tuple[Remark, ...]


def anatomy(program: Program, at: Point, name: str, truth: Truth) -> Anatomy:
    """What is to be seen along one coordinate, from the same expansions on balls as the truth."""
    form, places = core_with_places(program, at.others(name))
    try:
        settled = settled_at(along(form, at.coordinates[name]), truth.digits, ZERO_BITS)
    except (Exhausted, Imprecise):
        return Anatomy(name, None, None, (), ())
    local = settled.local
    with Balls(settled.bits).working():
        left, right = quantity_of(local.left.limit), quantity_of(local.right.limit)
        x = evaluate(at.coordinates[name].program, local.field.system, [])[0]
        terms = _leading(program, *_both(form, x, local), places)
    by_balls = certified(program, at, [name], truth.digits) is not None
    steps = [remark(Note.FOUND_BY_BALLS)]
    if not by_balls:
        steps = list(_steps(program, form, local, truth, name))
    return Anatomy(name, left, right, terms, tuple(steps))


def leading_terms(program: Program, at: Point, name: str, digits: int) -> tuple[Leading, ...]:
    """The leading terms of the sub-expressions that vanish or blow up where one coordinate tends to
    its value, which may be ±∞: there they are on the left side only at ∞, on the right at -∞, and
    the distance is 1/|x|. None where f has no expansion."""
    form, places = core_with_places(program, at.others(name))
    place = at.coordinates[name]
    try:
        if place.infinite:
            return _far(program, form, places, place.infinite, digits)
        settled = settled_at(along(form, place), digits, ZERO_BITS)
    except (Exhausted, Imprecise):
        return ()
    with Balls(settled.bits).working():
        local = settled.local
        x = evaluate(place.program, local.field.system, [])[0]
        return _leading(program, *_both(form, x, local), places)


def _both(form: Program, x: Any, local: Local) -> tuple[_Beside, _Beside]:
    left, right = (
        _Beside(side.expansion, form, x, way, local.field)
        for way, side in ((-1, local.left), (1, local.right))
    )
    return left, right


@dataclass(frozen=True, slots=True)
class _Beside:
    """All values on one side, as series in the distance; and what is needed to see them over a
    scale of growth, where these are not enough."""

    expansion: Expansion
    form: Program
    x: Any
    side: int
    field: BallField


@dataclass(frozen=True, slots=True)
class _Far:
    """f at ±∞, over a field."""

    expansion: Expansion
    field: Any

    decided = True

    @property
    def shown(self) -> list[Any]:
        """No number of it is an answer."""
        return []


def _far(
    program: Program, form: Program, places: dict[int, int], sign: int, digits: int
) -> tuple[Leading, ...]:
    far, moved = at_infinity_with_places(form, sign)

    def analysing(field: BallField) -> _Far:
        zero = field.system.literal(CONSTANT)
        try:
            return _Far(expansion(far, zero, 1, field, MAX_TERMS), field)
        except Exhausted:
            return _Far(unexpanded(far, field, Failure("exhausted")), field)

    settled = settled_at(analysing, digits, ZERO_BITS)
    places = {slot: moved[place] for slot, place in places.items()}
    with Balls(settled.bits).working():
        one = settled.local.expansion
        zero = settled.local.field.system.literal(CONSTANT)
        beside = _Beside(one, far, zero, 1, settled.local.field)
        left, right = (beside, None) if sign > 0 else (None, beside)
        return _leading(program, left, right, places)


def _leading(
    program: Program, left: _Beside | None, right: _Beside | None, places: dict[int, int]
) -> tuple[Leading, ...]:
    pieces = list(dict.fromkeys((span, places[slot]) for span, slot in _pieces(program)))
    sides = [None if one is None else _terms(program.text, one, pieces) for one in (left, right)]
    found: dict[str, Leading] = {}
    for i, (span, _) in enumerate(pieces):
        terms = [None if side is None else side[i] for side in sides]
        if any(term is not None and term.moves for term in terms):
            piece = span.cut(program.text)
            found.setdefault(piece, Leading(span, piece, left=terms[0], right=terms[1]))
    return tuple(found.values())


def _terms(text: str, beside: _Beside, pieces: list[tuple[Span, int]]) -> list[Term | None]:
    """The leading term of every piece: over a scale of growth where powers of the distance and its
    logarithms are not enough."""
    terms = [_term_or_none(beside.expansion, place) for _, place in pieces]
    if not any(_is_beyond(beside.expansion, place) for _, place in pieces):
        return terms
    named = [(span.cut(text), place) for span, place in pieces]
    monomials = Monomials(beside.form, beside.x, beside.side, beside.field, named)
    return [
        monomials.term(place) or term if _is_beyond(beside.expansion, place) else term
        for (_, place), term in zip(pieces, terms, strict=True)
    ]


def _is_beyond(expansion: Expansion, place: int) -> bool:
    """Whether a value grows or vanishes faster than powers, or has no expansion in these."""
    value = expansion.values[place]
    if isinstance(value, Series):
        return value.flat
    return isinstance(value, Beyond) or (isinstance(value, Failure) and value.reason != "undefined")


def _term_or_none(expansion: Expansion, place: int) -> Term | None:
    try:
        return _term(expansion, place)
    except Imprecise:  # what decided f did not need this one
        return None


def _pieces(program: Program) -> Iterator[tuple[Span, int]]:
    """The pieces of text that stand for a number that is computed, and the slots of these."""
    whole = _whole_pieces(program)
    for eq in program.equations:
        is_number = not eq.params and not eq.entry.condition
        if eq.span is not None and is_number and eq.output in whole:
            yield eq.span, eq.output


def _whole_pieces(program: Program) -> set[int]:
    """The slots that are the value of the piece of text that they come from: a function of matrices
    is many operations on numbers, of which one makes its value, or, if that is a vector, several
    do, and none of them is named by the piece."""
    slots_of: dict[Span | None, set[int]] = {}
    for eq in program.equations:
        if eq.output in program.live:
            slots_of.setdefault(eq.span, set()).add(eq.output)
    inner: set[int] = set()
    for eq in program.equations:
        inner |= slots_of.get(eq.span, set()).intersection(eq.inputs)
    inner -= set(program.outputs)
    whole: set[int] = set()
    for slots in slots_of.values():
        values = slots if len(slots) == 1 else slots - inner
        whole |= values if len(values) == 1 else set()
    return whole


def _term(beside: Expansion, place: int) -> Term | None:
    value = beside.values[place]
    if isinstance(value, Beyond):
        return Term(beyond=value.sign)
    if not isinstance(value, Series):
        return None
    first = _first(value, beside.field)
    if first is None:
        return Term(flat=True) if value.flat else None
    coefficient, (tau, *levels) = first
    # the variable of each level is a root of 1/log of the one above: its powers are negative powers
    # of the logarithm
    logarithms = tuple(-k for k in levels)
    return Term(Quantity(enclosure(coefficient)), Fraction(tau, beside.ramification), logarithms)


def _first(value: Series, field: Field) -> tuple[Any, list[Fraction]] | None:
    """The first coefficient that does not vanish, and its exponent at each level of logarithms."""
    end = value.start + MAX_TERMS
    for k in range(value.start, end if value.stop is None else min(value.stop, end)):
        c = value[k]
        if isinstance(field, Logarithmic):
            inner = _first(c, field.base)
            if inner is not None:
                number, (level, *deeper) = inner
                return number, [Fraction(k), level / field.ramification, *deeper]
        elif isinstance(field, BallCoefficients) and not field.is_zero(c):
            return c, [Fraction(k)]
    return None


def _steps(
    program: Program, form: Program, local: Local, truth: Truth, name: str
) -> Iterator[Remark]:
    """The steps that led to the kind, in words, where balls at the point itself did not."""
    out = local.there.out
    if truth.source == "series":
        yield remark(Note.FOUND_BY_SERIES, name=name)
    if truth.source == "scales":
        yield remark(Note.FOUND_BY_SCALES)
    if isinstance(out, Failure) and out.equation is not None:
        yield remark(Note.UNDEFINED_THERE, out.equation.span, program.text)
    for eq, root in _differences(form, local.left.expansion, local.right.expansion):
        yield remark(Note.EVEN_ROOT if root else Note.SIDES_DIFFER, eq.span, program.text)
    for span in _other_branches(form, local):
        yield remark(Note.OTHER_BRANCH_THERE, span, program.text)


def _other_branches(form: Program, local: Local) -> list[Span | None]:
    """The conditions that hold, or fail, at the point only."""
    from_left = _differences(form, local.there, local.left.expansion)
    from_right = _differences(form, local.there, local.right.expansion)
    spans = {eq.span for eq, _ in from_left}
    return [eq.span for eq, _ in from_right if eq.entry.condition and eq.span in spans]


def _differences(form: Program, one: Expansion, other: Expansion) -> list[tuple[Equation, bool]]:
    """The equations that decide differently, one for each span, and whether they are roots."""
    decided, otherwise = dict(one.path), dict(other.path)
    different: dict[Span | None, tuple[Equation, bool]] = {}
    for place in sorted(decided.keys() & otherwise.keys() & form.by_output.keys()):
        if decided[place] != otherwise[place]:
            eq = form.by_output[place]
            different.setdefault(eq.span, (eq, isinstance(decided[place], tuple)))
    return list(different.values())
