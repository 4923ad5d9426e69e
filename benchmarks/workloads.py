"""The work on arrays: each function as text for diffcmp, over a namespace for the libraries, and
its derivative by hand.

Data are made here once, from a seed, so that every library gets the same arrays. What GradBench
publishes are its smallest inputs, made as its `evals/*/run.py` make them; where the language of
expressions cannot hold those, the docstring says so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks import by_hand, formulas
from benchmarks.numbers import SLOPE, Workload

ROSENBROCK = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"
SEED = 31337  # GradBench's


def points(n: int) -> Workload:
    """f′ at n points of [0, 1.5]."""
    x = np.linspace(0.0, 1.5, n)
    return Workload(
        "slopes", f"sum({SLOPE})", formulas.total, {"x": x}, {"gradient": by_hand.slopes}
    )


def rosenbrock(n: int) -> Workload:
    """Rosenbrock's function of n numbers, with a direction for products."""
    rng = np.random.default_rng(SEED)
    hand = {
        "gradient": by_hand.rosenbrock_gradient,
        "hessian": by_hand.rosenbrock_hessian,
        "hvp": by_hand.rosenbrock_product,
        "sparse": by_hand.rosenbrock_sparse,
        "function": partial(formulas.rosenbrock, np),
    }
    x, v = rng.uniform(-1.0, 1.0, n), rng.uniform(-1.0, 1.0, n)
    return Workload("rosenbrock", ROSENBROCK, formulas.rosenbrock, {"x": x}, hand, v=v)


def llsq(n: int = 16, m: int = 128) -> Workload:
    """A polynomial of m coefficients through n signs, the powers of t being at hand (in the text:
    folded as constants)."""
    x = np.random.RandomState(SEED).rand(m)
    t = -1.0 + 2.0 * np.arange(n) / (n - 1)
    nodes = ",".join(f"{2 * i}/{n - 1}-1" for i in range(n))
    text = f"t=[{nodes}]; r=sign(t)-transpose([t])**[{','.join(map(str, range(m)))}]@x; dot(r,r)/2"
    data = (t[:, None] ** np.arange(m), np.sign(t))
    return Workload(
        "llsq", text, formulas.least_squares, {"x": x}, {"gradient": by_hand.least_squares}, data
    )


def lse(n: int = 2500) -> Workload:
    """log Σ exp xᵢ by the trick of the largest element."""
    x = np.random.RandomState(SEED).rand(n)
    text = "a=max(x); a+log(sum(exp(x-a)))"
    return Workload("lse", text, formulas.log_sum_exp, {"x": x}, {"gradient": by_hand.log_sum_exp})


def ode(n: int = 16, steps: int = 10) -> Workload:
    """Runge-Kutta's method through `steps` steps.

    GradBench begins at n = 1000, where the gradient of the last element is exactly 0 up to 100
    steps. A vector moved by one place must be written out in the language, element by element:
    hence n = 16.
    """
    x = np.random.RandomState(SEED).rand(n)
    formula = partial(_with_steps, steps=steps)
    hand = {"gradient": partial(by_hand.runge_kutta, steps=steps)}
    return Workload("ode", _runge_kutta_text(n, steps), formula, {"x": x}, hand, (np.ones(1),))


def _with_steps(xp: Any, x: Any, one: Any, steps: int) -> Any:
    return formulas.runge_kutta(xp, x, one, steps)


def _runge_kutta_text(n: int, steps: int) -> str:
    def rate(y: str) -> str:
        return f"x*[1,{','.join(f'{y}[{i}]' for i in range(n - 1))}]"

    step = [
        f"a={rate('y')}",
        "u=y+h*a/2",
        f"b={rate('u')}",
        "u=y+h*b/2",
        f"c={rate('u')}",
        "u=y+h*c",
        f"d={rate('u')}",
        "y=y+h*(a+2*b+2*c+d)/6",
    ]
    return "; ".join([f"h=2/{steps}", "y=0*x", *step * steps, f"y[{n - 1}]"])


def gmm(n: int = 1000, clusters: int = 5) -> Workload:
    """A mixture of Gaussians in the plane: the gradient by weights, means and factors. The text
    takes the n points as a variable too, numbers being no part of a Program from outside."""
    rng = np.random.default_rng(SEED)
    x, means = rng.normal(size=(n, 2)), rng.uniform(size=(clusters, 2))
    icf = np.hstack([rng.normal(size=(clusters, 2)), rng.normal(size=(clusters, 1))])
    inputs = {"alpha": rng.normal(size=clusters), "means": means, "icf": icf}
    hand = {"gradient": by_hand.mixture}
    return Workload(
        "gmm", _mixture_text(n, clusters), formulas.mixture, inputs, hand, (x,), {**inputs, "x": x}
    )


def _mixture_text(n: int, clusters: int) -> str:
    lines = []
    for k in range(clusters):
        lines += [
            f"p=x[:,0]-means[{k},0]",
            f"q=x[:,1]-means[{k},1]",
            f"u=exp(icf[{k},0])*p",
            f"v=exp(icf[{k},1])*q+icf[{k},2]*p",
            f"i{k}=alpha[{k}]+icf[{k},0]+icf[{k},1]-(u*u+v*v)/2",
        ]
    top = "i0"
    for k in range(1, clusters):
        top = f"max({top},i{k})"
    terms = "+".join(f"exp(i{k}-top)" for k in range(clusters))
    prior = "(sum(exp(icf[:,:2])**2)+sum(icf[:,2]**2))/2"
    lines += [
        f"top={top}",
        f"a=max(alpha); sum(top+log({terms}))-{n}*(a+log(sum(exp(alpha-a))))-{prior}",
    ]
    return "; ".join(lines)


MAKERS: dict[str, Callable[..., Workload]] = {
    "points": points,
    "rosenbrock": rosenbrock,
    "llsq": llsq,
    "lse": lse,
    "ode": ode,
    "gmm": gmm,
}
"""Every workload of arrays by name; those of a size take it."""
