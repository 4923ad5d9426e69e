"""What second derivatives cost: a product with the Hessian, the Hessian, a vector's tensor."""

from __future__ import annotations

import math
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.derivatives.arrays import gradient, hessian, hvp, jacobian
from diffcmp.engines.derived import adjoint, pushforward
from diffcmp.engines.products import columns, symmetric
from diffcmp.program.ir import Program
from diffcmp.report.record import Chart, Report
from diffcmp.studies.layout import Axes, chart, conclusions, curve, table
from diffcmp.studies.numbers import power
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds

DENSE = "logsumexp(x) + sum(x**2)/2"  # every variable meets every other
CHAIN = "sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)"  # Rosenbrock's: x[k] meets x[k + 1]
VECTOR, COMPONENT = "softmax(x)", "sum(w*softmax(x))"
LONG, SQUARE, CUBE = 1024, 64, 16  # the least n, where a result has n, n² and n³ numbers
SPARSE, TENSOR = "Hessian, of a chain", "tensor of softmax"
REPEATS = 2
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """A derivative of n variables. work: the numbers that it reads or writes. least: the smallest
    n. power: of n, by theory."""

    f: Callable[[Array], Any]
    work: Callable[[Array], int]
    least: int
    power: int


@dataclass(frozen=True, slots=True)
class Cost:
    """At each n: the numbers read or written, the bytes held at once at most, and the seconds."""

    sizes: list[int]
    work: list[int]
    memory: list[int]
    seconds: list[float]

    @property
    def powers(self) -> tuple[float, float, float]:
        """The p of C·nᵖ for each of the three."""
        work, memory, seconds = self.work, self.memory, self.seconds
        return power(self.sizes, work), power(self.sizes, memory), power(self.sizes, seconds)


WAYS = {
    "gradient": Way(gradient(DENSE), lambda x: gradient_work(DENSE, x), LONG, 1),
    "Hessian × vector": Way(
        lambda x: hvp(DENSE)(x, np.ones_like(x)), lambda x: product(DENSE, x), LONG, 1
    ),
    SPARSE: Way(hessian(CHAIN, sparse=True), lambda x: products(CHAIN, x), LONG, 1),
    "Hessian": Way(hessian(DENSE), lambda x: products(DENSE, x), SQUARE, 2),
    "Jacobian of softmax": Way(jacobian(VECTOR), lambda x: jacobian_products(VECTOR, x), SQUARE, 2),
    TENSOR: Way(lambda x: tensor(x), lambda x: len(x) * products(COMPONENT, x, x), CUBE, 3),
}


