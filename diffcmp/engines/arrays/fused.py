"""A stage as one loop over elements for numba, the extra `diffcmp[jit]`: nothing goes to memory but
what outlives the stage.

Slices become shifted indices. Where all of these lie inside of their vectors the loop has no
branches; the few elements at the ends read inside of them anyway and choose afterwards. No
fast-math: the operations are those of the Program, in its order; exp, sin, cos and whole powers are
our own (`elementary_loops`, `whole_powers`), the other elementary functions the C library's: the
last digits of both may differ from those of NumPy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from diffcmp.arithmetic.floats import nearest_double
from diffcmp.engines.arrays.elementary_loops import FAR
from diffcmp.engines.arrays.intrinsics import compiled_functions
from diffcmp.engines.arrays.placement import Stage
from diffcmp.engines.arrays.whole_powers import LARGEST
from diffcmp.errors import Fault, InputError
from diffcmp.program.ir import Equation, Program

Name: TypeAlias = Callable[[int], str]
Compiler: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

# what numba compiles of `math`: a fact of numba, not of the primitives
CALLED = frozenset(
    "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 "
    "log log2 log10 log1p sqrt hypot erf erfc".split()
)
SPELLED = frozenset({"where", "abs", "power", "take", "put"})  # by Python's own means
OWN = frozenset({"exp", "sin", "cos"})  # of `elementary_loops`


@cache
def compiler() -> Compiler:
    """What compiles a loop: it releases Python's lock, and divides as IEEE 754 says.

    Raises
    ------
    InputError: where numba is not installed.
    """
    try:
        import numba
    except ImportError:
        what = "a compiled loop"
        raise InputError(Fault.EXTRA, what=what, package="numba", extra="jit") from None
    compile_: Compiler = numba.njit(nogil=True, error_model="numpy")
    return compile_


def functions() -> dict[str, object]:
    """What a loop calls, by name."""
    own = {f"__{name}": function for name, function in compiled_functions().items()}
    return {"__math": math, **own}


def fusible(stage: Stage) -> bool:
    """Whether numba knows all that a stage does; sums stay NumPy's, whose order they have."""
    named = CALLED | SPELLED
    return not stage.sums and all(eq.primitive in named or operator(eq) for eq in stage.equations)


def operator(eq: Equation) -> str:
    """The sign or the word between the operands, or before one; "" for what is no operator here."""
    return "" if eq.primitive in ("power", "pow") else eq.entry.infix.strip()


def loop(program: Program, stage: Stage, text: Name) -> list[str]:
    """The lines of the function of a stage: `text` gives the source of what it reads. What it
    writes is called `__all`, with the number of the slot."""
    inner = _Element(program, stage, text, near=True)
    edge = _Element(program, stage, text, at_ends=True)
    return [
        f"    first, last = min(max(i, {inner.first}), j), max(min(j, {inner.last}), i)",
        "    last = max(first, last)",
        *(f"    {line}" for line in inner.views),
        *_everywhere(inner, _Element(program, stage, text)),
        *_for("i, first", edge.lines),
        *_for("last, j", edge.lines),
        "    return ()",
    ]


def _everywhere(near: _Element, far: _Element) -> list[str]:
    """The loop without branches; where arguments turn out to be too large for it, that with
    branches instead."""
    if not near.limited:
        return _for("last - first", near.lines)
    again = _for("last - first", far.lines)
    return [
        "    __far = 0",
        *_for("last - first", near.lines),
        "    if __far:",
        *(f"    {line}" for line in again),
    ]


def _for(ends: str, lines: list[str]) -> list[str]:
    return [f"    for k in range({ends}):", *(f"        {line}" for line in lines)]


