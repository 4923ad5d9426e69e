"""The maximum margin in the plane: the constraints as a penalty, which must have a slope where it
is violated."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diffcmp.derivatives.arrays import gradient
from diffcmp.report.record import Chart, Curve, Look, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

VIOLATION = "1 - y*(X @ w + b)"  # positive where a point is inside the margin
PENALTIES = {
    "heaviside": f"sum(heaviside({VIOLATION}))",
    "hinge": f"sum(relu({VIOLATION}))",
    "squared hinge": f"sum(relu({VIOLATION})**2)",
    "softplus": f"sum(softplus({VIOLATION}))",
}
Array = NDArray[np.float64]
TOUCHING = 1e-6
LINES = 100  # at random, where the gradient of the Heaviside penalty is looked at


def study(
    points: Annotated[int, Bounds("of each class", 2, 12)] = 6,
    steps: Annotated[int, Bounds("of gradient descent", 100, 100000)] = 4000,
    weight: Annotated[float, Bounds("of the penalty", 1, 1000)] = 3.0,
    seed: Annotated[int, Bounds("of the points", 0, 2**31)] = 0,
) -> Report:
    """Gradient descent on ½‖w‖² + weight · penalty for four penalties, and the exact solution by
    active sets."""
    x, y = classes(points, np.random.default_rng(seed))
    exact = solved(x, y)
    start = np.array([0.1, -0.1, 0.0])
    found = {
        name: descent(text, x, y, start, steps, weight)
        for name, text in each(PENALTIES.items(), "penalties")
    }
    margins = {name: margin(x, y, v) for name, v in found.items()}
    best = margin(x, y, exact)
    lines = [start, *np.random.default_rng(seed).normal(size=(LINES, 3))]
    slope = max(float(abs(slopes(PENALTIES["heaviside"], x, y, v)).max()) for v in lines)
    distance = y * (x @ exact[:2] + exact[2]) / np.hypot(*exact[:2])
    support = [k for k in range(len(y)) if distance[k] < best + TOUCHING]
    sides = [float(min(distance[y == side])) for side in (1, -1)]
    off = {name: abs(m - best) for name, m in margins.items()}
    turned = np.degrees(abs(np.arctan2(*found["heaviside"][1::-1]) - np.arctan2(*start[1::-1])))
    ends = np.array([x[:, 0].min() - 2, x[:, 0].max() + 2])

    def line(name: str, v: Array, level: float = 0.0, look: Look = "line") -> Curve:
        return Curve(
            name,
            tuple(map(float, ends)),
            tuple(map(float, (level - v[2] - v[0] * ends) / v[1])),
            look,
        )

    def dots(name: str, chosen: Array, look: Look = "points") -> Curve:
        return Curve(name, tuple(map(float, chosen[:, 0])), tuple(map(float, chosen[:, 1])), look)

    return Report(
        "svm",
        f"the Heaviside penalty has gradient {slope:g} and learns nothing; hinge finds the margin to {off['hinge']:.0e}",
        question("svm"),
        "gradient (tape) of each penalty; the exact margin by enumeration of active sets",
        {"points": points, "steps": steps, "weight": weight, "seed": seed},
        (
            Table(
                "Penalties",
                {
                    "penalty": "text",
                    "margin": "number",
                    "off the exact": "error",
                    "w0": "number",
                    "w1": "number",
                    "b": "number",
                },
                (
                    *(
                        (name, margins[name], off[name], float(v[0]), float(v[1]), float(v[2]))
                        for name, v in found.items()
                    ),
                    ("exact", best, 0.0, float(exact[0]), float(exact[1]), float(exact[2])),
                ),
                "margin: of the nearest point, negative on the wrong side.",
            ),
            Table(
                "Support vectors",
                {
                    "point": "count",
                    "class": "count",
                    "x0": "number",
                    "x1": "number",
                    "distance": "number",
                },
                tuple(
                    (k, int(y[k]), float(x[k, 0]), float(x[k, 1]), float(distance[k]))
                    for k in support
                ),
            ),
        ),
        (
            Chart(
                f"The widest margin is {best:.3f}, held by {len(support)} support vectors; heaviside has turned its line by "
                f"{turned:.2g}°",
                "x0",
                "x1",
                (
                    dots("class 1", x[y == 1]),
                    dots("class −1", x[y == -1]),
                    dots("support vectors", x[support], "rings"),
                    line("hinge", found["hinge"]),
                    line("softplus", found["softplus"]),
                    line("heaviside", found["heaviside"]),
                    line("w·x + b = 1, exact", exact, 1, "theory"),
                    line("w·x + b = −1, exact", exact, -1, "theory"),
                ),
                span=(float(x[:, 1].min()) - 0.5, float(x[:, 1].max()) + 0.5),
                equal=True,
            ),
        ),
        (
            concluded(
                "the gradient of the Heaviside penalty is {heaviside:g} at all of {lines} lines",
                heaviside=slope,
                lines=len(lines),
            ),
            concluded(
                "hinge's margin is {hinge:.0e} off the exact {best:.4f}, squared hinge's {squared:.0e}, "
                "softplus's {softplus:.0e}",
                hinge=off["hinge"],
                best=best,
                squared=off["squared hinge"],
                softplus=off["softplus"],
            ),
            concluded(
                "the support vectors are the points {support}; the nearest of both classes are {left:.4f} and "
                "{right:.4f} from the line",
                support=support,
                left=sides[0],
                right=sides[1],
            ),
        ),
    )


def classes(points: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Two clouds of points that a line separates, and their classes ±1."""
    x = np.concatenate([random.uniform(0.5, 3, (points, 2)), -random.uniform(0.5, 3, (points, 2))])
    return x, np.repeat([1.0, -1.0], points)


