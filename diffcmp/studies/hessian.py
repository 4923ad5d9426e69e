"""What second derivatives cost: a product with the Hessian, the Hessian, dense or sparse, and the
tensor of a vector's."""

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
from diffcmp.report.record import Chart, Curve, Report, Table, concluded
from diffcmp.studies.pace import each
from diffcmp.studies.registry import Bounds, question

DENSE = "logsumexp(x) + sum(x**2)/2"  # every variable meets every other
CHAIN = (
    "sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)"  # Rosenbrock's: each meets its neighbours
)
VECTOR, COMPONENT = "softmax(x)", "sum(w*softmax(x))"
LONG, SQUARE, CUBE = 1024, 64, 16  # the least n, where a result has n, n² and n³ numbers
REPEATS = 2
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """A derivative of n variables; work: the numbers that it reads or writes; least: the smallest
    n; power: of n, by theory."""

    f: Callable[[Array], Any]
    work: Callable[[Array], int]
    least: int
    power: int


@dataclass(frozen=True, slots=True)
class Cost:
    """At each n: numbers read or written, bytes held at the same time at most, and seconds."""

    sizes: tuple[int, ...]
    work: tuple[int, ...]
    memory: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def powers(self) -> tuple[float, float, float]:
        """The p of C·nᵖ for each of the three."""
        n = np.log(self.sizes)
        work, memory, seconds = (
            float(np.polyfit(n, np.log(y), 1)[0]) for y in (self.work, self.memory, self.seconds)
        )
        return work, memory, seconds


WAYS = {
    "gradient": Way(
        gradient(DENSE), lambda x: touched(adjoint(gradient(DENSE).program([x]), ("x",))), LONG, 1
    ),
    "Hessian × vector": Way(
        lambda x: hvp(DENSE)(x, np.ones_like(x)), lambda x: product(DENSE, x), LONG, 1
    ),
    "Hessian, of a chain": Way(hessian(CHAIN, sparse=True), lambda x: products(CHAIN, x), LONG, 1),
    "Hessian": Way(hessian(DENSE), lambda x: products(DENSE, x), SQUARE, 2),
    "Jacobian of softmax": Way(jacobian(VECTOR), lambda x: jacobian_products(VECTOR, x), SQUARE, 2),
    "tensor of softmax": Way(
        lambda x: tensor(x), lambda x: len(x) * products(COMPONENT, x, x), CUBE, 3
    ),
}


def study(doublings: Annotated[int, Bounds("of n", 2, 4)] = 3) -> Report:
    """Numbers touched, bytes and seconds of each derivative against the number of variables."""
    costs = {
        name: cost(way, [way.least * 2**k for k in range(doublings + (way.power < 3))])
        for name, way in each(WAYS.items(), "derivatives")
    }
    work, memory, times = ({name: c.powers[i] for name, c in costs.items()} for i in range(3))
    n = costs["Hessian"].sizes[-1]
    dense, chain = (
        symmetric(hessian(text).program([np.zeros(n)])).products for text in (DENSE, CHAIN)
    )
    late = [name for name, way in WAYS.items() if times[name] < way.power - 0.2]
    said = (
        f"not yet the powers of work in {len(late)} of {len(WAYS)} cases"
        if late
        else "the powers of work"
    )
    one = costs["Hessian × vector"]

    def chart(title: str, unit: str, data: Callable[[Cost], tuple[float, ...]]) -> Chart:
        curves = (Curve(name, tuple(map(float, c.sizes)), data(c)) for name, c in costs.items())
        return Chart(title, "number of variables n", unit, tuple(curves), "xy")

    return Report(
        "hessian",
        f"cost and memory grow like n^{work['Hessian']:.1f} and n^{memory['Hessian']:.1f} for a dense Hessian, "
        f"n^{work['Hessian, of a chain']:.1f} and n^{memory['Hessian, of a chain']:.1f} for a sparse one",
        question("hessian"),
        "gradient, jacobian, hvp and hessian (dual over tape, columns coloured); memory: the peak of a call, by tracemalloc",
        {"doublings": doublings},
        (
            Table(
                "Powers p of n^p, fitted over all n; at the largest n, what one call takes",
                {
                    "derivative": "text",
                    "n": "count",
                    "memory": "bytes",
                    "time": "seconds",
                    "p, work": "order",
                    "p, memory": "order",
                    "p, time": "order",
                    "theory": "count",
                },
                tuple(
                    (name, c.sizes[-1], c.memory[-1], c.seconds[-1], *c.powers, WAYS[name].power)
                    for name, c in costs.items()
                ),
                "work: numbers read or written, counted in the programs that run; theory: of work and of memory.",
            ),
        ),
        (
            chart(
                f"Memory: n^{memory['Hessian']:.2f} dense, n^{memory['Hessian, of a chain']:.2f} sparse, "
                f"n^{memory['tensor of softmax']:.2f} for the tensor",
                "peak of a call in bytes",
                lambda c: tuple(map(float, c.memory)),
            ),
            chart(
                f"Work: n^{work['Hessian']:.2f} dense, n^{work['Hessian, of a chain']:.2f} sparse, "
                f"n^{work['tensor of softmax']:.2f} for the tensor",
                "numbers touched in a call",
                lambda c: tuple(map(float, c.work)),
            ),
        ),
        (
            concluded(
                "work grows like n^{dense:.2f} for the dense Hessian, n^{sparse:.2f} for that of a chain, n^{tensor:.2f} "
                "for the third-order tensor of softmax",
                dense=work["Hessian"],
                sparse=work["Hessian, of a chain"],
                tensor=work["tensor of softmax"],
                work=work,
            ),
            concluded(
                "the memory that a call holds at its peak grows like n^{whole:.2f}, n^{few:.2f} and n^{cube:.2f}",
                whole=memory["Hessian"],
                few=memory["Hessian, of a chain"],
                cube=memory["tensor of softmax"],
                memory=memory,
            ),
            concluded(
                "at n = {n} the dense Hessian takes {products} products with a vector, that of the chain {colours}",
                n=n,
                products=dense,
                colours=chain,
            ),
            concluded(
                "time has {said}: {factor}-fold n makes a product with a vector take {ratio:.1f} times as long",
                said=said,
                factor=2**doublings,
                ratio=one.seconds[-1] / one.seconds[0],
                times=times,
            ),
        ),
    )


def tensor(x: Array) -> Array:
    """∂²softmaxᵢ/∂xⱼ∂xₖ: the Hessian of each component, picked by a weight."""
    f = hessian(COMPONENT)
    at = {name: k for k, name in enumerate(f.names)}
    found = []
    for row in np.eye(len(x)):
        values = {"x": x, "w": row}
        found.append(f(*(values[name] for name in f.names))[at["x"]][at["x"]])
    return np.array(found)


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
        memory.append(
            min(peak(way.f, x) for _ in range(REPEATS))
        )  # the least: a thread that draws a bar needs some too
        seconds.append(min(timed(way.f, x) for _ in range(REPEATS)))
    return Cost(tuple(sizes), tuple(work), tuple(memory), tuple(seconds))


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
