"""Jacobians and Hessians: every entry by every backend, held against certified entries.

Only the entries that the structure of the Program allows to differ from 0 are looked at
(`engines.sparse.by_components`). What a matrix costs by automatic differentiation is counted in
products with vectors, columns or rows that share no row or column being found by one product
(`engines.sparse.colouring`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Any, Literal, TypeAlias, TypeVar

from diffcmp.accuracy.compare import answers as answered
from diffcmp.accuracy.components import Shapes, packed
from diffcmp.accuracy.errors import Errors, worst
from diffcmp.accuracy.question import Question, format_named
from diffcmp.accuracy.record import SCHEMA, Row, plain
from diffcmp.accuracy.verdict import Answer, verdict
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.automatic import DualNumbers, DualOverTape, Tape
from diffcmp.backends.diagnosis import diagnosis
from diffcmp.backends.protocol import Backend, Timer
from diffcmp.backends.registry import chosen
from diffcmp.deadline import Deadline
from diffcmp.engines import products
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import only
from diffcmp.engines.partials import BY, variables
from diffcmp.engines.sparse.by_components import jacobian_pattern
from diffcmp.engines.sparse.colouring import column_colouring, number_of
from diffcmp.engines.sparse.pattern import Pattern, SparseMatrix
from diffcmp.engines.sparse.recovery import compression
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import used
from diffcmp.point.point import Problem, located
from diffcmp.point.values import Values
from diffcmp.program.checks import differentiated, number_valued
from diffcmp.program.elements import components
from diffcmp.program.ir import Program
from diffcmp.truth.certify import truth as certain
from diffcmp.truth.record import GUARD_DIGITS, Kind, Quantity, Truth, exact_of

What: TypeAlias = Literal["jacobian", "hessian"]
Place: TypeAlias = tuple[int, int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One backend's matrix: what it gives at every place that may be nonzero, in the order of
    `MatrixComparison.places`.

    abs_error, digits: as in `Row`. worst: which place is farthest off; norm_error: its error over
        the largest entry.
    evaluations: runs of f, or of a program that was made of it, for the whole matrix.
    """

    backend: str
    values: tuple[Any, ...]
    abs_error: tuple[float | None, ...]
    digits: tuple[float | None, ...]
    worst: int | None
    norm_error: float | None
    evaluations: int
    seconds: float | None
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The row as the JSON form has it."""
        return {
            "backend": self.backend,
            "values": [plain(v) for v in self.values],
            "abs_error": [plain(v) for v in self.abs_error],
            "digits": [plain(v) for v in self.digits],
            "worst": self.worst,
            "norm_error": plain(self.norm_error),
            "evaluations": self.evaluations,
            "seconds": plain(self.seconds),
            "notes": [str(remark) for remark in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class MatrixComparison:
    """A Jacobian or Hessian at one point by every backend, against the certified one.

    program: of arrays, as typed. rows, columns: the names of the outputs (`f[0]`) or variables, and
    of the variables. places: where an entry may differ from 0, row by row. truth: the certified
        entries there, None where there is none. value: f, by
    output. mode: how automatic differentiation gets the matrix with fewest products: `forward` (one
    for a colour of columns), `reverse` (of rows), or `forward over reverse`. vector: what the
    matrix was multiplied by, where a product was asked for.
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
    mode: str
    products: int
    results: tuple[MatrixRow, ...]
    remarks: tuple[Remark, ...] = ()
    vector: str | None = None

    @property
    def text(self) -> str:
        """What the user typed."""
        return self.program.text

    def name(self, place: int) -> str:
        """What an entry is the derivative of, and by what: `f[0]:x[1]`, `x[0]:x[1]`."""
        i, j = self.places[place]
        return (
            f"{self.rows[i]}{BY}{self.columns[j]}" if self.columns != (PRODUCT,) else self.rows[i]
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp jacobian` and `diffcmp hessian`, described by
        `docs/schema.json`."""
        digits = self.digits + GUARD_DIGITS

        def text(quantity: Quantity | None) -> str | None:
            return None if quantity is None else quantity.text(digits)

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
            "vector": self.vector,
            "mode": self.mode,
            "products": self.products,
            "truth": {
                "kind": self.kind.value,
                "certified": self.certified,
                "digits": self.digits,
                "value": [text(q) for q in self.value],
                "values": [text(q) for q in self.truth],
                "notes": [str(remark) for remark in self.remarks],
            },
            "results": [row.to_dict() for row in self.results],
        }


PRODUCT = "product"
PRODUCTS = "products"  # the row of whole products, by the cheapest mode, on arrays
MANY = 150  # entries up to which all are held against the truth
SAMPLE = 16  # of the entries between the first and the last
SEED = 1974
RANKS = list(Kind)  # the most singular first
MODES: dict[str, Backend] = {
    "forward": DualNumbers(),
    "reverse": Tape(),
    "forward over reverse": DualOverTape(),
}


@dataclass(frozen=True)
class _Asked:
    """What the entries are asked with: all of `candidates`, or a sample of them."""

    problem: Problem
    backends: Sequence[str] | None
    dtype: str
    digits: int
    h: float | None
    deadline: Deadline
    candidates: list[Place]
    full: bool
    progress: Callable[[str], None] = field(default=lambda stage: None)

    @cached_property
    def places(self) -> list[Place]:
        """The entries that are held against the truth."""
        return sample(self.candidates, full=self.full)

    @property
    def sampled(self) -> bool:
        """Whether these are not all."""
        return len(self.places) < len(self.candidates)


def jacobian_comparison(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    h: float | None = None,
    digits: int = 30,
    timeout: float = 10.0,
    full: bool = False,
    progress: Callable[[str], None] = lambda stage: None,
) -> MatrixComparison:
    """The Jacobian of a vector-valued function at a point, by every backend. Parameters as in
    `compare`.

    Of more than 150 entries a sample is held against the truth, and the products alone, unless
    `full` or `backends` ask for more.

    Raises
    ------
    InputError: for an expression, point, name, dtype or step that makes no sense.

    >>> jacobian_comparison("[x[0]*x[1], x[0]]", [2, 3], backends=["dual"]).results[0].values
    (3.0, 2.0, 1.0)
    """
    problem = located(expr, at)
    Question(problem.scalar, problem.at, (), 1, format_named(dtype), digits, h)
    scalar = problem.scalar
    columns = differentiated(scalar, wrt)
    pattern = jacobian_pattern(scalar, columns)
    places = list(zip(pattern.rows.tolist(), pattern.indices.tolist(), strict=True))
    in_pattern, deadline = set(places), Deadline.for_waiting(timeout)
    asked = _Asked(problem, backends, dtype, digits, h, deadline, places, full, progress)
    names = components("f", problem.program.dims[problem.program.outputs[0]])
    known, rows = {}, {}
    for i in sorted({i for i, _ in asked.places}) if asked.sampled else range(len(names)):
        names_there = [columns[j] for row, j in asked.places if row == i]
        flat = [name for j, name in enumerate(columns) if (i, j) not in in_pattern]
        known[i], rows[i] = _answers(asked, only(scalar, i), names_there, flat, 1)
    return _joined(
        "jacobian", asked, tuple(names), columns, pattern, known, rows, cheapest(pattern)
    )


def hessian_comparison(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    h: float | None = None,
    digits: int = 30,
    timeout: float = 10.0,
    full: bool = False,
    progress: Callable[[str], None] = lambda stage: None,
) -> MatrixComparison:
    """The Hessian of a number-valued function at a point, by every backend. Parameters as in
    `compare`.

    Of more than 150 entries a sample is held against the truth, and the products alone, unless
    `full` or `backends` ask for more. What is symmetric is asked for once: an entry below the
    diagonal is that above it.

    Raises
    ------
    InputError: for an expression, point, name, dtype or step that makes no sense.

    >>> hessian_comparison("x[0]**2*x[1]", [2, 3], backends=["dual-over-tape"]).results[0].values
    (6.0, 4.0, 4.0)
    """
    problem = located(expr, at)
    number_valued(problem.program)
    Question(problem.scalar, problem.at, (), 1, format_named(dtype), digits, h)
    columns = differentiated(problem.scalar, wrt)
    compressed = compression(problem.scalar, columns)
    pattern = compressed.pattern
    upper = [
        (i, j)
        for i, j in zip(pattern.rows.tolist(), pattern.indices.tolist(), strict=True)
        if i <= j
    ]
    asked = _Asked(
        problem, backends, dtype, digits, h, Deadline.for_waiting(timeout), upper, full, progress
    )
    names = [_key("hessian", columns, place)[1] for place in asked.places]
    curved = {j for place in upper for j in place}
    flat = [name for j, name in enumerate(columns) if j not in curved]
    known, answers = _answers(asked, problem.scalar, names, flat, 2)
    mode = "forward over reverse", compressed.products
    return _joined("hessian", asked, columns, columns, pattern, {0: known}, {0: answers}, mode)


def sample(places: Sequence[T], *, full: bool) -> list[T]:
    """All of few places; of many the first, the last, and some between them, always the same."""
    if full or len(places) <= MANY:
        return list(places)
    between = Random(SEED).sample(range(len(places)), SAMPLE)
    chosen = sorted({*range(SAMPLE // 4), *between, *range(len(places) - SAMPLE // 4, len(places))})
    return [places[k] for k in chosen]


def cheapest(pattern: Pattern) -> tuple[str, int]:
    """The mode that gives a Jacobian of that pattern with fewer products, and how many."""
    forward, reverse = (number_of(column_colouring(p)) for p in (pattern, pattern.transposed))
    return ("forward", forward) if forward <= reverse else ("reverse", reverse)


def _answers(
    asked: _Asked, program: Program, names: Sequence[str], flat: Sequence[str], order: int
) -> tuple[Truth, tuple[Row, ...]]:
    """The truth about the derivatives of one function, and each method's, if there are any
    derivatives to find.

    flat: the variables without entries. Where f steps or bends along one of them, the point is no
        smooth one.
    """
    asking = chosen(asked.backends, order)
    at, digits, deadline = asked.problem.at, asked.digits, asked.deadline
    varying = used(program)
    others = sample([name for name in flat if name in varying], full=False)
    beside = (
        certain(program, at, others or flat[:1], digits, deadline) if others or not names else None
    )
    if not names:
        assert beside is not None
        return beside, ()
    wanted = [] if asked.sampled and asked.backends is None else asking
    question = Question(
        program=program,
        where=at,
        names=tuple(names),
        order=order,
        floats=format_named(asked.dtype),
        digits=digits,
        h=asked.h,
        deadline=deadline,
        progress=asked.progress,
    )
    known, rows = answered(question, question.configured(wanted))
    if beside is not None and RANKS.index(beside.kind) < RANKS.index(known.kind):
        remarks = tuple(dict.fromkeys((*known.remarks, *beside.remarks)))
        known = replace(
            known, kind=beside.kind, certified=known.certified and beside.certified, remarks=remarks
        )
    return known, rows


def _joined(
    what: What,
    asked: _Asked,
    rows: tuple[str, ...],
    columns: tuple[str, ...],
    pattern: Pattern,
    known: Mapping[int, Truth],
    answers: Mapping[int, tuple[Row, ...]],
    mode: tuple[str, int],
) -> MatrixComparison:
    """One matrix of what was found row by row (a Jacobian), or at once (a Hessian); None at places
    not asked for."""
    places = tuple(zip(pattern.rows.tolist(), pattern.indices.tolist(), strict=True))
    keys = [_key(what, columns, place) for place in places]
    wanted = {_key(what, columns, place) for place in asked.places}
    truth = tuple(known[n].derivative(key) if (n, key) in wanted else None for n, key in keys)
    floats = Floats(asked.dtype)
    results = []
    for one_each in zip(*filter(None, answers.values()), strict=True):
        same = dict(zip((n for n, row in answers.items() if row), one_each, strict=True))
        values = tuple(
            same[n].derivative.get(key) if (n, key) in wanted else None for n, key in keys
        )
        remarks = tuple(dict.fromkeys(one for row in same.values() for one in row.remarks))
        times = [row.seconds for row in same.values()]
        seconds = None if None in times else sum(t for t in times if t is not None)
        counted = sum(row.evaluations for row in same.values())
        results.append(
            measured(
                next(iter(same.values())).backend, values, truth, floats, counted, seconds, remarks
            )
        )
    if asked.backends is None and asked.dtype == "float64":
        row = _by_products(what, asked.problem, columns, places, truth, mode[1])
        asked_for = [(n, name, k) for k, (n, name) in enumerate(keys) if (n, name) in wanted]
        results.append(
            replace(row, remarks=_reasons(row, asked_for, asked.problem, known, mode[0], results))
        )
    outputs = len(rows) if what == "jacobian" else 1
    values_of_f = tuple(known[n].value if n in known else None for n in range(outputs))
    said = dict.fromkeys(note for one in known.values() for note in one.remarks)
    if asked.sampled:
        said[remark(Note.SAMPLED, asked=len(wanted), entries=len(places))] = None
    return MatrixComparison(
        what,
        asked.problem.program,
        rows,
        columns,
        places,
        asked.problem.at.texts(),
        asked.problem.shapes,
        {name: c.text for name, c in asked.problem.at.coordinates.items()},
        asked.dtype,
        min((one.kind for one in known.values()), key=RANKS.index),
        all(one.certified for one in known.values()),
        asked.digits,
        values_of_f,
        truth,
        *mode,
        tuple(results),
        tuple(said),
    )


def _key(what: What, columns: tuple[str, ...], place: Place) -> tuple[int, str]:
    """Where an entry was asked for: which of the functions, and the name of the derivative."""
    i, j = place
    if what == "jacobian":
        return i, columns[j]
    first, second = min(i, j), max(i, j)
    return 0, columns[first] if i == j else f"{columns[first]}{BY}{columns[second]}"


def _by_products(
    what: What,
    problem: Problem,
    columns: tuple[str, ...],
    places: Sequence[Place],
    truth: Sequence[Quantity | None],
    count: int,
) -> MatrixRow:
    """The whole matrix by products with vectors, on arrays: every entry."""
    floats, program = Floats(), problem.program
    inputs = problem.arrays()
    whole = products.jacobian(program) if what == "jacobian" else products.hessian(program)
    found = whole(*inputs)  # compiled, and warm
    with Timer() as timer:
        found = whole(*inputs)
    where = {name: i for i, name in enumerate(problem.scalar.inputs)}
    order = [where[name] for name in columns]
    if isinstance(found, SparseMatrix):
        entries = dict(
            zip(
                zip(found.pattern.rows.tolist(), found.indices.tolist(), strict=True),
                found.data.tolist(),
                strict=True,
            )
        )
        values = tuple(entries.get((order[i], order[j]), 0.0) for i, j in places)
    else:
        values = tuple(float(found[i, order[j]]) for i, j in places)
    return measured(PRODUCTS, values, truth, floats, count, timer.seconds)


def _reasons(
    row: MatrixRow,
    entries: Sequence[tuple[int, str, int]],
    problem: Problem,
    known: Mapping[int, Truth],
    mode: str,
    others: Sequence[MatrixRow],
) -> tuple[Remark, ...]:
    """Why entries of whole products are wrong or not finite: as the backend of that mode says it,
    and with its advice.

    entries: the function, the name of the derivative, and the place in the row, of what is known
        for certain.
    """
    floats, method = Floats(), MODES[mode]
    inputs = problem.at.rounded(floats)
    advice = {replace(r, counsel=None): r for other in others for r in other.remarks}
    functions = {n: only(problem.scalar, n) for n in known}
    values: dict[int, Any] = {}
    found: dict[Remark, None] = {}
    for n, name, k in entries:
        value, exact, truth = row.values[k], known[n].exact(name), known[n]
        if not math.isfinite(value):
            by = variables(name, truth.order)
            said = [
                diagnosis(
                    functions[n], by, floats, inputs, reverse=not isinstance(method, DualNumbers)
                )
            ]
        else:
            if n not in values:
                values[n] = compiled(functions[n])(*inputs)
            question = Question(functions[n], problem.at, (name,), truth.order)
            errors = Errors(value, exact, floats)
            note = verdict(question, truth, Answer(method, name, errors, f=values[n]))
            said = [] if note is None else [note]
        found |= dict.fromkeys(advice.get(one, one) for one in said)
    return tuple(found)


def measured(
    backend: str,
    values: tuple[Any, ...],
    truth: Sequence[Quantity | None],
    floats: Floats,
    evaluations: int,
    seconds: float | None,
    remarks: tuple[Remark, ...] = (),
) -> MatrixRow:
    """Entries held against the certified ones."""
    errors = {
        k: Errors(value, exact_of(quantity), floats)
        for k, (value, quantity) in enumerate(zip(values, truth, strict=True))
    }
    farthest, norm_error = worst(errors)
    return MatrixRow(
        backend=backend,
        values=values,
        abs_error=tuple(one.absolute for one in errors.values()),
        digits=tuple(one.digits for one in errors.values()),
        worst=farthest,
        norm_error=norm_error,
        evaluations=evaluations,
        seconds=seconds,
        remarks=remarks,
    )
