"""Jacobians and Hessians: every entry by every backend, held against certified entries.

Only the entries that the structure of the Program allows to differ from 0 are looked at
(`engines.sparse.by_components`). What a matrix costs by automatic differentiation is counted in
products with vectors; columns or rows that share no row or column are found by one product
(`engines.sparse.colouring`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import TypeAlias, TypeVar

from diffcmp.accuracy.compare import answers
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Progress, Question, format_named, silent
from diffcmp.accuracy.judging.record import Row
from diffcmp.accuracy.matrices.record import (
    INFINITE,
    KNOWN,
    PRODUCTS,
    UNASKED,
    UNKNOWN,
    MatrixComparison,
    MatrixRow,
    Place,
    What,
)
from diffcmp.accuracy.verdicts.rows import counsel, known_digits
from diffcmp.accuracy.verdicts.verdict import Answer, verdict
from diffcmp.backends.estimate import warm
from diffcmp.backends.protocol import Backend
from diffcmp.backends.registry import backend, chosen
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.engines import products
from diffcmp.engines.derived import only
from diffcmp.engines.partials import BY
from diffcmp.engines.sparse.by_components import jacobian_pattern
from diffcmp.engines.sparse.colouring import column_colouring, number_of
from diffcmp.engines.sparse.pattern import Pattern
from diffcmp.engines.sparse.recovery import compression
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import used
from diffcmp.point.point import Problem, located
from diffcmp.point.values import Values
from diffcmp.program.checks import differentiated, number_valued
from diffcmp.program.elements import components
from diffcmp.program.ir import Program
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth, most_singular

MANY = 150  # entries up to which all are held against the truth
SAMPLE = 16  # of the entries between the first and the last
SEED = 1974
MODES = {"forward": "dual", "reverse": "tape", "forward over reverse": "dual-over-tape"}

T = TypeVar("T")
Key: TypeAlias = tuple[int, str]
"""Which of the functions an entry is a derivative of, and the name of the derivative."""


@within_timeout
def matrix(
    what: What,
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
    progress: Progress = silent,
) -> MatrixComparison:
    """The Jacobian of a vector-valued function, or the Hessian of a number-valued one, at a point,
    by every backend. Parameters as in `compare`.

    Of more than 150 entries a sample is held against the truth, and the products alone, unless
    `full` or `backends` ask for more. What is symmetric is asked for once: an entry of a Hessian
    below the diagonal is that above it.

    Raises
    ------
    InputError: for an expression, point, name, dtype or step that makes no sense.

    >>> matrix("jacobian", "[x[0]*x[1], x[0]]", [2, 3], backends=["dual"]).results[0].values
    (3.0, 2.0, 1.0)
    >>> matrix("hessian", "x[0]**2*x[1]", [2, 3], backends=["dual"]).results[0].values
    (6.0, 4.0, 4.0)
    """
    problem = located(expr, at)
    program, scalar = problem.program, problem.scalar
    order = 1 if what == "jacobian" else 2
    if order == 2:
        number_valued(program)
    floats, deadline = format_named(dtype), Deadline.for_waiting(timeout)
    question = Question(scalar, problem.at, (), order, floats, digits, h, deadline, progress)
    columns = rows = differentiated(scalar, wrt)
    if what == "jacobian":
        rows = tuple(components("f", program.dims[program.outputs[0]]))
        pattern = jacobian_pattern(scalar, columns)
        mode, count = cheapest(pattern)
    else:
        whole = compression(scalar, columns)
        pattern, mode, count = whole.pattern, "forward over reverse", whole.products
    asked = _Asked(what, problem, question, backends, rows, columns, _places(pattern), full)
    return _compared(asked, mode, count)


def _places(pattern: Pattern) -> tuple[Place, ...]:
    return tuple(zip(pattern.rows.tolist(), pattern.indices.tolist(), strict=True))


def cheapest(pattern: Pattern) -> tuple[str, int]:
    """The mode that gives a Jacobian of that pattern with fewer products, and how many."""
    forward, reverse = (number_of(column_colouring(p)) for p in (pattern, pattern.transposed))
    return ("forward", forward) if forward <= reverse else ("reverse", reverse)


def sample(places: Sequence[T], *, full: bool) -> list[T]:
    """All of few places; of many the first, the last, and some between them, always the same."""
    if full or len(places) <= MANY:
        return list(places)
    between = Random(SEED).sample(range(len(places)), SAMPLE)
    ends = (*range(SAMPLE // 4), *range(len(places) - SAMPLE // 4, len(places)))
    return [places[k] for k in sorted({*ends, *between})]


@dataclass(frozen=True)
class _Asked:
    """The matrix that is asked for, at the places that may be nonzero. question: its settings, for
    no derivative yet. full: hold every entry against the truth, however many there are."""

    what: What
    problem: Problem
    question: Question
    backends: Sequence[str] | None
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    places: tuple[Place, ...]
    full: bool

    @cached_property
    def candidates(self) -> list[Place]:
        """The entries of a Jacobian; of a Hessian, those that symmetry does not repeat."""
        return [(i, j) for i, j in self.places if self.what == "jacobian" or i <= j]

    @cached_property
    def held(self) -> list[Key]:
        """The entries that are held against the truth."""
        return [self.key(place) for place in sample(self.candidates, full=self.full)]

    @property
    def sampled(self) -> bool:
        """Whether these are not all."""
        return len(self.held) < len(self.candidates)

    @cached_property
    def keys(self) -> list[Key | None]:
        """The key of each place; None where it is not held against the truth."""
        held = set(self.held)
        return [key if key in held else None for key in map(self.key, self.places)]

    def key(self, place: Place) -> Key:
        """Where an entry is asked for."""
        i, j = place
        if self.what == "jacobian":
            return i, self.columns[j]
        first, second = self.columns[min(i, j)], self.columns[max(i, j)]
        return 0, first if i == j else f"{first}{BY}{second}"

    @cached_property
    def functions(self) -> dict[int, Program]:
        """The functions whose derivatives are asked for, by number."""
        scalar = self.question.program
        if self.what == "hessian":
            return {0: scalar}
        wanted = sorted({n for n, _ in self.held}) if self.sampled else range(len(self.rows))
        return {n: only(scalar, n) for n in wanted}

    @cached_property
    def order(self) -> list[int]:
        """Which of the variables each column belongs to."""
        place = {name: i for i, name in enumerate(self.question.program.inputs)}
        return [place[name] for name in self.columns]

    @cached_property
    def filled(self) -> dict[int, set[str]]:
        """For each function the variables with an entry."""
        filled: dict[int, set[str]] = {n: set() for n in range(len(self.rows))}
        for i, j in self.places:
            filled[i if self.what == "jacobian" else 0].add(self.columns[j])
        return filled


def _compared(asked: _Asked, mode: str, count: int) -> MatrixComparison:
    """The matrix of the answers; mode, count: how products give it, and how many do."""
    problem, floats = asked.problem, asked.question.floats
    methods = chosen(asked.backends, asked.question.order)
    if asked.sampled and asked.backends is None:
        methods = []
    truths: dict[int, Truth] = {}
    rows: dict[int, tuple[Row, ...]] = {}
    for n in asked.functions:
        truths[n], rows[n] = _answers(asked, n, methods)
    certain = [None if key is None else truths[key[0]].derivative(key[1]) for key in asked.keys]
    results = [row.against(certain, floats) for row in _by_method(asked, rows)]
    if asked.backends is None and asked.question.dtype == "float64":
        row = _by_products(asked, certain, count)
        reasons = _reasons(asked, row, truths, backend(MODES[mode]))
        results.append(replace(row, remarks=tuple(dict.fromkeys(reasons))))
    results = _advised(results, full_digits(floats))
    remarks = [note for truth in truths.values() for note in truth.remarks]
    if asked.sampled:
        remarks.append(remark(Note.SAMPLED, asked=len(asked.held), entries=len(asked.places)))
    outputs = range(len(asked.rows) if asked.what == "jacobian" else 1)
    return MatrixComparison(
        what=asked.what,
        program=problem.program,
        rows=asked.rows,
        columns=asked.columns,
        places=asked.places,
        at=problem.at.texts(),
        shapes=problem.shapes,
        elements={name: c.text for name, c in problem.at.coordinates.items()},
        dtype=asked.question.dtype,
        kind=most_singular(truth.kind for truth in truths.values()),
        certified=all(truth.certified for truth in truths.values()),
        digits=asked.question.digits,
        value=tuple(truths[n].value if n in truths else None for n in outputs),
        truth=tuple(certain),
        status=tuple(
            UNASKED if key is None else _status(truths[key[0]].along[key[1]]) for key in asked.keys
        ),
        mode=mode,
        products=count,
        results=tuple(results),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _status(along: Coordinatewise) -> str:
    """What is certain of an entry."""
    if along.derivative is not None:
        return KNOWN
    if along.kind is Kind.UNDECIDED:
        return UNKNOWN
    return along.kind.value if along.kind.singular else INFINITE


def _answers(asked: _Asked, n: int, methods: Sequence[Backend]) -> tuple[Truth, tuple[Row, ...]]:
    """The truth about the derivatives of one function, and each method's, if it has any."""
    names = tuple(name for function, name in asked.held if function == n)
    question = replace(asked.question, program=asked.functions[n], names=names)
    flat = [name for name in asked.columns if name not in asked.filled[n]]
    beside = _beside(question, flat)
    if beside is not None and not names:
        return beside, ()
    truth, rows = answers(question, question.configured(methods))
    return truth if beside is None else _worse(truth, beside), rows


