"""The built-in suites: each a function that gives its pieces of work, smaller ones where the run is
to be quick."""

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
from diffcmp.truth.record import Quantity

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
    """The preparation of a call that needs none. A `partial` costs less than a lambda, and all
    methods get the same."""
    return lambda: partial(call, *arguments)


def exact(quantity: Quantity | None) -> Fraction:
    """A certified number of which there is no doubt."""
    assert quantity is not None
    assert quantity.exact is not None
    return quantity.exact


def some(size: int) -> list[int]:
    """Places in a list, evenly spread: the first, the last, and some between."""
    return sorted({round(i * (size - 1) / (SAMPLE - 1)) for i in range(SAMPLE)})


# one number
# ----------------------------------------------------------------------------------------------------------


def scalar(asked: Asked) -> Iterator[Work]:
    """One call of f′, by every backend, against f′ written with `math`."""

    def compiled(name: str) -> Callable[[], Call]:
        def prepare() -> Call:
            return partial(api.derivative(SQUIRE_TRAPP, name), AT)

        return prepare

    methods = [Method("by hand, math", prepared(by_hand.slope, AT))]
    methods += [Method(name, compiled(name), enough) for name, enough in backends(asked.backends)]
    yield Work(
        "scalar",
        f"f′({AT}) of {SQUIRE_TRAPP}, one call",
        tuple(methods),
        lambda: Certified({0: slope_at(AT)}),
    )


def slope_at(x: float) -> Fraction:
    """The certified f′."""
    return exact(certify(SQUIRE_TRAPP, x).derivative("x"))


# many numbers
# --------------------------------------------------------------------------------------------------------


def batch(asked: Asked) -> Iterator[Work]:
    """f′ at many points in one call, against NumPy."""
    size = 10**5 if asked.quick else 10**6
    x = np.linspace(0.1, 1.4, size)

    def dual() -> Call:
        return partial(operators.jvp(SQUIRE_TRAPP), x, np.ones(size))

    def tape() -> Call:
        return partial(operators.gradient(f"sum({SQUIRE_TRAPP})"), x)

    found = {"dual": dual, "tape": tape}
    methods = [
        Method(NUMPY, prepared(by_hand.slopes, x)),
        *(Method(name, found[name]) for name in asked.among([*found])),
    ]

    def truth() -> Certified:
        return Certified({i: slope_at(float(x[i])) for i in some(size)}, size)

    yield Work("batch", f"f′ of the same at {size} points", tuple(methods), truth)


def gradient(asked: Asked) -> Iterator[Work]:
    """∇ of the Rosenbrock function, against f: what a gradient costs in functions."""
    for size in (10**2, 10**4) if asked.quick else (10**2, 10**4, 10**6):
        yield _gradient(asked, np.linspace(-1.2, 1.3, size))


def _gradient(asked: Asked, x: Vector) -> Work:
    def compiled(name: str) -> Callable[[], Call]:
        def prepare() -> Call:
            return partial(operators.gradient(ROSENBROCK, name), x)

        return prepare

    able = asked.among(["tape", "dual", *BY_NUMBERS] if x.size <= 10**2 else ["tape"])
    methods = [
        Method("f, NumPy", prepared(by_hand.rosenbrock, x), answers=False),
        Method("∇f by hand, NumPy", prepared(by_hand.rosenbrock_gradient, x)),
        *(Method(name, compiled(name), enough) for name, enough in backends(able)),
    ]
    return Work(
        "gradient", f"∇ of Rosenbrock, n = {x.size}", tuple(methods), lambda: rosenbrock_truth(x)
    )


def rosenbrock_truth(x: Vector) -> Certified:
    """Certified components of ∇f: each depends on its neighbours only, and is that of a function of
    three numbers."""
    size = x.size

    def component(i: int) -> Fraction:
        start = max(0, i - 1)
        element = f"x[{i - start}]"
        return exact(
            certify(ROSENBROCK, {"x": x[start : i + 2]}, wrt=[element]).derivative(element)
        )

    return Certified({i: component(i) for i in some(size)}, size)


