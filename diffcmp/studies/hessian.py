"""What second derivatives cost: a product with the Hessian, the Hessian, dense or sparse, and the tensor of a vector's."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from diffcmp.operators import gradient, hessian, hvp, jacobian
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.registry import Bounds, question

DENSE = "logsumexp(x) + sum(x**2)/2"  # every variable meets every other
CHAIN = "sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)"  # Rosenbrock's: each meets its neighbours
VECTOR, COMPONENT = "softmax(x)", "sum(w*softmax(x))"
LEAST, LEAST_TENSOR, LEAST_CHAIN = 16, 3, 800
REPEATS = 5
THEORY = {
    "gradient": 1, "Hessian × vector": 1, "sparse Hessian, chain": 1, "Jacobian of softmax": 2, "Hessian": 2,
    "tensor of softmax": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one call and bytes of its result, at each size."""

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    memory: tuple[int, ...]

    @property
    def exponents(self) -> tuple[float, float]:
        """The p of C·nᵖ: of the time and of the memory."""
        n, s, m = (np.log(y) for y in (self.sizes, self.seconds, self.memory))
        return float(np.polyfit(n, s, 1)[0]), float(np.polyfit(n, m, 1)[0])


def study(
    doublings: Annotated[int, Bounds("of n, from 16 on", 2, 5)] = 3,
) -> Report:
    """Seconds and bytes of each derivative against the number of variables."""
    sizes = [LEAST * 2**k for k in range(doublings + 1)]
    small = [LEAST_TENSOR * 2**k for k in range(min(doublings, 3) + 1)]  # n³ numbers
    costs = {
        "gradient": cost(gradient(DENSE), sizes),
        "Hessian × vector": cost(lambda x: hvp(DENSE)(x, np.ones_like(x)), sizes),
        "sparse Hessian, chain": cost(hessian(CHAIN, sparse=True), [LEAST_CHAIN * 2**k for k in range(doublings + 1)]),
        "Jacobian of softmax": cost(jacobian(VECTOR), sizes),
        "Hessian": cost(hessian(DENSE), sizes),
        "tensor of softmax": cost(tensor, small),
    }
    fits = {name: c.exponents for name, c in costs.items()}
    memory = {name: m for name, (_, m) in fits.items()}
    times = {name: t for name, (t, _) in fits.items()}
    whole, product = costs["Hessian"], costs["Hessian × vector"]
    ratios = [a / b for a, b in zip(whole.seconds, product.seconds, strict=True)]
    n = sizes[-1]

    def chart(title: str, unit: str, data: Callable[[Cost], tuple[float, ...]]) -> Chart:
        return Chart(title, "n, number of variables", unit,
                     tuple(Curve(name, c.sizes, data(c)) for name, c in costs.items()), "xy")  # fmt: skip

    return Report(
        "hessian",
        f"memory ∝ n^{memory['Hessian']:.1f} for a dense Hessian, n^{memory['sparse Hessian, chain']:.1f} for a sparse one, "
        f"n^{memory['tensor of softmax']:.1f} for the tensor of a vector",
        question("hessian"), "gradient, jacobian, hvp and hessian (dual over tape, columns coloured); bytes of the result",
        {"doublings": doublings},
        (
            Table("Exponents p of n^p, fitted",
                  {"derivative": "text", "n": "count", "time": "seconds", "megabytes": "number", "p, time": "order",
                   "p, memory": "order", "theory": "count"},
                  tuple((name, c.sizes[-1], c.seconds[-1], c.memory[-1] / 1e6, *fits[name], THEORY[name])
                        for name, c in costs.items()),
                  "theory: of the memory. Time has not reached its exponent where one call costs more than its n numbers."),
        ),
        (
            chart(f"Memory: n^{memory['Hessian']:.1f} dense, n^{memory['sparse Hessian, chain']:.1f} sparse",
                  "bytes of the result",
                  lambda c: c.memory),
            chart(f"Time: n^{times['Hessian']:.1f} dense, n^{times['sparse Hessian, chain']:.1f} sparse",
                  "seconds a call", lambda c: c.seconds),
        ),
        (
            concluded("memory grows like n^{dense:.2f} for the dense Hessian, n^{sparse:.2f} for that of a chain, "
                      "n^{tensor:.2f} for the third-order tensor of softmax",
                      dense=memory["Hessian"], sparse=memory["sparse Hessian, chain"],
                      tensor=memory["tensor of softmax"], memory=memory),
            concluded("time grows like n^{dense_time:.2f} dense and n^{sparse_time:.2f} sparse, at these sizes",
                      dense_time=times["Hessian"], sparse_time=times["sparse Hessian, chain"], times=times),
            concluded("at n = {n} the Hessian costs {ratio:.0f} products with a vector", n=n, ratio=ratios[-1], ratios=ratios),
        ),
    )  # fmt: skip


def tensor(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """∂²softmaxᵢ/∂xⱼ∂xₖ: the Hessian of each component, picked by a weight."""
    f = hessian(COMPONENT)
    at = {name: k for k, name in enumerate(gradient(COMPONENT).names)}
    found = []
    for row in np.eye(len(x)):
        values = {"x": x, "w": row}
        found.append(f(*(values[name] for name in at))[at["x"]][at["x"]])
    return np.array(found)


def cost(f: Callable[[np.ndarray[Any, Any]], Any], sizes: list[int]) -> Cost:
    """Median seconds of a call, compiled before, and the bytes of what it returns."""
    seconds, memory = [], []
    for n in sizes:
        x = np.linspace(-1, 1, n)
        f(x)
        memory.append(held(f(x)))
        seconds.append(statistics.median(timed(f, x) for _ in range(REPEATS)))
    return Cost(tuple(sizes), tuple(seconds), tuple(memory))


def timed(f: Callable[[np.ndarray[Any, Any]], Any], x: np.ndarray[Any, Any]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    f(x)
    return time.perf_counter() - start


def held(found: Any) -> int:
    """The bytes of an array, or of the three that make a sparse one."""
    return sum(
        part.nbytes for part in ((found,) if isinstance(found, np.ndarray) else (found.data, found.indices, found.indptr))
    )
