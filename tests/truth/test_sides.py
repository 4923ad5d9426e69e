"""What f does on the left and on the right of a singular point: known answers, and values beside
the point by mpmath."""

from __future__ import annotations

import json
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import mpmath
import pytest

from diffcmp import Truth, certify, compare
from diffcmp.truth.record import Kind, Side

NEAR = mpmath.mpf(10) ** -40  # of the point
CLOSE = 1e-35


@cache
def beside(expr: str, at: str) -> tuple[Side, Side]:
    sides = certify(expr, at).along["x"].sides
    assert sides is not None
    return sides


def told(side: Side) -> list[str | None]:
    """The limit and the slope on one side, shortly; or between which values one oscillates."""
    if not side.defined:
        return ["undefined", None]
    numbers = [None if q is None else q.text(6) for q in (side.limit, side.slope)]
    if side.oscillation is not None:
        numbers[numbers.index(None)] = " to ".join(end.text(6) for end in side.oscillation)
    return numbers


@pytest.mark.parametrize(("expr", "at", "kind", "left", "right"), [
    ("heaviside(x)", "0", "jump", ["0", "0"], ["1.00000", "0"]),
    ("floor(x)", "1", "jump", ["0", "0"], ["1.00000", "0"]),
    ("sign(x)*cos(x) + x", "0", "jump", ["-1.00000", "1.00000"], ["1.00000", "1.00000"]),
    ("where(x == 0, 5, x**2 + 3*x)", "0", "jump", ["0", "3.00000"], ["0", "3.00000"]),
    ("atan(1/x)", "0", "jump", ["-1.57080", "-1.00000"], ["1.57080", "-1.00000"]),
    ("1/(1+exp(1/x))", "0", "jump", ["1.00000", "0"], ["0", "0"]),
    ("where(x > 0, 1 + sqrt(x), x)", "0", "jump", ["0", "1.00000"], ["1.00000", "inf"]),
    ("1/x", "0", "pole", ["-inf", None], ["inf", None]),
    ("1/x**2", "0", "pole", ["inf", None], ["inf", None]),
    ("tan(x)", "pi/2", "pole", ["inf", None], ["-inf", None]),
    ("log(x)", "0", "pole", ["undefined", None], ["-inf", None]),
    ("exp(1/x)", "0", "pole", ["0", "0"], ["inf", None]),
    ("where(x > 0, 1/x, exp(2*x))", "0", "pole", ["1.00000", "2.00000"], ["inf", None]),
    ("where(x > 0, 1/x, sin(1/x))", "0", "pole", ["-1.00000 to 1.00000", None], ["inf", None]),
    ("sin(1/x)/x", "0", "pole", ["-inf to inf", None], ["-inf to inf", None]),
    ("sqrt(x)*sin(1/x)", "0", "domain edge", ["undefined", None], ["0", "-inf to inf"]),
    ("x*sin(log(x))", "0", "domain edge", ["undefined", None], ["0", "-1.00000 to 1.00000"]),
    ("where(x > 0, 1 + x*sin(1/x), x)", "0", "jump", ["0", "1.00000"], ["1.00000", "-1.00000 to 1.00000"]),
    ("where(x == 0, 1, x*sin(1/x))", "0", "jump", ["0", "-1.00000 to 1.00000"], ["0", "-1.00000 to 1.00000"]),
    ("where(x > 0, 1/x, x*sin(1/x))", "0", "pole", ["0", "-1.00000 to 1.00000"], ["inf", None]),
    ("sqrt(x)", "0", "domain edge", ["undefined", None], ["0", "inf"]),
    ("acos(x)", "-1", "domain edge", ["undefined", None], ["3.14159", "-inf"]),
    ("x*log(x) + 2", "0", "domain edge", ["undefined", None], ["2.00000", "-inf"]),
    ("log(x)", "-1", "outside domain", ["undefined", None], ["undefined", None]),
    ("abs(x) + 2", "0", "kink", ["2.00000", "-1.00000"], ["2.00000", "1.00000"]),
    ("sin(3*x)/x", "0", "removable", ["3.00000", "0"], ["3.00000", "0"]),
])  # fmt: skip
def test_limits_and_slopes_on_both_sides(
    expr: str, at: str, kind: str, left: list[str | None], right: list[str | None]
) -> None:
    assert certify(expr, at).kind.value == kind
    assert certify(expr, at).certified
    assert [told(side) for side in beside(expr, at)] == [left, right]


