"""The three parts of the error: they sum to the total, have the order of the method, and lead to
the best step."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import mpmath  # type: ignore[import-untyped]  # has no type hints
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffcmp import InputError, Sweep, sweep
from diffcmp.accuracy.judging.record import Step
from diffcmp.accuracy.sweep import step_sizes
from diffcmp.report.documents import document
from diffcmp.report.forms import rendered

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
LOGISTIC = "64*x*(1-x)*(1-2*x)**2*(1-8*x+8*x**2)**2"  # Baydin et al., JMLR 18 (2018), figure 3
ORDERS = {
    "forward": 1,
    "backward": 1,
    "central": 2,
    "central4": 4,
    "central6": 6,
    "complex-step": 2,
}


@pytest.fixture(scope="module")
def logistic() -> Sweep:
    return sweep(LOGISTIC, "0.2")


def test_fitted_orders(logistic: Sweep) -> None:
    for series in logistic.series:
        assert series.fitted_order == pytest.approx(ORDERS[series.backend], abs=0.05), (
            series.backend
        )


def test_the_curves_are_v_shaped(logistic: Sweep) -> None:
    """Towards small h the error of a stencil grows like 1/h, towards large h with its order."""
    for series in logistic.series:
        errors = [abs(float(step.total or "nan")) for step in series.rows]
        best = errors.index(min(errors))
        assert errors[0] > 1e6 * errors[best]
        if series.backend != "complex-step":
            assert errors[-1] > 1e6 * errors[best]


def test_theory_predicts_the_best_step(logistic: Sweep) -> None:
    for series in logistic.series:
        if series.backend != "complex-step":
            assert series.best_h is not None
            assert series.predicted_h is not None
            assert abs(math.log10(series.best_h / series.predicted_h)) < 1.0, series.backend


def test_the_default_step_of_the_complex_method_loses_nothing(logistic: Sweep) -> None:
    series = next(s for s in logistic.series if s.backend == "complex-step")
    assert series.digits_lost == pytest.approx(0, abs=0.6)


def sums(step: Step) -> bool:
    """Whether the parts add up to the total, to the digits that are written."""
    assert step.total is not None
    parts = [step.truncation, step.roundoff, step.representation]
    if None in parts:
        return True
    numbers = [Fraction(p) for p in parts if p is not None]
    gap = abs(sum(numbers, Fraction(0)) - Fraction(step.total))
    return gap <= Fraction(1, 10**22) * max([abs(n) for n in numbers] + [abs(Fraction(step.total))])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_the_parts_sum_to_the_total(dtype: str) -> None:
    found = sweep("exp(x)*sin(x)", "0.7", dtype=dtype, h_min=1e-10)
    rows = [step for series in found.series for step in series.rows if step.total is not None]
    assert len(rows) > 20
    assert all(sums(step) for step in rows)
    jsonschema.validate(found.to_dict(), SCHEMA)


@settings(max_examples=25)
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
            "atan(x)",
            "abs(x-7)",
        ]
    ),
    st.decimals(-1, 1, places=6, allow_nan=False),
    st.sampled_from(["float32", "float64"]),
)
def test_the_parts_sum_to_the_total_anywhere(expr: str, at: object, dtype: str) -> None:
    found = sweep(expr, str(at), dtype=dtype, h_min=1e-12, h_max=0.5, per_decade=1)
    rows = [step for series in found.series for step in series.rows if step.total is not None]
    assume(rows)
    assert all(sums(step) for step in rows)


def test_the_sum_check_can_fail() -> None:
    assert not sums(Step(0.1, "1", "1", "0.25", "0.25", "0.25"))


def test_representation_is_the_derivative_of_the_rounding() -> None:
    """f′(x̃) - f′(x) for f = x**2 is 2(x̃ - x), known exactly."""
    found = sweep("x**2", "0.1", backends=["central"], h_min=1e-3, h_max=1e-1)
    expected = 2 * (Fraction(0.1) - Fraction(1, 10))
    for step in found.series[0].rows:
        assert Fraction(step.representation or "0") == pytest.approx(expected, rel=1e-20)
        assert Fraction(step.truncation or "1") == 0
    assert found.series[0].fitted_order is None


def test_a_stencil_outside_the_domain_has_no_truncation() -> None:
    found = sweep("sqrt(x)", "0.01", backends=["central"], h_min=1e-4, h_max=1)
    by_h = {step.h: step for step in found.series[0].rows}
    assert (by_h[1.0].estimate, by_h[1.0].total, by_h[1.0].truncation) == ("nan", None, None)
    assert by_h[1e-3].truncation is not None


@pytest.mark.parametrize(("expr", "at"), [("abs(x)", "0"), ("1/x", "0"), ("log(x)", "-1")])
def test_without_a_derivative_there_is_no_error(expr: str, at: str) -> None:
    found = sweep(expr, at, backends=["forward"], h_min=1e-4)
    assert all(step.total is None and step.truncation is None for step in found.series[0].rows)
    assert found.series[0].best_h is None


def test_a_removable_point_has_a_budget() -> None:
    found = sweep("(t**2-4)/(t-2)", "2", backends=["central", "complex-step"], h_min=1e-8)
    central, complex_step = found.series
    assert central.rows[8].total is not None
    assert any(abs(float(step.total or "0")) > 0.5 for step in complex_step.rows)


@pytest.mark.parametrize(
    ("low", "high", "per_decade"),
    [(0, 1, 4), (-1, 1, 4), (1, 1, 4), (1, 1e-3, 4), (1e-3, math.inf, 4), (1e-3, 1, 0)],
)
def test_ranges_that_make_no_sense(low: float, high: float, per_decade: int) -> None:
    with pytest.raises(InputError):
        step_sizes(low, high, per_decade)


def test_the_grid_hits_the_decades() -> None:
    assert step_sizes(1e-3, 1, 2) == [1.0, 10**-0.5, 0.1, 10**-1.5, 0.01, 10**-2.5, 0.001]


def test_a_backend_without_a_step_is_refused() -> None:
    with pytest.raises(InputError, match="no step size"):
        sweep("sin(x)", 1, backends=["dual"])


def test_no_digits_of_noise_are_shown() -> None:
    """The truncation of central6 at 1e-20 is some 1e-121; f′ is known to 60 digits only."""
    (series,) = sweep("exp(x)*sin(x)", 1, backends=["central6"]).series
    rows = {step.h: step for step in series.rows}
    assert rows[1e-20].truncation is None
    assert rows[1e-20].representation == "0"
    assert rows[1e-20].roundoff is not None
    known = [
        (step.h, abs(float(step.truncation)))
        for step in series.rows
        if step.truncation is not None and step.h <= 0.01
    ]
    for (h, size), (smaller, less) in pairwise(known):
        assert less / size == pytest.approx((smaller / h) ** 6, rel=0.3)


def test_a_step_that_vanishes_in_the_format_has_no_parts() -> None:
    """A step of 1e-20 is 0 in float16; floor is constant around 1.5, a rational even on balls."""
    (series,) = sweep("floor(x)", "1.5", backends=["central"], dtype="float16").series
    last = series.rows[-1]
    assert (last.estimate, last.total, last.truncation) == ("nan", None, None)
    assert next(row.truncation for row in series.rows if row.h == 0.1) == "0"


BLACK_SCHOLES = (
    "d = (log(S/100) + 0.07*T)/(0.2*sqrt(T)); c = d - 0.2*sqrt(T); "
    "(S*erfc(-d/sqrt(2)) - 100*exp(-0.05*T)*erfc(-c/sqrt(2)))/2"
)


@pytest.mark.parametrize(("expr", "at", "wrt"), [
    (BLACK_SCHOLES,      {"S": "100", "T": "1e-3"}, "S"),
    (BLACK_SCHOLES,      {"S": "100", "T": "1e-3"}, "T"),
    ("(1-cos(x))/x**2",  {"x": "0.3"},              "x"),
    ("x - sin(x)",       {"x": "1e-3"},             "x"),
    ("sin(x)",           {"x": "1000"},             "x"),
    ("log(x)",           {"x": "1e-9"},             "x"),
    ("sqrt(x+1)-sqrt(x)", {"x": "1000"},             "x"),
])  # fmt: skip
def test_the_predicted_step_reckons_with_the_measured_roundoff(
    expr: str, at: dict[str, str], wrt: str
) -> None:
    """Where f cancels inside, or x is rounded, its noise is not u·|f|. The error with the predicted
    step is at most thirty times that of the best one, the luck of rounding being set aside: for each
    step the largest error of it and its neighbours is taken."""
    for series in sweep(expr, at, wrt=wrt).series:
        if series.backend == "complex-step":
            assert series.noise is None
            continue
        assert series.predicted_h is not None
        away = [abs(math.log(step.h / series.predicted_h)) for step in series.rows]
        errors = [abs(float(step.total or "inf")) for step in series.rows]
        without_luck = [max(errors[i - 1 : i + 2]) for i in range(1, len(errors) - 1)]
        nearest = max(away.index(min(away)), 1) - 1
        assert without_luck[nearest] < 30 * min(without_luck), series.backend


def noise_by_mpmath(computed: Callable[[float], float], true: Callable[[Any], Any]) -> float:
    """The largest |fl f - f| at 100 numbers beside 1e-3, at 60 digits."""
    with mpmath.workdps(60):
        return max(
            float(abs(true(mpmath.mpf(x)) - computed(x)))
            for x in (1e-3 + k * 1.2345e-9 for k in range(-50, 50))
        )


def test_the_noise_is_that_of_the_computation() -> None:
    (series,) = sweep("x - sin(x)", "1e-3", backends=["forward"]).series
    largest = noise_by_mpmath(lambda x: x - math.sin(x), lambda x: x - mpmath.sin(x))
    assert isinstance(series.noise, float)
    assert largest / 5 < series.noise < largest


def test_a_function_that_is_exact_is_said_to_be() -> None:
    found = sweep("2*x+1", "3", backends=["forward", "central"])
    assert [series.noise for series in found.series] == [0.0, 0.0]
    assert [series.predicted_h for series in found.series] == [None, None]
    assert "f itself is computed exactly beside the point" in str(rendered([document(found)]))


@pytest.mark.parametrize(("expr", "at", "method"), [
    ("x**2", "0", "forward"), ("x**3", "0", "central"), ("abs(x)", "2", "central"),
])  # fmt: skip
def test_no_step_is_predicted_where_nothing_balances(expr: str, at: str, method: str) -> None:
    """The roundoff of x**2 at 0 falls as fast as its truncation: the smaller h, the better."""
    (series,) = sweep(expr, at, backends=[method]).series
    assert series.predicted_h is None


def test_the_noise_is_that_within_the_reach_of_the_step() -> None:
    """exp(exp(x)) grows so fast that its roundoff within 1 of 7 says nothing of that beside 7."""
    for series in sweep("exp(exp(x))", "7", dtype="longdouble", h_min=1e-12).series:
        assert series.best_h is not None
        assert series.predicted_h is not None
        assert abs(math.log10(series.predicted_h / series.best_h)) < 1.2, series.backend


def test_the_best_step_may_be_the_default_one() -> None:
    """The default step is a power of two, so that 3 + h and its square are exact."""
    (series,) = sweep("x**2", "3", backends=["forward"], h_max=1e-2).series
    assert series.default is not None
    assert series.best_h == series.default_h == series.default.h
    assert series.digits_lost == 0
    assert all(step.h != series.default_h for step in series.rows)


def test_a_range_of_steps_is_as_good_as_the_best_one() -> None:
    (series,) = sweep("exp(x)", "1", backends=["complex-step"]).series
    assert series.as_good is not None
    smallest, largest = series.as_good
    assert smallest == 1e-20
    assert 1e-8 < largest < 1e-7
    good = [step for step in series.rows if smallest <= step.h <= largest]
    assert all(abs(float(step.total or "nan")) < 4 * math.ulp(math.e) for step in good)


@pytest.mark.parametrize("at", ["0.1", "1", "1e400", "1e-400", "3e-4940"])
def test_longdouble_has_its_budget_over_its_whole_range(at: str) -> None:
    expr = "sin(x)" if len(at) < 4 else "x*sqrt(2)+1" if "-" in at else "sqrt(x)"
    found = sweep(expr, at, dtype="longdouble", h_min=1e-10)
    jsonschema.validate(found.to_dict(), SCHEMA)
    for series in found.series:
        assert series.best_digits is not None
        assert series.default is not None
        assert series.default.total is not None
        assert sums(series.default)
        if len(at) < 4:
            assert all(None not in (step.truncation, step.roundoff) for step in series.rows)
