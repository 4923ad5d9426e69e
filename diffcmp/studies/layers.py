"""f₃∘f₂∘f₁ by one reverse sweep: lock the parameters and move the input, or lock the input and move the parameters."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diffcmp.engines.compiled import adjoint
from diffcmp.operators import gradient
from diffcmp.program.parser import parse
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.registry import Bounds, question

LOSS = "a = tanh(A @ x); b = tanh(B @ a); c = C @ b; sum((c - t)**2)/2"
FROM = {  # the rest of the network from each layer on: its gradient is the adjoint there
    "x": LOSS,
    "a": "b = tanh(B @ a); c = C @ b; sum((c - t)**2)/2",
    "b": "c = C @ b; sum((c - t)**2)/2",
    "c": "sum((c - t)**2)/2",
}
UNUSED = "D"  # parameters of a branch that does not reach the output
WITH_UNUSED = f"a = tanh(A @ x); d = {UNUSED} @ a; b = tanh(B @ a); c = C @ b; sum((c - t)**2)/2"
MOVED = {"design: move x": ("x",), "training: move A, B, C": ("A", "B", "C")}
RATE = 0.05
Values = dict[str, NDArray[np.float64]]


def study(
    width: Annotated[int, Bounds("of every layer", 2, 50)] = 8,
    steps: Annotated[int, Bounds("of gradient descent", 10, 5000)] = 300,
    seed: Annotated[int, Bounds("of parameters, input and target", 0, 2**31)] = 0,
) -> Report:
    """Both problems from the same start, by the same gradient; the adjoint at every layer; what a lock saves."""
    start = network(width, np.random.default_rng(seed))
    paths = {name: descent(start, moved, steps) for name, moved in MOVED.items()}
    ends = {name: path[-1] for name, path in paths.items()}
    adjoints = {name: adjoint_at(name, start) for name in FROM}
    swept = slopes(LOSS, start)["x"]
    apart = float(abs(adjoints["x"] - swept).max())
    chained = max(chain_errors(start, adjoints))
    work = {name: equations(LOSS, start, moved) for name, moved in (*MOVED.items(), ("everything", tuple(start)))}
    idle = equations(WITH_UNUSED, start, ("A", "B", "C")) - work["training: move A, B, C"]
    touch = float(abs(slopes(WITH_UNUSED, {**start, UNUSED: start["B"]})[UNUSED]).max())
    count = tuple(float(k) for k in range(steps + 1))
    return Report(
        "layers",
        f"one reverse sweep serves both: loss {ends['design: move x']:.0e} by moving x, "
        f"{ends['training: move A, B, C']:.0e} by moving the parameters",
        question("layers"), f"gradient (tape) of {LOSS}; equations: of the program of the sweep",
        {"width": width, "steps": steps, "seed": seed},
        (
            Table("The adjoint at every layer", {"layer": "text", "numbers": "count", "largest adjoint": "number"},
                  tuple((name, a.size, float(abs(a).max())) for name, a in adjoints.items()),
                  "the derivative of the loss in that layer's value, at the start."),
            Table("The work of a sweep: locked inputs are not differentiated", {"problem": "text", "equations": "count"},
                  tuple(work.items())),
        ),
        (
            Chart(f"To the same target: {width} numbers of the input, or {3 * width**2} parameters, are moved",
                  "step of gradient descent", "loss",
                  tuple(Curve(name, count, path) for name, path in paths.items()), "y"),
        ),
        (
            concluded("loss from {first:.1f} to {design:.0e} with the parameters locked, to {training:.0e} with the input",
                      first=paths["design: move x"][0], design=ends["design: move x"],
                      training=ends["training: move A, B, C"]),
            concluded("the adjoints of neighbouring layers satisfy the chain rule to {chained:.0e}, the last "
                      "is the gradient in x to {apart:.0e}", chained=chained, apart=apart),
            concluded("a sweep takes {x} equations for x, {p} for the parameters, {all} for all",
                      x=work["design: move x"], p=work["training: move A, B, C"], all=work["everything"], work=work),
            concluded("a branch that does not reach the output adds {idle} equations, and its gradient is {touch:g}", idle=idle,
                      touch=touch),
        ),
    )  # fmt: skip


def network(width: int, random: np.random.Generator) -> Values:
    """Random parameters, input and target."""
    matrices = {name: random.normal(size=(width, width)) / np.sqrt(width) for name in "ABC"}
    return {**matrices, "x": random.normal(size=width), "t": random.normal(size=width) / 4}


def slopes(text: str, values: Values) -> Values:
    """The gradient in every variable, by one reverse sweep."""
    f = gradient(text)
    found = f(*(values[name] for name in f.names))
    return dict(zip(f.names, found if len(f.names) > 1 else (found,), strict=True))


def loss(values: Values) -> float:
    """Half the squared distance to the target."""
    a = np.tanh(values["A"] @ values["x"])
    return float(((values["C"] @ np.tanh(values["B"] @ a) - values["t"]) ** 2).sum() / 2)


def descent(start: Values, moved: tuple[str, ...], steps: int) -> tuple[float, ...]:
    """The loss after each step of gradient descent in some of the variables."""
    values, path = dict(start), [loss(start)]
    for _ in range(steps):
        found = slopes(LOSS, values)
        values |= {name: values[name] - RATE * found[name] for name in moved}
        path.append(loss(values))
    return tuple(path)


def adjoint_at(layer: str, start: Values) -> NDArray[np.float64]:
    """The derivative of the loss in the value of a layer."""
    a = np.tanh(start["A"] @ start["x"])
    b = np.tanh(start["B"] @ a)
    return slopes(FROM[layer], {**start, "a": a, "b": b, "c": start["C"] @ b})[layer]


def chain_errors(start: Values, adjoints: Values) -> list[float]:
    """How far each adjoint is from the next one, taken back through its layer by hand."""
    a = np.tanh(start["A"] @ start["x"])
    b = np.tanh(start["B"] @ a)
    back = {
        "b": start["C"].T @ adjoints["c"],
        "a": start["B"].T @ ((1 - b**2) * adjoints["b"]),
        "x": start["A"].T @ ((1 - a**2) * adjoints["a"]),
    }
    return [float(abs(adjoints[name] - known).max()) for name, known in back.items()]


def equations(text: str, start: Values, moved: tuple[str, ...]) -> int:
    """How many equations the program of value and gradient has, where the other variables are locked."""
    shapes = {name: value.shape for name, value in {**start, UNUSED: start["B"]}.items()}
    program = parse(text, (), shapes)
    return len(adjoint(program, moved).equations)
