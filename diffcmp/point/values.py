"""What a user gives for a variable: a number, a vector or a matrix, as text, as Python numbers or
in a file.

Every element is an exact real number: `0.1` in a text or a file .csv or .txt is 1/10, a float is
its binary value.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from numbers import Complex, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from diffcmp.errors import Fault, InputError
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import DECIMAL, Coordinate, Number, coordinate
from diffcmp.primitives.shapes import Shape, spelled
from diffcmp.program.ir import Builder
from diffcmp.spans import Piece, Span, pieces

if TYPE_CHECKING:
    import numpy as np

Values: TypeAlias = "Number | Sequence[Any] | np.ndarray[Any, Any]"

MOST = 1_000_000  # numbers of a point
DEEPEST = 8  # brackets around a number; a list may hold itself
LARGEST_FILE = 2**27  # bytes of a file .csv or .txt
HEADER = 2**16  # bytes at the start of a file .npy, at most, that say what it holds
SHOWN = 6  # elements of a vector that are shown


@dataclass(frozen=True, eq=False)
class ExactArray:
    """Exact numbers in an array, row by row, and what the user called it."""

    flat: tuple[Coordinate, ...]
    shape: Shape
    typed: str = ""

    def __repr__(self) -> str:
        return f"ExactArray({self.text}, shape={self.shape})"

    @property
    def text(self) -> str:
        """What names it."""
        return self.typed or self.flat[0].text


Rows: TypeAlias = tuple[list[Coordinate], Shape]  # the elements, row by row


def array_of(value: Values, *, infinity: bool = False) -> ExactArray:
    """The exact numbers that a user gave for a variable; with `infinity` one number may be ±∞.

    Raises
    ------
    InputError: where a text is none of `2`, `[1, 2]`, `linspace(0, 1, 5)` and `@file.npy`, a file
        cannot be read, rows differ in length, or something is not a finite real number.
    """
    if isinstance(value, str):
        if not DECIMAL.fullmatch(value):
            piece = value if isinstance(value, Piece) else Piece(value, 0, len(value))
            return _read(piece, infinity)
        return ExactArray((coordinate(value),), ())
    size = getattr(value, "size", 0)
    if isinstance(size, int) and size > MOST:
        raise InputError(Fault.POINT_SIZE, size=size, limit=MOST)
    nested: Any = value
    if hasattr(value, "tolist") and not isinstance(value, type):
        nested = value.tolist()
    if isinstance(nested, list | tuple):
        return _nested(nested)
    return ExactArray((_one(nested, infinity),), ())


def _one(value: Any, infinity: bool = False) -> Coordinate:
    """A number: an int, a float, a text, or whatever is a real number to Python."""
    # `float` would drop the imaginary part of NumPy's, and read bytes as text
    no_real = isinstance(value, Complex) and not isinstance(value, Real)
    if no_real or isinstance(value, bytes | bytearray):
        raise InputError(Fault.ARRAY_OF_NUMBERS)
    try:
        return coordinate(value, infinity=infinity)
    except TypeError:
        raise InputError(Fault.ARRAY_OF_NUMBERS) from None


def _read(piece: Piece, infinity: bool) -> ExactArray:
    text = piece.strip()
    if text.startswith("["):
        flat, shape = _list(piece)
        return ExactArray(tuple(flat), shape, " ".join(text.split()))
    if text.startswith("@"):
        return _file(piece, text[1:])
    if re.match(r"linspace\b", text):
        return _range(piece)
    return ExactArray((coordinate(piece, infinity=infinity),), ())


def _inside(piece: Piece, start: int, end: int) -> list[Piece]:
    """What the commas separate between two places of a piece."""
    return pieces(Piece(piece.whole, piece.start + start, piece.start + end))


def _list(piece: Piece, depth: int = 0) -> Rows:
    """`[1, 2]` or `[[1, 2], [3, 4]]`."""
    text = piece.strip()
    if not text.startswith("["):
        return [coordinate(piece)], ()
    where = piece.whole, piece.span
    if not text.endswith("]") or not text[1:-1].strip() or depth == DEEPEST:
        raise InputError(Fault.POINT_NAME, *where, piece=text)
    start = piece.index("[") + 1
    parts = _inside(piece, start, start + len(text) - 2)
    if len(parts) > MOST:
        raise InputError(Fault.POINT_SIZE, *where, size=len(parts), limit=MOST)
    return _joined((_list(part, depth + 1) for part in parts), *where)


def _joined(rows: Iterable[Rows], text: str = "", span: Span | None = None) -> Rows:
    """Rows of one shape, one after the other, and no more of them than a point may have."""
    flat: list[Coordinate] = []
    shapes: list[Shape] = []
    for row, shape in rows:
        flat += row
        shapes.append(shape)
        if len(flat) > MOST:
            raise InputError(Fault.POINT_SIZE, text, span, size=f"more than {MOST}", limit=MOST)
    shape = shapes[0]
    if any(other != shape for other in shapes):
        raise InputError(Fault.POINT_RAGGED, text, span)
    if len(shape) > 1:
        raise InputError(Fault.AXES, text, span, shape=spelled((len(shapes), *shape)))
    return flat, (len(shapes), *shape)


def _nested(value: Any) -> ExactArray:
    """Lists of numbers, or of lists of numbers."""
    flat, shape = _rows(value)
    shown = [one.text for one in flat[:SHOWN]] + ["…"] * (len(flat) > SHOWN)
    named = f"[{', '.join(shown)}]" if len(shape) == 1 else f"a matrix of {spelled(shape)}"
    return ExactArray(tuple(flat), shape, named)


def _rows(value: Any, depth: int = 0) -> Rows:
    if not isinstance(value, list | tuple):
        return [_one(value)], ()
    if not value:
        raise InputError(Fault.POINT_EMPTY)
    if depth == DEEPEST:
        raise InputError(Fault.ARRAY_OF_NUMBERS)
    if len(value) > MOST:
        raise InputError(Fault.POINT_SIZE, size=len(value), limit=MOST)
    return _joined(_rows(row, depth + 1) for row in value)


def _range(piece: Piece) -> ExactArray:
    """`linspace(start, stop, count)`, each element exact."""
    call = re.fullmatch(r"\s*linspace\s*\((.*)\)\s*", piece, re.DOTALL)
    parts = _inside(piece, *call.span(1)) if call is not None else []
    count = coordinate(parts[2]).rational if len(parts) == 3 else None
    if count is None or count.denominator != 1 or not 2 <= count <= MOST:
        raise InputError(Fault.POINT_LINSPACE, piece.whole, piece.span, limit=MOST)
    n, low, high = int(count), coordinate(parts[0]), coordinate(parts[1])
    flat = [_between(low, high, Fraction(i, n - 1)) for i in range(n)]
    return ExactArray(tuple(flat), (n,), piece.strip())


def _between(low: Coordinate, high: Coordinate, part: Fraction) -> Coordinate:
    """low + part·(high − low)."""
    if part in (0, 1):
        return high if part else low
    start, end = low.rational, high.rational
    if start is not None and end is not None:
        return coordinate(start + part * (end - start))
    builder = Builder()
    slots = [builder.appended(bound.program, [], spans=False)[0] for bound in (low, high)]
    weights = 1 - part, part
    terms = [
        builder.add("mul", [builder.literal(weight), slot])
        for weight, slot in zip(weights, slots, strict=True)
    ]
    total = builder.program([builder.add("add", terms)])
    return Coordinate(core(total), f"{1 - part}*({low.text}) + {part}*({high.text})")


def _file(piece: Piece, path: str) -> ExactArray:
    """A file .npy (never pickled), .csv or .txt; one column or one row is a vector."""
    try:
        array = array_of(_numbers(Path(path)))
    except InputError as error:
        reason = error.sentence
    except (OSError, ValueError, EOFError, csv.Error) as error:
        named = error.strerror if isinstance(error, OSError) else None
        reason = named or str(error).splitlines()[0]
    else:
        return ExactArray(array.flat, array.shape, piece.strip())
    raise InputError(Fault.POINT_FILE, piece.whole, piece.span, path=path, reason=reason)


def _numbers(path: Path) -> Any:
    kind = path.suffix.lower()
    if kind not in (".npy", ".csv", ".txt"):
        raise ValueError("its name ends in none of .npy, .csv and .txt")
    if path.exists() and not path.is_file():
        raise ValueError("it is no ordinary file")
    return _loaded(path) if kind == ".npy" else _table(path, commas=kind == ".csv")


def _loaded(path: Path) -> Any:
    """The numbers of a file .npy, which is never unpickled, nor read before it is known what it
    holds, and how much."""
    import numpy as np

    with path.open("rb") as file:
        start = file.read(HEADER)
    if start and not start.startswith(np.lib.format.MAGIC_PREFIX):
        raise ValueError("it is no .npy file")
    shape, dtype = _header(BytesIO(start))
    size = math.prod(shape)
    if not size:
        raise ValueError("it is empty")
    if dtype.kind not in "iufb":
        raise ValueError(f"it holds {dtype.name}, not numbers")
    if size > MOST:
        raise InputError(Fault.POINT_SIZE, size=size, limit=MOST)
    try:
        return np.load(path, allow_pickle=False).tolist()
    except ValueError:
        raise ValueError("it is cut short") from None


def _header(file: BytesIO) -> tuple[Shape, np.dtype[Any]]:
    """The shape and the kind of number that a file .npy says it holds."""
    from tokenize import TokenError

    from numpy.lib import format

    senseless = (ValueError, TypeError, SyntaxError, TokenError, RecursionError, MemoryError)
    try:
        version = format.read_magic(file)
        if version == (1, 0):
            shape, _, dtype = format.read_array_header_1_0(file)
        else:
            shape, _, dtype = format.read_array_header_2_0(file)
    except senseless:
        raise ValueError("it is cut short, or its header makes no sense") from None
    if any(type(length) is not int or length < 0 for length in shape):
        raise ValueError("its header makes no sense")
    return shape, dtype


def _table(path: Path, *, commas: bool) -> Any:
    """The numbers of a text file, one line a row; one column or one row is a vector."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise ValueError(f"it has {size} bytes, and the limit is {LARGEST_FILE}")
    with path.open(encoding="utf-8-sig") as lines:
        kept = (line for line in lines if line.strip() and not line.startswith("#"))
        rows = list(csv.reader(kept)) if commas else [line.split() for line in kept]
    if not rows:
        raise ValueError("it is empty")
    if not all(text.strip() for row in rows for text in row):
        raise ValueError("a number is missing in it")
    vector = len(rows) == 1 or all(len(row) == 1 for row in rows)
    return [text for row in rows for text in row] if vector else rows
