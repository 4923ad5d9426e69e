"""Rows against published answers, and a note on every number that is wrong."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from diffcmp import Comparison, compare
from diffcmp.accuracy.judging.record import Row
from diffcmp.arithmetic.floats import exact
from diffcmp.notes import Note

NUMERIC = [
    "forward",
    "backward",
    "central",
    "central4",
    "central6",
    "complex-step",
    "richardson",
    "dual",
    "tape",
]
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
SQUIRE_TRAPP = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"


def row(comparison: Comparison, backend: str) -> Row:
    return next(r for r in comparison.rows if r.backend == backend)


def noted(found: Row) -> set[Note]:
    return {r.note for r in found.remarks}


def test_squire_and_trapp() -> None:
    """4.0534278938986206577… (Squire & Trapp 1998, and mpmath): four methods within 4 ulps."""
    found = compare(SQUIRE_TRAPP, "1.5")
    derivative = found.truth.derivative("x")
    assert derivative is not None
    assert derivative.text(32).startswith("4.05342789389862065771418792560")
    for backend in ("dual", "tape", "complex-step", "symbolic"):
        ulps = row(found, backend).ulps["x"]
        assert ulps is not None
        assert ulps <= 4
    assert not any(r.remarks for r in found.rows)


def test_removable_singularity() -> None:
    found = compare("(t**2-4)/(t-2)", "2")
    assert found.truth.kind.value == "removable"
    assert found.truth.to_dict()["value"].startswith("4.000000000000000")
    assert row(found, "symbolic").derivative["t"] == 1
    assert {Note.LIMIT, Note.LHOPITAL} & noted(row(found, "symbolic"))
    for backend in ("dual", "tape"):
        assert math.isnan(row(found, backend).derivative["t"])
        (remark,) = row(found, backend).remarks
        assert (remark.note, remark.piece) == (Note.ZERO_OVER_ZERO, "(t**2-4)/(t-2)")
    silent = row(found, "complex-step")
    assert (silent.derivative["t"], silent.digits["t"]) == (0, 0)
    assert Note.LOST_BELOW_ROUNDOFF in noted(silent)


@pytest.mark.parametrize(("backend", "choice"), [
    ("forward", "right"), ("backward", "left"), ("central", "mean"), ("dual", "left"), ("tape", "left"), ("complex-step", "left"),
])  # fmt: skip
def test_the_choice_at_a_kink(backend: str, choice: str) -> None:
    (found,) = compare("relu(x)", 0, backends=[backend]).rows
    (remark,) = found.remarks
    assert remark.note is Note.KINK
    assert choice in remark.sentence
    assert found.digits["x"] is None


@pytest.mark.parametrize(("expr", "at", "h", "note"), [
    ("floor(x)", "1", None, Note.JUMP),
    ("1/x", "0", None, Note.POLE),
    ("cbrt(x)", "0", None, Note.VERTICAL_TANGENT),
    ("x*sqrt(x)", "0", None, Note.EDGE),
    ("log(x)", "-2", None, Note.OUTSIDE),
    ("x*sin(1/x)", "0", None, Note.UNDECIDED),
    ("where(x == 0, 1, (exp(x)-1)/x)", "0", None, Note.GUARD),
    ("sin(x)", "1", 1e-15, Note.ROUNDOFF),
    ("sin(x)", "1e22", None, Note.TRUNCATION),
    ("exp(-1000*(x-1)**2)", "1.1", 0.3, Note.TRUNCATION),
    ("(1-cos(x))/x**2", "1e-8", None, Note.CANCELLATION),
    ("cos(x)", "31415926535897932384.62643383279", None, Note.REPRESENTATION),
    ("x**1.5", "1e-300", None, Note.TRUNCATION),
])  # fmt: skip
def test_no_finite_number_is_wrong_without_a_note(
    expr: str, at: str, h: float | None, note: Note
) -> None:
    found = compare(expr, at, backends=NUMERIC, h=h)
    assert note in set().union(*(noted(r) for r in found.rows))
    for r in found.rows:
        for name, value in r.derivative.items():
            digits = r.digits[name]
            if value is not None and math.isfinite(value) and (digits is None or digits < 3):
                assert r.remarks, r.backend


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_every_dtype(dtype: str) -> None:
    found = compare("x*exp(-x)", "0.7", backends=NUMERIC, dtype=dtype)
    dual = row(found, "dual")
    assert type(dual.derivative["x"]).__name__ in (dtype, "float")
    assert dual.ulps["x"] is not None
    assert dual.ulps["x"] < 8
    jsonschema.validate(found.to_dict(), SCHEMA)


def test_evaluations_are_counted() -> None:
    found = compare("x*y*z", {"x": 1, "y": 2, "z": 3}, backends=NUMERIC)
    counted = {r.backend: r.evaluations for r in found.rows if r.backend != "richardson"}
    assert counted == {
        "forward": 4, "backward": 4, "central": 6, "central4": 12, "central6": 18, "complex-step": 3, "dual": 3, "tape": 1,
    }  # fmt: skip


def test_a_given_step_is_used_and_named() -> None:
    (found,) = compare("sin(x)", 1, backends=["central"], h=1e-3).rows
    assert (found.h, found.rule) == ({"x": 1e-3}, "given")


def test_a_float_is_its_binary_value_and_a_string_a_decimal() -> None:
    binary, typed = (
        compare("x**2", at, backends=["dual"]).truth.derivative("x") for at in (0.1, "0.1")
    )
    assert binary is not None
    assert typed is not None
    assert (binary.exact, typed.exact) == (2 * Fraction(0.1), Fraction(1, 5))


def test_the_json_form() -> None:
    found = compare("x**2*y", {"x": "2", "y": "pi/4"}, wrt=["x"]).to_dict()
    jsonschema.validate(found, SCHEMA)
    assert found["variables"] == ["x"]
    assert found["at"] == {"x": "2", "y": "pi/4"}
    assert set(found["results"][0]["derivative"]) == {"x"}
    json.dumps(found, allow_nan=False)


def test_complex_step_says_that_only_the_complex_evaluation_is_nan() -> None:
    """f is 0 at the point; its square root is taken of (ih)² = -h², which lies outside the domain
    for every h."""
    (found,) = compare("sqrt(x**2)", 0, backends=["complex-step"]).rows
    (said,) = found.remarks
    assert (said.note, said.piece) == (Note.IMAGINARY_STEP_LEAVES_DOMAIN, "sqrt(x**2)")
    assert "f is finite" in said.sentence
    assert "a smaller h does not help" in said.advice


def test_the_value_of_complex_step_is_that_of_an_evaluation_that_stayed_inside() -> None:
    (found,) = compare("sqrt(x**2)*y", {"x": 0, "y": "-1/3"}, backends=["complex-step"]).rows
    assert (found.value, found.derivative["y"]) == (0, 0)
    assert noted(found) == {Note.IMAGINARY_STEP_LEAVES_DOMAIN}


@pytest.mark.parametrize(("expr", "backend", "h", "note"), [
    ("x**2", "complex-step", 1e300, Note.COMPLEX_VALUE_NOT_FINITE), ("x + exp(800)", "dual", None, Note.VALUE_NOT_FINITE),
])  # fmt: skip
def test_whose_value_is_not_finite(expr: str, backend: str, h: float | None, note: Note) -> None:
    (found,) = compare(expr, 1, h=h, backends=[backend]).rows
    assert noted(found) == {note}


@pytest.mark.parametrize("backend", ["dual-lhopital", "tape-lhopital"])
def test_a_derivative_beyond_the_format_is_no_vertical_tangent(backend: str) -> None:
    (found,) = compare("x**9**9**9", 1, backends=[backend]).rows
    assert noted(found) == {Note.SLOPE_BEYOND}
    (found,) = compare("cbrt(x)", 0, backends=[backend]).rows
    assert noted(found) == {Note.VERTICAL_TANGENT}


@pytest.mark.parametrize("backend", ["dual-lhopital", "tape-lhopital"])
def test_a_ball_that_says_nothing_is_no_zero(backend: str) -> None:
    """The value leaves even the exponents of balls: [0 ± inf] was taken for its middle."""
    (found,) = compare("exp(" * 6 + "x" + ")" * 6, 1, backends=[backend]).rows
    assert found.derivative["x"] == math.inf
    assert Note.UNRESOLVED in noted(found)


def test_an_answer_that_did_not_come_has_no_time() -> None:
    (found,) = compare("sin(x)", 1, backends=["symbolic"], timeout=1e-9).rows
    assert found.seconds is None


LONG = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"


def test_many_components_are_compared_along_directions() -> None:
    methods = ["forward", "central4", "complex-step", "richardson", "dual", "tape", "dual-lhopital"]
    found = compare(LONG, "linspace(-1,1,70)", backends=methods)
    by_name = {row.backend: row for row in found.rows}
    assert len(by_name["tape"].derivative) == 70
    assert by_name["tape"].evaluations == 1
    for name, row in by_name.items():
        assert row.norm_error is not None
        assert row.norm_error < (1e-5 if name == "forward" else 1e-9)
        if name != "tape":
            assert set(row.derivative) == {"direction 1", "direction 2", "direction 3"}
            assert "DIRECTIONAL" in {r.note.name for r in row.remarks}
    jsonschema.validate(found.to_dict(), SCHEMA)


def test_full_compares_every_component() -> None:
    found = compare(LONG, "linspace(-1,1,70)", backends=["central", "dual"], full=True)
    assert [len(row.derivative) for row in found.rows] == [70, 70]
    assert not any(row.remarks for row in found.rows)


def test_the_direction_of_a_singular_point_has_a_note() -> None:
    """sqrt(sum(x**2)) at 0: 0/0 along every direction, with the span of the square root."""
    found = compare("sqrt(sum(x**2))", [0] * 65, backends=["dual", "tape"])
    assert found.truth.kind.value == "kink"
    for row in found.rows:
        assert any(not math.isfinite(v) for v in row.derivative.values())
        assert any(r.span is not None for r in row.remarks)


def test_thousands_of_components() -> None:
    """Extended Rosenbrock: the gradient on arrays, every component certified."""
    n = 2000
    found = compare(LONG, f"linspace(-1,1,{n})", backends=["tape", "central"])
    assert found.truth.certified
    assert len(found.truth.along) == n
    assert found.rows[0].norm_error is not None
    assert found.rows[0].norm_error < 1e-14


def test_no_method_is_advised_that_fails_too() -> None:
    alone, both = (
        compare("x*y/(x**2+y**2)", {"x": 0, "y": 0}, backends=b).rows[0]
        for b in (["dual"], ["dual", "dual-lhopital"])
    )
    assert "try dual-lhopital or symbolic" in str(alone.remarks[0])
    assert "dual-lhopital" not in str(both.remarks[0])
    assert "try symbolic" in str(both.remarks[0])


@pytest.mark.parametrize(("expr", "at"), [
    ("exp(exp(x))", "7"), ("exp(-exp(x))", "7"), ("exp(x)*sin(x)", "5000"), ("sqrt(x)", "1e400"), ("x*log(x)", "1e4000"),
    ("gamma(x)", "1000"), ("x**3", "1e1000"), ("x**2", "1e-2000"),
])  # fmt: skip
def test_longdouble_beyond_the_range_of_float64(expr: str, at: str) -> None:
    """What is no float64 is a number nevertheless: right, and no overflow."""
    found = compare(
        expr, at, dtype="longdouble", backends=["dual", "tape", "complex-step", "dual-lhopital"]
    )
    for row in found.rows:
        if expr.startswith("x**2") and row.backend == "complex-step":
            continue  # its step times x**2 is below the smallest longdouble
        assert (row.digits["x"] or 0.0) > 15.5, row.backend
        assert not row.remarks, row.backend
        error = row.abs_error["x"]
        assert error is not None
        true = found.truth.exact("x")
        assert true is not None
        distance = abs(exact(row.derivative["x"]) - true)
        assert distance == error == 0 or abs(Fraction(error) / distance - 1) < 1e-9
