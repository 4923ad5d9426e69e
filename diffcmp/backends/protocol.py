"""What a backend owes: prepare once for a program, then answer at many points."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from diffcmp.notes import Remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one method found at one point.

    value: f, a number of the dtype (None where the method does not compute it). derivative: for
    each partial derivative, by its name (`engines.partials`), a number of the dtype, nan where the
    method fails, None where it has nothing to say. h: the step size along each variable that was
    moved, None for a method without one. evaluations: how often f, or the program that was made of
    it, was run.
    seconds: wall time of this answer. expression: the derivative as an expression, for a method
        that finds one.
    """

    value: Any
    derivative: Mapping[str, Any]
    evaluations: int
    h: Mapping[str, float] | None = None
    seconds: float | None = None
    remarks: tuple[Remark, ...] = ()
    expression: Mapping[str, str] | None = None


class Prepared(Protocol):
    """A backend made ready for one program: call it with a point."""

    def __call__(self, point: Point) -> Estimate: ...


class Backend(Protocol):
    """One way of differentiating. A point where its mathematics fails is an Estimate with a remark,
    never an exception."""

    @property
    def name(self) -> str:
        """The name by which it is chosen."""

    @property
    def summary(self) -> str:
        """What it does, in a line."""

    def prepare(
        self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64"
    ) -> Prepared:
        """Do once what does not depend on the point.

        `order` is that of the derivatives, which `wrt` names as `engines.partials` says. A backend
        that can do more than order 1 says so by an attribute `orders`, such as (1, 2); one that
        takes Programs of arrays, to differentiate by one of their inputs that is a number, by an
        attribute `arrays`.
        """


@runtime_checkable
class Stepped(Backend, Protocol):
    """A backend with a step size."""

    @property
    def truncation_order(self) -> int:
        """p, where the truncation error falls like h**p."""

    def with_step(self, h: float | None) -> Stepped:
        """The same method with a given step size, or with the step of its rule for None."""

    def with_order(self, order: int) -> Stepped:
        """The same method for derivatives of that order: its truncation order and its rule for h
        may be others."""


class Timer:
    """Wall time of a block in seconds."""

    seconds = 0.0

    def __enter__(self) -> Timer:
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.start
