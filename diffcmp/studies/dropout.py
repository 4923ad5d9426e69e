"""A small network trained with wrong derivatives, with and without dropout: is it less accurate?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diffcmp.report.record import Report
from diffcmp.studies.layout import Axes, chart, conclusions, curves, table
from diffcmp.studies.numbers import largest, slopes
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

LOSS = "sum(softplus(-y*(tanh(X @ W) @ (m*v))))"  # m: 0 for a hidden unit that is dropped
HIDDEN, BATCH, TRAINING, TEST, RATE = 16, 10, 40, 400, 0.1
KINDS = {"all units": 1.0, "dropout": 0.7}  # the share of hidden units that a step keeps
MEASURES = "training loss", "test accuracy"
SURE = 3.0  # standard errors: six effects, each at a sixth of 5 % (Bonferroni; 2.94 for t of 19)
Array = NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Effect:
    """The mean of paired differences of a measure, and how large chance alone would make it."""

    measure: str
    mean: float
    chance: float

    @property
    def verdict(self) -> str:
        """Whether the spread allows to speak of an effect."""
        larger = abs(self.mean) > self.chance
        return "more than chance" if larger else "no more than chance allows"


def effects(difference: Array) -> list[Effect]:
    """The effect on each measure, from a row of differences for each seed."""
    means = difference.mean(axis=0).tolist()
    chances = (SURE * difference.std(axis=0, ddof=1) / math.sqrt(len(difference))).tolist()
    return list(map(Effect, MEASURES, means, chances))


def study(
    seeds: Annotated[int, Bounds("networks of each kind", 20, 500)] = 20,
    steps: Annotated[int, Bounds("of gradient descent", 10, 10000)] = 300,
    error: Annotated[float, Bounds("relative, injected into every derivative", 0, 10)] = 0.5,
) -> Report:
    """Loss and accuracy over seeds: dropout or not, exact derivatives or wrong ones, from the same
    starts and batches."""
    runs = networks(seeds, steps, error)
    plain, plain_wrong, dropped, dropped_wrong = runs.values()
    kinds = {
        "dropout": effects(dropped - plain),
        "error with all units": effects(plain_wrong - plain),
        "error with dropout": effects(dropped_wrong - dropped),
    }
    accuracy = {name: (of[1].mean, of[1].chance) for name, of in kinds.items()}
    gained = {name: f"{mean:+.3f} ± {chance:.3f}" for name, (mean, chance) in accuracy.items()}
    means = {name: float(run[:, 1].mean()) for name, run in runs.items()}
    facts = {"n": seeds, "steps": steps, "sure": SURE, "effects": accuracy, "accuracy": means}
    spreads = table(
        "Over the seeds: mean and standard deviation",
        runs.items(),
        ("kind", "text", lambda run: run[0]),
        ("loss", "number", lambda run: float(run[1][:, 0].mean())),
        ("its spread", "number", lambda run: float(run[1][:, 0].std(ddof=1))),
        ("accuracy", "number", lambda run: float(run[1][:, 1].mean())),
        ("spread", "number", lambda run: float(run[1][:, 1].std(ddof=1))),
        note="loss: of the training set, a point; accuracy: of the test set.",
    )
    effect_rows = [(name, effect) for name, of in kinds.items() for effect in of]
    judged = table(
        "Effects: the mean of paired differences",
        effect_rows,
        ("of", "text", lambda row: row[0]),
        ("on the", "text", lambda row: row[1].measure),
        ("effect", "number", lambda row: row[1].mean),
        ("±", "number", lambda row: row[1].chance),
        ("verdict", "text", lambda row: row[1].verdict),
        note=f"±: {SURE:g} standard errors.",
    )
    ranked = chart(
        f"Mean test accuracy {plain[:, 1].mean():.2f} with all units, "
        f"{dropped[:, 1].mean():.2f} with dropout",
        Axes("rank of the network among its kind", "test accuracy"),
        *curves(range(1, seeds + 1), {name: np.sort(run[:, 1]) for name, run in runs.items()}),
    )
    return Report(
        title=f"test accuracy: dropout {gained['dropout']}, derivative errors of {error:.0%} "
        f"{gained['error with all units']}",
        method=f"SGD with gradient (tape) of {LOSS}; error: every derivative times "
        f"1 + {error:g}·N(0, 1), the same in all kinds",
        tables=(spreads, judged),
        charts=(ranked,),
        conclusions=conclusions(
            agreement() | facts,
            *(_sentence(name, of) for name, of in kinds.items()),
            "tape and dual agree to {dual:.0e}, tape and central differences to {central:.0e}",
            "over {n} seeds and {steps} steps; ± is {sure:g} standard errors of the paired "
            "difference",
        ),
    )


def _sentence(name: str, of: list[Effect]) -> str:
    parts = [f"{e.measure} {e.mean:+.4f} ± {e.chance:.4f}, {e.verdict}" for e in of]
    return f"{name}: {'; '.join(parts)}"


def networks(seeds: int, steps: int, error: float) -> dict[str, Array]:
    """For each kind of training the loss and the accuracy of the networks, a row for each seed."""
    runs: dict[str, list[tuple[float, float]]] = {}
    for seed in each(range(seeds), "networks"):
        for kind, kept in KINDS.items():
            for derivatives, wrong in (("exact", 0.0), ("error", error)):
                run = trained(seed, kept, wrong, steps)
                runs.setdefault(f"{kind}, {derivatives}", []).append(run)
    return {name: np.array(rows) for name, rows in runs.items()}


def points(random: Random, count: int) -> tuple[Array, Array]:
    """Noisy points of two classes inside and outside a circle; the last coordinate is 1."""
    x = random.normal(size=(count, 2))
    outside = (x**2).sum(1) + random.normal(size=count) / 2 > 1.4
    return np.column_stack([x, np.ones(count)]), np.where(outside, 1.0, -1.0)


def trained(seed: int, kept: float, wrong: float, steps: int) -> tuple[float, float]:
    """The training loss a point and the test accuracy of one network."""
    random = np.random.default_rng(seed)
    x, y = points(random, TRAINING)
    unseen, classes = points(random, TEST)
    weights = {"W": random.normal(size=(3, HIDDEN)), "v": random.normal(size=HIDDEN) / 4}
    for _ in range(steps):
        descend(weights, x, y, random, kept, wrong)
    loss = np.logaddexp(0, -y * output(weights, x)).mean()
    right = np.sign(output(weights, unseen)) == classes
    return float(loss), float(right.mean())


def descend(
    weights: dict[str, Array], x: Array, y: Array, random: Random, kept: float, wrong: float
) -> None:
    """One step of gradient descent on a random batch, with wrong derivatives."""
    batch = random.integers(TRAINING, size=BATCH)
    mask = (random.uniform(size=HIDDEN) < kept) / kept
    slope = slopes(LOSS, {"y": y[batch], "X": x[batch], "m": mask, **weights})
    for name, weight in weights.items():
        noise = 1 + wrong * random.normal(size=weight.shape)
        weights[name] = weight - RATE / BATCH * noise * slope[name]


def output(weights: dict[str, Array], x: Array) -> Array:
    """What a network says of points, positive for the first class."""
    return np.tanh(x @ weights["W"]) @ weights["v"]


def agreement() -> dict[str, float]:
    """How far dual and central differences are from the tape, over its largest derivative."""
    tape = small_slopes("tape")
    apart = {name: largest(tape - small_slopes(name)) for name in ("dual", "central")}
    return {name: distance / largest(tape) for name, distance in apart.items()}


def small_slopes(backend: str) -> Array:
    """All derivatives of a small network."""
    random = np.random.default_rng(0)
    x, y = points(random, 3)
    w, v = random.normal(size=(3, 2)), random.normal(size=2)
    parts = slopes(LOSS, {"y": y, "X": x, "W": w, "m": np.ones(2), "v": v}, backend)
    return np.concatenate([np.ravel(part) for part in parts.values()])
