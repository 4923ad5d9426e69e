"""How long sympy may work on what the truth asks of it."""

from __future__ import annotations

from dataclasses import dataclass

from diffcmp.deadline import Deadline

QUESTIONS = 2  # each may take half of the time that is left, so that some is left for the next
COMPUTING = 0.15  # of the whole time, for one answer: the rest is for waiting, on a busy machine


@dataclass(slots=True)
class Budget:
    """The deadline by which sympy must have answered, and whether that, or the computing that it
    allows, was too little for something."""

    deadline: Deadline
    spent: bool = False

    @property
    def seconds(self) -> float:
        """Of the whole time."""
        return self.deadline.end - self.deadline.began

    @property
    def computing(self) -> float:
        """Seconds of computing for one answer."""
        return COMPUTING * self.seconds

    @property
    def waiting(self) -> float:
        """Seconds to wait for the next answer."""
        return self.deadline.share(QUESTIONS)
