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

from diffcmp.accuracy.limits.lines import NO_WORDS, TOO_LONG
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.symbols import PREFIX, Language, Symbols, text
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.program.ir import Program
from diffcmp.truth.symbolic_work import Spent, within

Expression: TypeAlias = Any
Quotient: TypeAlias = tuple[Expression, Expression]
Texts: TypeAlias = tuple[str, str]
Answer: TypeAlias = tuple[Any, bool, float]
"""What was found, or why it cannot be written; whether the budget was enough, and the seconds of
computing."""

LONGEST = 160  # characters of a numerator that anybody reads
DIGITS = 50
CANDIDATES = 4  # to divide by
HALVES = (-1, -sympy.S.Half)  # that sympy writes as 1/x and 1/sqrt(x)
HIGHEST_ROOT = 3
TRANSCENDENTAL = (sympy.Function, sympy.exp)
HYPERBOLIC = (sympy.sinh, sympy.cosh, sympy.tanh)
TRIGONOMETRIC = (sympy.sin, sympy.cos, sympy.tan)


class Unwritable(Exception):
    """A line that cannot be written; why, in a sentence."""


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
        return _length(self.fraction(_shortest(over / under, [_same, sympy.cancel, _powers])))


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


def _length(quotient: Quotient) -> int:
    over, under = map(_size, quotient)
    return over if quotient[1] == 1 else over + under


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
        return hand.pair(short) if _length(short) < _length(typed) else None

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
        return hand.cost(typed) <= _length(typed)

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
        if _length(short) < _length(typed):
            ways["simplified"] = short
        ways["turned"] = hand.tidy(1 / typed[1]), hand.tidy(1 / typed[0])
        if any(map(hand.is_power, typed)) and not any(part.is_Add for part in typed):
            logarithm = sympy.expand_log(sympy.log(typed[0]) - sympy.log(typed[1]), force=True)
            ways["exponential"] = sympy.exp(logarithm, evaluate=False), sympy.S.One
        costs = {name: hand.cost(way) for name, way in ways.items()}
        costs["exponential"] = 0
        ordered = sorted(ways.items(), key=lambda way: costs[way[0]])
        return list(_written_ways(hand, ordered))

    return _within(seconds, work)


