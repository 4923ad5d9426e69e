"""Where a plain derivative may have lost half of its digits, as a condition computed beside it.

While it stays quiet, the relative error of every derivative is at most √u, half of the digits of
the format, and no condition is decided by roundoff. That is proven when the condition is made, by a
running error analysis in relative terms (Wilkinson 1963; Higham 2002, chapter 3), most of which
depends on no value: products, quotients and roots add up the errors of what they are made of. What
can magnify them, a sum that cancels or a function where its relative condition number is large, is
compared with a threshold. All thresholds are one number, the largest for which the errors along
every path to a derivative stay within the budget: it follows from the precision of the format, and
an input, which is exact, or a sum of two such, costs no comparison. Errors are relative, so that
zeros are zeros: underflow is excluded by bounds of the inputs and of what they cannot bound.
"""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeAlias

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.engines.lhopital.touching import conditions, is_step
from diffcmp.language import rules
from diffcmp.passes.lowered import lowered
from diffcmp.passes.savings import share
from diffcmp.primitives.roundoff import ROUNDOFF
from diffcmp.program.ir import Builder, Equation, Program

ULPS = 8.0  # u's by which a library's function may be wrong
SLACK = 1.0  # log₂ of what is kept for errors of second order and those of the tests themselves
NEAR, FAR = -100.0, 100.0  # log₂ of the sizes of inputs, and of what these do not bound
SQUARED = 500.0  # log₂ of the largest and of the smallest value whose square is in range
STATED = 256  # bits at which constants are compared with their rounded values

Sizes: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bound:
    """What is known of a computed value, whatever the inputs, as long as all tests hold.

    error: of its relative error, in units of u. low, high: of log₂|value|, where it is not 0. sign:
    1 for one that is never negative, -1 for one that is never positive, 0 for what may be either.
    null: it is 0. other: it is not 0.
    """

    error: float = 0.0
    low: float = 0.0
    high: float = 0.0
    sign: int = 0
    null: bool = False
    other: bool = False


NULL = Bound(null=True)


class Unbounded(Exception):
    """No bound of the error is known, whatever is tested."""


def alarmed(program: Program, derived: Program, dtype: str = "float64") -> Program:
    """The outputs of `derived`, f and derivatives of it, and a condition that holds where one of
    the derivatives may be wrong in more than half of its digits, or where something that f or
    `derived` compares is equal, or nearly so."""
    floats = Floats(dtype)
    joint = _joint(program, derived, floats)
    count = len(derived.outputs)
    first = 0 if count == 1 else 1
    alarm = None
    budget = 2.0 ** (floats.precision / 2 - SLACK)
    for threshold in _thresholds(floats):
        proven = []
        for inputs in (None, (NEAR, FAR)):
            analysis = _Analysis(joint, joint.outputs[first:], floats, threshold, inputs)
            with contextlib.suppress(Unbounded):
                bounds = analysis.bounds()
                if max(bounds[i].error for i in joint.outputs[first:count]) <= budget:
                    proven.append(analysis)
        if proven:
            alarm = min(proven, key=lambda one: len(one.tests))
            break
    return _with_condition(joint, count, alarm)


