"""A Program and the Python made of it, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcmp.program.emit import Emitted
from diffcmp.program.ir import Program
from diffcmp.program.printer import listing

if TYPE_CHECKING:
    from diffcmp.engines.arrays.code import ArrayCode

HEADINGS = {
    None: "Python, straight-line, on float64 with the functions of `math`, "
    "or of NumPy where there are arrays",
    "dual": "Python: the value and the derivative by forward mode "
    "(run with respect to each variable in turn)",
    "tape": "Python: the value and the derivatives by one reverse sweep",
}


def code_text(
    program: Program, derived: Program, emitted: Emitted | ArrayCode, backend: str | None
) -> str:
    """The listing of the Program, that of what `backend` makes of it, and the emitted source."""
    parts = ["# the function as typed", listing(program)]
    if backend is not None:
        parts += ["", f"# the {backend} program", listing(derived)]
    return "\n".join([*parts, "", f"# {HEADINGS[backend]}", emitted.source.rstrip()])
