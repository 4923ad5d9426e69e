"""Softmax at falling temperature tends to argmax, and its Jacobian to 0 almost everywhere."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.accuracy.judging.errors import Errors
from diffcmp.arithmetic.floats import Floats
from diffcmp.derivatives.arrays import jacobian
from diffcmp.language.parser import parse
from diffcmp.report.record import Report, Table
from diffcmp.studies.layout import Axes, chart, conclusions, curve, listed, table
from diffcmp.studies.numbers import largest, power
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds
from diffcmp.truth.certify import certify

SOFT = "softmax(x/T)"
HARD = "[where(argmax(x) == 0, 1, 0), where(argmax(x) == 1, 1, 0), where(argmax(x) == 2, 1, 0)]"
LOGITS = (2.0, 1.0, -1.0)  # one class leads by 1
TIED = (2.0, 2.0, -1.0)  # two classes lead
GAP = LOGITS[0] - LOGITS[1]
BACKENDS = ("dual", "tape", "complex-step", "central", "forward")
USELESS = 1e-6  # a derivative that moves a weight, at a rate of 1, by no more than this a step
SHOWN, COLD = 0.5, 0.03
COOL = 0.1
RIGHT = 1e-12
Logits = NDArray[np.float64] | tuple[float, ...]


def study(
    points: Annotated[int, Bounds("temperatures", 13, 400)] = 61,
    samples: Annotated[int, Bounds("random logits", 10, 5000)] = 200,
    seed: Annotated[int, Bounds("of the random logits", 0, 2**31)] = 0,
) -> Report:
    """The largest element of the Jacobian against temperature: at a place, a tie, at random."""
    heats = np.geomspace(1e-2, 1e2, points).tolist()
    lone, tied = ([norm(logits, t) for t in heats] for logits in (LOGITS, TIED))
    theory = [math.exp(-GAP / t) / t for t in heats]
    low = bisect_left(heats, GAP / 10)
    off = [abs(math.log(d / e)) for d, e in zip(lone[:low], theory[:low], strict=True)]
    places = np.random.default_rng(seed).normal(size=(samples, 3))
    some_heats = heats[:: max(1, points // 20)]
    shares = [informative(places, t) for t in each(some_heats, "temperatures")]
    best = heats[int(np.argmax(lone))]
    blind = crossing(COLD / 2, best)
    hard = max(largest(jacobian(HARD)(place)) for place in places)
    errors = {name: (backend_error(name, best), backend_error(name, COLD)) for name in BACKENDS}
    warm = [name for name, (error, _) in errors.items() if error < RIGHT]
    sure = [name for name, (_, error) in errors.items() if error < RIGHT]
    cool = bisect_left(heats, COOL)
    facts: dict[str, Any] = {"samples": samples, "hard": hard, "close": max(off)}
    facts |= {"useless": USELESS, "blind": blind, "cold": heats[0], "share": shares[0]}
    facts |= {"warm": listed(warm), "most": shares[len(shares) // 2], "shares": shares}
    facts |= {"law": power(heats[:cool], tied[:cool]), "best": best, "cold_heat": COLD}
    facts |= {"exact": max(errors[name][0] for name in warm), "sure": listed(sure)}
    facts |= {"errors": errors}
    facts |= {"step": errors["complex-step"][1], "central": errors["central"][1]}
    worst = table(
        "Worst relative error of the derivatives of the first class",
        BACKENDS,
        ("backend", "text", lambda name: name),
        (f"at T = {best:.2g}", "error", lambda name: errors[name][0]),
        (f"at T = {COLD:g}", "error", lambda name: errors[name][1]),
    )
    rows = enumerate(jacobian(SOFT)(LOGITS, SHOWN)[0])
    elements = Table(
        f"The Jacobian at T = {SHOWN:g}, logits 2, 1, −1",
        {"derivative of": "text", "by x0": "number", "by x1": "number", "by x2": "number"},
        tuple((f"softmax {i}", *map(float, row)) for i, row in rows),
    )
    falling = chart(
        f"The Jacobian is largest at T = {best:.2g}, and falls off like e^(−{GAP:g}/T)/T",
        Axes("temperature T", "largest element of the Jacobian", "xy", (1e-18, 1e3)),
        curve("logits 2, 1, −1", heats, lone),
        curve("a tie: logits 2, 2, −1", heats, tied),
        curve(f"e^(−{GAP:g}/T)/T", heats, theory, "theory"),
    )
    random_places = chart(
        f"At T = {heats[0]:g} the Jacobian exceeds {USELESS:g} at {shares[0]:.0%} of random places",
        Axes("temperature T", "share of places", "x", (-0.05, 1.05)),
        curve("softmax(x/T)", some_heats, shares),
        curve("argmax", heats, [hard > USELESS] * points),
    )
    return Report(
        title=f"with one logit ahead by {GAP:g}, no element of the Jacobian exceeds {USELESS:g} at "
        f"temperatures below {blind:.2g}",
        method=f"jacobian (products of forward or reverse mode) of {SOFT}; {listed(BACKENDS)} "
        "against certify",
        tables=(worst, elements),
        charts=(falling, random_places),
        conclusions=conclusions(
            facts,
            "the largest element of argmax's Jacobian over {samples} places is {hard:g}",
            "softmax's is e^(−Δ/T)/T to {close:.0e} below T = Δ/10, and under {useless:g} below "
            "T = {blind:.3g}",
            "at temperature {cold:g} it still exceeds {useless:g} at {share:.0%} of random places, "
            f"at {heats[points // 2]:.2g} at {{most:.0%}}",
            "it does not vanish at a tie: there it grows like T^{law:.2f}",
            "at T = {best:.2g} {warm} are right to {exact:.0e}; at {cold_heat:g} only {sure} are: "
            "there complex-step is off by {step:.0e}, central differences by {central:.0e}",
        ),
    )


def norm(logits: Logits, heat: float) -> float:
    """The largest element of the Jacobian of softmax(x/T) with respect to x."""
    return largest(jacobian(SOFT)(logits, heat)[0])


def informative(places: NDArray[np.float64], heat: float) -> float:
    """The share of the places where a derivative is of use."""
    return float(np.mean([norm(place, heat) > USELESS for place in places]))


def crossing(cold: float, warm: float) -> float:
    """The temperature at which the largest element is `USELESS`, by bisection."""
    for _ in range(50):
        middle = math.sqrt(cold * warm)
        cold, warm = (middle, warm) if norm(LOGITS, middle) < USELESS else (cold, middle)
    return warm


def backend_error(backend: str, heat: float) -> float:
    """The largest relative error of an element, against the certified one."""
    program = parse("softmax(x/T)[0]", (), {"x": (3,), "T": ()})
    truth = certify(program, {"x": list(LOGITS), "T": heat})
    row = jacobian(SOFT, backend)(LOGITS, heat)[0][0]
    errors = [Errors(d, truth.exact(f"x[{k}]"), Floats()).relative for k, d in enumerate(row)]
    return max(float(error) for error in errors if error is not None)
