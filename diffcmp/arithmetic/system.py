"""What a number system is: the contract between engines and what a Program is run on."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from diffcmp.primitives.shapes import Shape
from diffcmp.spans import Span

T = TypeVar("T")

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")
}
OPERATORS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in ("neg", "add", "sub", "mul")},
    "div": operator.truediv,
}
CHOICES: dict[str, Callable[..., Any]] = {
    "and": lambda p, q: p and q,
    "or": lambda p, q: p or q,
    "not": operator.not_,
    "where": lambda p, x, y: x if p else y,
}
"""Python's operators by the names of the table; the choices are between conditions that are
decided."""


class NumberSystem(ABC, Generic[T]):
    """Values of type T, the exact literals among them, and the primitives that the system carries
    out itself.

    A primitive that it lacks is carried out by the primitive's definition (`exact` systems: no
    roundoff, or roundoff that is enclosed) or by its stable form (the others). Conditions are
    `bool`; a system that cannot always decide one says None. A system of arrays also has the
    structural primitives, which take what they know beforehand as a keyword, `static`. One that is
    `spanned` wants to be told the span of the user's text that is being carried out.
    """

    exact: bool = False
    spanned: bool = False

    @cached_property
    def operations(self) -> dict[str, Callable[..., Any]]:
        """The primitives in use, filled by `arithmetic.evaluate`."""
        return {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @abstractmethod
    def literal(self, value: Fraction) -> T:
        """The system's number nearest to an exact one."""

    @abstractmethod
    def function(self, name: str) -> Callable[..., Any] | None:
        """How the system carries a primitive out; None where it has no way of its own."""

    def mark(self, span: Span | None) -> None:
        """What follows carries out the piece of the user's text under `span`; None: no piece."""

    def shape(self, value: T) -> Shape:
        """The shape of a value: () for a number."""
        return ()


System: TypeAlias = NumberSystem[Any]
