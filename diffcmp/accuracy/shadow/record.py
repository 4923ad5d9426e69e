"""What a shadow shows: the causes of an error, one equation after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from diffcmp.notes import Cause
from diffcmp.spans import Span

HARD = frozenset(
    {
        Cause.OVERFLOW,
        Cause.UNDERFLOW,
        Cause.ROUNDED_OUT,
        Cause.ROUNDED_CONDITION,
        Cause.ABSORPTION,
        Cause.SINGULARITY,
        Cause.UNTAKEN_BRANCH,
    }
)
"""Causes after which nothing is left to lose: the first of them is the reason."""


@dataclass(frozen=True, slots=True)
class Link:
    """One equation between the cause and the result.

    cause: what it did; None where it only carried the error of an argument on. span, piece: of the
    user's text. computed: what the format made, a number of it. true: what is true, None where that
    is infinite or undefined. lost: decimal digits by which its result is worse than its worst
    argument. of_value: whether it is a value of f, and not of its derivative. facts: what else the
    sentence about it says.
    """

    cause: Cause | None
    span: Span | None
    piece: str
    computed: Any
    true: Fraction | None
    lost: float | None = None
    of_value: bool = True
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """From the equation where an error arose to the result. Empty where nothing went wrong."""

    links: tuple[Link, ...] = ()

    @property
    def origin(self) -> Link | None:
        """The link that is to blame: the first after which nothing was left, else the one that
        lost most."""
        for link in self.links:
            if link.cause in HARD:
                return link
        losing = [link for link in self.links if link.cause is not None]
        return max(losing, key=lambda link: link.lost or 0.0, default=None)

    @property
    def shown(self) -> tuple[Link, ...]:
        """The links from the origin on: those with a cause, and the values of f that carry its
        error; of neighbours of one piece of the text the one with a cause."""
        origin = self.origin
        if origin is None:
            return ()
        kept: list[Link] = []
        for link in self.links[self.links.index(origin) :]:
            if link.cause is None and not link.of_value:
                continue
            if kept and kept[-1].span == link.span:
                if link.cause is not None and kept[-1].cause is None:
                    kept[-1] = link
                continue
            kept.append(link)
        return tuple(kept)