def _beside(question: Question, flat: Sequence[str]) -> Truth | None:
    """The truth along the variables without entries: where f steps or bends along one of them, the
    point is not smooth. None where f depends on none of them, but for a function without entries.
    """
    varying = used(question.program)
    names = sample([name for name in flat if name in varying], full=False)
    if not names and question.names:
        return None
    return replace(question, names=tuple(names or flat[:1]), order=1).truth()


def _worse(truth: Truth, beside: Truth) -> Truth:
    """The truth, with the kind of that beside it where this is more singular."""
    kind = most_singular([truth.kind, beside.kind])
    if kind is truth.kind:
        return truth
    certified = truth.certified and beside.certified
    remarks = tuple(dict.fromkeys((*truth.remarks, *beside.remarks)))
    return replace(truth, kind=kind, certified=certified, remarks=remarks)


def _by_method(asked: _Asked, rows: Mapping[int, Sequence[Row]]) -> Iterator[MatrixRow]:
    """One matrix for each method, from its rows for each function."""
    functions = [n for n, answered in rows.items() if answered]
    for of_method in zip(*(rows[n] for n in functions), strict=True):
        yield _of_method(asked, dict(zip(functions, of_method, strict=True)))


def _of_method(asked: _Asked, rows: Mapping[int, Row]) -> MatrixRow:
    """One method's matrix, from its row for each function."""
    every = list(rows.values())
    seconds = [row.seconds for row in every if row.seconds is not None]
    values = (None if key is None else rows[key[0]].derivative.get(key[1]) for key in asked.keys)
    return MatrixRow(
        backend=every[0].backend,
        values=tuple(values),
        evaluations=sum(row.evaluations for row in every),
        seconds=sum(seconds) if len(seconds) == len(every) else None,
        remarks=tuple(dict.fromkeys(remark for row in every for remark in row.remarks)),
    )


