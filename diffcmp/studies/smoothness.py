"""Activation functions: f′, the backends at the kink, and where nothing can be learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.judging.record import Map
from diffcmp.accuracy.map import map
from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.compiled import compiled
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Report, Table
from diffcmp.studies.layout import Axes, chart, conclusions, curve, listed, table
from diffcmp.studies.numbers import nearest
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

BROKEN = {
    "heaviside": "heaviside(x)",
    "relu": "relu(x)",
    "leaky relu": "leaky_relu(x)",
    "firing rate": "where(x > 0, x/(1 + x), 0)",  # of a neuron: 0 below the threshold, then limited
}
SMOOTH = {name: f"{name}(x)" for name in ("sigmoid", "softplus", "elu", "gelu", "silu")}
METHODS = ["symbolic", "forward", "backward", "central", "central4", "central6", "richardson"]
METHODS += ["complex-step", "dual", "tape", "dual-lhopital", "tape-lhopital"]
CLOSE = 5e-3  # a difference quotient next to what it approximates
NEARLY = 0.05  # a share of the points below this is a few single ones
BISECTIONS = 50


@dataclass(frozen=True, slots=True)
class Activation:
    """A function, its certified derivative along x, and at 0 its kind, the derivatives from left
    and right, and the answers of the backends. off, on: the share of the points on the
    negative and on the positive side where the derivative is exactly 0."""

    name: str
    track: Map
    kind: str
    left: float | None
    right: float | None
    answers: dict[str, float]

    @property
    def off(self) -> float:
        return self._vanishing(-1)

    @property
    def on(self) -> float:
        return self._vanishing(1)

    def _vanishing(self, sign: int) -> float:
        side = [p for p in self.track.points if p.x * sign > 0]
        return sum(p.derivative == "0" for p in side) / len(side)

    @property
    def slopes(self) -> list[float | None]:
        """The derivative at every point."""
        texts = [p.derivative for p in self.track.points]
        return [None if text is None else float(text) for text in texts]

    @property
    def values(self) -> list[float | None]:
        """The function at every point; the curve of a jump is broken."""
        f = compiled(parse(self.track.program.text))
        broken = self.kind == "jump"
        points = self.track.points
        return [None if broken and p.derivative is None else float(f(p.x)) for p in points]

    def choice(self, method: str) -> str:
        """What a method says at a kink: left, right, their mean, or none of these."""
        assert self.left is not None
        assert self.right is not None
        sides = {"left": self.left, "right": self.right, "mean": (self.left + self.right) / 2}
        answer = self.answers[method]
        near = [name for name, side in sides.items() if abs(answer - side) < CLOSE]
        if near:
            return near[0]
        return "nan" if answer != answer else "other"

    def turns(self) -> list[float]:
        """Where the derivative changes its sign between two points."""
        slope = derivative(self.track.program.text)
        points = [p for p in self.track.points if p.derivative is not None]
        places = [(p.x, float(p.derivative or 0)) for p in points]
        changes = [(a, b) for (a, before), (b, after) in pairwise(places) if before * after < 0]
        return [bisected(slope, low, high) for low, high in changes]


def activation(name: str, text: str, points: int) -> Activation:
    """One function, differentiated along x and compared at 0."""
    track = map(text, "-4", "4", points=points, backends=["dual"])
    at_0 = compare(text, 0, backends=METHODS)
    answers = {row.backend: float(row.derivative["x"]) for row in at_0.rows}
    kind, x = at_0.truth.kind.value, at_0.truth.along["x"]
    left, right = (None if side is None else nearest(side) for side in (x.left, x.right))
    return Activation(name, track, kind, left, right, answers)


def bisected(slope: Callable[[float], float], low: float, high: float) -> float:
    """A zero of a function between two points at which it has different signs."""
    below = slope(low)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) * below > 0 else (low, middle)
    return low


def by_side(choices: dict[str, list[str]]) -> str:
    """Which methods take which side of a kink."""
    taken: dict[str, list[str]] = {}
    for method, sides in choices.items():
        side = sides[0] if len(set(sides)) == 1 else "now this, now that"
        taken.setdefault(side, []).append(method)
    return "; ".join(f"{side} by {listed(names)}" for side, names in taken.items())


def drawn(title: str, y: str, group: list[Activation]) -> Chart:
    """A function, or its derivative, of each of a group."""
    heights = [f.values if y == "f" else f.slopes for f in group]
    pairs = zip(group, heights, strict=True)
    lines = [curve(f.name, [p.x for p in f.track.points], height) for f, height in pairs]
    return chart(title, Axes("x", y), *lines)


def study(points: Annotated[int, Bounds("points of each curve", 11, 1001)] = 161) -> Report:
    """The point 0 and every backend's answer there, and where the derivative is exactly 0."""
    functions = [
        activation(name, text, points)
        for name, text in each((BROKEN | SMOOTH).items(), "functions")
    ]
    broken, smooth = functions[: len(BROKEN)], functions[len(BROKEN) :]
    kinds = {f.name: f.kind for f in functions}
    kinked = [f for f in functions if f.kind == "kink"]
    choices = {m: [f.choice(m) for f in kinked] for m in METHODS}
    flat = [f.name for f in functions if f.off == f.on == 1]
    dead = [f.name for f in functions if (f.off, f.on) == (1, 0)]
    living = [f for f in functions if f.off == f.on == 0]
    alive = [f.name for f in living]
    turns = {f.name: x for f in living for x in f.turns()}
    signs = listed(turns.values(), ".3f")
    facts = {
        "names": listed(turns),
        "flat": flat,
        "kind": kinds["heaviside"],
        "kinds": kinds,
        "dead": dead,
        "off": {f.name: f.off for f in functions},
        "on": {f.name: f.on for f in functions},
        "alive": alive,
        "points": points,
        "said": by_side(choices),
        "turns": turns,
        "kinks": listed(f.name for f in kinked),
        "choices": choices,
    }
    at_0 = table(
        "At 0, and where f′ is exactly 0",
        functions,
        ("function", "text", "name"),
        ("at 0", "text", "kind"),
        ("left f′", "number", "left"),
        ("right f′", "number", "right"),
        ("0 for x < 0", "share", "off"),
        ("0 for x > 0", "share", "on"),
        note="f′: certified; shares of the points in (-4, 0) and (0, 4).",
    )
    answered = Table(
        "What the backends say is f′(0)",
        {"method": "text", **dict.fromkeys(BROKEN, "number")},
        tuple((m, *(f.answers[m] for f in broken)) for m in METHODS),
    )
    count, jump = len(functions), kinds["heaviside"]
    smooth_ones = list(kinds.values()).count("smooth")
    off = listed(f.name for f in broken if f.off == 1)
    nowhere = listed(f.name for f in smooth if f.off + f.on < NEARLY)

    return Report(
        title=f"{listed(dead)} cannot be switched on again, {listed(flat)} learns nothing anywhere",
        method="certify and map (derivatives proven on balls), compare at 0",
        tables=(at_0, answered),
        charts=(
            drawn(f"{len(broken)} of {count} have a {jump} or a kink at 0", "f", broken),
            drawn(f"{smooth_ones} of {count} are smooth at 0", "f", smooth),
            drawn(f"f′ is 0 for every x < 0: {off}", "f′", broken),
            drawn(f"f′ is 0 on no interval: {nowhere}", "f′", smooth),
        ),
        conclusions=conclusions(
            facts,
            f"{listed(flat)}: the derivative is 0 wherever it exists, and the point 0 is a "
            "{kind}",
            f"{listed(dead)}: 0 on the whole negative side, and nowhere on the positive one: it "
            "knows how to turn off, not on",
            f"{listed(alive)}: the derivative is not 0 at any of the {points} points",
            f"the derivative of {listed(turns)} changes its sign, at {signs}",
            "at the kinks of {kinks} the answers are {said}",
        ),
    )
