"""Every primitive on complex numbers, beside every cut, pole and edge of its domain: the imaginary
step gives the derivative, or nan.

Complex balls are held against the dual engine on real balls, with a step that is small against every
distance that a format has. Complex floating point is held against the derivative, and where a step
of a format is no small one against complex balls with that very step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import acb, arb, fmpq

from diffcmp.arithmetic.balls import Balls, ComplexBalls, to_arb
from diffcmp.arithmetic.complexes import COMPLEX, Complexes
from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.engines.forward import Dual, Duals
from diffcmp.primitives import TABLE

SHARE = 0.75  # of the digits of a format, which are asked for
STEP, TINY = Fraction(1e-20), Fraction(1, 2**200)
LEAST = {"float32": Fraction(1e-30)}
BITS = (256, 1024, 4096, 16384)

SMOOTH = [
    name
    for name, entry in TABLE.items()
    if entry.structure is None and any(entry.partials) and not entry.selects
]
PLACES = [
    0.0, 5e-324, 1e-310, 2.3e-308, 1e-154, 1e-30, 1e-9, 0.01, 0.3, 0.5, 0.7, 1.0, 1.3, 2.0, 2.5, 3.0, 6.0, 17.0,
    40.3, 88.9, 171.9, 400.5, 711.0, 1000.5, 11000.3, 1e8, 1e15 + 0.5, 1e20, 1e154, 1.7e308,
]  # fmt: skip
BESIDE = [0.0, 0.5, 1.0, 2.0, 3.0]
FEW = [0.0, 5e-324, 1e-30, 0.3, 1.0, 2.0, 2.5, 3.0, 17.0, 171.9, 1e15 + 0.5, 1e154, 1.7e308]
FEWEST = [0.0, 1e-30, 0.7, 2.0, -3.0, 1e20]
OFF_POLES = [5e-324, 1e-30, 0.3, 2.5, 17.3, 171.9, 400.5]
EXPONENTS = [-1000.5, -17.0, -3.0, -2.0, -0.5, 0.0, 1e-30, 0.3, 1.0, 2.0, 2.5, 3.0, 171.9, 1e15]


def mirrored(numbers: Sequence[float]) -> list[float]:
    return sorted({sign * x for x in numbers for sign in (1, -1)})


def places(name: str, dtype: str) -> Iterator[tuple[Any, ...]]:
    """Arguments of a primitive in a format: of one the places on both sides, and the numbers next to
    those where a cut, a pole or an edge may be."""
    scalar = getattr(np, dtype)
    count = len(TABLE[name].parameters)
    chosen = {1: mirrored(PLACES), 2: mirrored(FEW)}.get(count, FEWEST)
    numbers = rounded(chosen, dtype)
    if count == 1:
        for x, way in itertools.product(mirrored(BESIDE), (math.inf, -math.inf)):
            numbers.append(np.nextafter(scalar(x), scalar(way)))
    axes = [numbers] * count
    if name == "polygamma":
        axes = [rounded([0.0, 1.0, 2.0, 3.0], dtype), rounded(mirrored(OFF_POLES), dtype)]
    if name in ("power", "pow"):
        axes = [[x for x in numbers if x != 0], rounded(EXPONENTS, dtype)]
    if TABLE[name].separant:
        axes = [rounded([-3.0, -1e-3], dtype), *[rounded([0.3], dtype)] * (count - 1)]
    kept = float if dtype == "float64" else scalar
    yield from itertools.product(*([kept(x) for x in axis] for axis in axes))


def rounded(numbers: Sequence[float], dtype: str) -> list[Any]:
    """The numbers that a format holds, in that format."""
    scalar, largest = getattr(np, dtype), float(np.finfo(dtype).max)
    return [scalar(x) for x in numbers if abs(x) <= largest]


def slope(name: str, at: Sequence[Fraction], position: int) -> arb | None:
    """The derivative by the dual engine on balls; None where there is none."""
    for bits in BITS:
        balls = Balls(bits)
        with balls.working():
            duals = [
                Dual(balls.literal(x), balls.literal(Fraction(1)) if i == position else None)
                for i, x in enumerate(at)
            ]
            tangent = operation(Duals(balls), name)(*duals).tangent
            found = to_arb(fmpq(0) if tangent is None else tangent)
        if is_known(found):
            return found
    return None


def stepped(name: str, at: Sequence[Fraction], position: int, h: Fraction, bits: int) -> arb:
    """Im f(x + ih)/h on complex balls."""
    balls = ComplexBalls(bits)
    with balls.working():
        step = balls.real.literal(h)
        z = [acb(arb(balls.real.literal(x)), arb(step) * (i == position)) for i, x in enumerate(at)]
        out: arb = operation(balls, name)(*z).imag / arb(step)
    return out


def is_known(found: arb) -> bool:
    return bool(found.is_finite() and (found.rel_accuracy_bits() > 100 or found.is_zero()))


def stepped_exactly(name: str, at: Sequence[Fraction], position: int, h: Fraction) -> arb:
    for bits in BITS:
        found = stepped(name, at, position, h, bits)
        if is_known(found):
            break
    return found


def is_close(found: arb, true: arb, relative: float, absolute: Fraction) -> bool:
    with Balls(256).working():
        room = abs(true) * arb(relative) + arb(fmpq(absolute.numerator, absolute.denominator))
        return bool(abs(found - true) <= room)


@pytest.mark.parametrize("name", SMOOTH)
def test_on_balls_the_imaginary_step_gives_the_derivative(name: str) -> None:
    """Or nothing finite. Where the derivative does not exist, at a pole or an edge, a step beside the
    axis may give a number."""
    for at in places(name, "float64"):
        where = [exact(x) for x in at]
        for position in differentiated(name):
            h = TINY * min([1, *(abs(x) for x in where if x)])
            true = slope(name, where, position)
            if true is not None:
                found = stepped_exactly(name, where, position, h)
                agree = is_close(found, true, 2.0**-90, Fraction(1, 2**1400))
                assert agree or not found.is_finite(), (at, position)


def differentiated(name: str) -> list[int]:
    return [i for i, partial in enumerate(TABLE[name].partials) if partial]


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize("name", SMOOTH)
def test_in_floating_point_the_imaginary_step_gives_the_derivative(name: str, dtype: str) -> None:
    assert list(wrong(name, dtype, STEP)) == []


@pytest.mark.parametrize("name", [name for name in SMOOTH if len(TABLE[name].parameters) == 1])
def test_a_larger_step_gives_what_the_analytic_function_does(name: str) -> None:
    assert list(wrong(name, "float64", Fraction(1e-6))) == []


def wrong(
    name: str, dtype: str, step: Fraction, function: Callable[..., Any] | None = None
) -> Iterator[tuple[Any, ...]]:
    """Where Im f(x + ih)/h is finite and neither the derivative nor what it is exactly."""
    system, floats = Complexes(dtype), Floats(dtype)
    function = function or operation(system, name)
    relative = 10 ** -(SHARE * floats.precision * math.log10(2))
    smallest = Fraction(2) ** (floats.least_exponent + 2)
    zero = floats.literal(Fraction(0))
    for at in places(name, dtype):
        where = [exact(x) for x in at]
        for position in differentiated(name):
            scale = min(abs(where[position]), 1) or 1
            h = floats.literal(max(step * scale, LEAST.get(dtype, Fraction(1e-290))))
            if where[position] and abs(where[position]) < 4 * exact(h):
                continue  # no step of the format is small there
            z = [system.make(x, h if i == position else zero) for i, x in enumerate(at)]
            with floats.quiet():
                number = function(*z).imag / h
                if number - number != 0:
                    continue
            found, room = rational(exact(number)), smallest / exact(h)
            true = slope(name, where, position)
            if true is None or is_close(found, true, relative, room):
                continue
            exactly = stepped_exactly(name, where, position, exact(h))
            if not is_close(found, exactly, relative, room):
                yield name, at, position, number, true.str(8)


def rational(x: Fraction) -> arb:
    with Balls(256).working():
        return arb(fmpq(x.numerator, x.denominator))


def test_the_check_sees_another_branch() -> None:
    """The logarithm of gamma that complex libraries have is kπi off on the negative axis."""

    def principal(z: complex) -> complex:
        return complex(mpmath.loggamma(z)) if z.real > 0 or z.real % 1 else complex("nan")

    assert any(at == (-2.5,) for _, at, *_ in wrong("lgamma", "float64", STEP, principal))


@pytest.mark.parametrize("x", [-2.5, -0.3, -400.5, -17.25, 3.5, 1e-9])
@pytest.mark.parametrize("side", [1, -1])
def test_log_gamma_is_continued_from_the_axis(x: float, side: int) -> None:
    h = side * 1e-20
    out = operation(Complexes(), "lgamma")(complex(x, h))
    with mpmath.workdps(40):
        assert out.real == pytest.approx(float(mpmath.log(abs(mpmath.gamma(x)))), rel=1e-14)
        assert out.imag / h == pytest.approx(float(mpmath.digamma(x)), rel=1e-14)


@pytest.mark.parametrize("name", ["asin", "acos", "acosh", "atanh", "log", "sqrt", "log1p"])
def test_outside_the_domain_both_parts_are_undefined(name: str) -> None:
    outside = {"acosh": 0.5, "log": -1.0, "sqrt": -1.0, "log1p": -3.0}.get(name, 1.5)
    ball = operation(ComplexBalls(64), name)(acb(outside, 1e-20))
    number = operation(Complexes(), name)(complex(outside, 1e-20))
    assert not ball.real.is_finite()
    assert not ball.imag.is_finite()
    assert math.isnan(number.real)
    assert math.isnan(number.imag)