@pytest.mark.parametrize(("expr", "f"), [
    ("atan(2 + 1/x)", lambda x: mpmath.atan(2 + 1 / x)),
    ("exp(sign(x)*x + sign(x))*cos(x)", lambda x: mpmath.exp(mpmath.sign(x) * (x + 1)) * mpmath.cos(x)),
    ("(exp(x) - 1)/abs(x) + x**2", lambda x: mpmath.expm1(x) / abs(x) + x**2),
    ("floor(x + 2)*gamma(x + 3)", lambda x: mpmath.floor(x + 2) * mpmath.gamma(x + 3)),
    ("erf(1/x)*sinh(x + 1)", lambda x: mpmath.erf(1 / x) * mpmath.sinh(x + 1)),
])  # fmt: skip
def test_values_beside_a_jump_agree(expr: str, f: Any) -> None:
    sides = certify(expr, 0, digits=100).along["x"].sides
    assert sides is not None
    with mpmath.workdps(120):
        for step, side in zip((-NEAR, NEAR), sides, strict=True):
            assert side.limit is not None
            assert side.slope is not None
            limit, slope = (mpmath.mpf(q.text(100)) for q in (side.limit, side.slope))
            assert abs(f(step) - limit) < CLOSE
            assert abs((f(step) - limit) / step - slope) < CLOSE


@pytest.mark.parametrize(("expr", "left", "right"), [
    ("sin(1/x)", ["-1.00000 to 1.00000", None], ["-1.00000 to 1.00000", None]),
    ("pi*cos(1/x) + x", ["-3.14159 to 3.14159", None], ["-3.14159 to 3.14159", None]),
    ("x*sin(1/x)", ["0", "-1.00000 to 1.00000"], ["0", "-1.00000 to 1.00000"]),
    ("where(x > 0, sin(1/x), x)", ["0", "1.00000"], ["-1.00000 to 1.00000", None]),
])  # fmt: skip
def test_what_oscillates_is_of_no_other_kind(
    expr: str, left: list[str | None], right: list[str | None]
) -> None:
    truth = certify(expr, "0")
    assert (truth.kind, truth.certified, truth.source) == (Kind.UNDECIDED, True, "scales")
    assert truth.along["x"].oscillates
    assert [told(side) for side in beside(expr, "0")] == [left, right]


def test_a_limit_on_one_side_only_is_no_value() -> None:
    truth = certify("where(x > 0, x*sin(1/x), sin(1/x))", 0)
    assert truth.value is None
    assert [told(side)[0] for side in beside("where(x > 0, x*sin(1/x), sin(1/x))", "0")] == [
        "-1.00000 to 1.00000", "0",
    ]  # fmt: skip


def test_digits_between_which_it_oscillates_are_certain() -> None:
    """exp(π√163) is nearly an integer, so that its distance has few digits of those of itself."""
    side = beside("(exp(pi*sqrt(163)) - 262537412640768744)*sin(1/x)", "0")[1]
    assert side.oscillation is not None
    with mpmath.workdps(80):
        known = abs(mpmath.exp(mpmath.pi * mpmath.sqrt(163)) - 262537412640768744)
        ends = [mpmath.mpf(end.text(30)) for end in side.oscillation]
        assert all(abs(abs(end) / known - 1) < mpmath.mpf(10) ** -29 for end in ends)


def test_a_smooth_point_has_no_sides() -> None:
    for expr in ("x**2", "x*abs(x)"):
        truth = certify(expr, 0)
        assert truth.kind is Kind.SMOOTH
        assert truth.along["x"].sides is None
        assert truth.to_dict()["sides"] == {}


def test_digits_of_limits_are_certain() -> None:
    """The guard digits aside, more digits begin with fewer."""
    few, many = (certify("exp(sign(x))*pi", 0, digits=n).along["x"].sides for n in (12, 200))
    assert few is not None
    assert many is not None
    for one, other in zip(few, many, strict=True):
        assert one.limit is not None
        assert other.limit is not None
        assert one.limit.text(12) == other.limit.text(12)
        with mpmath.workdps(220):
            known = mpmath.exp(-1 if one is few[0] else 1) * mpmath.pi
            assert abs(mpmath.mpf(other.limit.text(200)) / known - 1) < mpmath.mpf(10) ** -199


def test_the_other_coordinates_stay_fixed() -> None:
    truth = certify("y*sign(x)", {"x": 0, "y": 2})
    assert truth.along["y"].sides is None
    sides = truth.along["x"].sides
    assert sides is not None
    assert [told(side)[0] for side in sides] == ["-2.00000", "2.00000"]


def test_the_json_form() -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
    for expr, order in (("1/x", 1), ("heaviside(x)*(x + 1)", 2), ("sqrt(x)", 1), ("log(x-5)", 1)):
        form = compare(expr, 0, order=order, backends=["dual", "central"]).to_dict()
        jsonschema.validate(form, schema)
    assert certify("heaviside(x)", 0, digits=5).to_dict()["sides"] == {
        "x": {
            "left": {"defined": True, "limit": "0", "slope": "0", "oscillation": None},
            "right": {"defined": True, "limit": "1.000000000", "slope": "0", "oscillation": None},
        }
    }
    assert certify("log(x)", 0).to_dict()["sides"]["x"] == {
        "left": {"defined": False, "limit": None, "slope": None, "oscillation": None},
        "right": {"defined": True, "limit": "-inf", "slope": None, "oscillation": None},
    }


def test_a_truth_with_sides_is_pickled() -> None:
    truth = certify("exp(sign(x))", 0)
    again: Truth = pickle.loads(pickle.dumps(truth))
    assert again.to_dict() == truth.to_dict()
