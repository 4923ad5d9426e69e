"""A Program as a tree of terms, with the views of it that algebra needs: a sum of terms, a product
of powers.

`x - y - 1` is a tree of two subtractions and, seen as algebra, a sum of three terms; `2*sin(x)/x`
is a product of a number and two powers. The views are exact over the reals. The constructors
(`sum_of`, `product`, `power`) fold numbers and collect like terms, so that what they build is as
short as a person would write it. Terms that the user named in a statement stay whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from diffcmp.primitives import TABLE
from diffcmp.program.ir import Builder, Program
from diffcmp.spans import Span

INPUT = "input"
COMMUTATIVE = frozenset(name for name, entry in TABLE.items() if entry.symmetric)
LARGEST_POWER = 64
LONGEST = 4096  # bits of a number that is raised to a power

Factor: TypeAlias = tuple["Term", int]  # a base and its whole exponent
Monomial: TypeAlias = tuple[Fraction, tuple[Factor, ...]]  # a number times powers
Signed: TypeAlias = tuple[int, "Term"]  # +1 or -1, and a term
ONE, ZERO = Fraction(1), Fraction(0)


@dataclass(frozen=True, eq=False)
class Term:
    """`primitive(*inputs)`, or the input `name`. Compare terms by `key`, never by identity.

    params: the value of a literal. span, slot: where it stands in the program that it came from
        (None: it is new).
    label: the name that the user gave it in a statement.
    """

    primitive: str
    inputs: tuple[Term, ...] = ()
    params: tuple[Fraction, ...] = ()
    name: str = ""
    span: Span | None = None
    slot: int | None = None
    label: str = ""

    def __repr__(self) -> str:
        inner = [self.name, *map(str, self.params), *map(repr, self.inputs)]
        return f"{self.primitive}({', '.join(filter(None, inner))})"

    @cached_property
    def key(self) -> str:
        """Equal for two terms that differ only in the order of sums and products, or in folding."""
        if self.is_sum:
            parts = sorted(f"{sign}{term.key}" for sign, term in summands(self))
            return _digest("sum", *parts)
        coefficient, factors = self.monomial
        if not self.is_product:
            name, arguments = head(self)
            keys = [argument.key for argument in arguments]
            ordered = sorted(keys) if name in COMMUTATIVE else keys
            return _digest(name, self.name, *ordered)
        if coefficient == 1 and [exponent for _, exponent in factors] == [1]:
            return factors[0][0].key
        number = f"{coefficient.numerator:x}/{coefficient.denominator:x}"
        powers = sorted(f"{exponent}*{base.key}" for base, exponent in factors)
        return _digest("product", number, *powers)

    @cached_property
    def is_sum(self) -> bool:
        """Whether it is a sum or a difference, perhaps with a sign before it."""
        if self.primitive == "neg":
            return self.inputs[0].is_sum and not self.inputs[0].label
        return self.primitive in ("add", "sub")

    @cached_property
    def monomial(self) -> Monomial:
        """A number times whole powers, above and below the line apart: x*x/x is x² and 1/x."""
        if self.primitive == "literal":
            return self.params[0], ()
        parts = [_inside(t) for t in self.inputs]
        if self.primitive == "neg" and not self.is_sum:
            coefficient, factors = parts[0]
            return -coefficient, factors
        if self.primitive == "mul":
            return _times(*parts)
        if self.primitive == "div" and parts[1][0]:
            return _times(parts[0], _raised(parts[1], -1))
        if self.primitive == "power":
            exponent = self.inputs[1].number
            if exponent is not None and _expands(parts[0][0], exponent):
                return _raised(parts[0], int(exponent))
        return ONE, ((self, 1),)

    @cached_property
    def is_product(self) -> bool:
        """Whether it is a product, a quotient, a power or a number, or has a sign before it."""
        return not self.is_sum and self.monomial[1] != ((self, 1),)

    @cached_property
    def number(self) -> Fraction | None:
        """Its exact value where it is a number, or numbers multiplied and divided."""
        coefficient, factors = self.monomial
        return None if factors else coefficient

    @cached_property
    def varies(self) -> bool:
        """Whether it depends on an input."""
        return self.primitive == INPUT or any(t.varies for t in self.inputs)

    @cached_property
    def weight(self) -> int:
        """How many operations it has, a named term counted as one."""
        return 1 + sum(1 if t.label else t.weight for t in self.inputs)


def _expands(coefficient: Fraction, exponent: Fraction) -> bool:
    """Whether a power is one of each factor: whole, small, and of a number that stays short."""
    if exponent.denominator != 1 or not 0 < abs(exponent) <= LARGEST_POWER:
        return False
    bits = max(coefficient.numerator.bit_length(), coefficient.denominator.bit_length())
    return bits * LARGEST_POWER <= LONGEST and (exponent > 0 or coefficient != 0)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("|".join(parts).encode(), digest_size=12).hexdigest()


def head(term: Term) -> tuple[str, tuple[Term, ...]]:
    """The function and its arguments: x**0.5 is a square root, e**x an exp, x > y is y < x."""
    name, arguments = term.primitive, term.inputs
    if name in ("gt", "ge"):
        return TABLE[name].mirror, arguments[::-1]
    if name not in ("pow", "power"):
        return name, arguments
    if arguments[0].primitive == "e":
        return "exp", arguments[1:]
    exponent = arguments[1].number
    if exponent == Fraction(1, 2):
        return "sqrt", arguments[:1]
    # a whole power is a product, and its base may be negative
    whole = exponent is not None and exponent.denominator == 1
    return name if whole else "pow", arguments


def summands(term: Term) -> list[Signed]:
    """The terms of a sum with their signs, none with a negative coefficient; itself if no sum."""
    parts: list[Signed] = []
    for sign, part in leaves(term):
        coefficient, factors = _inside(part)
        if coefficient < 0:
            sign, part = -sign, product(-coefficient, factors)
        parts.append((sign, part))
    return parts


def leaves(term: Term, sign: int = 1, top: bool = True) -> list[Signed]:
    """The terms of a sum as they stand in the tree."""
    if term.label and not top:
        return [(sign, term)]
    if term.primitive == "neg":
        return leaves(term.inputs[0], -sign, False)
    if term.primitive in ("add", "sub"):
        second = sign if term.primitive == "add" else -sign
        return leaves(term.inputs[0], sign, False) + leaves(term.inputs[1], second, False)
    return [(sign, term)]


def _inside(term: Term) -> Monomial:
    """It as a factor of a larger product: a term with a name stays whole, unless it is a number."""
    return (ONE, ((term, 1),)) if term.label and term.number is None else term.monomial


def _times(left: Monomial, right: Monomial) -> Monomial:
    merged: dict[tuple[str, bool], Factor] = {}
    for base, exponent in (*left[1], *right[1]):
        place = (base.key, exponent > 0)
        first, before = merged.get(place, (base, 0))
        merged[place] = first, before + exponent
    return left[0] * right[0], tuple(merged.values())


def _raised(base: Monomial, exponent: int) -> Monomial:
    return base[0] ** exponent, tuple((b, e * exponent) for b, e in base[1])


# building


def literal(value: Fraction) -> Term:
    """An exact number as the language writes it: a decimal or a quotient, with its sign."""
    if value < 0:
        return Term("neg", (literal(-value),))
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        return Term("literal", params=(value,))
    return Term("div", (literal(Fraction(value.numerator)), literal(Fraction(value.denominator))))


def sum_of(parts: Iterable[Signed]) -> Term:
    """A sum with its like terms collected, in order of appearance, a positive term first."""
    coefficients: dict[str, Fraction] = {}
    cores: dict[str, tuple[Term, Term]] = {}
    for outer, part in parts:
        for inner, term in summands(part):
            coefficient, factors = _inside(term)
            core = product(ONE, factors)
            before = coefficients.get(core.key, ZERO)
            coefficients[core.key] = before + outer * inner * coefficient
            cores.setdefault(core.key, (core, term))
    terms: list[Signed] = []
    for key, (core, term) in cores.items():
        size = abs(coefficients[key])
        if size:
            unchanged = _inside(term)[0] == size
            whole = term if unchanged else product(size, ((core, 1),))
            terms.append((1 if coefficients[key] > 0 else -1, whole))
    return _added_up(terms) if terms else literal(ZERO)


def _added_up(terms: list[Signed]) -> Term:
    """The sum of terms, the first positive one in front."""
    lead = next((i for i, (sign, _) in enumerate(terms) if sign > 0), 0)
    (sign, total), *rest = [terms[lead], *terms[:lead], *terms[lead + 1 :]]
    total = total if sign > 0 else negated(total)
    for sign, term in rest:
        total = Term("add" if sign > 0 else "sub", (total, term))
    return total


def product(coefficient: Fraction, factors: Iterable[Factor]) -> Term:
    """A number times whole powers, as one fraction: `2*sin(x)**2/(3*y)`; -(x - y) is y - x."""
    factors = tuple(factors)
    if coefficient == -1 and len(factors) == 1:
        ((base, exponent),) = factors
        if exponent == 1 and base.is_sum and not base.label:
            return negated(base)
    above: list[Term] = []
    below: list[Term] = []
    for base, exponent in factors:
        inner = _inside(base)
        # a division by 0 stays as it is
        if inner[1] != ((base, 1),) and (inner[0] or exponent > 0):
            coefficient *= inner[0] ** exponent
            return product(coefficient, _flattened(factors, base, _raised(inner, exponent)[1]))
        (above if exponent > 0 else below).append(power(base, abs(exponent)))
    return _fraction(coefficient, above, below)


def _fraction(coefficient: Fraction, above: list[Term], below: list[Term]) -> Term:
    """A number and factors, above and below the line."""
    if not above and not below:
        return literal(coefficient)
    size = abs(coefficient)
    if size.numerator != 1 or not above:
        above.insert(0, literal(Fraction(size.numerator)))
    if coefficient < 0:
        above[0] = Term("neg", (above[0],))
    if size.denominator != 1:
        below.insert(0, literal(Fraction(size.denominator)))
    numerator = _chained(above)
    return Term("div", (numerator, _chained(below))) if below else numerator


def _flattened(
    factors: Iterable[Factor], base: Term, inner: tuple[Factor, ...]
) -> tuple[Factor, ...]:
    """The factors with `base` replaced by what it is made of."""
    rest: Monomial = (ONE, ())
    for factor in factors:
        rest = _times(rest, (ONE, inner if factor[0] is base else (factor,)))
    return rest[1]


def _chained(terms: list[Term]) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = Term("mul", (total, term))
    return total


def power(base: Term, exponent: int) -> Term:
    """A positive whole power."""
    return base if exponent == 1 else Term("power", (base, literal(Fraction(exponent))))


def negated(term: Term) -> Term:
    """The term with its sign turned."""
    if term.is_sum and not term.label:
        return sum_of((-sign, part) for sign, part in summands(term))
    coefficient, factors = _inside(term)
    return product(-coefficient, factors)


# to and from programs


def term_of(program: Program) -> Term:
    """The first output of a Program as a term."""
    names = {slot: label for label, slot in program.labels}
    terms = {i: Term(INPUT, name=name) for i, name in enumerate(program.inputs)}
    for eq in program.equations:
        inputs = tuple(terms[i] for i in eq.inputs)
        label = names.get(eq.output, "")
        terms[eq.output] = Term(eq.primitive, inputs, eq.params, "", eq.span, eq.output, label)
    return terms[program.outputs[0]]


def program_of(term: Term, inputs: tuple[str, ...]) -> Program:
    """The Program of a term. What the user named is computed once, all else where it is written."""
    builder = Builder(inputs)
    named: dict[int, int] = {}
    labels: list[tuple[str, int]] = []

    def added(part: Term) -> int:
        if part.primitive == INPUT:
            return inputs.index(part.name)
        if id(part) in named:
            return named[id(part)]
        slot = builder.add(part.primitive, [added(t) for t in part.inputs], part.params)
        if part.label:
            named[id(part)] = slot
            labels.append((part.label, slot))
        return slot

    return builder.program([added(term)], labels=labels)
