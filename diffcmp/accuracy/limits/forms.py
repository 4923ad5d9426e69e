"""The form of the indeterminacy: which part of f, from the outermost to the innermost, is not
settled by the limits of its own parts. Every limit here is the certified one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain

from flint import arb

from diffcmp.accuracy.limits.lines import Form, Part, Role
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Builder, Program
from diffcmp.program.printer import expression
from diffcmp.truth.budget import Budget
from diffcmp.truth.limits import side_limit
from diffcmp.truth.record import Quantity, SideLimit

PRODUCTS = ("mul", "neg")
SUMS = ("add", "sub", "neg")
SIGN_BITS = 256


@dataclass(slots=True)
class Beside:
    """One side of a point, and the certified limits there of whatever was asked so far.

    computed: seconds of computing that the algebra has taken.
    """

    place: Coordinate
    direction: int
    digits: int
    budget: Budget
    known: dict[tuple[object, ...], SideLimit] = field(default_factory=dict)
    computed: float = 0.0

    def __repr__(self) -> str:
        return f"Beside({self.place.text}, {self.direction:+})"

    @property
    def sign(self) -> int:
        """The sign of the variable beside the point."""
        if self.place.infinite:
            return self.place.infinite
        here = to_arb(self.place.enclosure(Balls(SIGN_BITS)))
        if here == 0:
            return self.direction
        return int(here > 0) - int(here < 0)

    @property
    def certified(self) -> bool:
        """Whether every limit that was found so far is proven."""
        return all(side.certified for side in self.known.values() if side.limit is not None)

    def limit(self, program: Program) -> SideLimit:
        """The limit of a Program of one variable."""
        key = program.structure
        if key not in self.known:
            form, here = core(program), self.place
            self.known[key] = side_limit(form, here, self.direction, self.digits, self.budget)
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a function as a Program, and its limit."""

    role: Role
    program: Program
    side: SideLimit

    @property
    def zero(self) -> bool:
        """Whether it tends to 0."""
        return self.ball is not None and bool(self.ball == 0)

    @property
    def ball(self) -> Ball | None:
        """The number that it tends to; None where it is not known to tend to one."""
        return None if self.side.limit is None else self.side.limit.ball

    @property
    def infinite(self) -> int:
        """1 or -1 where it tends to ±∞, else 0."""
        return 0 if self.side.limit is None else self.side.limit.infinite

    @property
    def plain(self) -> bool:
        """Whether it tends to a number other than 0."""
        return self.ball is not None and not to_arb(self.ball).contains(0)

    @property
    def one(self) -> bool:
        """Whether it is known to tend to exactly 1."""
        return self.ball is not None and bool(self.ball == 1)

    @property
    def number(self) -> Quantity:
        """What it tends to."""
        assert self.side.limit is not None
        return self.side.limit

    @property
    def shown(self) -> Part:
        """The part as a line shows it."""
        return Part(self.role, text_of(self.program), self.side.limit, self.side.cluster)


@dataclass(frozen=True, slots=True)
class Reading:
    """An expression taken apart: its pieces, and the indeterminate form that they make; None where
    they make none."""

    program: Program
    pieces: tuple[Piece, ...]
    form: Form | None = None

    @property
    def shown(self) -> tuple[Part, ...]:
        """The parts as a line shows them."""
        return tuple(piece.shown for piece in self.pieces)

    @property
    def unknown(self) -> Piece | None:
        """The first piece of which it is not known what it does."""
        pieces = (p for p in self.pieces if p.side.limit is None and p.side.cluster is None)
        return next(pieces, None)


def outermost(program: Program, beside: Beside) -> list[Reading]:
    """The outermost parts of f that are indeterminate, from left to right; a part twice is there
    once."""
    found: dict[tuple[object, ...], Reading] = {}
    for reading in _found(program, beside):
        found.setdefault(reading.program.structure, reading)
    return list(found.values())


def _found(program: Program, beside: Beside) -> Iterable[Reading]:
    """The reading of the whole, if that is indeterminate; else what its pieces have."""
    if not varies(program):
        return []
    reading = read(program, beside)
    if reading.form is not None:
        return [reading]
    return chain.from_iterable(_found(piece.program, beside) for piece in reading.pieces)


def read(program: Program, beside: Beside) -> Reading:
    """The outermost operation of a function, and what its pieces tend to."""
    slot = program.outputs[0]
    eq = program.by_output.get(slot)
    if eq is None or eq.params or eq.entry.selects:
        return Reading(program, ())
    match eq.primitive:
        case "div" if eq.inputs[1] in program.constant:
            return _product(program, beside)
        case "div":
            over, under = (_at(program, i) for i in eq.inputs)
            return quotient(over, under, beside, program)
        case "add" | "sub":
            return _sum(program, beside)
        case "mul" | "neg":
            return _product(program, beside)
        case "pow":
            return _power(program, beside)
        case "power" if (program.literal(eq.inputs[1]) or 1) < 0:
            return Reading(program, _pieces(program, eq.inputs[:1], "base", beside))
    return Reading(program, _pieces(program, eq.inputs, "value", beside))


def quotient(
    over: Program, under: Program, beside: Beside, whole: Program | None = None
) -> Reading:
    """A quotient as it stands."""
    whole = divided(over, under) if whole is None else whole
    top = Piece("numerator", over, beside.limit(over))
    bottom = Piece("denominator", under, beside.limit(under))
    form = None
    if top.zero and bottom.zero:
        form = Form.ZERO_OVER_ZERO
    elif top.infinite and bottom.infinite:
        form = Form.INFINITY_OVER_INFINITY
    return Reading(whole, (top, bottom), form)


