"""How a person writes and tidies an expression, inside the worker process, where sympy is. Never
imported by the parent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import sympy

from diffcmp.accuracy.limits.lines import NO_WORDS, TOO_LONG
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import PREFIX, Language, Symbols
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program

Expression: TypeAlias = Any
Quotient: TypeAlias = tuple[Expression, Expression]
Texts: TypeAlias = tuple[str, str]

LONGEST = 160  # characters of a numerator that anybody reads
HALVES = (-1, -sympy.S.Half)  # that sympy writes as 1/x and 1/sqrt(x)
TRIGONOMETRIC = (sympy.sin, sympy.cos, sympy.tan)


class Unwritable(Exception):
    """A line that cannot be written; why, in a sentence."""


class Handwriting(Language):
    """The expression language, as a person orders it: what is subtracted does not come first."""

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        terms = list(self._as_ordered_terms(expr, order=order))
        first = next((t for t in terms if not t.could_extract_minus_sign()), terms[0])
        terms.remove(first)
        shown = str(self._print(first))
        for term in terms:
            piece = f"({self._print(term)})" if term.is_Add else self._print(term)
            shown += f" - {piece[1:]}" if piece.startswith("-") else f" + {piece}"
        return shown

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, exponent = expr.args
        if exponent.is_Rational and exponent.is_negative and exponent not in HALVES:
            return f"1/{self._print(sympy.Pow(base, -exponent))}"
        return str(super()._print_Pow(expr, rational))


def written(expression: Expression) -> str:
    """An expression as a person writes it in the language."""
    return str(Handwriting().doprint(expression))


class Hand:
    """Algebra as a person does it, of functions of one variable whose sign beside the point is
    known."""

    def __init__(self, name: str, sign: int) -> None:
        known = {1: {"positive": True}, -1: {"negative": True}, 0: {"real": True}}[sign]
        self.name = name
        self.x = sympy.Symbol(PREFIX + name, **known)

    def __repr__(self) -> str:
        return f"Hand({self.x})"

    def read(self, program: Program) -> Expression:
        """A Program in symbols."""
        return evaluate(program, Symbols(), [self.x])[0]

    def quotient(self, over: Program, under: Program) -> Quotient:
        """Numerator and denominator in symbols."""
        return self.read(over), self.read(under)

    def write(self, expression: Expression) -> str:
        """An expression in the language.

        Raises
        ------
        Unwritable: where the language has no such function, or it is too long.
        """
        shown = written(expression)
        if len(shown) > LONGEST:
            raise Unwritable(TOO_LONG)
        try:
            if set(parse(shown).inputs) <= {self.name}:
                return shown
        except InputError:
            pass
        raise Unwritable(NO_WORDS)

    def pair(self, quotient: Quotient) -> Texts:
        """Numerator and denominator in the language."""
        return self.write(quotient[0]), self.write(quotient[1])

    def tidy(self, expression: Expression) -> Expression:
        """The shortest of the forms that a student would try."""
        ways = [_same, sympy.factor, _together, _powers]
        if expression.has(*TRIGONOMETRIC):
            ways.append(sympy.trigsimp)
        return _shortest(expression, ways)

    def simplified(self, quotient: Quotient) -> Quotient:
        """Numerator and denominator of the quotient when all that can be cancelled is cancelled."""
        ratio = quotient[0] / quotient[1]
        ways = [_same, sympy.cancel, _together, _powers]
        ways.append(_trigonometric if ratio.has(*TRIGONOMETRIC) else sympy.simplify)
        return self.fraction(_shortest(ratio, ways))

    def fraction(self, expression: Expression) -> Quotient:
        """Numerator and denominator; a constant denominator goes with the numerator."""
        over, under = sympy.fraction(sympy.together(expression))
        return (over, under) if under.has(self.x) else (over / under, sympy.S.One)

    def derived(self, quotient: Quotient) -> Quotient:
        """The derivatives of numerator and denominator, each tidied."""
        over, under = (self.tidy(sympy.diff(part, self.x)) for part in quotient)
        return (over, under) if under.has(self.x) else self.fraction(over / under)

    def is_power(self, expression: Expression) -> bool:
        """Whether a factor of it has a base and an exponent that vary."""
        factors = sympy.Mul.make_args(expression)
        powers = [factor.as_base_exp() for factor in factors if not isinstance(factor, sympy.exp)]
        return any(base.has(self.x) and power.has(self.x) for base, power in powers)

    def cost(self, quotient: Quotient) -> int:
        """How long the quotient is after the rule was used on it once."""
        over, under = self.derived(quotient)
        return length(self.fraction(_shortest(over / under, [_same, sympy.cancel, _powers])))


def _same(expression: Expression) -> Expression:
    return expression


def _together(expression: Expression) -> Expression:
    return sympy.factor_terms(sympy.together(expression))


def _trigonometric(expression: Expression) -> Expression:
    return sympy.trigsimp(sympy.cancel(expression))


def _powers(expression: Expression) -> Expression:
    return sympy.powsimp(sympy.expand_power_base(expression))


def _shortest(
    expression: Expression, ways: Iterable[Callable[[Expression], Expression]]
) -> Expression:
    """The shortest of several ways to write it, without functions that were not there; the earlier
    one of two equally short ones."""
    forms, kinds = [], _kinds(expression)
    for way in ways:
        try:
            form = way(expression)
            if _kinds(form) <= kinds:
                forms.append(form)
        except Exception:  # sympy raises whatever it likes; then this is no way
            continue
    return min(forms, key=_size)


def _kinds(expression: Expression) -> set[Any]:
    """The functions in an expression with what they are taken of; sine, cosine and tangent of one
    angle count as one."""
    functions = expression.atoms(sympy.Function) - expression.atoms(sympy.exp)
    return {(TRIGONOMETRIC if f.func in TRIGONOMETRIC else f.func, f.args) for f in functions}


def _size(expression: Expression) -> int:
    return len(written(expression))


def length(quotient: Quotient) -> int:
    over, under = map(_size, quotient)
    return over if quotient[1] == 1 else over + under


def written_ways(
    hand: Hand, ways: Iterable[tuple[Any, Quotient]]
) -> Iterable[tuple[str, str, str]]:
    """The ways that the language can write, each with its name."""
    for name, quotient in ways:
        try:
            yield name, *hand.pair(quotient)
        except Unwritable:
            continue
