"""The texts of the table of primitives as Programs, parsed when first asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from diffcmp.language.parser import parse
from diffcmp.primitives import TABLE
from diffcmp.primitives.asymptotics import GROWTH, OSCILLATIONS
from diffcmp.primitives.roundoff import ROUNDOFF
from diffcmp.program.ir import Program


@cache
def partial(name: str, position: int) -> Program | None:
    """∂ primitive / ∂ parameter as a Program of the parameters and `out`; None without rule."""
    return _body(name, TABLE[name].partials[position], "out")


@cache
def definition(name: str) -> Program | None:
    """The primitive in terms of more basic ones, exact over the reals; None for a basic one."""
    return _body(name, TABLE[name].definition)


@cache
def stable(name: str) -> Program | None:
    """The form for floating point; None where only a library's function will do."""
    return _body(name, TABLE[name].stable or TABLE[name].definition)


@cache
def recurrence(name: str) -> Program | None:
    """The primitive left of 1 from values right of 0."""
    return _body(name, TABLE[name].recurrence)


@cache
def separant(name: str) -> Program | None:
    """What vanishes where a value that solves an equation is not analytic, as a Program of the
    parameters and `out`."""
    return _body(name, TABLE[name].separant, "out")


@cache
def limits(name: str) -> tuple[Program, Program] | None:
    """The finite limits at -∞ and +∞."""
    texts = TABLE[name].at_infinity
    return None if texts is None else (parse(texts[0], rule=True), parse(texts[1], rule=True))


@cache
def interior(name: str) -> Program | None:
    """Where the primitive as a whole is analytic, as a Program whose output is 1 there: in the
    interior of the domain, unless the entry says more."""
    text = TABLE[name].analytic
    return _body(name, f"where({text}, 1, 0)") if text else domain(name)


@cache
def usual(name: str) -> Program | None:
    """Where the definition is one of its pieces: a Program whose output is 1 there and 0 elsewhere;
    None where the entry says nothing of that."""
    text = TABLE[name].usual
    return _body(name, f"where({text}, 1, 0)") if text else None


@cache
def near(name: str, argument: str) -> Program | None:
    """The primitive in a form that keeps what distinguishes it from its value at an argument; None
    where its entry states none."""
    return _body(name, TABLE[name].near.get(argument, ""))


@cache
def domain(name: str) -> Program | None:
    """Where the primitive is defined: a Program whose output is 1 there and 0 elsewhere."""
    text = TABLE[name].domain
    return _body(name, f"where({text}, 1, 0)") if text else None


@cache
def amplification(name: str, position: int) -> Program | None:
    """A bound of |x · ∂out/∂x / out| for one parameter, as a Program of the parameters and `out`;
    None where none is stated."""
    facts = ROUNDOFF.get(name)
    return None if facts is None else _body(name, facts.amplifies[position], "out")


@cache
def growth(name: str, sign: int) -> tuple[Program | None, Program]:
    """The primitive for arguments that tend to ±∞, as a Program of its parameters and `s` (None
    where none is stated), and what `s` is a series in."""
    facts = GROWTH[name]
    small = _body(name, facts.small)
    assert small is not None
    return _body(name, facts.right if sign > 0 else facts.left, "s"), small


@cache
def oscillation(name: str) -> Program:
    """What oscillates at a large part plus x, as a Program of x, `s` and `c`."""
    body = _body(name, OSCILLATIONS[name].sum, "s", "c")
    assert body is not None
    return body


@cache
def sizes(name: str) -> tuple[Program, Program] | None:
    """Bounds of |out|, where that is not 0, as Programs of the bounds of |x|."""
    facts = ROUNDOFF.get(name)
    if facts is None or not facts.size:
        return None
    lower, upper = (parse(text, ("lo", "hi"), rule=True) for text in facts.size)
    return lower, upper


def _body(name: str, text: str, *further: str) -> Program | None:
    if not text:
        return None
    body = parse(text, (*TABLE[name].parameters, *further), rule=True)
    # a span is of the user's text, in which a rule stands nowhere
    return replace(body, equations=tuple(replace(eq, span=None) for eq in body.equations))
