"""Newton's method on a cost: its derivative is set to zero, as each backend gives it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.backends.registry import able
from diffcmp.deadline import Deadline
from diffcmp.derivatives.arrays import hessian
from diffcmp.language.parser import parse
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point
from diffcmp.report.record import Report
from diffcmp.studies.layout import Axes, chart, conclusions, curve, curves, table
from diffcmp.studies.numbers import absolute_error, largest, slopes
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.certify import certify
from diffcmp.truth.record import certain

COST = "softplus(x) - x/4"  # minus the log-likelihood of log-odds x: one throw of four shows heads
BEST = -math.log(3)  # the minimum, rounded
AROUND = [BEST + k * 1e-3 for k in range(-6, 7)]
QUADRATIC = "x @ A @ x/2 - b @ x"
U = 2.0**-53
LAST = 4  # iterates of which the worst is the floor


@dataclass(frozen=True, slots=True)
class Slope:
    """A way to the first derivative; h None: by the backend's rule."""

    backend: str
    h: float | None = None

    @property
    def name(self) -> str:
        return self.backend if self.h is None else f"{self.backend}, h = {self.h:g}"

    def function(self) -> Callable[[float], float]:
        """The derivative of the cost."""
        method = able(self.backend, 1).configured(h=self.h, deadline=Deadline.after(10))
        ready = method.prepare(parse(COST), ["x"])
        return lambda x: float(ready(Point({"x": coordinate(x)})).derivative["x"])

    def error(self) -> float:
        """The largest error around the minimum: at a single point rounding may be lucky."""
        slope = self.function()
        truths = {x: certain(certify(COST, x).derivative("x")) for x in AROUND}
        return max(absolute_error(slope(x), true) for x, true in truths.items())


SLOPES = [Slope(name) for name in ("dual", "tape", "symbolic", "complex-step", "richardson")]
SLOPES += [Slope("central"), Slope("central", 1e-2), Slope("central", 1e-10)]
SLOPES += [Slope("forward"), Slope("forward", 1e-2), Slope("forward", 1e-4)]
SLOPES += [Slope("forward", 1e-13)]
CHORD = "dual, f″ of the start"
DRAWN = ("dual", "central", "forward", "forward, h = 0.01", "forward, h = 1e-13", CHORD)


