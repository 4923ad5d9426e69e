"""The V of the step size, and what every rule for h loses against the best h, over functions from
the literature."""

from __future__ import annotations

import json
import statistics
from fractions import Fraction
from importlib.resources import files
from typing import Annotated, Any

from diffcmp.accuracy.errors import correct_digits
from diffcmp.accuracy.record import Series, Sweep
from diffcmp.accuracy.sweep import sweep
from diffcmp.arithmetic.floats import Floats
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

FUNCTION, POINT = "exp(x)/sqrt(sin(x)**3+cos(x)**3)", "1.5"  # Squire & Trapp, SIAM Review 40 (1998)
METHODS = ("forward", "central", "complex-step")
ORDERS = {"forward": 1, "central": 2, "complex-step": 2}
FIXED = {"forward": "1e-6", "central": "1e-4", "complex-step": "1e-8"}
THEORY = "theory"
MOST = 135
SHORT = 20  # letters of a formula that is its own name


def study(
    per_decade: Annotated[int, Bounds("step sizes a decade", 1, 20)] = 4,
    functions: Annotated[int, Bounds("functions that the rules are tried on", 3, MOST)] = MOST,
) -> Report:
    """One function over all step sizes, then the digits that each rule loses, function by
    function."""
    one = sweep(FUNCTION, POINT, backends=METHODS, per_decade=per_decade)
    order = {s.backend: s.fitted_order for s in one.series}
    roundoff = {s.backend: s.roundoff_slope for s in one.series if s.backend != "complex-step"}
    lost: dict[tuple[str, str], dict[str, float]] = {}
    cases = {case["id"]: case for case in _cases(functions)}
    for name, case in each(cases.items(), "functions"):
        many = sweep(
            case["expr"],
            case["at"],
            wrt=case["wrt"],
            backends=METHODS,
            per_decade=per_decade,
            h_min=1e-20,
        )
        for series in many.series if _all_rules_apply(many) else ():
            for rule, digits in _digits(many, series).items():
                lost.setdefault((series.backend, rule), {})[name] = max(
                    0.0, (series.best_digits or 0.0) - digits
                )
    median = {key: statistics.median(found.values()) for key, found in lost.items()}
    worst = {key: max(found.values()) for key, found in lost.items()}
    usual = {m: next(s.rule for s in one.series if s.backend == m) for m in METHODS}
    tried = len(lost["forward", THEORY])
    loss = {
        m: {
            r: {"median": median[m, r], "worst": worst[m, r]}
            for r in (usual[m], THEORY, f"always {FIXED[m]}")
        }
        for m in METHODS
    }
    label = {(m, r): f"{m}, {r}" for m, r in lost}
    return Report(
        "step-size",
        f"the usual h costs forward differences {median['forward', usual['forward']]:.1f} digits at the median, "
        f"{worst['forward', usual['forward']]:.1f} at worst",
        question("step-size"),
        "sweep (error parts certified) on functions of FPBench, Feynman and papers",
        {"per_decade": per_decade, "functions": functions},
        (
            Table(
                f"Fitted powers of h, for {FUNCTION} at {POINT}",
                {
                    "method": "text",
                    "truncation": "order",
                    "theory": "count",
                    "roundoff": "order",
                    "best h": "step",
                    "theory's h": "step",
                    "digits": "digits",
                    "usual h": "digits",
                },
                tuple(
                    (
                        s.backend,
                        s.fitted_order,
                        ORDERS[s.backend],
                        s.roundoff_slope,
                        s.best_h,
                        s.predicted_h,
                        s.best_digits,
                        s.default_digits,
                    )
                    for s in one.series
                ),
            ),
            Table(
                f"Digits lost against the best h, over {tried} functions",
                {
                    "method": "text",
                    "rule for h": "text",
                    "median": "digits",
                    "worst": "digits",
                    "worst for": "text",
                },
                tuple(
                    (
                        m,
                        r,
                        median[m, r],
                        worst[m, r],
                        _named(cases[max(found, key=found.__getitem__)]),
                    )
                    for (m, r), found in lost.items()
                ),
                "best h: of the grid, with the luck that rounding may have there.",
            ),
        ),
        (
            Chart(
                f"Too large and too small: the V. Truncation falls like h to the power {_listed(order)}",
                "step size h",
                "absolute error of f′",
                (*(_curve(s, "total") for s in one.series), _curve(one.series[0], "truncation")),
                "xy",
                (1e-17, 1e3),
            ),
            Chart(
                f"Digits lost at the median: forward {median['forward', usual['forward']]:.1f} with the usual h, "
                f"{median['forward', THEORY]:.1f} with theory's; central {median['central', usual['central']]:.1f} and "
                f"{median['central', THEORY]:.1f}",
                "share of the functions in %",
                "digits lost against the best h",
                tuple(
                    Curve(
                        label[key],
                        tuple(100 * (i + 1) / len(found) for i in range(len(found))),
                        tuple(sorted(found.values())),
                    )
                    for key, found in lost.items()
                    if key[0] != "complex-step"
                ),
            ),
        ),
        (
            concluded(
                "truncation falls like h to the power {said}; theory: {theory}",
                said=_listed(order),
                orders=order,
                theory=", ".join(map(str, ORDERS.values())),
            ),
            concluded(
                "roundoff grows like h to the power {said}; theory: −1",
                said=_listed(roundoff),
                roundoff=roundoff,
            ),
            *(
                concluded(
                    "{method}: {usual[median]:.1f} digits lost at the median with the usual rule, {theory[median]:.1f} with "
                    "theory's h, {fixed[median]:.1f} with one h for all; at worst {usual[worst]:.1f}, {theory[worst]:.1f} and "
                    "{fixed[worst]:.1f}",
                    method=m,
                    **dict(zip(("usual", "theory", "fixed"), found.values(), strict=True)),
                    lost=loss,
                )
                for m, found in loss.items()
            ),
            concluded(
                "tried on {tried} functions; of {untold} more f′, or the derivative that makes the truncation error, is "
                "0, so that the best h is the largest or the smallest",
                tried=tried,
                untold=functions - tried,
            ),
        ),
    )


