"""The results: a `Comparison` of backends at one point, a `Sweep` over step sizes, a `Map` over an
interval. Plain fields, nothing computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from diffcmp.accuracy.judging.components import Shapes, packed
from diffcmp.accuracy.judging.errors import Size
from diffcmp.arithmetic.floats import finite
from diffcmp.notes import Remark
from diffcmp.program.ir import Program
from diffcmp.truth.record import Kind, Truth

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One backend's answer, held against the truth. Each mapping has an entry for every derivative
    asked for, by its name (`engines.partials`), and `h` one for each variable that was moved.

    h: the step size, None for a method without one. rule: how it was chosen ("√u·max(|x|, 1)",
    "given"). abs_error, rel_error, digits, ulps: against the certified derivative, as `Errors`
    defines them; None where there is none. seconds: per call, the median of repeats. expression:
    the derivative in symbols. worst: the component that is farthest off, and norm_error its error
    over the largest certified component.
    """

    backend: str
    value: Any
    derivative: dict[str, Any]
    h: dict[str, float] | None
    rule: str
    abs_error: dict[str, Size | None]
    rel_error: dict[str, Size | None]
    digits: dict[str, float | None]
    ulps: dict[str, Size | None]
    evaluations: int
    seconds: float | None
    remarks: tuple[Remark, ...] = ()
    expression: dict[str, str] | None = None
    worst: str | None = None
    norm_error: Size | None = None

    def to_dict(self, shapes: Shapes | None = None) -> dict[str, Any]:
        """The row as the JSON form has it, with vectors as lists, given the variables' shapes."""
        shapes = shapes or {}
        errors = "abs_error rel_error digits ulps".split()
        return {
            "backend": self.backend,
            "value": plain(self.value),
            "derivative": packed(self.derivative, shapes, plain),
            "h": _step(self.h, shapes),
            "rule": self.rule or None,
            **{name: packed(getattr(self, name), shapes, plain) for name in errors},
            **fields(self, "worst norm_error evaluations seconds"),
            "expression": None if self.expression is None else packed(self.expression, shapes),
            "notes": [note.to_dict() for note in self.remarks],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Every backend at one point, against the truth.

    program: of numbers. at: what the user called the values. shapes: of the variables as typed,
    where some are vectors or matrices. elements: the exact numbers of the point by component, where
    these are not what the user called the values.
    """

    program: Program
    wrt: tuple[str, ...]
    at: dict[str, str]
    dtype: str
    kernel: str
    truth: Truth
    rows: tuple[Row, ...]
    shapes: Shapes = field(default_factory=dict)
    elements: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        methods = ", ".join(row.backend for row in self.rows)
        return f"<Comparison of {_place(self.program, self.at)}: {methods}>"

    def coordinate(self, name: str) -> str:
        """The exact number at which one component of the point is."""
        return self.elements.get(name) or self.at[name]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp compare`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "expression": self.program.text,
            "order": self.truth.order,
            "variables": list(packed(dict.fromkeys(self.wrt), self.shapes)),
            "at": packed(self.elements, self.shapes) if self.shapes else self.at,
            "dtype": self.dtype,
            "kernel": self.kernel,
            "truth": _truth(self.truth, self.shapes),
            "results": [row.to_dict(self.shapes) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step size: the estimate and the three parts of its error, which add up to `total`.

    The estimate and the parts are decimal strings of enough digits that they add up; None where
    there is no such number: no derivative to compare with, or a stencil that leaves the domain. An
    estimate that is not finite is "nan", "inf" or "-inf".
    """

    h: float
    estimate: str
    total: str | None
    truncation: str | None
    roundoff: str | None
    representation: str | None

    def to_dict(self) -> dict[str, Any]:
        """The step as the JSON form has it."""
        return asdict(self) | {"h": plain(self.h)}


@dataclass(frozen=True, slots=True)
class Series:
    """One method over all step sizes.

    fitted_order: the slope of log|truncation| over log h, None where the truncation error vanishes
    or is unknown. roundoff_slope: that of log|roundoff|, about minus the order of the derivative
    for differences. best_h: the step with the smallest total error, of `rows` and `default`.
    as_good: the smallest and the largest of the steps about it that give as many digits, to half a
    digit; None where no other does. predicted_h: where theory puts the best one, None where there
    is no theory, or f″ = 0, or f is exact. noise: the roundoff of f beside the point that theory
    reckons with, a root mean square; 0 where f is exact, None where it plays no part. default_h:
    that of the method's rule; default: what it gives. digits_lost: by default_h against best_h, in
    decimal digits.
    """

    backend: str
    order: int
    fitted_order: float | None
    best_h: float | None
    predicted_h: float | None
    default_h: float
    rule: str
    best_digits: float | None
    default_digits: float | None
    rows: tuple[Step, ...]
    remarks: tuple[Remark, ...] = ()
    roundoff_slope: float | None = None
    as_good: tuple[float, float] | None = None
    noise: Size | None = None
    default: Step | None = None

    @property
    def digits_lost(self) -> float | None:
        """By `default_h` against `best_h`, in decimal digits."""
        if self.best_digits is None or self.default_digits is None:
            return None
        return self.best_digits - self.default_digits

    def to_dict(self) -> dict[str, Any]:
        """The series as the JSON form has it."""
        steps = "best_h predicted_h default_h best_digits default_digits digits_lost"
        return {
            **fields(self, f"backend fitted_order roundoff_slope {steps}"),
            "as_good": None if self.as_good is None else list(map(plain, self.as_good)),
            "noise": plain(self.noise),
            "default": None if self.default is None else self.default.to_dict(),
            "notes": [note.to_dict() for note in self.remarks],
            "rows": [row.to_dict() for row in self.rows],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Sweep:
    """The three parts of the error of every method with a step, over a grid of step sizes."""

    program: Program
    variable: str
    at: dict[str, str]
    dtype: str
    kernel: str
    truth: Truth
    series: tuple[Series, ...]

    def __repr__(self) -> str:
        methods = ", ".join(series.backend for series in self.series)
        return f"<Sweep of {_place(self.program, self.at)}: {methods}>"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp sweep`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "expression": self.program.text,
            "order": self.truth.order,
            "variables": [self.variable],
            "at": self.at,
            "dtype": self.dtype,
            "kernel": self.kernel,
            "truth": self.truth.to_dict(),
            "series": [series.to_dict() for series in self.series],
        }


@dataclass(frozen=True, slots=True)
class Sample:
    """One point of a map, and what is certain there.

    at: the exact point, a decimal, a fraction or a constant such as "pi/2". x: the float64 nearest
    to it. derivative: the certified one as a decimal string, None where there is none; left, right:
    where these differ from it.
    """

    at: str
    x: float
    kind: Kind
    derivative: str | None
    left: str | None = None
    right: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The point as the JSON form has it."""
        return asdict(self) | {"kind": self.kind.value}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring points of a map, `first` to `last`, that are of one kind and not smooth."""

    kind: Kind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a method has fewer correct digits than it should: neighbouring points of a map, few
    good ones among them.

    first, last, at: indices of points; `at` is that with the fewest digits. digits: there; None
    where no derivative exists and the method gives a number nevertheless. derivative: what it
    gives. points: how many of them fail. remarks: why.
    """

    first: int
    last: int
    at: int
    digits: float | None
    derivative: Any
    points: int
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """One method along x.

    derivative: at each point a number of the dtype, nan where the method fails, None where it was
    not asked or has nothing to say. digits: correct ones; None too where there is no certified
    derivative. median, worst: of the digits. worst_at: the index of the first point with the
    fewest. expected: the digits that a sound method of its order has at least. below_half: the
    share of points with less than half the digits of the dtype. places: the worst ones, along x.
    places_left_out: how many more there are. remarks: about the whole.
    """

    backend: str
    derivative: tuple[Any, ...]
    digits: tuple[float | None, ...]
    median: float | None
    worst: float | None
    worst_at: int | None
    expected: float
    below_half: float | None
    places: tuple[Place, ...]
    places_left_out: int
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Map:
    """Correct digits of every method along an interval, and the points in it where something
    happens.

    variable: the one that runs. at: the values of the others. start, stop: the ends as typed.
    digits: of the truth. full: the digits that the dtype holds. certified: whether every truth is
    proven.
    """

    program: Program
    variable: str
    at: dict[str, str]
    start: str
    stop: str
    spacing: Literal["linear", "log"]
    dtype: str
    kernel: str
    digits: int
    full: float
    certified: bool
    points: tuple[Sample, ...]
    special: tuple[Stretch, ...]
    tracks: tuple[Track, ...]
    remarks: tuple[Remark, ...] = ()

    def __repr__(self) -> str:
        return f"<Map of {self.program.text!r}, {self.variable} from {self.start} to {self.stop}>"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp map`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "expression": self.program.text,
            "variables": [self.variable],
            "at": self.at,
            "from": self.start,
            "to": self.stop,
            **fields(self, "spacing dtype kernel digits certified"),
            "notes": [note.to_dict() for note in self.remarks],
            "points": [point.to_dict() for point in self.points],
            "special": [self._stretch(stretch) for stretch in self.special],
            "methods": [self._method(track) for track in self.tracks],
        }

    def _stretch(self, stretch: Stretch) -> dict[str, Any]:
        return {
            "kind": stretch.kind.value,
            "from": self.points[stretch.first].at,
            "to": self.points[stretch.last].at,
            "points": stretch.last - stretch.first + 1,
        }

    def _method(self, track: Track) -> dict[str, Any]:
        return {
            "backend": track.backend,
            "median_digits": track.median,
            "worst_digits": track.worst,
            "worst_at": None if track.worst_at is None else self.points[track.worst_at].at,
            "expected_digits": track.expected,
            "below_half": track.below_half,
            "derivative": list(map(plain, track.derivative)),
            "digits": list(track.digits),
            "places": [self._place(place) for place in track.places],
            "places_left_out": track.places_left_out,
            "notes": [note.to_dict() for note in track.remarks],
        }

    def _place(self, place: Place) -> dict[str, Any]:
        return {
            "from": self.points[place.first].at,
            "to": self.points[place.last].at,
            "at": self.points[place.at].at,
            **fields(place, "digits derivative points"),
            "notes": [note.to_dict() for note in place.remarks],
        }


def fields(record: object, names: str) -> dict[str, Any]:
    """Fields of a record by name, in the order of the names, their numbers as JSON has them."""
    return {name: _json(getattr(record, name)) for name in names.split()}


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | int) else plain(value)


