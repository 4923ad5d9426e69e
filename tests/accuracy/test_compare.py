"""Rows against published answers, and a note on every number that is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from diffcmp import Comparison, compare, map
from diffcmp.accuracy.judging.record import Row
from diffcmp.accuracy.matrix import matrix
from diffcmp.accuracy.verdicts.rows import known_digits
from diffcmp.notes import Note, Remark

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
    ("x*sin(1/x)", "0", None, Note.OSCILLATES), ("abs(sin(1/x))", "0", None, Note.UNDECIDED),
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


ADVISED = [
    ("x*y/(x**2+y**2)", {"x": 0, "y": 0}), ("erf(s*x)/erf(s)", {"s": 0, "x": "0.7"}), ("(exp(x)-1-x)/x**2", {"x": "1e-5"}),
    ("log(1+exp(x))", {"x": 800}), ("1/exp(x)", {"x": -800}), ("1/x", {"x": 0}), ("abs(x)/x", {"x": 0}), ("sqrt(x**2)", {"x": 0}),
    ("(-4+x)*x+8*log((2+x)/2)", {"x": "1e-3"}), ("exp(log(1+t)/t**2-1/t)", {"t": 0}), ("lgamma(a)-lgamma(a+b)", {"a": "3e15", "b": 12895}),
    ("acos(cos(x))", {"x": "1e-9"}), ("where(x > 0, sqrt(x), 0)", {"x": -1}), ("x**2*log(x)", {"x": 0}), ("atanh(tanh(x))", {"x": 25}),
]  # fmt: skip
NAMED = re.compile(r"([a-z0-9-]+)(?: or [a-z0-9-]+)* \(([0-9.]+) digits here\)")


def false_advice(remarks: Iterable[Remark], own: float | None, digits: Mapping[str, Any]) -> str:
    """What the advice of a row says falsely of a table; "" if nothing."""
    for remark in remarks:
        advice = remark.advice
        if "try " in advice:
            return f"not of this table: {advice}"
        for name in digits:
            named = re.search(rf"(?<![\w-]){name}(?![\w-])", advice)
            if named and not (own is not None and (digits[name] or 0.0) >= own + 1.0):
                return f"{name} has {digits[name]} digits: {advice}"
        for found in NAMED.finditer(advice):
            if abs(float(found[2]) - (digits[found[1]] or 0.0)) > 0.0501:
                return f"{found[1]} has {digits[found[1]]} digits: {advice}"
        if "no method in this table" in advice:
            best = max((d for d in digits.values() if d is not None), default=0.0)
            if own is None or best >= own + 1.0:
                return f"one has {best} digits: {advice}"
    return ""


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("expr", "at"), ADVISED)
def test_advice_is_what_the_table_shows(expr: str, at: dict[str, Any], order: int) -> None:
    found = compare(
        expr, at, order=order, backends=[*NUMERIC, "dual-lhopital", "symbolic"], timeout=3
    )
    least = {r.backend: known_digits(r.derivative.values(), r.digits.values()) for r in found.rows}
    for r in found.rows:
        assert not false_advice(r.remarks, least[r.backend], least), r.backend


@pytest.mark.parametrize(("expr", "at"), ADVISED)
def test_advice_for_a_matrix_is_what_the_table_shows(expr: str, at: dict[str, Any]) -> None:
    found = matrix("hessian", expr, at, backends=["dual", "tape", "dual-lhopital"])
    least = {row.backend: known_digits(row.values, row.digits) for row in found.results}
    for row in found.results:
        assert not false_advice(row.remarks, least[row.backend], least), row.backend


@pytest.mark.parametrize(("expr", "start", "stop"), [
    ("(1-cos(x))/x**2", "-1e-6", "1e-6"), ("log(exp(-x))", "-800", "800"), ("abs(x)", "-1", "1"), ("sqrt(x)*sqrt(x)", "0", "1"),
])  # fmt: skip
def test_advice_of_a_map_is_what_that_place_shows(expr: str, start: str, stop: str) -> None:
    found = map(expr, start, stop, points=21, backends=["central", "dual", "dual-lhopital"])
    for track in found.tracks:
        for place in track.places:
            digits = {t.backend: t.digits[place.at] for t in found.tracks}
            assert not false_advice(place.remarks, digits[track.backend], digits), track.backend


def test_no_method_is_advised_that_fails_too() -> None:
    alone, both = (
        compare("(t**2-4)/(t-2)", 2, backends=b).rows[0]
        for b in (["dual"], ["dual", "dual-lhopital"])
    )
    assert "no method in this table has a digit more" in str(alone.remarks[0])
    assert "use dual-lhopital (16.0 digits here)" in str(both.remarks[0])


def test_where_there_is_no_derivative_nothing_is_better() -> None:
    (found,) = compare("abs(x)/x", 0, backends=["dual"]).rows
    assert not any("method" in str(said) for said in found.remarks)
