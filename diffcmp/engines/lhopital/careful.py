"""Automatic differentiation that knows L'Hôpital's rule: series with float coefficients that carry
an error bound.

Where the plain engines meet 0/0, 0·∞, ∞-∞, ∞/∞, 0⁰, 1^∞ or the root of an even-order zero, the
function along one coordinate is run again on series beside the point: there the quotient of two
series with a common zero is the quotient of their leading terms, which is what the rule says,
however often it has to be applied. A branch that is not taken beside the point contributes nothing,
and a guard counts as the function beside it. Where a value on the way overflows or underflows, such
as exp(x) in log(1 + exp(x)) at 800, the series is run on numbers of the same precision whose
exponents have no bound. Next to such a point, where the running error bound says that cancellation
has eaten the digits, it is run with more bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import product
from typing import Any, Literal, TypeAlias

from diffcmp.arithmetic.bounded import OutOfRange
from diffcmp.arithmetic.floats import ERRORS, KERNEL, Floats, exact
from diffcmp.engines.compiled import compiled, emitted_on_numbers
from diffcmp.engines.derived import adjoint, only, tangent
from diffcmp.engines.lhopital.touching import comparing
from diffcmp.engines.series.coefficients import SLACK, BoundedField, WideField
from diffcmp.engines.series.expansion import one_side
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.engines.series.logarithms import Extended
from diffcmp.passes.expand import core, line
from diffcmp.program.ir import Builder, Program, constant

POSITIVE = frozenset(
    {"exp", "exp2", "cosh", "sigmoid", "softplus", "gamma", "literal"}
)  # functions that never vanish
SUMS = frozenset({"add", "sub"})
LOSING = SUMS | {
    "log",
    "log2",
    "log10",
    "acos",
    "acosh",
}  # 0 at an argument, 1, whose last digit then matters
STEEP = frozenset({"asin", "acos", "acosh", "atanh"})  # of infinite slope at 1 or -1
TERMS = 24
CANCELLED = Fraction(
    1, 2**10
)  # a sum this small against what it was made of has lost digits, and may be a rounded zero
KEPT = 0.75  # of the digits must be certain by the running error bound; else more bits are used
WIDENED = (2, 4, 8, 32, 128)  # times the precision of the format
SHARPER = 4  # times that precision, to see whether a zero is one


Pair: TypeAlias = tuple[Any | None, Any | None]  # left and right


@dataclass(frozen=True, slots=True)
class Resolved:
    """Value and derivatives beside the point on both sides, a pair for each order from 0 up to the
    one asked for; None where a side has none. `zeros`: how many values other than 0 were taken as
    zero because they lie within their error bound. `wide`: exponents beyond the format's were
    needed.
    `precision`: how many times that of the format was needed, where the running error bound had
    grown beyond the result. `beyond`: the derivative is finite, but larger than every number of the
        format."""

    pairs: tuple[Pair, ...]
    bound: float
    zeros: int
    wide: bool = False
    precision: int = 1
    beyond: bool = False

    @property
    def slopes(self) -> Pair:
        """The derivative of the order asked for on either side."""
        return self.pairs[-1]

    @property
    def value(self) -> Any | None:
        """The common limit of both sides."""
        return self.common(self.pairs[0])

    @property
    def slope(self) -> Any | None:
        """The common derivative of both sides, where they have all lower ones in common too."""
        lower = all(self.common(pair) is not None for pair in self.pairs[:-1])
        return self.common(self.slopes) if lower else None

    @property
    def broken(self) -> int | None:
        """The first order below the one asked for at which the sides are known to differ: 0 for a
        jump, 1 for a kink."""
        differ = (
            order
            for order, pair in enumerate(self.pairs[:-1])
            if None not in pair and self.common(pair) is None
        )
        return next(differ, None)

    def certain(self, floats: Floats) -> bool:
        """Whether enough digits are certain by the error bound: all of them, once more bits had to
        be used."""
        kept = KEPT if self.precision == 1 else 1.0
        return (
            self.slope is not None
            and self.bound <= abs(float(self.slope)) * floats.unit_roundoff**kept
        )

    def common(self, pair: Pair) -> Any | None:
        """What both sides agree on, within their error."""
        left, right = pair
        if left is None or right is None:
            return None
        if math.isinf(left) or math.isinf(right):
            return left if left == right else None
        near = abs(float(left) - float(right)) <= SLACK * self.bound + 1e-9 * abs(float(left))
        return right if near else None


def resolved(
    program: Program,
    inputs: Sequence[Any],
    direction: Mapping[str, int],
    floats: Floats,
    order: int = 1,
) -> Resolved:
    """The function from both sides of the rounded point, on series with float coefficients, along a
    direction of whole numbers by the names of the variables; all others are held fixed. `order` is
    that of the derivative, 1 or 2."""
    point = {name: constant(exact(x)) for name, x in zip(program.inputs, inputs, strict=True)}
    form = core(line(program, point, direction))
    measured = frozenset(exact(x) for x in inputs if x != math.floor(x))
    field: BoundedField | WideField = BoundedField(floats.dtype, measured)
    try:
        found = _both_sides(form, field, order)
    except OutOfRange:
        field = WideField(floats, measured)
        found = replace(_on_balls(form, field, order), wide=True)
    if (
        field.doubtful
    ):  # is it 0 but for the roundoff of the input, or was it the roundoff on the way?
        again = _on_balls(form, WideField(floats, measured, SHARPER), order)
        found = found if again.zeros else replace(again, wide=found.wide, precision=SHARPER)
    for widened in WIDENED:
        if found.zeros or found.slope is None or found.certain(floats):
            break
        found = replace(
            _on_balls(form, WideField(floats, widened=widened), order), precision=widened
        )
    return found


def _on_balls(form: Program, field: WideField, order: int) -> Resolved:
    with field.system.working():
        return _both_sides(form, field, order)


def _both_sides(form: Program, field: BoundedField | WideField, order: int) -> Resolved:
    """Limits and derivatives of a core program of one variable beside 0.

    Raises
    ------
    OutOfRange: where a number leaves the range of the field.
    """
    left, right = (_side(form, side, field, order) for side in (-1, 1))
    errors = [
        field.error(s.value) for s in (left[-1], right[-1]) if s is not None and not s.infinite
    ]
    pairs = (
        (_number(before, field), _number(after, field))
        for before, after in zip(left, right, strict=True)
    )
    found = Resolved(tuple(pairs), max(errors, default=0.0), field.assumed)
    finite = all(s is not None and not s.infinite for s in (left[-1], right[-1]))
    return replace(found, beyond=finite and found.slope is not None and math.isinf(found.slope))


def _side(
    form: Program, direction: int, field: BoundedField | WideField, order: int
) -> list[Extended | None]:
    """The limit and the derivatives up to `order` on one side."""
    try:
        found = one_side(form, field.system.literal(Fraction(0)), direction, field, TERMS, order)
    except Exhausted:
        return [None] * (order + 1)
    return [found.limit, found.slope, found.curvature][: order + 1]


def _number(found: Extended | None, field: BoundedField | WideField) -> Any | None:
    if found is None:
        return None
    return found.infinite * math.inf if found.infinite else field.number(found.value)


def alarmed(program: Program, derived: Program) -> Program:
    """`derived` with one more output: a condition that holds where the plain engine may be wrong
    without a sign.

    That is where a condition is about to change (its two sides are equal), and where a divisor, or
    the base of a negative or fractional power, is a sum that has cancelled or a function next to
    its zero; where a numerator is such a sum, and where two quotients cancel.
    """
    builder = Builder(program.inputs)
    places = list(range(len(program.inputs)))
    outputs = list(builder.inline(derived, places, None))
    slots = dict(enumerate(places))
    for eq in program.equations:
        slots[eq.output] = builder.add(
            eq.primitive, [slots[i] for i in eq.inputs], eq.params, eq.span
        )
    test = None
    for alarm in _alarms(program, slots, builder):
        test = alarm if test is None else builder.add("or", [test, alarm])
    if test is None:
        zero = builder.literal(0)
        test = builder.add("ne", [zero, zero])
    return builder.program([*outputs, test])


def _alarms(program: Program, slots: Mapping[int, int], builder: Builder) -> Iterator[int]:
    """The conditions under which some equation is suspicious."""
    for eq, made in comparing(program):
        arguments = [slots[i] for i in eq.inputs]
        sides = arguments if made is None else builder.inline(made, arguments, None)
        for pair in zip(sides[::2], sides[1::2], strict=True):
            yield builder.add("eq", pair)
    suspects: dict[int, None] = {}
    for eq in program.equations:
        if eq.output not in program.live or set(eq.inputs) <= program.constant:
            continue
        if eq.primitive == "div":
            divisors = [
                i for i in _factors(program, eq.inputs[1]) if i < len(program.inputs)
            ]  # vanish without an alarm
            lost = [
                i for i in _zeros(program, eq.inputs[0]) if program.by_output[i].primitive in LOSING
            ]
            for divisor, place in product(divisors, lost):
                small = builder.add(
                    "le", [builder.add("mul", [divisor, divisor]), builder.literal(CANCELLED)]
                )
                yield builder.add("and", [small, _cancelled(program, place, slots, builder)])
            suspects |= dict.fromkeys(_zeros(program, eq.inputs[1]))
        elif eq.primitive in SUMS and all(_unbounded(program, i) for i in eq.inputs):
            suspects[eq.output] = None
        elif eq.primitive in ("power", "pow", "sqrt", "cbrt", "hypot"):
            exponent = program.by_output[eq.inputs[1]].params if eq.primitive == "power" else ()
            if not (exponent and exponent[0] > 0 and exponent[0].denominator == 1):
                suspects |= dict.fromkeys(_zeros(program, eq.inputs[0]))
        elif eq.primitive in STEEP and eq.inputs[0] >= len(program.inputs):
            ends = [
                builder.add(sign, [builder.literal(1), slots[eq.inputs[0]]])
                for sign in ("add", "sub")
            ]
            edge = builder.add("mul", ends)
            yield builder.add(
                "le", [builder.add("mul", [edge, edge]), builder.literal(CANCELLED**2)]
            )
        elif eq.primitive == "tan":  # a quotient by cos(x), which is 1/tan(x) next to its zero
            x, out = (builder.add("mul", [i, i]) for i in (slots[eq.inputs[0]], slots[eq.output]))
            bound = builder.add(
                "mul", [builder.literal(CANCELLED**2), builder.add("mul", [x, out])]
            )
            yield builder.add("ge", [bound, builder.literal(1)])
        elif eq.entry.recurrence:  # a function with poles at 0, -1, -2, …
            x, half = slots[eq.inputs[-1]], builder.literal(Fraction(1, 2))
            off = builder.add("sub", [x, builder.add("floor", [builder.add("add", [x, half])])])
            near = builder.add(
                "le", [builder.add("mul", [off, off]), builder.literal(CANCELLED**2)]
            )
            yield builder.add("and", [near, builder.add("lt", [x, half])])
    for place in suspects:
        yield _cancelled(program, place, slots, builder)


def _cancelled(program: Program, place: int, slots: Mapping[int, int], builder: Builder) -> int:
    """The condition that a value is far smaller than its first argument."""
    first = slots[program.by_output[place].inputs[0]]
    squares = [
        builder.add("mul", [i, i]) for i in (slots[place], first)
    ]  # cheaper than two calls of abs
    bound = builder.add("mul", [builder.literal(CANCELLED**2), squares[1]])
    return builder.add("le", [squares[0], bound])


def _unbounded(program: Program, place: int) -> bool:
    """Whether a value is a quotient with a divisor that varies."""
    eq = program.by_output.get(place)
    return eq is not None and eq.primitive == "div" and eq.inputs[1] not in program.constant


def _zeros(program: Program, place: int) -> Iterator[int]:
    """The values in which a value can vanish without showing it: the sums and functions that its
    factors are."""
    for i in _factors(program, place):
        if i >= len(program.inputs) and program.by_output[i].primitive not in POSITIVE:
            yield i


def _factors(program: Program, place: int) -> Iterator[int]:
    """The varying values of which one vanishes wherever a product, a power or a root of them
    does."""
    eq = program.by_output.get(place)
    if place in program.constant:
        return
    if eq is not None and eq.primitive in ("mul", "neg", "power", "sqrt", "cbrt", "abs", "hypot"):
        for i in eq.inputs:
            yield from _factors(program, i)
    elif eq is not None and eq.primitive == "div":
        yield from _factors(program, eq.inputs[0])
    else:
        yield place


@lru_cache(maxsize=256)
def careful(
    program: Program, name: str, mode: Literal["dual", "tape"] = "dual"
) -> Callable[..., float]:
    """A method f′ (`Emitted.dispatching`) of float64 numbers, or of arrays element by element, that
    runs the plain compiled engine, and series only where that is not to be trusted."""
    plain = tangent(program, name) if mode == "dual" else adjoint(program, (name,))
    floats = Floats()
    fallback = compiled(only(plain, 1))

    def by_series(*inputs: float) -> float:
        series = (
            resolved(program, inputs, {name: 1}, floats).slope
            if all(map(math.isfinite, inputs))
            else None
        )
        return float(fallback(*inputs) if series is None else series)

    def others(*values: Any) -> Any:
        from diffcmp.engines.pointwise import repaired

        return repaired(watched, partial(made, None))(*values)

    watched = only(alarmed(program, plain), 1, 2)
    names = {
        **KERNEL,
        "_errors": ERRORS,
        "_fallback": by_series,
        "_careful": by_series,
        "_other": others,
        "_float": float,
    }
    made: Callable[..., Any] = (
        emitted_on_numbers(watched).careful().guarded().dispatching().function(names)
    )
    return made
