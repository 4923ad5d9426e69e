"""f₃∘f₂∘f₁ by one reverse sweep: lock the parameters and move the input, or the other way."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.engines.derived import adjoint
from diffcmp.language.parser import parse
from diffcmp.report.record import Report
from diffcmp.studies.layout import Axes, chart, conclusions, curves, table
from diffcmp.studies.numbers import largest, nearest, slopes
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.certify import certify

LOSS = "a = tanh(A @ x) + p; b = tanh(B @ a) + q; c = C @ b + r; sum((c - t)**2)/2"
NUDGED = {"x": "x", "a": "p", "b": "q", "c": "r"}  # each layer, and what moves it: p, q and r are 0
UNUSED = "D"  # parameters of a branch that does not reach the output
WITH_UNUSED = LOSS.replace("b =", f"d = {UNUSED} @ a; b =")
DESIGN, TRAINING = "design: move x", "training: move A, B, C"
MOVED = {DESIGN: ("x",), TRAINING: ("A", "B", "C")}
RATE = 0.05
Values = dict[str, NDArray[np.float64]]


def study(
    width: Annotated[int, Bounds("of every layer", 2, 50)] = 8,
    steps: Annotated[int, Bounds("of gradient descent", 10, 5000)] = 300,
    seed: Annotated[int, Bounds("of parameters, input and target", 0, 2**31)] = 0,
) -> Report:
    """Both problems from the same start; the adjoint at every layer; what a lock saves."""
    start = network(width, np.random.default_rng(seed))
    paths = {name: descent(start, moved, steps) for name, moved in each(MOVED.items(), "problems")}
    design, training = paths[DESIGN][-1], paths[TRAINING][-1]
    swept = slopes(LOSS, start)
    adjoints = {layer: swept[nudge] for layer, nudge in NUDGED.items()}
    work = {name: equations(LOSS, start, moved) for name, moved in MOVED.items()}
    work["everything"] = equations(LOSS, start, tuple(start))
    idle = equations(WITH_UNUSED, start, MOVED[TRAINING]) - work[TRAINING]
    touch = slopes(WITH_UNUSED, {**start, UNUSED: start["B"]})[UNUSED]
    facts: dict[str, Any] = {"first": paths[DESIGN][0], "design": design, "training": training}
    facts |= {"layers": len(adjoints), "chained": max(chain_errors(start, adjoints))}
    facts |= {"numbers": sum(d.size for d in swept.values()), "apart": from_truth(start, swept)}
    facts |= {"x": work[DESIGN], "p": work[TRAINING], "all": work["everything"], "work": work}
    facts |= {"idle": idle, "touch": largest(touch)}
    at_layers = table(
        "The adjoint at every layer",
        adjoints.items(),
        ("layer", "text", lambda row: row[0]),
        ("numbers", "count", lambda row: row[1].size),
        ("largest adjoint", "number", lambda row: largest(row[1])),
        note="the derivative of the loss in that layer's value, at the start.",
    )
    swept_equations = table(
        "The work of a sweep: locked inputs are not differentiated",
        work.items(),
        ("problem", "text", lambda row: row[0]),
        ("equations", "count", lambda row: row[1]),
        note="equations: of the program of the sweep, of which each computes one array.",
    )
    losses = chart(
        f"Both reach the same target: {width} numbers of the input are moved, or {3 * width**2} "
        "parameters",
        Axes("step of gradient descent", "loss", "y"),
        *curves(range(steps + 1), paths),
    )
    return Report(
        title=f"one reverse sweep serves both: loss {design:.0e} by moving x, {training:.0e} by "
        "moving the parameters",
        method=f"gradient (tape) of {LOSS}, at p = q = r = 0; truth by certify",
        tables=(at_layers, swept_equations),
        charts=(losses,),
        conclusions=conclusions(
            facts,
            "the loss falls from {first:.1f} to {design:.0e} where the parameters are locked and x "
            "moves, to {training:.0e} where x is locked and the parameters move",
            "one sweep gives the adjoints of all {layers} layers: they obey the chain rule to "
            "{chained:.0e}; all {numbers} derivatives of the sweep agree with the truth to "
            "{apart:.0e}",
            "a sweep takes {x} equations for x, {p} for the parameters, {all} for all",
            "a branch that does not reach the output adds {idle} equations, and its gradient is "
            "{touch:g}",
        ),
    )


def network(width: int, random: np.random.Generator) -> Values:
    """Random parameters and input; the target is reached from another input."""
    matrices = {name: random.normal(size=(width, width)) / np.sqrt(width) for name in "ABC"}
    x, goal = random.normal(size=(2, width))
    nudges = dict.fromkeys("pqr", np.zeros(width))
    return {**matrices, **nudges, "x": x, "t": layers({**matrices, "x": goal})[-1]}


def layers(values: Values) -> tuple[NDArray[np.float64], ...]:
    """The values of all layers behind x."""
    a = np.tanh(values["A"] @ values["x"])
    b = np.tanh(values["B"] @ a)
    return a, b, values["C"] @ b


def loss(values: Values) -> float:
    """Half the squared distance to the target."""
    return float(((layers(values)[-1] - values["t"]) ** 2).sum() / 2)


def descent(start: Values, moved: tuple[str, ...], steps: int) -> list[float]:
    """The loss after each step of gradient descent in some of the variables."""
    values, path = dict(start), [loss(start)]
    for _ in range(steps):
        slope = slopes(LOSS, values)
        values |= {name: values[name] - RATE * slope[name] for name in moved}
        path.append(loss(values))
    return path


def from_truth(start: Values, swept: Values) -> float:
    """The worst error of a sweep's derivatives, over the largest certified one of each array."""
    truth = certify(LOSS, {name: start[name].tolist() for name in swept})
    exact: dict[str, list[float]] = {name: [] for name in swept}
    for element in truth.along:
        exact[element.partition("[")[0]].append(nearest(truth.derivative(element)))
    errors = []
    for name, numbers in exact.items():
        errors.append(largest(swept[name].ravel() - numbers) / max(map(abs, numbers)))
    return max(errors)


def chain_errors(start: Values, adjoints: Values) -> list[float]:
    """How far each adjoint is from the next one, taken back through its layer by hand."""
    a, b, _ = layers(start)
    back = {
        "b": start["C"].T @ adjoints["c"],
        "a": start["B"].T @ ((1 - b**2) * adjoints["b"]),
        "x": start["A"].T @ ((1 - a**2) * adjoints["a"]),
    }
    return [largest(adjoints[name] - by_hand) for name, by_hand in back.items()]


def equations(text: str, start: Values, moved: tuple[str, ...]) -> int:
    """The equations of the program of value and gradient, where the other variables are locked."""
    shapes = {name: value.shape for name, value in {**start, UNUSED: start["B"]}.items()}
    program = parse(text, (), shapes)
    return len(adjoint(program, moved).equations)