def _by_products(asked: _Asked, certain: Sequence[Quantity | None], count: int) -> MatrixRow:
    """The whole matrix by products with vectors, on arrays: every entry."""
    entries = _dense_entries if asked.what == "jacobian" else _sparse_entries
    values, seconds = entries(asked)
    row = MatrixRow(PRODUCTS, tuple(values), count, seconds)
    return row.against(certain, asked.question.floats)


def _dense_entries(asked: _Asked) -> tuple[list[float], float]:
    """The entries of the Jacobian at its places, and the seconds that it takes."""
    run = products.jacobian(asked.problem.program)
    dense, seconds = warm(run, *asked.problem.arrays())
    return [float(dense[i, asked.order[j]]) for i, j in asked.places], seconds


def _sparse_entries(asked: _Asked) -> tuple[list[float], float]:
    """The entries of the Hessian at its places, and the seconds that it takes."""
    run, order = products.hessian(asked.problem.program), asked.order
    sparse, seconds = warm(run, *asked.problem.arrays())
    entries = dict(zip(_places(sparse.pattern), sparse.data.tolist(), strict=True))
    return [entries.get((order[i], order[j]), 0.0) for i, j in asked.places], seconds


def _reasons(
    asked: _Asked, row: MatrixRow, truths: Mapping[int, Truth], method: Backend
) -> Iterator[Remark]:
    """Why entries of whole products are wrong or not finite, as the backend of their mode says."""
    method = method.configured(asked.question.order)
    questions = {n: replace(asked.question, program=f) for n, f in asked.functions.items()}
    values = {n: question.value() for n, question in questions.items()}
    for key, value in zip(asked.keys, row.values, strict=True):
        if key is None:
            continue
        n, name = key
        errors = Errors(value, truths[n].exact(name), asked.question.floats)
        answer = Answer(method, name, errors, f=values[n])
        yield from verdict(questions[n], truths[n], answer)


def _advised(results: Sequence[MatrixRow], full: float) -> list[MatrixRow]:
    """The rows, whose notes name the methods that do better for the matrix as a whole."""
    digits = {row.backend: known_digits(row.values, row.digits) for row in results}
    return [
        replace(row, remarks=tuple(counsel(one, row.backend, digits, full) for one in row.remarks))
        for row in results
    ]
