"""Correct digits of every method along an interval: where does each of them fail, and why?"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.accuracy.compare import configured, sensible
from diffcmp.accuracy.errors import absolute_error, correct_digits, full_digits
from diffcmp.accuracy.grid import grid, merged, position, value
from diffcmp.accuracy.landmarks import landmarks
from diffcmp.accuracy.places import Answers, places
from diffcmp.accuracy.record import Map, Sample, Stretch, Track
from diffcmp.accuracy.verdict import expected
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Estimate
from diffcmp.backends.registry import chosen
from diffcmp.deadline import Deadline
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.scalars import scalarised
from diffcmp.point.coordinate import Coordinate, Number, coordinate
from diffcmp.point.point import Point
from diffcmp.point.values import Values, array_of
from diffcmp.program.checks import differentiated, number_valued
from diffcmp.program.elements import components
from diffcmp.program.ir import Program
from diffcmp.truth.certify import truth
from diffcmp.truth.record import Kind, Quantity, Truth

POINTS = 401  # 400 equal steps: between whole numbers their ends are short decimals
FOR_TRUTH, FOR_METHOD = (
    0.4,
    0.25,
)  # of the timeout, at all points: floating point needs little of it, sympy may not end
COARSE = (
    64  # points that are asked for before those where something may happen, which may take long
)


def map(
    expr: str | Program,
    start: Number,
    stop: Number,
    *,
    at: Number | Mapping[str, Values] | None = None,
    wrt: str | None = None,
    points: int = POINTS,
    log: bool = False,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    digits: int = 30,
    timeout: float = 10.0,
    progress: Callable[[str], None] = lambda stage: None,
) -> Map:
    """Every backend along one variable from `start` to `stop`, held against the certified
    derivative at each point.

    Parameters as in `compare`, and these: wrt: the variable that runs and that f is differentiated
        by; the one that `at`
    does not fix by default. points: how many, evenly spaced, or in equal ratios with `log`. Zero is
    added where it lies between, and so is every place that `landmarks` finds. timeout: of all; what
    takes longer than its share is asked at fewer points, evenly spread, and a remark says so.

    Raises
    ------
    InputError: for an expression, interval, name or number that makes no sense.

    >>> found = map("sin(x)/x", -1, 1, points=21, backends=["dual"])
    >>> [(found.points[s.first].at, s.kind.value) for s in found.special], found.tracks[0].worst
    ([('0', 'removable')], 0.0)
    """
    if at is not None and not isinstance(at, Mapping):
        raise InputError(Fault.POINT_NAME, piece=at)
    program, fixed = numbers(expr, at or {}, wrt)
    name = running(program, fixed, wrt)
    sensible(dtype, digits)
    whole = Deadline.for_waiting(timeout)
    floats = Floats(dtype)
    methods = chosen(backends)
    wanted = grid(coordinate(start), coordinate(stop), points, log, floats)
    others = {n: c.program for n, c in fixed.items()}
    low, high = value(wanted[0]), value(wanted[-1])
    found = [
        c
        for c in landmarks(program, name, others, [position(c) for c in wanted])
        if low < value(c) < high
    ]
    everywhere = [wanted[0], *merged([*wanted[1:-1], *found]), wanted[-1]]
    progress("certified derivative")
    known, said = _certified(
        program, name, fixed, everywhere, set(found), digits, Deadline.after(timeout * FOR_TRUTH)
    )
    tracks = {}
    waiting_last = sorted(methods, key=lambda method: method.waits)
    for k, method in enumerate(waiting_last):
        progress(method.name)
        seconds = min(FOR_METHOD * timeout, whole.share(len(methods) - k))
        tracks[method.name] = _track(
            method, program, name, known, set(found), Deadline.after(seconds), floats
        )
    return Map(
        program,
        name,
        {n: c.text for n, c in fixed.items()},
        wanted[0].text,
        wanted[-1].text,
        "log" if log else "linear",
        dtype,
        floats.kernel,
        digits,
        full_digits(floats),
        all(k.truth.certified for k in known),
        tuple(_sample(k, name, digits) for k in known),
        tuple(stretches([k.truth.kind for k in known])),
        tuple(tracks[m.name] for m in methods),
        said,
    )


def numbers(
    expr: str | Program, at: Mapping[str, Values], wrt: str | None
) -> tuple[Program, dict[str, Coordinate]]:
    """The function as one of numbers, and those that are fixed: an element of a vector that runs
    (`x[0]`) is not."""
    values = {name: array_of(value) for name, value in at.items()}
    shapes = {name: value.shape for name, value in values.items()}
    program = number_valued(parse(expr, (), shapes) if isinstance(expr, str) else expr)
    fixed = {
        one: c
        for name, v in values.items()
        for one, c in zip(components(name, v.shape), v.flat, strict=True)
        if one != wrt or not v.shape
    }
    return scalarised(program), fixed


def running(program: Program, fixed: Mapping[str, Coordinate], wrt: str | None) -> str:
    """The variable that runs: the one asked for, or the only one that is not fixed.

    Raises
    ------
    InputError: where it is not one of the program's, is fixed too, or another is neither fixed nor
        running.
    """
    names = program.inputs
    if not names:
        raise InputError(Fault.NO_VARIABLE)
    for name in fixed:
        if name not in names:
            raise InputError(Fault.POINT_UNKNOWN, name=name, names=", ".join(names))
    free = [name for name in names if name not in fixed]
    if wrt is None and len(free) > 1:
        raise InputError(Fault.WRT_NEEDED, names=", ".join(free))
    chosen_name = differentiated(program, [wrt if wrt is not None else (free or names)[0]])[0]
    if chosen_name in fixed:
        raise InputError(Fault.RUNNING, name=chosen_name)
    missing = [name for name in free if name != chosen_name]
    if missing:
        raise InputError(
            Fault.POINT_MISSING,
            names=", ".join(missing),
            example=",".join(f"{n}=1" for n in missing),
        )
    return chosen_name


@dataclass(frozen=True, slots=True)
class Known:
    """A point, its coordinate along the interval, and the truth there."""

    where: Point
    running: Coordinate
    truth: Truth
    true: Fraction | None


def _certified(
    program: Program,
    name: str,
    fixed: Mapping[str, Coordinate],
    points: Sequence[Coordinate],
    landmarks: set[Coordinate],
    digits: int,
    deadline: Deadline,
) -> tuple[list[Known], tuple[Remark, ...]]:
    """The truth at the points, as far as the time allows but at both ends always, and what is to be
    said of it."""
    found: dict[int, Known] = {}
    for i in coarse_to_fine(len(points), [k for k, c in enumerate(points) if c in landmarks]):
        if len(found) >= 2 and not deadline.left():
            break
        where = Point({n: points[i] if n == name else fixed[n] for n in program.inputs})
        known = truth(program, where, [name], digits, deadline)
        quantity = known.derivative(name)
        found[i] = Known(where, points[i], known, None if quantity is None else quantity.exact)
    said = {r.note: r for k in found.values() for r in k.truth.remarks}
    return [found[i] for i in sorted(found)], (
        *unasked(len(found), len(points), deadline),
        *said.values(),
    )


def _track(
    method: Backend,
    program: Program,
    name: str,
    known: Sequence[Known],
    landmarks: set[Coordinate],
    deadline: Deadline,
    floats: Floats,
) -> Track:
    """One method at the points, as far as the time allows."""
    estimates = _asked(
        configured(method, None, deadline), program, name, known, landmarks, deadline, floats
    )
    values = tuple(None if e is None else e.derivative.get(name) for e in estimates)
    digits = tuple(_digits(v, k.true, floats) for v, k in zip(values, known, strict=True))
    answers = Answers(
        method,
        program,
        name,
        floats,
        [k.where for k in known],
        [k.truth for k in known],
        [k.true for k in known],
        estimates,
        values,
        digits,
    )
    worst, left_out = places(answers)
    counted = [(d, i) for i, d in enumerate(digits) if d is not None]
    fewest, index = min(counted, default=(None, None))
    half = full_digits(floats) / 2
    asked = sum(e is not None for e in estimates)
    nothing = next(
        (e.remarks for e, v in zip(estimates, values, strict=True) if e is not None and v is None),
        (),
    )
    return Track(
        method.name,
        values,
        digits,
        statistics.median(d for d, _ in counted) if counted else None,
        fewest,
        index,
        expected(method, floats),
        sum(d < half for d, _ in counted) / len(counted) if counted else None,
        worst,
        left_out,
        (*unasked(asked, len(known), deadline), *nothing),
    )


def _asked(
    method: Backend,
    program: Program,
    name: str,
    known: Sequence[Known],
    landmarks: set[Coordinate],
    deadline: Deadline,
    floats: Floats,
) -> list[Estimate | None]:
    """The answers at the points; None where the time did not suffice. What was cut short by the
    deadline is no answer."""
    ready = method.prepare(program, [name], 1, floats.dtype)
    found: list[Estimate | None] = [None] * len(known)
    for i in coarse_to_fine(len(known), [k for k, c in enumerate(known) if c.running in landmarks]):
        estimate = ready(known[i].where)
        late = not deadline.left()
        if not late or i == 0:
            found[i] = estimate
        if late:
            break
    return found


def unasked(asked: int, points: int, deadline: Deadline) -> tuple[Remark, ...]:
    """Says that the time did not suffice for all points."""
    return (
        (remark(Note.UNASKED, asked=asked, points=points, seconds=deadline.spent()),)
        if asked < points
        else ()
    )


def coarse_to_fine(count: int, early: Sequence[int] = ()) -> list[int]:
    """The numbers below `count`, ends first, then ever finer, so that to stop anywhere leaves them
    evenly spread.

    Those in `early` come after the first 64.

    >>> coarse_to_fine(6), coarse_to_fine(1)
    ([0, 5, 4, 2, 1, 3], [0])
    """
    order = dict.fromkeys([0, count - 1])
    stride = 1 << max(count - 1, 1).bit_length()
    while stride >= 1:
        if len(order) >= COARSE:
            order |= dict.fromkeys(early)
        order |= dict.fromkeys(range(0, count, stride))
        stride //= 2
    return list(order)


def _digits(value: Any, true: Fraction | None, floats: Floats) -> float | None:
    return (
        None
        if value is None or true is None
        else correct_digits(absolute_error(value, true), true, floats)
    )


def _sample(known: Known, name: str, digits: int) -> Sample:
    here = known.truth.along[name]

    def text(quantity: Quantity | None) -> str | None:
        return None if quantity is None else quantity.text(digits)

    sides = (None, None) if here.derivative is not None else (text(here.left), text(here.right))
    at = known.running
    return Sample(at.text, position(at), here.kind, text(here.derivative), *sides)


def stretches(kinds: Sequence[Kind]) -> list[Stretch]:
    """The runs of points of one kind that are not smooth."""
    found: list[Stretch] = []
    for i, kind in enumerate(kinds):
        if kind is not Kind.SMOOTH:
            if found and found[-1].kind is kind and found[-1].last == i - 1:
                found[-1] = Stretch(kind, found[-1].first, i)
            else:
                found.append(Stretch(kind, i, i))
    return found
