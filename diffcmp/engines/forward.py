"""Forward mode: dual numbers a + b·ε with ε² = 0 (Clifford 1873; Griewank & Walther 2008, chapter
3).

`Duals` is a number system made from another one, so that a Program run on it carries its derivative
along in one direction. It is generic over the payload: floats, arrays, complex numbers, balls,
symbols, tracers, or `Duals` again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from diffcmp.arithmetic.evaluate import carried_out, evaluate, operation
from diffcmp.arithmetic.system import NumberSystem, System
from diffcmp.engines.linear import added, call_on, fitted, pushed
from diffcmp.language import rules
from diffcmp.primitives import TABLE
from diffcmp.primitives.shapes import Shape, Static
from diffcmp.program.ir import Program
from diffcmp.spans import Span


@dataclass(frozen=True, slots=True)
class Dual:
    """A primal and its tangent, where None is exactly zero: what does not vary costs nothing."""

    primal: Any
    tangent: Any | None = None


class Duals(NumberSystem[Dual]):
    """Dual numbers whose parts are numbers of `base`."""

    def __init__(self, base: System) -> None:
        self.base = base
        self.exact = base.exact
        self.spanned = base.spanned
        self.zero = base.literal(Fraction(0))

    def __repr__(self) -> str:
        return f"Duals({self.base!r})"

    def mark(self, span: Span | None) -> None:
        self.base.mark(span)

    def shape(self, value: Dual) -> Shape:
        return self.base.shape(value.primal)

    def literal(self, value: Fraction) -> Dual:
        return Dual(self.base.literal(value))

    def function(self, name: str) -> Callable[..., Any] | None:
        entry = TABLE[name]
        if self.exact and entry.definition and not entry.analytic:
            return None
        if entry.structure is not None:
            return partial(self.structural, name)
        apply = operation(self.base, name)
        if entry.connects:
            return apply
        if entry.compares:
            return lambda *duals: apply(*(d.primal for d in duals))
        return partial(self.selected if entry.selects else self.applied, name, apply)

    def applied(self, name: str, apply: Callable[..., Any], *duals: Dual) -> Dual:
        """The chain rule: the tangent is the sum of partial · tangent over what varies."""
        primals = [d.primal for d in duals]
        out = apply(*primals)
        tangent = None
        for position, dual in enumerate(duals):
            if dual.tangent is not None:
                rule = local_partial(self.base, name, position, primals, out)
                tangent = added(self.base, tangent, product(self.base, rule, dual.tangent))
        return self.joined(out, tangent)

    def selected(self, name: str, apply: Callable[..., Any], p: Any, x: Dual, y: Dual) -> Dual:
        """The tangent of a choice is the chosen tangent, never multiplied by 0."""
        if x.tangent is None and y.tangent is None:
            return Dual(apply(p, x.primal, y.primal))
        tangents = [self.zero if d.tangent is None else d.tangent for d in (x, y)]
        return self.joined(apply(p, x.primal, y.primal), apply(p, *tangents))

    def structural(self, name: str, *duals: Dual, static: Static = ()) -> Dual:
        """What moves and adds up elements does so with those of the tangents too."""
        primals = [d.primal for d in duals]
        out = carried_out(self.base, name, primals, static)
        call = call_on(self.base, primals, static, out)
        return Dual(out, pushed(self.base, name, call, [d.tangent for d in duals]))

    def joined(self, primal: Any, tangent: Any | None) -> Dual:
        """A primal and its tangent, repeated to the shape of the primal."""
        if tangent is None:
            return Dual(primal)
        return Dual(primal, fitted(self.base, "broadcast", tangent, self.base.shape(primal)))


def local_partial(base: System, name: str, position: int, primals: Sequence[Any], out: Any) -> Any:
    """The table's rule for one argument, evaluated in `base`."""
    rule = rules.partial(name, position)
    if rule is None:
        raise NotImplementedError(f"{name} has no derivative with respect to argument {position}")
    return evaluate(rule, base, [*primals, out])[0]


def product(base: System, left: Any, right: Any) -> Any:
    """left · right in `base`."""
    return operation(base, "mul")(left, right)


def jvp(program: Program, system: System, inputs: Sequence[Any], tangents: Sequence[Any]) -> Dual:
    """Value and directional derivative: the Jacobian-vector product of the first output with
    `tangents`.

    `inputs` and `tangents` hold one number of `system` for each input of the program; a tangent
    None is zero, and the tangent of the result is None where the output does not depend on the
    inputs that vary.
    """
    duals = [Dual(x, dx) for x, dx in zip(inputs, tangents, strict=True)]
    out: Dual = evaluate(program, Duals(system), duals)[0]
    return out