def _cases(count: int) -> list[dict[str, Any]]:
    """Functions and points of FPBench, of Feynman's lectures (Udrescu & Tegmark 2020), and of
    papers.

    `wrt` is the first variable along which f has curvature, where there is one: else the largest h
    is the best.
    """
    text = (files("diffcmp.studies") / "functions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()[:count]]


def _named(case: dict[str, Any]) -> str:
    """A function by its formula, or by where it comes from."""
    return (
        f"{case['expr']} at {', '.join(case['at'].values())}"
        if len(case["expr"]) < SHORT
        else str(case["source"])
    )


def _all_rules_apply(found: Sweep) -> bool:
    """Whether the derivative is not 0 and theory has an h for every method: the same functions for
    every rule."""
    quantity = found.truth.derivative(found.variable)
    return bool(quantity and quantity.exact) and all(
        series.predicted_h is not None for series in found.series
    )


def _digits(found: Sweep, series: Series) -> dict[str, float]:
    """Correct digits with the h of every rule; of those that are not the default's own, with the
    nearest of the grid."""
    assert series.predicted_h is not None
    chosen = {
        THEORY: series.predicted_h,
        f"always {FIXED[series.backend]}": float(FIXED[series.backend]),
    }
    return {
        series.rule: series.default_digits or 0.0,
        **{rule: _nearest(found, series, h) for rule, h in chosen.items()},
    }


def _nearest(found: Sweep, series: Series, h: float) -> float:
    quantity = found.truth.derivative(found.variable)
    assert quantity is not None
    assert quantity.exact is not None
    step = min(series.rows, key=lambda row: max(row.h / h, h / row.h))
    error = None if step.total is None else abs(Fraction(step.total))
    return correct_digits(error, quantity.exact, Floats())


def _curve(series: Series, part: str) -> Curve:
    sizes = [getattr(row, part) for row in series.rows]
    y = tuple(None if size is None else abs(float(size)) for size in sizes)
    h = tuple(row.h for row in series.rows)
    return (
        Curve(series.backend, h, y)
        if part == "total"
        else Curve(f"{series.backend}: truncation", h, y, "theory")
    )


def _listed(found: dict[str, float | None]) -> str:
    return ", ".join(f"{power:.2f}" for power in found.values() if power is not None)
