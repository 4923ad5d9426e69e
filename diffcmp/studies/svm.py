"""The maximum margin in the plane: a penalty must have a slope where a constraint is violated."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.report.record import Chart, Curve, Look, Report
from diffcmp.studies.layout import Axes, chart, conclusions, curve, table
from diffcmp.studies.numbers import largest, slopes
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

VIOLATION = "1 - y*(X @ w + b)"  # positive where a point is inside the margin
PENALTIES = {
    "heaviside": f"sum(heaviside({VIOLATION}))",
    "hinge": f"sum(relu({VIOLATION}))",
    "squared hinge": f"sum(relu({VIOLATION})**2)",
    "softplus": f"sum(softplus({VIOLATION}))",
}
START = np.array([0.1, -0.1, 0.0])
TOUCHING = 1e-6
LINES = 100  # at random, where the gradient of the Heaviside penalty is looked at
Array = NDArray[np.float64]


def study(
    points: Annotated[int, Bounds("of each class", 2, 12)] = 6,
    steps: Annotated[int, Bounds("of gradient descent", 100, 100000)] = 4000,
    weight: Annotated[float, Bounds("of the penalty", 1, 1000)] = 3.0,
    seed: Annotated[int, Bounds("of the points", 0, 2**31)] = 0,
) -> Report:
    """Gradient descent on ½‖w‖² + weight · penalty for four penalties, and the exact solution."""
    x, y = classes(points, np.random.default_rng(seed))
    lines = {
        name: descent(text, x, y, steps, weight)
        for name, text in each(PENALTIES.items(), "penalties")
    }
    exact = solved(x, y)
    best = margin(x, y, exact)
    margins = {name: margin(x, y, v) for name, v in lines.items()}
    off = {name: abs(m - best) for name, m in margins.items()}
    rows = [(name, margins[name], off[name], v) for name, v in lines.items()]
    distances = y * (x @ exact[:2] + exact[2]) / np.hypot(*exact[:2])
    support = [k for k, distance in enumerate(distances) if distance < best + TOUCHING]
    left, right = (float(min(distances[y == side])) for side in (1, -1))
    looked_at = [START, *np.random.default_rng(seed).normal(size=(LINES, 3))]
    heaviside = PENALTIES["heaviside"]
    steepest = [largest(penalty_slopes(heaviside, x, y, v)) for v in looked_at]
    facts: dict[str, Any] = {"heaviside": max(steepest), "lines": len(looked_at)}
    facts |= {"hinge": off["hinge"], "best": best, "squared": off["squared hinge"]}
    facts |= {"softplus": off["softplus"], "support": support, "left": left, "right": right}
    separated = table(
        "Penalties",
        [*rows, ("exact", best, 0.0, exact)],
        ("penalty", "text", lambda row: row[0]),
        ("margin", "number", lambda row: row[1]),
        ("off the exact", "error", lambda row: row[2]),
        ("w0", "number", lambda row: float(row[3][0])),
        ("w1", "number", lambda row: float(row[3][1])),
        ("b", "number", lambda row: float(row[3][2])),
        note="margin: of the nearest point, negative on the wrong side.",
    )
    supporting = table(
        "Support vectors",
        support,
        ("point", "count", lambda k: k),
        ("class", "count", lambda k: int(y[k])),
        ("x0", "number", lambda k: float(x[k, 0])),
        ("x1", "number", lambda k: float(x[k, 1])),
        ("distance", "number", lambda k: float(distances[k])),
    )
    return Report(
        title=f"the Heaviside penalty has gradient {max(steepest):g} and learns nothing; hinge "
        f"finds the margin to {off['hinge']:.0e}",
        method="gradient (tape) of each penalty; the exact margin by enumeration of active sets",
        tables=(separated, supporting),
        charts=(plane(x, y, support, lines, exact),),
        conclusions=conclusions(
            facts,
            "the gradient of the Heaviside penalty is {heaviside:g} at all of {lines} lines",
            "hinge's margin is {hinge:.0e} off the exact {best:.4f}, squared hinge's "
            "{squared:.0e}, softplus's {softplus:.0e}",
            "the support vectors are the points {support}; the nearest of both classes are "
            "{left:.4f} and {right:.4f} from the line",
        ),
    )


def plane(x: Array, y: Array, support: list[int], lines: dict[str, Array], exact: Array) -> Chart:
    """The points, the lines that were found, and the margin."""
    turned = abs(np.degrees(angle(lines["heaviside"]) - angle(START)))
    ends, span = np.array(around(x[:, 0], 2)), around(x[:, 1], 0.5)
    return chart(
        f"The widest margin is {margin(x, y, exact):.3f}, held by {len(support)} support vectors; "
        f"heaviside has turned its line by {turned:.2g}°",
        Axes("x0", "x1", span=span, equal=True),
        dots("class 1", x[y == 1], "points"),
        dots("class −1", x[y == -1], "points"),
        dots("support vectors", x[support], "rings"),
        line("hinge", lines["hinge"], ends),
        line("softplus", lines["softplus"], ends),
        line("heaviside", lines["heaviside"], ends),
        line("w·x + b = 1, exact", exact, ends, 1, "theory"),
        line("w·x + b = −1, exact", exact, ends, -1, "theory"),
    )


def around(values: Array, margin: float) -> tuple[float, float]:
    """The range of coordinates, and a margin on either side."""
    return float(values.min()) - margin, float(values.max()) + margin


def dots(name: str, points: Array, look: Look) -> Curve:
    """Points of the plane."""
    return curve(name, points[:, 0], points[:, 1], look)


def line(name: str, v: Array, ends: Array, level: float = 0.0, look: Look = "line") -> Curve:
    """The line w·x + b = level between two x0."""
    return curve(name, ends, (level - v[2] - v[0] * ends) / v[1], look)


def classes(points: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Two clouds of points that a line separates, and their classes ±1."""
    x = np.concatenate([random.uniform(0.5, 3, (points, 2)), -random.uniform(0.5, 3, (points, 2))])
    return x, np.repeat([1.0, -1.0], points)


