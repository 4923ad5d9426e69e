"""Whether a term has the form of a pattern, and what the variables of the pattern then stand for.

A sum is matched as a sum of terms in any order, a product as a product of powers in any order. At
the place where an identity is applied it may be part of a longer sum or product, and what is left
over is kept: `exp(x) - x - 1` has the form of `exp(a) - 1`, with `- x` left over. Below that place
the forms must agree entirely.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import TypeAlias

from diffcmp.algebra.terms import (
    COMMUTATIVE,
    INPUT,
    Factor,
    Signed,
    Term,
    head,
    literal,
    product,
    sum_of,
    summands,
    term_of,
)
from diffcmp.language.parser import parse

VARIABLES = ("a", "b", "c", "d", "p", "q", "r", "n", "k")
NUMBER = "n"  # the variable that only an exact positive number can take
WHOLE = "k"  # the exponent that only a whole number can take, of either sign
ROOTS_UP_TO = 64

Bindings: TypeAlias = dict[str, Term]


@cache
def pattern(text: str) -> Term:
    """A side of an identity, in its `VARIABLES`."""
    return term_of(parse(text, VARIABLES))


@cache
def variables(form: Term) -> frozenset[str]:
    """The variables of a pattern."""
    if form.primitive == INPUT:
        return frozenset({form.name})
    return frozenset().union(*map(variables, form.inputs))


def instance(form: Term, bound: Bindings) -> Term:
    """The pattern with its variables replaced, numbers folded and like terms collected."""
    if form.primitive == INPUT:
        return bound[form.name]
    if form.is_sum:
        return sum_of((sign, instance(term, bound)) for sign, term in summands(form))
    if form.is_product:
        coefficient, factors = form.monomial
        powers = [(instance(base, bound), exponent) for base, exponent in factors]
        return product(coefficient, powers)
    name = form.primitive
    parts = tuple(instance(t, bound) for t in form.inputs)
    if name in ("pow", "power"):
        name = "pow" if parts[1].varies else "power"
    return Term(name, parts, form.params)


def matches(form: Term, term: Term, bound: Bindings) -> Iterator[Bindings]:
    """Every way in which the whole of `term` has the form, with what its variables stand for."""
    wanted = variables(form)
    if form.primitive == INPUT and form.name not in bound:
        if _may_be(form.name, term.number):
            yield bound | {form.name: term}
    elif wanted <= bound.keys():
        if instance(form, bound).key == term.key:
            yield bound
    elif form.is_sum:
        yield from (match.bound for match in _sums(form, term, bound, whole=True))
    elif form.is_product:
        yield from (match.bound for match in _products(form, term, bound, whole=True))
    else:
        yield from _calls(form, term, bound)


def _may_be(name: str, number: Fraction | None) -> bool:
    """Whether a variable can stand for a term with that value, None if it is no number."""
    if name == NUMBER:
        return number is not None and number > 0
    if name == WHOLE:
        return number is not None and number.denominator == 1
    return True


def _calls(form: Term, term: Term, bound: Bindings) -> Iterator[Bindings]:
    """Functions of one name whose arguments match, in either order where that does not matter."""
    (name, wanted), (other, given) = head(form), head(term)
    if name == "pow" and wanted[1].name == WHOLE:
        other, given = "pow", _whole_power(term)
    if name != other or len(wanted) != len(given):
        return
    orders = (given, given[::-1]) if name in COMMUTATIVE else (given,)
    for order in orders:
        yield from _each(wanted, order, bound)


def _whole_power(term: Term) -> tuple[Term, ...]:
    """The base and the exponent of a whole power other than 1; nothing where it is none."""
    coefficient, factors = term.monomial
    if term.is_product and coefficient == 1 and len(factors) == 1:
        ((base, exponent),) = factors
        return base, literal(Fraction(exponent))
    exponent_of = term.inputs[1].number if term.primitive == "power" else None
    whole = exponent_of is not None and exponent_of.denominator == 1
    return term.inputs if whole else ()


def _each(forms: Sequence[Term], terms: Sequence[Term], bound: Bindings) -> Iterator[Bindings]:
    if not forms:
        yield bound
        return
    for found in matches(forms[0], terms[0], bound):
        yield from _each(forms[1:], terms[1:], found)


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that has a form: with which sign, the places of the terms used, and the bindings."""

    sign: int
    used: tuple[int, ...]
    bound: Bindings


