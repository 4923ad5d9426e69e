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

from diffcmp.primitives import TABLE
from diffcmp.program.ir import Equation, Program
from diffcmp.program.printer import ATOM, Bound, operator_text, wrapped

RETURNED = ", "
LONGEST = 60  # characters of an expression before it gets a name of its own


@dataclass(frozen=True, slots=True)
class Emitted:
    """Python source of one function, the primitives that it calls by name, and its compiled
    code."""

    source: str
    name: str
    calls: tuple[str, ...]

    def function(self, namespace: Mapping[str, object]) -> Callable[..., object]:
        """The function, with `namespace` for its globals."""
        scope = dict(namespace)
        exec(
            compile(self.source, f"<diffcmp {self.name}>", "exec"), scope
        )  # our own source, from an allow-listed Program
        made = scope[self.name]
        assert callable(made)
        return made

    def careful(self) -> Emitted:
        """For a function of a number and a condition: the number, or what `_careful` makes of the
        arguments where the condition holds or the number is not finite."""
        *body, last = self.source.splitlines()
        number, condition = last.removeprefix("    return ").rsplit(RETURNED, 1)
        arguments = body[0][body[0].index("(") + 1 : body[0].rindex(")")]
        check = f"    if {condition} or _out - _out:\n        return _careful({arguments})"  # inf - inf is nan, which is true
        return replace(
            self, source="\n".join([*body, f"    _out = {number}", check, "    return _out"]) + "\n"
        )

    def guarded(self) -> Emitted:
        """The same function, which calls `_fallback` with its arguments where the straight code
        raises `_errors`."""
        head, *body = self.source.splitlines()
        arguments = head[head.index("(") + 1 : head.rindex(")")]
        inner = "\n".join(f"    {line}" for line in body)
        source = f"{head}\n    try:\n{inner}\n    except _errors:\n        return _fallback({arguments})\n"
        return replace(self, source=source)

    def dispatching(self) -> Emitted:
        """The same function of Python's floats, which leaves all other arguments to `_other`. One
        test of identity an argument: the functions of `math` take arrays of one element, and refuse
            others in their own ways.

        It is a method: `_origin`, at which it does not look, comes first. Whatever a method is
        bound to says how to pickle it, and Python calls it as fast as a function.
        """
        head, *body = self.source.splitlines()
        arguments = head[head.index("(") + 1 : head.rindex(")")]
        test = " is ".join(f"{name}.__class__" for name in arguments.split(", "))
        lines = [
            f"def {self.name}(_origin, {arguments}):",
            f"    if {test} is _float:",
            *(f"    {line}" for line in body),
        ]
        return replace(self, source="\n".join([*lines, f"    return _other({arguments})"]) + "\n")


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


@dataclass(frozen=True, slots=True)
class Dialect:
    """How emitted code spells numbers and powers.

    literal: an exact number as Python source. infix: the primitives written with Python's
    operators, the others are called by name; with "power" among them, x**2 is written x*x and other
    whole literal exponents with `**`. bound: the name of the function that carries out a structural
    equation.
    """

    literal: Callable[[Fraction], str] = _double
    infix: frozenset[str] = frozenset(
        name for name, entry in TABLE.items() if entry.infix and name != "pow"
    ) | {"where"}
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
    return _Writer(program, dialect or Dialect(), known or {}).emitted(name)


class _Writer:
    """Collects the lines of one function. A text is paired with how tightly it binds, as in the
    printer."""

    def __init__(self, program: Program, dialect: Dialect, known: Mapping[int, str]) -> None:
        self.program = program
        self.dialect = dialect
        self.known = known
        self.shared, self.order = _shared(program, known)
        self.uses = Counter(
            self.shared[i] for eq in self.order if eq.output not in known for i in eq.inputs
        )
        self.uses.update(self.shared[i] for i in program.outputs)
        self.names = python_names(program)
        self.calls: dict[str, None] = {}
        self.lines: list[str] = []
        self.texts: dict[int, Bound] = {}

    def emitted(self, name: str) -> Emitted:
        for i in range(len(self.program.inputs)):
            self.texts[i] = (self.names[i], ATOM)
        for eq in self.order:
            text, level = self.source(eq)
            if level < ATOM and (self.uses[eq.output] > 1 or len(text) > LONGEST):
                text, level = self.assigned(eq.output, text), ATOM
            self.texts[eq.output] = (text, level)
        parameters = ", ".join(self.names[i] for i in range(len(self.program.inputs)))
        results = RETURNED.join(self.texts[self.shared[i]][0] for i in self.program.outputs)
        source = (
            "\n".join([f"def {name}({parameters}):", *self.lines, f"    return {results}"]) + "\n"
        )
        return Emitted(source, name, tuple(self.calls))

    def assigned(self, slot: int, text: str) -> str:
        self.lines.append(f"    {self.names[slot]} = {text}")
        return self.names[slot]

    def source(self, eq: Equation) -> Bound:
        if eq.output in self.known:
            text = self.known[eq.output]
            return text, ATOM if text[0] != "-" else 13
        if eq.params:
            return self.dialect.literal(eq.params[0]), ATOM
        if eq.primitive == "where" and "where" in self.dialect.infix:
            test, x, y = (wrapped(self.texts[self.shared[i]], 2) for i in eq.inputs)
            return f"{x} if {test} else {y}", 1
        if eq.primitive == "power" and "power" in self.dialect.infix:
            exponent = self.program.by_output[self.shared[eq.inputs[1]]].params
            if exponent == (Fraction(2),):
                return self.product_with_itself(self.shared[eq.inputs[0]])
            if exponent and exponent[0].denominator == 1:
                return operator_text(eq, [self.texts[self.shared[i]] for i in eq.inputs])
        elif eq.primitive in self.dialect.infix:
            return operator_text(eq, [self.texts[self.shared[i]] for i in eq.inputs])
        if eq.entry.structure is None:
            self.calls[eq.primitive] = None
        name = self.dialect.bound(eq)
        return f"{name}({', '.join(self.texts[self.shared[i]][0] for i in eq.inputs)})", ATOM - 1

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
    made: dict[tuple[object, ...], int] = {}
    order = []
    live = _live(program, known)
    for eq in program.equations:
        if eq.output not in live:
            continue
        inputs = () if eq.output in known else tuple(shared[i] for i in eq.inputs)
        key = (eq.primitive, eq.params, inputs, eq.static, known.get(eq.output))
        if key in made:
            shared[eq.output] = made[key]
        else:
            made[key] = shared[eq.output] = eq.output
            order.append(eq)
    return shared, order


def _live(program: Program, known: Mapping[int, str]) -> set[int]:
    live = set(program.outputs)
    for eq in reversed(program.equations):
        if eq.output in live and eq.output not in known:
            live.update(eq.inputs)
    return live


def python_names(program: Program, reserved: Collection[str] = ()) -> dict[int, str]:
    """A Python name for every slot: the user's where there is one that does not clash."""
    ours = "_errors", "_fallback", "_careful", "_out", "_other", "_float", "_origin"
    taken = {*reserved, *keyword.kwlist, *map(called, keyword.kwlist), *dir(builtins), *ours}
    names: dict[int, str] = {}
    wanted = dict(enumerate(program.inputs)) | {
        slot: label for label, slot in program.labels if slot not in names
    }
    for slot in range(program.size):
        name = re.sub(r"\W+", "_", wanted.get(slot, f"t{slot}")).rstrip("_")  # x[0] is x_0
        while name in taken or name in TABLE:
            name += "_"
        taken.add(name)
        names[slot] = name
    return names
