"""The algebra of a limit on paper, inside the worker process, where sympy is: derivatives, what a
student simplifies, and how a product, a difference or a power becomes a quotient. Never imported by
the parent, which gets texts in the expression language, and proves what they tend to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import sympy
from sympy.core.random import seed

from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import PREFIX, Symbols, text
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program
from diffcmp.truth.symbolic_work import Spent, within

Expression: TypeAlias = Any
Quotient: TypeAlias = tuple[Expression, Expression]
Texts: TypeAlias = tuple[str, str]
Answer: TypeAlias = tuple[Any, bool]  # and whether the budget was enough

LONGEST = 400  # characters of a line that anybody reads
DIGITS = 50
TRIGONOMETRIC = (sympy.sin, sympy.cos, sympy.tan)


class Unwritable(Exception):
    """The language has no words for it."""


def _within(seconds: float, work: Callable[[], Any]) -> Answer:
    seed(0)
    try:
        with within(seconds):
            return work(), True
    except Spent:
        return None, False
    except Unwritable:
        return None, True


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

    def write(self, expression: Expression) -> str:
        """An expression in the language.

        Raises
        ------
        Unwritable: where the language has no such function, or it is longer than a line.
        """
        shown = text(expression)
        if len(shown) > LONGEST:
            raise Unwritable
        try:
            if set(parse(shown).inputs) <= {self.name}:
                return shown
        except InputError:
            pass
        raise Unwritable

    def pair(self, quotient: Quotient) -> Texts:
        """Numerator and denominator in the language."""
        return self.write(quotient[0]), self.write(quotient[1])

    def tidy(self, expression: Expression) -> Expression:
        """The shortest of the forms that a student would try."""
        return _shortest(expression, [_same, sympy.factor, sympy.trigsimp, _together, _powers])

    def simplified(self, quotient: Quotient) -> Quotient:
        """Numerator and denominator of the quotient when all that can be cancelled is cancelled."""
        over, under = quotient
        ways = [_same, sympy.cancel, _together, _trigonometric, _powers, sympy.simplify]
        return self.fraction(_shortest(over / under, ways))

    def fraction(self, expression: Expression) -> Quotient:
        """Numerator and denominator; a constant denominator goes with the numerator."""
        over, under = sympy.fraction(sympy.together(expression))
        return (over, under) if under.has(self.x) else (over / under, sympy.S.One)

    def derived(self, quotient: Quotient) -> Quotient:
        """The derivatives of numerator and denominator, each tidied."""
        over, under = (self.tidy(sympy.diff(part, self.x)) for part in quotient)
        return (over, under) if under.has(self.x) else self.fraction(over / under)

    def cost(self, quotient: Quotient) -> int:
        """How long the quotient is after the rule was used on it once."""
        return _length(self.simplified(self.derived(quotient)))


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
    """The functions in an expression; sine and cosine come together."""
    kinds = {f.func for f in expression.atoms(sympy.Function)}
    return kinds | {sympy.sin, sympy.cos} if kinds & {*TRIGONOMETRIC} else kinds


def _size(expression: Expression) -> int:
    return len(text(expression))


def _length(quotient: Quotient) -> int:
    over, under = map(_size, quotient)
    return over if quotient[1] == 1 else over + under


def used(
    over: Program,
    under: Program,
    earlier: Sequence[tuple[Program, Program]],
    sign: int,
    seconds: float,
) -> Answer:
    """L'Hôpital's rule used once: the texts of f′ and g′ ("rule"), of the quotient simplified where
    that is shorter ("simplified"), and which of the earlier quotients it is again, or the
    reciprocal of it, but for a constant factor ("again", "reciprocal")."""
    hand = Hand(over.inputs[0], sign)

    def work() -> dict[str, Any]:
        derived = hand.derived((hand.read(over), hand.read(under)))
        simplified = hand.simplified(derived)
        shorter = _length(simplified) < _length(derived)
        best = simplified if shorter else derived
        return {
            "rule": hand.pair(derived),
            "simplified": hand.pair(simplified) if shorter else None,
            **_seen(hand, best, earlier),
        }

    return _within(seconds, work)


def _seen(
    hand: Hand, quotient: Quotient, earlier: Sequence[tuple[Program, Program]]
) -> dict[str, int | None]:
    """Which earlier quotient it is a constant times, or the reciprocal of."""
    now = quotient[0] / quotient[1]
    found: dict[str, int | None] = {"again": None, "reciprocal": None}
    for i, (over, under) in enumerate(earlier):
        before = hand.read(over) / hand.read(under)
        for word, ratio in (("again", now / before), ("reciprocal", now * before)):
            if not sympy.simplify(ratio).has(hand.x):
                found[word] = i
    return found


def starts(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """Other ways to write a quotient: simplified, where that is shorter, and turned over."""
    hand = Hand(over.inputs[0], sign)

    def work() -> dict[str, Texts | None]:
        typed = hand.read(over), hand.read(under)
        simplified = hand.simplified(typed)
        turned = 1 / typed[1], 1 / typed[0]
        shorter = _length(simplified) < _length(typed)
        return {
            "simplified": hand.pair(simplified) if shorter else None,
            "turned": hand.pair((hand.tidy(turned[0]), hand.tidy(turned[1]))),
        }

    return _within(seconds, work)


def quotients(whole: Program, growing: Program, sign: int, seconds: float) -> Answer:
    """A product 0·∞ as a quotient in both ways, that which gets shorter by the rule first."""
    hand = Hand(whole.inputs[0], sign)

    def work() -> list[Texts]:
        large = hand.read(growing)
        zero = hand.read(whole) / large
        ways = [(large, hand.tidy(1 / zero)), (zero, hand.tidy(1 / large))]
        ways = [way for way in ways if way[1].has(hand.x)]
        simple = hand.fraction(zero * large)
        if simple[1].has(hand.x) and simple not in ways:
            ways.append(simple)
        return [hand.pair(way) for way in sorted(ways, key=hand.cost)]

    return _within(seconds, work)


def exponent(base: Program, power: Program, sign: int, seconds: float) -> Answer:
    """g·log f for a power f**g, as a quotient where it is one, else (text, "1")."""
    hand = Hand(base.inputs[0], sign)

    def work() -> Texts:
        f, g = hand.read(base), hand.read(power)
        over, under = sympy.fraction(g)
        return hand.pair((over * sympy.log(f), under))

    return _within(seconds, work)


def differences(program: Program, terms: Sequence[Program], sign: int, seconds: float) -> Answer:
    """Ways to write ∞ - ∞ in which the infinities do not meet, as (name of the way, numerator,
    denominator): one logarithm, a common denominator, the conjugate, or the term factored out."""
    hand = Hand(program.inputs[0], sign)

    def work() -> list[tuple[str, str, str]]:
        whole, addends = hand.read(program), [hand.read(term) for term in terms]
        ways = []
        for name, quotient in _differences(hand, whole, addends):
            try:
                ways.append((name, *hand.pair(quotient)))
            except Unwritable:
                continue
        return ways

    return _within(seconds, work)


def _differences(
    hand: Hand, whole: Expression, addends: Sequence[Expression]
) -> Iterable[tuple[str, Quotient]]:
    if sum(addend.has(sympy.log) for addend in addends) > 1:
        joined = sympy.logcombine(whole, force=True)
        if joined.func is sympy.log:
            yield "logarithm", (joined, sympy.S.One)
    over, under = hand.fraction(whole)
    if under.has(hand.x):
        yield "denominator", (hand.tidy(over), under)
    for addend in addends:
        if addend.has(sympy.Pow) and any(p.exp == sympy.S.Half for p in addend.atoms(sympy.Pow)):
            rest = addend - whole  # f = addend - rest
            top = sympy.factor(sympy.expand(addend**2 - rest**2))
            yield "conjugate", (top, sympy.Add(addend, rest))
            break
    for addend in addends:
        if addend.has(hand.x):
            ratio = sympy.Add(*(sympy.cancel(other / addend) for other in addends))
            yield "factor", (addend * ratio, sympy.S.One)


def limit(
    program: Program, place: Program | int, direction: int, name: str, seconds: float
) -> Answer:
    """sympy's own `limit`: its answer as text, the decimal that it is, what it raised, and the
    seconds of computing. place: a constant Program, or 1 or -1 for ±∞."""
    x = sympy.Symbol(name, real=True)
    started = time.process_time()
    answer: dict[str, Any] = {"answer": None, "decimal": None, "raised": None}

    def work() -> None:
        f = evaluate(program, Symbols(), [x])[0]
        if isinstance(place, int):
            value = sympy.limit(f, x, place * sympy.oo)
        else:
            there = evaluate(place, Symbols(), [])[0]
            value = sympy.limit(f, x, there, "+" if direction > 0 else "-")
        answer["answer"] = text(value)
        answer["decimal"] = _decimal(value)

    try:
        _, enough = _within(seconds, work)
    except Exception as error:  # its answer is what it raised
        answer["raised"], enough = type(error).__name__, True
    return answer | {"seconds": time.process_time() - started}, enough


def _decimal(value: Expression) -> str | None:
    """The decimal of a real number, "inf" or "-inf"; None for all else."""
    if value in (sympy.oo, -sympy.oo):
        return "inf" if value == sympy.oo else "-inf"
    if value.is_Rational:
        return str(value)
    number = sympy.N(value, DIGITS)
    return str(number) if number.is_Float else None
