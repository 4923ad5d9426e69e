"""Correct digits of every method along an interval: where does each of them fail, and why?"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from diffcmp.accuracy.judging.errors import full_digits
from diffcmp.accuracy.judging.question import Progress, Question, format_named, silent
from diffcmp.accuracy.judging.record import Map, Place, Sample, Stretch, Track
from diffcmp.accuracy.mapping.grid import grid, merged, position, value
from diffcmp.accuracy.mapping.landmarks import landmarks
from diffcmp.accuracy.mapping.places import Reply, places, reply
from diffcmp.accuracy.verdicts.rows import counsel
from diffcmp.backends.protocol import Backend
from diffcmp.backends.registry import chosen
from diffcmp.deadline import Deadline, within_timeout
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
from diffcmp.settings import checked
from diffcmp.truth.record import Kind, Truth, text_of

POINTS = 401  # 400 equal steps: between whole numbers their ends are short decimals
# of the timeout, at all points: floating point needs little of it, sympy may not end
FOR_TRUTH, FOR_METHOD = 0.4, 0.25
COARSE = 64  # points that are asked for before landmarks, which may take long


@checked
@within_timeout
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
    progress: Progress = silent,
) -> Map:
    """Every backend along one variable from `start` to `stop`, held against the certified
    derivative at each point.

    Parameters as in `compare`, and these:
    wrt: the variable that runs and that f is differentiated by; by default the one that `at` does
        not fix.
    points: how many, evenly spaced, or in equal ratios with `log`. Zero is added where it lies
        between the ends, and so is every place that `landmarks` finds.
    timeout: of all; what takes longer than its share is asked at fewer points, evenly spread, and a
        remark says so.

    Raises
    ------
    InputError: for an expression, interval, name or number that makes no sense.

    >>> record = map("sin(x)/x", -1, 1, points=21, backends=["dual"])
    >>> [(record.points[s.first].at, s.kind.value) for s in record.special], record.tracks[0].worst
    ([('0', 'removable')], 0.0)
    """
    if at is not None and not isinstance(at, Mapping):
        raise InputError(Fault.POINT_NAME, piece=at)
    program, fixed = function_of_numbers(expr, at or {}, wrt)
    name = running(program, fixed, wrt)
    floats, whole = format_named(dtype), Deadline.for_waiting(timeout)
    question = Question(program, Point(fixed), (name,), 1, floats, digits)
    methods = chosen(backends)
    even = grid(coordinate(start), coordinate(stop), points, log, floats)
    special = _between(question, even)
    course = [even[0], *merged([*even[1:-1], *special]), even[-1]]
    early = [i for i, x in enumerate(course) if x in special]
    progress("certified derivative")
    deadline = Deadline.after(timeout * FOR_TRUTH)
    stops = _stops(replace(question, deadline=deadline), course, early)
    remarks = {r.note: r for stop in stops.values() for r in stop.truth.remarks}
    asked = [stops[i] for i in sorted(stops)]
    tracks = {}
    for k, method in enumerate(sorted(methods, key=lambda method: method.waits)):
        progress(method.name)
        seconds = min(FOR_METHOD * timeout, whole.share(len(methods) - k))
        tracks[method.name] = _track(method, question, asked, Deadline.after(seconds))
    return Map(
        program=program,
        variable=name,
        at={n: c.text for n, c in fixed.items()},
        start=even[0].text,
        stop=even[-1].text,
        spacing="log" if log else "linear",
        dtype=dtype,
        kernel=floats.kernel,
        digits=digits,
        full=full_digits(floats),
        certified=all(stop.truth.certified for stop in asked),
        points=tuple(_sample(stop, name, digits) for stop in asked),
        special=tuple(stretches([stop.truth.kind for stop in asked])),
        tracks=tuple(advised(tracks, method.name) for method in methods),
        remarks=(*unasked(len(asked), len(course), deadline), *remarks.values()),
    )


def function_of_numbers(
    expr: str | Program, at: Mapping[str, Values], wrt: str | None
) -> tuple[Program, dict[str, Coordinate]]:
    """The function as one of numbers, and those that are fixed, without an `x[0]` that runs."""
    arrays = {name: array_of(given) for name, given in at.items()}
    if not isinstance(expr, Program):
        expr = parse(expr, (), {name: array.shape for name, array in arrays.items()})
    fixed: dict[str, Coordinate] = {}
    for name, array in arrays.items():
        numbers = dict(zip(components(name, array.shape), array.flat, strict=True))
        if array.shape and wrt in numbers:
            del numbers[wrt]
        fixed |= numbers
    return scalarised(number_valued(expr)), fixed


def running(program: Program, fixed: Mapping[str, Coordinate], wrt: str | None) -> str:
    """The variable that runs: the one asked for, or the only one that is not fixed.

    Raises InputError where it is not one of the program's, is fixed too, or another is neither
    fixed nor running.
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
        example = ",".join(f"{name}=1" for name in missing)
        raise InputError(Fault.POINT_MISSING, names=", ".join(missing), example=example)
    return chosen_name


