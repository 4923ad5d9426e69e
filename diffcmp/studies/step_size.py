"""The V of the step size, and what every rule for h loses, over functions from the literature."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files
from typing import Annotated, Any

from diffcmp.accuracy.judging.errors import correct_digits, full_digits
from diffcmp.accuracy.judging.record import Series, Sweep
from diffcmp.accuracy.sweep import sweep
from diffcmp.arithmetic.floats import Floats
from diffcmp.report.record import Conclusion, Curve, Report, concluded
from diffcmp.studies.layout import Axes, chart, conclusions, curve, listed, table
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.record import certain

FUNCTION, POINT = "exp(x)/sqrt(sin(x)**3+cos(x)**3)", "1.5"  # Squire & Trapp, SIAM Review 40 (1998)
ORDERS = {"forward": 1, "central": 2, "complex-step": 2}
METHODS = tuple(ORDERS)
FIXED = {"forward": "1e-6", "central": "1e-4", "complex-step": "1e-8"}
THEORY = "theory"
MOST = 135
SHORT = 20  # letters of a formula that is its own name


@dataclass(frozen=True, slots=True)
class Case:
    """A function at a point. wrt: the first variable along which it has curvature, if there is one,
    because the largest h is the best where there is none."""

    expr: str
    at: dict[str, str]
    wrt: str
    source: str

    @property
    def name(self) -> str:
        """Its formula, or where it comes from."""
        formula = f"{self.expr} at {', '.join(self.at.values())}"
        return formula if len(self.expr) < SHORT else self.source


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for h of a method, and the digits that it loses, function by function."""

    method: str
    name: str
    lost: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.lost.values())

    @property
    def worst(self) -> float:
        return max(self.lost.values())

    @property
    def hardest(self) -> str:
        """The function for which it loses most."""
        return max(self.lost, key=self.lost.__getitem__)

    @property
    def curve(self) -> Curve:
        """The digits lost, from the function for which they are fewest."""
        count = len(self.lost)
        shares = [100 * (i + 1) / count for i in range(count)]
        return curve(f"{self.method}, {self.name}", shares, sorted(self.lost.values()))


def cases(count: int) -> dict[str, Case]:
    """Functions and points of FPBench, Feynman's lectures (Udrescu & Tegmark 2020), and papers."""
    text = (files("diffcmp.studies") / "functions.jsonl").read_text(encoding="utf-8")
    lines = map(json.loads, text.splitlines()[:count])
    return {x["id"]: Case(x["expr"], x["at"], x["wrt"], str(x["source"])) for x in lines}


def tried(functions: dict[str, Case], per_decade: int) -> list[Rule]:
    """What every rule loses for those of the functions to which all rules apply."""
    rules: dict[tuple[str, str], Rule] = {}
    settings: dict[str, Any] = {"backends": METHODS, "per_decade": per_decade, "h_min": 1e-20}
    for name, case in each(functions.items(), "functions"):
        many = sweep(case.expr, case.at, wrt=case.wrt, **settings)
        for key, digits in lost_by_rule(many) if all_rules_apply(many) else ():
            rules.setdefault(key, Rule(*key)).lost[name] = digits
    return list(rules.values())


def lost_by_rule(many: Sweep) -> Iterator[tuple[tuple[str, str], float]]:
    """Each method and rule, and the digits that it loses."""
    for series in many.series:
        best = series.best_digits or 0.0
        for rule, digits in digits_by_rule(many, series).items():
            yield (series.backend, rule), max(0.0, best - digits)


def all_rules_apply(many: Sweep) -> bool:
    """Whether f′ is not 0 and theory has an h for every method: rules see the same functions."""
    predicted = all(series.predicted_h is not None for series in many.series)
    return predicted and bool(many.truth.exact(many.variable))


def digits_by_rule(many: Sweep, series: Series) -> dict[str, float]:
    """Correct digits with the default h, and with the grid's nearest h to the other rules'."""
    assert series.predicted_h is not None
    fixed = FIXED[series.backend]
    return {
        series.rule: series.default_digits or 0.0,
        THEORY: digits_near(many, series, series.predicted_h),
        f"always {fixed}": digits_near(many, series, float(fixed)),
    }


def digits_near(many: Sweep, series: Series, h: float) -> float:
    """Correct digits with the step size of the grid that is nearest to h."""
    step = min(series.rows, key=lambda row: max(row.h / h, h / row.h))
    error = None if step.total is None else abs(Fraction(step.total))
    true = certain(many.truth.derivative(many.variable))
    return correct_digits(error, true, full_digits(Floats()))