def _sum(program: Program, beside: Beside) -> Reading:
    terms = [signed(program, slot, sign) for slot, sign in terms_of(program)]
    pieces = tuple(Piece("term", term, beside.limit(term)) for term in terms)
    infinities = {piece.infinite for piece in pieces}
    form = Form.INFINITY_MINUS_INFINITY if {1, -1} <= infinities else None
    return Reading(program, pieces, form)


def _product(program: Program, beside: Beside) -> Reading:
    slots = factors_of(program)
    pieces = _pieces(program, slots, "factor", beside)
    vanishing = any(piece.zero for piece in pieces)
    growing = any(piece.infinite for piece in pieces)
    form = Form.ZERO_TIMES_INFINITY if vanishing and growing else None
    return Reading(program, pieces, form)


def _power(program: Program, beside: Beside) -> Reading:
    base_slot, exponent_slot = program.by_output[program.outputs[0]].inputs
    (base,) = _pieces(program, [base_slot], "base", beside)
    (exponent,) = _pieces(program, [exponent_slot], "exponent", beside)
    form = None
    if exponent.infinite and _tends_to_one(base, beside):
        form = Form.ONE_TO_INFINITY
    elif base.zero and exponent.zero:
        form = Form.ZERO_TO_ZERO
    elif base.infinite and exponent.zero:
        form = Form.INFINITY_TO_ZERO
    return Reading(program, (base, exponent), form)


def _tends_to_one(piece: Piece, beside: Beside) -> bool:
    """Whether a part certainly tends to 1: whether it tends to 0 less 1, of which there is a proof
    where a decimal is none."""
    limit = piece.side.limit
    if limit is None or limit.ball is None or not to_arb(limit.ball).overlaps(arb(1)):
        return False
    builder = Builder(piece.program.inputs)
    (value,) = builder.appended(piece.program, range(len(builder.inputs)))
    less = builder.program([builder.add("sub", [value, builder.literal(1)])])
    return Piece("value", less, beside.limit(less)).zero


def _pieces(
    program: Program, slots: Sequence[int], role: Role, beside: Beside
) -> tuple[Piece, ...]:
    parts = [_at(program, slot) for slot in slots if not _is_condition(program, slot)]
    return tuple(Piece(role, part, beside.limit(part)) for part in parts)


def _is_condition(program: Program, slot: int) -> bool:
    eq = program.by_output.get(slot)
    return eq is not None and eq.entry.condition


def terms_of(program: Program) -> list[tuple[int, int]]:
    """The slots of the terms of a sum, and the sign of each."""

    def terms(slot: int, sign: int) -> list[tuple[int, int]]:
        eq = program.by_output.get(slot)
        if eq is None or eq.primitive not in SUMS:
            return [(slot, sign)]
        last = sign if eq.primitive == "add" else -sign
        *first, end = eq.inputs
        return [term for i in first for term in terms(i, sign)] + terms(end, last)

    return terms(program.outputs[0], 1)


def factors_of(program: Program) -> list[int]:
    """The slots of the factors of a product, but for its sign and constant divisors."""

    def factors(slot: int) -> list[int]:
        eq = program.by_output.get(slot)
        if eq is not None and eq.primitive == "div" and eq.inputs[1] in program.constant:
            return factors(eq.inputs[0])
        if eq is None or eq.primitive not in PRODUCTS:
            return [slot]
        return [factor for i in eq.inputs for factor in factors(i)]

    return factors(program.outputs[0])


def varies(program: Program) -> bool:
    """Whether a Program of one variable depends on it."""
    return program.outputs[0] not in program.constant


def _at(program: Program, slot: int) -> Program:
    """The part of a Program that a slot is the value of, numbered anew, so that equal parts are
    equal."""
    part = replace(program, outputs=(slot,), labels=()).pruned()
    builder = Builder(program.inputs)
    slots = builder.appended(part, range(len(program.inputs)))
    return builder.program(slots, program.text)


def signed(program: Program, slot: int, sign: int) -> Program:
    """A term of a sum with its sign."""
    part = _at(program, slot)
    if sign > 0:
        return part
    builder = Builder(program.inputs)
    return builder.program([_negated(builder, part, part.outputs[0])])


def _negated(builder: Builder, program: Program, slot: int) -> int:
    """The negative of a value; of a product or a quotient, by that of its first factor."""
    eq = program.by_output.get(slot)
    if eq is not None and eq.params:
        return builder.literal(-eq.params[0])
    if eq is None or eq.primitive not in ("mul", "div"):
        (value,) = builder.appended(_at(program, slot), range(len(program.inputs)))
        return builder.add("neg", [value])
    first, second = eq.inputs
    (other,) = builder.appended(_at(program, second), range(len(program.inputs)))
    return builder.add(eq.primitive, [_negated(builder, program, first), other])


def divided(over: Program, under: Program) -> Program:
    """The quotient of two Programs of the same variable."""
    return joined("div", [over, under])


def product(programs: Sequence[Program]) -> Program:
    """The product of Programs of the same variable."""
    return joined("mul", programs)


def joined(name: str, programs: Sequence[Program]) -> Program:
    """Programs of the same variable, joined by an operation from left to right."""
    builder = Builder(programs[0].inputs)
    slots = [builder.appended(p, range(len(p.inputs)))[0] for p in programs]
    return builder.program([reduce(lambda x, y: builder.add(name, [x, y]), slots)])


def text_of(program: Program) -> str:
    """The text of a Program: as the user typed it, where that is a text of its own."""
    eq = program.by_output.get(program.outputs[0])
    typed = program.piece(eq) if eq is not None and ";" not in program.text else ""
    return typed or expression(program)