def _thresholds(floats: Floats) -> Iterator[float]:
    """Powers of two, from a quarter of the bits on: where a condition number stays below, one of
    second order is negligible."""
    return (2.0**k for k in range(floats.precision // 4, 0, -1))


def _joint(program: Program, derived: Program, floats: Floats) -> Program:
    """`derived`, and all that `program` compares, in the primitives that are carried out."""
    builder = Builder(program.inputs)
    places = list(range(len(program.inputs)))
    outputs = list(builder.appended(derived, places, spans=False))
    slots = dict(enumerate(places))
    for eq in program.equations:
        slots[eq.output] = builder.copied(eq, [slots[i] for i in eq.inputs])
    for eq, sides in conditions(program):
        arguments = [slots[i] for i in eq.inputs]
        outputs += builder.appended(sides, arguments, spans=False)
    whole = builder.program(outputs)
    least = share(lowered(whole, lambda name: floats.function(name) is not None))
    builder = Builder(least.inputs)
    return builder.program(builder.appended(least, places))


def _with_condition(joint: Program, count: int, analysis: _Analysis | None) -> Program:
    """The first outputs, and whether a test fails; always, where there is nothing to test."""
    if analysis is None:
        builder = Builder(joint.inputs)
        kept = builder.appended(joint, range(len(joint.inputs)))[:count]
        zero = builder.literal(0)
        return builder.program([*kept, builder.add("eq", [zero, zero])]).pruned()
    builder, fine = analysis.builder, None
    for test in analysis.tests:
        fine = test if fine is None else builder.add("and", [fine, test])
    if fine is None:
        zero = builder.literal(0)
        alarm = builder.add("ne", [zero, zero])
    else:
        alarm = builder.add("not", [fine])
    return builder.program([*joint.outputs[:count], alarm]).pruned()


@dataclass
class _Analysis:
    """Bounds of all values of `joint` for one threshold, and the tests that they rest on, written
    behind it.

    wanted: the slots whose values must be right, conditions among them. inputs: log₂ of the sizes
    that are tested for; None for all that the format has.
    """

    joint: Program
    wanted: Sequence[int]
    floats: Floats
    threshold: float
    inputs: Sizes | None
    tests: dict[int, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.builder = Builder(self.joint.inputs)
        self.builder.appended(self.joint, range(len(self.joint.inputs)))
        self.made: dict[tuple[object, ...], int] = {}
        self.least = float(self.floats.least_exponent)
        self.most = -self.least  # 2**most is below the largest number
        self.live = replace(self.joint, outputs=tuple(self.wanted)).live
        self.equations = [eq for eq in self.joint.equations if eq.output in self.live]
        self.uses = Counter(i for eq in self.equations for i in eq.inputs)
        self.uses.update(self.wanted)
        self.values: dict[int, Bound] = {}

    def bounds(self) -> Mapping[int, Bound]:
        """The bounds of all slots that something else than a longer sum needs."""
        for i in range(len(self.joint.inputs)):
            if i in self.live:
                self.values[i] = self.of_input(i)
        self.values |= _constants(replace(self.joint, outputs=tuple(self.wanted)), self.floats)
        inner = self.inner_sums()
        for eq in self.equations:
            if eq.output in self.values or eq.output in inner:
                continue
            if eq.entry.connects:
                continue
            if eq.entry.compares:
                self.compared(eq)
            else:
                self.values[eq.output] = self.of(eq)
        return self.values

    # writing tests

    def write(self, name: str, *inputs: int) -> int:
        """The slot of an equation, one for equal ones."""
        key = (name, *inputs)
        if key not in self.made:
            self.made[key] = self.builder.add(name, inputs)
        return self.made[key]

    def number(self, value: float) -> int:
        """The slot of a literal."""
        key = ("literal", value)
        if key not in self.made:
            self.made[key] = self.builder.literal(Fraction(value))
        return self.made[key]

    def square(self, slot: int) -> int:
        """A value squared: cheaper to compare than abs, which is a call."""
        return self.write("mul", slot, slot)

    def require(self, test: int) -> None:
        """Add a test: that a condition holds."""
        self.tests[test] = None

    def in_range(self, slot: int, given: Bound, least: float, most: float) -> Bound:
        """`given`, with its size within what is asked for, by a test where it is not."""
        low, high = given.low, given.high
        if low < least:
            low = NEAR
            self.require(self.write("le", self.number(4.0**NEAR), self.square(slot)))
        if high > most:
            high = FAR
            self.require(self.write("le", self.square(slot), self.number(4.0**FAR)))
        return replace(given, low=low, high=high, other=given.other or low != given.low)

    # values

    def of_input(self, slot: int) -> Bound:
        """An input is exact."""
        if self.inputs is None:
            return Bound(low=self.least - self.floats.precision, high=self.most)
        low, high = self.inputs
        square = self.square(slot)
        large = self.write("le", self.number(4.0**low), square)
        test = self.write("and", large, self.write("le", square, self.number(4.0**high)))
        self.require(self.write("or", test, self.write("eq", slot, self.number(0.0))))
        return Bound(low=low, high=high)

    def of(self, eq: Equation) -> Bound:
        """The bound of one value from those of its arguments."""
        if eq.entry.selects:
            return self.chosen([self.values[i] for i in eq.inputs[1:]])
        if eq.entry.additive and eq.entry.cancels:
            return self.total(eq)
        if is_step(eq.primitive):
            return self.step(eq)
        arguments = [self.values[i] for i in eq.inputs]
        if eq.primitive in ("neg", "abs"):
            (x,) = arguments
            sign = -x.sign if eq.primitive == "neg" else 1
            return replace(x, sign=sign)
        if eq.primitive in ("mul", "div"):
            out = self.product(eq, *arguments)
        elif eq.primitive == "power":
            out = self.power(eq, *arguments)
        else:
            out = self.function(eq, arguments)
        return self.within(eq.output, out)

    def within(self, slot: int, out: Bound) -> Bound:
        """A bound whose sizes stay in the range of the format, by a test where need be."""
        return out if out.null else self.in_range(slot, out, self.least, self.most)

    @staticmethod
    def chosen(parts: Sequence[Bound]) -> Bound:
        """One of several values."""
        some = [part for part in parts if not part.null]
        if not some:
            return NULL
        signs = {part.sign for part in some}
        return Bound(
            error=max(part.error for part in some),
            low=min(part.low for part in some),
            high=max(part.high for part in some),
            sign=signs.pop() if len(signs) == 1 else 0,
            other=all(part.other for part in parts),
        )

    def product(self, eq: Equation, x: Bound, y: Bound) -> Bound:
        """x·y or x/y."""
        if eq.primitive == "div":
            if y.null:
                raise Unbounded
            if not y.other:
                self.require(self.write("ne", eq.inputs[1], self.number(0.0)))
            y = replace(y, low=-y.high, high=-y.low, other=True)
        if x.null or y.null:
            return NULL
        same = eq.primitive == "mul" and eq.inputs[0] == eq.inputs[1]
        exact_factor = eq.primitive == "mul" and any(map(self.is_power_of_two, eq.inputs))
        rounding = 0.0 if exact_factor else 1.0
        sign = 1 if same else x.sign * y.sign
        return Bound(
            error=x.error + y.error + rounding,
            low=x.low + y.low,
            high=x.high + y.high,
            sign=sign,
            other=x.other and y.other,
        )

    def is_power_of_two(self, slot: int) -> bool:
        """Whether a value is written as ±2**k."""
        value = self.joint.literal(slot)
        if not value:
            return False
        top, bottom = abs(value.numerator), value.denominator
        return top & (top - 1) == 0 and bottom & (bottom - 1) == 0

    def power(self, eq: Equation, x: Bound, y: Bound) -> Bound:
        """x to a constant power."""
        exponent = self.joint.literal(eq.inputs[1])
        value = _settled(self.joint, self.floats).get(eq.inputs[1])
        if value is None or not finite(value):
            raise Unbounded
        p = float(value)
        if p == 0:
            return Bound(sign=1, other=True)
        if x.null:
            if p < 0:
                raise Unbounded
            return NULL
        edge = exponent is None or exponent.denominator != 1  # f is undefined left of 0
        if (p < 0 or edge) and not x.other:
            self.require(self.write("ne", eq.inputs[0], self.number(0.0)))
        logarithm = max(abs(x.low), abs(x.high))
        error = abs(p) * (x.error + y.error * logarithm) + (1.0 if p == 2 else ULPS)
        even = exponent is not None and exponent.denominator == 1 and exponent.numerator % 2 == 0
        whole = exponent is not None and exponent.denominator == 1
        sign = 1 if even or not whole else x.sign
        low, high = sorted((p * x.low, p * x.high))
        return Bound(error, low, high, sign, other=p < 0 or x.other)

    def function(self, eq: Equation, arguments: Sequence[Bound]) -> Bound:
        """A function by its facts."""
        facts = ROUNDOFF.get(eq.primitive)
        error = ULPS
        for position, x in enumerate(arguments):
            if x.error:
                if facts is None:
                    raise Unbounded
                error += x.error * self.growth(eq, position)
        low, high = -math.inf, math.inf
        if facts is not None and facts.size and len(arguments) == 1:
            x = arguments[0]
            if x.null:
                x = Bound()
            low, high = _size(eq.primitive, x.low, x.high)
        sign = int(facts is not None and facts.positive)
        return Bound(error, low, high, sign, other=eq.entry.factors == ())

    def growth(self, eq: Equation, position: int) -> float:
        """By what a relative error of one argument grows at most, by a test where need be."""
        body = rules.amplification(eq.primitive, position)
        assert body is not None
        if not body.constant.isdisjoint(body.outputs):
            return float(evaluate(body, Floats(), [math.nan] * len(body.inputs))[0])
        (bound,) = self.builder.appended(body, [*eq.inputs, eq.output], spans=False)
        limit = self.number(self.threshold**2)
        self.require(self.write("le", self.square(bound), limit))
        return self.threshold

    def step(self, eq: Equation) -> Bound:
        """A whole number that is exact where the argument is not within its error of a step."""
        (place,) = eq.inputs
        x = self.values[place]
        if x.error:
            half = self.number(0.5)
            nearest = self.write("floor", self.write("add", place, half))
            self.apart(place, nearest, x, Bound(low=0.0, high=x.high))
        else:
            self.require(self.write("ne", place, eq.output))
        return Bound(0.0, 0.0, max(x.high, 0.0) + 1, max(x.sign, 0))

    # conditions

    def compared(self, eq: Equation) -> None:
        """Test that the sides of a comparison are farther apart than their errors."""
        x, y = eq.inputs
        self.apart(x, y, self.values[x], self.values[y])

    def apart(self, x: int, y: int, of_x: Bound, of_y: Bound) -> None:
        """Test that two values differ, and not by roundoff."""
        if of_x.null and of_y.null:
            return
        if x in self.joint.constant and y in self.joint.constant:
            return
        exact_sides = not (of_x.error or of_y.error)
        if exact_sides or of_x.null or of_y.null:
            self.require(self.write("ne", x, y))
            return
        # |y| <= T·|x - y| gives |x| <= (1 + T)·|x - y|
        worst = max(of_x.error, of_y.error)
        threshold = 2.0 ** (self.floats.precision - 4) / worst
        if threshold <= 1:
            raise Unbounded
        gap = self.write("sub", x, y)
        self.in_range(gap, Bound(low=-math.inf, high=math.inf), NEAR, FAR)
        side = y if of_y.error else x
        limit = self.write("mul", self.number(min(threshold, 2.0**40) ** 2), self.square(gap))
        self.require(self.write("lt", self.square(side), limit))

    # sums

    def inner_sums(self) -> set[int]:
        """Sums that are used once, as a part of a longer one."""
        sums = [eq for eq in self.equations if eq.entry.additive and eq.entry.cancels]
        return {i for eq in sums for i in eq.inputs if self.is_part(i)}

    def is_part(self, slot: int) -> bool:
        """Whether a value is a sum that nothing else uses."""
        eq = self.joint.by_output.get(slot)
        if eq is None or slot in self.joint.constant or self.uses[slot] != 1:
            return False
        return eq.entry.additive and eq.entry.cancels

    def terms(self, eq: Equation) -> list[tuple[int, int]]:
        """The terms of a sum with their signs, those of inner sums too."""
        found: list[tuple[int, int]] = []
        waiting = [(eq, 1)]
        while waiting:
            one, sign = waiting.pop()
            signs = (sign, -sign if one.primitive == "sub" else sign)
            for slot, its in zip(one.inputs, signs, strict=True):
                if self.is_part(slot):
                    waiting.append((self.joint.by_output[slot], its))
                else:
                    found.append((slot, its))
        return found

    def total(self, eq: Equation) -> Bound:
        """A sum of any number of terms: the errors of those that are inexact must be small beside
        it, unless all have one sign."""
        terms = [(i, sign) for i, sign in self.terms(eq) if not self.values[i].null]
        if not terms:
            return NULL
        bounds = [self.values[i] for i, _ in terms]
        n = len(terms)
        high = max(b.high for b in bounds) + math.log2(n)
        low = min(b.low for b in bounds)
        if n == 1:
            (i, sign), (b,) = terms[0], bounds
            return replace(b, sign=sign * b.sign)
        signs = {sign * self.values[i].sign for i, sign in terms}
        if (0 not in signs and len(signs) == 1) or len(set(terms)) == 1:
            error = max(b.error for b in bounds) + n - 1
            sign = signs.pop() if len(signs) == 1 else 0
            other = any(b.other for b in bounds)
            return self.within(eq.output, Bound(error, low, high, sign, other=other))
        errors = [b.error + (n - 2) for b in bounds]
        inexact = dict.fromkeys(i for (i, _), error in zip(terms, errors, strict=True) if error)
        if not inexact:  # the difference of two numbers is a multiple of the smaller one's last bit
            low = low - self.floats.precision
            return self.within(eq.output, Bound(1.0, low, high))
        t, largest = self.threshold, max(errors)
        out = eq.output
        if len(inexact) == n:  # the error of one term is bounded by the sum and the others
            dropped = next((i for i in inexact if i not in self.joint.constant), None)
            if dropped is not None:
                del inexact[dropped]
            error = largest * (1 + 2 * t) + 1
        else:
            error = largest * t + 1
        total = Bound(error, low - math.log2(t), high)
        total = self.in_range(out, total, -SQUARED, SQUARED)
        for i in inexact:
            self.values[i] = self.in_range(i, self.values[i], -math.inf, SQUARED)
        squares = None
        for i in inexact:
            square = self.square(i)
            squares = square if squares is None else self.write("add", squares, square)
        assert squares is not None
        limit = self.write("mul", self.number(t * t / len(inexact)), self.square(out))
        self.require(self.write("le", squares, limit))
        return total


def _settled(joint: Program, floats: Floats) -> dict[int, Any]:
    """The rounded values of the slots that depend on no input."""
    settled = joint.constant & joint.live
    fixed = tuple(eq for eq in joint.equations if eq.output in settled)
    part = replace(joint, equations=fixed, outputs=())
    with floats.quiet():
        values = trace_of(part, floats, [math.nan] * len(joint.inputs))
    return {eq.output: values[eq.output] for eq in fixed if eq.dtype == "real"}


def _constants(joint: Program, floats: Floats) -> dict[int, Bound]:
    """The bounds of the slots that depend on no input: measured.

    Raises
    ------
    Unbounded: where one of them is not finite, or 0 by roundoff.
    """
    settled = joint.constant & joint.live
    fixed = tuple(eq for eq in joint.equations if eq.output in settled)
    part = replace(joint, equations=fixed, outputs=())
    balls, bounds = Balls(STATED), {}
    with balls.working():
        true = trace_of(part, balls, [arb.nan()] * len(joint.inputs))
        for slot, value in _settled(joint, floats).items():
            bounds[slot] = _measured(value, true[slot], floats)
    return bounds


def _measured(value: Any, true: Any, floats: Floats) -> Bound:
    """The bound of one rounded number beside the ball of the true one."""
    ball = to_arb(true)
    if not finite(value) or not ball.is_finite():
        raise Unbounded
    if value == 0:
        if ball != 0:
            raise Unbounded
        return NULL
    number = exact(value)
    size = math.log2(abs(number.numerator)) - math.log2(number.denominator)
    if not floats.least_exponent < size < -floats.least_exponent:
        raise Unbounded
    rounded = fmpq(number.numerator, number.denominator)
    wrong = abs((ball - rounded) / rounded).upper() * arb(2) ** floats.precision
    error = 0.0 if wrong == 0 else float(wrong.upper()) * (1 + 1e-9)
    if not math.isfinite(error):
        raise Unbounded
    return Bound(error, size - 0.01, size + 0.01, 1 if value > 0 else -1, other=True)


def _size(name: str, low: float, high: float) -> Sizes:
    """Bounds of log₂|out| of a function of one argument by those of the argument."""
    bodies = rules.sizes(name)
    assert bodies is not None
    balls = Balls(64)
    sizes = []
    with balls.working():
        ends = [arb(2) ** arb(bound) for bound in (low, high)]
        for body, nowhere in zip(bodies, (-math.inf, math.inf), strict=True):
            size = to_arb(evaluate(body, balls, ends)[0])
            known = size.is_finite() and size > 0
            sizes.append(float((size.log() / arb(2).log()).mid()) if known else nowhere)
    return sizes[0] - 0.01, sizes[1] + 0.01