# second derivatives
# --------------------------------------------------------------------------------------------------


def hessian(asked: Asked) -> Iterator[Work]:
    """∇² as an array and as a sparse one, against the gradient by hand: what a Hessian costs in
    gradients."""
    x, p = np.linspace(-1.2, 1.3, 200), np.linspace(-1.0, 1.0, 200)
    yield _hessian(
        "Rosenbrock, n = 200, as an array",
        ROSENBROCK,
        by_hand.rosenbrock_gradient,
        by_hand.rosenbrock_hessian,
        x,
        _whole,
        lambda: second_truth(x, _place_in_array),
    )
    yield _hessian(
        f"{LOG_SUM_EXP}, n = 200: no zeros",
        LOG_SUM_EXP,
        by_hand.softmax,
        by_hand.softmax_slope,
        p,
        _whole,
        lambda: softmax_truth(p),
    )
    z = np.linspace(-1.2, 1.3, 10**4)
    yield _hessian(
        "Rosenbrock, n = 10000, sparse",
        ROSENBROCK,
        by_hand.rosenbrock_gradient,
        by_hand.rosenbrock_sparse,
        z,
        _bands,
        lambda: second_truth(z, _place_in_bands),
        sparse=True,
    )


def _hessian(
    name: str,
    expr: str,
    first: Callable[..., Any],
    second: Callable[..., Any],
    x: Vector,
    numbers: Callable[[Any], Any],
    truth: Callable[[], Certified],
    *,
    sparse: bool = False,
) -> Work:
    def prepare() -> Call:
        return partial(operators.hessian(expr, sparse), x)

    tool = "scipy" if sparse else "NumPy"
    methods = (
        Method("∇f by hand, NumPy", prepared(first, x), answers=False),
        Method(f"∇²f by hand, {tool}", prepared(second, x), numbers=numbers),
        Method("hessian()", prepare, numbers=numbers),
    )
    return Work("hessian", f"∇² of {name}", methods, truth)


def _whole(matrix: Any) -> Any:
    return np.asarray(matrix).ravel()


def _bands(matrix: Any) -> Any:
    """The three diagonals, and the sum of all entries, which tells of any that lie elsewhere."""
    return np.concatenate(
        [matrix.diagonal(), matrix.diagonal(1), matrix.diagonal(-1), [matrix.sum()]]
    )


def _place_in_array(i: int, j: int, size: int) -> int:
    return i * size + j


def _place_in_bands(i: int, j: int, size: int) -> int:
    return i if i == j else size + i if j > i else 2 * size - 1 + j


def second_truth(x: Vector, place: Callable[[int, int, int], int]) -> Certified:
    """Certified entries of the Hessian of Rosenbrock on the diagonal and beside it."""
    size, found = x.size, {}
    for i in some(size):
        start = max(0, i - 1)
        window, here = x[start : i + 2], i - start
        for there in {here, min(here + 1, len(window) - 1)}:
            name = f"x[{here}]:x[{there}]" if there != here else f"x[{here}]"
            true = compare(ROSENBROCK, {"x": window}, order=2, wrt=[name], backends=[]).truth
            j = start + there
            found[place(i, j, size)] = found[place(j, i, size)] = exact(
                true.derivative(next(iter(true.along)))
            )
    return Certified(
        found, _place_in_array(size, 0, size) if place is _place_in_array else 3 * size - 1
    )


def softmax_truth(x: Vector) -> Certified:
    """Certified entries of the Hessian of log(sum(exp(x))), as first derivatives of its
    gradient."""
    found = {}
    for i, j in ((0, 0), (0, x.size - 1), (x.size // 2, x.size // 2), (x.size - 1, x.size // 3)):
        element = f"x[{j}]"
        true = certify(f"exp(x[{i}])/sum(exp(x))", {"x": x}, wrt=[element])
        found[_place_in_array(i, j, x.size)] = exact(true.derivative(element))
    return Certified(found, x.size**2)
