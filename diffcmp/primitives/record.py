"""What an entry of the table of primitives says, and the table itself.

An entry is written once, in the expression language; every engine and every number system reads it
from here. The texts are parsed by `diffcmp.language.rules` when they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from diffcmp.primitives.shapes import Apply, Key, Shape, Static

Rule: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a structural primitive, as the rules of its entry are told of it.

    apply: writes or carries out a primitive, `apply(name, *arguments, static=…)`. arguments,
    shapes: the values that it is used on, and their shapes. static: what is known when the Program
    is made. out: its value, for a pushforward only.
    """

    apply: Apply
    arguments: Sequence[Any]
    shapes: Sequence[Shape]
    static: Static = ()
    out: Any = None


@dataclass(frozen=True, slots=True)
class Structure:
    """How a structural primitive works; see `arrays`. It is linear in each argument, or states its
    pushforward.

    shape: (static, *shapes) -> shape.
    apply: (static, *arrays) -> array, by NumPy, whatever the elements are.
    transposes: for each argument (call, cotangent) -> the cotangent of the argument. `EACH`: the
        i-th argument gets its part, however many there are.
    part: (shapes, i) -> which part that is, as an index; by default the i-th row.
    pushforward: for a primitive that is linear in no argument, (call, tangents) -> the tangent of
        the result, with None for a tangent that is zero, written with other primitives and linear
        in the tangents; reverse mode transposes it. Such a primitive may yet be linear in one
        argument, and has a transpose there and None for the others.
    exact: (apply, *arrays of elements) -> the elements of the result, made by apply(name,
        *elements) from primitives of numbers, where `apply` above takes floating point only.
    rows: (call, varying, shape of all rows) -> the result where arguments have many rows, see
        `rowwise`; None where it cannot be carried out so.
    elements: what the elements of the result are made of. "moved": each is one element of an
        argument, or 0. "added": sums of them. "chosen": one of all elements. "joined": all of them,
        nonlinearly. "": not said, as in linear algebra.
    fresh: NumPy makes a new array for the result, never a view of an argument.
    view: the result is a view of the argument.
    ufunc: the ufunc of NumPy by which an array is reduced to a number.
    """

    EACH: ClassVar[tuple[Rule, ...]] = ()

    shape: Callable[..., Shape]
    apply: Rule
    transposes: Sequence[Rule | None] = ()
    part: Callable[[Sequence[Shape], int], Key] | None = None
    pushforward: Rule | None = None
    exact: Rule | None = None
    rows: Rule | None = None
    elements: Literal["", "moved", "added", "chosen", "joined"] = ""
    fresh: bool = False
    view: bool = False
    ufunc: str = ""

    def linear_in(self, position: int) -> bool:
        """Whether it is linear in one argument, and knows its transpose there."""
        return not self.transposes or self.transposes[position] is not None

    def transpose(self, position: int) -> Rule:
        """The transpose with respect to one argument."""
        if self.transposes:
            rule = self.transposes[position]
            assert rule is not None
            return rule
        part = self.part or (lambda shapes, i: i)
        return lambda call, cotangent: call.apply(
            "take", cotangent, static=((part(call.shapes, position),),)
        )


