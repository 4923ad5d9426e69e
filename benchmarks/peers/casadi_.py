"""CasADi: symbolic graphs of whole vectors (MX), interpreted by its virtual machine, in its own
namespace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import casadi as ca
import numpy as np

from benchmarks.numbers import Workload

NAME, PACKAGE = "CasADi", "casadi"
Run = Callable[[], Any]
LARGEST = 100_000  # elements; beyond them its conversions take seconds


def threads() -> str:
    return "1"


def _slope(x: Any) -> Any:
    return ca.exp(x) / ca.sqrt(ca.sin(x) ** 3 + ca.cos(x) ** 3)


def _rosenbrock(x: Any) -> Any:
    return ca.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def _least_squares(x: Any, powers: Any, s: Any) -> Any:
    return ca.sumsqr(s - ca.mtimes(ca.DM(powers), x)) / 2


def _log_sum_exp(x: Any) -> Any:
    a = ca.mmax(x)
    return a + ca.log(ca.sum1(ca.exp(x - a)))


def _runge_kutta(x: Any, one: Any, steps: int = 10) -> Any:
    def rate(y: Any) -> Any:
        return x * ca.vertcat(1, y[:-1])

    h, y = 2.0 / steps, 0 * x
    for _ in range(steps):
        a = rate(y)
        b = rate(y + h / 2 * a)
        c = rate(y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + rate(y + h * c))
    return y[-1]


def _mixture(alpha: Any, means: Any, icf: Any, x: Any) -> Any:
    inner = []
    for k in range(alpha.shape[0]):
        p, q = x[:, 0] - means[k, 0], x[:, 1] - means[k, 1]
        u, v = ca.exp(icf[k, 0]) * p, ca.exp(icf[k, 1]) * q + icf[k, 2] * p
        inner.append(alpha[k] + icf[k, 0] + icf[k, 1] - (u * u + v * v) / 2)
    top = inner[0]
    for part in inner[1:]:
        top = ca.fmax(top, part)
    sums = ca.exp(inner[0] - top)
    for part in inner[1:]:
        sums += ca.exp(part - top)
    prior = (ca.sumsqr(ca.exp(icf[:, :2])) + ca.sumsqr(icf[:, 2])) / 2
    return ca.sum1(top + ca.log(sums)) - x.shape[0] * _log_sum_exp(alpha) - prior


_FORMULAS = {
    "slope": _slope,
    "slopes": lambda x: ca.sum1(_slope(x)),
    "rosenbrock": _rosenbrock,
    "hello": lambda x: x * x,
    "llsq": _least_squares,
    "lse": _log_sum_exp,
    "ode": _runge_kutta,
    "gmm": _mixture,
}


def _symbols(work: Workload) -> tuple[list[Any], Any]:
    if sum(np.size(x) for x in work.values) > LARGEST:
        raise NotImplementedError
    shapes = [(*np.shape(x), 1, 1)[:2] for x in work.values]
    symbols = [ca.MX.sym(name, *shape) for name, shape in zip(work.inputs, shapes, strict=True)]
    return symbols, _FORMULAS[work.name](*symbols, *work.data)


def _compiled(inputs: list[Any], outputs: list[Any], values: list[Any]) -> Run:
    f = ca.Function("f", inputs, outputs)
    return lambda: f(*values)


def call(work: Workload) -> Run:
    symbols, value = _symbols(work)
    return _compiled(symbols, [ca.gradient(value, symbols[0])], list(work.values))


def function(work: Workload) -> Run:
    symbols, value = _symbols(work)
    return _compiled(symbols, [value], list(work.values))


def gradient(work: Workload) -> Run:
    symbols, value = _symbols(work)
    return _compiled(symbols, [ca.gradient(value, s) for s in symbols], list(work.values))


def hessian(work: Workload) -> Run:
    symbols, value = _symbols(work)
    f = ca.Function("f", symbols, [ca.hessian(value, symbols[0])[0]])
    return lambda: f(work.values[0]).full()


def hvp(work: Workload) -> Run:
    symbols, value = _symbols(work)
    v = ca.MX.sym("v", *symbols[0].shape)
    product = ca.jtimes(ca.gradient(value, symbols[0]), symbols[0], v)
    return _compiled([*symbols, v], [product], [*work.values, work.v])


def sparse(work: Workload) -> Run:
    symbols, value = _symbols(work)
    f = ca.Function("f", symbols, [ca.hessian(value, symbols[0])[0]])
    return lambda: f(work.values[0]).sparse()
