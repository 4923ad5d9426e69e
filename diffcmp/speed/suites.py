"""The built-in suites: each is a function that gives its works, smaller for a quick run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from diffcmp.accuracy.compare import compare
from diffcmp.derivatives import arrays as operators
from diffcmp.derivatives import numbers as api
from diffcmp.speed import by_hand
from diffcmp.speed.by_hand import LOG_SUM_EXP, ROSENBROCK, SQUIRE_TRAPP, Vector
from diffcmp.speed.timing import Call
from diffcmp.speed.work import Certified, Method, Work, backends
from diffcmp.truth.certify import certify
from diffcmp.truth.record import certain

AT = 1.5
SAMPLE = 9  # components of a long answer that are certified
BY_NUMBERS = ("central", "complex-step")  # they take a run or two for each component
NUMPY = "by hand, NumPy"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the suites are asked for: little work, and only these backends."""

    quick: bool = False
    backends: list[str] | None = None

    def among(self, names: Sequence[str]) -> list[str]:
        """Those of the names that are asked for."""
        return [name for name in names if self.backends is None or name in self.backends]


def prepared(call: Callable[..., Any], *arguments: Any) -> Callable[[], Call]:
    """A call that needs no preparation, as a `partial`, which costs less than a lambda."""
    return lambda: partial(call, *arguments)


def derived(
    operator: Callable[..., Callable[..., Any]], *options: Any, at: Sequence[Any]
) -> Callable[[], Call]:
    """The preparation of a derivative: the operator makes a function, called at `at`."""
    return lambda: partial(operator(*options), *at)


def some(size: int) -> list[int]:
    """Places in a list, evenly spread: the first, the last, and some between."""
    return sorted({round(i * (size - 1) / (SAMPLE - 1)) for i in range(SAMPLE)})


# one number


def scalar(asked: Asked) -> Iterator[Work]:
    """One call of f′, by every backend, against f′ written with `math`."""
    methods = [Method("by hand, math", prepared(by_hand.slope, AT))]
    for name, enough in backends(asked.backends):
        prepare = derived(api.derivative, SQUIRE_TRAPP, name, at=[AT])
        methods.append(Method(name, prepare, enough))
    name = f"f′({AT}) of {SQUIRE_TRAPP}, one call"
    yield Work("scalar", name, tuple(methods), lambda: Certified({0: slope_at(AT)}))


def slope_at(x: float) -> Fraction:
    """The certified f′."""
    return certain(certify(SQUIRE_TRAPP, x).derivative("x"))


# many numbers


def batch(asked: Asked) -> Iterator[Work]:
    """f′ at many points in one call, against NumPy."""
    size = 10**5 if asked.quick else 10**6
    x = np.linspace(0.1, 1.4, size)
    ways = {
        "dual": derived(operators.jvp, SQUIRE_TRAPP, at=[x, np.ones(size)]),
        "tape": derived(operators.gradient, f"sum({SQUIRE_TRAPP})", at=[x]),
    }
    methods = [Method(NUMPY, prepared(by_hand.slopes, x))]
    methods += [Method(name, ways[name]) for name in asked.among([*ways])]

    def truth() -> Certified:
        return Certified({i: slope_at(float(x[i])) for i in some(size)}, size)

    yield Work("batch", f"f′ of the same at {size} points", tuple(methods), truth)


def gradient(asked: Asked) -> Iterator[Work]:
    """∇ of the Rosenbrock function, against f: what a gradient costs in functions."""
    for size in (10**2, 10**4) if asked.quick else (10**2, 10**4, 10**6):
        yield _gradient(asked, np.linspace(-1.2, 1.3, size))


def _gradient(asked: Asked, x: Vector) -> Work:
    able = asked.among(["tape", "dual", *BY_NUMBERS] if x.size <= 10**2 else ["tape"])
    methods = [
        Method("f, NumPy", prepared(by_hand.rosenbrock, x), answers=False),
        Method("∇f by hand, NumPy", prepared(by_hand.rosenbrock_gradient, x)),
    ]
    for name, enough in backends(able):
        prepare = derived(operators.gradient, ROSENBROCK, name, at=[x])
        methods.append(Method(name, prepare, enough))
    name = f"∇ of Rosenbrock, n = {x.size}"
    return Work("gradient", name, tuple(methods), lambda: rosenbrock_truth(x))


