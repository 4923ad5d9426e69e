"""The part of the truth that runs inside the worker process, where sympy is. Never imported by the
parent."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sympy
from sympy.core.random import seed

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import Symbols
from diffcmp.program.ir import Program

DIGITS = 40
SHOWN = 50  # of a limit that is no rational number
TINY = sympy.Rational(1, 10**30)
AGAIN = 0.05  # seconds of computing


class Spent(BaseException):
    """The budget is used up. No Exception, as sympy catches those."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Seconds of computing, not of waiting: what comes out does not depend on how busy the machine
    is. From time to time again, as an exception is lost where Python is collecting garbage.

    Raises
    ------
    Spent: where more are needed.
    """
    if not hasattr(signal, "setitimer"):  # Windows: the time limit of the caller is all there is
        yield
        return

    def spent(*_: object) -> None:
        raise Spent

    before = signal.signal(signal.SIGVTALRM, spent)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def vanishing(constants: Sequence[Program], seconds: float) -> tuple[list[bool | None], bool]:
    """For each constant Program whether its value is exactly zero, None where sympy cannot tell, up
    to the first one of which that is not proven; and whether the budget was enough."""
    answers: list[bool | None] = []
    seed(0)
    try:
        with within(seconds):
            for constant in constants:
                answers.append(vanishes(evaluate(constant, Symbols(), [])[0]))
                if not answers[-1]:
                    break
    except Spent:
        return answers, False
    return answers, True


def vanishes(c: Any) -> bool | None:
    """Whether a constant is exactly zero; None where sympy cannot prove it."""
    if c.is_Rational:
        return bool(c == 0)
    value = sympy.N(c, DIGITS)
    if value.is_number and abs(value) > TINY:
        return False
    if c.is_zero:
        return True
    return True if sympy.simplify(c) == 0 else c.equals(0)


def one_sided(
    form: Program, coordinate: Program, direction: int, seconds: float
) -> tuple[dict[str, str | None] | None, bool]:
    """The one-sided limit of f, and of its difference quotient: "1/3" where rational, else a
    decimal of `SHOWN` digits, "inf" or "-inf"; None on failure. And whether the budget was
    enough."""
    seed(0)
    try:
        with within(seconds):
            return _limits(form, coordinate, direction), True
    except Spent:
        return None, False


def _limits(form: Program, coordinate: Program, direction: int) -> dict[str, str | None]:
    system = Symbols()
    t = sympy.Symbol("t", positive=True)
    x = evaluate(coordinate, system, [])[0]
    f = evaluate(form, system, [x + direction * t])[0]
    limit = sympy.limit(f, t, 0, "+")
    slope = None
    if limit.is_finite:
        quotient = (f - limit) / (direction * t)
        slope = _text(sympy.limit(quotient, t, 0, "+"))
    return {"limit": _text(limit), "slope": slope}


def _text(value: Any) -> str | None:
    if value in (sympy.oo, -sympy.oo):
        return "inf" if value == sympy.oo else "-inf"
    if value.is_Rational:
        return str(value)
    number = sympy.N(value, SHOWN)
    return str(number) if number.is_Float or number.is_Rational else None
