"""Maps: the grid, the places where something happens, the digits against mpmath, and the
reasons."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcmp import InputError, Map, map
from diffcmp.accuracy import map as module
from diffcmp.accuracy.judging.record import Place, Track
from diffcmp.accuracy.map import coarse_to_fine, stretches
from diffcmp.accuracy.mapping.grid import grid, value
from diffcmp.accuracy.mapping.landmarks import landmarks
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Estimate
from diffcmp.language.parser import parse
from diffcmp.notes import Cause, Note
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point
from diffcmp.truth.record import Kind

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
COSINE = "(1-cos(x))/x**2"


def track(found: Map, backend: str) -> Track:
    return next(t for t in found.tracks if t.backend == backend)


def noted(place: Place) -> list[Note]:
    return [r.note for r in place.remarks]


def ends(found: Map, place: Place) -> tuple[str, str, str]:
    return found.points[place.first].at, found.points[place.at].at, found.points[place.last].at


def special(found: Map) -> list[tuple[str, str, str]]:
    return [
        (s.kind.value, found.points[s.first].at, found.points[s.last].at) for s in found.special
    ]


# the grid -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "stop", "count", "log", "texts"), [
    ("-1", "1", 5, False, ["-1", "-0.5", "0", "0.5", "1"]),
    ("-1", "1", 4, False, ["-1", "(-1/3)", "0", "(1/3)", "1"]),       # zero is added
    ("0", "0.3", 4, False, ["0", "0.1", "0.2", "0.3"]),
    ("0", "pi", 3, False, ["0", "1.57079632679", "pi"]),              # the ends as typed, a short decimal between
    ("1e-3", "1", 4, True, ["1e-3", "0.01", "0.1", "1"]),
    ("-100", "-1", 3, True, ["-100", "-10", "-1"]),
    ("1", "2", 2, False, ["1", "2"]),
])  # fmt: skip
def test_grid(start: str, stop: str, count: int, log: bool, texts: list[str]) -> None:
    found = grid(coordinate(start), coordinate(stop), count, log, Floats())
    assert [c.text for c in found] == texts


@given(st.fractions(-100, 100), st.fractions("1/1000", 100), st.integers(2, 60))
def test_the_grid_is_even_and_holds_both_ends_and_zero(
    start: Fraction, length: Fraction, count: int
) -> None:
    found = [
        value(c)
        for c in grid(coordinate(start), coordinate(start + length), count, False, Floats())
    ]
    assert (found[0], found[-1]) == (start, start + length)
    assert set(found) - {0} == {start + length * i / (count - 1) for i in range(count)} - {0}
    assert found == sorted(set(found))
    assert (0 in found) or not start < 0 < start + length


@given(st.integers(1, 3000), st.lists(st.integers(0, 2999)))
def test_the_order_is_a_permutation(count: int, early: list[int]) -> None:
    assert sorted(coarse_to_fine(count, [i for i in early if i < count])) == list(range(count))


@pytest.mark.parametrize("asked", [10, 65, 130, 400])
def test_stopping_anywhere_leaves_the_points_evenly_spread(asked: int) -> None:
    found = sorted(coarse_to_fine(401)[:asked])
    gaps = [b - a for a, b in pairwise(found)]
    assert max(gaps) <= 4 * 401 / asked


# where something may happen
# -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("expr", "texts"), [
    ("abs(x-1/3)", ["(1/3)"]),
    ("tan(x)", ["-pi/2", "pi/2"]),
    ("1/(x-0.3)**2", ["0.3"]),
    ("sqrt(x+1)", ["-1"]),
    ("log(2-x)*asin(x)", ["-1", "1", "2"]),
    ("floor(x)", ["-1", "0", "1", "2"]),
    ("gamma(x)", ["-1", "0"]),
    ("where(x > 0.7, x, 1)", ["0.7"]),
    ("exp(x)*sin(x)", []),
    ("1/(x**2-2)", []),                                               # sqrt(2) is no short fraction
])  # fmt: skip
def test_landmarks(expr: str, texts: list[str]) -> None:
    between = [-1.9 + 4.2 * i / 17 for i in range(18)]
    found = landmarks(parse(expr), "x", {}, between)
    assert [c.text for c in found] == texts


def test_what_lies_between_the_points_is_found() -> None:
    found = map("abs(x-1)*exp(x)", 0, 2, points=400, backends=["dual", "forward"])
    assert special(found) == [("kink", "1", "1")]
    kink = found.points[found.special[0].first]
    assert kink.derivative is None
    assert (kink.left or "").startswith("-2.71828182845904523536")
    assert (kink.right or "").startswith("2.71828182845904523536")
    (place,) = track(found, "forward").places
    assert (ends(found, place), place.digits, noted(place)) == (("1", "1", "1"), None, [Note.KINK])


def test_stretches() -> None:
    kinds = [Kind.OUTSIDE, Kind.OUTSIDE, Kind.EDGE, Kind.SMOOTH, Kind.KINK, Kind.SMOOTH]
    assert [(s.kind, s.first, s.last) for s in stretches(kinds)] == [
        (Kind.OUTSIDE, 0, 1), (Kind.EDGE, 2, 2), (Kind.KINK, 4, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(("expr", "start", "stop", "happens"), [
    ("sqrt(x)", -1, 1, [("outside domain", "-1", "-0.1"), ("domain edge", "0", "0")]),
    ("1/x", -1, 1, [("pole", "0", "0")]),
    ("sin(x)/x", -3, 3, [("removable", "0", "0")]),
    ("exp(x)", -3, 3, []),
    ("floor(x)", 0, 2, [("jump", "0", "0"), ("jump", "1", "1"), ("jump", "2", "2")]),
])  # fmt: skip
def test_where_something_happens(expr: str, start: int, stop: int, happens: list[Any]) -> None:
    assert special(map(expr, start, stop, points=21, backends=["dual"])) == happens


# digits and reasons
# ---------------------------------------------------------------------------------------------------


def test_digits_against_mpmath() -> None:
    """f′ of (1 - cos x)/x² is (x·sin x - 2(1 - cos x))/x³; here in 80 digits."""
    found = map(COSINE, "1e-6", 1, points=40, log=True, backends=["dual", "central"])
    with mpmath.workdps(80):
        for i, sample in enumerate(found.points):
            x = mpmath.mpf(sample.at)
            true = (x * mpmath.sin(x) - 2 * (1 - mpmath.cos(x))) / x**3
            assert sample.derivative is not None
            assert abs(mpmath.mpf(sample.derivative) / true - 1) < mpmath.mpf(10) ** -29
            for one in found.tracks:
                error = abs(mpmath.mpf(one.derivative[i]) - true) / abs(true)
                digits = (
                    53 * math.log10(2)
                    if error == 0
                    else min(max(-float(mpmath.log10(error)), 0), 53 * math.log10(2))
                )
                assert one.digits[i] == pytest.approx(digits, abs=1e-6)


def test_a_summary_is_that_of_its_digits() -> None:
    found = map(COSINE, -1, 1, points=41, backends=["dual", "dual-lhopital"])
    for one in found.tracks:
        digits = sorted(d for d in one.digits if d is not None)
        assert one.median == digits[len(digits) // 2]
        assert one.worst == digits[0]
        assert one.worst_at is not None
        assert one.digits[one.worst_at] == one.worst
        assert one.below_half == sum(d < found.full / 2 for d in digits) / len(digits)


def test_zero_over_zero_and_the_roundoff_beside_it() -> None:
    found = map(COSINE, -1, 1, backends=["dual", "dual-lhopital"])
    (place,) = track(found, "dual").places
    assert ends(found, place)[1] == "0"
    assert (place.digits, math.isnan(place.derivative)) == (0, True)
    assert noted(place) == [Note.ZERO_OVER_ZERO, Note.CANCELLATION]
    careful = track(found, "dual-lhopital")
    assert all(found.points[p.at].at != "0" for p in careful.places)


def test_overflow_and_underflow_where_the_format_ends() -> None:
    """The largest double is exp(709.78…), the smallest normal one exp(-708.4)."""
    found = map("log(1+exp(x))", -800, 800, points=1601, backends=["dual"])
    low, high = track(found, "dual").places
    assert found.points[high.first].x == 710
    assert noted(high) == [Note.OVERFLOW]
    assert found.points[low.first].x == -800
    assert -725 <= found.points[low.last].x <= -708
    assert noted(low) == [Note.UNDERFLOW]


def test_a_tiny_derivative_is_not_blamed_on_truncation() -> None:
    found = map("log(1+exp(x))", -500, -300, points=3, backends=["forward"])
    (place,) = track(found, "forward").places
    assert [(one.note, one.cause) for one in place.remarks] == [(Note.INNER_LOSS, Cause.ABSORPTION)]


def test_several_variables() -> None:
    program = "x*y + z"
    found = map(program, 0, 1, at={"y": "2", "z": 1}, points=3, backends=["tape"])
    assert (found.variable, found.at) == ("x", {"y": "2", "z": "1"})
    assert {Fraction(s.derivative or "nan") for s in found.points} == {Fraction(2)}
    assert map("x*y", 0, 1, at={"x": 3}, wrt="y", points=3, backends=["tape"]).variable == "y"


@pytest.mark.parametrize("options", [
    {"expr": "sin(x)/x", "start": -3, "stop": 3},
    {"expr": "sqrt(x)", "start": -1, "stop": 1, "dtype": "longdouble"},
    {"expr": "x*y", "start": "-1e-3", "stop": "pi/4", "at": {"y": 2}, "dtype": "float32"},
    {"expr": "1/x", "start": -1, "stop": 1, "dtype": "float16"},
    {"expr": "x*sin(1/x)", "start": -1, "stop": 1},
])  # fmt: skip
def test_the_json_form_is_as_documented(options: dict[str, Any]) -> None:
    numeric = ["forward", "complex-step", "richardson", "dual", "tape-lhopital"]
    found = map(**options, points=11, backends=numeric).to_dict()
    jsonschema.validate(json.loads(json.dumps(found, allow_nan=False)), SCHEMA)
    assert all(
        len(m["digits"]) == len(m["derivative"]) == len(found["points"]) for m in found["methods"]
    )


@pytest.mark.parametrize(("start", "stop"), [("0.3", "1/3 - 1/30"), (1, 1), ("pi", 3)])
def test_an_empty_interval(start: str, stop: str) -> None:
    with pytest.raises(InputError, match="the interval is empty"):
        map("sin(x)", start, stop)


# methods of our own
# ---------------------------------------------------------------------------------------------------


class Given(Backend):
    """A backend that answers by a function of x, after a while."""

    summary = "for tests"

    def __init__(self, name: str, slope: Callable[[float], Any], seconds: float = 0.0) -> None:
        self.name, self.slope, self.seconds = name, slope, seconds

    def prepare(
        self, program: object, wrt: Sequence[str], order: int = 1, dtype: str = "float64"
    ) -> Any:
        def answer(point: Point) -> Estimate:
            time.sleep(self.seconds)
            return Estimate(None, {wrt[0]: self.slope(point.rounded(Floats())[0])}, 1)

        return answer


def test_a_wrong_method_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, right = Given("wrong", lambda x: 2 * math.cos(x)), Given("right", math.cos)
    monkeypatch.setattr(module, "chosen", lambda names: [wrong, right])
    found = map("sin(x)", 0, 1, points=50)
    (place,) = track(found, "wrong").places
    assert (place.first, place.last, place.points, track(found, "wrong").worst) == (0, 49, 50, 0)
    assert noted(place) == [Note.WRONG]
    assert track(found, "right").places == ()


def test_good_points_in_number_divide_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def slope(x: float) -> float:
        return 0.0 if 0.1 < x < 0.2 or (0.7 < x < 0.8 and abs(x - 0.75) > 0.006) else math.cos(x)

    monkeypatch.setattr(module, "chosen", lambda names: [Given("holes", slope)])
    found = map("sin(x)", 0, 1, points=101)
    assert [ends(found, p)[::2] for p in track(found, "holes").places] == [
        ("0.11", "0.19"),
        ("0.71", "0.79"),
    ]


def test_only_the_worst_places_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def slope(x: float) -> float:
        return math.cos(x) * (1 + 1e-5 * x) if round(100 * x) % 5 == 0 else math.cos(x)

    monkeypatch.setattr(module, "chosen", lambda names: [Given("spikes", slope)])
    found = map("sin(x)", "0.01", "1.01", points=101)
    (spikes,) = found.tracks
    assert len(spikes.places) == 8
    assert spikes.places_left_out == 12
    assert [found.points[p.at].at for p in spikes.places] == [
        "0.65",
        "0.7",
        "0.75",
        "0.8",
        "0.85",
        "0.9",
        "0.95",
        "1",
    ]


def test_a_slow_method_is_asked_at_fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "chosen", lambda names: [Given("slow", math.cos, 0.02)])
    found = map("sin(x)", 0, 1, timeout=0.8)
    (slow,) = found.tracks
    asked = [i for i, v in enumerate(slow.derivative) if v is not None]
    assert 1 <= len(asked) <= 10
    assert [r.note for r in slow.remarks] == [Note.UNASKED]
    assert len(found.points) == 401


def test_no_time_for_the_truth_leaves_the_ends() -> None:
    found = map("sin(x)", 0, 1, timeout=1e-9, backends=["dual"])
    assert [s.at for s in found.points] == ["0", "1"]
    assert [r.note for r in found.remarks] == [Note.UNASKED]


def test_an_element_of_a_vector_runs() -> None:
    found = map(
        "norm(x)*t", -1, 1, at={"x": [1, 2, 3], "t": 2}, wrt="x[0]", points=5, backends=["dual"]
    )
    assert (found.variable, found.at) == ("x[0]", {"x[1]": "2", "x[2]": "3", "t": "2"})
    assert found.points[0].derivative is not None
    assert float(found.points[0].derivative) == pytest.approx(-2 / math.sqrt(14))