def sums(form: Term, term: Term) -> Iterator[Sum]:
    """The parts of a sum that match a sum, or its negative; one for each choice of terms."""
    seen: set[frozenset[int]] = set()
    for found in _sums(form, term, {}, whole=False):
        if frozenset(found.used) not in seen:
            seen.add(frozenset(found.used))
            yield found


def _sums(form: Term, term: Term, bound: Bindings, whole: bool) -> Iterator[Sum]:
    given = summands(term)
    wanted = sorted(summands(form), key=lambda part: _difficulty(part[1]))
    for sign in (1,) if whole else (1, -1):
        yield from _terms(wanted, given, Sum(sign, (), bound), whole)


def _difficulty(form: Term) -> tuple[bool, int, bool]:
    """Numbers come first, then forms with few variables, functions before sums, and bare variables
    last."""
    return form.primitive == INPUT, len(variables(form)), form.is_sum


def _terms(
    wanted: Sequence[Signed], given: Sequence[Signed], match: Sum, whole: bool
) -> Iterator[Sum]:
    """The ways in which the terms that are left have the forms that are left."""
    free = [i for i in range(len(given)) if i not in match.used]
    if not wanted:
        if not (whole and free):
            yield match
        return
    first, form = wanted[0]
    takes_all = form.primitive == INPUT and form.name not in (*match.bound, NUMBER, WHOLE)
    if whole and len(wanted) == 1 and takes_all:
        if free:
            rest = sum_of((first * given[i][0], given[i][1]) for i in free)
            yield Sum(match.sign, tuple(range(len(given))), match.bound | {form.name: rest})
        return
    for i in free:
        if match.sign * given[i][0] == first:
            for bound in matches(form, given[i][1], match.bound):
                longer = Sum(match.sign, (*match.used, i), bound)
                yield from _terms(wanted[1:], given, longer, whole)


@dataclass(frozen=True, slots=True)
class Product:
    """A product that has a form `times` over: what is left over of it, and the bindings."""

    times: int
    coefficient: Fraction
    rest: tuple[Factor, ...]
    bound: Bindings


def products(form: Term, term: Term) -> Iterator[Product]:
    """The first way in which a part of a product has the form of a product."""
    yield from islice(_products(form, term, {}, whole=False), 1)


def _products(form: Term, term: Term, bound: Bindings, whole: bool) -> Iterator[Product]:
    coefficient, wanted = form.monomial
    number, given = term.monomial
    variable, degree = wanted[0] if len(wanted) == 1 else (None, 0)
    alone = whole and coefficient == 1 and degree > 1
    if alone and variable and variable.primitive == INPUT:
        base = root(term, degree)
        if base is not None:
            for deeper in matches(variable, base, bound):
                yield Product(1, Fraction(1), (), deeper)
        return
    ordered = sorted(wanted, key=lambda factor: _difficulty(factor[0]))
    for match in _factors(ordered, Product(ROOTS_UP_TO, number, given, bound)):
        yield from _settled(coefficient, ordered, match, whole)