def study(
    start: Annotated[float, Bounds("log-odds to start from", -2.5, 0.5)] = 0.0,
    steps: Annotated[int, Bounds("of Newton's method", 10, 100)] = 12,
    size: Annotated[int, Bounds("variables of the quadratic", 1, 100)] = 10,
    seed: Annotated[int, Bounds("of the quadratic", 0, 2**31)] = 0,
) -> Report:
    """One iteration with twelve first derivatives; and a quadratic, where one step is enough."""
    curvature = hessian(COST)
    ways = {way.name: way for way in SLOPES}
    paths = {
        name: errors(newton(way.function(), curvature, start, steps))
        for name, way in each(ways.items(), "ways")
    }
    first, at_best = curvature(start), float(curvature(BEST))
    paths[CHORD] = errors(newton(SLOPES[0].function(), lambda x: first, start, steps))
    chord = paths[CHORD]
    predicted = {name: way.error() / at_best for name, way in ways.items()}
    floor = {name: max(path[-LAST:]) for name, path in paths.items()}
    needed = {name: reached(path, 4 * U) for name, path in paths.items()}
    loud = [name for name in predicted if predicted[name] > 4 * U]
    factor = 10 ** max(abs(math.log10(floor[name] / predicted[name])) for name in loud)
    order, chord_order = fitted_order(paths["dual"]), fitted_order(chord)
    converges = chord[-1] < chord[0] / 10
    before, after = one_step(size, np.random.default_rng(seed))
    facts: dict[str, Any] = {"order": order}
    facts |= {"factor": factor, "floor": floor, "predicted": predicted}
    facts |= {"said": f"the order is {chord_order:.1f}" if converges else "it does not converge"}
    facts |= {"chord": chord_order, "left": chord[-1], "steps": steps, "fast": needed["dual"]}
    facts |= {"size": size, "before": before, "after": after}
    floors = table(
        "Newton's method with the f′ of each backend",
        ways,
        ("f′ by", "text", lambda name: name),
        ("error of f′", "error", lambda name: predicted[name] * at_best),
        ("predicted floor", "error", lambda name: predicted[name]),
        ("floor", "error", lambda name: floor[name]),
        ("steps", "count", lambda name: needed[name]),
        note=f"predicted floor: error of f′ (the largest of {len(AROUND)} around x*), over f″. "
        "steps: until |x − x*| ≤ 4u; none where it never is.",
    )
    digits = chart(
        f"Digits grow {order:.1f}-fold with every step, until the error of f′ stops them",
        Axes("step", "|x − x*|", "y", (1e-17, 3.0)),
        *curves(range(steps + 1), {name: paths[name] for name in DRAWN}),
    )
    law = chart(
        "Where f′ errs by more than rounding, its error over f″ is the floor, within a factor of "
        f"{factor:.1f}",
        Axes("error of f′ around x*, over f″", "floor of |x − x*|", "xy"),
        curve("a way to f′", predicted.values(), [floor[name] for name in predicted], "points"),
        curve("floor = error of f′ / f″", (1e-16, 1e-2), (1e-16, 1e-2), "theory"),
    )
    return Report(
        title=f"convergence of order {order:.1f}, and then a floor: the error of f′ over f″",
        method=f"f = {COST}; f′ by each backend, f″ by hessian (dual over tape) for all; all "
        "errors against certify",
        tables=(floors,),
        charts=(digits, law),
        conclusions=conclusions(
            facts,
            "with the derivatives of dual the error after a step is like that before it to the "
            "power {order:.2f}",
            "where f′ errs by more than rounding, its error predicts the floor within a factor of "
            "{factor:.1f}",
            "with the f″ of the start {said}: {left:.0e} is left after {steps} steps, where the "
            "true f″ needs {fast}",
            "a quadratic of {size} variables needs one step: the error falls from {before:.1f} to "
            "{after:.0e}",
        ),
    )


def newton(
    slope: Callable[[float], float], curvature: Callable[[float], float], x: float, steps: int
) -> list[float]:
    """The iterates x ← x − f′(x)/f″(x)."""
    path = [x]
    for _ in range(steps):
        path.append(path[-1] - slope(path[-1]) / float(curvature(path[-1])))
    return path


def errors(path: list[float]) -> list[float]:
    """Distances to the certified minimum."""
    best = certain(certify("-log(x)", 3).value)
    return [absolute_error(x, best) for x in path]


def fitted_order(path: list[float]) -> float:
    """The p of e⁺ = C·eᵖ, from the last three errors that rounding has not touched."""
    a, b, c = [e for e in path if e > 1e3 * U][-3:]
    return math.log(c / b) / math.log(b / a)


def reached(path: list[float], goal: float) -> int | None:
    """After how many steps the error is at most that."""
    return next((k for k, e in enumerate(path) if e <= goal), None)


def one_step(size: int, random: np.random.Generator) -> tuple[float, float]:
    """Newton's one step on ½xᵀAx − bᵀx: the largest error before and after it."""
    root = random.normal(size=(size, size))
    a = root @ root.T + np.eye(size)
    best = random.normal(size=size)
    x = 10 * random.normal(size=size)
    after = x - newton_step({"x": x, "A": a, "b": a @ best})
    return largest(x - best), largest(after - best)


def newton_step(values: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The gradient of the quadratic in x, divided by the Hessian in x."""
    curvature = hessian(QUADRATIC)
    i = curvature.names.index("x")
    blocks = curvature(*(values[name] for name in curvature.names))
    step: NDArray[np.float64] = np.linalg.solve(blocks[i][i], slopes(QUADRATIC, values)["x"])
    return step
