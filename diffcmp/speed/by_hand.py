"""What the built-in suites are held against: the functions of the suites and their derivatives,
written by hand.

Each takes and gives what the same call of diffcmp does. They are written by someone who cares for
speed, and no further.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

SQUIRE_TRAPP = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"  # Squire & Trapp, SIAM Review 40 (1998)
ROSENBROCK = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"
LOG_SUM_EXP = "log(sum(exp(x)))"


def squire_trapp(x: float) -> float:
    """f itself."""
    return math.exp(x) / math.sqrt(math.sin(x) ** 3 + math.cos(x) ** 3)


def slope(x: float) -> float:
    """f′ of a number."""
    s, c = math.sin(x), math.cos(x)
    g = s * s * s + c * c * c
    return math.exp(x) * (g - 1.5 * s * c * (s - c)) / (g * math.sqrt(g))


def slopes(x: Vector) -> Vector:
    """f′ at many points."""
    s, c = np.sin(x), np.cos(x)
    g = s * s * s + c * c * c
    result: Vector = np.exp(x) * (g - 1.5 * s * c * (s - c)) / (g * np.sqrt(g))
    return result


def rosenbrock(x: Vector) -> float:
    """The chained Rosenbrock function."""
    a = x[:-1]
    return float(np.sum(100 * (x[1:] - a * a) ** 2 + (1 - a) ** 2))


def rosenbrock_gradient(x: Vector) -> Vector:
    """∇f."""
    a = x[:-1]
    d = 200 * (x[1:] - a * a)
    g = np.empty_like(x)
    g[:-1] = -2 * a * d - 2 * (1 - a)
    g[-1] = 0
    g[1:] += d
    return g


def _diagonals(x: Vector) -> tuple[Vector, Vector]:
    """The main diagonal of the Hessian, and the one beside it."""
    a = x[:-1]
    main = np.zeros_like(x)
    main[:-1] = 1200 * a * a - 400 * x[1:] + 2
    main[1:] += 200
    return main, -400 * a


def rosenbrock_hessian(x: Vector) -> NDArray[np.float64]:
    """∇²f as an array."""
    main, beside = _diagonals(x)
    n = x.size
    h = np.zeros((n, n))
    h.flat[:: n + 1] = main
    h.flat[1 :: n + 1] = beside
    h.flat[n :: n + 1] = beside
    return h


def rosenbrock_sparse(x: Vector) -> Any:
    """∇²f as a `scipy.sparse` array."""
    from scipy import sparse

    main, beside = _diagonals(x)
    return sparse.diags_array([beside, main, beside], offsets=[-1, 0, 1]).tocsr()


def softmax(x: Vector) -> Vector:
    """∇ of log(sum(exp(x)))."""
    e = np.exp(x)
    shares: Vector = e / e.sum()
    return shares


def softmax_slope(x: Vector) -> NDArray[np.float64]:
    """∇² of log(sum(exp(x)))."""
    p = softmax(x)
    h = -np.outer(p, p)
    h.flat[:: x.size + 1] += p
    return h


def steps(x: float, sizes: list[float]) -> list[float]:
    """Three differences and the complex step of f for many step sizes: no errors."""
    import cmath

    estimates = []
    here = squire_trapp(x)
    for h in sizes:
        above, below = squire_trapp(x + h), squire_trapp(x - h)
        estimates += [(above - here) / h, (here - below) / h, (above - below) / (2 * h)]
        z = complex(x, h)
        root = cmath.sqrt(cmath.sin(z) ** 3 + cmath.cos(z) ** 3)
        estimates.append((cmath.exp(z) / root).imag / h)
    return estimates
