"""The suites of whole answers: a sweep, a certified derivative, a process up to a number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from diffcmp.accuracy.judging.errors import correct_digits
from diffcmp.accuracy.judging.record import Sweep
from diffcmp.accuracy.sweep import sweep as sweep_over
from diffcmp.errors import Fault, InputError
from diffcmp.speed import by_hand
from diffcmp.speed.by_hand import ROSENBROCK, SQUIRE_TRAPP
from diffcmp.speed.suites import AT, Asked, prepared, slope_at
from diffcmp.speed.timing import Call
from diffcmp.speed.work import Certified, Method, Work
from diffcmp.truth.certify import certify
from diffcmp.truth.record import certain

DIGITS = 30
GUARD = 2  # of the digits of an answer may be lost to its rounding
METHODS = ("forward", "backward", "central", "complex-step")
PER_DECADE = 20
PATIENCE = 3.0
MIDDLE = "0.5"  # of the domain: a step of 1 stays inside
ADD_UP = 20  # digits to which estimate and error of a step give the derivative
QUOTIENT = "(exp(x)-1)/x"


@dataclass(frozen=True, slots=True)
class ManyDigits:
    """A number certain to more digits than a float has."""

    true: Fraction
    most: int

    def digits(self, answer: Any, model: object = None) -> float:
        """Correct significant digits of a decimal string, or of the worst of several."""
        return min(self._one(text) for text in ([answer] if isinstance(answer, str) else answer))

    def _one(self, text: str) -> float:
        return correct_digits(abs(Fraction(text) - self.true), self.true, float(self.most))


def sweep(asked: Asked) -> Iterator[Work]:
    """A sweep of four methods with certified errors, against the estimates alone."""
    per_decade = 4 if asked.quick else PER_DECADE
    sizes = [10.0 ** (-k / per_decade) for k in range(20 * per_decade + 1)]
    by_hand_only = prepared(by_hand.steps, float(MIDDLE), sizes)
    ours = partial(sweep_over, SQUIRE_TRAPP, MIDDLE, backends=METHODS, per_decade=per_decade)
    methods = (
        Method("estimates alone, math", by_hand_only, answers=False),
        Method("sweep()", lambda: ours, ADD_UP, numbers=implied),
    )
    name = f"errors of {len(METHODS)} methods over {len(sizes)} step sizes"
    yield Work("sweep", name, methods, lambda: many_digits(SQUIRE_TRAPP, MIDDLE))


def implied(run: Sweep) -> list[str]:
    """The derivative that every step was held against: its estimate without its error."""
    steps = [step for series in run.series for step in series.rows if step.total is not None]
    errors = [Fraction(Decimal(step.total or 0)) for step in steps]
    estimates = [Fraction(Decimal(step.estimate)) for step in steps]
    return [str(a - b) for a, b in zip(estimates, errors, strict=True)]


def many_digits(expr: str, at: str) -> ManyDigits:
    """A derivative to more digits than are asked for anywhere."""
    return ManyDigits(certain(certify(expr, at, digits=2 * DIGITS).derivative("x")), DIGITS)


def truth(asked: Asked) -> Iterator[Work]:
    """A derivative to 30 digits, proven, against `mpmath.diff`, which proves nothing."""
    yield _truth(SQUIRE_TRAPP, str(AT), "smooth")
    yield _truth(QUOTIENT, "0", "removable")


def _truth(expr: str, at: str, kind: str) -> Work:
    methods = (
        Method("mpmath.diff", lambda: _mpmath(expr, at), DIGITS - GUARD),
        Method("certify()", lambda: _certify(expr, at), DIGITS - GUARD),
    )
    name = f"f′({at}) of {expr} to {DIGITS} digits, {kind}"
    return Work("truth", name, methods, lambda: many_digits(expr, at))


def _certify(expr: str, at: str) -> Call:
    def call() -> str:
        quantity = certify(expr, at, digits=DIGITS).derivative("x")
        return "nan" if quantity is None else quantity.text(DIGITS)

    return call


def _mpmath(expr: str, at: str) -> Call:
    try:
        from mpmath import mp
    except ImportError:
        raise InputError(Fault.EXTRA, what="mpmath.diff", package="mpmath", extra="dev") from None

    forms: dict[str, Callable[[Any], Any]] = {
        SQUIRE_TRAPP: lambda x: mp.exp(x) / mp.sqrt(mp.sin(x) ** 3 + mp.cos(x) ** 3),
        QUOTIENT: lambda x: (mp.exp(x) - 1) / x,
    }

    def call() -> str:
        with mp.workdps(DIGITS):
            return str(mp.nstr(mp.diff(forms[expr], mp.mpf(at)), DIGITS))

    return call


FIRST = f"from diffcmp import derivative; print(repr(derivative({SQUIRE_TRAPP!r})({AT})))"
POINT = "-1.2, 1.0, 0.5"
FIRST_GRADIENT = (
    f"from diffcmp import gradient; print(*map(float, gradient({ROSENBROCK!r})([{POINT}])))"
)


def startup(asked: Asked) -> Iterator[Work]:
    """A new process up to its first derivative, against one that does nothing or imports NumPy."""
    idle = Method("python -c pass", prepared(_process, "pass"), answers=False)
    numpy = Method("import numpy", prepared(_process, "import numpy"), answers=False)
    number = Method("derivative()", prepared(_process, FIRST))
    vector = Method("gradient()", prepared(_process, FIRST_GRADIENT))
    point = [float(x) for x in POINT.split(",")]

    def gradient_truth() -> Certified:
        truth = certify(ROSENBROCK, {"x": point})
        components = [certain(truth.derivative(name)) for name in truth.along]
        return Certified(dict(enumerate(components)), len(point))

    def number_truth() -> Certified:
        return Certified({0: slope_at(AT)})

    name, methods = "first f′ in a new process", (idle, numpy, number)
    yield Work("startup", name, methods, number_truth, PATIENCE)
    name, methods = "first ∇f in a new process", (numpy, idle, vector)
    yield Work("startup", name, methods, gradient_truth, PATIENCE)


def _process(code: str) -> list[float]:
    """The numbers that a new process writes."""
    command, nothing = [sys.executable, "-c", code], subprocess.DEVNULL
    run = subprocess.run(command, capture_output=True, text=True, check=True, stdin=nothing)
    return [float(number) for number in run.stdout.split()]
