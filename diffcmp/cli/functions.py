"""What `diffcmp --functions` prints: the language, from the tables of primitives and of array
functions themselves."""

from __future__ import annotations

from collections.abc import Iterator

from diffcmp.language.vectors import FUNCTIONS
from diffcmp.primitives import ALIASES, TABLE

GENERAL = """\
operators     + - * / ** (or ^), unary + and -, parentheses; @ for vectors and matrices
constants     pi, e, tau
conditions    < <= > >= == !=, and, or, not; in where(condition, a, b) or a if condition else b
statements    u = sin(x); u**2 + u
variables     any other name
elsewhere     np.sin(x), torch.clamp(x, 0, 1), x.sum(), A.T say sin(x), clip(x, 0, 1), sum(x), …
vectors       [a, b, c]; x[0], x[-1], x[1:], x[:-1], x[::2]
matrices      [[a, b], [c, d]]; A[0, 1], A[0], A[:, 1]
points        --at 2, --at x=2,y=pi/4, --at "x=[1, 2, 3]", --at "A=[[1, 2], [3, 4]]",
              --at "x=linspace(0, 1, 100)", --at x=@data.npy (or .csv, .txt)
"""


def language() -> str:
    """Operators, constants and every function with its parameters, and its aliases or what it
    is."""
    numbers, arrays = "functions, element by element", "functions of vectors and matrices"
    return "\n".join([GENERAL + numbers, *_of_numbers(), arrays, *_of_arrays()])


def _of_numbers() -> Iterator[str]:
    for name, entry in sorted(TABLE.items()):
        if not entry.internal:
            aliases = ", ".join(alias for alias, target in ALIASES.items() if target == name)
            call = f"{name}({entry.signature}{', …' if entry.folds else ''})"
            yield f"    {call:<28}{f'also {aliases}' if aliases else ''}".rstrip()


def _of_arrays() -> Iterator[str]:
    for name, function in sorted(FUNCTIONS.items()):
        call = f"{name}({', '.join(function.parameters)})"
        yield f"    {call:<28}{function.meaning}"
