"""Other ways to write what is indeterminate, inside the worker process, where sympy is: quotients
divided by what grows fastest, and differences whose infinities do not meet. Never imported by the
parent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy

from diffcmp.accuracy.limits.handwriting import Expression, Hand, Quotient, written

CANDIDATES = 4  # to divide by
HIGHEST_ROOT = 3
TRANSCENDENTAL = (sympy.Function, sympy.exp)
HYPERBOLIC = (sympy.sinh, sympy.cosh, sympy.tanh)


def without_hyperbolics(expression: Expression) -> Expression:
    """sinh, cosh and tanh as exponentials."""
    if not expression.has(*HYPERBOLIC):
        return expression
    return sympy.powsimp(sympy.expand(expression.rewrite(HYPERBOLIC, sympy.exp)))


def quotients_divided(hand: Hand, typed: Quotient) -> Iterable[tuple[str, Quotient]]:
    growths = [_growth(term, hand.x) for part in typed[::-1] for term in sympy.Add.make_args(part)]
    for growth in list(dict.fromkeys(growths))[:CANDIDATES]:
        top, bottom = (over_each_term(part, growth) for part in typed)
        if not bottom.has(hand.x):
            top, bottom = top / bottom, sympy.S.One
        yield written(growth), (top, bottom)


def _growth(term: Expression, x: Any) -> Expression:
    """What a term grows like: a power of x, or the term itself without its constant factor."""
    degree = _degree(term, x)
    if degree is not None:
        return x**degree if degree else sympy.S.One
    return term.as_independent(x, as_Add=False)[1]


def _degree(term: Expression, x: Any) -> Any | None:
    """The power of x that an algebraic function grows like; None for others."""
    if not term.has(x):
        return sympy.S.Zero
    if term == x:
        return sympy.S.One
    if term.is_Pow and term.exp.is_Rational:
        degree = _degree(term.base, x)
        return None if degree is None else degree * term.exp
    if not (term.is_Add or term.is_Mul):
        return None
    degrees: list[Any] = [_degree(part, x) for part in term.args]
    if None in degrees:
        return None
    return max(degrees) if term.is_Add else sum(degrees)


def over_each_term(part: Expression, divisor: Expression) -> Expression:
    """A sum divided term by term; what stands under a root is divided there."""
    return sympy.Add(*(_term_over(term, divisor) for term in sympy.Add.make_args(part)))


def _term_over(term: Expression, divisor: Expression) -> Expression:
    roots = [p for p in sympy.Mul.make_args(term) if p.is_Pow and is_root(p.exp)]
    rest = sympy.powsimp(sympy.cancel(term / sympy.Mul(*roots) / divisor))
    outside = -1 if rest.is_negative else 1
    rest = sympy.expand_power_base(outside * rest)
    if len(roots) != 1 or not rest.is_positive:
        return sympy.powsimp(sympy.cancel(term / divisor))
    (root,) = roots
    base = over_each_term(root.base, rest ** (-1 / root.exp))
    return outside * base**root.exp


def is_root(exponent: Expression) -> bool:
    return bool(exponent.is_Rational and not exponent.is_Integer)


def root_of(expression: Expression, n: Any) -> Expression:
    if isinstance(expression, sympy.exp):
        return sympy.exp(expression.exp / n)
    base, exponent = expression.as_base_exp()
    return base ** (exponent / n)


def _logarithm(hand: Hand, whole: Expression, addends: Sequence[Expression]) -> Iterable[Quotient]:
    if sum(addend.has(sympy.log) for addend in addends) > 1:
        joined = sympy.logcombine(whole, force=True)
        if joined.func is sympy.log:
            yield joined, sympy.S.One


def _denominator(
    hand: Hand, whole: Expression, addends: Sequence[Expression]
) -> Iterable[Quotient]:
    over, under = hand.fraction(whole)
    if under.has(hand.x):
        yield hand.tidy(over), under


def _factor(hand: Hand, whole: Expression, addends: Sequence[Expression]) -> Iterable[Quotient]:
    for addend in addends:
        outside, inside = addend.as_independent(*TRANSCENDENTAL, as_Add=False)
        if inside.has(hand.x) and outside.has(hand.x):
            yield _factored(outside, addends), sympy.S.One
    for addend in addends:
        if addend.has(hand.x):
            yield _factored(addend, addends), sympy.S.One


def _factored(factor: Expression, addends: Sequence[Expression]) -> Expression:
    """A sum with a factor in front of it."""
    factor = factor.as_coeff_Mul()[1]
    return factor * sympy.Add(*(sympy.cancel(addend / factor) for addend in addends))


def conjugate(hand: Hand, whole: Expression, addends: Sequence[Expression]) -> Iterable[Quotient]:
    """a - b = (aⁿ - bⁿ)/(aⁿ⁻¹ + aⁿ⁻²b + … + bⁿ⁻¹) where a or b is an n-th root."""
    for addend in addends:
        orders = [p.exp.q for p in addend.atoms(sympy.Pow) if is_root(p.exp)]
        if not orders or max(orders) > HIGHEST_ROOT:
            continue
        n, rest = max(orders), whole - addend
        if rest.has(*TRANSCENDENTAL) and not any(is_root(p.exp) for p in rest.atoms(sympy.Pow)):
            continue
        a, b = (rest, -addend) if addend.could_extract_minus_sign() else (addend, -rest)
        top = sympy.factor(sympy.expand(a**n - b**n))
        bottom = sympy.Add(*(a ** (n - 1 - k) * b**k for k in range(n)))
        yield top, bottom
        return


DIFFERENCES = {
    "logarithm": _logarithm,
    "denominator": _denominator,
    "conjugate": conjugate,
    "factor": _factor,
}
