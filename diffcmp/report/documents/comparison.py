"""The document of a Comparison: the truth, one row for each method and variable, the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from diffcmp.accuracy.judging.components import Shapes, packed
from diffcmp.accuracy.judging.record import Comparison, Row, plain
from diffcmp.engines.partials import BY, steps_of
from diffcmp.notes import joined
from diffcmp.report import document as doc
from diffcmp.report import numbers
from diffcmp.report.document import Column, Document, Graded, Item, Items, Part, Table, section
from diffcmp.report.documents import facts
from diffcmp.truth.record import Quantity, Truth, text_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIELDS = (
    "expression at dtype kernel kind certified variable truth backend value derivative "
    "abs_error rel_error digits ulps h rule evaluations seconds notes order "
    "left right left_limit right_limit"
).split()
FITS = ((0, None), (1, None), (1, 12), (2, 12), (3, 10), (4, 8), (4, 5))
ABSOLUTE = "absolute, the distance from the certified derivative"
RELATIVE = "relative, the largest of all over the largest certified component"
MIXED = "Mixed derivatives: --wrt x:y, or all of them by `diffcmp hessian`."


def document(record: Comparison) -> Document:
    """A Comparison, ready for any medium."""
    return Document(record, record.program.text, where(record), parts, FIELDS, lines, arrays)


def where(record: Comparison) -> str:
    """The point, or the infinity, that the record is about."""
    known = record.truth.infinity
    if known is None:
        return f"at {facts.point(record.at)}  in {record.dtype}"
    at = dict(record.at)
    tends = f"as {known.variable} → {numbers.certified(at.pop(known.variable))}"
    return f"{tends}  at {facts.point(at)}" if at else tends


def parts(record: Comparison) -> list[Part]:
    """What a person reads."""
    results_at_point = [] if record.truth.infinity is not None else [results(record)]
    return [
        *facts.truth_parts(record.truth, record.wrt, record.program),
        *results_at_point,
        *facts.notes(record.program.text, record.rows),
        *expressions(record),
    ]


def results(record: Comparison) -> Table:
    """One row for each method and variable; of many variables, the one that is farthest off."""
    below = step_rules(record)
    step_size = "" if below else "the step size"
    mixed = any(BY in name for name in record.wrt)
    if record.truth.order == 2 and len(record.wrt) > 1 and not mixed:
        below.append(MIXED)
    many = len(record.wrt) > facts.HEAD + facts.TAIL
    columns = whole_columns(step_size) if many else columns_of(record, step_size)
    rows = [whole_row(record, row) for row in record.rows] if many else rows_of(record)
    return doc.table(columns, rows, notes=below, fits=FITS)


def columns_of(record: Comparison, step_size: str = "") -> list[Column]:
    """The columns of a table with a row for each method and variable."""
    return [
        Column("method", "name", once=True),
        *([Column("", "name")] if len(record.wrt) > 1 else []),
        Column("derivative", "estimate"),
        Column("digits", "digits", facts.DIGITS),
        Column("error", "error", ABSOLUTE, rank=4),
        Column("h", "step", step_size, rank=3),
        Column("evals", "count", facts.EVALUATIONS, rank=1, once=True),
        Column("time", "seconds", facts.TIME, rank=2, once=True),
    ]


def rows_of(record: Comparison) -> list[list[Any]]:
    """A row for each method and variable."""
    return [result_row(record, row, name) for row in record.rows for name in record.wrt]


def result_row(record: Comparison, row: Row, name: str) -> list[Any]:
    """One derivative by one method."""
    return [
        row.backend,
        *([name] if len(record.wrt) > 1 else []),
        *judged(record, row, name),
        row.abs_error.get(name),
        *costs(record, row, name),
    ]


def judged(record: Comparison, row: Row, name: str) -> list[Graded]:
    """A derivative and its correct digits, graded."""
    value, digits = row.derivative.get(name), row.digits.get(name)
    quality = facts.graded(value, digits, record.dtype)
    return [Graded(value, quality), Graded(digits, quality)]


def costs(record: Comparison, row: Row, name: str) -> list[Any]:
    """The step sizes that one derivative took, the evaluations and the time."""
    steps = numbers.steps(steps_of(row.h or {}, name, record.truth.order))
    return [steps, row.evaluations, row.seconds]


def whole_columns(step_size: str) -> list[Column]:
    """The columns of a table with a row for each method."""
    return [
        Column("method", "name"),
        Column("error", "error", RELATIVE, rank=4),
        Column("worst", "name", "the component that has it"),
        Column("derivative", "estimate", "that component"),
        Column("digits", "digits", "correct significant digits of it"),
        Column("h", "step", step_size, rank=3),
        Column("evals", "count", facts.EVALUATIONS, rank=1),
        Column("time", "seconds", facts.TIME, rank=2),
    ]


def whole_row(record: Comparison, row: Row) -> list[Any]:
    """One method: the error of the whole gradient, and the component that is farthest off."""
    name = row.worst or ""
    component = judged(record, row, name)
    error = Graded(row.norm_error, component[0].grade)
    return [row.backend, error, name, *component, *costs(record, row, name)]


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
    items = []
    for name in facts.listed(list(row.expression)):
        if name is None:
            items.append(Item("…"))
        else:
            symbol = facts.symbol(name, inputs, order)
            items.append(Item(row.expression[name], symbol, code=True))
    return section(f"Found by {row.backend}", Items(items))


def lines(record: Comparison) -> Iterable[list[object]]:
    """For CSV: one line for each method and variable."""
    for row in record.rows:
        judgements = row.abs_error, row.rel_error, row.digits, row.ulps
        for name in record.wrt:
            yield [
                *facts.about(record, name),
                row.backend,
                plain(row.value),
                plain(row.derivative.get(name)),
                *(plain(judgement.get(name)) for judgement in judgements),
                _steps(row, name, record.truth.order),
                row.rule,
                row.evaluations,
                row.seconds,
                joined(row.remarks),
                record.truth.order,
                *one_sided(record.truth, name),
            ]


def one_sided(truth: Truth, name: str) -> list[str | None]:
    """The one-sided derivatives along a coordinate, and the limits of f from the left and from the
    right, where they are not its value: "undefined" where f is not defined on that side."""
    along = truth.along[name]
    derivatives = [text_of(side, truth.digits) for side in (along.left, along.right)]
    if along.sides is None:
        return [*derivatives, None, None]
    limits = [
        text_of(side.limit, truth.digits) if side.defined else "undefined" for side in along.sides
    ]
    return [*derivatives, *limits]


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
