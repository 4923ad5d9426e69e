"""The document of a Comparison: the truth, one row for each method and variable, the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from diffcmp.accuracy.components import Shapes, packed
from diffcmp.accuracy.record import Comparison, Row, plain
from diffcmp.engines.partials import BY, steps_of
from diffcmp.notes import joined
from diffcmp.report import numbers
from diffcmp.report.document import (
    Column,
    Data,
    Document,
    Graded,
    Item,
    Items,
    Part,
    Table,
    section,
    table,
)
from diffcmp.report.documents.facts import (
    DIGITS,
    EVALUATIONS,
    HEAD,
    TAIL,
    TIME,
    about,
    graded,
    listed,
    notes,
    point,
    symbol,
    truth_parts,
)
from diffcmp.truth.record import Quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELDS = (
    "expression at dtype kernel kind certified variable truth backend value derivative "
    "abs_error rel_error digits ulps h rule evaluations seconds notes order"
).split()
FITS = ((0, None), (1, None), (1, 12), (2, 12), (3, 10), (4, 8), (4, 5))
ABSOLUTE = "absolute, the distance from the certified derivative"
RELATIVE = "relative, the largest of all over the largest certified component"
MIXED = "Mixed derivatives: --wrt x:y, or all of them by `diffcmp hessian`."


def document(record: Comparison) -> Document:
    """A Comparison, ready for any medium."""
    return Document(
        heading=record.program.text,
        where=f"at {point(record.at)}  in {record.dtype}",
        parts=lambda: parts(record),
        data=lambda: Data(FIELDS, lines(record)),
        tree=record.to_dict,
        arrays=lambda: arrays(record),
    )


def parts(record: Comparison) -> list[Part]:
    """What a person reads."""
    owned = ((row.backend, row.remarks) for row in record.rows)
    return [
        *truth_parts(record.truth, record.wrt, record.program),
        results(record),
        *notes(record.program.text, owned),
        *expressions(record),
    ]


def results(record: Comparison) -> Table:
    """One row for each method and variable; of many variables, the one that is farthest off."""
    below = step_rules(record)
    step_size = "" if below else "the step size"
    mixed = any(BY in name for name in record.wrt)
    if record.truth.order == 2 and len(record.wrt) > 1 and not mixed:
        below.append(MIXED)
    if len(record.wrt) > HEAD + TAIL:
        return whole_table(record, below, step_size)
    many = len(record.wrt) > 1
    columns = [
        Column("method", "name", once=True),
        *([Column("", "name")] if many else []),
        Column("derivative", "estimate"),
        Column("digits", "digits", DIGITS),
        Column("error", "error", ABSOLUTE, rank=4),
        Column("h", "step", step_size, rank=3),
        Column("evals", "count", EVALUATIONS, rank=1, once=True),
        Column("time", "seconds", TIME, rank=2, once=True),
    ]
    rows = [result_row(record, row, name, many=many) for row in record.rows for name in record.wrt]
    return table(columns, rows, notes=below, fits=FITS)


def result_row(record: Comparison, row: Row, name: str, *, many: bool) -> list[Any]:
    """One derivative by one method."""
    value, digits = row.derivative.get(name), row.digits.get(name)
    quality = graded(value, digits, record.dtype)
    return [
        row.backend,
        *([name] if many else []),
        Graded(value, quality),
        Graded(digits, quality),
        row.abs_error.get(name),
        step_sizes(record, row, name),
        row.evaluations,
        row.seconds,
    ]


def whole_table(record: Comparison, below: list[str], step_size: str) -> Table:
    """One row a method: the error of the whole gradient, and the component that is farthest off."""
    columns = [
        Column("method", "name"),
        Column("error", "error", RELATIVE, rank=4),
        Column("worst", "name", "the component that has it"),
        Column("derivative", "estimate", "that component"),
        Column("digits", "digits", "correct significant digits of it"),
        Column("h", "step", step_size, rank=3),
        Column("evals", "count", EVALUATIONS, rank=1),
        Column("time", "seconds", TIME, rank=2),
    ]
    rows = [whole_row(record, row) for row in record.rows]
    return table(columns, rows, notes=below, fits=FITS)


def whole_row(record: Comparison, row: Row) -> list[Any]:
    """The whole gradient by one method."""
    name = row.worst or ""
    value, digits = row.derivative.get(name), row.digits.get(name)
    quality = graded(value, digits, record.dtype)
    return [
        row.backend,
        Graded(row.norm_error, quality),
        name,
        Graded(value, quality),
        Graded(digits, quality),
        step_sizes(record, row, name),
        row.evaluations,
        row.seconds,
    ]


def step_sizes(record: Comparison, row: Row, name: str) -> str:
    """The step sizes that one derivative took."""
    return numbers.steps(steps_of(row.h or {}, name, record.truth.order))


def step_rules(record: Comparison) -> list[str]:
    """How every step size was chosen, methods with the same rule together."""
    owners: dict[str, list[str]] = {}
    for row in record.rows:
        if row.h is not None and row.rule:
            owners.setdefault(row.rule, []).append(row.backend)
    rules = [f"{', '.join(names)} {rule}" for rule, names in owners.items()]
    return [f"h, the step size: {'; '.join(rules)}."] if rules else []


def expressions(record: Comparison) -> list[Part]:
    """The derivative as an expression, by the first method that found one."""
    row = next((row for row in record.rows if row.expression), None)
    if row is None or not row.expression:
        return []
    inputs, order = record.program.inputs, record.truth.order
    items = [
        Item("…")
        if name is None
        else Item(row.expression[name], symbol(name, inputs, order), code=True)
        for name in listed(list(row.expression))
    ]
    return section(f"Found by {row.backend}", Items(items))


def lines(record: Comparison) -> Iterable[list[object]]:
    """For CSV: one line for each method and variable."""
    for row in record.rows:
        for name in record.wrt:
            yield [
                *about(record, name),
                row.backend,
                plain(row.value),
                plain(row.derivative.get(name)),
                plain(row.abs_error.get(name)),
                plain(row.rel_error.get(name)),
                plain(row.digits.get(name)),
                plain(row.ulps.get(name)),
                _steps(row, name, record.truth.order),
                row.rule,
                row.evaluations,
                row.seconds,
                joined(row.remarks),
                record.truth.order,
            ]


def _steps(row: Row, name: str, order: int) -> object:
    """The step size of one derivative; of a mixed one with two, both, separated by a space."""
    sizes = [plain(h) for h in dict.fromkeys(steps_of(row.h or {}, name, order))]
    return sizes[0] if len(sizes) == 1 else " ".join(map(str, sizes)) or None


def arrays(record: Comparison) -> dict[str, NDArray[Any]]:
    """For NumPy: `truth/x`, and for each backend `derivative/dual/x` and `error/dual/x`, in the
    shape of the variable. Certified numbers are rounded to float64; nan is what is not known."""
    shapes = record.shapes
    truth = {name: double(record.truth.derivative(name)) for name in record.wrt}
    gradients = _by_variable("truth", truth, shapes)
    for row in record.rows:
        gradients |= _by_variable(f"derivative/{row.backend}", row.derivative, shapes)
        gradients |= _by_variable(f"error/{row.backend}", row.abs_error, shapes)
    return gradients


def _by_variable(head: str, values: Mapping[str, Any], shapes: Shapes) -> dict[str, NDArray[Any]]:
    return {f"{head}/{name}": numeric(value) for name, value in packed(values, shapes).items()}


def numeric(values: Any) -> NDArray[Any]:
    """An array of float64, nan for None."""
    import numpy as np

    return np.array(values, float)


def double(quantity: Quantity | None) -> float | None:
    """A certified number as the nearest float64."""
    return None if quantity is None else float(quantity.text(20))