def divisions(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """A quotient whose numerator and denominator are divided by what grows fastest, as (what,
    numerator, denominator): a way for each candidate."""
    hand = Hand(over.inputs[0], sign)

    def work() -> list[tuple[str, str, str]]:
        typed = tuple(_without_hyperbolics(hand.read(part)) for part in (over, under))
        return list(_written_ways(hand, _divisions(hand, typed)))

    return _within(seconds, work)


def _written_ways(
    hand: Hand, ways: Iterable[tuple[Any, Quotient]]
) -> Iterable[tuple[str, str, str]]:
    """The ways that the language can write, each with its name."""
    for name, quotient in ways:
        try:
            yield name, *hand.pair(quotient)
        except Unwritable:
            continue


def divided(over: Program, under: Program, divisor: Program, sign: int, seconds: float) -> Answer:
    """Numerator and denominator divided by the same, term by term, and what that is, as (what,
    numerator, denominator)."""
    hand = Hand(over.inputs[0], sign)

    def work() -> tuple[str, str, str]:
        by = hand.read(divisor)
        top, bottom = (_over(part, by) for part in hand.quotient(over, under))
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
        return hand.pair(short if _length(short) < _length(rest) else rest)

    return _within(seconds, work)


def _without_hyperbolics(expression: Expression) -> Expression:
    """sinh, cosh and tanh as exponentials."""
    if not expression.has(*HYPERBOLIC):
        return expression
    return sympy.powsimp(sympy.expand(expression.rewrite(HYPERBOLIC, sympy.exp)))


def _divisions(hand: Hand, typed: Quotient) -> Iterable[tuple[str, Quotient]]:
    growths = [_growth(term, hand.x) for part in typed[::-1] for term in sympy.Add.make_args(part)]
    for growth in list(dict.fromkeys(growths))[:CANDIDATES]:
        top, bottom = (_over(part, growth) for part in typed)
        if not bottom.has(hand.x):
            top, bottom = top / bottom, sympy.S.One
        yield written(growth), (top, bottom)


def _growth(term: Expression, x: Any) -> Expression:
    """What a term grows like: a power of x, or the term itself without its constant factor."""
    degree = _degree(term, x)
    if degree is not None:
        return x**degree if degree else sympy.S.One
    return term.as_independent(x, as_Add=False)[1]


def _degree(term: Expression, x: Any) -> Any | None:
    """The power of x that an algebraic function grows like; None for others."""
    if not term.has(x):
        return sympy.S.Zero
    if term == x:
        return sympy.S.One
    if term.is_Pow and term.exp.is_Rational:
        degree = _degree(term.base, x)
        return None if degree is None else degree * term.exp
    if not (term.is_Add or term.is_Mul):
        return None
    degrees: list[Any] = [_degree(part, x) for part in term.args]
    if None in degrees:
        return None
    return max(degrees) if term.is_Add else sum(degrees)


def _over(part: Expression, divisor: Expression) -> Expression:
    """A sum divided term by term; what stands under a root is divided there."""
    return sympy.Add(*(_term_over(term, divisor) for term in sympy.Add.make_args(part)))


def _term_over(term: Expression, divisor: Expression) -> Expression:
    roots = [p for p in sympy.Mul.make_args(term) if p.is_Pow and _is_root(p.exp)]
    rest = sympy.powsimp(sympy.cancel(term / sympy.Mul(*roots) / divisor))
    outside = -1 if rest.is_negative else 1
    rest = sympy.expand_power_base(outside * rest)
    if len(roots) != 1 or not rest.is_positive:
        return sympy.powsimp(sympy.cancel(term / divisor))
    (root,) = roots
    base = sympy.expand(root.base * rest ** (1 / root.exp))
    return outside * base**root.exp


def _is_root(exponent: Expression) -> bool:
    return bool(exponent.is_Rational and not exponent.is_Integer)


def rooted(over: Program, under: Program, sign: int, seconds: float) -> Answer:
    """A quotient as a root or a power of a simpler quotient: the texts that it may be."""
    hand = Hand(over.inputs[0], sign)

    def work() -> list[str]:
        typed = hand.quotient(over, under)
        if not any(_is_root(power.exp) for part in typed for power in part.atoms(sympy.Pow)):
            return []
        square = sympy.cancel(sympy.together((typed[0] / typed[1]) ** 2))
        if not any(_is_root(power.exp) for power in square.atoms(sympy.Pow)):
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
        top, bottom = (_root_of(p, n) for p in typed)
        return *hand.pair((top, bottom)), int(n)

    return _within(seconds, work)


def _root_of(expression: Expression, n: Any) -> Expression:
    if isinstance(expression, sympy.exp):
        return sympy.exp(expression.exp / n)
    base, exponent = expression.as_base_exp()
    return base ** (exponent / n)


def quotients(whole: Program, growing: Program, sign: int, seconds: float) -> Answer:
    """A product 0·∞ as a quotient in both ways, that which gets shorter by the rule first."""
    hand = Hand(whole.inputs[0], sign)

    def work() -> list[Texts]:
        large = hand.read(growing)
        zero = hand.read(whole) / large
        ways = [(large, hand.tidy(1 / zero)), (zero, hand.tidy(1 / large))]
        ways = [way for way in ways if way[1].has(hand.x)]
        for form in (zero * large, _without_hyperbolics(zero) * _without_hyperbolics(large)):
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
        found = _DIFFERENCES[way](hand, whole, addends)
        return [(over, under) for _, over, under in _written_ways(hand, ((way, q) for q in found))]

    return _within(seconds, work)


def _logarithm(hand: Hand, whole: Expression, addends: Sequence[Expression]) -> Iterable[Quotient]:
    if sum(addend.has(sympy.log) for addend in addends) > 1:
        joined = sympy.logcombine(whole, force=True)
        if joined.func is sympy.log:
            yield joined, sympy.S.One


def _denominator(
    hand: Hand, whole: Expression, addends: Sequence[Expression]
) -> Iterable[Quotient]:
    over, under = hand.fraction(whole)
    if under.has(hand.x):
        yield hand.tidy(over), under


def _factor(hand: Hand, whole: Expression, addends: Sequence[Expression]) -> Iterable[Quotient]:
    for addend in addends:
        outside, inside = addend.as_independent(*TRANSCENDENTAL, as_Add=False)
        if inside.has(hand.x) and outside.has(hand.x):
            yield _factored(outside, addends), sympy.S.One
    for addend in addends:
        if addend.has(hand.x):
            yield _factored(addend, addends), sympy.S.One


def _factored(factor: Expression, addends: Sequence[Expression]) -> Expression:
    """A sum with a factor in front of it."""
    factor = factor.as_coeff_Mul()[1]
    return factor * sympy.Add(*(sympy.cancel(addend / factor) for addend in addends))


def _conjugate(hand: Hand, whole: Expression, addends: Sequence[Expression]) -> Iterable[Quotient]:
    """a - b = (aⁿ - bⁿ)/(aⁿ⁻¹ + aⁿ⁻²b + … + bⁿ⁻¹) where a or b is an n-th root."""
    for addend in addends:
        orders = [p.exp.q for p in addend.atoms(sympy.Pow) if _is_root(p.exp)]
        if not orders or max(orders) > HIGHEST_ROOT:
            continue
        n, rest = max(orders), whole - addend
        if rest.has(*TRANSCENDENTAL) and not any(_is_root(p.exp) for p in rest.atoms(sympy.Pow)):
            continue
        a, b = (rest, -addend) if addend.could_extract_minus_sign() else (addend, -rest)
        top = sympy.factor(sympy.expand(a**n - b**n))
        bottom = sympy.Add(*(a ** (n - 1 - k) * b**k for k in range(n)))
        yield top, bottom
        return


def conjugated(
    whole: Program, factor: Program, terms: Sequence[Program], sign: int, seconds: float
) -> Answer:
    """A product with a difference of roots in it, by the conjugate of that difference."""
    hand = Hand(whole.inputs[0], sign)

    def work() -> list[Texts]:
        difference, addends = hand.read(factor), [hand.read(term) for term in terms]
        rest = hand.read(whole) / difference
        ways = _conjugate(hand, difference, addends)
        return [hand.pair((rest * top, bottom)) for top, bottom in ways]

    return _within(seconds, work)


_DIFFERENCES = {
    "logarithm": _logarithm,
    "denominator": _denominator,
    "conjugate": _conjugate,
    "factor": _factor,
}


def limit(
    program: Program, place: Program | int, direction: int, name: str, seconds: float
) -> Answer:
    """sympy's own `limit`: its answer as text, the decimal that it is, what it raised, and the
    seconds of computing. place: a constant Program, or 1 or -1 for ±∞."""
    x = sympy.Symbol(name, real=True)
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