@dataclass(frozen=True, slots=True)
class Primitive:
    """One elementary operation y = f(a, b, …) on real numbers.

    Attributes
    ----------
    partials: one text for each parameter, in the parameters and the value `out`: the local partial
        derivative in the form that keeps its digits in floating point. "" for a parameter that has
        none (a condition).
    domain: a condition on the parameters; f is defined there, and analytic in its interior.
    definition: the same function in more basic primitives, exact over the reals, whatever it does
        to roundoff. Number systems that are exact (balls, symbols, series) use it; it also says
        where the kinks are.
    analytic: with a definition whose pieces meet smoothly, the condition under which the primitive as
        a whole is analytic; balls know such a primitive by itself.
    usual: a condition under which the definition is one of its pieces, whatever else it compares: what
        floating point asks first.
    stable: how floating point computes f where its library has no function of that name. Default:
        `definition`.
    recurrence: the same value at any x < 1 from arguments right of 0, by recurrence and reflection;
        how a pole of gamma and its kin is resolved.
    at_infinity: the limits at -∞ and +∞ where they are finite.
    near: for an argument beside which the value is beside a rational number, or leaves an edge of
        the domain, the same function in a form that tells the two apart; an integer, or ±inf for
        beyond ±1.
    steps: piecewise constant with a jump at every integer (floor).
    separant: of a value that solves an equation (a root of a polynomial), the derivative of the
        equation by the value, in the parameters and `out`; where it vanishes, the value is not
        analytic.
    selects: the value is one of the arguments (where): its tangent is selected too, never
        multiplied by 0.
    folds: called with more arguments than parameters, it joins them from left to right (max).
    infix, precedence: how the printer writes it between its operands; precedence as in Python's
        grammar, 0 for calls.
    numpy: what NumPy calls it, where that is another name.
    condition: the value is a truth value, not a number.
    internal: not callable by name in an expression (an operator, or made by the parser).
    ring: an operation of rings (sum, difference, product, sign): every number system carries it out
        with Python's own operator, and of whole numbers it is a whole number.
    additive: a sum of its arguments, each with a sign.
    rational: of rational numbers it is a rational number, where it is defined; a power where its
        exponent is whole.
    symmetric: its two arguments may change places.
    mirror: for a comparison, the one that holds of the arguments in reverse order: x > y is y < x.
    opposite: for a comparison, the one that holds where this one does not.
    factors: the positions of the arguments of which one vanishes wherever the value does: () where
        the value never vanishes, None where it can vanish in another way.
    cancels: it vanishes at arguments other than 0, whose last digits then decide: x - y, log(x).
    steep: its slope is infinite at 1 or -1.
    branches: its slope is infinite, or a quotient 0/0, where its first argument vanishes: a root.
    poles: it has poles that are no floating-point numbers (tan).
    of_matrix: what it is of a matrix, where it was made of one: a component of a solution, with the
        determinant as its last argument, or an eigenvalue.
    structure: how it moves and adds up the elements of arrays; None for what works element by
        element.
    """

    name: str
    parameters: tuple[str, ...]
    partials: tuple[str, ...]
    defaults: dict[str, str] = field(default_factory=dict)
    domain: str = ""
    definition: str = ""
    analytic: str = ""
    usual: str = ""
    stable: str = ""
    recurrence: str = ""
    at_infinity: tuple[str, str] | None = None
    near: dict[str, str] = field(default_factory=dict)
    steps: bool = False
    separant: str = ""
    selects: bool = False
    folds: bool = False
    infix: str = ""
    precedence: int = 0
    numpy: str = ""
    condition: bool = False
    internal: bool = False
    ring: bool = False
    additive: bool = False
    rational: bool = False
    symmetric: bool = False
    mirror: str = ""
    opposite: str = ""
    factors: tuple[int, ...] | None = None
    cancels: bool = False
    steep: bool = False
    branches: bool = False
    poles: bool = False
    of_matrix: Literal["", "solution", "eigenvalue"] = ""
    structure: Structure | None = None

    def __repr__(self) -> str:
        return f"Primitive({self.name!r}, {self.signature!r})"

    @property
    def compares(self) -> bool:
        """Whether the value says how two numbers compare (and is not made of other conditions)."""
        return bool(self.opposite)

    @property
    def constant(self) -> bool:
        """Whether it is a number with a name: pi."""
        return not self.parameters and self.name != "literal"

    @property
    def connects(self) -> bool:
        """Whether the value is a condition made of other conditions: and, or, not."""
        return self.condition and not self.compares

    @property
    def arithmetic(self) -> bool:
        """Whether Python's operator carries it out on whole arrays, bitwise as NumPy's ufunc."""
        return self.ring or self.compares or self.name == "div"

    @property
    def required(self) -> int:
        """How many arguments have no default."""
        return len(self.parameters) - len(self.defaults)

    @property
    def signature(self) -> str:
        """The parameters as a person would write them: `x, slope=0.01`."""
        return ", ".join(
            f"{p}={self.defaults[p]}" if p in self.defaults else p for p in self.parameters
        )


TABLE: dict[str, Primitive] = {}
ALIASES: dict[str, str] = {}


def primitive(
    name: str, parameters: str, partials: list[str], *, aliases: str = "", **facts: Any
) -> None:
    """Enter one primitive in the table; `facts` are fields of `Primitive`."""
    names = tuple(parameters.replace(",", " ").split())
    TABLE[name] = Primitive(name, names, tuple(partials), **facts)
    ALIASES.update(dict.fromkeys(aliases.split(), name))


def structural(
    name: str,
    shape: Callable[..., Shape],
    apply: Rule,
    transposes: Sequence[Rule | None] = (),
    **facts: Any,
) -> None:
    """Enter one structural primitive in the table; it is made by the parser, never called by name.
    `facts` are fields of `Structure`."""
    names = tuple("xyz"[: len(transposes)]) or ("x",)
    structure = Structure(shape, apply, transposes, **facts)
    TABLE[name] = Primitive(name, names, ("",) * len(names), internal=True, structure=structure)
