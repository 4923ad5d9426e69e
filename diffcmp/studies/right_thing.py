"""An algorithm's answer, differentiated by its equation (implicitly) or through its steps."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.accuracy.compare import compare
from diffcmp.derivatives.arrays import gradient
from diffcmp.engines.derived import adjoint
from diffcmp.report.record import Chart, Curve, Report
from diffcmp.studies.layout import Axes, chart, conclusions, table
from diffcmp.studies.numbers import absolute_error, largest, power
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.certify import certify
from diffcmp.truth.record import certain

COVARIANCE = np.array([[4.0, 0.5, 0.5], [0.5, 3.75, 0.25], [0.5, 0.25, 1.0]])  # of PCA
KEPLER = "M + 0.9*sin(E)"  # E = M + e·sin E, the angle of a planet at time M, by iteration
IMPLICIT = "1/(1 - 0.9*cos(E))"  # dE/dM from the equation
AT, ENOUGH = 0.15, 200  # at M = 0.15; iterations after which the certified E has all its digits
UNROLLED = (4, 8, 16, 32, 64)  # steps of the power method that are timed
U = 2.0**-53
REPEATS = 9


@dataclass(frozen=True, slots=True)
class Iteration:
    """After each count of steps the error of the value, and of the derivative by either way."""

    steps: Sequence[int]
    value: list[float] = field(default_factory=list)
    unrolled: list[float] = field(default_factory=list)
    implicit: list[float] = field(default_factory=list)

    @property
    def clean(self) -> int:
        """How many of the counts rounding does not disturb."""
        return min(sum(e > 1e3 * U for e in errors) for errors in (self.value, self.unrolled))

    def lag(self, errors: list[float]) -> list[float]:
        """These errors over the error of the value, where rounding disturbs neither."""
        return [e / v for e, v in zip(errors[: self.clean], self.value, strict=False)]

    def growth(self, errors: list[float]) -> float:
        """The p of lag = C·kᵖ."""
        return late_power(self.steps[: self.clean], self.lag(errors))

    def rate(self, errors: list[float]) -> float:
        """By what an error is multiplied at each step."""
        last = self.clean - 1
        return float((errors[last] / errors[0]) ** (1 / (self.steps[last] - self.steps[0])))

    def chart(self, title: str) -> Chart:
        """The three errors against the steps; below rounding they are drawn at u."""
        named = {
            "value, k steps": self.value,
            "derivative, unrolled": self.unrolled,
            "derivative, implicit": self.implicit,
        }
        steps = tuple(self.steps)
        curves = (Curve(n, steps, tuple(max(e, U) for e in errors)) for n, errors in named.items())
        return chart(title, Axes("steps k", "absolute error", "y"), *curves)


@dataclass(frozen=True, slots=True)
class Solved:
    """A linear system of n equations: correct digits of the gradient of sum(x) by the rule and
    through the elimination, and the seconds of both."""

    n: int
    rule: float
    unrolled: float
    rule_seconds: float
    unrolled_seconds: float


def study(
    steps: Annotated[int, Bounds("of the iterations, at most", 40, 100)] = 64,
    size: Annotated[int, Bounds("of the largest linear system", 4, 10)] = 8,
    seed: Annotated[int, Bounds("of the linear systems", 0, 2**31)] = 0,
) -> Report:
    """PCA by the power method, Kepler's equation, a linear system: each differentiated twice."""
    pca, kepler = power_method(range(4, steps + 1, 4)), fixed_point(range(2, steps + 1, 2))
    times = {"the rule": seconds("eigmax(A)", COVARIANCE)}
    times |= {f"{k} steps, unrolled": seconds(iterated(k), COVARIANCE) for k in UNROLLED}
    cost = late_power(UNROLLED, [operations(iterated(k)) for k in UNROLLED])
    systems = [system(n, np.random.default_rng(seed)) for n in range(2, size + 1)]
    ratios = [s.unrolled_seconds / s.rule_seconds for s in systems]
    slow, fast = pca.rate(pca.implicit), pca.rate(pca.value)
    waits = slow > 1.1 * fast
    vector = "the rule waits for the eigenvector" if waits else "the rule is as good as the value"
    still = abs(kepler.growth(kepler.implicit))
    growth, pca_growth = kepler.growth(kepler.unrolled), pca.growth(pca.unrolled)
    facts: dict[str, Any] = {"kepler": growth, "pca": pca_growth, "still": still}
    facts |= {"close": max(kepler.lag(kepler.implicit)), "far": max(kepler.lag(kepler.unrolled))}
    facts |= {"vector": vector, "slow": slow, "fast": fast, "cost": cost, "k": UNROLLED[-1]}
    facts |= {"ratio": [*times.values()][-1] / times["the rule"]}
    facts |= {"apart": max(abs(s.rule - s.unrolled) for s in systems)}
    facts |= {"first": ratios[0], "last": ratios[-1]}
    solved = table(
        "Solve A·x = b: by the rule, and through the elimination",
        systems,
        ("n", "count", "n"),
        ("digits, rule", "digits", "rule"),
        ("digits, unrolled", "digits", "unrolled"),
        ("time, rule", "seconds", "rule_seconds"),
        ("time, unrolled", "seconds", "unrolled_seconds"),
        note="digits: of the worst element of the gradient of sum(x).",
    )
    timed = table(
        "The largest eigenvalue: one gradient",
        times.items(),
        ("way", "text", lambda row: row[0]),
        ("time", "seconds", lambda row: row[1]),
    )
    return Report(
        title=f"through k steps, a derivative errs k^{growth:.1f} times as much as the value, at a "
        f"cost of k^{cost:.1f}",
        method="gradient (tape) and compare; truth by certify; solve and eigmax by their rules, "
        "solve_gauss and eigmax_power unrolled",
        tables=(solved, timed),
        charts=(
            kepler.chart(
                f"Kepler: the error over that of the value grows like k^{growth:.1f} unrolled, "
                f"like k^{still:.1f} implicitly"
            ),
            pca.chart(
                "Largest eigenvalue: unrolled, the error over that of the value grows like "
                f"k^{pca_growth:.1f}; {vector}"
            ),
        ),
        conclusions=conclusions(
            facts,
            "the error of the unrolled derivative over that of the value grows like k^{kepler:.2f} "
            "for Kepler's equation, like k^{pca:.2f} for the power method",
            "Kepler: the implicit derivative has at most {close:.1f} times the error of E (like "
            "k^{still:.1f}), the unrolled one up to {far:.0f} times",
            "power method: {vector} (convergence {slow:.2f} against {fast:.2f} a step)",
            "the operations of an unrolled gradient grow like k^{cost:.2f}: at {k} steps it takes "
            "{ratio:.0f} times as long as the rule, whose cost does not depend on k",
            "solve: rule and elimination differ by at most {apart:.1f} digits, in time by a factor "
            "{first:.0f} to {last:.0f}",
        ),
    )