def penalty_slopes(text: str, x: Array, y: Array, v: Array) -> Array:
    """The derivatives of a penalty in w and b, of which v consists."""
    slope = slopes(text, {"X": x, "y": y, "w": v[:2], "b": float(v[2])})
    return np.array([*slope["w"], slope["b"]])


def descent(text: str, x: Array, y: Array, steps: int, weight: float) -> Array:
    """Subgradient descent, steps like 1/k; the mean of the second half, as a subgradient jumps."""
    v, total = START, np.zeros(3)
    for k in range(steps):
        step = np.array([v[0], v[1], 0.0]) + weight * penalty_slopes(text, x, y, v)
        v = v - step / max(1.0, float(np.linalg.norm(step)) / 10) / (k + 10)
        if 2 * k >= steps:
            total += v
    return total / (steps - (steps + 1) // 2)


def margin(x: Array, y: Array, v: Array) -> float:
    """The distance of the nearest point, negative where it is on the wrong side."""
    return float((y * (x @ v[:2] + v[2])).min() / np.hypot(*v[:2]))


def angle(v: Array) -> float:
    """The direction of w, in radians."""
    return float(np.arctan2(v[1], v[0]))


def solved(x: Array, y: Array) -> Array:
    """The w of least norm with y(x·w + b) ≥ 1: the best of two or three active constraints."""
    feasible = []
    for active in [*combinations(range(len(y)), 2), *combinations(range(len(y)), 3)]:
        v = stationary(x[[*active]], y[[*active]])
        if v is not None and (y * (x @ v[:2] + v[2])).min() > 1 - 1e-9:
            feasible.append(v)
    return min(feasible, key=lambda v: float(v[:2] @ v[:2]))


def stationary(x: Array, y: Array) -> Array | None:
    """The w of least norm with y(x·w + b) = 1, by the conditions of Karush, Kuhn and Tucker; None
    where they do not determine it."""
    size = len(y)
    a = np.column_stack([y[:, None] * x, y])
    kkt = np.block([[np.diag([1.0, 1.0, 0.0]), a.T], [a, np.zeros((size, size))]])
    if np.linalg.cond(kkt) >= 1e12:
        return None
    solution: Array = np.linalg.solve(kkt, np.concatenate([np.zeros(3), np.ones(size)]))
    return solution[:3]