def slopes(text: str, x: Array, y: Array, v: Array) -> Array:
    """The derivatives of a penalty in w and b."""
    f = gradient(text)
    values = {"X": x, "y": y, "w": v[:2], "b": float(v[2])}
    found = dict(zip(f.names, f(*(values[name] for name in f.names)), strict=True))
    return np.array([*found["w"], found["b"]])


def descent(text: str, x: Array, y: Array, v: Array, steps: int, weight: float) -> Array:
    """Subgradient descent with steps that fall like 1/k; the mean of the second half, as a
    subgradient jumps to and fro."""
    total = np.zeros(3)
    for k in range(steps):
        step = np.array([v[0], v[1], 0.0]) + weight * slopes(text, x, y, v)
        v = v - step / max(1.0, float(np.linalg.norm(step)) / 10) / (k + 10)
        if 2 * k >= steps:
            total += v
    return total / (steps - (steps + 1) // 2)


def margin(x: Array, y: Array, v: Array) -> float:
    """The distance of the nearest point, negative where it is on the wrong side."""
    return float((y * (x @ v[:2] + v[2])).min() / np.hypot(*v[:2]))


def solved(x: Array, y: Array) -> Array:
    """The w of least norm with y(x·w + b) ≥ 1: the best of the feasible solutions with two or three
    active constraints."""
    feasible = []
    for size in (2, 3):
        for active in map(list, combinations(range(len(y)), size)):
            a = np.column_stack([y[active, None] * x[active], y[active]])
            kkt = np.block([[np.diag([1.0, 1.0, 0.0]), a.T], [a, np.zeros((size, size))]])
            if np.linalg.cond(kkt) < 1e12:
                v = np.linalg.solve(kkt, np.concatenate([np.zeros(3), np.ones(size)]))[:3]
                if (y * (x @ v[:2] + v[2])).min() > 1 - 1e-9:
                    feasible.append(v)
    return min(feasible, key=lambda v: float(v[:2] @ v[:2]))
