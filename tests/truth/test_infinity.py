"""The limits of f and of its derivative at infinity, and asymptotes: known answers, and values far
out by mpmath."""

from __future__ import annotations

import json
import math
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest

from diffcmp import InputError, Truth, certify, compare, explain
from diffcmp.errors import Fault
from diffcmp.truth.record import Infinity, Kind, SideLimit

FAR = mpmath.mpf(10) ** 60
CLOSE = mpmath.mpf(10) ** -50


def known(truth: Truth) -> Infinity:
    assert truth.infinity is not None
    return truth.infinity


def told(side: SideLimit) -> str:
    """What a function tends to, shortly."""
    if side.defined is False:
        return "undefined"
    if side.cluster is not None:
        low, high = (end.text(6) for end in side.cluster)
        return f"{low} to {high}"
    return "unknown" if side.limit is None else side.limit.text(6)


def line(truth: Truth) -> tuple[str, str] | None:
    """Slope and intercept of the asymptote."""
    found = known(truth).asymptote
    return None if found is None else (found.slope.text(6), found.intercept.text(6))


@pytest.mark.parametrize(("expr", "at", "limit", "derivative", "asymptote"), [
    ("x + 1/x", "inf", "inf", "1.00000", ("1.00000", "0")),
    ("x + 1/x", "-inf", "-inf", "1.00000", ("1.00000", "0")),
    ("(x**2 + 1)/(2*x - 3)", "inf", "inf", "0.500000", ("0.500000", "0.750000")),
    ("sqrt(x**2 + x)", "-inf", "inf", "-1.00000", ("-1.00000", "-0.500000")),
    ("x*atan(x)", "inf", "inf", "1.57080", ("1.57080", "-1.00000")),
    ("x*exp(1/x)", "-inf", "-inf", "1.00000", ("1.00000", "1.00000")),
    ("atan(x)", "inf", "1.57080", "0", ("0", "1.57080")),
    ("tanh(x)", "-inf", "-1.00000", "0", ("0", "-1.00000")),
    ("(1 + 1/x)**x", "inf", "2.71828", "0", ("0", "2.71828")),
    ("exp(-x)", "inf", "0", "0", ("0", "0")),
    ("exp(-x)", "-inf", "inf", "-inf", None),
    ("log(x)", "inf", "inf", "0", None),
    ("x + log(x)", "inf", "inf", "1.00000", None),
    ("log(x)", "-inf", "undefined", "undefined", None),
    ("x**2", "-inf", "inf", "-inf", None),
    ("where(x > 5, 2*x, 7)", "-inf", "7.00000", "0", ("0", "7.00000")),
    ("0*x + 3", "inf", "3.00000", "0", ("0", "3.00000")),
    ("sin(x)", "inf", "-1.00000 to 1.00000", "-1.00000 to 1.00000", None),
    ("sin(x**2)/x", "inf", "0", "-2.00000 to 2.00000", ("0", "0")),
    ("floor(x)", "inf", "inf", "0", None),
    ("pi*floor(x)*x/(x + 1)", "inf", "inf", "0", None),
])  # fmt: skip
def test_limits_at_infinity(
    expr: str, at: str, limit: str, derivative: str, asymptote: tuple[str, str] | None
) -> None:
    truth = certify(expr, at)
    assert (truth.kind, truth.certified) == (Kind.INFINITY, True)
    assert told(known(truth).limit) == limit
    assert told(known(truth).derivative) == derivative
    assert line(truth) == asymptote
    assert truth.value == known(truth).limit.limit
    assert truth.along["x"].derivative == known(truth).derivative.limit


