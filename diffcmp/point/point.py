"""The point: for every variable an exact real number, vector or matrix, and the function as it is
there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diffcmp.arithmetic.balls import Ball, Balls
from diffcmp.arithmetic.floats import Floats
from diffcmp.caches import remembered
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse, variables_of
from diffcmp.names import identifier
from diffcmp.passes.scalars import scalarised
from diffcmp.point.coordinate import Coordinate
from diffcmp.point.values import Values, array_of
from diffcmp.primitives.shapes import Shape, spelled
from diffcmp.program.checks import number_valued
from diffcmp.program.elements import components
from diffcmp.program.ir import Program
from diffcmp.spans import Piece, Span, pieces


@dataclass(frozen=True, eq=False)
class Point:
    """A coordinate for every variable of a Program of numbers, in its order.

    typed: what the user called the value of each variable, vectors and matrices included; by
        default the coordinates.
    """

    coordinates: dict[str, Coordinate]
    typed: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        named = ", ".join(f"{name}={text}" for name, text in self.texts().items())
        return f"Point({named})"

    def rounded(self, floats: Floats) -> list[Any]:
        """The numbers of one format nearest to the coordinates."""
        return [c.rounded(floats) for c in self.coordinates.values()]

    def enclosures(self, balls: Balls) -> list[Ball]:
        """The coordinates as exact rationals or balls."""
        return [c.enclosure(balls) for c in self.coordinates.values()]

    def texts(self) -> dict[str, str]:
        """What the user called the values."""
        return self.typed or {name: c.text for name, c in self.coordinates.items()}

    @property
    def infinite(self) -> str | None:
        """The name of the coordinate that is ±∞; None where all are finite."""
        for name, c in self.coordinates.items():
            if c.infinite:
                return name
        return None

    def others(self, name: str) -> dict[str, Program]:
        """The constant Programs of all coordinates but one."""
        return {n: c.program for n, c in self.coordinates.items() if n != name}


@dataclass(frozen=True, eq=False)
class Problem:
    """A function and a point. program: as typed, of arrays where the point has some. at: the
    coordinates of `scalar`."""

    program: Program
    at: Point

    def __repr__(self) -> str:
        return f"Problem({self.program.text!r} at {self.at!r})"

    @property
    def scalar(self) -> Program:
        """The function as a Program of numbers."""
        return scalarised(self.program)

    def arrays(self, values: Mapping[str, float] | None = None) -> list[Any]:
        """The float64 array, or number, of each variable: of the rounded point, or of `values` by
        component, 0 where there is none."""
        import numpy as np

        if values is None:
            double = Floats()
            values = {name: c.rounded(double) for name, c in self.at.coordinates.items()}
        arrays: list[Any] = []
        for i, name in enumerate(self.program.inputs):
            shape = self.program.dims[i]
            flat = [float(values.get(element, 0.0)) for element in components(name, shape)]
            arrays.append(np.array(flat).reshape(shape) if shape else flat[0])
        return arrays

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every variable, where some are vectors or matrices; else nothing."""
        if not self.program.shapes:
            return {}
        return dict(zip(self.program.inputs, self.program.shapes, strict=True))


def located(
    expr: str | Program, at: Values | Mapping[str, Values], *, infinity: bool = False
) -> Problem:
    """The function at a point: a mapping from names to numbers or arrays, or a bare value for a
    function of one variable. The point says which variables of an expression are vectors or
    matrices. With `infinity` one coordinate may be ±∞.

    Raises
    ------
    InputError: for an expression, or a point, that makes no sense, or where shapes do not go
        together; where more than one coordinate is infinite.
    """
    if isinstance(expr, Program):
        text, names = expr.text, expr.inputs
    else:
        text, names = expr, _variables(expr)
    given = assigned(text, names, at).items()
    values = {name: array_of(value, infinity=infinity) for name, value in given}
    if not isinstance(expr, Program):
        expr = _parsed(expr, tuple((n, v.shape) for n, v in values.items() if v.shape))
    flat: dict[str, Coordinate] = {}
    for i, name in enumerate(names):
        value, shape = values[name], expr.dims[i]
        if value.shape != shape:
            where, wrong, wanted = _first(text, name), spelled(value.shape), spelled(shape)
            raise InputError(Fault.POINT_SHAPE, *where, name=name, given=wrong, wanted=wanted)
        flat.update(zip(components(name, shape), value.flat, strict=True))
    if infinity and len(flat) > 1:
        _once_infinite(flat)
    typed = {name: values[name].text for name in names} if expr.shapes else {}
    return Problem(expr, Point(flat, typed))