def study(
    per_decade: Annotated[int, Bounds("step sizes a decade", 1, 20)] = 4,
    functions: Annotated[int, Bounds("functions that the rules are tried on", 3, MOST)] = MOST,
) -> Report:
    """One function over all step sizes, then the digits that each rule loses for every function."""
    one = sweep(FUNCTION, POINT, backends=METHODS, per_decade=per_decade)
    by_id = cases(functions)
    rules = tried(by_id, per_decade)
    count = len(rules[0].lost)
    by_name = {(rule.method, rule.name): rule for rule in rules}
    usual, theory, loss = {}, {}, {}
    for series in one.series:
        method = series.backend
        usual[method], theory[method] = by_name[method, series.rule], by_name[method, THEORY]
        own = (usual[method], theory[method], by_name[method, f"always {FIXED[method]}"])
        loss[method] = {r.name: {"median": r.median, "worst": r.worst} for r in own}
    order = {s.backend: s.fitted_order for s in one.series}
    powers = listed((p for p in order.values() if p is not None), ".2f")
    fits = table(
        f"Fitted powers of h, for {FUNCTION} at {POINT}",
        one.series,
        ("method", "text", "backend"),
        ("truncation", "order", "fitted_order"),
        ("theory", "count", lambda series: ORDERS[series.backend]),
        ("roundoff", "order", "roundoff_slope"),
        ("best h", "step", "best_h"),
        ("theory's h", "step", "predicted_h"),
        ("digits", "digits", "best_digits"),
        ("usual h", "digits", "default_digits"),
    )
    losses = table(
        f"Digits lost against the best h, over {count} functions",
        rules,
        ("method", "text", "method"),
        ("rule for h", "text", "name"),
        ("median", "digits", "median"),
        ("worst", "digits", "worst"),
        ("worst for", "text", lambda rule: by_id[rule.hardest].name),
        note="best h: of the grid and the usual one, with the luck that rounding may have there.",
    )
    v = chart(
        f"The error against h is a V: truncation falls like h to the power {powers}",
        Axes("step size h", "absolute error of f′", "xy", (1e-17, 1e3)),
        *(error_curve(series, "total") for series in one.series),
        error_curve(one.series[0], "truncation"),
    )
    by_function = chart(
        f"Digits lost at the median: forward {usual['forward'].median:.1f} with the usual h, "
        f"{theory['forward'].median:.1f} with theory's; central {usual['central'].median:.1f} and "
        f"{theory['central'].median:.1f}",
        Axes("share of the functions in %", "digits lost against the best h"),
        *(rule.curve for rule in rules if rule.method != "complex-step"),
    )
    return Report(
        title=f"the usual h costs forward differences {usual['forward'].median:.1f} digits at the "
        f"median, {usual['forward'].worst:.1f} at worst",
        method="sweep (error parts certified) on functions of FPBench, Feynman and papers",
        tables=(fits, losses),
        charts=(v, by_function),
        conclusions=(
            *conclusions(
                {"said": powers, "orders": order, "theory": listed(ORDERS.values())},
                "truncation falls like h to the power {said}; theory: {theory}",
            ),
            on_roundoff(one),
            *(on_rules(method, loss) for method in loss),
            *conclusions(
                {"tried": count, "untold": functions - count},
                "tried on {tried} functions; for {untold} more, f′, the derivative in the "
                "truncation error or the roundoff of f is 0, so that the best h is the largest or "
                "the smallest",
            ),
        ),
    )


def error_curve(series: Series, part: str) -> Curve:
    """The size of an error against h; dashed where it is a part of the whole."""
    errors = [getattr(row, part) for row in series.rows]
    sizes = [None if error is None else abs(float(error)) for error in errors]
    h = [row.h for row in series.rows]
    if part == "total":
        return curve(series.backend, h, sizes)
    return curve(f"{series.backend}: {part}", h, sizes, "theory")


def on_roundoff(one: Sweep) -> Conclusion:
    """How roundoff grows; a complex step has next to none."""
    slopes = {s.backend: s.roundoff_slope for s in one.series if s.backend != "complex-step"}
    powers = listed((p for p in slopes.values() if p is not None), ".2f")
    sentence = "roundoff grows like h to the power {said}; theory: −1"
    return concluded(sentence, said=powers, roundoff=slopes)


def on_rules(method: str, loss: dict[str, dict[str, dict[str, float]]]) -> Conclusion:
    """What the three rules for h of a method lose."""
    usual, theory, fixed = loss[method].values()
    return concluded(
        "{method}: {usual[median]:.1f} digits lost at the median with the usual rule, "
        "{theory[median]:.1f} with theory's h, {fixed[median]:.1f} with one h for all; at worst "
        "{usual[worst]:.1f}, {theory[worst]:.1f} and {fixed[worst]:.1f}",
        method=method,
        usual=usual,
        theory=theory,
        fixed=fixed,
        lost=loss,
    )
