"""What an entry of the table of primitives says, and the table itself.

An entry is written once, in the expression language; every engine and every number system reads it
from here. The texts are parsed by `diffcmp.language.rules` when they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Structure:
    """How a structural primitive works; see `arrays`. It is linear in each argument, or states its
    pushforward.

    shape: (static, *shapes) -> shape. apply: (static, *arrays) -> array, by NumPy, whatever the
    elements are. transposes: for each argument (apply, cotangent, static, other arguments, shapes)
        -> its cotangent; `EACH`: the i-th argument gets its
    part, however many there are: `part` says, of the shapes and i, which one; by default the i-th
        row. pushforward, for a
    primitive that is linear in no argument: (apply, tangents, arguments, out, shapes, static) ->
    the tangent of the result, with None for a tangent that is zero, written with other primitives
    and linear in the tangents; reverse mode transposes it. Such a primitive may yet be linear in
    one argument, and has a transpose there and None for the others. exact: (apply, *arrays of
    elements) -> the elements of the result, made by apply(name, *elements) from primitives of
    numbers, where `apply` above takes floating point only. rows: how it is carried out where
    arguments have many rows (see `rowwise`); None where it cannot be.
    """

    EACH: ClassVar[tuple[Callable[..., Any], ...]] = ()

    shape: Callable[..., tuple[int, ...]]
    apply: Callable[..., Any]
    transposes: Sequence[Callable[..., Any] | None] = ()
    pushforward: Callable[..., Any] | None = None
    exact: Callable[..., Any] | None = None
    part: Callable[..., Any] | None = None
    rows: Callable[..., Any] | None = None

    def linear_in(self, position: int) -> bool:
        """Whether it is linear in one argument, and knows its transpose there."""
        return not self.transposes or self.transposes[position] is not None

    def transpose(self, position: int) -> Callable[..., Any]:
        """The transpose with respect to one argument."""
        if self.transposes:
            known = self.transposes[position]
            assert known is not None
            return known
        part = self.part
        return lambda apply, cotangent, static, others, shapes: apply(
            "take", cotangent, static=((part(shapes, position) if part else position,),)
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
    stable: how floating point computes f where its library has no function of that name. Default:
        `definition`.
    recurrence: the same value from an argument one unit to the right; how a pole of gamma and its
        kin is resolved.
    at_infinity: the limits at -∞ and +∞ where they are finite.
    steps: piecewise constant with a jump at every integer (floor).
    separant: of a value that solves an equation (a root of a polynomial), the derivative of the
        equation by the value, in the parameters and `out`; where it vanishes, the value is not
        analytic.
    selects: the value is one of the arguments (where): its tangent is selected too, never
        multiplied by 0.
    infix, precedence: how the printer writes it between its operands; precedence as in Python's
        grammar, 0 for calls.
    condition: the value is a truth value, not a number.
    internal: not callable by name in an expression (an operator, or made by the parser).
    structure: how it moves and adds up the elements of arrays; None for what works element by
        element.
    """

    name: str
    parameters: tuple[str, ...]
    partials: tuple[str, ...]
    defaults: dict[str, str] = field(default_factory=dict)
    domain: str = ""
    definition: str = ""
    stable: str = ""
    recurrence: str = ""
    at_infinity: tuple[str, str] | None = None
    steps: bool = False
    selects: bool = False
    folds: bool = False
    infix: str = ""
    precedence: int = 0
    condition: bool = False
    internal: bool = False
    structure: Structure | None = None
    separant: str = ""

    @property
    def compares(self) -> bool:
        """Whether the value says how two numbers compare (and is not made of other conditions)."""
        return self.condition and "p" not in self.parameters

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
    name: str,
    parameters: str,
    partials: list[str],
    *,
    aliases: str = "",
    defaults: dict[str, str] | None = None,
    domain: str = "",
    definition: str = "",
    stable: str = "",
    recurrence: str = "",
    at_infinity: tuple[str, str] | None = None,
    steps: bool = False,
    selects: bool = False,
    folds: bool = False,
    infix: str = "",
    precedence: int = 0,
    condition: bool = False,
    internal: bool = False,
    separant: str = "",
) -> None:
    """Enter one primitive in the table. See `Primitive` for what the arguments mean."""
    names = tuple(parameters.replace(",", " ").split())
    TABLE[name] = Primitive(
        name,
        names,
        tuple(partials),
        defaults or {},
        domain,
        definition,
        stable,
        recurrence,
        at_infinity,
        steps,
        selects,
        folds,
        infix,
        precedence,
        condition,
        internal,
        separant=separant,
    )
    ALIASES.update(dict.fromkeys(aliases.split(), name))


def structural(
    name: str,
    shape: Callable[..., tuple[int, ...]],
    apply: Callable[..., Any],
    transposes: Sequence[Callable[..., Any] | None] = (),
    *,
    parameters: str = "",
    pushforward: Callable[..., Any] | None = None,
    exact: Callable[..., Any] | None = None,
    part: Callable[..., Any] | None = None,
    rows: Callable[..., Any] | None = None,
) -> None:
    """Enter one structural primitive in the table; made by the parser, never called by name.
    `parameters` names the arguments of one that has a pushforward and no transposes."""
    names = tuple(parameters.split()) or tuple("xyz"[: len(transposes)]) or ("x",)
    made = Structure(shape, apply, transposes, pushforward, exact, part, rows)
    TABLE[name] = Primitive(name, names, ("",) * len(names), internal=True, structure=made)
