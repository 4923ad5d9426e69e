"""The roots of `roots`, certified: Newton's operator maps the ball into itself, and the polynomial
and all of its derivatives increase on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, arb, ctx, fmpq, fmpq_poly

from diffcmp.arithmetic.roots import STEPS, bound, taylor

INFLATIONS = 8


def ball_root(*c: Any) -> arb | fmpq:
    """An enclosure of the root, or the rational number that it is; nan where it cannot be told from
    its neighbours.

    A root that exact coefficients show to be repeated is that of a polynomial without repeated
    roots.
    """
    exact = all(isinstance(x, fmpq) for x in c)
    ball = _enclosed([arb(x) for x in c])
    if ball is None and exact:
        p = fmpq_poly([*c, 0, 1])
        simple = p // p.gcd(p.derivative())
        ball = _enclosed_exact(simple / simple.coeffs()[-1])
    if ball is None:
        return arb.nan()
    return _rational(c, ball) if exact else ball


def _rational(c: tuple[fmpq, ...], ball: arb) -> arb | fmpq:
    """The root, if rational: its denominator divides the common one of the coefficients."""
    p = fmpq_poly([*c, 0, 1])
    numerator = (ball * p.denom()).unique_fmpz()
    if numerator is None:
        return ball
    x = fmpq(numerator, p.denom())
    return x if p(x) == 0 else ball


def _enclosed(c: list[arb]) -> arb | None:
    if not all(x.is_finite() for x in c):
        return None
    ball: arb | None = proven(lambda x: taylor(c, x), _middle([x.mid() for x in c]))
    return ball


def _enclosed_exact(p: fmpq_poly) -> arb | None:
    """The largest root of a polynomial all of whose roots are real and simple."""
    coefficients = [arb(x) for x in p.coeffs()]
    if len(coefficients) == 2:
        return arb(-coefficients[0])
    n = len(coefficients) - 1
    depressed = p(fmpq_poly([-p.coeffs()[-2] / n, 1])).coeffs()
    ball = _enclosed([arb(x) for x in depressed[:-2]]) if len(depressed) > 2 else arb(0)
    return None if ball is None else arb(ball + -coefficients[-2] / n)


def _middle(c: list[arb]) -> arb:
    """The root of exact coefficients, roughly: Newton's method from above."""

    def root(size: arb, k: int) -> arb:
        return size.root(k) if size > 0 else size * 0

    x: arb = bound(c, root).upper().mid()
    for _ in range(STEPS + ctx.prec.bit_length()):
        value, slope = taylor(c, x)[:2]
        if not slope > 0:
            break
        step = (value / slope).mid()
        if not step > 0 or step < abs(x) * arb(2) ** (4 - ctx.prec):
            break
        x = (x - step).mid()
    return x


def proven(at: Callable[[Any], list[Any]], x: Any) -> Any:
    """A ball around the root next to x, where Newton's operator maps it into itself and all
    derivatives are positive on it; else None."""
    value, slope = at(x)[:2]
    if slope.contains(0):
        return None
    size = abs(value / slope).upper()
    if not size.is_finite():
        return None
    radius = 2 * size + abs(x).upper() * arb(2) ** (-ctx.prec)
    for _ in range(INFLATIONS):
        ball = arb(0, radius)
        around = x + (acb(ball, ball) if isinstance(x, acb) else ball)
        derivatives = at(around)[1:]
        if not all((d.real if isinstance(d, acb) else d) > 0 for d in derivatives):
            return None
        image = x - value / derivatives[0]
        if around.contains_interior(image):
            return image
        radius = 4 * radius
    return None


def complex_ball_root(*c: acb) -> acb:
    """The root that the real parts' root becomes on the straight way to these coefficients."""
    start = arb(ball_root(*(z.real for z in c)))
    if not start.is_finite():
        return acb(arb.nan())
    way = [acb(z.real, z.imag.union(arb(0))) for z in c]  # holds all coefficients on the way
    sharp: acb | None = proven(lambda x: taylor(way, x), acb(start.mid()))
    if sharp is None:
        return acb(arb.nan())
    # Newton's operator again, for the last coefficients only
    for _ in range(ctx.prec.bit_length()):
        middle = acb(sharp.real.mid(), sharp.imag.mid())
        sharp = middle - taylor(c, middle)[0] / taylor(c, sharp)[1]
    return sharp
