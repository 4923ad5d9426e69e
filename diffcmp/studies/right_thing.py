"""An algorithm's answer, differentiated by its equation (implicitly) or by the algorithm's own
steps (unrolled)."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.accuracy.compare import compare
from diffcmp.derivatives.arrays import gradient
from diffcmp.engines.derived import adjoint
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question
from diffcmp.truth.asked import certify
from diffcmp.truth.record import Quantity

COVARIANCE = (
    (4.0, 0.5, 0.5),
    (0.5, 3.75, 0.25),
    (0.5, 0.25, 1.0),
)  # of PCA: the largest eigenvalue and its derivative
KEPLER = "M + 0.9*sin(E)"  # E = M + e·sin E, the angle of a planet at time M, by iteration
IMPLICIT = "1/(1 - 0.9*cos(E))"  # dE/dM from the equation
AT, ENOUGH = 0.15, 200  # at M = 0.15; iterations after which the certified E has all its digits
U = 2.0**-53
REPEATS = 9


@dataclass(frozen=True, slots=True)
class Iteration:
    """After each count of steps the error of the value, and of the derivative by either way."""

    steps: tuple[int, ...]
    value: tuple[float, ...]
    unrolled: tuple[float, ...]
    implicit: tuple[float, ...]

    @property
    def lag(self) -> tuple[float, ...]:
        """How many times the error of the value is that of the unrolled derivative, while rounding
        disturbs neither."""
        return tuple(d / v for d, v in zip(self.unrolled[: self.clean], self.value, strict=False))

    @property
    def implicit_lag(self) -> tuple[float, ...]:
        """The same of the implicit derivative."""
        return tuple(d / v for d, v in zip(self.implicit[: self.clean], self.value, strict=False))

    @property
    def clean(self) -> int:
        return min(sum(e > 1e3 * U for e in errors) for errors in (self.value, self.unrolled))

    def rate(self, errors: Sequence[float]) -> float:
        """By what an error is multiplied at each step."""
        return float(
            (errors[self.clean - 1] / errors[0])
            ** (1 / (self.steps[self.clean - 1] - self.steps[0]))
        )

    @property
    def growth(self) -> float:
        """The p of lag = C·kᵖ, over the second half of these."""
        return slope(self.steps[: self.clean], self.lag)

    @property
    def implicit_growth(self) -> float:
        """The same of the implicit derivative."""
        return slope(self.steps[: self.clean], self.implicit_lag)


def study(
    steps: Annotated[int, Bounds("of the iterations, at most", 40, 100)] = 64,
    size: Annotated[int, Bounds("of the largest linear system", 4, 10)] = 8,
    seed: Annotated[int, Bounds("of the linear systems", 0, 2**31)] = 0,
) -> Report:
    """PCA by the power method, Kepler's equation by iteration, a linear system by elimination: each
    differentiated twice."""
    pca, kepler = power_method(range(4, steps + 1, 4)), fixed_point(range(2, steps + 1, 2))
    costs = [
        (k, seconds(gradient(f"eigmax_power(A, {k})"), np.array(COVARIANCE)))
        for k in (4, 8, 16, 32, 64)
    ]
    rule = seconds(gradient("eigmax(A)"), np.array(COVARIANCE))
    systems = [system(n, np.random.default_rng(seed)) for n in range(2, size + 1)]
    cost = slope([k for k, _ in costs], [operations(f"eigmax_power(A, {k})") for k, _ in costs])
    times = [row[4] / row[3] for row in systems]
    squared = pca.rate(pca.implicit) > 1.1 * pca.rate(pca.value)
    vector = "the rule waits for the eigenvector" if squared else "the rule is as good as the value"
    still = abs(kepler.implicit_growth)
    names = "value, k steps", "derivative, unrolled", "derivative, implicit"

    def chart(title: str, it: Iteration) -> Chart:
        curves = (
            Curve(n, it.steps, tuple(max(e, U) for e in y))
            for n, y in zip(names, (it.value, it.unrolled, it.implicit), strict=True)
        )
        return Chart(title, "steps k", "absolute error", tuple(curves), "y")

    return Report(
        "right-thing",
        f"through k steps, a derivative errs k^{kepler.growth:.1f} times as much as the value, at a cost of k^{cost:.1f}",
        question("right-thing"),
        "gradient (tape) and compare; truth by certify; solve and eigmax by their rules, solve_gauss and eigmax_power unrolled",
        {"steps": steps, "size": size, "seed": seed},
        (
            Table(
                "Solve A·x = b: by the rule, and through the elimination",
                {
                    "n": "count",
                    "digits, rule": "digits",
                    "digits, unrolled": "digits",
                    "time, rule": "seconds",
                    "time, unrolled": "seconds",
                },
                tuple(systems),
                "digits: of the worst element of the gradient of sum(x).",
            ),
            Table(
                "The largest eigenvalue: one gradient",
                {"way": "text", "time": "seconds"},
                (("the rule", rule), *((f"{k} steps, unrolled", s) for k, s in costs)),
            ),
        ),
        (
            chart(
                f"Kepler: unrolled over value grows like k^{kepler.growth:.1f}; implicit over value like k^{still:.1f}",
                kepler,
            ),
            chart(
                f"Largest eigenvalue: unrolled over value like k^{pca.growth:.1f}; {vector}", pca
            ),
        ),
        (
            concluded(
                "the error of the unrolled derivative over that of the value grows like k^{kepler:.2f} for Kepler's "
                "equation, like k^{pca:.2f} for the power method",
                kepler=kepler.growth,
                pca=pca.growth,
            ),
            concluded(
                "Kepler: the implicit derivative has at most {close:.1f} times the error of E (like k^{still:.1f}), "
                "the unrolled one up to {far:.0f} times",
                still=still,
                close=max(kepler.implicit_lag),
                far=max(kepler.lag),
            ),
            concluded(
                "power method: {vector} (convergence {slow:.2f} against {fast:.2f} a step)",
                vector=vector,
                slow=pca.rate(pca.implicit),
                fast=pca.rate(pca.value),
            ),
            concluded(
                "the operations of an unrolled gradient grow like k^{cost:.2f}: at {k} steps it takes {ratio:.0f} times "
                "the time of the rule, in which there is no k",
                cost=cost,
                k=costs[-1][0],
                ratio=costs[-1][1] / rule,
            ),
            concluded(
                "solve: rule and elimination differ by at most {apart:.1f} digits, in time by a factor {first:.0f} to "
                "{last:.0f}",
                apart=max(abs(row[1] - row[2]) for row in systems),
                first=times[0],
                last=times[-1],
            ),
        ),
    )


def power_method(steps: Sequence[int]) -> Iteration:
    """The eigenvalue of the covariance, and its derivative: by the rule the product of the elements
    of the eigenvector."""
    truth = certify("eigmax(A)", {"A": COVARIANCE})
    exact = np.array([certain(truth.derivative(name)) for name in truth.along], float).reshape(3, 3)
    value, unrolled, implicit = [], [], []
    a, start = np.array(COVARIANCE), 1 / np.arange(1.0, 4.0)
    for k in each(steps, "steps of the power method"):
        v = np.linalg.matrix_power(a, k) @ start
        v /= np.linalg.norm(v)
        rayleigh = v @ a @ v
        value.append(float(abs(Fraction(float(rayleigh)) - certain(truth.value))))
        unrolled.append(float(abs(gradient(f"eigmax_power(A, {k})")(COVARIANCE) - exact).max()))
        implicit.append(float(abs(np.outer(v, v) - exact).max()))
    return Iteration(tuple(steps), tuple(value), tuple(unrolled), tuple(implicit))


def fixed_point(steps: Sequence[int]) -> Iteration:
    """Kepler's E after k iterations from E = M, differentiated through them, or by the equation at
    the E that they gave."""
    truth = certify(unrolling(ENOUGH), AT)
    exact = certain(truth.derivative("M"))
    value, unrolled, implicit = [], [], []
    for k in each(steps, "steps of Kepler's iteration"):
        row = compare(unrolling(k), AT, backends=["dual"]).rows[0]
        rule = certify(IMPLICIT, float(row.value)).value
        value.append(float(abs(Fraction(float(row.value)) - certain(truth.value))))
        unrolled.append(float(abs(Fraction(row.derivative["M"]) - exact)))
        implicit.append(float(abs(certain(rule) - exact)))
    return Iteration(tuple(steps), tuple(value), tuple(unrolled), tuple(implicit))


def unrolling(k: int) -> str:
    """The program of k iterations."""
    return "E = M; " + f"E = {KEPLER}; " * k + "E"


def system(n: int, random: np.random.Generator) -> tuple[int, float, float, float, float]:
    """n, the digits of the gradient of sum(x) in A by either way, and the seconds of both."""
    a, b = random.normal(size=(n, n)), random.normal(size=n)
    rule, steps = ("sum(solve(A, b))", "sum(solve_gauss(A, b))")
    at = {"A": a.tolist(), "b": b.tolist()}
    truth = certify(rule, at)
    exact = [certain(truth.derivative(name)) for name in truth.along][: n * n]
    digits, times = [], []
    for text in (rule, steps):
        found = gradient(text)(a, b)[0].ravel()
        worst = max(abs((Fraction(float(d)) - e) / e) for d, e in zip(found, exact, strict=True))
        digits.append(-math.log10(max(float(worst), U)))
        times.append(seconds(gradient(text), a, b))
    return n, digits[0], digits[1], times[0], times[1]


def certain(quantity: Quantity | None) -> Fraction:
    """The number that is certified."""
    assert quantity is not None
    assert quantity.exact is not None
    return quantity.exact


def operations(text: str) -> int:
    """How many equations one reverse sweep through an algorithm for a 3×3 matrix has."""
    return len(adjoint(gradient(text).program([np.array(COVARIANCE)]), ("A",)).equations)


def seconds(f: Callable[..., Any], *at: NDArray[np.float64]) -> float:
    """The median time of a call."""
    f(*at)
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        f(*at)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """The exponent p of y = C·xᵖ by least squares, from the second half of the points."""
    half = len(x) // 2
    return float(np.polyfit(np.log(x[half:]), np.log(y[half:]), 1)[0])
