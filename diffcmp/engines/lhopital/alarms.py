"""Where a plain derivative may have lost half of its digits, as a condition computed beside it.

While it stays quiet, the relative error of every derivative is at most √u, half of the digits of
the format, and no condition is decided by roundoff. That is proven when the condition is made, by a
running error analysis in relative terms (Wilkinson 1963; Higham 2002, chapter 3), most of which
depends on no value: products, quotients and roots add up the errors of what they are made of. What
can magnify them, a sum that cancels or a function where its relative condition number is large, is
compared with a threshold. All thresholds are one number, the largest for which the errors along
every path to a derivative stay within the budget: it follows from the precision of the format, and
an input, which is exact, or a sum of two such, costs no comparison.

What underflows has an absolute error beside its relative one. It is carried along by bounds of the
values, which the inputs have by a single comparison, and is negligible where a divisor, or in the
end the derivative, is not tiny.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import KERNEL, Floats, exact, finite
from diffcmp.engines.lhopital.enclosed import Proof
from diffcmp.engines.lhopital.touching import conditions, is_step
from diffcmp.language import rules
from diffcmp.passes.expand import core
from diffcmp.passes.lowered import lowered
from diffcmp.passes.savings import share
from diffcmp.primitives.roundoff import ROUNDOFF
from diffcmp.program.ir import Builder, Equation, Program

ULPS = 8.0  # u's by which a library's function may be wrong
SLACK = 4.5  # log₂ of what is kept for errors of second order and those of the tests themselves
NEAR, FAR = -100.0, 100.0  # log₂ of the least and the largest size that is tested for
SQUARED = 500.0  # log₂ of the largest value whose square is in range, and of 1 over the least
RATIOS = 2  # terms of a sum up to which quotients are cheaper than squares
STATED = 256  # bits at which constants are compared with their rounded values
NONE = -math.inf

Sizes: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bound:
    """What is known of a computed value, whatever the inputs, as long as all tests hold.

    error: of its relative error, in units of u. lost: log₂ of its absolute error by underflow. low,
    high: of log₂|value|; a low of -∞ is one that may be 0, exactly, unless something is lost. sign:
    1 for what is never negative, -1 for what is never positive, 0 for what may be either. null: it
    is 0. nan: it may be none, or infinite, outside of a domain.
    """

    error: float = 0.0
    lost: float = NONE
    low: float = NONE
    high: float = 0.0
    sign: int = 0
    null: bool = False
    nan: bool = False

    @property
    def exact(self) -> bool:
        """Whether it has no error."""
        return not self.error and self.lost == NONE


NULL = Bound(null=True)


class Unbounded(Exception):
    """No bound of the error is known, whatever is tested."""


RAISING = frozenset(name for name, f in KERNEL.items() if f is getattr(math, name, None))
"""The functions that raise outside of their domain, in code for Python's floats."""


def alarmed(program: Program, derived: Program, dtype: str = "float64") -> Program:
    """The outputs of `derived`, f and derivatives of it, and a condition that holds where one of
    the derivatives may be wrong in more than half of its digits, or where something that f or
    `derived` compares is equal, or nearly so."""
    whole = tested(program, derived, dtype, frozenset())
    builder = Builder(whole.inputs)
    outputs = builder.appended(whole, range(len(whole.inputs)))
    kept, tests = outputs[: len(derived.outputs)], outputs[len(derived.outputs) :]
    fine: int | None = None
    for test in tests:
        fine = test if fine is None else builder.add("and", [fine, test])
    if fine is None:
        zero = builder.literal(0)
        alarm = builder.add("ne", [zero, zero])
    else:
        alarm = builder.add("not", [fine])
    return builder.program([*kept, alarm])