def power_method(steps: Sequence[int]) -> Iteration:
    """The largest eigenvalue and its derivative: by the rule, v·vᵀ of the eigenvector."""
    truth = certify("eigmax(A)", {"A": COVARIANCE})
    elements = [float(certain(truth.derivative(name))) for name in truth.along]
    exact = np.reshape(elements, (3, 3))
    run = Iteration(steps)
    for k in each(steps, "steps of the power method"):
        v = eigenvector(k)
        value = v @ COVARIANCE @ v
        run.value.append(absolute_error(value, certain(truth.value)))
        run.unrolled.append(largest(gradient(iterated(k))(COVARIANCE) - exact))
        run.implicit.append(largest(np.outer(v, v) - exact))
    return run


def eigenvector(k: int) -> NDArray[np.float64]:
    """The eigenvector by k steps of the power method."""
    v: NDArray[np.float64] = np.linalg.matrix_power(COVARIANCE, k) @ (1 / np.arange(1.0, 4.0))
    return v / np.linalg.norm(v)


def fixed_point(steps: Sequence[int]) -> Iteration:
    """Kepler's E after k iterations from E = M, differentiated through them, or by the equation."""
    truth = certify(unrolling(ENOUGH), AT)
    exact = certain(truth.derivative("M"))
    run = Iteration(steps)
    for k in each(steps, "steps of Kepler's iteration"):
        row = compare(unrolling(k), AT, backends=["dual"]).rows[0]
        rule = certify(IMPLICIT, float(row.value)).value
        run.value.append(absolute_error(row.value, certain(truth.value)))
        run.unrolled.append(absolute_error(row.derivative["M"], exact))
        run.implicit.append(float(abs(certain(rule) - exact)))
    return run


def unrolling(k: int) -> str:
    """The program of k iterations for Kepler's equation."""
    return "E = M; " + f"E = {KEPLER}; " * k + "E"


def iterated(k: int) -> str:
    """The eigenvalue by k steps of the power method."""
    return f"eigmax_power(A, {k})"


def system(n: int, random: np.random.Generator) -> Solved:
    """A random system, its gradients in A held against certified ones."""
    a = random.normal(size=(n, n))
    b = random.normal(size=n)
    rule, elimination = "sum(solve(A, b))", "sum(solve_gauss(A, b))"
    truth = certify(rule, {"A": a.tolist(), "b": b.tolist()})
    exact = [certain(truth.derivative(name)) for name in truth.along][: n * n]
    by_rule, by_steps = (worst_digits(gradient(f)(a, b)[0], exact) for f in (rule, elimination))
    return Solved(n, by_rule, by_steps, seconds(rule, a, b), seconds(elimination, a, b))


def worst_digits(slopes: NDArray[np.float64], exact: Sequence[Fraction]) -> float:
    """The correct digits of the worst element."""
    pairs = zip(slopes.ravel(), exact, strict=True)
    worst = max(absolute_error(d, true) / abs(float(true)) for d, true in pairs)
    return -math.log10(max(worst, U))


def operations(text: str) -> int:
    """How many equations one reverse sweep through an algorithm for a 3×3 matrix has."""
    return len(adjoint(gradient(text).program([COVARIANCE]), ("A",)).equations)


def seconds(text: str, *at: NDArray[np.float64]) -> float:
    """The median time of one gradient."""
    f: Callable[..., Any] = gradient(text)
    f(*at)
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        f(*at)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def late_power(x: Sequence[float], y: Sequence[float]) -> float:
    """The p of y = C·xᵖ, from the second half of the points."""
    half = len(x) // 2
    return power(x[half:], y[half:])
