"""One level of a scale: sums, products, quotients, powers and leading terms of series in its
generator, whose coefficients belong to the level below.

The generators of a scale tend to 0, each faster than every power of the next one: the leading term
in the fastest decides, then that of its coefficient, and so on (Gruntz, On Computing Limits in a
Symbolic Manipulation System, 1996; Salvy & Shackell, Measured limits and multiseries, 2010).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.scales.constants import Constants, Tends, Unclear
from diffcmp.engines.scales.series import ZERO, Exponent, Failed, Series, Term
from diffcmp.engines.series.laurent import Exhausted


class LevelArithmetic(NumberSystem[Any]):
    """Series in one generator. logarithm: that of the generator, as a coefficient; None where it is
    not in the scale. At most `terms` vanishing terms are passed over in search of a leading one."""

    exact = True

    def __init__(self, inner: Any, logarithm: Any, terms: int) -> None:
        self.inner = inner
        self.logarithm = logarithm
        self.terms = terms
        self.base: Constants = inner.base
        self.shared: dict[tuple[object, ...], tuple[Any, tuple[Any, ...]]] = {}
        self.constants: dict[int, tuple[Series, Any]] = {}
        self.zero = Series(())
        self.one = self.literal(Fraction(1))
        self.over = operation(inner, "div")
        self.times = operation(inner, "mul")
        self.added = operation(inner, "add")
        self.less = operation(inner, "sub")
        self.negated = operation(inner, "neg")

    def __repr__(self) -> str:
        return f"{type(self).__name__} over {self.inner!r}"

    # constants

    def literal(self, value: Fraction) -> Series:
        return self.constant(self.inner.literal(value))

    def constant(self, c: Any) -> Series:
        """A quantity of the level below; one series for one quantity."""
        if id(c) not in self.constants:
            known = () if self.inner.is_exact_zero(c) else ((ZERO, c),)
            self.constants[id(c)] = Series(known), c  # c too, so that its id stays its own
        return self.constants[id(c)][0]

    def is_constant(self, x: Series) -> bool:
        """Whether it is known to be a quantity of the level below."""
        if x.source is not None or len(x.terms) > 1:
            return False
        return not x.terms or (isinstance(x.terms[0][0], Fraction) and x.terms[0][0] == 0)

    def as_constant(self, x: Series) -> Any:
        """What `is_constant` as a quantity of the level below."""
        return x.terms[0][1] if x.terms else self.inner.zero

    def embed(self, c: Any) -> Series:
        """A number or wave."""
        return self.constant(self.inner.embed(c))

    def generator(self, exponent: Exponent) -> Series:
        """A power of the generator."""
        return Series([(exponent, self.inner.one)])

    def weighted(self, e: Exponent, c: Any) -> Any:
        """e·c, for an exponent and a coefficient."""
        if e == 1 and isinstance(e, Fraction):
            return c
        return self.times(self.inner.embed(self.base.number(e)), c)

    def is_exact_zero(self, x: Series) -> bool:
        """Whether it has no terms at all."""
        return x.vanishes

    def either(self, x: Any, y: Any) -> Series | None:
        """An enclosure of one or the other of two numbers or waves; None for anything else."""
        ends = [self.bottom(one) for one in (x, y) if isinstance(one, Series)]
        return None if None in ends or len(ends) < 2 else self.embed(self.base.either(*ends))

    def bottom(self, x: Series) -> Any | None:
        """The number or wave that it is known to be; None where it varies."""
        return self.inner.bottom(self.as_constant(x)) if self.is_constant(x) else None

    def only(self, x: Series) -> Any | None:
        """The number or wave that is all of it; None where something vanishes beside it, or may."""
        found, n = self.inner.zero, 0
        while (term := x[n]) is not None:
            if not self.inner.is_exact_zero(term[1]):
                if self.base.compare(term[0], ZERO):
                    return None
                found = term[1]
            n += 1
            if n > self.terms:
                return None
        return self.inner.only(found)

    # leading terms

    def leading(self, x: Series) -> int | None:
        """The index of the first term that does not vanish; None where there is none."""
        if x.lead is not None:
            return x.lead
        n = 0
        while (term := x[n]) is not None:
            if not self.inner.is_zero(term[1]):
                x.lead = n
                return n
            n += 1
            if n > self.terms:
                raise Exhausted
        return None

    def first(self, x: Series) -> Term:
        """The leading term of what does not vanish."""
        n = self.leading(x)
        term = None if n is None else x[n]
        assert term is not None
        return term

    def is_zero(self, x: Series) -> bool:
        """Whether it vanishes."""
        return self.leading(x) is None

    def sign(self, x: Series) -> int:
        """The sign at the end."""
        return 0 if self.is_zero(x) else self.inner.sign(self.first(x)[1])

    def limit(self, x: Series) -> Tends:
        """What it tends to."""
        n = 0
        while (term := x[n]) is not None:
            e, c = term
            side = self.base.compare(e, ZERO)
            if side > 0:
                break
            if side == 0:
                tends: Tends = self.inner.limit(c)
                return tends
            infinite = self.infinite(c)
            if infinite is not None:
                return infinite
            n += 1
            if n > self.terms:
                raise Exhausted
        return Tends(self.base.zero)

    def infinite(self, c: Any) -> Tends | None:
        """What c, divided by something that vanishes, tends to; None where c is zero."""
        try:
            return None if self.inner.is_zero(c) else Tends(infinite=self.inner.sign(c))
        except Unclear:
            wave = self.inner.limit(c).wave
            if wave is not None and wave.attained and wave.low < 0 and wave.high > 0:
                return Tends(swings=True)
            raise

    def whole(self, x: Series) -> int | None:
        """The integer that it equals."""
        tends = self.limit(x)
        if tends.value is None:
            return None
        whole = self.base.whole(tends.value)
        return whole if whole is not None and self.is_zero(self.less_limit(x)) else None

    def split(self, x: Series) -> tuple[Any, Series] | None:
        """The coefficient of g⁰ and the terms behind it; None where a negative power is there."""
        n = 0
        while (term := x[n]) is not None:
            side = self.base.compare(term[0], ZERO)
            if side >= 0:
                c, behind = (term[1], n + 1) if side == 0 else (self.inner.zero, n)
                return c, x.from_index(behind) if behind else x
            if not self.inner.is_zero(term[1]):
                return None
            n += 1
            if n > self.terms:
                raise Exhausted
        return self.inner.zero, self.zero

    def ratio(self, a: Series, b: Series) -> Tends:
        """What a/b tends to, for b that does not vanish: 0, ±∞ or a number."""
        if a is b or a.opposite is b:
            return Tends(self.base.one if a is b else self.base.minus_one)
        if self.is_zero(a):
            return Tends(self.base.zero)
        (e, c), (f, d) = self.first(a), self.first(b)
        side = self.base.compare(e, f)
        if side < 0:
            return Tends(infinite=self.inner.sign(c) * self.inner.sign(d))
        return Tends(self.base.zero) if side > 0 else self.inner.ratio(c, d)

    def less_leading(self, a: Series, r: Any, b: Series) -> Series:
        """a - r·b, where r is the number that a/b tends to: the leading parts cancel."""
        if a is b or a.opposite is b:
            return self.zero
        key = "less_leading", id(a), id(b)
        if key not in self.shared:
            n, m = self.leading(a), self.leading(b)
            assert n is not None
            assert m is not None
            (e, c), (_, d) = self.first(a), self.first(b)
            behind = self.mul(self.embed(r), b.from_index(m + 1))
            begun = Series([(e, self.inner.less_leading(c, r, d))])
            self.shared[key] = self.add(begun, self.sub(a.from_index(n + 1), behind)), (a, b)
        left: Series = self.shared[key][0]
        return left

    def less_limit(self, x: Series) -> Series:
        """x less the number that it tends to."""
        parts = self.split(x)
        assert parts is not None
        return self.add(self.constant(self.inner.less_limit(parts[0])), parts[1])

    # sums

    def neg(self, x: Series) -> Series:
        """-x."""
        if x.opposite is None:
            x.opposite = self.mapped(x, self.negated)
            x.opposite.opposite = x
        return x.opposite

    def mapped(self, x: Series, function: Callable[[Any], Any]) -> Series:
        """The series with a function of every coefficient."""
        return Series((), self._mapped(x, function))

    def _mapped(self, x: Series, function: Callable[[Any], Any]) -> Iterator[Term]:
        n = 0
        while (term := x[n]) is not None:
            yield term[0], function(term[1])
            n += 1

    def shifted(self, x: Series, by: Exponent) -> Series:
        """x·g**by."""
        return Series((), self._shifted(x, by))

    def _shifted(self, x: Series, by: Exponent) -> Iterator[Term]:
        n = 0
        while (term := x[n]) is not None:
            yield self.base.plus(term[0], by), term[1]
            n += 1

    def add(self, x: Series, y: Series) -> Series:
        """x + y."""
        if x.vanishes or y.vanishes:
            return y if x.vanishes else x
        if x.opposite is y:
            return self.zero
        return Series((), self._merged(x, y, self.added, lambda c: c))

    def sub(self, x: Series, y: Series) -> Series:
        """x - y."""
        if x is y:
            return self.zero
        if y.vanishes:
            return x
        return (
            self.neg(y) if x.vanishes else Series((), self._merged(x, y, self.less, self.negated))
        )

    def _merged(
        self, x: Series, y: Series, both: Callable[[Any, Any], Any], second: Callable[[Any], Any]
    ) -> Iterator[Term]:
        i = j = 0
        while True:
            a, b = x[i], y[j]
            if a is None and b is None:
                return
            order = 1 if a is None else -1 if b is None else self.base.compare(a[0], b[0])
            if order < 0:
                assert a is not None
                yield a
            elif order > 0:
                assert b is not None
                yield b[0], second(b[1])
            else:
                assert a is not None
                assert b is not None
                yield a[0], both(a[1], b[1])
            i, j = i + (order <= 0), j + (order >= 0)

    # products

    def mul(self, x: Series, y: Series) -> Series:
        """x·y."""
        if x.vanishes or y.vanishes:
            return self.zero
        if x is self.one or y is self.one:
            return x if y is self.one else y
        rows = Rows(self, x, y)
        return Series((), self._product(rows))

    def _product(self, rows: Rows) -> Iterator[Term]:
        rows.open(0)
        while (e := rows.lowest()) is not None:
            total = None
            for row, c, d in rows.taken(e):
                part = self.times(c, d)
                total = part if total is None else self.added(total, part)
                if rows.next[row] == 1:
                    rows.open(row + 1)
            yield e, total

    def div(self, x: Series, y: Series) -> Series:
        """x/y, by the leading term of y: where both vanish, this is L'Hôpital's rule."""
        n = self.leading(y)
        if n is None:
            raise Failed("undefined")
        if x.vanishes or y is self.one:
            return x
        if x is y:
            return self.one
        v, lead = self.first(y)
        out = Series(())
        out.source = self._quotient(self.shifted(x, self.base.minus(ZERO, v)), v, lead, y, n, out)
        return out

    def _quotient(
        self, x: Series, v: Exponent, lead: Any, y: Series, n: int, out: Series
    ) -> Iterator[Term]:
        behind = self.shifted(y.from_index(n + 1), self.base.minus(ZERO, v))
        rows, i = Rows(self, out, behind), 0
        while True:
            term, e = x[i], rows.lowest()
            if term is None and e is None:
                return
            order = 1 if term is None else -1 if e is None else self.base.compare(term[0], e)
            c, place = None, e
            if order <= 0:
                assert term is not None
                place, c, i = term[0], term[1], i + 1
            if order >= 0:
                for _, a, b in rows.taken(e):
                    part = self.times(a, b)
                    c = self.negated(part) if c is None else self.less(c, part)
            yield place, self.over(c, lead)
            rows.open(len(out.terms) - 1)

    def miller(self, x: Series, n: int, y: Exponent, start: Any) -> Series:
        """x**y by J. C. P. Miller's recurrence, x θout = y out θx, where `start` is the leading
        coefficient of x, that of index n, to that power."""
        v, lead = self.first(x)
        out = Series(())
        rest = self.shifted(x.from_index(n + 1), self.base.minus(ZERO, v))
        out.source = self._miller(rest, lead, y, start, out)
        return self.shifted(out, self.times_exponents(v, y))

    def times_exponents(self, v: Exponent, y: Exponent) -> Exponent:
        """v·y."""
        if isinstance(v, Fraction) and isinstance(y, Fraction):
            return v * y
        product = operation(self.base, "mul")(self.base.number(v), self.base.number(y))
        return self.base.exponent(product)

    def _miller(
        self, rest: Series, lead: Any, y: Exponent, start: Any, out: Series
    ) -> Iterator[Term]:
        yield ZERO, start
        rows = Rows(self, out, rest)
        rows.open(0)
        while (e := rows.lowest()) is not None:
            total = None
            for row, c, d in rows.taken(e):
                done = out.terms[row][0]
                step = self.base.minus(e, done)
                weight = self.base.minus(self.times_exponents(step, y), done)
                part = self.weighted(weight, self.times(c, d))
                total = part if total is None else self.added(total, part)
            below = self.times(self.inner.embed(self.base.number(e)), lead)
            yield e, self.over(total, below)
            rows.open(len(out.terms) - 1)


class Rows:
    """The products of the terms of x with those of y in the order of their exponents: a row for
    each term of x that has been opened, and in it the next term of y. Terms are looked at as late
    as possible: x or y may be the very series that is being computed."""

    def __init__(self, level: LevelArithmetic, x: Series, y: Series) -> None:
        self.base = level.base
        self.x, self.y = x, y
        self.next: dict[int, int] = {}
        self.exponents: dict[int, Exponent | None] = {}  # None: to be looked at

    def __repr__(self) -> str:
        return f"Rows({self.next})"

    def open(self, row: int) -> None:
        """Begin the row of a term of x, if there is such a term."""
        self.next[row] = 0
        self.exponents[row] = None

    def lowest(self) -> Exponent | None:
        """The lowest exponent that comes next."""
        lowest = None
        for row, e in list(self.exponents.items()):
            if e is None:
                term, other = self.x[row], self.y[self.next[row]]
                if term is None or other is None:
                    del self.exponents[row]
                    continue
                e = self.exponents[row] = self.base.plus(term[0], other[0])
            if lowest is None or self.base.compare(e, lowest) < 0:
                lowest = e
        return lowest

    def taken(self, lowest: Exponent) -> Iterator[tuple[int, Any, Any]]:
        """The products of that exponent: their rows and both coefficients."""
        for row, e in list(self.exponents.items()):
            if self.base.compare(e, lowest) == 0:
                term, other = self.x[row], self.y[self.next[row]]
                assert term is not None
                assert other is not None
                self.next[row] += 1
                self.exponents[row] = None
                yield row, term[1], other[1]
