"""The one table of primitives: every operation of the language and its derivative, stated once."""

from diffcmp.primitives import (  # noqa: F401 - each enters its part of the table
    activations,
    arrays,
    elementary,
    linalg,
    operators,
    piecewise,
    reductions,
    special,
)
from diffcmp.primitives.record import ALIASES, TABLE, Primitive

CALLABLE = {name: name for name, entry in TABLE.items() if not entry.internal} | ALIASES
"""The primitives that an expression calls, by every name that they have."""

__all__ = ["ALIASES", "CALLABLE", "TABLE", "Primitive"]
