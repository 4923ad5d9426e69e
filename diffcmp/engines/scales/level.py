"""The primitives on one level of a scale.

Functions follow from their rules in the table, as in `engines.series`: out = out₀ + ∫ partial(x)
dx, where out₀ is the function of the coefficient below. What grows without bound is written in the
form that `primitives.asymptotics` states. Only exp can leave the scale (`Widen`), and only log can
need a new level at its slow end (`Deepen`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import comb
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import COMPARISONS
from diffcmp.engines.scales.arithmetic import LevelArithmetic, Rows
from diffcmp.engines.scales.constants import COMMUTES, Tail, Unclear
from diffcmp.engines.scales.series import ZERO, Exponent, Failed, Series, Term
from diffcmp.engines.series.laurent import Exhausted, Failure
from diffcmp.language import rules
from diffcmp.passes.expand import guards
from diffcmp.primitives import TABLE
from diffcmp.primitives.asymptotics import GROWTH, OSCILLATIONS
from diffcmp.program.ir import Program

OWN = "neg add sub mul div power log exp floor where".split()
STAYS = frozenset("neg add sub mul div power log floor sin cos".split())  # on its level
WHOLE_POWER = 16
UNCLEAR = "oscillation"  # the reason of a Failure that was `Unclear`


@dataclass(slots=True)
class Again(Failure):
    """A condition that holds again and again, and fails again and again, as its wave moves."""

    wave: Any = None


class Widen(Exception):
    """The scale needs exp(-|large|) as a generator, faster than that of `level`."""

    def __init__(self, level: LevelArithmetic, large: Series) -> None:
        super().__init__()
        self.level = level
        self.large = large


class Deepen(Exception):
    """The scale needs the logarithm of its slowest generator."""


class Level(LevelArithmetic):
    """The number system of series in one generator. Conditions are `bool`. Raises Failed where a
    value does not exist or is not known, Unclear where an oscillation would decide."""

    def function(self, name: str) -> Callable[..., Any] | None:
        body = rules.definition(name)
        if body is not None:
            return lambda *arguments: self.evaluated(body, arguments)
        own = self.own(name)

        def applied(*arguments: Any) -> Any:
            """Equal operations on one series give one series, so that x - x is seen to vanish."""
            ids = map(id, arguments)
            key = (name, *(sorted(ids) if name in COMMUTES else ids))
            if key not in self.shared:
                if name == "mul" and any(a is self.one for a in arguments):
                    return arguments[arguments[0] is self.one]
                below = name in STAYS and all(map(self.is_constant, arguments))
                out = self.by_level_below(name, arguments) if below else own(*arguments)
                self.shared[key] = out, arguments
                if name == "neg":
                    out.opposite, arguments[0].opposite = arguments[0], out
            return self.shared[key][0]

        return applied

    def evaluated(self, program: Program, inputs: Sequence[Any]) -> Any:
        """The output of a Program. Raises Failed, Unclear or Exhausted where what it needs does."""
        out = self.values(program, inputs)[program.outputs[0]]
        if not isinstance(out, Failure):
            return out
        if out.reason == "exhausted":
            raise Exhausted
        if out.reason == UNCLEAR:
            raise Unclear(out.wave if isinstance(out, Again) else None)
        raise Failed(out.reason)

    def values(self, program: Program, inputs: Sequence[Any]) -> list[Any]:
        """The values of all slots, or the Failures that they met. What nothing needs may fail, and
        is None in a branch that is not taken."""
        values = [*inputs, *([None] * (program.size - len(inputs)))]
        guarded = guards(program)
        for eq in program.equations:
            condition, wanted = guarded.get(eq.output, (None, True))
            holds = True if condition is None else values[condition]
            if holds is None or (isinstance(holds, bool) and holds is not wanted):
                continue
            if eq.params:
                values[eq.output] = self.literal(eq.params[0])
                continue
            try:
                values[eq.output] = self.settled(eq.primitive, [values[i] for i in eq.inputs])
            except Failed as failed:
                values[eq.output] = Failure(failed.reason, eq)
            except Unclear as unclear:
                again = unclear.wave is not None
                values[eq.output] = (
                    Again(UNCLEAR, eq, unclear.wave) if again else Failure(UNCLEAR, eq)
                )
            except Exhausted:
                values[eq.output] = Failure("exhausted", eq)
        return values

    def settled(self, name: str, arguments: Sequence[Any]) -> Any:
        """One primitive of values and Failures."""
        entry = TABLE[name]
        if entry.selects:
            p, x, y = arguments
            return self.chosen(p, x, y) if isinstance(p, Failure) else x if p else y
        if entry.connects and name != "not":
            decisive = name == "or"
            if any(a is decisive for a in arguments):
                return decisive
        failure = next((a for a in arguments if isinstance(a, Failure)), None)
        if isinstance(failure, Again):  # of the condition itself, not of what is made of it
            return Failure(UNCLEAR, failure.equation)
        return operation(self, name)(*arguments) if failure is None else failure

    def chosen(self, p: Failure, x: Any, y: Any) -> Any:
        """One of two values by a condition that is not decided: what is known of both or, where the
        condition holds again and again and f is not defined elsewhere, the one value."""
        if isinstance(p, Again) and isinstance(y, Failure) and y.reason == "undefined":
            self.base.narrowed(p.wave)
            return x
        either = self.either(x, y) if p.reason == UNCLEAR else None
        return Failure(p.reason, p.equation) if either is None else either

    def by_level_below(self, name: str, arguments: Sequence[Series]) -> Series:
        """A primitive of quantities of the level below."""
        return self.constant(operation(self.inner, name)(*map(self.as_constant, arguments)))

    def own(self, name: str) -> Callable[..., Any]:
        """A primitive on this level."""
        entry = TABLE[name]
        if entry.connects:
            return CONNECTED[name]
        if entry.compares:
            return partial(self.decided, COMPARISONS[name])
        if name in OWN:
            method: Callable[..., Any] = getattr(self, name)
            return method
        if entry.separant:
            return self.root
        if entry.parameters:
            return partial(self.regular, name)
        return lambda: self.constant(operation(self.inner, name)())

    def root(self, *coefficients: Series) -> Series:
        """Roots of polynomials are not expanded by growth."""
        raise Failed("repeated")

    # conditions

    def decided(self, compare: Callable[[int, int], bool], x: Series, y: Series) -> bool:
        """A comparison, by the sign of x - y at the end."""
        difference = self.sub(x, y)
        try:
            return compare(self.sign(difference), 0)
        except Unclear:
            wave = self.limit(difference).wave
        if wave is None or not wave.attained:
            raise Unclear
        signs = self.base.signs(wave)
        if len(signs) < 3 and self.only(difference) is not wave:  # what vanishes decides at an end
            raise Unclear
        answers = {compare(sign, 0) for sign in signs}
        if len(answers) == 1:
            return answers.pop()
        raise Unclear(wave)

    def where(self, p: bool, x: Series, y: Series) -> Series:
        """One of two values."""
        return x if p else y

    # powers, logarithms, exponentials

    def power(self, x: Series, y: Series) -> Series:
        """x to a constant power."""
        number = self.limit(y).value
        whole = self.base.whole(number)
        if whole is not None and 0 <= whole <= WHOLE_POWER:
            return self.product(x, whole)
        n = self.leading(x)
        if n is None:
            if self.base.sign(number) > 0:
                return self.zero
            raise Failed("undefined")
        c = self.first(x)[1]
        exponent = self.base.exponent(number) if whole is None else Fraction(whole)
        if whole is None and self.is_negative(c):
            raise Failed("undefined")
        start = operation(self.inner, "power")(c, self.inner.embed(self.base.number(exponent)))
        return self.miller(x, n, exponent, start)

    def is_negative(self, c: Any) -> bool:
        """Whether a coefficient is negative; False for an oscillation, which has its own rules."""
        try:
            return bool(self.inner.sign(c) < 0)
        except Unclear:
            return False

    def product(self, x: Series, n: int) -> Series:
        """x**n for n >= 0 by repeated squaring."""
        if n <= 1:
            return x if n else self.one
        times, half = operation(self, "mul"), self.product(x, n // 2)
        square: Series = times(half, half)
        return times(square, x) if n % 2 else square

    def log(self, x: Series) -> Series:
        """e·log g + log c + log(1 + …), where c·gᵉ leads."""
        n = self.leading(x)
        if n is None or self.inner.sign(self.first(x)[1]) < 0:
            raise Failed("undefined")
        e, c = self.first(x)
        unit = self.shifted(x.from_index(n), self.base.minus(ZERO, e))
        log = self.integral("log", (unit,), operation(self.inner, "log")(c))
        if self.base.compare(e, ZERO) == 0:
            return log
        if self.logarithm is None:
            raise Deepen
        return self.add(self.constant(self.weighted(e, self.logarithm)), log)

    def exp(self, x: Series) -> Series:
        """gʳ·exp(x - r·log g), where r is what x/log g tends to."""
        parts = self.split(x)
        if parts is None:
            raise Widen(self, x)
        c, rest = parts
        r = None
        if self.logarithm is not None:
            tends = self.inner.ratio(c, self.logarithm)
            if tends.infinite:
                raise Widen(self, x)
            r = self.base.exponent(tends.value)
            if self.base.compare(r, ZERO):
                c = self.inner.less_leading(c, tends.value, self.logarithm)
            else:
                r = None
        if r is None and self.is_constant(x):
            return self.constant(operation(self.inner, "exp")(c))
        bounded = self.add(self.constant(c), rest)
        out = self.integral("exp", (bounded,), operation(self.inner, "exp")(c))
        return out if r is None else self.shifted(out, r)

    def floor(self, x: Series) -> Series:
        """The largest integer below x; at an integer the side decides, and far out it is x less
        something between 0 and 1."""
        tends = self.limit(x)
        if tends.infinite:
            wave = self.base.wave(0, 1, (True, False))
            self.base.stepped = True
            return self.sub(x, self.embed(wave))
        if tends.value is None:
            if tends.wave is None:
                raise Unclear
            self.base.stepped = True
            return self.embed(operation(self.base, "floor")(tends.wave))
        whole = self.base.whole(tends.value)
        if whole is None:
            below = self.base.field.floor(tends.value)
            if below is None:
                raise Failed("suspected")
            return self.literal(Fraction(below))
        return self.literal(Fraction(whole - (self.sign(self.less_limit(x)) < 0)))

    # functions by their rules

    def regular(self, name: str, *arguments: Series) -> Series:
        """A function by its rule inside its domain, and as its entry says at edges and poles."""
        x = arguments[-1]
        parts = self.split(x)
        if name in OSCILLATIONS and parts is None:
            return self.oscillating(name, x)
        tends = self.limit(x)
        if tends.infinite and name in GROWTH:
            around = None if parts is None else self.around(name, arguments, parts[0])
            return around or self.grown(name, arguments, tends.infinite)
        domain = rules.domain(name)
        if domain is not None and self.evaluated(domain, arguments).vanishes:
            raise Failed("undefined")
        if parts is None:
            raise Failed("essential")
        if TABLE[name].recurrence and tends.value is not None:
            pole = self.base.whole(tends.value)
            if pole is not None and pole <= 0:
                recurrence = rules.recurrence(name)
                assert recurrence is not None
                out: Series = self.evaluated(recurrence, arguments)
                return out
        first = [*map(self.below, arguments)]
        edge = self.inner.whole(parts[0]) if "=" in TABLE[name].domain else None
        if edge is not None:  # a ball around an edge is partly outside
            first[-1] = self.inner.literal(Fraction(edge))
        return self.integral(name, arguments, operation(self.inner, name)(*first))

    def oscillating(self, name: str, x: Series) -> Series:
        """sin or cos of what grows: of a large part that oscillates, and by the addition theorem of
        what is beside it and vanishes."""
        self.sign(x)  # it must go to one of ±∞
        large, n = [], 0
        while (term := x[n]) is not None and self.base.compare(term[0], ZERO) < 0:
            large.append(term)
            n += 1
        beside = x.from_index(n)
        number = self.limit(beside).value
        if number is None:
            return self.wave(name, (id(x),), x)
        key = (*((_key(e), id(c)) for e, c in large), _key(self.base.exponent(number)))
        less = self.less_limit(beside)
        if self.is_zero(less):
            return self.wave(name, key, x)
        sine, cosine = (self.wave(one, key, x) for one in ("sin", "cos"))
        out: Series = self.evaluated(rules.oscillation(name), [less, sine, cosine])
        return out

    def wave(self, name: str, key: tuple[object, ...], x: Series) -> Series:
        """What oscillates: one and the same for one key."""
        shared, known = ("wave", name, *key), OSCILLATIONS[name]
        if shared not in self.shared:
            self.shared[shared] = self.embed(self.base.wave(known.low, known.high)), (x,)
        wave: Series = self.shared[shared][0]
        return wave

    def around(self, name: str, arguments: Sequence[Series], c: Any) -> Series | None:
        """A function of c + …, where c grows: by its rule from its value at c. None where that is
        no quantity of the level below, as gamma(c) is not, or nothing is beside c."""
        if self.is_constant(arguments[-1]):
            return None
        start = operation(self, name)(*arguments[:-1], self.constant(c))
        return (
            self.integral(name, arguments, self.as_constant(start))
            if self.is_constant(start)
            else None
        )

    def below(self, x: Series) -> Any:
        """The coefficient of g⁰ of what has no negative powers."""
        parts = self.split(x)
        assert parts is not None
        return parts[0]

    def grown(self, name: str, arguments: Sequence[Series], sign: int) -> Series:
        """A function of what tends to ±∞, in the form that the table states for that."""
        form, small = rules.growth(name, sign)
        if form is None:
            raise Failed("essential")
        known = tuple(self.base.exponent(self.limit(a).value) for a in arguments[:-1])
        s = self.formal(Tail(name, known), self.evaluated(small, arguments))
        out: Series = self.evaluated(form, [*arguments, s])
        return out

    def formal(self, tail: Tail, y: Series) -> Series:
        """A formal power series in what tends to 0: its Taylor series around the coefficient
        below."""
        key = (tail, id(y))
        if key not in self.shared:
            parts = self.split(y)
            assert parts is not None
            taylor = partial(self._taylor, tail, parts[0])
            below = self.is_constant(y)
            out = self.constant(taylor(0)) if below else self._horner(taylor, parts[1], 0)
            self.shared[key] = out, (y,)
        known: Series = self.shared[key][0]
        return known

    def _taylor(self, tail: Tail, c: Any, j: int) -> Any:
        n = tail.order + j
        derivative = self.inner.formal(Tail(tail.primitive, tail.parameters, n), c)
        return self.weighted(Fraction(comb(n, j)), derivative)

    def _horner(self, taylor: Callable[[int], Any], rest: Series, j: int) -> Series:
        return Series((), self._terms_of_horner(taylor, rest, j))

    def _terms_of_horner(
        self, taylor: Callable[[int], Any], rest: Series, j: int
    ) -> Iterator[Term]:
        yield ZERO, taylor(j)
        if rest[0] is None:
            return
        product, n = self.mul(rest, self._horner(taylor, rest, j + 1)), 0
        while (term := product[n]) is not None:
            yield term
            n += 1

    def integral(self, name: str, arguments: Sequence[Series], start: Any) -> Series:
        """A function by its rule: out = start + ∫ partial dx, term by term."""
        x = arguments[-1]
        parts = self.split(x)
        assert parts is not None
        rest = parts[1]
        out = Series([(ZERO, start)])
        if rest[0] is not None:
            out.source = self._integrated(name, arguments, rest, out)
        return out

    def _integrated(
        self, name: str, arguments: Sequence[Series], rest: Series, out: Series
    ) -> Iterator[Term]:
        rule = rules.partial(name, len(arguments) - 1)
        assert rule is not None
        slope = self.evaluated(rule, [*arguments, out])
        rows = Rows(self, rest, slope)
        rows.open(0)
        while (e := rows.lowest()) is not None:
            total = None
            for row, c, d in rows.taken(e):
                term = rest[row]
                assert term is not None
                part = self.weighted(term[0], self.times(c, d))
                total = part if total is None else self.added(total, part)
                if rows.next[row] == 1:
                    rows.open(row + 1)
            if self.base.compare(e, ZERO) == 0:
                if not self.inner.is_zero(total):
                    raise Failed("logarithm")
                continue
            divisor = self.inner.embed(self.base.number(e))
            yield e, total if divisor is self.inner.one else self.over(total, divisor)


def _key(e: Exponent) -> object:
    """What stands for an exponent, or a number, in a key."""
    return e if isinstance(e, Fraction) else id(e)


CONNECTED: dict[str, Callable[..., Any]] = {
    "not": lambda p: not p,
    "and": lambda p, q: p and q,
    "or": lambda p, q: p or q,
}
