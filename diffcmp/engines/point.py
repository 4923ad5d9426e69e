"""The point: for every variable an exact real number, and its roundings to the formats of floating point."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from flint import fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.evaluate import evaluate
from diffcmp.errors import Fault, InputError
from diffcmp.program.expand import core
from diffcmp.program.ir import Program, constant
from diffcmp.program.parser import identifier, parse, suggestion
from diffcmp.program.printer import decimal
from diffcmp.spans import Piece, Span

Number: TypeAlias = int | float | str | Fraction | Decimal

LARGEST = Fraction(10) ** 5000  # of a coordinate


@dataclass(frozen=True, eq=False)
class Coordinate:
    """One exact real number: the text that names it, and the constant Program that computes it."""

    text: str
    program: Program

    def enclosure(self, balls: Balls) -> Ball:
        """The number exactly, where it is rational and short, else a ball around it."""
        with balls.working():
            value: Ball = evaluate(self.program, balls, [])[0]
        return value

    def rounded(self, floats: Floats) -> Any:
        """The nearest number of a floating-point format."""
        for precision in (128, 1024, 8192):
            balls = Balls(precision)
            value = self.enclosure(balls)
            if isinstance(value, fmpq):
                return floats.literal(to_fraction(value))
            low, high = (floats.literal(balls.fraction(end)) for end in (value.lower(), value.upper()))
            if low == high:
                return low
        return floats.literal(balls.fraction(to_arb(value)))

    @cached_property
    def rational(self) -> Fraction | None:
        """The exact value where it is rational, else None."""
        value = self.enclosure(Balls(64))
        return to_fraction(value) if isinstance(value, fmpq) else None


def coordinate(value: Number, text: str | None = None) -> Coordinate:
    """The exact number that a user gave: a float is its binary value, a string an exact decimal or a constant expression.

    Raises
    ------
    InputError: where the text is no constant expression, or not a finite real number.
    """
    if isinstance(value, str):
        return _parsed(value if isinstance(value, Piece) else Piece(value, 0, len(value)))
    try:
        exact = Fraction(value if isinstance(value, int | float | Fraction | Decimal) else float(value))
    except (ValueError, OverflowError):
        raise InputError(Fault.POINT_NOT_FINITE, piece=str(value)) from None
    return Coordinate(text or decimal(exact), constant(exact))


def _parsed(piece: Piece) -> Coordinate:
    text = piece.strip()
    if not text:
        raise InputError(Fault.POINT_EMPTY)
    if re.fullmatch(r"[+-]?(inf|infinity|nan|oo)", text.lower()):
        raise InputError(Fault.POINT_NOT_FINITE, piece.whole, piece.span, piece=text)
    try:
        program = parse(piece)
    except InputError as error:
        raise error.inside(piece) from None
    if program.inputs:
        raise InputError(Fault.POINT_NOT_CONSTANT, piece.whole, piece.span, name=program.inputs[0])
    found = Coordinate(text, core(program))
    value = to_arb(found.enclosure(Balls(64)))
    if not value.is_finite() or not abs(value) < Balls(64).literal(LARGEST):
        raise InputError(Fault.POINT_NOT_FINITE, piece.whole, piece.span, piece=text)
    return found


@dataclass(frozen=True, eq=False)
class Point:
    """A coordinate for every variable of a Program, in its order."""

    coordinates: dict[str, Coordinate]

    def rounded(self, floats: Floats) -> list[Any]:
        """The numbers of one format nearest to the coordinates."""
        return [c.rounded(floats) for c in self.coordinates.values()]

    def enclosures(self, balls: Balls) -> list[Ball]:
        """The coordinates as exact rationals or balls."""
        return [c.enclosure(balls) for c in self.coordinates.values()]

    def texts(self) -> dict[str, str]:
        """What the user called the coordinates."""
        return {name: c.text for name, c in self.coordinates.items()}

    def others(self, name: str) -> dict[str, Program]:
        """The constant Programs of all coordinates but one."""
        return {n: c.program for n, c in self.coordinates.items() if n != name}


def point(program: Program, at: Number | Mapping[str, Number]) -> Point:
    """The point at which `program` is asked for: a mapping from names, or a bare value for a function of one variable.

    Raises
    ------
    InputError: where a variable is missing, unknown, or its value is not a finite real number.
    """
    names = program.inputs
    if not names:
        raise InputError(Fault.NO_VARIABLE, program.text, Span(0, len(program.text)) if program.text else None)
    if not isinstance(at, Mapping):
        if len(names) > 1:
            raise InputError(Fault.POINT_BARE, *_first(program, names[1]), names=", ".join(names), example=_example(names))
        at = {names[0]: at}
    at = {identifier(name): value for name, value in at.items()}
    for name, value in at.items():
        if name not in names:
            where = (value.whole, _before(value)) if isinstance(value, Piece) else ()
            raise InputError(Fault.POINT_UNKNOWN, *where, name=name, names=", ".join(names))
    missing = [name for name in names if name not in at]
    if missing:
        needed = ", ".join(missing)
        raise InputError(Fault.POINT_MISSING, *_first(program, missing[0]), names=needed, example=_example(names))
    return Point({name: coordinate(at[name]) for name in names})


def _first(program: Program, name: str) -> tuple[str, Span | None]:
    """The text of a program, and where a variable first stands in it."""
    found = re.search(rf"\b{re.escape(name)}\b", program.text)
    return program.text, Span(*found.span()) if found is not None else None


def _before(value: Piece) -> Span:
    """The name that a value is given to."""
    named = re.search(r"([^\W\d]\w*)\s*=$", value.whole[: value.start])
    return Span(*named.span(1)) if named is not None else value.span


def assignments(texts: Sequence[str]) -> Piece | dict[str, Piece]:
    """The values of `--at` options, `2` or `x=2,y=3`, as what `point` takes.

    Raises
    ------
    InputError: where one is empty, or a variable is given twice.
    """
    found: dict[str, Piece] = {}
    for text in texts:
        for piece in _pieces(text):
            named = re.fullmatch(r"\s*([^\W\d]\w*)\s*=([^=].*)", piece, re.DOTALL)
            if named is None:
                if len(texts) > 1 or piece != text:
                    raise InputError(Fault.POINT_NAME if piece.strip() else Fault.POINT_EMPTY, text, piece.span, piece=piece)
                return piece
            name, start = identifier(named[1]), piece.start
            if name in found:
                raise InputError(Fault.POINT_TWICE, text, Span(start + named.start(1), start + named.end(1)), name=name)
            found[name] = Piece(text, start + named.start(2), start + named.end(2))
    return found


def _pieces(text: str) -> list[Piece]:
    """`text` cut at the commas that stand outside parentheses."""
    pieces, depth, start = [], 0, 0
    for i, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth <= 0:
            pieces.append(Piece(text, start, i))
            start = i + 1
    return [*pieces, Piece(text, start, len(text))]


def _example(names: Sequence[str]) -> str:
    return ",".join(f"{name}={i}" for i, name in enumerate(names, 1))


def differentiated(program: Program, wrt: Sequence[str] | None) -> tuple[str, ...]:
    """The variables to differentiate with respect to: those asked for, or all.

    Raises
    ------
    InputError: where one is not a variable of the program.
    """
    if wrt is None:
        return program.inputs
    wrt = [identifier(name) for name in wrt]
    for name in wrt:
        if name not in program.inputs:
            near = suggestion(name, list(program.inputs))
            raise InputError(Fault.WRT_UNKNOWN, name=name, names=", ".join(program.inputs), hint=near)
    return tuple(dict.fromkeys(wrt))