def _place(program: Program, at: Mapping[str, str]) -> str:
    """A function and a point, for a debugger."""
    return f"{program.text!r} at {', '.join(f'{name} = {value}' for name, value in at.items())}"


def _truth(truth: Truth, shapes: Shapes) -> dict[str, Any]:
    """The truth as the JSON form has it, the components of vectors as lists."""
    form = truth.to_dict()
    return form | {key: packed(form[key], shapes) for key in ("derivative", "left", "right")}


def _step(h: dict[str, float] | None, shapes: Shapes) -> Any:
    """The step size: one number, or one for each variable where they differ."""
    if h is None:
        return None
    steps = {name: plain(step) for name, step in h.items()}
    several = set(steps.values())
    return several.pop() if len(several) == 1 else packed(steps, shapes)


def plain(value: Any) -> Any:
    """A number as JSON has it: a Python number, or "nan", "inf", "-inf", or None.

    A longdouble, which has more digits than a JSON reader keeps, is a decimal string, and so is
    what lies beyond float64.
    """
    if value is None:
        return None
    dtype = type(value).__name__
    if dtype == "Decimal" or (dtype == "longdouble" and finite(value)):
        return str(value).lower()
    number = float(str(value)) if dtype in ("float16", "float32") else float(value)
    return number if math.isfinite(number) else str(number)
