"""The work that a user brings: the derivatives of an expression at a point by every backend,
against the function itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from diffcmp.derivatives import arrays as operators
from diffcmp.derivatives import numbers as api
from diffcmp.engines.compiled import compiled
from diffcmp.point.point import Problem, located
from diffcmp.point.values import Values
from diffcmp.program.checks import number_valued
from diffcmp.speed.suites import Asked, some
from diffcmp.speed.timing import Call
from diffcmp.speed.work import Certified, Method, Work, backends
from diffcmp.truth.certify import certify

FEW = 64  # components that every backend finds, one by one, and that are all certified
MANY = 1000  # components that forward mode finds too


def expression(asked: Asked, expr: str, at: Values | Mapping[str, Values]) -> Work:
    """f′ of a function of one number, else the gradient, at the float64 numbers nearest to the
    point.

    Raises
    ------
    InputError: for an expression, point or backend that makes no sense, or where the value is not a
        number.
    """
    problem = located(expr, at)
    program = number_valued(problem.program)
    values, count = problem.arrays(), len(problem.scalar.inputs)
    single = not problem.shapes and count == 1
    chosen = asked.backends
    if chosen is None and count > FEW:
        chosen = ["tape", "dual"] if count <= MANY else ["tape"]

    def itself() -> Call:
        return partial(compiled(program), *values)

    def derived(name: str) -> Callable[[], Call]:
        def prepare() -> Call:
            return partial(
                api.derivative(expr, name) if single else operators.gradient(expr, name), *values
            )

        return prepare

    methods = [Method("f itself", itself, answers=False)]
    methods += [
        Method(name, derived(name), enough, numbers=_flat) for name, enough in backends(chosen)
    ]
    what = "f′" if single else "∇f"
    where = ", ".join(f"{name} = {text}" for name, text in problem.at.texts().items())
    return Work("expr", f"{what} of {expr} at {where}", tuple(methods), lambda: _certified(problem))


def _flat(answer: Any) -> Any:
    """A number, an array, or one for each variable, as one list."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    return np.concatenate([np.ravel(part) for part in parts])


def _certified(problem: Problem) -> Certified | None:
    """Certified components at the rounded point: all of few, some of many; None where there is no
    derivative."""
    names = problem.scalar.inputs
    places = range(len(names)) if len(names) <= FEW else some(len(names))
    shapes = problem.shapes or dict.fromkeys(problem.program.inputs, ())
    at = dict(zip(shapes, problem.arrays(), strict=True))
    known = certify(problem.program, at, wrt=[names[i] for i in places])
    found = {
        i: q.exact
        for i in places
        if (q := known.derivative(names[i])) is not None and q.exact is not None
    }
    return Certified(found, len(names)) if found else None
