"""Exact symbolic arithmetic: sympy's numbers and expressions, with the real functions of the
language, and back to text.

sympy itself is imported here, so only the worker process imports this module. Nothing is simplified
beyond what sympy does of its own accord; differentiation, limits and numbers are not done here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from flint import arb
from mpmath import mp, workprec
from sympy.functions.elementary.integers import floor
from sympy.printing.str import StrPrinter

from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.roots import ROOTS
from diffcmp.arithmetic.system import OPERATORS, NumberSystem

PREFIX = "user_"  # a variable called S, E or zoo is none of sympy's objects


class Floor(floor):  # type: ignore[misc]  # sympy is untyped
    """sympy's floor with 0 for its derivative, as a formula; it is not asked at the jumps."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero


class LogGamma(sympy.Function):  # type: ignore[misc]  # sympy is untyped
    """log|gamma(x)| for real x; sympy's `loggamma` is complex for negative x."""

    nargs = 1
    is_extended_real = True

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_number and x.is_extended_positive:
            return sympy.loggamma(x)
        if x.is_integer and x.is_nonpositive:
            return sympy.oo
        return None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.digamma(self.args[0])

    def _eval_evalf(self, prec: int) -> Any:
        x = self.args[0]._eval_evalf(prec + 10)
        if not x.is_Float and not x.is_Rational:
            return None
        with workprec(prec + 10):
            return sympy.Float._new(mp.loggamma(x._to_mpmath(prec + 10)).real._mpf_, prec)


class Root(sympy.Function):  # type: ignore[misc]  # sympy is untyped
    """The root of xⁿ + cₙ₋₂ xⁿ⁻² + … + c₀ where the polynomial increases with all of its
    derivatives; see `roots`."""

    is_extended_real = True

    @classmethod
    def eval(cls, *c: Any) -> Any:
        if not all(x.is_Rational for x in c):
            return None
        x = sympy.Dummy("x")
        real = sympy.Poly([1, 0, *reversed(c)], x).real_roots(radicals=False)
        return real[-1] if real else sympy.nan

    def fdiff(self, argindex: int = 1) -> Any:
        n = len(self.args) + 1
        slope = n * self ** (n - 1) + sum(
            k * c * self ** (k - 1) for k, c in enumerate(self.args) if k
        )
        return -(self ** (argindex - 1)) / slope

    def _eval_evalf(self, prec: int) -> Any:
        balls = Balls(prec + 16)
        digits = prec // 3
        with balls.working():
            coefficients = [arb(str(x.evalf(digits + 10))) for x in self.args]
            root = balls.call(f"root{len(self.args) + 1}", *coefficients)
        if not root.is_finite():
            return None
        return sympy.Float(root.mid().str(digits + 5, radius=False), precision=prec)


def _where(p: Any, x: Any, y: Any) -> Any:
    if p in (True, False):
        return x if p else y
    return sympy.Piecewise((x, p), (y, True), evaluate=False)


def _power(x: Any, y: Any) -> Any:
    """x**y over the reals: sympy would take the principal root of a negative number."""
    if x.is_number and x.is_extended_negative and y.is_integer is False:
        return sympy.nan
    return x**y


