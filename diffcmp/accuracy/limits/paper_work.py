"""The algebra of a limit on paper, inside the worker process, where sympy is: derivatives, what a
student simplifies, and how a product, a difference or a power becomes a quotient. Never imported by
the parent, which gets texts in the expression language, and proves what they tend to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import sympy
from sympy.core.random import seed

from diffcmp.accuracy.limits.handwriting import (
    Expression,
    Hand,
    Quotient,
    Texts,
    Unwritable,
    length,
    written,
    written_ways,
)
from diffcmp.accuracy.limits.rewriting import (
    DIFFERENCES,
    TRANSCENDENTAL,
    conjugate,
    is_root,
    over_each_term,
    quotients_divided,
    root_of,
    without_hyperbolics,
)
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import Floor, LogGamma, Symbols, text
from diffcmp.program.ir import Program
from diffcmp.truth.symbolic_work import Spent, within

Answer: TypeAlias = tuple[Any, bool, float]
"""What was found, or why it cannot be written; whether the budget was enough, and the seconds of
computing."""

DIGITS = 50


def _within(seconds: float, work: Callable[[], Any]) -> Answer:
    seed(0)
    began, answer, enough = time.process_time(), None, True
    try:
        with within(seconds):
            answer = work()
    except Spent:
        enough = False
    except Unwritable as reason:
        answer = str(reason)
    return answer, enough, time.process_time() - began


def derived(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """L'Hôpital's rule used once: the texts of f′ and g′."""
    hand = Hand(over.inputs[0], sign)
    return _within(seconds, lambda: hand.pair(hand.derived(hand.quotient(over, under))))


def simplified(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """The texts of a quotient when all that can be cancelled is cancelled; None where that is no
    shorter."""
    hand = Hand(over.inputs[0], sign)

    def work() -> Texts | None:
        typed = hand.quotient(over, under)
        short = hand.simplified(typed)
        return hand.pair(short) if length(short) < length(typed) else None

    return _within(seconds, work)


def proportional(one: Program, other: Program, sign: int, seconds: float) -> Answer:
    """Whether two functions are the same but for a constant factor."""
    hand = Hand(one.inputs[0], sign)

    def work() -> bool:
        return not sympy.simplify(hand.read(one) / hand.read(other)).has(hand.x)

    return _within(seconds, work)


def eases(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """Whether the rule makes a quotient no longer."""
    hand = Hand(over.inputs[0], sign)

    def work() -> bool:
        typed = hand.quotient(over, under)
        return hand.cost(typed) <= length(typed)

    return _within(seconds, work)


def starts(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """The ways to write a quotient before the rule is used, as (name, numerator, denominator): as
    it is (""), simplified where that is shorter, and turned over; that which the rule leaves
    shortest comes first."""
    hand = Hand(over.inputs[0], sign)

    def work() -> list[tuple[str, str, str]]:
        typed = hand.quotient(over, under)
        ways: dict[str, Quotient] = {"": typed}
        short = hand.simplified(typed)
        if length(short) < length(typed):
            ways["simplified"] = short
        ways["turned"] = hand.tidy(1 / typed[1]), hand.tidy(1 / typed[0])
        if any(map(hand.is_power, typed)) and not any(part.is_Add for part in typed):
            logarithm = sympy.expand_log(sympy.log(typed[0]) - sympy.log(typed[1]), force=True)
            ways["exponential"] = sympy.exp(logarithm, evaluate=False), sympy.S.One
        costs = {name: hand.cost(way) for name, way in ways.items()}
        costs["exponential"] = 0
        ordered = sorted(ways.items(), key=lambda way: costs[way[0]])
        return list(written_ways(hand, ordered))

    return _within(seconds, work)


def divisions(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """A quotient whose numerator and denominator are divided by what grows fastest, as (what,
    numerator, denominator): a way for each candidate."""
    hand = Hand(over.inputs[0], sign)

    def work() -> list[tuple[str, str, str]]:
        typed = tuple(without_hyperbolics(hand.read(part)) for part in (over, under))
        return list(written_ways(hand, quotients_divided(hand, typed)))

    return _within(seconds, work)


def divided(over: Program, under: Program, divisor: Program, sign: int, seconds: float) -> Answer:
    """Numerator and denominator divided by the same, term by term, and what that is, as (what,
    numerator, denominator)."""
    hand = Hand(over.inputs[0], sign)

    def work() -> tuple[str, str, str]:
        by = hand.read(divisor)
        top, bottom = (over_each_term(part, by) for part in hand.quotient(over, under))
        return written(by), *hand.pair((top, bottom))

    return _within(seconds, work)


def factors(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """The factors of numerator and denominator that vary, each with whether it is a transcendental
    one of several."""
    hand = Hand(over.inputs[0], sign)

    def work() -> list[tuple[str, bool]]:
        found = []
        for part in hand.quotient(over, under):
            varying = [f for f in sympy.Mul.make_args(part) if f.has(hand.x)]
            several = len(varying) > 1
            found += [(hand.write(f), several and f.has(*TRANSCENDENTAL)) for f in varying]
        return found

    return _within(seconds, work)


def replaced(
    over: Program,
    under: Program,
    replacements: Sequence[tuple[Program, Program]],
    sign: int,
    seconds: float,
) -> Answer:
    """A quotient in whose numerator and denominator some factors are replaced by others."""
    hand = Hand(over.inputs[0], sign)

    def work() -> Texts:
        instead = {hand.read(old): hand.read(new) for old, new in replacements}
        parts = map(sympy.Mul.make_args, hand.quotient(over, under))
        rest = tuple(sympy.Mul(*(instead.get(f, f) for f in part)) for part in parts)
        short = hand.simplified(rest)
        return hand.pair(short if length(short) < length(rest) else rest)

    return _within(seconds, work)


def rooted(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """A quotient as a root or a power of a simpler quotient: the texts that it may be."""
    hand = Hand(over.inputs[0], sign)

    def work() -> list[str]:
        typed = hand.quotient(over, under)
        if not any(is_root(power.exp) for part in typed for power in part.atoms(sympy.Pow)):
            return []
        square = sympy.cancel(sympy.together((typed[0] / typed[1]) ** 2))
        if not any(is_root(power.exp) for power in square.atoms(sympy.Pow)):
            inside = hand.write(square)
            return [f"sqrt({inside})", f"-sqrt({inside})"]
        return []

    return _within(seconds, work)


def rooted_power(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """A quotient of powers and exponentials as the power of a quotient: numerator, denominator
    and exponent; or None."""
    hand = Hand(over.inputs[0], sign)

    def work() -> tuple[str, str, int] | None:
        typed = hand.quotient(over, under)
        powers = [p.exp for p in typed if p.is_Pow and p.exp.is_Integer and p.base != hand.x]
        powers += [p.exp for p in typed if p.is_Pow and p.exp.is_Integer and p.base == hand.x]
        if not powers or not all(
            p.is_Pow or isinstance(p, sympy.exp) or p == hand.x for p in typed
        ):
            return None
        n = abs(powers[0])
        top, bottom = (root_of(p, n) for p in typed)
        return *hand.pair((top, bottom)), int(n)

    return _within(seconds, work)


def quotients(whole: Program, growing: Program, sign: int, seconds: float) -> Answer:
    """A product 0·∞ as a quotient in both ways, that which gets shorter by the rule first."""
    hand = Hand(whole.inputs[0], sign)

    def work() -> list[Texts]:
        large = hand.read(growing)
        zero = hand.read(whole) / large
        ways = [(large, hand.tidy(1 / zero)), (zero, hand.tidy(1 / large))]
        ways = [way for way in ways if way[1].has(hand.x)]
        for form in (zero * large, without_hyperbolics(zero) * without_hyperbolics(large)):
            simple = hand.fraction(form)
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


def differences(
    program: Program, terms: Sequence[Program], way: str, sign: int, seconds: float
) -> Answer:
    """∞ - ∞ written so that the infinities do not meet, as (numerator, denominator): as one
    "logarithm", over a common "denominator", by the "conjugate", or with a "factor" in front."""
    hand = Hand(program.inputs[0], sign)

    def work() -> list[Texts]:
        whole, addends = hand.read(program), [hand.read(term) for term in terms]
        found = DIFFERENCES[way](hand, whole, addends)
        return [(over, under) for _, over, under in written_ways(hand, ((way, q) for q in found))]

    return _within(seconds, work)


def conjugated(
    whole: Program, factor: Program, terms: Sequence[Program], sign: int, seconds: float
) -> Answer:
    """A product with a difference of roots in it, by the conjugate of that difference."""
    hand = Hand(whole.inputs[0], sign)

    def work() -> list[Texts]:
        difference, addends = hand.read(factor), [hand.read(term) for term in terms]
        rest = hand.read(whole) / difference
        ways = conjugate(hand, difference, addends)
        return [hand.pair((rest * top, bottom)) for top, bottom in ways]

    return _within(seconds, work)


def limit(
    program: Program, place: Program | int, direction: int, name: str, seconds: float
) -> Answer:
    """sympy's own `limit`: its answer as text, the decimal that it is, what it raised, and the
    seconds of computing. place: a constant Program, or 1 or -1 for ±∞. It is asked of sympy's own
    functions, as a user would."""
    x = sympy.Symbol(name, real=True)
    answer: dict[str, Any] = {"answer": None, "decimal": None, "raised": None}

    def work() -> None:
        there = place * sympy.oo if isinstance(place, int) else evaluate(place, Symbols(), [])[0]
        f = evaluate(program, Symbols(), [x])[0].replace(Floor, sympy.floor)
        if there.is_extended_positive:
            f = f.replace(LogGamma, sympy.loggamma)
        if isinstance(place, int):
            value = sympy.limit(f, x, there)
        else:
            value = sympy.limit(f, x, there, "+" if direction > 0 else "-")
        answer["answer"] = text(value)
        answer["decimal"] = _decimal(value)

    def caught() -> None:
        try:
            work()
        except Exception as error:  # its answer is what it raised
            answer["raised"] = type(error).__name__

    _, enough, used = _within(seconds, caught)
    return answer, enough, used


def _decimal(value: Expression) -> str | None:
    """The decimal of a real number, "inf" or "-inf"; None for all else."""
    if value in (sympy.oo, -sympy.oo):
        return "inf" if value == sympy.oo else "-inf"
    if value.is_Rational:
        return str(value)
    number = sympy.N(value, DIGITS)
    return str(number) if number.is_Float else None
