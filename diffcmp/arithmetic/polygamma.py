"""The derivatives of digamma on balls, also far to the left, where Arb alone takes minutes."""

from __future__ import annotations

from functools import cache

from flint import acb, acb_poly, arb, ctx, fmpz_poly

from diffcmp import deadline

MANY = 2000  # bits at which one value takes a good part of a second
FAR = -16  # Arb steps from there to the right half plane, one unit at a time


def polygamma(order: acb, x: acb) -> acb:
    """ψ⁽ⁿ⁾(x) for a whole number n; far to the left by the reflection formula
    ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − π dⁿ/dxⁿ cot(πx) (Abramowitz & Stegun 6.4.7).

    Raises
    ------
    ComputationError: long after the time of this call, before a value that takes long.
    """
    if ctx.prec > MANY:
        deadline.check()
    if not x.real < FAR:
        return x.polygamma(order)
    n = order.real.unique_fmpz()
    assert n is not None
    reflected = (-1) ** n * (1 - x).polygamma(order)
    slope = acb_poly(_cotangent(int(n)))(x.cot_pi())
    out: acb = reflected - arb.pi() ** (n + 1) * slope
    return out


@cache
def _cotangent(n: int) -> fmpz_poly:
    """The n-th derivative of cot as a polynomial in cot, as cot′ = −(1 + cot²).

    >>> _cotangent(1).coeffs()
    [-1, 0, -1]
    """
    if n == 0:
        return fmpz_poly([0, 1])
    return fmpz_poly([-1, 0, -1]) * _cotangent(n - 1).derivative()
