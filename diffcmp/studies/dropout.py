"""A small network trained with wrong derivatives, with and without dropout: what does it do to the
accuracy?"""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diffcmp.derivatives.arrays import gradient
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

LOSS = "sum(softplus(-y*(tanh(X @ W) @ (m*v))))"  # m: 0 for a hidden unit that is dropped
HIDDEN, BATCH, TRAINING, TEST, RATE = 16, 10, 40, 400, 0.1
KINDS = {"all units": 1.0, "dropout": 0.7}  # the share of hidden units that a step keeps
MEASURES = "training loss", "test accuracy"
SURE = 3.0  # standard errors: six effects are judged at once, each at a sixth of 5 % (Bonferroni; 2.94 for t of 19)
Array = NDArray[np.float64]


def study(
    seeds: Annotated[int, Bounds("networks of each kind", 20, 500)] = 20,
    steps: Annotated[int, Bounds("of gradient descent", 10, 10000)] = 300,
    error: Annotated[float, Bounds("relative, injected into every derivative", 0, 10)] = 0.5,
) -> Report:
    """Loss and accuracy over seeds: dropout or not, exact derivatives or wrong ones, from the same
    starts and batches."""
    pairs = [
        trained(seed, kept, wrong, steps)
        for seed in each(range(seeds), "networks")
        for kept in KINDS.values()
        for wrong in (0.0, error)
    ]
    names = [f"{kind}, {wrong}" for kind in KINDS for wrong in ("exact", "error")]
    runs = dict(
        zip(names, np.array(pairs).reshape(seeds, len(names), 2).swapaxes(0, 1), strict=True)
    )
    plain, plain_wrong, dropped, dropped_wrong = runs.values()
    told = {
        "dropout": effect(dropped - plain),
        "error with all units": effect(plain_wrong - plain),
        "error with dropout": effect(dropped_wrong - dropped),
    }
    rows = [(name, *row) for name, found in told.items() for row in found]
    accuracy = {name: found[1][1:3] for name, found in told.items()}

    def gained(name: str) -> str:
        return "{:+.3f} ± {:.3f}".format(*accuracy[name])

    apart = agreement()
    count = tuple(float(k) for k in range(1, seeds + 1))
    return Report(
        "dropout",
        f"test accuracy: dropout {gained('dropout')}, derivative errors of {error:.0%} {gained('error with all units')}",
        question("dropout"),
        f"SGD with gradient (tape) of {LOSS}; error: every derivative times 1 + {error:g}·N(0, 1), the same in all kinds",
        {"seeds": seeds, "steps": steps, "error": error},
        (
            Table(
                "Over the seeds: mean and standard deviation",
                {
                    "kind": "text",
                    "loss": "number",
                    "its spread": "number",
                    "accuracy": "number",
                    "spread": "number",
                },
                tuple(
                    (
                        name,
                        *(
                            float(f(found[:, j]))
                            for j in (0, 1)
                            for f in (np.mean, partial(np.std, ddof=1))
                        ),
                    )
                    for name, found in runs.items()
                ),
                "loss: of the training set, a point; accuracy: of the test set.",
            ),
            Table(
                "Effects: the mean of paired differences",
                {
                    "of": "text",
                    "on the": "text",
                    "effect": "number",
                    "±": "number",
                    "verdict": "text",
                },
                tuple(rows),
                f"±: {SURE:g} standard errors.",
            ),
        ),
        (
            Chart(
                f"Mean test accuracy {plain[:, 1].mean():.2f} with all units, {dropped[:, 1].mean():.2f} with dropout",
                "rank of the network among its kind",
                "test accuracy",
                tuple(
                    Curve(name, count, tuple(map(float, np.sort(found[:, 1]))))
                    for name, found in runs.items()
                ),
            ),
        ),
        (
            *(
                concluded(
                    f"{name}: "
                    + "; ".join(
                        f"{measure} {mean:+.4f} ± {spread:.4f}, {said}"
                        for measure, mean, spread, said in found
                    )
                )
                for name, found in told.items()
            ),
            concluded(
                "tape and dual agree to {dual:.0e}, tape and central differences to {central:.0e}",
                **apart,
            ),
            concluded(
                "over {n} seeds and {steps} steps; ± is {sure:g} standard errors of the paired difference",
                n=seeds,
                steps=steps,
                sure=SURE,
                effects=accuracy,
                accuracy={name: float(found[:, 1].mean()) for name, found in runs.items()},
            ),
        ),
    )


def verdict(mean: float, spread: float) -> str:
    """Whether the spread allows to speak of an effect."""
    return "more than chance" if abs(mean) > spread else "no more than chance allows"


def effect(difference: Array) -> list[tuple[str, float, float, str]]:
    """For each measure the mean of paired differences, what chance alone would make of it, and the
    verdict."""
    means, chances = (
        difference.mean(axis=0),
        SURE * difference.std(axis=0, ddof=1) / math.sqrt(len(difference)),
    )
    pairs = zip(MEASURES, means.tolist(), chances.tolist(), strict=True)
    return [(measure, mean, chance, verdict(mean, chance)) for measure, mean, chance in pairs]


def points(random: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Noisy points of two classes inside and outside a circle; the last coordinate is 1."""
    x = random.normal(size=(count, 2))
    y = np.where((x**2).sum(1) + random.normal(size=count) / 2 > 1.4, 1.0, -1.0)
    return np.column_stack([x, np.ones(count)]), y


def trained(seed: int, kept: float, wrong: float, steps: int) -> tuple[float, float]:
    """The training loss a point and the test accuracy of one network."""
    random = np.random.default_rng(seed)
    (x, y), (seen, classes) = points(random, TRAINING), points(random, TEST)
    w, v, f = random.normal(size=(3, HIDDEN)), random.normal(size=HIDDEN) / 4, gradient(LOSS)
    for _ in range(steps):
        batch = random.integers(TRAINING, size=BATCH)
        mask = (random.uniform(size=HIDDEN) < kept) / kept
        noise = [1 + wrong * random.normal(size=shape) for shape in (w.shape, v.shape)]
        values = {"y": y[batch], "X": x[batch], "W": w, "m": mask, "v": v}
        found = dict(zip(f.names, f(*(values[name] for name in f.names)), strict=True))
        w = w - RATE / BATCH * noise[0] * found["W"]
        v = v - RATE / BATCH * noise[1] * found["v"]
    score = np.logaddexp(0, -y * (np.tanh(x @ w) @ v)).mean()
    return float(score), float((np.sign(np.tanh(seen @ w) @ v) == classes).mean())


def agreement() -> dict[str, float]:
    """How far dual and central differences are from the tape, over the largest derivative, on a
    small network."""
    random = np.random.default_rng(0)
    x, y = points(random, 3)
    values = {
        "y": y,
        "X": x,
        "W": random.normal(size=(3, 2)),
        "m": np.ones(2),
        "v": random.normal(size=2),
    }
    given = [values[name] for name in gradient(LOSS).names]
    tape, dual, central = (
        np.concatenate([np.ravel(p) for p in gradient(LOSS, b)(*given)])
        for b in ("tape", "dual", "central")
    )
    return {
        "dual": float(abs(tape - dual).max() / abs(tape).max()),
        "central": float(abs(tape - central).max() / abs(tape).max()),
    }
