"""The names of the code that is made for an array Program: of its slots, of its constants, and of
what it calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diffcmp.program.emit import python_names
from diffcmp.program.ir import Program

# where blocks begin and end
RESERVED = frozenset(f"{name}{k}" for name in "ij" for k in ("", *range(100)))


class Names:
    """What the functions of one Program share: `slots` are names of values, `referred` is what the
    code refers to."""

    def __init__(self, program: Program, known: Mapping[int, Any]) -> None:
        self.program = program
        self.known = known
        self.slots = python_names(program, RESERVED)
        self.taken = frozenset(self.slots.values())
        self.referred: dict[str, object] = {}

    def boolean(self, slot: int) -> bool:
        """Whether a value holds conditions."""
        eq = self.program.by_output.get(slot)
        return eq is not None and eq.dtype == "bool"

    def used(self, name: str, value: object) -> str:
        """The name of something that the code refers to: `name`, unless that is a variable, or
        stands for something else already, as for another form of the same primitive."""
        while name in self.taken or self.referred.get(name, value) is not value:
            name += "_"
        self.referred[name] = value
        return name

    def constant(self, slot: int) -> str:
        """The source of a value that is settled; arrays, and numbers that are not finite, by
        name."""
        value = self.known[slot]
        if isinstance(value, float) and np.isfinite(value):
            text = repr(float(value))
            return f"({text})" if text[0] == "-" else text
        return self.used(f"__k{slot}", value)  # no input may have two underscores in front
