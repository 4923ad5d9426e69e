"""The texts of the table of primitives as Programs, parsed when first asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from diffcmp.language.parser import parse
from diffcmp.primitives import TABLE
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
    """The primitive from its value one unit to the right."""
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
def domain(name: str) -> Program | None:
    """Where the primitive is defined: a Program whose output is 1 there and 0 elsewhere."""
    text = TABLE[name].domain
    return _body(name, f"where({text}, 1, 0)") if text else None


def _body(name: str, text: str, *further: str) -> Program | None:
    if not text:
        return None
    body = parse(text, (*TABLE[name].parameters, *further), rule=True)
    # a span is of the user's text, in which a rule stands nowhere
    return replace(body, equations=tuple(replace(eq, span=None) for eq in body.equations))