def _inside(function: Callable[[Any], Any], outside: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`function` inside the real domain, nan outside, where sympy would go on in the complex."""

    def checked(x: Any) -> Any:
        return sympy.nan if x.is_number and outside(x) else function(x)

    return checked


def _abs(x: Any) -> Any:
    # of an argument that it does not know to be real, sympy differentiates |x| as that of a complex
    # number
    return sympy.Abs(x) if x.is_extended_real else _where(sympy.Lt(x, 0), -x, x)


def _clip(x: Any, low: Any, high: Any) -> Any:
    # not min(max(x, low), high): a condition about a piecewise value is unfolded into a maze
    return _where(
        sympy.Gt(x, high), high, _where(sympy.Lt(x, low), _where(sympy.Gt(low, high), high, low), x)
    )


_SAME = "sin cos tan atan atan2 sinh cosh tanh asinh exp erf erfc gamma digamma polygamma".split()

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "pi": lambda: sympy.pi,
    "e": lambda: sympy.E,
    "tau": lambda: 2 * sympy.pi,
    **OPERATORS,
    "power": _power,
    "pow": _power,
    "where": _where,
    "abs": _abs,
    "floor": Floor,
    **{name.lower(): getattr(sympy, name) for name in "Lt Le Gt Ge Eq Ne And Or Not".split()},
    "clip": _clip,
    "sqrt": lambda x: _power(x, sympy.S.Half),
    "log": _inside(sympy.log, lambda x: x.is_extended_negative),
    "asin": _inside(sympy.asin, lambda x: (1 - x**2).is_extended_negative),
    "acos": _inside(sympy.acos, lambda x: (1 - x**2).is_extended_negative),
    "atanh": _inside(sympy.atanh, lambda x: (1 - x**2).is_extended_negative),
    "acosh": _inside(sympy.acosh, lambda x: (x - 1).is_extended_negative),
    "lgamma": LogGamma,
    **dict.fromkeys(ROOTS, Root),
    **{name: getattr(sympy, name) for name in _SAME},
}


class Symbols(NumberSystem[Any]):
    """sympy's exact numbers and expressions. A condition is a relation, or `true` or `false`."""

    exact = True

    def literal(self, value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    def function(self, name: str) -> Callable[..., Any] | None:
        return _FUNCTIONS.get(name)


def variable(name: str) -> Any:
    """The real symbol for the user's variable of that name."""
    return sympy.Symbol(PREFIX + name, real=True)


class Language(StrPrinter):  # type: ignore[misc]  # sympy is untyped
    """Expressions as the user would have typed them."""

    def _print_Symbol(self, expr: Any) -> str:
        return str(expr.name).removeprefix(PREFIX)

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_EulerGamma(self, expr: Any) -> str:
        return "(-digamma(1))"

    def _print_Heaviside(self, expr: Any) -> str:
        return f"heaviside({self._print(expr.args[0])})"

    def _print_Function(self, expr: Any) -> str:
        arguments = [self._print(x) for x in expr.args]
        name = _SPELLINGS.get(expr.func, expr.func.__name__)
        if expr.func in _RECIPROCALS:
            return f"(1/{_RECIPROCALS[expr.func]}({', '.join(arguments)}))"
        return f"{name}({', '.join(arguments)})"

    def _print_Root(self, expr: Any) -> str:
        return f"root{len(expr.args) + 1}({', '.join(self._print(x) for x in expr.args)})"

    def _print_ComplexRootOf(self, expr: Any) -> str:
        *c, _, _ = reversed(expr.poly.monic().all_coeffs())
        return f"root{len(c) + 1}({', '.join(self._print(x) for x in c)})"

    _print_LogGamma = _print_Abs = _print_Floor = _print_floor = _print_Function

    def _print_polygamma(self, expr: Any) -> str:
        order, x = expr.args
        return f"digamma({self._print(x)})" if order == 0 else str(self._print_Function(expr))

    def _print_Piecewise(self, expr: Any) -> str:
        value, condition = expr.args[0]
        if condition == True:  # noqa: E712  # a sympy object
            return str(self._print(value))
        rest = expr.args[1:]
        other = self._print(sympy.Piecewise(*rest, evaluate=False)) if rest else "nan"
        return f"where({self._print(condition)}, {self._print(value)}, {other})"

    def _print_And(self, expr: Any) -> str:
        return " and ".join(sorted(f"({self._print(c)})" for c in expr.args))

    def _print_Or(self, expr: Any) -> str:
        return " or ".join(sorted(f"({self._print(c)})" for c in expr.args))

    def _print_Not(self, expr: Any) -> str:
        return f"not ({self._print(expr.args[0])})"

    def _print_ITE(self, expr: Any) -> str:
        test, yes, no = (self._print(c) for c in expr.args)
        return f"(({yes}) if {test} else ({no}))"

    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)}"


_SPELLINGS = {
    sympy.Abs: "abs",
    LogGamma: "lgamma",
    sympy.loggamma: "lgamma",
    Floor: "floor",
    floor: "floor",
}


_RECIPROCALS = {
    sympy.cot: "tan",
    sympy.sec: "cos",
    sympy.csc: "sin",
    sympy.coth: "tanh",
    sympy.sech: "cosh",
    sympy.csch: "sinh",
}


def text(expression: Any) -> str:
    """An expression in the expression language."""
    return str(Language().doprint(expression))
