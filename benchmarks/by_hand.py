"""Derivatives as a careful person writes them with NumPy: the measure of the table. Of one number
they are in `numbers`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def slopes(x: Array) -> Array:
    s, c = np.sin(x), np.cos(x)
    g = s * s * s + c * c * c
    return np.exp(x) * (g - 1.5 * s * c * (s - c)) / (g * np.sqrt(g))


def rosenbrock_gradient(x: Array) -> Array:
    g = np.zeros_like(x)
    inner = x[1:] - x[:-1] ** 2
    g[:-1] = -400.0 * inner * x[:-1] - 2.0 * (1.0 - x[:-1])
    g[1:] += 200.0 * inner
    return g


def _bands(x: Array) -> tuple[Array, Array]:
    """Diagonal and side of Rosenbrock's Hessian."""
    diagonal = np.zeros_like(x)
    diagonal[:-1] = 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
    diagonal[1:] += 200.0
    return diagonal, -400.0 * x[:-1]


def rosenbrock_hessian(x: Array) -> Array:
    diagonal, side = _bands(x)
    n = len(x)
    h = np.zeros((n, n))
    flat = h.reshape(-1)
    flat[:: n + 1], flat[1 :: n + 1], flat[n :: n + 1] = diagonal, side, side
    return h


def rosenbrock_sparse(x: Array) -> Any:
    from scipy.sparse import diags_array

    diagonal, side = _bands(x)
    return diags_array([side, diagonal, side], offsets=[-1, 0, 1], format="csr")


def rosenbrock_product(x: Array, v: Array) -> Array:
    diagonal, side = _bands(x)
    out = diagonal * v
    out[1:] += side * v[:-1]
    out[:-1] += side * v[1:]
    return out


def least_squares(x: Array, powers: Array, s: Array) -> Array:
    return (powers @ x - s) @ powers


def log_sum_exp(x: Array) -> Array:
    e = np.exp(x - x.max())
    return e / e.sum()


def runge_kutta(x: Array, one: Array, steps: int) -> Array:
    """The steps forward with every y kept, then back."""
    h, y, kept = 2.0 / steps, np.zeros_like(x), []
    for _ in range(steps):
        inputs, ks = [], []
        for weight in (0.0, h / 2, h / 2, h):
            inputs.append(y + weight * ks[-1] if ks else y)
            ks.append(x * np.concatenate([one, inputs[-1][:-1]]))
        kept.append(inputs)
        y = y + h / 6 * (ks[0] + 2.0 * ks[1] + 2.0 * ks[2] + ks[3])
    return _back(x, one, h, kept)


def _back(x: Array, one: Array, h: float, kept: list[list[Array]]) -> Array:
    gx, gy = np.zeros_like(x), np.zeros_like(x)
    gy[-1] = 1.0
    for inputs in reversed(kept):
        total, later = gy.copy(), np.zeros_like(x)
        for i, weight in ((3, h), (2, h / 2), (1, h / 2), (0, 0.0)):
            gk = h / 6 * (2.0 if i in (1, 2) else 1.0) * gy + later
            gx += gk * np.concatenate([one, inputs[i][:-1]])
            moved = np.append((gk * x)[1:], 0.0)
            total += moved
            later = weight * moved
        gy = total
    return gx


def mixture(alpha: Array, means: Array, icf: Array, x: Array) -> tuple[Array, Array, Array]:
    e0, e1, below = np.exp(icf[:, 0]), np.exp(icf[:, 1]), icf[:, 2]
    dx, dy = x[:, :1] - means[:, 0], x[:, 1:] - means[:, 1]
    u, v = e0 * dx, e1 * dy + below * dx
    inner = alpha + icf[:, 0] + icf[:, 1] - 0.5 * (u * u + v * v)
    r = np.exp(inner - inner.max(1, keepdims=True))
    r /= r.sum(1, keepdims=True)
    ru, rv, weight = r * u, r * v, r.sum(0)
    shares = np.exp(alpha - alpha.max())
    to_alpha = weight - len(x) * shares / shares.sum()
    to_means = np.stack([e0 * ru.sum(0) + below * rv.sum(0), e1 * rv.sum(0)], 1)
    to_q = np.stack(
        [weight - e0 * (ru * dx).sum(0) - e0**2, weight - e1 * (rv * dy).sum(0) - e1**2], 1
    )
    return to_alpha, to_means, np.column_stack([to_q, -(rv * dx).sum(0) - below])
