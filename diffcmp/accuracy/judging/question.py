"""What is asked: derivatives of a function at a point, and all that whoever answers has to know."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from diffcmp.arithmetic.floats import DTYPES, Floats, exact, finite
from diffcmp.backends.protocol import Backend, Prepared
from diffcmp.deadline import PATIENCE, Deadline
from diffcmp.engines.compiled import compiled
from diffcmp.engines.partials import ORDERS
from diffcmp.errors import Fault, InputError
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.certify import MAX_DIGITS, truth
from diffcmp.truth.record import Truth

Progress: TypeAlias = Callable[[str], None]


def silent(stage: str) -> None:
    """Progress that nobody is told of."""


def format_named(dtype: str) -> Floats:
    """The floating-point format of that name; raises InputError where there is none."""
    if dtype not in DTYPES:
        raise InputError(Fault.DTYPE, given=dtype)
    return Floats(dtype)


@dataclass(frozen=True, slots=True)
class Question:
    """Derivatives of one function at one point.

    program: of numbers. where: its point. names: of the derivatives (`engines.partials`), all of
    one `order`. floats: the format that the methods compute in. digits: of the truth. h: the step
    size of the methods that have one, None for that of their rule. deadline: of all waiting.
    progress: is told what is being done. Raises InputError for an order, a number of digits or a
    step size that makes no sense.
    """

    program: Program
    where: Point
    names: tuple[str, ...]
    order: int = 1
    floats: Floats = field(default_factory=Floats)
    digits: int = 30
    h: float | None = None
    deadline: Deadline = field(default_factory=lambda: Deadline.after(PATIENCE))
    progress: Progress = silent

    def __post_init__(self) -> None:
        if not 1 <= self.digits <= MAX_DIGITS:
            raise InputError(Fault.DIGITS, given=self.digits, limit=MAX_DIGITS)
        if self.h is not None and not (math.isfinite(self.h) and self.h > 0):
            raise InputError(Fault.STEP, given=self.h)
        if self.order not in ORDERS:
            raise InputError(Fault.ORDER, given=self.order)

    @property
    def dtype(self) -> str:
        """The name of the format."""
        return self.floats.dtype

    @property
    def inputs(self) -> list[Any]:
        """The point as the format rounds it."""
        return self.where.rounded(self.floats)

    @property
    def is_exact(self) -> bool:
        """Whether the format holds the point as typed."""
        coordinates = self.where.coordinates
        typed = [coordinates[name].rational for name in self.program.inputs]
        return all(map(finite, self.inputs)) and typed == [exact(x) for x in self.inputs]

    def configured(self, methods: Sequence[Backend]) -> list[Backend]:
        """Methods with the order, the step and the deadline that are asked for."""
        return [method.configured(self.order, self.h, self.deadline) for method in methods]

    def prepared(self, method: Backend) -> Prepared:
        """A method made ready for the function and its derivatives."""
        return method.prepare(self.program, self.names, self.order, self.dtype)

    def rounded(self) -> Point:
        """The point as the format rounds it, with its exact coordinates."""
        numbers = [coordinate(exact(x)) for x in self.inputs]
        return Point(dict(zip(self.program.inputs, numbers, strict=True)))

    def value(self) -> Any:
        """f as the format computes it."""
        with self.floats.quiet():
            return compiled(self.program, self.dtype)(*self.inputs)

    def truth(self) -> Truth:
        """What is certain: the kind of the point, f and the derivatives to `digits` digits."""
        at = self.program, self.where, self.names
        return truth(*at, self.digits, self.deadline, self.order)
