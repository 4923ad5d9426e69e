"""Softmax at falling temperature: it tends to argmax, and its Jacobian to argmax's, which is 0
almost everywhere."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diffcmp.derivatives.arrays import jacobian
from diffcmp.language.parser import parse
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question
from diffcmp.truth.certify import certify

SOFT = "softmax(x/T)"
HARD = "[where(argmax(x) == 0, 1, 0), where(argmax(x) == 1, 1, 0), where(argmax(x) == 2, 1, 0)]"
LOGITS = (2.0, 1.0, -1.0)  # one class leads by 1
TIED = (2.0, 2.0, -1.0)  # two classes lead
BACKENDS = ("dual", "tape", "complex-step", "central", "forward")
USELESS = 1e-6  # a derivative that moves a weight, at a rate of 1, by no more than this a step
SHOWN, COLD = 0.5, 0.03
COOL = 0.1
RIGHT = 1e-12


def study(
    points: Annotated[int, Bounds("temperatures", 13, 400)] = 61,
    samples: Annotated[int, Bounds("random logits", 10, 5000)] = 200,
    seed: Annotated[int, Bounds("of the random logits", 0, 2**31)] = 0,
) -> Report:
    """The largest element of the Jacobian against the temperature: at one place, at a tie, and at
    random places."""
    heats = np.geomspace(1e-2, 1e2, points)
    lone, tied = largest(heats, LOGITS), largest(heats, TIED)
    places = np.random.default_rng(seed).normal(size=(samples, 3))
    some_heats = heats[:: max(1, points // 20)].tolist()
    informative = [
        float(np.mean([norm(place, t) > USELESS for place in places]))
        for t in each(some_heats, "temperatures")
    ]
    best = float(heats[int(np.argmax(lone))])
    blind = crossing(COLD / 2, best)
    hard = float(max(abs(jacobian(HARD)(place)).max() for place in places))
    errors = {name: (backend_error(name, best), backend_error(name, COLD)) for name in BACKENDS}
    sure = [name for name, (_, cold) in errors.items() if cold < RIGHT]
    warm = [name for name, (most, _) in errors.items() if most < RIGHT]
    law = float(np.polyfit(np.log(heats[heats < COOL]), np.log(np.array(tied)[heats < COOL]), 1)[0])
    gap = LOGITS[0] - LOGITS[1]
    theory = [math.exp(-gap / t) / t for t in heats]
    close = max(
        abs(math.log(d / e)) for t, d, e in zip(heats, lone, theory, strict=True) if t < gap / 10
    )
    x = tuple(map(float, heats))
    return Report(
        "softmax",
        f"with one logit ahead by {gap:g}, no element of the Jacobian exceeds {USELESS:g} at temperatures below {blind:.2g}",
        question("softmax"),
        f"jacobian (products of forward or reverse mode) of {SOFT}; {', '.join(BACKENDS)} against certify",
        {"points": points, "samples": samples, "seed": seed},
        (
            Table(
                "Worst relative error of the derivatives of the first class",
                {"backend": "text", f"at T = {best:.2g}": "error", f"at T = {COLD:g}": "error"},
                tuple((name, *found) for name, found in errors.items()),
            ),
            Table(
                f"The Jacobian at T = {SHOWN:g}, logits 2, 1, −1",
                {"derivative of": "text", "by x0": "number", "by x1": "number", "by x2": "number"},
                tuple(
                    (f"softmax {i}", *map(float, row))
                    for i, row in enumerate(jacobian(SOFT)(LOGITS, SHOWN)[0])
                ),
            ),
        ),
        (
            Chart(
                f"The Jacobian is largest at T = {best:.2g}, and falls off like e^(−{gap:g}/T)/T",
                "temperature T",
                "largest element of the Jacobian",
                (
                    Curve("logits 2, 1, −1", x, lone),
                    Curve("a tie: logits 2, 2, −1", x, tied),
                    Curve(f"e^(−{gap:g}/T)/T", x, tuple(theory), "theory"),
                ),
                "xy",
                (1e-18, 1e3),
            ),
            Chart(
                f"At T = {x[0]:g} the Jacobian exceeds {USELESS:g} at {informative[0]:.0%} of random places",
                "temperature T",
                "share of places",
                (
                    Curve("softmax(x/T)", tuple(some_heats), tuple(informative)),
                    Curve("argmax", x, (float(hard > USELESS),) * points),
                ),
                "x",
                (-0.05, 1.05),
            ),
        ),
        (
            concluded(
                "the largest element of argmax's Jacobian over {samples} places is {hard:g}",
                samples=samples,
                hard=hard,
            ),
            concluded(
                "softmax's is e^(−Δ/T)/T to {close:.0e} below T = Δ/10, and under {useless:g} below T = {blind:.3g}",
                close=close,
                useless=USELESS,
                blind=blind,
            ),
            concluded(
                "at temperature {cold:g} it still exceeds {useless:g} at {share:.0%} of random places, at {warm:.2g} at "
                "{most:.0%}",
                cold=x[0],
                useless=USELESS,
                share=informative[0],
                warm=x[points // 2],
                most=informative[len(informative) // 2],
                shares=informative,
            ),
            concluded("only at a tie it does not vanish: there it grows like T^{law:.2f}", law=law),
            concluded(
                "at T = {best:.2g} {warm} are right to {exact:.0e}; at {cold_heat:g} only {sure} are: there "
                "complex-step is off by {step:.0e}, central differences by {central:.0e}",
                best=best,
                cold_heat=COLD,
                warm=", ".join(warm),
                exact=max(errors[n][0] for n in warm),
                sure=", ".join(sure),
                errors=errors,
                step=errors["complex-step"][1],
                central=errors["central"][1],
            ),
        ),
    )


def norm(logits: NDArray[np.float64] | tuple[float, ...], heat: float) -> float:
    """The largest element of the Jacobian of softmax(x/T) with respect to x."""
    found = jacobian(SOFT)(logits, heat)[0]
    return float(abs(found).max())


def largest(heats: NDArray[np.float64], logits: tuple[float, ...]) -> tuple[float, ...]:
    """The same for every temperature."""
    return tuple(norm(logits, float(t)) for t in heats)


def crossing(cold: float, warm: float) -> float:
    """The temperature at which the largest element is `USELESS`, by bisection between two where it
    is less and more."""
    for _ in range(50):
        middle = math.sqrt(cold * warm)
        cold, warm = (middle, warm) if norm(LOGITS, middle) < USELESS else (cold, middle)
    return warm


def backend_error(backend: str, heat: float) -> float:
    """The largest relative error of an element, against the certified one."""
    program = parse("softmax(x/T)[0]", (), {"x": (3,), "T": ()})
    truth = certify(program, {"x": list(LOGITS), "T": heat})
    found = jacobian(SOFT, backend)(LOGITS, heat)[0][0]
    worst = 0.0
    for k, value in enumerate(found):
        quantity = truth.derivative(f"x[{k}]")
        assert quantity is not None
        assert quantity.exact
        worst = max(worst, float(abs(Fraction(float(value)) / quantity.exact - 1)))
    return worst