class _Element:
    """What is done for one element k; `at_ends` where indices may lie beyond their vectors, `near`
    where sine and cosine have no branch, and arguments for which they ought to are counted."""

    def __init__(
        self, program: Program, stage: Stage, text: Name, at_ends: bool = False, near: bool = False
    ) -> None:
        self.program = program
        self.made = {eq.output: eq for eq in stage.equations}
        self.text = text
        self.at_ends = at_ends
        self.near = near
        self.limited: set[str] = set()
        self.lines: list[str] = []
        self.views: list[str] = []
        self.names: dict[tuple[int, int], str] = {}
        self.first, self.last = 0, 2**62
        for eq in stage.equations:  # in their order, so that nothing nests deeper than a slice
            self.value(eq.output, 0)
        for slot in stage.kept:
            (length,) = program.dims[slot]
            self.within(0, length)
            value, target = self.value(slot, 0), f"__all{slot}"
            if at_ends:
                self.lines.append(f"if k < {length}: {target}[k] = {value}")
            else:
                self.lines.append(f"{self.view(target, slot, 0)}[k] = {value}")

    def within(self, shift: int, length: int) -> None:
        """Where there are no branches, k + shift lies inside of a vector."""
        self.first, self.last = max(self.first, -shift), min(self.last, length - shift)

    def value(self, slot: int, shift: int) -> str:
        """The source of element k + shift of a slot."""
        if (slot, shift) not in self.names:
            here = slot in self.made
            source = self.source(self.made[slot], shift) if here else self.read(slot, shift)
            if here or "[" in source:
                name = f"__v{slot}_{shift}".replace("-", "m")
                self.lines.append(f"{name} = {source}")
                source = name
            self.names[slot, shift] = source
        return self.names[slot, shift]

    def read(self, slot: int, shift: int) -> str:
        """The source of an element of what the stage is given."""
        shape, text = self.program.dims[slot], self.text(slot)
        if shape in ((), (1,)):
            return f"{text}[0]" if shape else text
        self.within(shift, shape[0])
        if self.at_ends:
            return f"{text}[min(max(k + {shift}, 0), {shape[0] - 1})]"
        return f"{self.view(text, slot, shift)}[k]"

    def view(self, text: str, slot: int, shift: int) -> str:
        """A vector from where the loop without branches begins: an index from 0 on needs no test
        for its sign, which would keep the loop from being carried out several elements at a
        time."""
        name = f"__r{slot}_{shift}".replace("-", "m")
        self.views.append(f"{name} = {text}[first + {shift}:last + {shift}]")
        return name

    def source(self, eq: Equation, shift: int) -> str:
        """The source of an element of an equation's value."""
        if eq.primitive == "take":
            return self.value(eq.inputs[0], shift + eq.static[0][0][0])
        if eq.primitive == "put":
            return self.inside(eq, shift)
        arguments = [self.value(i, shift) for i in eq.inputs]
        if self.near and eq.primitive in ("sin", "cos"):
            (x,) = arguments
            if x not in self.limited:
                self.limited.add(x)
                self.lines.append(f"__far += 1 if abs({x}) > {FAR} else 0")
            return f"__near_{eq.primitive}({x})"
        return spelled(eq, arguments, self.program)

    def inside(self, eq: Equation, shift: int) -> str:
        """The source of an element of a slice that is put into zeros."""
        start, stop, _ = eq.static[0][0]
        at, length = shift - start, stop - start
        value = self.value(eq.inputs[0], at)
        self.within(at, length)
        return f"{value} if 0 <= k + {at} < {length} else 0.0" if self.at_ends else value


def spelled(eq: Equation, arguments: list[str], program: Program) -> str:
    """One operation on numbers, in the Python that numba compiles."""
    sign, x, name = operator(eq), arguments[0], eq.primitive
    if sign and len(arguments) == 2:
        return f"{x} {sign} {arguments[1]}"
    if sign:
        return f"not {x}" if sign == "not" else f"{sign}{x}"
    if name == "where":
        return f"{arguments[1]} if {x} else {arguments[2]}"
    if name == "power":
        exponent = program.literal(eq.inputs[1])
        n = 0.0 if exponent is None else nearest_double(exponent)
        if n == 2:
            return f"{x} * {x}"
        if n.is_integer() and 2 < n <= LARGEST:
            return f"__power({x}, {int(n)})"
        return f"{x} ** {arguments[1]}"
    if name in OWN:
        return f"__{name}({x})"
    function = name if name == "abs" else f"__math.{name}"
    return f"{function}({', '.join(arguments)})"