def rosenbrock_truth(x: Vector) -> Certified:
    """Certified components of ∇f, each that of a function of its neighbours only."""

    def component(i: int) -> Fraction:
        start = max(0, i - 1)
        element = f"x[{i - start}]"
        truth = certify(ROSENBROCK, {"x": x[start : i + 2]}, wrt=[element])
        return certain(truth.derivative(element))

    return Certified({i: component(i) for i in some(x.size)}, x.size)


# second derivatives


@dataclass(frozen=True, slots=True)
class Storage:
    """How a Hessian is stored. numbers: it as a list of numbers, whose length is `count(n)`, with
    the entry i, j at `place(i, j, n)`."""

    tool: str
    numbers: Callable[[Any], Any]
    count: Callable[[int], int]
    place: Callable[[int, int, int], int]


def _bands(matrix: Any) -> Any:
    """The three diagonals, and the sum of all entries, which tells of any that lie elsewhere."""
    diagonals = [matrix.diagonal(k) for k in (0, 1, -1)]
    return np.concatenate([*diagonals, [matrix.sum()]])


def _place_in_bands(i: int, j: int, size: int) -> int:
    if i == j:
        return i
    return size + i if j > i else 2 * size - 1 + j


ARRAY = Storage("NumPy", np.ravel, lambda n: n * n, lambda i, j, n: i * n + j)
SPARSE = Storage("scipy", _bands, lambda n: 3 * n - 1, _place_in_bands)


def hessian(asked: Asked) -> Iterator[Work]:
    """∇² dense and sparse, against the gradient by hand: what it costs in gradients."""
    x, p, long = np.linspace(-1.2, 1.3, 200), np.linspace(-1, 1, 200), np.linspace(-1.2, 1.3, 10**4)
    gradient, softmax = by_hand.rosenbrock_gradient, by_hand.softmax
    dense = _hessians(ROSENBROCK, gradient, by_hand.rosenbrock_hessian, x, ARRAY)
    full = _hessians(LOG_SUM_EXP, softmax, by_hand.softmax_slope, p, ARRAY)
    sparse = _hessians(ROSENBROCK, gradient, by_hand.rosenbrock_sparse, long, SPARSE)
    name = "∇² of Rosenbrock, n = 200, as an array"
    yield Work("hessian", name, dense, lambda: second_truth(x, ARRAY))
    name = f"∇² of {LOG_SUM_EXP}, n = 200: no zeros"
    yield Work("hessian", name, full, lambda: softmax_truth(p))
    name = "∇² of Rosenbrock, n = 10000, sparse"
    yield Work("hessian", name, sparse, lambda: second_truth(long, SPARSE))


def _hessians(
    expr: str, first: Callable[..., Any], second: Callable[..., Any], x: Vector, storage: Storage
) -> tuple[Method, ...]:
    by_us = derived(operators.hessian, expr, storage is SPARSE, at=[x])
    return (
        Method("∇f by hand, NumPy", prepared(first, x), answers=False),
        Method(f"∇²f by hand, {storage.tool}", prepared(second, x), numbers=storage.numbers),
        Method("hessian()", by_us, numbers=storage.numbers),
    )


def second_truth(x: Vector, storage: Storage) -> Certified:
    """Certified entries of the Hessian of Rosenbrock on the diagonal and beside it."""
    size, entries = x.size, {}
    for i in some(size):
        start = max(0, i - 1)
        window = x[start : i + 2]
        for j in {i, min(i + 1, size - 1)}:
            entry = _second(window, i - start, j - start)
            entries[storage.place(i, j, size)] = entry
            entries[storage.place(j, i, size)] = entry
    return Certified(entries, storage.count(size))


def _second(x: Vector, i: int, j: int) -> Fraction:
    """A certified entry of the Hessian of Rosenbrock."""
    name = f"x[{i}]" if i == j else f"x[{i}]:x[{j}]"
    truth = compare(ROSENBROCK, {"x": x}, order=2, wrt=[name], backends=[]).truth
    return certain(truth.derivative(next(iter(truth.along))))


def softmax_truth(x: Vector) -> Certified:
    """Certified Hessian entries of log(sum(exp(x))), as derivatives of its gradient."""
    n = x.size
    entries = {}
    for i, j in ((0, 0), (0, n - 1), (n // 2, n // 2), (n - 1, n // 3)):
        element = f"x[{j}]"
        truth = certify(f"exp(x[{i}])/sum(exp(x))", {"x": x}, wrt=[element])
        entries[ARRAY.place(i, j, n)] = certain(truth.derivative(element))
    return Certified(entries, ARRAY.count(n))
