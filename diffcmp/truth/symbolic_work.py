"""The part of the truth that runs inside the worker process, where sympy is. Never imported by the
parent."""

from __future__ import annotations

from typing import Any

import sympy

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import Symbols
from diffcmp.program.ir import Program

DIGITS = 40
SHOWN = 50  # of a limit that is no rational number
TINY = sympy.Rational(1, 10**30)


def vanishing(constant: Program) -> bool | None:
    """Whether the value of a constant Program is exactly zero; None where sympy cannot tell."""
    return vanishes(evaluate(constant, Symbols(), [])[0])


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


def one_sided(form: Program, coordinate: Program, direction: int) -> dict[str, str | None]:
    """The one-sided limit of f, and of its difference quotient: "1/3" where rational, else a
    decimal of `SHOWN` digits, "inf" or "-inf"; None on failure."""
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
