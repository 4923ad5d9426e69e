"""The result of `jacobian` and `hessian`: a `MatrixComparison` and its rows. Plain fields, nothing
computed but errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.judging.components import Shapes, packed
from diffcmp.accuracy.judging.errors import Errors, Size, worst
from diffcmp.accuracy.judging.record import SCHEMA, fields, plain
from diffcmp.arithmetic.floats import Floats
from diffcmp.engines.partials import BY
from diffcmp.notes import Remark
from diffcmp.program.ir import Program
from diffcmp.truth.record import GUARD_DIGITS, Kind, Quantity, exact_of, text_of

What: TypeAlias = Literal["jacobian", "hessian"]
Place: TypeAlias = tuple[int, int]

KNOWN, UNKNOWN, UNASKED, INFINITE = "known", "unknown", "not compared", "infinite"
"""What is certain of an entry; where it does not exist, the kind of the point says why."""

PRODUCT = "product"  # the only column of a product with a vector
PRODUCTS = "products"  # the row of whole products, by the cheapest mode, on arrays


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One backend's matrix: what it gives at every place that may be nonzero, in the order of
    `MatrixComparison.places`.

    evaluations: runs of f, or of a program derived from it, for the whole matrix. abs_error,
    digits: as in `Row`, None where no entry is certain. worst: which of the certain places is
    farthest off; norm_error: its error over the largest entry.
    """

    backend: str
    values: tuple[Any, ...]
    evaluations: int
    seconds: float | None
    remarks: tuple[Remark, ...] = ()
    abs_error: tuple[Size | None, ...] = ()
    digits: tuple[float | None, ...] = ()
    worst: int | None = None
    norm_error: Size | None = None

    def against(self, truth: Sequence[Quantity | None], floats: Floats) -> MatrixRow:
        """The row with the errors of its entries against the certified ones."""
        pairs = enumerate(zip(self.values, truth, strict=True))
        errors = {k: Errors(value, exact_of(entry), floats) for k, (value, entry) in pairs}
        farthest, norm_error = worst(errors)
        return replace(
            self,
            abs_error=tuple(one.absolute for one in errors.values()),
            digits=tuple(one.digits for one in errors.values()),
            worst=farthest,
            norm_error=norm_error,
        )

    @property
    def scored(self) -> int:
        """How many of the entries have digits: it gives them, and they are certain."""
        return sum(digits is not None for digits in self.digits)

    def to_dict(self) -> dict[str, Any]:
        """The row as the JSON form has it."""
        return {
            "backend": self.backend,
            "values": list(map(plain, self.values)),
            "abs_error": list(map(plain, self.abs_error)),
            "digits": list(map(plain, self.digits)),
            **fields(self, "scored worst norm_error evaluations seconds"),
            "notes": [note.to_dict() for note in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class MatrixComparison:
    """A Jacobian or Hessian at one point by every backend, against the certified one.

    program: of arrays, as typed. rows, columns: the names of the outputs (`f[0]`) or variables, and
    of the variables. places: where an entry may differ from 0, row by row. truth: the certified
    entries there, None where there is none. status: of each entry, `KNOWN`, `UNKNOWN`, `UNASKED`
    (not held against the truth, where a sample is), `INFINITE`, or of what kind the point is where
    the entry does not exist. value: f, by output. mode: how automatic
    differentiation gets the matrix with fewest products: `forward` (one for a colour of columns),
    `reverse` (of rows), or `forward over reverse`. vector: what the matrix was multiplied by, where
    a product was asked for.
    """

    what: What
    program: Program
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    places: tuple[Place, ...]
    at: dict[str, str]
    shapes: Shapes
    elements: dict[str, str]
    dtype: str
    kind: Kind
    certified: bool
    digits: int
    value: tuple[Quantity | None, ...]
    truth: tuple[Quantity | None, ...]
    status: tuple[str, ...]
    mode: str
    products: int
    results: tuple[MatrixRow, ...]
    remarks: tuple[Remark, ...] = ()
    vector: str | None = None

    def __repr__(self) -> str:
        methods = ", ".join(row.backend for row in self.results)
        size = f"{len(self.rows)}×{len(self.columns)}"
        return f"<MatrixComparison {size} {self.what} of {self.text!r}: {methods}>"

    @property
    def text(self) -> str:
        """What the user typed."""
        return self.program.text

    def unscored(self, row: MatrixRow) -> list[int]:
        """The places where a method gives a number and no entry is certain, though it was asked
        for."""
        places = enumerate(zip(row.values, self.status, strict=True))
        open_ = [k for k, (value, status) in places if value is not None and status != UNASKED]
        return [k for k in open_ if row.digits[k] is None]

    def name(self, place: int) -> str:
        """What an entry is the derivative of, and by what: `f[0]:x[1]`, `x[0]:x[1]`."""
        i, j = self.places[place]
        if self.columns == (PRODUCT,):
            return self.rows[i]
        return f"{self.rows[i]}{BY}{self.columns[j]}"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp jacobian` and `diffcmp hessian` (`docs/schema.json`)."""
        digits = self.digits + GUARD_DIGITS
        return {
            "schema": SCHEMA,
            "expression": self.text,
            "matrix": self.what,
            "at": packed(self.elements, self.shapes) if self.shapes else self.at,
            "dtype": self.dtype,
            "shape": [len(self.rows), len(self.columns)],
            "row_names": list(self.rows),
            "column_names": list(self.columns),
            "row": [i for i, _ in self.places],
            "column": [j for _, j in self.places],
            **fields(self, "vector mode products"),
            "truth": {
                "kind": self.kind.value,
                **fields(self, "certified digits"),
                "value": [text_of(q, digits) for q in self.value],
                "values": [text_of(q, digits) for q in self.truth],
                "status": list(self.status),
                "notes": [note.to_dict() for note in self.remarks],
            },
            "results": [row.to_dict() for row in self.results],
        }
