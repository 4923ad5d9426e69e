"""Order 2 in every backend: digits, steps, notes, and the exact budget whose roundoff grows like
1/h²."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import InputError, compare, grad, sweep
from diffcmp.accuracy.judging.record import Comparison, Step
from diffcmp.backends.registry import chosen, names
from diffcmp.notes import Note
from tests.accuracy.test_sweep import sums

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
FEWEST = {
    "symbolic": 15.5, "forward": 3.0, "backward": 3.0, "central": 6.5, "central4": 8.5, "central6": 9.5, "complex-step": 14.0,
    "richardson": 9.5, "dual": 14.0, "tape": 14.0, "dual-over-tape": 14.0, "dual-lhopital": 14.0, "tape-lhopital": 14.0,
}  # fmt: skip
SMOOTH = [
    ("exp(x)/sqrt(sin(x)**3+cos(x)**3)", {"x": "0.7"}, None), ("sin(x)*exp(x)", {"x": "1"}, None), ("x**2*y**3", {"x": "1.5", "y": "0.7"}, ["x", "y", "x:y"]),
    ("exp(x*y)/hypot(x, y)", {"x": "1", "y": "0.5"}, ["x:y", "y:x", "y"]), ("log(1+x**2)", {"x": "0.3"}, None), ("x**x", {"x": "1.3"}, None),
    ("gelu(x)", {"x": "0.4"}, None), ("sigmoid(x)*tanh(y)", {"x": "0.3", "y": "0.8"}, ["x:y"]), ("gamma(x)", {"x": "2.5"}, None),
    ("max(x, 0)*x", {"x": "0.7"}, None), ("erf(x)", {"x": "0.5"}, None), ("1/(1+x)", {"x": "0.1"}, None),
]  # fmt: skip


@pytest.fixture(scope="module", params=SMOOTH, ids=lambda row: row[0])
def smooth(request: pytest.FixtureRequest) -> Comparison:
    expr, at, wrt = request.param
    return compare(expr, at, wrt=wrt, order=2)


def test_every_backend_has_its_digits(smooth: Comparison) -> None:
    assert [row.backend for row in smooth.rows] == list(FEWEST)
    for row in smooth.rows:
        assert min(d or 0 for d in row.digits.values()) >= FEWEST[row.backend], (
            row.backend,
            row.digits,
        )
    assert smooth.truth.certified


def test_the_json_form_follows_the_schema(smooth: Comparison) -> None:
    found = smooth.to_dict()
    jsonschema.validate(found, SCHEMA)
    assert found["order"] == 2
    assert (
        set(found["results"][0]["derivative"])
        == set(smooth.wrt)
        == set(found["truth"]["derivative"])
    )


def test_order_one_is_said_too() -> None:
    assert compare("x**2", 3, backends=["dual"]).to_dict()["order"] == 1
    assert sweep("x**2", 3, backends=["central"], h_min=1e-3).to_dict()["order"] == 1


def test_which_backends_there_are_at_each_order() -> None:
    assert {b.name for b in chosen(None, 1)} == set(names()) - {"dual-over-tape"}
    assert {b.name for b in chosen(None, 2)} == set(names())
    with pytest.raises(InputError, match="'dual-over-tape' gives no derivatives of order 1"):
        grad("x**2", 1, "dual-over-tape")


def test_a_backend_that_knows_first_derivatives_only_is_not_asked_for_second_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from diffcmp.backends import registry
    from diffcmp.backends.automatic import DualNumbers

    old = type("Old", (DualNumbers,), {"name": "old", "orders": (1,)})
    entry = SimpleNamespace(load=lambda: old)
    monkeypatch.setattr(registry, "_third_party", lambda: {"old": entry})
    assert "old" in {b.name for b in chosen(None, 1)} - {b.name for b in chosen(None, 2)}
    with pytest.raises(InputError, match="'old' gives no derivatives of order 2"):
        compare("x**2", 1, order=2, backends=["old"])


@pytest.mark.parametrize(("expr", "at", "derivative"), [
    ("(t**2-4)/(t-2)", "2", 0.0), ("sin(t)/t", "0", -1 / 3), ("(1-cos(t))/t**2", "0", -1 / 12), ("t/(exp(t)-1)", "0", 1 / 6),
    ("where(t == 0, 1, (exp(t)-1)/t)", "0", 1 / 3), ("abs(t)**3", "0", 0.0), ("sqrt(t**4)", "0", 2.0),
])  # fmt: skip
@pytest.mark.parametrize("backend", ["dual-lhopital", "tape-lhopital", "symbolic"])
def test_lhopital_of_order_two(expr: str, at: str, derivative: float, backend: str) -> None:
    (row,) = compare(expr, at, order=2, backends=[backend]).rows
    assert row.derivative["t"] == pytest.approx(derivative, rel=1e-14, abs=1e-300)
    assert row.digits["t"] is not None


def noted(expr: str, at: Any, backend: str, **options: Any) -> set[Note]:
    (row,) = compare(expr, at, order=2, backends=[backend], **options).rows
    return {r.note for r in row.remarks}


@pytest.mark.parametrize(("expr", "at", "backend", "note"), [
    ("x*abs(x)", "0", "dual", Note.KINK_OF_SLOPE), ("x*abs(x)", "0", "forward", Note.KINK_OF_SLOPE),
    ("x*abs(x)", "0", "dual-lhopital", Note.KINK_OF_SLOPE), ("x*abs(x)", "0", "symbolic", Note.NO_LIMIT),
    ("abs(x)", "0", "central", Note.KINK_OF_VALUE), ("abs(x)", "0", "symbolic", Note.NO_LIMIT),
    ("abs(x)**1.5", "0", "central", Note.INFINITE_CURVATURE), ("x**1.5", "0", "dual", Note.INFINITE_SLOPE),
    ("sin(x)/x", "0", "dual", Note.ZERO_OVER_ZERO), ("sin(x)/x", "0", "complex-step", Note.LOST_BELOW_ROUNDOFF),
    ("x**2.5", "0", "forward", Note.SECOND_EDGE), ("sign(x)", "0", "central", Note.JUMP), ("exp(x)", "1000", "dual", Note.SLOPE_BEYOND),
    ("where(x == 0, 1, (exp(x)-1)/x)", "0", "dual", Note.GUARD), ("where(x < 1, x, sqrt(x))", "0", "tape", Note.UNTAKEN_BRANCH),
    ("log(x)", "1e-9", "central", Note.STENCIL_LEAVES_DOMAIN), ("x**2*sin(1/x)", "0", "dual", Note.ZERO_TIMES_INFINITY),
])  # fmt: skip
def test_a_note_beside_every_wrong_number(expr: str, at: str, backend: str, note: Note) -> None:
    assert note in noted(expr, at, backend) or noted(expr, at, backend) == {Note.DIVISION_BY_ZERO}


@pytest.mark.parametrize(("expr", "at", "h", "note"), [
    ("sin(x)", "1", 1e-8, Note.ROUNDOFF), ("sin(x)", "1", 0.01, None), ("exp(-1000*(x-1)**2)", "1.1", 0.3, Note.TRUNCATION),
    ("sin(x)*y", {"x": "1", "y": "1"}, 1e-8, Note.ROUNDOFF),
])  # fmt: skip
def test_the_part_that_is_to_blame(expr: str, at: Any, h: float, note: Note | None) -> None:
    wrt = ["x:y"] if "y" in expr else None
    assert noted(expr, at, "central", h=h, wrt=wrt) == ({note} if note else set())


def test_no_silent_wrong_number() -> None:
    """Where a finite number has less than half of the digits of its dtype, something is said of
    it."""
    for expr, at in [("tan(x)", "1.5707"), ("(1-cos(x))/x**2", "1e-6"), ("x**20", "1e-3"), ("sin(x)", "1e15"), ("sqrt(x)", "1e-12"),
                     ("exp(-x**2)", "20"), ("log(x)", "1e12"), ("sin(x)/x", "1e-10")]:  # fmt: skip
        for row in compare(
            expr, at, order=2, backends=["central", "central6", "complex-step", "dual", "tape"]
        ).rows:
            digits, value = row.digits["x"], row.derivative["x"]
            expected = 15.9 / 4 if row.backend == "central" else 15.9 / 3
            if math.isfinite(value) and digits is not None and digits < expected:
                assert row.remarks, (expr, row.backend, digits)


# the budget
# -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expr", ["exp(x)", "sin(x)"])
@pytest.mark.parametrize(("order", "growth"), [(1, -1), (2, -2)])
def test_the_roundoff_of_second_differences_grows_like_h_to_the_minus_two(
    expr: str, order: int, growth: int
) -> None:
    for series in sweep(expr, 1, order=order).series:
        flat = series.backend == "complex-step"
        assert series.roundoff_slope == pytest.approx(0 if flat else growth, abs=0.1), (
            series.backend
        )
        assert series.fitted_order == pytest.approx(series.order, abs=0.05), series.backend


def test_theory_predicts_the_best_step() -> None:
    for series in sweep("exp(x)*cos(x)", "0.4", order=2).series:
        assert series.best_h is not None
        assert series.predicted_h is not None
        if series.backend != "complex-step":
            assert abs(math.log10(series.best_h / series.predicted_h)) < 1.0, series.backend
        assert series.digits_lost is not None
        assert series.digits_lost < 2.5


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
@pytest.mark.parametrize("wrt", ["x", "x:y"])
def test_the_parts_sum_to_the_total(dtype: str, wrt: str) -> None:
    found = sweep(
        "exp(x)*sin(x*y)",
        {"x": "0.7", "y": "1.3"},
        wrt=wrt,
        order=2,
        dtype=dtype,
        h_min=1e-8,
        per_decade=2,
    )
    rows = [step for series in found.series for step in series.rows if step.total is not None]
    assert len(rows) > 10
    assert all(sums(step) for step in rows)
    jsonschema.validate(found.to_dict(), SCHEMA)


@settings(max_examples=20)
@given(
    st.sampled_from(
        [
            "sin(x)",
            "exp(x)/(1+x**2)",
            "x**3-x",
            "log(2+x)*x",
            "gelu(x)",
            "sqrt(4+x)",
            "1/(3+x)",
            "abs(x-7)",
        ]
    ),
    st.decimals(-1, 1, places=6, allow_nan=False),
    st.sampled_from(["float32", "float64"]),
)
def test_the_parts_sum_to_the_total_anywhere(expr: str, at: object, dtype: str) -> None:
    found = sweep(expr, str(at), dtype=dtype, order=2, h_min=1e-9, h_max=0.5, per_decade=1)
    assert all(
        sums(step) for series in found.series for step in series.rows if step.total is not None
    )


def test_the_truncation_of_a_cubic_is_known() -> None:
    """(f(x+2h) - 2f(x+h) + f(x))/h² of x³ is f″ + 6h exactly; the central one is exact."""
    forward, central = sweep(
        "x**3", "0.5", order=2, backends=["forward", "central"], h_min=1e-4
    ).series
    for step in forward.rows:
        assert Fraction(step.truncation or "0") == pytest.approx(6 * Fraction(step.h), rel=1e-20)
    assert all(Fraction(step.truncation or "1") == 0 for step in central.rows)


def test_the_complex_step_of_the_gradient_has_a_budget() -> None:
    (series,) = sweep("exp(x)*sin(x)", 1, order=2, backends=["complex-step"], h_min=1e-12).series
    assert series.fitted_order == pytest.approx(2, abs=0.01)
    assert (series.best_digits or 0) > 15


def test_a_joint_has_no_budget() -> None:
    found: list[Step] = list(
        sweep("x*abs(x)", 0, order=2, backends=["central"], h_min=1e-4).series[0].rows
    )
    assert all(step.total is None and step.truncation is None for step in found)


@pytest.mark.parametrize("order", [0, 3, -1])
def test_other_orders_are_refused(order: int) -> None:
    for call in (compare, sweep):
        with pytest.raises(InputError, match="order 1 and 2"):
            call("x", 1, order=order)  # type: ignore[operator]
