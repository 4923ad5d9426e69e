"""A polynomial with rational coefficients in one expression, factored by its rational roots."""

from __future__ import annotations

from fractions import Fraction
from itertools import product as pairs
from math import lcm

from diffcmp.algebra.terms import Signed, Term, power, product, sum_of, summands

HIGHEST = 12  # degree
LARGEST = 10_000  # first and last coefficient, so that their divisors are found at once


def factored(term: Term) -> Term | None:
    """`x**2 - 3*x + 2` as `(x - 1)*(x - 2)`; None for no polynomial, or without rational roots."""
    polynomial = _coefficients(term)
    if polynomial is None:
        return None
    base, coefficients = polynomial
    factors: list[Term] = []
    while len(coefficients) > 1 and (root := _root(coefficients)) is not None:
        # whole numbers: 3*x - 1 is exact, x - 1/3 is not
        linear = [Fraction(-root.numerator), Fraction(root.denominator)]
        factors.append(_polynomial(base, linear))
        coefficients = [c / root.denominator for c in _divided(coefficients, root)]
    if not factors:
        return None
    if len(coefficients) == 1:
        return product(coefficients[0], [(factor, 1) for factor in factors])
    factors.append(_polynomial(base, coefficients))
    return product(Fraction(1), [(factor, 1) for factor in factors])


def _coefficients(term: Term) -> tuple[Term, list[Fraction]] | None:
    """The expression that it is a polynomial in, and its coefficients from the lowest on."""
    base: Term | None = None
    coefficients: dict[int, Fraction] = {}
    for sign, part in summands(term):
        coefficient, factors = part.monomial
        if len(factors) > 1:
            return None
        degree = 0
        for other, degree in factors:
            base = base or other
            if other.key != base.key or not 0 < degree <= HIGHEST:
                return None
        before = coefficients.get(degree, Fraction(0))
        coefficients[degree] = before + sign * coefficient
    top = max((degree for degree, value in coefficients.items() if value), default=0)
    if base is None or top < 2:
        return None
    return base, [coefficients.get(i, Fraction(0)) for i in range(top + 1)]


def _root(coefficients: list[Fraction]) -> Fraction | None:
    """The smallest rational root: a divisor of the last coefficient over one of the first."""
    if not coefficients[0]:
        return Fraction(0)
    scale = lcm(*(c.denominator for c in coefficients))
    last, first = (abs(int(c * scale)) for c in (coefficients[0], coefficients[-1]))
    if max(last, first) > LARGEST:
        return None
    quotients = pairs(_divisors(last), _divisors(first))
    for size in sorted({Fraction(p, q) for p, q in quotients}):
        for x in (size, -size):
            if _value(coefficients, x) == 0:
                return x
    return None


def _divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]


def _value(coefficients: list[Fraction], x: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _divided(coefficients: list[Fraction], root: Fraction) -> list[Fraction]:
    """The quotient by x - root (Horner's scheme)."""
    quotient: list[Fraction] = []
    carry = Fraction(0)
    for c in reversed(coefficients[1:]):
        carry = carry * root + c
        quotient.append(carry)
    return quotient[::-1]


def _polynomial(base: Term, coefficients: list[Fraction]) -> Term:
    parts: list[Signed] = []
    for degree in range(len(coefficients) - 1, -1, -1):
        factors = [(power(base, degree), 1)] if degree else []
        if coefficients[degree]:
            parts.append((1, product(coefficients[degree], factors)))
    return sum_of(parts)