def _once_infinite(flat: Mapping[str, Coordinate]) -> None:
    infinite = [name for name, c in flat.items() if c.infinite]
    if len(infinite) > 1:
        raise InputError(Fault.POINT_INFINITE_TWICE, names=" and ".join(infinite))


_variables = remembered(variables_of)


@remembered
def _parsed(text: str, shapes: tuple[tuple[str, Shape], ...]) -> Program:
    return parse(text, (), dict(shapes))


def function_at(
    expr: str | Program, at: Values | Mapping[str, Values], *, infinity: bool = False
) -> tuple[Program, Point]:
    """The function as a Program of numbers, and the point, for whatever differentiates functions
    with one number as value; with `infinity` one coordinate may be ±∞.

    Raises
    ------
    InputError: as in `located`, and where the value is a vector or a matrix.
    """
    problem = located(expr, at, infinity=infinity)
    return scalarised(number_valued(problem.program)), problem.at


def point(program: Program, at: Values | Mapping[str, Values]) -> Point:
    """The point at which a Program is asked for.

    Raises
    ------
    InputError: where a variable is missing, unknown, or its value is not a finite real number.
    """
    return located(program, at).at


def assigned(
    text: str, names: Sequence[str], at: Values | Mapping[str, Values]
) -> dict[str, Values]:
    """The value of each variable of a function, whose text is for messages."""
    if not names:
        raise InputError(Fault.NO_VARIABLE, text, Span(0, len(text)) if text else None)
    listed, example = ", ".join(names), _example(names)
    if not isinstance(at, Mapping):
        if len(names) > 1:
            where = _first(text, names[1])
            raise InputError(Fault.POINT_BARE, *where, names=listed, example=example)
        return {names[0]: at}
    for name in at:
        if not isinstance(name, str):
            raise InputError(Fault.POINT_NAME, piece=repr(name))
    at = {identifier(name): value for name, value in at.items()}
    for name, value in at.items():
        if name not in names:
            place = (value.whole, _before(value)) if isinstance(value, Piece) else ()
            raise InputError(Fault.POINT_UNKNOWN, *place, name=name, names=listed)
    missing = [name for name in names if name not in at]
    if missing:
        where, lacking = _first(text, missing[0]), ", ".join(missing)
        raise InputError(Fault.POINT_MISSING, *where, names=lacking, example=example)
    return dict(at)


def _first(text: str, name: str) -> tuple[str, Span | None]:
    """The text of a program, and where a variable first stands in it."""
    match = re.search(rf"\b{re.escape(name)}\b", text)
    return text, Span(*match.span()) if match is not None else None


def _before(value: Piece) -> Span:
    """The name that a value is given to."""
    before = value.whole[: value.start].removesuffix("=").rstrip()
    stop = len(before)
    # from the right: `re.search` would begin anew at every letter of a long name
    start = stop
    while start and (before[start - 1].isalnum() or before[start - 1] == "_"):
        start -= 1
    return Span(start, stop) if start < stop else value.span


def assignments(texts: Sequence[str]) -> Piece | dict[str, Piece]:
    """The values of `--at` options, `2` or `x=2,y=3`, as what `point` takes.

    Raises
    ------
    InputError: where one is empty, or a variable is given twice.
    """
    values: dict[str, Piece] = {}
    for text in texts:
        for piece in pieces(Piece(text, 0, len(text))):
            named = re.fullmatch(r"\s*([^\W\d]\w*)\s*=([^=].*)", piece, re.DOTALL)
            if named is None:
                if len(texts) == 1 and piece == text and not _element(piece):
                    return piece
                raise _unnamed(piece)
            name, start = identifier(named[1]), piece.start
            if name in values:
                twice = Span(start + named.start(1), start + named.end(1))
                raise InputError(Fault.POINT_TWICE, text, twice, name=name)
            values[name] = Piece(text, start + named.start(2), start + named.end(2))
    return values


def _element(piece: Piece) -> re.Match[str] | None:
    """`x[0] = …`, where a variable is one element of a vector."""
    return re.match(r"\s*(([^\W\d]\w*)\s*\[[^\]]*\])\s*=[^=]", piece)


def _unnamed(piece: Piece) -> InputError:
    """What is wrong with a value that is given to no variable."""
    element = _element(piece)
    if element is not None:
        where = Span(piece.start + element.start(1), piece.start + element.end(1))
        return InputError(Fault.POINT_ELEMENT, piece.whole, where, name=element[2])
    fault = Fault.POINT_NAME if piece.strip() else Fault.POINT_EMPTY
    return InputError(fault, piece.whole, piece.span, piece=piece)


def _example(names: Sequence[str]) -> str:
    return ",".join(f"{name}={i}" for i, name in enumerate(names, 1))