def study(doublings: Annotated[int, Bounds("of n", 2, 4)] = 3) -> Report:
    """Numbers touched, bytes and seconds of each derivative against the number of variables."""
    costs = {}
    for name, way in each(WAYS.items(), "derivatives"):
        count = max(doublings + (way.power < 3), 3)
        sizes = [way.least * 2**k for k in range(count)]
        costs[name] = cost(way, sizes)
    powers = {name: cost.powers for name, cost in costs.items()}
    work, memory, times = ({name: p[i] for name, p in powers.items()} for i in range(3))
    n, one = costs["Hessian"].sizes[-1], costs["Hessian × vector"]
    dense, chain = (
        symmetric(hessian(text).program([np.zeros(n)])).products for text in (DENSE, CHAIN)
    )
    late = sum(times[name] < way.power - 0.2 for name, way in WAYS.items())
    slower = f"does not yet grow like the work in {late} of {len(WAYS)} cases"
    facts = {
        "dense": work["Hessian"],
        "sparse": work[SPARSE],
        "tensor": work[TENSOR],
        "work": work,
        "whole": memory["Hessian"],
        "few": memory[SPARSE],
        "cube": memory[TENSOR],
        "memory": memory,
        "n": n,
        "products": dense,
        "colours": chain,
        "said": slower if late else "grows like the work",
        "factor": 2**doublings,
        "ratio": one.seconds[-1] / one.seconds[0],
        "times": times,
    }
    largest = table(
        "Powers p of n^p, fitted over all n; at the largest n, what one call takes",
        costs.items(),
        ("derivative", "text", lambda row: row[0]),
        ("n", "count", lambda row: row[1].sizes[-1]),
        ("memory", "bytes", lambda row: row[1].memory[-1]),
        ("time", "seconds", lambda row: row[1].seconds[-1]),
        ("p, work", "order", lambda row: work[row[0]]),
        ("p, memory", "order", lambda row: memory[row[0]]),
        ("p, time", "order", lambda row: times[row[0]]),
        ("theory", "count", lambda row: WAYS[row[0]].power),
        note="work: numbers read or written, counted in the programs that run; theory: of work and "
        "of memory.",
    )

    def grown(title: str, y: str, powers: dict[str, float], field: str) -> Chart:
        return chart(
            f"{title} grows like n^{powers['Hessian']:.2f} for a dense Hessian, "
            f"n^{powers[SPARSE]:.2f} for a sparse one, n^{powers[TENSOR]:.2f} for the tensor",
            Axes("number of variables n", y, "xy"),
            *(curve(name, cost.sizes, getattr(cost, field)) for name, cost in costs.items()),
        )

    return Report(
        title=f"cost and memory grow like n^{work['Hessian']:.1f} and n^{memory['Hessian']:.1f} "
        f"for a dense Hessian, n^{work[SPARSE]:.1f} and n^{memory[SPARSE]:.1f} for a sparse one",
        method="gradient, jacobian, hvp and hessian (dual over tape, columns coloured); memory: "
        "the peak of a call, by tracemalloc",
        tables=(largest,),
        charts=(
            grown("Memory", "peak of a call in bytes", memory, "memory"),
            grown("Work", "numbers touched in a call", work, "work"),
        ),
        conclusions=conclusions(
            facts,
            "work grows like n^{dense:.2f} for the dense Hessian, n^{sparse:.2f} for that of a "
            "chain, n^{tensor:.2f} for the third-order tensor of softmax",
            "the memory that a call holds at its peak grows like n^{whole:.2f}, n^{few:.2f} and "
            "n^{cube:.2f}",
            "at n = {n} the dense Hessian takes {products} products with a vector, that of the "
            "chain {colours}",
            "time {said}: {factor}-fold n makes a product with a vector take {ratio:.1f} times as "
            "long",
        ),
    )


def gradient_work(text: str, x: Array) -> int:
    """The work of a gradient: that of its reverse sweep."""
    return touched(adjoint(gradient(text).program([x]), ("x",)))


def tensor(x: Array) -> Array:
    """∂²softmaxᵢ/∂xⱼ∂xₖ: the Hessian of each component, picked by a weight."""
    f = hessian(COMPONENT)
    at = f.names.index("x")
    rows = []
    for weight in np.eye(len(x)):
        values = {"x": x, "w": weight}
        rows.append(f(*(values[name] for name in f.names))[at][at])
    return np.array(rows)


def products(text: str, *x: Array) -> int:
    """The work of a Hessian: that of one product with a vector, times their number."""
    return symmetric(hessian(text).program(x)).products * product(text, *x)


def product(text: str, *x: Array) -> int:
    """The work of one product of a Hessian with a vector: dual numbers run over the tape."""
    program = hessian(text).program(x)
    return touched(pushforward(adjoint(program, program.inputs), program.inputs))


def jacobian_products(text: str, x: Array) -> int:
    """The work of a Jacobian: that of one product with a vector, times their number."""
    program = jacobian(text).program([x])
    return columns(program).products * touched(pushforward(program, program.inputs))


def touched(program: Program) -> int:
    """The numbers that one run reads or writes: of each equation the largest of its arrays."""
    return sum(
        max(math.prod(program.dims[slot]) for slot in (eq.output, *eq.inputs))
        for eq in program.equations
    )


def cost(way: Way, sizes: list[int]) -> Cost:
    """What a call costs at each n, after one that compiles."""
    work, memory, seconds = [], [], []
    for n in sizes:
        x = np.linspace(-1, 1, n)
        way.f(x)
        work.append(way.work(x))
        # the least: a thread that draws a bar needs some memory too
        memory.append(min(peak(way.f, x) for _ in range(REPEATS)))
        seconds.append(min(timed(way.f, x) for _ in range(REPEATS)))
    return Cost(sizes, work, memory, seconds)


def peak(f: Callable[[Array], Any], x: Array) -> int:
    """The bytes that one call holds at the same time at most, beside what was there before."""
    own = not tracemalloc.is_tracing()
    if own:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    f(x)
    _, most = tracemalloc.get_traced_memory()
    if own:
        tracemalloc.stop()
    return most - before


def timed(f: Callable[[Array], Any], x: Array) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    f(x)
    return time.perf_counter() - start