@pytest.mark.parametrize(("expr", "f"), [
    ("x*atan(x) - sqrt(x**2 - 3*x)", lambda x: x * mpmath.atan(x) - mpmath.sqrt(x * x - 3 * x)),
    ("x**(1 + 1/x) - log(x)", lambda x: x ** (1 + 1 / x) - mpmath.log(x)),
    ("cbrt(x**3 + 6*x**2)", lambda x: mpmath.cbrt(x**3 + 6 * x**2)),
    ("x*erf(x/7)*sinh(2/x) + sin(1)*x", lambda x: x * mpmath.erf(x / 7) * mpmath.sinh(2 / x) + mpmath.sin(1) * x),
    ("x**2*log(1 + sqrt(2)/x)", lambda x: x**2 * mpmath.log1p(mpmath.sqrt(2) / x)),
])  # fmt: skip
def test_the_asymptote_is_near_far_out(expr: str, f: Any) -> None:
    truth = certify(expr, math.inf, digits=150)
    found = known(truth).asymptote
    assert found is not None
    with mpmath.workdps(250):
        m, b = (mpmath.mpf(number.text(150)) for number in (found.slope, found.intercept))
        assert abs(f(FAR) - (m * FAR + b)) < CLOSE
        slope = mpmath.diff(f, FAR, h=mpmath.mpf(10) ** -20)
        assert truth.along["x"].derivative is not None
        assert abs(slope - mpmath.mpf(truth.along["x"].derivative.text(150))) < CLOSE


def test_the_second_derivative() -> None:
    truth = certify("x**3/(x + 1)", "inf")
    assert told(known(truth).derivative) == "inf"
    second = compare("x**3/(x + 1)", "inf", order=2, backends=["dual"]).truth
    assert second.order == 2
    assert told(known(second).derivative) == "2.00000"
    assert line(second) == line(truth) is None


def test_the_other_variables_are_held_fixed() -> None:
    at = {"x": "inf", "y": "pi", "z": "-1"}
    truth = certify("z*atan(x) + y*x**2/(x + z)", at)
    assert list(truth.along) == ["x"]
    assert told(known(truth).derivative) == "3.14159"
    assert line(truth) == ("3.14159", "1.57080")
    with pytest.raises(InputError) as caught:
        certify("x*y", {"x": "inf", "y": 1}, wrt=["y"])
    assert caught.value.fault is Fault.WRT_AT_INFINITY
    with pytest.raises(InputError) as caught:
        certify("x*y", {"x": "inf", "y": 1}, wrt=["q"])
    assert caught.value.fault is Fault.WRT_UNKNOWN


def test_what_is_undecided_is_not_certified() -> None:
    truth = certify("gamma(x)", "-inf")
    assert (truth.value, truth.certified, truth.source) == (None, False, None)
    assert truth.remarks


def test_no_method_is_run() -> None:
    record = compare("x + 1/x", "inf")
    assert {row.backend for row in record.rows} >= {"symbolic", "central", "dual", "tape"}
    assert all(row.derivative == {"x": None} and row.evaluations == 0 for row in record.rows)
    assert {one.note.name for row in record.rows for one in row.remarks} == {"AT_INFINITY"}


def test_an_explanation_shows_how_the_parts_begin() -> None:
    found = explain("(x**2 + 1)/exp(-1/x)", "inf")
    assert [(one.piece, one.left.exponent) for one in found.anatomy[0].terms if one.left] == [
        ("x**2", -2), ("x**2 + 1", -2), ("-1/x", 1), ("(x**2 + 1)/exp(-1/x)", -2),
    ]  # fmt: skip
    assert not found.suggestions


def test_the_json_form() -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
    for expr, at in (
        ("x + 1/x", "inf"),
        ("sin(x)", "-inf"),
        ("log(x)", "-inf"),
        ("gamma(x)", "-inf"),
    ):
        for record in (compare(expr, at, backends=["dual"]), explain(expr, at, backends=["dual"])):
            jsonschema.validate(record.to_dict(), schema)
    form = certify("2*x - 1/x", "inf", digits=5).to_dict()
    assert (form["kind"], form["value"], form["derivative"]) == (
        "at infinity", "inf", {"x": "2.000000000"},
    )  # fmt: skip
    assert form["infinity"]["asymptote"] == {"slope": "2.000000000", "intercept": "0"}
    assert certify("x", 1).to_dict()["infinity"] is None


def test_a_truth_at_infinity_is_pickled() -> None:
    truth = certify("x*atan(x)", "inf")
    again: Truth = pickle.loads(pickle.dumps(truth))
    assert again.to_dict() == truth.to_dict()
