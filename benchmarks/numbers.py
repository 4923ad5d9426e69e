"""What a workload is, and the work on one number, which needs no NumPy: a first gradient is not
charged for importing it.

The work on arrays is in `workloads`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks import formulas

SLOPE = "exp(x)/sqrt(sin(x)**3+cos(x)**3)"
FEW = 100  # elements that differences are asked for
LOGISTIC = "64*x*(1-x)*(1-2*x)**2*(1-8*x+8*x**2)**2"


@dataclass(frozen=True)
class Workload:
    """A function of float64 numbers or arrays, and how each side writes it.

    text: for diffcmp. inputs: what is differentiated with respect to. data: what the formula takes
        besides. v: a direction.
    by_hand: kind of derivative ("gradient", "hessian", …) to its hand-written form, of `inputs` and
        `data` (and v).
    text_inputs: all that the text names, where that is more than `inputs`.
    """

    name: str
    text: str
    formula: Callable[..., Any]
    inputs: Mapping[str, Any]
    by_hand: Mapping[str, Callable[..., Any]]
    data: tuple[Any, ...] = ()
    text_inputs: Mapping[str, Any] = field(default_factory=dict)
    v: Any = None

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(self.inputs.values())


def slope_value(x: float) -> float:
    s, c = math.sin(x), math.cos(x)
    return math.exp(x) / math.sqrt(s**3 + c**3)


def slope(x: float) -> float:
    s, c = math.sin(x), math.cos(x)
    g = s**3 + c**3
    return math.exp(x) * (g - 1.5 * s * c * (s - c)) / (g * math.sqrt(g))


def double(x: float) -> float:
    return 2.0 * x


def call() -> Workload:
    """f′(1.5) of one number."""
    return Workload(
        "slope", SLOPE, formulas.slope, {"x": 1.5}, {"call": slope, "function": slope_value}
    )


def hello() -> Workload:
    """x², whose derivative GradBench calls `double`."""
    return Workload("hello", "x**2", formulas.square, {"x": 1.0}, {"call": double})


MAKERS: dict[str, Callable[..., Workload]] = {"call": call, "hello": hello}
"""The workloads of one number by name."""


def few(work: Workload) -> Any:
    """The one vector of a workload, short enough for differences, whose gradient costs tens of
    calls for each element.

    Raises
    ------
    NotImplementedError: where there are several, or it is longer.
    """
    if len(work.values) > 1 or getattr(work.values[0], "size", 1) > FEW:
        raise NotImplementedError
    return work.values[0]
