"""The document of a Jacobian or Hessian: what is certain, the matrix, its pattern, the methods."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from diffcmp.accuracy.judging.record import plain
from diffcmp.accuracy.matrices.record import KNOWN, UNASKED, MatrixComparison, MatrixRow
from diffcmp.notes import Note
from diffcmp.report import document as doc
from diffcmp.report.document import Column, Document, Fact, Facts, Graded, Pattern, Table, table
from diffcmp.report.documents import facts
from diffcmp.report.documents.comparison import double, numeric
from diffcmp.truth.record import text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELDS = (
    "expression at dtype matrix kind certified row column truth backend derivative "
    "abs_error digits evaluations seconds entry scored"
).split()
FITS = ((0, None), (1, None), (1, 12), (2, 10), (3, 8))
FIGURES = 8
MOST_ROWS, MOST_COLUMNS = 8, 6  # of a matrix that a screen shows in numbers
RELATIVE = "relative, the largest of all over the largest certified entry"
FARTHEST = "the entry that has it, then one that has no certified value"
SCORED = "how many entries have one: error and digits are of these"


def document(record: MatrixComparison) -> Document:
    """A Jacobian or Hessian, ready for any medium."""
    where, lead = f"at {facts.point(record.at)}  in {record.dtype}", f"{record.what} of"
    return Document(record, record.text, where, parts, FIELDS, lines, arrays, lead)


def parts(record: MatrixComparison) -> list[doc.Part]:
    """What a person reads; without a place there is nothing that a method could be wrong about."""
    size = len(record.rows), len(record.columns)
    small = record.vector is not None or (size[0] <= MOST_ROWS and size[1] <= MOST_COLUMNS)
    return [
        Facts(summary(record)),
        facts.remarks(record.text, record.remarks),
        *([entries(record)] if small else []),
        pattern(record, small),
        *([methods(record)] if record.places else []),
        *facts.notes(record.text, record.results),
    ]


def summary(record: MatrixComparison) -> list[Fact]:
    """f, the size and structure of the matrix, its cost, the kind of the point, the proof."""
    return [
        Fact("f", values(record)),
        shape(record),
        Fact("cost", cost(record)),
        Fact("point", record.kind.value),
        Fact("proof", proof(record)),
    ]


def values(record: MatrixComparison) -> str:
    """The components of f, of many the first and the last."""
    unknown = "…" if any(one.note is Note.SAMPLED for one in record.remarks) else "unknown"
    texts = []
    for k in facts.listed(range(len(record.value))):
        texts.append("…" if k is None else facts.certified(record.value[k], FIGURES, unknown))
    shown = []
    for text, same in groupby(texts):
        shown += ["…"] if text == "…" else list(same)
    return ", ".join(shown)


def shape(record: MatrixComparison) -> Fact:
    """How large the matrix is and how much of it may differ from 0, or the vector beside it."""
    if record.vector is not None:
        return Fact("product", f"with {record.vector}")
    m, n = len(record.rows), len(record.columns)
    count = f"{len(record.places)} of {m * n} entries may differ from 0"
    return Fact(record.what, f"{m} × {n}, {count if len(record.places) < m * n else 'dense'}")


def cost(record: MatrixComparison) -> str:
    """How many products with vectors the matrix takes by automatic differentiation."""
    several = "s" if record.products != 1 else ""
    count = f"{record.products} product{several} with a vector, {record.mode}"
    plainly = len(record.columns)
    if record.what == "jacobian":
        plainly = min(len(record.rows), plainly)
    if record.vector is not None or record.products >= plainly:
        return count
    return f"{count}, by colouring ({plainly} one by one)"


def proof(record: MatrixComparison) -> str:
    """Whether the entries are proven, and how many of them are known."""
    if not record.certified:
        return "not certified"
    known = sum(quantity is not None for quantity in record.truth)
    some = f", {known} of the {len(record.truth)} entries" if known < len(record.truth) else ""
    return f"certified to {record.digits} digits{some}"


def entries(record: MatrixComparison) -> Table:
    """The certified entries, or why there is none; a dot where the structure makes one 0."""
    headers = record.columns if record.vector is None else ("product",)
    pairs = zip(record.truth, record.status, strict=True)
    numbers = [facts.certified(quantity, FIGURES, status) for quantity, status in pairs]
    texts = dict(zip(record.places, numbers, strict=True))
    count = len(record.columns)
    rows = []
    for k in facts.listed(range(len(record.rows))):
        if k is not None:
            cells = [texts.get((k, j), "·") for j in range(count)]
            rows.append([Graded(record.rows[k], "name"), *cells])
    columns = [Column(header, "number") for header in headers]
    return table([Column("", "name"), *columns], rows)


def pattern(record: MatrixComparison, small: bool) -> Pattern:
    """Where the matrix may differ from 0, with the certified entries; where these are a sample
    only, with those of the last method, which has them all."""
    sampled = UNASKED in record.status
    numbers: list[float | None] = [double(quantity) for quantity in record.truth]
    if sampled and record.results:
        numbers = [None if v is None else float(v) for v in record.results[-1].values]
    m, n = len(record.rows), len(record.columns)
    return Pattern(
        title=f"where the {record.what} may differ from 0, {m} rows by {n} columns",
        rows=record.rows,
        columns=record.columns,
        places=record.places,
        values=[math.nan if number is None else number for number in numbers],
        caption="values by products" if sampled else "certified values",
        aside=f"{len(record.places)} of {m * n} entries: {record.products} products",
        small=small,
    )


def methods(record: MatrixComparison) -> Table:
    """One row a method: the error of the whole matrix, and the entry that is farthest off. A second
    one where it gives an entry that is not known, or does not exist."""
    partly = any(status != KNOWN for status in record.status)
    columns = [
        Column("method", "name", once=True),
        Column("error", "error", RELATIVE),
        Column("worst", "name", FARTHEST if partly else "the entry that has it"),
        Column("derivative", "estimate", "that entry"),
        Column("digits", "digits", f"{facts.DIGITS} of it", rank=0 if partly else 3),
        *([Column("on", "name", SCORED)] if partly else []),
        Column("evals", "count", facts.EVALUATIONS, rank=1, once=True),
        Column("time", "seconds", facts.TIME, rank=2, once=True),
    ]
    rows = [line for row in record.results for line in method(record, row, partly)]
    return table(columns, rows, fits=FITS)


def method(record: MatrixComparison, row: MatrixRow, partly: bool) -> list[list[Any]]:
    """One method; `partly`: some entry of the matrix has no certified value."""
    rows, costs = [], [row.evaluations, row.seconds]
    unscored = record.unscored(row)
    counted = f"{row.scored} of {len(record.places)} entries"
    if row.worst is not None or not unscored:
        rows.append([*scored(record, row), *([counted] if partly else []), *costs])
    if unscored:
        first = counted if row.worst is None else f"the first of {len(unscored)}"
        rows.append([*without(record, row, unscored[0]), first, *costs])
    return rows


def without(record: MatrixComparison, row: MatrixRow, entry: int) -> list[Any]:
    """One method's name, and what it gives for an entry without a certified value."""
    quality = facts.graded(row.values[entry], None, record.dtype)
    cells = (Graded(cell, quality) for cell in (row.values[entry], record.status[entry]))
    return [row.backend, None, record.name(entry), *cells]


