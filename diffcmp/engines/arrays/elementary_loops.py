"""exp, sin and cos without branches, for loops that numba compiles: so that they are carried out on
several elements at a time.

They are within 1 ulp, by the usual reductions to a short interval, with constants of 53 bits each,
since a fused multiply-add makes their products exact (Muller, "Elementary Functions", 3rd ed.,
2016, chapter 11), and by polynomials: Taylor's for exp, fdlibm's for sine and cosine. These hold up
to `FAR`; beyond it `sin` and `cos` are the C library's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Fma: TypeAlias = Callable[[float, float, float], float]
Function: TypeAlias = Callable[[float], float]

FAR = 2.0**30  # of the argument of sine and cosine
ROUND = 1.5 * 2.0**52  # added and taken away again, it rounds to a whole number

LOG2_E = 1.4426950408889634
LN2 = 0.6931471805599453, 2.3190468138462996e-17  # the nearest number, and the rest
TWO_OVER_PI = 0.6366197723675814
HALF_PI = 1.5707963267948966, 6.123233995736766e-17, -1.4973849048591833e-33
EXP = tuple(1.0 / math.factorial(k) for k in range(13, 1, -1))
SIN = (
    1.58969099521155010221e-10,
    -2.50507602534068634195e-08,
    2.75573137070700676789e-06,
    -1.98412698298579493134e-04,
    8.33333333332248946124e-03,
    -1.66666666666666324348e-01,
)
COS = (
    -1.13596475577881948265e-11,
    2.08757232129817482790e-09,
    -2.75573143513906633035e-07,
    2.48015872894767294178e-05,
    -1.38888888888741095749e-03,
    4.16666666666666019037e-02,
)


def functions_by(
    fma: Fma, power_of_two: Function, compiled: Callable[[Any], Any]
) -> Mapping[str, Function]:
    """The functions by name, given what computes x*y + z with one rounding, and 2**n for a whole n
    from -1022 to 1023.

    `sin` and `cos` are for every argument; `near_sin` and `near_cos` have no branch, and are right
    up to `FAR`.
    """
    e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13 = reversed(EXP)
    s6, s5, s4, s3, s2, s1 = SIN
    c6, c5, c4, c3, c2, c1 = COS
    ln2, ln2_rest = LN2
    half_pi, half_pi_rest, half_pi_last = HALF_PI

    @compiled
    def whole(x: float) -> float:
        return (x + ROUND) - ROUND

    @compiled
    def exp(x: float) -> float:
        t = x if x > -746.0 else -746.0
        t = t if t < 710.0 else 710.0
        n = whole(t * LOG2_E)
        a = fma(-n, ln2, t)
        r = fma(-n, ln2_rest, a)
        rest = fma(-n, ln2_rest, a - r)
        q = fma(r, e13, e12)
        q = fma(r, q, e11)
        q = fma(r, q, e10)
        q = fma(r, q, e9)
        q = fma(r, q, e8)
        q = fma(r, q, e7)
        q = fma(r, q, e6)
        q = fma(r, q, e5)
        q = fma(r, q, e4)
        q = fma(r, q, e3)
        q = fma(r, q, e2)
        out = 1.0 + (r + fma(r * r, q, rest))
        # in two steps: 2**1024 is no number, and small results have fewer bits
        half = whole(0.5 * n)
        out = out * power_of_two(half) * power_of_two(n - half)
        return out if x == x else x

    @compiled
    def turned(x: float, quarter: float) -> float:
        """sin(x + quarter*pi/2), quarter being 0 or 1."""
        n = whole(x * TWO_OVER_PI)
        a = fma(-n, half_pi, x)
        b = n * half_pi_rest
        r = a - b
        back = r - a
        rest = (a - (r - back)) - (b + back)
        rest = fma(-n, half_pi_last, rest - fma(n, half_pi_rest, -b))
        back = r
        r = back + rest
        rest = rest - (r - back)
        z = r * r
        p = fma(z, s6, s5)
        p = fma(z, p, s4)
        p = fma(z, p, s3)
        p = fma(z, p, s2)
        p = fma(z, p, s1)
        sine = r + fma(r * z, p, fma(-0.5 * z, rest, rest))
        q = fma(z, c6, c5)
        q = fma(z, q, c4)
        q = fma(z, q, c3)
        q = fma(z, q, c2)
        q = fma(z, q, c1)
        half = 0.5 * z
        most = 1.0 - half
        cosine = most + (((1.0 - most) - half) + fma(z * z, q, -r * rest))
        m = n + quarter
        m = m - 4.0 * whole(0.25 * m - 0.375)  # 0, 1, 2 or 3
        out: float = cosine if (m == 1.0) | (m == 3.0) else sine
        return -out if m >= 2.0 else out

    @compiled
    def near_sin(x: float) -> float:
        out: float = turned(x, 0.0)
        return x if x == 0.0 else out  # -0 too

    @compiled
    def near_cos(x: float) -> float:
        out: float = turned(x, 1.0)
        return out

    @compiled
    def sin(x: float) -> float:
        out: float = near_sin(x) if abs(x) <= FAR else math.sin(x)
        return out

    @compiled
    def cos(x: float) -> float:
        out: float = near_cos(x) if abs(x) <= FAR else math.cos(x)
        return out

    return {"exp": exp, "sin": sin, "cos": cos, "near_sin": near_sin, "near_cos": near_cos}
