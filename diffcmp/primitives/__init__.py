"""The one table of primitives: every operation of the language, with its derivative, stated once."""

from diffcmp.primitives import activations, arrays, elementary, linalg, operators, piecewise, reductions, special
from diffcmp.primitives.record import ALIASES, TABLE, Primitive

__all__ = [
    "ALIASES", "TABLE", "Primitive", "activations", "arrays", "elementary", "linalg", "operators", "piecewise",
    "reductions", "special",
]  # fmt: skip
