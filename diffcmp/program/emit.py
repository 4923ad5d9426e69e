"""Program to Python source: straight-line code, one assignment a value that is used more than once
or is long.

The functions that the code calls are looked up by the primitive's name in a namespace that the
caller supplies (a kernel of `arithmetic`), so that one emitter serves floats, complex numbers and
balls. Infix operators are Python's own.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from diffcmp.names import identifier
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Equation, Program
from diffcmp.program.printer import ATOM, Bound, operator_text, wrapped

LONGEST = 60  # characters of an expression before it gets a name of its own
SIGN = 13  # how tightly a sign binds
OURS = "_errors", "_fallback", "_careful", "_out", "_other", "_float", "_origin"


@dataclass(frozen=True, slots=True)
class Emitted:
    """One Python function: its parameters, the lines of its body, the texts of what it returns at
    the end (none where the body has returned), and the primitives that it calls by name."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[str, ...]
    results: tuple[str, ...]
    calls: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The parameters, as another function is called with them."""
        return ", ".join(self.parameters)

    @property
    def lines(self) -> list[str]:
        """The body with what is returned at its end, indented."""
        end = [f"return {', '.join(self.results)}"] if self.results else []
        return [f"    {line}" for line in (*self.body, *end)]

    @property
    def source(self) -> str:
        """The function as Python source."""
        return "\n".join([f"def {self.name}({self.arguments}):", *self.lines]) + "\n"

    def function(self, namespace: Mapping[str, object]) -> Callable[..., Any]:
        """The function, with `namespace` for its globals."""
        return executed(self.source, self.name, dict(namespace))

    def careful(self) -> Emitted:
        """For a function of a number and conditions: the number where all of them hold, else what
        `_careful` makes of the arguments."""
        number, *conditions = self.results
        if not conditions:
            return self
        tests = " and ".join(f"({text})" if " or " in text else text for text in conditions)
        body = (*self.body, f"if {tests}:", f"    return {number}")
        return replace(self, body=body, results=(f"_careful({self.arguments})",))

    def guarded(self) -> Emitted:
        """A function that calls `_fallback` with its arguments where the straight code raises
        `_errors`."""
        fallback = f"    return _fallback({self.arguments})"
        return replace(self, body=("try:", *self.lines, "except _errors:", fallback), results=())

    def dispatching(self) -> Emitted:
        """A function of Python's floats that leaves all other arguments to `_other`. One test of
        identity an argument: the functions of `math` take arrays of one element, and refuse others
        in their own ways.

        It is a method: `_origin`, at which it does not look, comes first. Whatever a method is
        bound to says how to pickle it, and Python calls it as fast as a function.
        """
        classes = " is ".join(f"{name}.__class__" for name in self.parameters)
        body = (f"if {classes} is _float:", *self.lines)
        other = (f"_other({self.arguments})",)
        return replace(self, parameters=("_origin", *self.parameters), body=body, results=other)


def executed(source: str, name: str, scope: dict[str, object]) -> Callable[..., Any]:
    """The function `name` of our own source, which is made of an allow-listed Program, with `scope`
    for its globals."""
    exec(compile(source, f"<diffcmp {name}>", "exec"), scope)
    function = scope[name]
    assert callable(function)
    return function


def called(primitive: str) -> str:
    """The name by which emitted code calls a primitive: `and`, `or` and `not` are words of Python's
    own."""
    return f"{primitive}_" if keyword.iskeyword(primitive) else primitive


def _double(value: Fraction) -> str:
    """The nearest double as Python writes it; what is beyond the largest is a literal that Python
    reads as infinite."""
    try:
        return repr(value.numerator / value.denominator)
    except OverflowError:
        return "1e999" if value > 0 else "-1e999"


OPERATORS = [name for name, entry in TABLE.items() if entry.infix and name != "pow"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How emitted code spells numbers and powers.

    literal: an exact number as Python source. infix: the primitives written with Python's
    operators, the others are called by name; with "power" among them, x**2 is written x*x and other
    whole literal exponents with `**`. bound: the name of the function that carries out a structural
    equation.
    """

    literal: Callable[[Fraction], str] = _double
    infix: frozenset[str] = frozenset({"where", *OPERATORS})
    bound: Callable[[Equation], str] = lambda eq: called(eq.primitive)


def emit(
    program: Program,
    name: str = "f",
    dialect: Dialect | None = None,
    known: Mapping[int, str] | None = None,
) -> Emitted:
    """The source of a Python function of the program's inputs that returns its outputs: one value,
    or a tuple.

    Common subexpressions are computed once; `known` gives the source of slots whose value is
    settled (constants).
    """
    return _Function(program, dialect or Dialect(), known or {}).emitted(name)


