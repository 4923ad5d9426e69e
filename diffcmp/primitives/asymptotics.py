"""How the basic functions behave as their argument grows: forms that are exact identities, and
asymptotic expansions.

An asymptotic expansion diverges, but each of its coefficients is what it says (Poincaré), and that
is all that a limit asks for. Formulas: NIST Handbook of Mathematical Functions (2010), 5.11, 5.15
and 7.12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import factorial, prod


@dataclass(frozen=True, slots=True)
class Growth:
    """Forms of one primitive for arguments that tend to -∞ and to +∞, in its parameters and `s`; ""
    where there is none.

    s stands for the power series Σ c_k y**k in what `small` says, which tends to 0; `coefficient`
    gives c_k, from k and the parameters before the last one.
    """

    left: str
    right: str
    small: str = "0"
    coefficient: Callable[..., Fraction] = lambda k: Fraction(0)


@dataclass(frozen=True, slots=True)
class Oscillation:
    """A primitive that keeps moving between two ends as its argument tends to ±∞. sum: its value at
    a large part plus x, by the addition theorem, in x and in the sine and cosine of that part, `s`
    and `c`."""

    low: int
    high: int
    sum: str


OSCILLATIONS = {
    "sin": Oscillation(-1, 1, "s*cos(x) + c*sin(x)"),
    "cos": Oscillation(-1, 1, "c*cos(x) - s*sin(x)"),
}


@cache
def _bernoulli(n: int) -> Fraction:
    from flint import fmpq  # which a compiled derivative need not load

    b = fmpq.bernoulli(n)
    return Fraction(int(b.p), int(b.q))


def _stirling(k: int) -> Fraction:
    return _bernoulli(2 * k + 2) / ((2 * k + 2) * (2 * k + 1))


def _digamma(k: int) -> Fraction:
    return _bernoulli(2 * k + 2) / (2 * k + 2)


def _polygamma(k: int, n: Fraction) -> Fraction:
    order = int(n)
    return _bernoulli(2 * k + 2) * Fraction(factorial(2 * k + order + 1), factorial(2 * k + 2))


def _erfc(k: int) -> Fraction:
    return Fraction((-1) ** k * prod(range(1, 2 * k, 2)))


GROWTH: dict[str, Growth] = {
    "sinh": Growth("(exp(x) - exp(-x))/2", "(exp(x) - exp(-x))/2"),
    "cosh": Growth("(exp(x) + exp(-x))/2", "(exp(x) + exp(-x))/2"),
    "asinh": Growth("-log(sqrt(x**2 + 1) - x)", "log(sqrt(x**2 + 1) + x)"),
    "acosh": Growth("", "log(sqrt(x**2 - 1) + x)"),
    "atan": Growth("-pi/2 - atan(1/x)", "pi/2 - atan(1/x)"),
    "erf": Growth("erfc(-x) - 1", "1 - erfc(x)"),
    "erfc": Growth("2 - erfc(-x)", "exp(-x**2)/(x*sqrt(pi))*s", "1/(2*x**2)", _erfc),
    "gamma": Growth("", "exp(lgamma(x))"),
    "lgamma": Growth("", "(x - 1/2)*log(x) - x + log(2*pi)/2 + s/x", "1/x**2", _stirling),
    "digamma": Growth("", "log(x) - 1/(2*x) - s/x**2", "1/x**2", _digamma),
    "polygamma": Growth(
        "",
        "(2*(n - 2*floor(n/2)) - 1)*(gamma(n)/x**n + gamma(n + 1)/(2*x**(n + 1)) + s/x**(n + 2))",
        "1/x**2",
        _polygamma,
    ),
}