def tested(program: Program, derived: Program, dtype: str, raising: frozenset[str]) -> Program:
    """The outputs of `derived`, f and derivatives of it, and any number of conditions: as long as
    all hold, the derivatives are right to half of their digits, and nothing that f or `derived`
    compares is equal, or nearly so. The functions `raising` are called at no number outside of
    their domain without an exception."""
    floats = Floats(dtype)
    joint, domains = _joint(program, derived, floats)
    count = len(derived.outputs)
    wanted, conditions = joint.outputs[min(1, count - 1) : count], joint.outputs[count:]
    constants = None
    if _is_defined(program):
        constants = _constants(replace(joint, outputs=(*wanted, *conditions)), floats)
    fewest: _Analysis | None = None
    least, most = 1, floats.precision // 4  # beyond it errors of second order might count
    while constants is not None and least <= most:
        middle = most if fewest is None and most == floats.precision // 4 else (least + most) // 2
        proven = []
        for bounded in (False, True):
            slots, threshold = (*wanted, *conditions), 2.0**middle
            analysis = _Analysis(joint, slots, floats, threshold, bounded, raising, constants)
            if analysis.proves(wanted, joint.outputs[-1] if domains else None):
                proven.append(analysis)
        if proven:
            fewest, least = min(proven, key=lambda one: len(one.tests)), middle + 1
        else:
            most = middle - 1
    if fewest is not None:
        outputs = [*joint.outputs[:count], *fewest.tests]
        return fewest.builder.program(outputs).pruned()
    builder = Builder(joint.inputs)
    kept = builder.appended(joint, range(len(joint.inputs)))[:count]
    zero = builder.literal(0)
    return builder.program([*kept, builder.add("ne", [zero, zero])]).pruned()


def _is_defined(program: Program) -> bool:
    """Whether all constants that f is made of are numbers."""
    balls = Balls(STATED)
    form = core(program)
    fixed = [eq for eq in form.equations if eq.output in form.constant & form.live]
    part = replace(form, equations=tuple(fixed), outputs=())
    with balls.working():
        values = trace_of(part, balls, [arb.nan()] * len(form.inputs))
        return all(to_arb(values[eq.output]).is_finite() for eq in fixed if eq.dtype == "real")


def _joint(program: Program, derived: Program, floats: Floats) -> tuple[Program, bool]:
    """`derived`, and all that `program` compares, in the primitives that are carried out; and
    whether the last output is a condition under which what `derived` does not compute of `program`
    is defined."""
    builder = Builder(program.inputs)
    places = list(range(len(program.inputs)))
    outputs = list(builder.appended(derived, places, spans=False))
    proof = Proof(program, builder, program.inputs, _hidden(program, derived, floats))
    defined = proof.of_output()
    for eq, sides in conditions(program):
        arguments = [proof.slots[i] for i in eq.inputs]
        outputs += builder.appended(sides, arguments, spans=False)
    domains = any(proof.sound[i] is not None for i in program.outputs)
    if domains:
        outputs.append(defined)
    return _least(builder.program(outputs), floats), domains


def _least(program: Program, floats: Floats) -> Program:
    """A Program in the primitives that are carried out, each value once."""
    least = share(lowered(program, lambda name: floats.function(name) is not None))
    builder = Builder(least.inputs)
    return builder.program(builder.appended(least, range(len(least.inputs))))


def _hidden(program: Program, derived: Program, floats: Floats) -> set[int]:
    """The values of `program` with a domain that its derivatives are not made of."""
    builder = Builder(program.inputs)
    inputs = range(len(program.inputs))
    outputs = builder.appended(derived, inputs, spans=False)
    slots = {i: i for i in inputs}
    for eq in program.equations:
        slots[eq.output] = builder.copied(eq, [slots[i] for i in eq.inputs])
    watched: list[int] = []
    seen: list[int] = []
    for eq in program.equations:
        if eq.entry.domain:
            watched.append(eq.output)
            seen.append(_shows_domain(builder, eq, slots))
    joint = _least(builder.program([*outputs, *seen]), floats)
    count = len(outputs)
    live = set(joint.outputs[min(1, count - 1) : count])
    for eq in reversed(joint.equations):
        if eq.output in live and not eq.entry.compares:
            live.update(eq.inputs)
    pairs = zip(watched, joint.outputs[count:], strict=True)
    return {i for i, slot in pairs if slot not in live}


def _shows_domain(builder: Builder, eq: Equation, slots: Mapping[int, int]) -> int:
    """The slot of what is no number outside of the domain of a primitive: its value, or, where the
    domain has ends that belong to it, the partial derivative, which is infinite there."""
    rule = rules.partial(eq.primitive, 0)
    if rule is None or not eq.entry.steep or "=" not in eq.entry.domain:
        return slots[eq.output]
    arguments = [slots[i] for i in (*eq.inputs, eq.output)]
    return builder.appended(rule, arguments, spans=False)[0]


