"""What is timed: a work, its methods, and how answers are held against certified numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from diffcmp.accuracy.judging.errors import Errors, correct_digits, full_digits, worst
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import EXACT_SHARE
from diffcmp.backends.registry import chosen
from diffcmp.speed.timing import Call

FLOATS = Floats()
FULL = full_digits(FLOATS)
SOUND = FULL * EXACT_SHARE  # digits that a method without truncation error has at least


class Check(Protocol):
    """What is certain about an answer."""

    def digits(self, answer: Any, model: Any = None) -> float:
        """Correct digits of an answer; `model` is one that has passed already, if any."""


@dataclass(frozen=True, slots=True)
class Certified:
    """Certified numbers at some places of an answer, a list of `size` numbers."""

    values: Mapping[int, Fraction]
    size: int = 1

    def digits(self, answer: Any, model: Any = None) -> float:
        """Correct digits: the largest error at a certified place, over the largest certified number
        there. Where there is a `model`, a list held against the same numbers before, everything
        else must agree with it as well."""
        import numpy as np

        numbers = np.atleast_1d(np.asarray(answer, dtype=float))
        if numbers.shape != (self.size,) or not np.all(np.isfinite(numbers)):
            return 0.0
        every = {i: Errors(float(numbers[i]), true, FLOATS) for i, true in self.values.items()}
        _, error = worst(every)
        certain = 0.0 if error is None else correct_digits(Fraction(error), Fraction(1), FULL)
        if model is None or self.size == len(self.values):
            return certain
        scale = float(np.max(np.abs(model))) or 1.0
        apart = float(np.max(np.abs(numbers - model))) / scale
        return min(certain, correct_digits(Fraction(apart), Fraction(1), FULL))


@dataclass(frozen=True, slots=True)
class Method:
    """One way to do a work. prepare: once, gives what is timed. enough: the digits that a right
    answer has at least.

    answers: whether it does that work at all, or something to compare with, such as f itself.
    numbers: the answer as a flat list of numbers, or whatever the work's check takes.
    """

    name: str
    prepare: Callable[[], Call]
    enough: float = SOUND
    answers: bool = True
    numbers: Callable[[Any], Any] = field(default=lambda answer: answer)


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work for several methods, of which the first is the baseline. truth: what is
    certain about the answer, None where nothing is. patience: the factor by which work that lasts
    long has more time."""

    suite: str
    name: str
    methods: tuple[Method, ...]
    truth: Callable[[], Check | None]
    patience: float = 1.0


def backends(wanted: list[str] | None) -> list[tuple[str, float]]:
    """The backends of the first order that were asked for, or all, with the digits that each has
    where it is sound.

    Raises
    ------
    InputError: where one is unknown, or gives no first derivatives.
    """
    return [(method.name, method.expected_digits(FLOATS)) for method in chosen(wanted)]
