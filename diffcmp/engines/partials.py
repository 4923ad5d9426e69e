"""Which partial derivative is meant: the one place that knows how its name is read.

Of order 1, `x` is ∂f/∂x. Of order 2, `x` is ∂²f/∂x² and `x:y` the mixed ∂²f/∂x∂y. All mappings of
derivatives are keyed by these names; a colon can be part of no variable's name, `x[0]` included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcmp.program.checks import differentiated
from diffcmp.program.ir import Program

ORDERS = (1, 2)
BY = ":"


def variables(name: str, order: int) -> tuple[str, ...]:
    """What is differentiated by, one after the other.

    >>> variables("x", 1), variables("x", 2), variables("x:y", 2)
    (('x',), ('x', 'x'), ('x', 'y'))
    """
    return (name,) if order == 1 else pair(name)


def pair(name: str) -> tuple[str, str]:
    """The two variables of a second derivative.

    >>> pair("x"), pair("x:y")
    (('x', 'x'), ('x', 'y'))
    """
    first, _, second = name.partition(BY)
    return first, second or first


def distinct(name: str, order: int) -> tuple[str, ...]:
    """The variables of a partial derivative, each once.

    >>> distinct("x", 2), distinct("x:y", 2)
    (('x',), ('x', 'y'))
    """
    return tuple(dict.fromkeys(variables(name, order)))


def steps_of(h: Mapping[str, float], name: str, order: int) -> tuple[float, ...]:
    """The steps that one partial derivative was found with, in the order of its variables."""
    return tuple(h[along] for along in distinct(name, order) if along in h)


def partials(program: Program, wrt: Sequence[str] | None, order: int = 1) -> tuple[str, ...]:
    """The names of the partial derivatives that are asked for, each once; by default those along
    every variable.

    A mixed one keeps the order in which it is asked for: `x:y` is ∂f/∂x differentiated by y in its
    turn. `x:x` is `x`.

    Raises InputError where a variable is none of the program's.
    """
    if order == 1 or wrt is None:
        return differentiated(program, wrt)
    names = []
    for name in wrt:
        names.append(BY.join(differentiated(program, [part.strip() for part in name.split(BY, 1)])))
    return tuple(dict.fromkeys(names))
