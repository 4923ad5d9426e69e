"""Activation functions: their derivatives, what the backends say at the kink, and where nothing can
be learnt."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Annotated

from diffcmp.accuracy.compare import compare
from diffcmp.accuracy.map import map
from diffcmp.accuracy.record import Map
from diffcmp.derivatives.numbers import derivative
from diffcmp.engines.compiled import compiled
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question
from diffcmp.truth.record import Coordinatewise

BROKEN = {
    "heaviside": "heaviside(x)",
    "relu": "relu(x)",
    "leaky relu": "leaky_relu(x)",
    "firing rate": "where(x > 0, x/(1 + x), 0)",  # of a neuron: none below the threshold, then it saturates
}
SMOOTH = {
    "sigmoid": "sigmoid(x)",
    "softplus": "softplus(x)",
    "elu": "elu(x)",
    "gelu": "gelu(x)",
    "silu": "silu(x)",
}
METHODS = (
    "symbolic",
    "forward",
    "backward",
    "central",
    "central4",
    "central6",
    "richardson",
    "complex-step",
    "dual",
    "tape",
    "dual-lhopital",
    "tape-lhopital",
)
STEPS = ("heaviside",)  # whose curve is broken there
CLOSE = 5e-3  # a difference quotient next to what it approximates


def study(points: Annotated[int, Bounds("points of each curve", 11, 1001)] = 161) -> Report:
    """Kind of the point 0, left and right derivative, every backend's answer there, and where the
    derivative is exactly 0."""
    functions = BROKEN | SMOOTH
    tracks = {
        name: map(text, "-4", "4", points=points, backends=["dual"])
        for name, text in each(functions.items(), "functions")
    }
    kinks = {name: compare(text, 0, backends=METHODS) for name, text in functions.items()}
    sides = {name: found.truth.along["x"] for name, found in kinks.items()}
    kinds = {name: found.truth.kind.value for name, found in kinks.items()}
    off, on = ({name: _vanishing(tracks[name], sign) for name in functions} for sign in (-1, 1))
    answers = {
        name: {r.backend: float(r.derivative["x"]) for r in found.rows}
        for name, found in kinks.items()
    }
    kinked = [name for name in functions if kinds[name] == "kink"]
    choice = {m: [_choice(answers[name][m], sides[name]) for name in kinked] for m in METHODS}
    dead = [name for name in functions if off[name] == 1 and on[name] == 0]
    alive = [name for name in functions if off[name] == on[name] == 0]
    taken = {
        side: [m for m in METHODS if _one(choice[m]) == side]
        for side in dict.fromkeys(_one(c) for c in choice.values())
    }
    turns = {name: x for name in alive for x in _turns(tracks[name], derivative(functions[name]))}
    flat = [name for name in functions if off[name] == on[name] == 1]
    return Report(
        "smoothness",
        f"{_listed(dead)} cannot be switched on again, {_listed(flat)} learns nothing anywhere",
        question("smoothness"),
        "certify and map (derivatives proven on balls), compare at 0",
        {"points": points},
        (
            Table(
                "At 0, and where f′ is exactly 0",
                {
                    "function": "text",
                    "at 0": "text",
                    "left f′": "number",
                    "right f′": "number",
                    "0 for x < 0": "share",
                    "0 for x > 0": "share",
                },
                tuple(
                    (
                        name,
                        kinds[name],
                        _number(sides[name], "left"),
                        _number(sides[name], "right"),
                        off[name],
                        on[name],
                    )
                    for name in functions
                ),
                "f′: certified; shares of the points in (-4, 0) and (0, 4).",
            ),
            Table(
                "What the backends say is f′(0)",
                {"method": "text", **dict.fromkeys(BROKEN, "number")},
                tuple((m, *(answers[name][m] for name in BROKEN)) for m in METHODS),
            ),
        ),
        (
            Chart(
                f"{len(BROKEN)} of {len(functions)} have a {kinds['heaviside']} or a kink at 0",
                "x",
                "f",
                tuple(_values(tracks[n], n) for n in BROKEN),
            ),
            Chart(
                f"{list(kinds.values()).count('smooth')} of {len(functions)} are smooth at 0",
                "x",
                "f",
                tuple(_values(tracks[n], n) for n in SMOOTH),
            ),
            Chart(
                f"f′ is 0 for every x < 0: {_listed([n for n in BROKEN if off[n] == 1])}",
                "x",
                "f′",
                tuple(_slopes(tracks[n], n) for n in BROKEN),
            ),
            Chart(
                f"f′ is 0 on no interval: {_listed([n for n in SMOOTH if off[n] + on[n] < 0.05])}",
                "x",
                "f′",
                tuple(_slopes(tracks[n], n) for n in SMOOTH),
            ),
        ),
        (
            concluded(
                "{names}: the derivative is 0 wherever it exists, and the point 0 is a {kind}",
                names=_listed(flat),
                flat=flat,
                kind=kinds["heaviside"],
                kinds=kinds,
            ),
            concluded(
                "{names}: 0 on the whole negative side, and nowhere on the positive one: it knows how to turn "
                "off, not on",
                names=_listed(dead),
                dead=dead,
                off=off,
                on=on,
            ),
            concluded(
                "{names}: not 0 at any of the {points} points",
                names=_listed(alive),
                alive=alive,
                points=points,
            ),
            concluded(
                "but that of {names} changes its sign, at {said}",
                names=_listed(list(turns)),
                said=", ".join(f"{x:.3f}" for x in turns.values()),
                turns=turns,
            ),
            concluded(
                "at the kinks of {kinks} the answers are {said}",
                kinks=_listed(kinked),
                choices=choice,
                said="; ".join(f"{side} by {_listed(names)}" for side, names in taken.items()),
            ),
        ),
    )


def _vanishing(track: Map, sign: int) -> float:
    """The share of the points on one side of 0 at which the certified derivative is exactly 0."""
    side = [p for p in track.points if p.x * sign > 0]
    return sum(p.derivative == "0" for p in side) / len(side)


def _number(along_x: Coordinatewise, side: str) -> float | None:
    quantity = getattr(along_x, side)
    return None if quantity is None else float(quantity.text(17))


def _choice(answer: float, along_x: Coordinatewise) -> str:
    """Left, right, their mean, or none of these."""
    left, right = _number(along_x, "left"), _number(along_x, "right")
    assert left is not None
    assert right is not None
    named = {"left": left, "right": right, "mean": (left + right) / 2}
    return next(
        (name for name, value in named.items() if abs(answer - value) < CLOSE),
        "nan" if answer != answer else "other",
    )


def _one(choices: list[str]) -> str:
    """What a method chooses at every kink."""
    return choices[0] if len(set(choices)) == 1 else "now this, now that"


def _turns(track: Map, slope: Callable[[float], float]) -> list[float]:
    """Where the derivative changes its sign between two points, by bisection."""
    found = []
    signs = [(p.x, float(p.derivative)) for p in track.points if p.derivative is not None]
    for (low, before), (high, after) in pairwise(signs):
        if before * after < 0:
            for _ in range(50):
                middle = (low + high) / 2
                low, high = (middle, high) if slope(middle) * before > 0 else (low, middle)
            found.append(low)
    return found


def _values(track: Map, name: str) -> Curve:
    f = compiled(parse(track.program.text))
    values = (
        None if p.derivative is None and name in STEPS else float(f(p.x)) for p in track.points
    )
    return Curve(name, tuple(p.x for p in track.points), tuple(values))


def _slopes(track: Map, name: str) -> Curve:
    slopes = [None if p.derivative is None else float(p.derivative) for p in track.points]
    return Curve(name, tuple(p.x for p in track.points), tuple(slopes))


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
