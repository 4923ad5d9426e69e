"""The public call for the certified truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcmp.deadline import Deadline
from diffcmp.point.point import function_at
from diffcmp.point.values import Values
from diffcmp.program.checks import differentiated
from diffcmp.program.ir import Program
from diffcmp.truth.certify import analysed, smooth_truth
from diffcmp.truth.record import Truth


def certify(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    digits: int = 30,
    timeout: float = 10.0,
) -> Truth:
    """The certified truth: kind of the point, value, derivatives, left and right, to `digits`
    certain digits.

    `timeout` in seconds bounds all waiting for what only sympy can answer.

    Raises
    ------
    InputError: for an expression, point or name that makes no sense.

    >>> certify("abs(x)", 0).along["x"].left.text(5)
    '-1.0000'
    """
    program, where = function_at(expr, at)
    names = differentiated(program, wrt)
    return smooth_truth(program, where, names, digits) or analysed(
        program, where, names, digits, Deadline.after(timeout)
    )