class _Function:
    """One function in the making. A text is paired with how tightly it binds, as in the printer."""

    def __init__(self, program: Program, dialect: Dialect, known: Mapping[int, str]) -> None:
        self.program = program
        self.dialect = dialect
        self.known = known
        self.shared, self.order = _shared(program, known)
        self.uses = Counter(self.shared[i] for i in program.outputs)
        for eq in self.order:
            if eq.output not in known:
                self.uses.update(self.shared[i] for i in eq.inputs)
        self.names = python_names(program)
        self.calls: dict[str, None] = {}
        self.lines: list[str] = []
        self.texts: dict[int, Bound] = {}

    def emitted(self, name: str) -> Emitted:
        inputs = range(len(self.program.inputs))
        self.texts |= {i: (self.names[i], ATOM) for i in inputs}
        for eq in self.order:
            text, level = self.text(eq)
            if level < ATOM and (self.uses[eq.output] > 1 or len(text) > LONGEST):
                text, level = self.assigned(eq.output, text), ATOM
            self.texts[eq.output] = (text, level)
        return Emitted(
            name=name,
            parameters=tuple(self.names[i] for i in inputs),
            body=tuple(self.lines),
            results=tuple(self.texts[self.shared[i]][0] for i in self.program.outputs),
            calls=tuple(self.calls),
        )

    def assigned(self, slot: int, text: str) -> str:
        self.lines.append(f"{self.names[slot]} = {text}")
        return self.names[slot]

    def text(self, eq: Equation) -> Bound:
        """The value of an equation."""
        if eq.output in self.known:
            text = self.known[eq.output]
            return text, ATOM if text[0] != "-" else SIGN
        if eq.params:
            return self.dialect.literal(eq.params[0]), ATOM
        return self.operator(eq) or self.call(eq)

    def operator(self, eq: Equation) -> Bound | None:
        """An equation by Python's operators; None where the dialect calls a function."""
        if eq.primitive not in self.dialect.infix:
            return None
        slots = [self.shared[i] for i in eq.inputs]
        if eq.primitive == "power":
            exponent = self.program.literal(slots[1])
            if exponent == 2:
                return self.product_with_itself(slots[0])
            if exponent is None or exponent.denominator != 1:
                return None
        operands = [self.texts[i] for i in slots]
        if eq.primitive == "where":
            test, x, y = (wrapped(operand, 2) for operand in operands)
            return f"{x} if {test} else {y}", 1
        return operator_text(eq, operands)

    def call(self, eq: Equation) -> Bound:
        """An equation by the function of its name."""
        if eq.entry.structure is None:
            self.calls[eq.primitive] = None
        arguments = ", ".join(self.texts[self.shared[i]][0] for i in eq.inputs)
        return f"{self.dialect.bound(eq)}({arguments})", ATOM - 1

    def product_with_itself(self, slot: int) -> Bound:
        text, level = self.texts[slot]
        if level < ATOM:
            text = self.assigned(slot, text)
            self.texts[slot] = (text, ATOM)
        return f"{text}*{text}", 12


def _shared(program: Program, known: Mapping[int, str]) -> tuple[dict[int, int], list[Equation]]:
    """For each slot the first one with the same value, and the equations that are left: live, each
    computed once."""
    shared = {i: i for i in range(len(program.inputs))}
    slots: dict[tuple[object, ...], int] = {}
    order = []
    live = _live(program, known)
    for eq in program.equations:
        if eq.output not in live:
            continue
        inputs = () if eq.output in known else tuple(shared[i] for i in eq.inputs)
        key = (eq.primitive, eq.params, inputs, eq.static, known.get(eq.output))
        if key not in slots:
            slots[key] = eq.output
            order.append(eq)
        shared[eq.output] = slots[key]
    return shared, order


def _live(program: Program, known: Mapping[int, str]) -> set[int]:
    live = set(program.outputs)
    for eq in reversed(program.equations):
        if eq.output in live and eq.output not in known:
            live.update(eq.inputs)
    return live


def python_names(program: Program, reserved: Collection[str] = ()) -> dict[int, str]:
    """A Python name for every slot: the user's where there is one that does not clash."""
    words = [*keyword.kwlist, *map(called, keyword.kwlist)]
    taken = {*reserved, *words, *dir(builtins), *TABLE, *OURS}
    wanted = dict(enumerate(program.inputs))
    wanted |= {slot: label for label, slot in program.labels}
    names: dict[int, str] = {}
    for slot in range(program.size):
        name = identifier(wanted.get(slot, f"t{slot}"))  # as Python reads it
        name = re.sub(r"\W+", "_", name).rstrip("_") or "_"  # x[0] is x_0
        name = re.sub(r"^(__+|(?=\d))", "_", name)  # two underscores begin what is ours
        while name in taken:
            name += "_"
        taken.add(name)
        names[slot] = name
    return names
