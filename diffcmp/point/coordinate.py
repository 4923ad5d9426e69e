"""One exact real number that a user gave, and its roundings to the formats of floating point."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from flint import fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import MAX_DIGITS, MAX_EXPONENT, parse
from diffcmp.passes.expand import core
from diffcmp.primitives.shapes import spelled
from diffcmp.program.ir import Program, constant
from diffcmp.program.printer import decimal
from diffcmp.spans import Piece

Number: TypeAlias = int | float | str | Fraction | Decimal

DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]{0,99})([.][0-9]{1,99})?")
INFINITY = re.compile(r"([+-]?)(inf|infinity|oo|∞)", re.IGNORECASE)
LARGEST = Fraction(10) ** MAX_EXPONENT  # of a coordinate
LONGEST = (10 ** (MAX_DIGITS + MAX_EXPONENT)).bit_length()  # bits of a numerator or a denominator


@dataclass(frozen=True, eq=False)
class Coordinate:
    """One exact real number: a rational, or a constant Program that computes it; and the text that
    names it, if it has one. infinite: 1 or -1 for ±∞, where the value is 0 and stands for the
    distance 1/|x|."""

    value: Fraction | Program
    typed: str = ""
    infinite: int = 0

    def __repr__(self) -> str:
        return f"Coordinate({self.text})"

    @cached_property
    def text(self) -> str:
        """What names it."""
        if self.infinite:
            return "inf" if self.infinite > 0 else "-inf"
        return self.typed or decimal(self.rational or Fraction(0))

    @cached_property
    def program(self) -> Program:
        """The constant Program that computes it."""
        return constant(self.value) if isinstance(self.value, Fraction) else self.value

    def enclosure(self, balls: Balls) -> Ball:
        """The number exactly, where it is rational and short, else a ball around it."""
        value: Ball
        if isinstance(self.value, Fraction):
            value = fmpq(self.value.numerator, self.value.denominator)
            if value.height_bits() <= balls.height:
                return value
        with balls.working():
            value = evaluate(self.program, balls, [])[0]
        return value

    def rounded(self, floats: Floats) -> Any:
        """The nearest number of a floating-point format."""
        for precision in (128, 1024, 8192):
            balls = Balls(precision)
            value = self.enclosure(balls)
            if isinstance(value, fmpq):
                return floats.literal(to_fraction(value))
            ends = value.lower(), value.upper()
            low, high = (floats.literal(balls.fraction(end)) for end in ends)
            if low == high:
                return low
        return floats.literal(balls.fraction(to_arb(value)))

    @cached_property
    def rational(self) -> Fraction | None:
        """The exact value where it is rational, else None."""
        if isinstance(self.value, Fraction):
            return self.value
        value = self.enclosure(Balls(64))
        return to_fraction(value) if isinstance(value, fmpq) else None


def coordinate(value: Number, text: str | None = None, *, infinity: bool = False) -> Coordinate:
    """The exact number that a user gave: a float is its binary value, a string an exact decimal or
    a constant expression; ±∞ where the caller allows `infinity`.

    Raises
    ------
    InputError: where it is no number and no text, where the text is no constant expression, or not
        a finite real number, or beyond the limits that literals have.
    """
    if isinstance(value, str):
        if DECIMAL.fullmatch(value):  # most are: no need to parse these
            whole, _, decimals = value.partition(".")
            return Coordinate(Fraction(int(whole + decimals), 10 ** len(decimals)), str(value))
        piece = value if isinstance(value, Piece) else Piece(value, 0, len(value))
        sign = infinite_sign(piece) if infinity else 0
        return Coordinate(Fraction(0), infinite=sign) if sign else _parsed(piece)
    try:
        exact = _exact(value)
    except (ValueError, OverflowError):
        sign = infinite_sign(_text_of(value)) if infinity else 0
        if sign:
            return Coordinate(Fraction(0), infinite=sign)
        raise InputError(Fault.POINT_NOT_FINITE, piece=value) from None
    except TypeError:
        raise InputError(Fault.ARRAY_OF_NUMBERS) from None
    return Coordinate(exact, text or "")


def _text_of(value: object) -> str:
    """What Python calls it; "" where it cannot say."""
    try:
        return str(value)
    except Exception:  # whatever the caller's object does
        return ""


def infinite_sign(text: str) -> int:
    """1 or -1 for a text that names ∞ or -∞, else 0.

    >>> infinite_sign("-oo"), infinite_sign("+inf"), infinite_sign("2")
    (-1, 1, 0)
    """
    named = INFINITY.fullmatch(text.strip())
    if named is None:
        return 0
    return -1 if named[1] == "-" else 1


def _exact(value: int | float | Fraction | Decimal) -> Fraction:
    """A number as a fraction.

    Raises
    ------
    InputError: where it has too many digits. ValueError, OverflowError: where it is not finite.
    """
    if isinstance(value, Decimal) and value.is_finite():
        beyond = len(value.as_tuple().digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_EXPONENT
        if value and beyond:
            raise _too_long()
        value = value or 0  # 0E+30000000 would be multiplied out
    is_number = isinstance(value, int | float | Fraction | Decimal)
    exact = Fraction(value if is_number else float(value))
    if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > LONGEST:
        raise _too_long()
    return exact


def _too_long() -> InputError:
    return InputError(Fault.POINT_LONG, digits=MAX_DIGITS, exponent=MAX_EXPONENT)


def _parsed(piece: Piece) -> Coordinate:
    text = piece.strip()
    if not text and piece.whole.strip():
        raise InputError(Fault.POINT_NAME, piece.whole, piece.span, piece=text)
    if not text:
        raise InputError(Fault.POINT_EMPTY)
    if infinite_sign(text) or text.lower().lstrip("+-") == "nan":
        raise InputError(Fault.POINT_NOT_FINITE, piece.whole, piece.span, piece=text)
    try:
        program = parse(piece)
    except InputError as error:
        raise error.inside(piece) from None
    if program.inputs:
        raise InputError(Fault.POINT_NOT_CONSTANT, piece.whole, piece.span, name=program.inputs[0])
    shape = program.dims[program.outputs[0]]
    if shape:
        where = piece.whole, piece.span
        raise InputError(
            Fault.POINT_SHAPE, *where, name=text, given=spelled(shape), wanted="a number"
        )
    number = Coordinate(core(program), text)
    value = to_arb(number.enclosure(Balls(64)))
    if not value.is_finite() or not abs(value) < Balls(64).literal(LARGEST):
        raise InputError(Fault.POINT_NOT_FINITE, piece.whole, piece.span, piece=text)
    return number