def scored(record: MatrixComparison, row: MatrixRow) -> list[Any]:
    """One method's name, the error of its matrix, and the certain entry that is farthest off."""
    worst = row.worst
    name, value, digits = "", None, None
    if worst is not None:
        name, value, digits = record.name(worst), row.values[worst], row.digits[worst]
    quality = facts.graded(0.0 if worst is None else value, digits, record.dtype)
    error, *entry = (Graded(cell, quality) for cell in (row.norm_error, value, digits))
    return [row.backend, error, name, *entry]


def lines(record: MatrixComparison) -> Iterable[list[object]]:
    """For CSV: one line for each method and entry."""
    asked: list[object] = [record.text, facts.point(record.at), record.dtype, record.what]
    asked += [record.kind.value, record.certified]
    for row in record.results:
        for k, (i, j) in enumerate(record.places):
            yield [
                *(*asked, record.rows[i], record.columns[j]),
                text_of(record.truth[k], record.digits),
                row.backend,
                *(plain(part[k]) for part in (row.values, row.abs_error, row.digits)),
                *(row.evaluations, row.seconds, record.status[k], row.scored),
            ]


def arrays(record: MatrixComparison) -> dict[str, NDArray[Any]]:
    """For NumPy: `row` and `column` of each entry that may differ from 0, and `truth`,
    `values/dual`, `error/dual` in that order; nan is what is not known."""
    entries = {
        "row": _integers([i for i, _ in record.places]),
        "column": _integers([j for _, j in record.places]),
        "truth": numeric([double(quantity) for quantity in record.truth]),
    }
    for row in record.results:
        entries[f"values/{row.backend}"] = numeric(row.values)
        entries[f"error/{row.backend}"] = numeric(row.abs_error)
    return entries


def _integers(indices: list[int]) -> NDArray[Any]:
    import numpy as np

    return np.array(indices, np.int64)