@dataclass
class _Analysis:
    """Bounds of all values of `joint` for one threshold, and the tests that they rest on, written
    behind it.

    wanted: the slots whose values must be right, conditions among them. bounded: whether the
    inputs are tested not to be huge. raising: as for `tested`. constants: the bounds of what
    depends on no input.
    """

    joint: Program
    wanted: Sequence[int]
    floats: Floats
    threshold: float
    bounded: bool
    raising: frozenset[str]
    constants: Mapping[int, Bound]
    tests: dict[int, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.builder = Builder(self.joint.inputs)
        self.builder.equations = list(self.joint.equations)
        self.builder.varying = [i not in self.joint.constant for i in range(self.joint.size)]
        self.builder.dims = [()] * self.joint.size
        self.made: dict[tuple[object, ...], int] = {}
        self.least = float(self.floats.least_exponent)
        self.most = -self.least  # 2**most is below the largest number
        self.tiny = self.least - self.floats.precision  # log₂ of half the least number
        self.live = replace(self.joint, outputs=tuple(self.wanted)).live
        self.equations = [eq for eq in self.joint.equations if eq.output in self.live]
        self.uses = Counter(i for eq in self.equations for i in eq.inputs)
        self.uses.update(self.wanted)
        self.values: dict[int, Bound] = {}

    def proves(self, wanted: Sequence[int], defined: int | None) -> bool:
        """Whether the tests bound the errors of all derivatives by the budget; `defined` is a
        condition that has to hold too."""
        try:
            self.bounds()
            self.require_all(defined)
            error = max(self.of_output(i).error for i in wanted)
        except Unbounded:
            return False
        return math.log2(max(error, 1.0)) <= self.floats.precision / 2 - SLACK

    def bounds(self) -> None:
        """Find the bounds of all slots that something else than a longer sum needs."""
        self.of_inputs()
        self.values |= self.constants
        inner = self.inner_sums()
        for eq in self.equations:
            if eq.output in self.values or eq.output in inner or eq.entry.connects:
                continue
            if eq.entry.compares:
                self.compared(eq)
            else:
                self.values[eq.output] = self.of(eq)

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

    def require_all(self, condition: int | None) -> None:
        """Add a test for each part of a condition that is joined by `and`."""
        waiting = [] if condition is None else [condition]
        while waiting:
            slot = waiting.pop()
            eq = self.builder.equations[slot - len(self.joint.inputs)]
            if eq.primitive == "and":
                waiting += eq.inputs
            else:
                self.require(slot)

    # values

    def of_inputs(self) -> None:
        """Inputs are exact, and may be 0."""
        inputs = [i for i in range(len(self.joint.inputs)) if i in self.live]
        high = FAR if self.bounded else self.most + 2
        self.values |= dict.fromkeys(inputs, Bound(high=high))
        if self.bounded and inputs:
            squares = self.sum_of_squares(inputs)
            self.require(self.write("le", squares, self.number(4.0**FAR)))

    def sum_of_squares(self, slots: Iterable[int]) -> int:
        """The slot of Σ x²."""
        total: int | None = None
        for i in slots:
            square = self.square(i)
            total = square if total is None else self.write("add", total, square)
        assert total is not None
        return total

    def solid(self, slot: int) -> Bound:
        """The bound of a value that is not tiny, by a test where need be, so that what is lost is a
        part of its relative error."""
        given = self.values[slot]
        if given.null or given.lost == NONE:
            return given
        return self.apart_from_zero(slot)

    def negligible(self, slot: int) -> Bound:
        """The bound of a value of which what is lost does not matter, as long as that is tiny."""
        given = self.values[slot]
        if given.lost == NONE:
            return given
        if given.lost > NEAR - self.floats.precision:
            raise Unbounded
        return replace(given, error=given.error + 1.0, lost=NONE)

    def of_output(self, slot: int) -> Bound:
        """The bound of a derivative, which is finite where all tests hold."""
        out = self.solid(slot)
        finite = out.high < self.most and (not out.nan or self.is_tested(slot))
        if slot not in self.joint.constant and not finite:
            self.finite(slot)
        return out

    def finite(self, slot: int) -> None:
        """Test that a value is a number."""
        nothing = self.write("sub", slot, slot)  # nan for inf - inf
        self.require(self.write("eq", nothing, self.number(0.0)))

    def shown(self, slot: int) -> None:
        """Test that a value is a number, where what follows would hide that it is none."""
        given = self.values[slot]
        if given.nan:
            self.finite(slot)
            self.values[slot] = replace(given, nan=False)

    def is_tested(self, slot: int) -> bool:
        """Whether a test fails where a value is nan."""
        made = {eq.output: eq for eq in self.builder.equations[len(self.joint.equations) :]}
        needed, waiting = set[int](), list(self.tests)
        while waiting:
            eq = made.get(waiting.pop())
            if eq is not None and eq.primitive != "or":
                needed.update(eq.inputs)
                waiting += eq.inputs
        return slot in needed

    def apart_from_zero(self, slot: int) -> Bound:
        """The bound of a value that is neither tiny nor 0, by a test where need be."""
        given = self.values[slot]
        if given.null:
            raise Unbounded
        low, error = given.low, given.error
        if low < NEAR:
            low = NEAR
            self.tests.pop(self.write("ne", slot, self.number(0.0)), None)
            self.require(self.write("le", self.number(4.0**NEAR), self.square(slot)))
        if given.lost > NONE:
            share = given.lost - low + self.floats.precision
            if share > 0:
                raise Unbounded
            error += 1.0
        found = self.values[slot] = replace(given, error=error, lost=NONE, low=low)
        return found

    def within(self, slot: int, out: Bound) -> Bound:
        """A bound in the range of the format: not huge, by a test where need be, and what may
        underflow has lost something."""
        high, low, lost = out.high, out.low, out.lost
        if out.null:
            return out
        if high >= self.most:
            high = FAR
            self.require(self.write("le", self.square(slot), self.number(4.0**FAR)))
        if low <= self.least + 1:
            low, lost = NONE, max(lost, self.tiny) + 2
        return replace(out, low=low, high=high, lost=lost)

    def of(self, eq: Equation) -> Bound:
        """The bound of one value from those of its arguments."""
        if eq.entry.selects:
            return self.chosen([self.values[i] for i in eq.inputs[1:]])
        if eq.entry.additive and eq.entry.cancels:
            return self.total(eq)
        if is_step(eq.primitive):
            return self.step(eq)
        if eq.primitive in ("neg", "abs"):
            x = self.values[eq.inputs[0]]
            return replace(x, sign=-x.sign if eq.primitive == "neg" else 1)
        if eq.primitive == "mul":
            return self.product(eq)
        if eq.primitive == "div":
            return self.quotient(eq)
        if eq.primitive == "power":
            return self.power(eq)
        return self.function(eq)

    @staticmethod
    def chosen(parts: Sequence[Bound]) -> Bound:
        """One of several values."""
        some = [part for part in parts if not part.null]
        if not some:
            return NULL
        signs = {part.sign for part in some}
        return Bound(
            error=max(part.error for part in some),
            lost=max(part.lost for part in some),
            low=min(part.low for part in some) if len(some) == len(parts) else NONE,
            high=max(part.high for part in some),
            sign=signs.pop() if len(signs) == 1 else 0,
            nan=any(part.nan for part in parts),
        )

    def product(self, eq: Equation) -> Bound:
        """x·y."""
        x, y = (self.values[i] for i in eq.inputs)
        if x.null or y.null:
            return NULL
        same = eq.inputs[0] == eq.inputs[1]
        out = Bound(
            error=x.error + y.error + 1.0,
            lost=max(x.lost + y.high, y.lost + x.high) + 1,
            low=x.low + y.low,
            high=x.high + y.high,
            sign=1 if same else x.sign * y.sign,
            nan=x.nan or y.nan,
        )
        if any(map(self.doubles, eq.inputs)) and out.high < self.most:
            return replace(out, error=out.error - 1.0)
        return self.within(eq.output, out)

    def doubles(self, slot: int) -> bool:
        """Whether a value is written as ±2**k with k >= 0, so that a product with it is exact."""
        value = self.joint.literal(slot)
        if not value or value.denominator != 1:
            return False
        size = abs(value.numerator)
        return size & (size - 1) == 0

    def quotient(self, eq: Equation) -> Bound:
        """x/y."""
        self.shown(eq.inputs[1])
        x, y = self.values[eq.inputs[0]], self.apart_from_zero(eq.inputs[1])
        if x.null:
            return NULL
        out = Bound(
            error=x.error + y.error + 1.0,
            lost=x.lost - y.low,
            low=x.low - y.high,
            high=x.high - y.low,
            sign=x.sign * y.sign,
            nan=x.nan,
        )
        return self.within(eq.output, out)

    def power(self, eq: Equation) -> Bound:
        """x to a constant power. One that is not whole is undefined left of 0, where f ends."""
        base, place = eq.inputs
        exponent = self.joint.literal(place)
        value = _settled(self.joint, self.floats).get(place)
        if value is None or not finite(value):
            raise Unbounded
        p = float(value)
        whole = exponent is not None and exponent.denominator == 1
        if p == 0:
            return Bound(low=0.0, sign=1)
        x = self.values[base]
        if x.null:
            if p > 0 and whole:
                return NULL
            raise Unbounded
        if p < 0 or not whole:
            self.shown(base)
            x = self.apart_from_zero(base)
        error = abs(p) * x.error + (1.0 if p == 2 else ULPS)
        if not whole:
            error += abs(p) * self.values[place].error * max(abs(x.low), abs(x.high))
        ends = sorted((p * x.low, p * x.high))
        out = Bound(
            error=error,
            lost=x.lost + (p - 1) * max(x.high, 0.0) + math.log2(abs(p)) if p > 0 else NONE,
            low=ends[0],
            high=ends[1],
            sign=x.sign if whole and exponent is not None and exponent.numerator % 2 else 1,
            nan=x.nan or not whole,
        )
        return self.within(eq.output, out)

    def function(self, eq: Equation) -> Bound:
        """A function by its facts."""
        facts = ROUNDOFF.get(eq.primitive)
        if facts is None:
            raise Unbounded
        error = ULPS
        for i in eq.inputs:
            self.shown(i)
        arguments = [self.negligible(i) if facts.steady else self.solid(i) for i in eq.inputs]
        for position, x in enumerate(arguments):
            if x.error:
                error += x.error * self.growth(eq, position)
        low, high = NONE, math.inf
        if facts.size and len(arguments) == 1 and not arguments[0].null:
            x = arguments[0]
            low, high = _size(eq.primitive, x.low, max(x.low, self.tiny), x.high)
        nan = bool(eq.entry.domain) and eq.primitive not in self.raising
        out = Bound(error, NONE, low, high, int(facts.positive), nan=nan)
        return self.within(eq.output, out)

    def growth(self, eq: Equation, position: int) -> float:
        """By what a relative error of one argument grows at most, by a test where need be."""
        body = rules.amplification(eq.primitive, position)
        if body is None:
            raise Unbounded
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
        if x.exact:
            self.differ(place, eq.output, x.nan)
        else:
            nearest = self.write("floor", self.write("add", place, self.number(0.5)))
            self.apart(place, nearest, self.solid(place), Bound(high=x.high))
        return Bound(high=max(x.high, 0.0) + 1, sign=max(x.sign, 0))

    # conditions

    def compared(self, eq: Equation) -> None:
        """Test that the sides of a comparison are farther apart than their errors."""
        x, y = eq.inputs
        if x in self.joint.constant and y in self.joint.constant:
            return
        self.apart(x, y, self.values[x], self.values[y])

    def apart(self, x: int, y: int, of_x: Bound, of_y: Bound) -> None:
        """Test that two values differ, and not by roundoff."""
        if of_x.null and of_y.null:
            return
        if of_x.null or of_y.null:
            other, bound = (y, of_y) if of_x.null else (x, of_x)
            if bound.lost > NONE:
                self.apart_from_zero(other)
            else:
                self.differ(x, y, bound.nan)
            return
        nan = of_x.nan or of_y.nan
        if of_x.exact and of_y.exact:
            self.differ(x, y, nan)
            return
        gap = self.write("sub", x, y)
        lost = max(of_x.lost, of_y.lost)
        if lost > NEAR - self.floats.precision:
            raise Unbounded
        if lost > NONE:
            self.require(self.write("le", self.number(4.0**NEAR), self.square(gap)))
        worst = max(of_x.error, of_y.error)
        if not worst:
            self.differ(x, y, nan)
            return
        # |y| <= T·|x - y| gives |x| <= (1 + T)·|x - y|
        threshold = min(2.0 ** (self.floats.precision - 4) / worst, 2.0**40)
        if threshold <= 1:
            raise Unbounded
        if nan:
            self.finite(gap)
        limit = self.write("mul", self.number(threshold**2), self.square(gap))
        side = y if of_y.error else x
        self.require(self.write("lt", self.square(side), limit))

    def differ(self, x: int, y: int, nan: bool) -> None:
        """Test that two values differ, and are numbers."""
        self.require(self.write("ne", x, y))
        if nan:  # which differs from everything
            self.finite(self.write("sub", x, y))

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
        if n == 1:
            (_, sign), (b,) = terms[0], bounds
            return replace(b, sign=sign * b.sign)
        nan = any(b.nan for b in bounds)
        lost = max(b.lost for b in bounds) + math.log2(n) + 1
        high = max(b.high for b in bounds) + math.log2(n)
        signs = {sign * self.values[i].sign for i, sign in terms}
        if len(set(terms)) == 1 or (0 not in signs and len(signs) == 1):
            error = max(b.error for b in bounds) + n - 1
            low = max(b.low for b in bounds)
            sign = signs.pop() if len(signs) == 1 else 0
            return self.of_sum(eq.output, Bound(error, lost, low, high, sign, nan=nan))
        errors = [b.error + (n - 2) for b in bounds]
        inexact = dict.fromkeys(i for (i, _), error in zip(terms, errors, strict=True) if error)
        if not inexact:
            return self.of_sum(eq.output, Bound(1.0, lost, NONE, high, nan=nan))
        t, largest = self.threshold, max(errors)
        error = largest * t + 1
        low = max(self.values[i].low for i in inexact) - math.log2(t)
        if len(inexact) == n:  # the error of one term is bounded by the sum and the others
            dropped = next((i for i in inexact if i not in self.joint.constant), None)
            if dropped is not None:
                del inexact[dropped]
                error = largest * (1 + 2 * t) + 1
                low = max((self.values[i].low for i in inexact), default=NONE) - math.log2(t)
        if len(inexact) <= RATIOS:
            self.by_ratios(inexact, eq.output)
        else:
            self.by_squares(inexact, eq.output, high)
            if low < -SQUARED:  # squares may have vanished: those of what is smaller than this
                lost = max(lost, -SQUARED)
        return self.of_sum(eq.output, Bound(error, lost, low, high, nan=nan))

    def by_ratios(self, terms: Iterable[int], total: int) -> None:
        """Test that terms are at most `threshold` times their sum."""
        ratios = [self.write("div", i, total) for i in terms]
        limit = self.number(self.threshold**2 / len(ratios))
        self.require(self.write("le", self.sum_of_squares(ratios), limit))

    def by_squares(self, terms: Collection[int], total: int, high: float) -> None:
        """The same by squares, which are fewer operations for many terms."""
        for i in (*terms, total):
            if (high if i == total else self.values[i].high) > SQUARED:
                self.require(self.write("le", self.square(i), self.number(4.0**SQUARED)))
        factor = self.number(self.threshold**2 / len(terms))
        limit = self.write("mul", factor, self.square(total))
        self.require(self.write("le", self.sum_of_squares(terms), limit))

    def of_sum(self, slot: int, out: Bound) -> Bound:
        """The bound of a sum, which does not underflow."""
        if out.high < self.most:
            return out
        self.require(self.write("le", self.square(slot), self.number(4.0**FAR)))
        return replace(out, high=FAR)


def _settled(joint: Program, floats: Floats) -> dict[int, Any]:
    """The rounded values of the slots that depend on no input."""
    settled = joint.constant & joint.live
    fixed = tuple(eq for eq in joint.equations if eq.output in settled)
    part = replace(joint, equations=fixed, outputs=())
    with floats.quiet():
        values = trace_of(part, floats, [math.nan] * len(joint.inputs))
    return {eq.output: values[eq.output] for eq in fixed if eq.dtype == "real"}


def _constants(joint: Program, floats: Floats) -> dict[int, Bound] | None:
    """The bounds of the slots that depend on no input: measured. None where one of them is not
    finite, or 0 by roundoff."""
    settled = joint.constant & joint.live
    fixed = tuple(eq for eq in joint.equations if eq.output in settled)
    part = replace(joint, equations=fixed, outputs=())
    balls, bounds = Balls(STATED), {}
    with balls.working():
        true = trace_of(part, balls, [arb.nan()] * len(joint.inputs))
        for slot, value in _settled(joint, floats).items():
            try:
                bounds[slot] = _measured(value, true[slot], floats)
            except Unbounded:
                return None
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
    sign = 1 if value > 0 else -1
    return Bound(error, NONE, size - 0.01, size + 0.01, sign)


@cache
def _size(name: str, low: float, least: float, high: float) -> Sizes:
    """Bounds of log₂|out| of a function of one argument: of one that is at least 2**low, or at
    least 2**least where it is not 0, and at most 2**high."""
    bodies = rules.sizes(name)
    assert bodies is not None
    balls, sizes = Balls(64), []
    with balls.working():
        for body, first, nowhere in zip(bodies, (low, least), (NONE, math.inf), strict=True):
            lower = arb(0) if first == NONE else arb(2) ** arb(first)
            size = to_arb(evaluate(body, balls, [lower, arb(2) ** arb(high)])[0])
            known = size.is_finite() and size > 0
            sizes.append(float((size.log() / arb(2).log()).mid()) if known else nowhere)
    return sizes[0] - 0.01, sizes[1] + 0.01