@dataclass(frozen=True, slots=True)
class Stop:
    """A point of the interval, whether it is a landmark, what is asked there, and the truth."""

    at: Coordinate
    landmark: bool
    question: Question
    truth: Truth


def _between(question: Question, even: Sequence[Coordinate]) -> set[Coordinate]:
    """The landmarks between the ends of a grid."""
    fixed = {name: c.program for name, c in question.where.coordinates.items()}
    where = [position(x) for x in even]
    low, high = value(even[0]), value(even[-1])
    marks = landmarks(question.program, question.names[0], fixed, where)
    return {x for x in marks if low < value(x) < high}


def _stops(
    question: Question, course: Sequence[Coordinate], early: Sequence[int]
) -> dict[int, Stop]:
    """The truth along the interval, as far as the time allows but at both ends always, in the order
    in which it was asked for. The point of `question` lacks the variable that runs."""
    (name,) = question.names
    stops: dict[int, Stop] = {}
    for i in coarse_to_fine(len(course), early):
        if len(stops) >= 2 and not question.deadline.left():
            break
        coordinates = question.where.coordinates | {name: course[i]}
        where = Point({n: coordinates[n] for n in question.program.inputs})
        asked = replace(question, where=where)
        stops[i] = Stop(course[i], i in early, asked, asked.truth())
    return stops


def _track(method: Backend, question: Question, stops: Sequence[Stop], deadline: Deadline) -> Track:
    """One method along the interval, as far as the time allows."""
    replies = _replies(method.configured(deadline=deadline), question, stops, deadline)
    worst, left_out = places(replies)
    digits = tuple(None if r is None else r.digits for r in replies)
    counted = [(d, i) for i, d in enumerate(digits) if d is not None]
    fewest, index = min(counted, default=(None, None))
    half = full_digits(question.floats) / 2
    asked = [r for r in replies if r is not None]
    silent = next((r.remarks for r in asked if r.value is None), ())
    return Track(
        backend=method.name,
        derivative=tuple(None if r is None else r.value for r in replies),
        digits=digits,
        median=statistics.median(d for d, _ in counted) if counted else None,
        worst=fewest,
        worst_at=index,
        expected=method.expected_digits(question.floats),
        below_half=sum(d < half for d, _ in counted) / len(counted) if counted else None,
        places=worst,
        places_left_out=left_out,
        remarks=(*unasked(len(asked), len(stops), deadline), *silent),
    )


def advised(tracks: Mapping[str, Track], name: str) -> Track:
    """One method's track, in whose notes other methods stand with the digits that they have at that
    very place."""
    track = tracks[name]
    places = tuple(_advised(tracks, name, place) for place in track.places)
    return replace(track, places=places)


def _advised(tracks: Mapping[str, Track], name: str, place: Place) -> Place:
    values = {n: track.derivative[place.at] for n, track in tracks.items()}
    digits = {n: tracks[n].digits[place.at] for n, value in values.items() if value is not None}
    return replace(place, remarks=tuple(counsel(reason, name, digits) for reason in place.remarks))


def _replies(
    method: Backend, question: Question, stops: Sequence[Stop], deadline: Deadline
) -> list[Reply | None]:
    """The answers at the stops; None where the time did not suffice. What was cut short by the
    deadline is no answer, except at the first."""
    ready = method.prepare(question.program, question.names, 1, question.dtype)
    replies: list[Reply | None] = [None] * len(stops)
    for i in coarse_to_fine(len(stops), [k for k, stop in enumerate(stops) if stop.landmark]):
        stop = stops[i]
        estimate = ready(stop.question.where)
        late = not deadline.left()
        if not late or i == 0:
            replies[i] = reply(method, stop.question, stop.truth, estimate)
        if late:
            break
    return replies


def unasked(asked: int, points: int, deadline: Deadline) -> Sequence[Remark]:
    """The remark that the time did not suffice for all points, if it did not."""
    if asked == points:
        return ()
    return (remark(Note.UNASKED, asked=asked, points=points, seconds=deadline.spent()),)


def coarse_to_fine(count: int, early: Sequence[int] = ()) -> list[int]:
    """The numbers below `count`, ends first, then ever finer, so that they are evenly spread
    wherever one stops. Those in `early` come after the first 64.

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


def _sample(stop: Stop, name: str, digits: int) -> Sample:
    along = stop.truth.along[name]
    sides = (None, None) if along.derivative is not None else (along.left, along.right)
    left, right = (text_of(side, digits) for side in sides)
    derivative = text_of(along.derivative, digits)
    return Sample(stop.at.text, position(stop.at), along.kind, derivative, left, right)


def stretches(kinds: Sequence[Kind]) -> list[Stretch]:
    """The runs of points of one kind that are not smooth."""
    runs: list[Stretch] = []
    for kind, run in groupby(range(len(kinds)), key=kinds.__getitem__):
        if kind is not Kind.SMOOTH:
            first, *others = run
            runs.append(Stretch(kind, first, others[-1] if others else first))
    return runs
