"""The functions that are differentiated, written once over a namespace `xp`: NumPy, autograd.numpy,
jax.numpy or torch.

The definitions of `llsq`, `lse`, `ode` and `gmm` are those of GradBench's evaluations of these
names (its `evals/*/README.md` and its tools in Python). CasADi's namespace differs: its own are in
`peers/casadi_.py`.
"""

from __future__ import annotations

from typing import Any


def slope(xp: Any, x: Any) -> Any:
    """exp(x)/sqrt(sin³x + cos³x), element by element. Squire & Trapp, SIAM Review 40 (1998)."""
    return xp.exp(x) / xp.sqrt(xp.sin(x) ** 3 + xp.cos(x) ** 3)


def total(xp: Any, x: Any) -> Any:
    """The sum of `slope` over many points: its gradient is the derivative at each of them."""
    return xp.sum(slope(xp, x))


def rosenbrock(xp: Any, x: Any) -> Any:
    """Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²."""
    return xp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def square(xp: Any, x: Any) -> Any:
    """GradBench's `hello`."""
    return x * x


def least_squares(xp: Any, x: Any, powers: Any, s: Any) -> Any:
    """GradBench's `llsq`: ½·Σ (sᵢ − Σⱼ xⱼ·tᵢʲ)², with the powers of t at hand."""
    r = s - powers @ x
    return xp.sum(r * r) / 2.0


def log_sum_exp(xp: Any, x: Any) -> Any:
    """GradBench's `lse`, from its parts as it asks."""
    a = xp.max(x)
    return a + xp.log(xp.sum(xp.exp(x - a)))


def runge_kutta(xp: Any, x: Any, one: Any, steps: int) -> Any:
    """GradBench's `ode`: the last yᵢ(2) of y₀′ = x₀, yᵢ′ = xᵢ·yᵢ₋₁, y(0) = 0; `one` is an array of
    a single 1."""

    def rate(y: Any) -> Any:
        return x * xp.concatenate([one, y[:-1]])

    h, y = 2.0 / steps, 0.0 * x
    for _ in range(steps):
        k1 = rate(y)
        k2 = rate(y + h / 2 * k1)
        k3 = rate(y + h / 2 * k2)
        k4 = rate(y + h * k3)
        y = y + h / 6 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return y[-1]


def mixture(xp: Any, alpha: Any, means: Any, icf: Any, x: Any) -> Any:
    """GradBench's `gmm` for points in the plane, γ = 1 and m = 0, without its constants.

    A row of `icf` is the logarithms of the diagonal of the factor L of an inverse covariance, then
    what is below it.
    """
    q, below = icf[:, :2], icf[:, 2]
    dx = x[:, 0:1] - means[:, 0]
    dy = x[:, 1:2] - means[:, 1]
    u = xp.exp(q[:, 0]) * dx
    v = xp.exp(q[:, 1]) * dy + below * dx
    inner = alpha + xp.sum(q, 1) - 0.5 * (u * u + v * v)
    top = xp.amax(inner, 1)
    likelihood = xp.sum(top + xp.log(xp.sum(xp.exp(inner - top[:, None]), 1)))
    prior = 0.5 * (xp.sum(xp.exp(q) ** 2) + xp.sum(below**2))
    return likelihood - x.shape[0] * log_sum_exp(xp, alpha) - prior
