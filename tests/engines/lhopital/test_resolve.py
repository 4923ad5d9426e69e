"""Engines that know L'Hôpital's rule: textbook limits, branches, guards, and the bound that says
what is zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from diffcmp import compare, derivative
from diffcmp.notes import Note

ENGINES = ["dual-lhopital", "tape-lhopital"]


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("(t**2-4)/(t-2)", 2.0, 1), ("sin(x)/x", 0.0, 0), ("(exp(x)-1)/x", 0.0, 0.5), ("log(1+x)/x", 0.0, -0.5),
    ("1/x - 1/sin(x)", 0.0, -1 / 6), ("1/tanh(x) - 1/x", 0.0, 1 / 3), ("(1+sin(x))**(1/x)", 0.0, -math.e / 2),
    ("(sqrt(x)-2)/(x-4)", 4.0, -1 / 64), ("x/(exp(x)-1)", 0.0, -0.5), ("sqrt(x**4)", 0.0, 0), ("(x**(1/3)-2)/(x-8)", 8.0, -1 / 288),
    ("where(x < 1, x, sqrt(x))", 0.0, 1), ("where(x == 0, 1, (exp(x)-1)/x)", 0.0, 0.5),
    ("where(x != 2, (x**2-4)/(x-2), 4)", 2.0, 1), ("x*abs(x)", 0.0, 0), ("exp(2*x)*sin(x)", 0.3, None),
])  # fmt: skip
def test_derivative(expr: str, at: float, slope: float | None, backend: str) -> None:
    known = derivative(expr, "dual")(at) if slope is None else slope
    assert derivative(expr, backend)(at) == pytest.approx(known, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(
    ("expr", "at", "slope"),
    [("sin(x)/(x-pi)", "pi", 0), ("(x-1)/sin(pi*x)", "1", 0), ("(x-0.3)/(10*x-3)", "0.3", 0)],
)
def test_the_rounded_point_is_exact(expr: str, at: str, slope: float, backend: str) -> None:
    """It lies beside the zero of the divisor, or on it: more bits tell."""
    (row,) = compare(expr, at, backends=[backend]).rows
    assert row.derivative["x"] == pytest.approx(slope, abs=1e-13)
    assert row.remarks


@pytest.mark.parametrize("backend", ENGINES)
def test_a_limit_that_depends_on_the_direction(backend: str) -> None:
    (row,) = compare("x*y/(x**2+y**2)", {"x": 0, "y": 0}, backends=[backend]).rows
    assert Note.DIRECTION in {r.note for r in row.remarks}
    assert all(math.isnan(d) for d in row.derivative.values())


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("(x**2-y**2)/(x-y)", 1, 1), ("(sin(x)-sin(y))/(x-y)", 0.5, -math.sin(0.5) / 2), ("(x-y)/(x-y)", 3, 0),
])  # fmt: skip
def test_a_direction_in_which_f_is_undefined_says_nothing(
    expr: str, at: float, slope: float, backend: str
) -> None:
    (row,) = compare(expr, {"x": at, "y": at}, backends=[backend]).rows
    assert list(row.derivative.values()) == [pytest.approx(slope, rel=1e-12)] * 2
    assert {r.note for r in row.remarks} == {Note.RESOLVED}


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("(x-pi/2)*tan(x)", "pi/2", 0), ("(1-x)*tan(pi*x/2)", "1", 0), ("gamma(sin(x))*sin(x)", "pi", 0.57721566490153286),
    ("gamma(2*cos(x))*(2*cos(x)+1)", "2*pi/3", math.sqrt(3) * (1 - 0.57721566490153286)),
])  # fmt: skip
def test_a_pole_that_no_float_meets(expr: str, at: str, slope: float, backend: str) -> None:
    (row,) = compare(expr, at, backends=[backend]).rows
    assert row.derivative["x"] == pytest.approx(slope, rel=1e-12, abs=1e-12)
    assert {r.note for r in row.remarks} & {Note.RESOLVED, Note.REFINED, Note.WIDENED}


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("x*1e400/1e400", 2.0, 1), ("x/1e400*1e400", 2.0, 1), ("abs(exp(x)-1-1e-500)", 0.0, -1), ("(exp(x)-1)/x", 1e-300, 0.5),
    ("(sin(x)-x)/x**3", 1e-100, 1e-100 / 60),
])  # fmt: skip
def test_literals_and_points_far_beyond_the_format(
    expr: str, at: float, slope: float, backend: str
) -> None:
    (row,) = compare(expr, at, backends=[backend]).rows
    assert row.derivative["x"] == pytest.approx(slope, rel=1e-12, abs=0)


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "order", "note"), [
    ("sigmoid(x*exp(1/x**2))", "0", 1, Note.JUMP), ("atan(1/x)", "0", 1, Note.JUMP), ("acos(cos(x))", "0", 1, Note.NO_LIMIT),
    ("acos(cos(x))", "0", 2, Note.KINK_OF_VALUE),
])  # fmt: skip
def test_what_is_said_where_the_sides_differ(
    expr: str, at: str, order: int, note: Note, backend: str
) -> None:
    """Both one-sided slopes of sigmoid(x*exp(1/x**2)) are 0: it is the value that jumps."""
    (row,) = compare(expr, at, backends=[backend], order=order).rows
    assert note in {r.note for r in row.remarks}


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize("at", [1e-5, 1e-7, 3e-8, 1.1e-8])
@pytest.mark.parametrize(("expr", "slope"), [
    ("sqrt(1-cos(x))", math.sqrt(0.5)), ("acos(cos(x))", 1), ("acosh(cosh(x))", 1), ("(log(1+x)-x)/x", -0.5), ("log(1+x)/x", -0.5),
])  # fmt: skip
def test_a_zero_by_roundoff_on_the_way_is_none(
    expr: str, slope: float, at: float, backend: str
) -> None:
    """1 - cos(1e-8) lies within its error bound in float64, but not for the half ulp of the
    input."""
    (row,) = compare(expr, at, backends=[backend]).rows
    assert row.derivative["x"] == pytest.approx(slope, rel=2 * at)
    assert {r.note for r in row.remarks} <= {Note.REFINED, Note.WIDENED}
    assert row.remarks
    assert row.digits["x"] is not None
    assert row.digits["x"] > 15


@pytest.mark.parametrize("backend", ENGINES)
def test_several_variables_along_each_coordinate(backend: str) -> None:
    """With x = 0 held fixed, sin(x*y)/x is 0/0 for every y: there is no derivative along y."""
    (row,) = compare("sin(x*y)/x", {"x": 0, "y": 2}, backends=[backend]).rows
    assert row.derivative["x"] == pytest.approx(0, abs=1e-15)
    assert math.isnan(row.derivative["y"])


def test_on_smooth_programs_the_plain_engine_answers() -> None:
    rows = compare(
        "exp(x)/sqrt(sin(x)**3+cos(x)**3)", "1.5", backends=["dual", "tape", *ENGINES]
    ).rows
    assert rows[0].derivative == rows[2].derivative
    assert rows[1].derivative == rows[3].derivative
    assert not rows[2].remarks


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(("expr", "at", "slope"), [
    ("log(1+exp(x))", "800", 1), ("log(1+exp(x))", "1e5", 1), ("log(exp(x))", "1000", 1), ("sqrt(1e-200*x**2*1e-200)", "1", 1e-200),
    ("sqrt(x**2+1e300*1e300)", "1", 1e-300), ("exp(800*x)/exp(799*x)", "1", math.e),
])  # fmt: skip
def test_what_leaves_the_range_on_the_way(expr: str, at: str, slope: float, backend: str) -> None:
    (row,) = compare(expr, at, backends=[backend]).rows
    assert row.derivative["x"] == pytest.approx(slope, rel=1e-12, abs=0)
    assert [r.note for r in row.remarks] in ([Note.WIDENED], [Note.REFINED])


@pytest.mark.parametrize("backend", ENGINES)
@pytest.mark.parametrize(
    "expr",
    [
        "where(x > 0, x**2*log(x), 0)",
        "x**2*log(abs(x))",
        "exp(-1/x**2)",
        "where(x > 0, exp(-1/x), 0)",
    ],
)
def test_logarithms_and_what_is_smaller_than_every_power(expr: str, backend: str) -> None:
    (row,) = compare(expr, 0, backends=[backend]).rows
    assert row.derivative == {"x": 0}


def test_a_pole_stays_one() -> None:
    for row in compare("1/x", 0, backends=ENGINES).rows:
        assert not math.isfinite(row.derivative["x"])


def test_removable_cases(cases: Callable[[str], list[dict[str, Any]]]) -> None:
    """Both engines to 10 digits on at least 90 % of the table."""
    rows = cases("removable")
    for position in range(2):
        right = 0
        for case in rows:
            row = compare(case["expr"], case["at"], backends=ENGINES).rows[position]
            right += all(d is not None and d >= 10 for d in row.digits.values())
        assert right >= 0.9 * len(rows)
