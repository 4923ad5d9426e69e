"""A user's own work: the derivatives of an expression by every backend, against f itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffcmp.derivatives import arrays as operators
from diffcmp.derivatives import numbers as api
from diffcmp.engines.compiled import compiled
from diffcmp.point.point import Problem, located
from diffcmp.point.values import Values
from diffcmp.program.checks import number_valued
from diffcmp.speed.suites import Asked, derived, some
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

    operator: Callable[..., Callable[..., Any]] = api.derivative if single else operators.gradient
    methods = [Method("f itself", derived(compiled, program, at=values), answers=False)]
    for name, enough in backends(chosen):
        prepare = derived(operator, expr, name, at=values)
        methods.append(Method(name, prepare, enough, numbers=_flat))
    what = "f′" if single else "∇f"
    where = ", ".join(f"{name} = {text}" for name, text in problem.at.texts().items())
    return Work("expr", f"{what} of {expr} at {where}", tuple(methods), lambda: _certified(problem))


def _flat(answer: Any) -> Any:
    """A number, an array, or one for each variable, as one list."""
    parts = answer if isinstance(answer, tuple) else (answer,)
    return np.concatenate([np.ravel(part) for part in parts])


def _certified(problem: Problem) -> Certified | None:
    """Certified components at the rounded point, some of many; None where there are none."""
    names = problem.scalar.inputs
    places = range(len(names)) if len(names) <= FEW else some(len(names))
    shapes = problem.shapes or dict.fromkeys(problem.program.inputs, ())
    at = dict(zip(shapes, problem.arrays(), strict=True))
    truth = certify(problem.program, at, wrt=[names[i] for i in places])
    exact = {i: truth.exact(names[i]) for i in places}
    components = {i: component for i, component in exact.items() if component is not None}
    return Certified(components, len(names)) if components else None