def _factors(wanted: Sequence[Factor], given: Product) -> Iterator[Product]:
    """Match all factors but bare variables: how often they fit, what is left, the bindings."""
    compound = [factor for factor in wanted if factor[0].primitive != INPUT]
    if not compound:
        yield given
        return
    (form, exponent), others = compound[0], compound[1:]
    for i, (base, available) in enumerate(given.rest):
        fits = available // exponent if available * exponent > 0 else 0
        if fits < 1:
            continue
        rest = (*given.rest[:i], *given.rest[i + 1 :])
        for bound in matches(form, base, given.bound):
            for match in _factors(others, replace(given, rest=rest, bound=bound)):
                times, left = min(match.times, fits), match.rest
                over = available - times * exponent
                if over:
                    left = (*left[:i], (base, over), *left[i:])
                yield replace(match, times=times, rest=left)


def _settled(
    coefficient: Fraction, wanted: Sequence[Factor], match: Product, whole: bool
) -> Iterator[Product]:
    """Match the variables among the factors: bound ones must be there, new ones take the rest."""
    bound, number = match.bound, match.coefficient
    plain = [factor for factor in wanted if factor[0].primitive == INPUT]
    known = [(bound[v.name], exponent) for v, exponent in plain if v.name in bound]
    new = [(v.name, exponent) for v, exponent in plain if v.name not in bound]
    if new:
        exponents = sorted(exponent for _, exponent in new)
        if whole and not known and exponents in ([-1], [1], [-1, 1]):
            yield from _taken(coefficient, new, match)
        return
    needed, bases = product(coefficient, known).monomial
    for count in range(match.times, 0, -1):
        powers = [(base, exponent * count) for base, exponent in bases]
        rest = _without(match.rest, powers)
        if rest is None or (coefficient != 1 and number == 1) or not needed:
            continue
        over = number / needed**count
        everything = over == 1 and not rest and count == 1
        if everything or not whole:
            yield Product(count, over, rest, bound)
            return


def _taken(
    coefficient: Fraction, new: Sequence[tuple[str, int]], match: Product
) -> Iterator[Product]:
    """One new variable takes what is left above the line, one what is left below."""
    over, bound = match.coefficient / coefficient, match.bound
    if over < 0 or (abs(coefficient) != 1 and over != 1):
        return
    above = [(base, exponent) for base, exponent in match.rest if exponent > 0]
    below = [(base, -exponent) for base, exponent in match.rest if exponent < 0]
    names = {exponent: name for name, exponent in new}
    if -1 in names:
        if not below and over.denominator > 1:
            below, over = [(literal(Fraction(over.denominator)), 1)], Fraction(over.numerator)
        if not below:
            return
        bound = bound | {names[-1]: product(Fraction(1), below)}
    else:
        above += [(base, -exponent) for base, exponent in below]
    if 1 in names:
        bound = bound | {names[1]: product(over, above)}
    elif above or over != 1:
        return
    yield Product(1, Fraction(1), (), bound)


def _without(given: Sequence[Factor], needed: Sequence[Factor]) -> tuple[Factor, ...] | None:
    """What is left of the factors when the needed ones are taken out; None where one is missing."""
    left = list(given)
    for base, exponent in needed:
        for i, (other, available) in enumerate(left):
            enough = available * exponent > 0 and abs(available) >= abs(exponent)
            if enough and other.key == base.key:
                left[i] = (other, available - exponent)
                break
        else:
            return None
    return tuple(factor for factor in left if factor[1])


def root(term: Term, degree: int) -> Term | None:
    """The term whose power of that degree this is, if any: 4*x**2 is the square of 2*x."""
    coefficient, factors = term.monomial
    number = _rational_root(coefficient, degree)
    if number is None or any(exponent % degree for _, exponent in factors):
        return None
    return product(number, [(base, exponent // degree) for base, exponent in factors])


def _rational_root(value: Fraction, degree: int) -> Fraction | None:
    if value <= 0 or max(value.numerator, value.denominator) >= 10**15:
        return None
    above, below = (round(n ** (1 / degree)) for n in (value.numerator, value.denominator))
    exact = above**degree == value.numerator and below**degree == value.denominator
    return Fraction(above, below) if exact else None
