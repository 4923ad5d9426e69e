"""What a backend answers: the `Estimate` of one point, and the `Prepared` that gives it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from diffcmp.notes import Remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one method says at one point.

    value: f, a number of the dtype; None where the method does not compute it.
    derivative: for each partial derivative, by its name (`engines.partials`), a number of the
        dtype; nan where the method fails, None where it has nothing to say.
    evaluations: how often f, or the program that was made of it, was run.
    h: the step size along each variable that was moved; None for a method without one.
    seconds: wall time of this answer.
    expression: the derivative as an expression, for a method that finds one.
    """

    value: Any
    derivative: Mapping[str, Any]
    evaluations: int
    h: Mapping[str, float] | None = None
    seconds: float | None = None
    remarks: tuple[Remark, ...] = ()
    expression: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers of one run in floating point.

    value: f; None where the method does not compute it. derivatives: in the order of `wrt`.
    evaluations: how often the function was run. steps: the step along each variable that was moved.
    """

    value: Any
    derivatives: Sequence[Any]
    evaluations: int
    steps: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation that a derivative rests on: a Program at rounded inputs.

    program: f, or the Program that gives the derivative as its last output. derived: whether it is
    that. imaginary: what is added to inputs by their place, times i.
    """

    program: Program
    inputs: Sequence[Any]
    derived: bool = False
    imaginary: Mapping[int, Any] = field(default_factory=dict)

    @property
    def smallness(self) -> int:
        """Bits by which the smallest imaginary step lies below 1."""
        exponents = [math.frexp(float(step))[1] for step in self.imaginary.values()]
        return max(0, -min(exponents, default=0))


class Prepared:
    """A backend made ready for one program. A subclass defines `__call__`, and what else it can."""

    def __call__(self, point: Point) -> Estimate:
        """The answer at a point. Where the mathematics of the method fails, that is a remark."""
        raise NotImplementedError

    def start(self, point: Point) -> Callable[[], Estimate]:
        """Begin without waiting; what is returned waits, by default for all of the work."""
        return partial(self, point)

    def work(self, point: Point) -> Callable[[], object] | None:
        """The computation alone, for timing; None where only an Estimate's seconds are known."""
        return None

    def doubts(self, estimate: Estimate) -> tuple[Remark, ...]:
        """The remarks of an answer without which its numbers must not be given, in Python either:
        they may be wrong. By default none."""
        return ()

    def run(self, inputs: Sequence[Any], h: float | None = None) -> Outcome:
        """One run at inputs of the dtype, by a given step or the rule's; needed to be swept."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Refused(Prepared):
    """No answer at any point, for a reason that is known beforehand."""

    wrt: tuple[str, ...]
    remark: Remark

    def __call__(self, point: Point) -> Estimate:
        return Estimate(None, dict.fromkeys(self.wrt), 0, remarks=(self.remark,))


class Timer:
    """Wall time of a block in seconds."""

    seconds = 0.0

    def __enter__(self) -> Timer:
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.start


def warm(run: Callable[..., T], *inputs: Any) -> tuple[T, float]:
    """What a function gives, and the seconds of a call once it is compiled."""
    run(*inputs)
    with Timer() as timer:
        out = run(*inputs)
    return out, timer.seconds
