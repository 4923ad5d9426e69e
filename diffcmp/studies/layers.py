"""f₃∘f₂∘f₁ by one reverse sweep: lock the parameters and move the input, or lock the input and move
the parameters."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diffcmp.derivatives.arrays import gradient
from diffcmp.engines.derived import adjoint
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question
from diffcmp.truth.asked import certify

LOSS = "a = tanh(A @ x) + p; b = tanh(B @ a) + q; c = C @ b + r; sum((c - t)**2)/2"
NUDGED = {"x": "x", "a": "p", "b": "q", "c": "r"}  # each layer, and what moves it: p, q and r are 0
UNUSED = "D"  # parameters of a branch that does not reach the output
WITH_UNUSED = LOSS.replace("b =", f"d = {UNUSED} @ a; b =")
MOVED = {"design: move x": ("x",), "training: move A, B, C": ("A", "B", "C")}
RATE = 0.05
Values = dict[str, NDArray[np.float64]]


def study(
    width: Annotated[int, Bounds("of every layer", 2, 50)] = 8,
    steps: Annotated[int, Bounds("of gradient descent", 10, 5000)] = 300,
    seed: Annotated[int, Bounds("of parameters, input and target", 0, 2**31)] = 0,
) -> Report:
    """Both problems from the same start, by the same gradient; the adjoint at every layer; what a
    lock saves."""
    start = network(width, np.random.default_rng(seed))
    paths = {name: descent(start, moved, steps) for name, moved in each(MOVED.items(), "problems")}
    ends = {name: path[-1] for name, path in paths.items()}
    swept = slopes(LOSS, start)
    adjoints = {layer: swept[nudge] for layer, nudge in NUDGED.items()}
    chained = max(chain_errors(start, adjoints))
    apart = from_truth(start, swept)
    work = {
        name: equations(LOSS, start, moved)
        for name, moved in (*MOVED.items(), ("everything", tuple(start)))
    }
    idle = equations(WITH_UNUSED, start, ("A", "B", "C")) - work["training: move A, B, C"]
    touch = float(abs(slopes(WITH_UNUSED, {**start, UNUSED: start["B"]})[UNUSED]).max())
    count = tuple(float(k) for k in range(steps + 1))
    return Report(
        "layers",
        f"one reverse sweep serves both: loss {ends['design: move x']:.0e} by moving x, "
        f"{ends['training: move A, B, C']:.0e} by moving the parameters",
        question("layers"),
        f"gradient (tape) of {LOSS}, at p = q = r = 0; truth by certify",
        {"width": width, "steps": steps, "seed": seed},
        (
            Table(
                "The adjoint at every layer",
                {"layer": "text", "numbers": "count", "largest adjoint": "number"},
                tuple((name, a.size, float(abs(a).max())) for name, a in adjoints.items()),
                "the derivative of the loss in that layer's value, at the start.",
            ),
            Table(
                "The work of a sweep: locked inputs are not differentiated",
                {"problem": "text", "equations": "count"},
                tuple(work.items()),
                "equations: of the program of the sweep, of which each computes one array.",
            ),
        ),
        (
            Chart(
                f"To the same target: {width} numbers of the input, or {3 * width**2} parameters, are moved",
                "step of gradient descent",
                "loss",
                tuple(Curve(name, count, path) for name, path in paths.items()),
                "y",
            ),
        ),
        (
            concluded(
                "the loss falls from {first:.1f} to {design:.0e} where the parameters are locked and x moves, to "
                "{training:.0e} where x is locked and the parameters move",
                first=paths["design: move x"][0],
                design=ends["design: move x"],
                training=ends["training: move A, B, C"],
            ),
            concluded(
                "one sweep gives the adjoints of all {layers} layers: they obey the chain rule to {chained:.0e}; all "
                "{numbers} derivatives of the sweep agree with the truth to {apart:.0e}",
                layers=len(adjoints),
                chained=chained,
                numbers=sum(d.size for d in swept.values()),
                apart=apart,
            ),
            concluded(
                "a sweep takes {x} equations for x, {p} for the parameters, {all} for all",
                x=work["design: move x"],
                p=work["training: move A, B, C"],
                all=work["everything"],
                work=work,
            ),
            concluded(
                "a branch that does not reach the output adds {idle} equations, and its gradient is {touch:g}",
                idle=idle,
                touch=touch,
            ),
        ),
    )


def network(width: int, random: np.random.Generator) -> Values:
    """Random parameters and input; the target is the value at another input, so that it can be
    reached."""
    matrices = {name: random.normal(size=(width, width)) / np.sqrt(width) for name in "ABC"}
    x, goal = random.normal(size=(2, width))
    nudges = dict.fromkeys("pqr", np.zeros(width))
    return {**matrices, **nudges, "x": x, "t": layers({**matrices, "x": goal})[-1]}


def layers(values: Values) -> tuple[NDArray[np.float64], ...]:
    """The values of all layers behind x."""
    a = np.tanh(values["A"] @ values["x"])
    b = np.tanh(values["B"] @ a)
    return a, b, values["C"] @ b


def slopes(text: str, values: Values) -> Values:
    """The gradient in every variable, by one reverse sweep."""
    f = gradient(text)
    found = f(*(values[name] for name in f.names))
    return dict(zip(f.names, found if len(f.names) > 1 else (found,), strict=True))


def loss(values: Values) -> float:
    """Half the squared distance to the target."""
    return float(((layers(values)[-1] - values["t"]) ** 2).sum() / 2)


def descent(start: Values, moved: tuple[str, ...], steps: int) -> tuple[float, ...]:
    """The loss after each step of gradient descent in some of the variables."""
    values, path = dict(start), [loss(start)]
    for _ in range(steps):
        found = slopes(LOSS, values)
        values |= {name: values[name] - RATE * found[name] for name in moved}
        path.append(loss(values))
    return tuple(path)


def from_truth(start: Values, swept: Values) -> float:
    """How far the derivatives of a sweep are from the certified ones, against the largest of each
    array."""
    exact: dict[str, list[float]] = {name: [] for name in swept}
    for element, place in certify(
        LOSS, {name: start[name].tolist() for name in swept}
    ).along.items():
        assert place.derivative is not None
        exact[element.partition("[")[0]].append(float(place.derivative.text(17)))
    known = {name: np.array(numbers) for name, numbers in exact.items()}
    return max(
        float(abs(found.ravel() - known[name]).max() / abs(known[name]).max())
        for name, found in swept.items()
    )


def chain_errors(start: Values, adjoints: Values) -> list[float]:
    """How far each adjoint is from the next one, taken back through its layer by hand."""
    a, b, _ = layers(start)
    back = {
        "b": start["C"].T @ adjoints["c"],
        "a": start["B"].T @ ((1 - b**2) * adjoints["b"]),
        "x": start["A"].T @ ((1 - a**2) * adjoints["a"]),
    }
    return [float(abs(adjoints[name] - known).max()) for name, known in back.items()]


def equations(text: str, start: Values, moved: tuple[str, ...]) -> int:
    """How many equations the program of value and gradient has, where the other variables are
    locked."""
    shapes = {name: value.shape for name, value in {**start, UNUSED: start["B"]}.items()}
    program = parse(text, (), shapes)
    return len(adjoint(program, moved).equations)
