"""The points of a map: from one end to the other, evenly or in equal ratios, as exact numbers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import Floats, finite, nearest_double
from diffcmp.errors import Fault, InputError
from diffcmp.point.coordinate import Coordinate, coordinate

FEWEST, MOST = 2, 20_000
FIGURES = 12  # of a point without an exact value of its own: a short decimal is good enough


def grid(
    start: Coordinate, stop: Coordinate, count: int, log: bool, floats: Floats
) -> list[Coordinate]:
    """`count` points from `start` to `stop`, both of them among these, and exact zero where it lies
    between.

    Evenly spaced between rational ends they are exact fractions; in equal ratios, or between ends
    such as pi, they are decimals of 12 digits next to where they would be.

    Raises
    ------
    InputError: where the interval is empty or beyond the dtype, the points too many or too few, or
        `log` spans zero.
    """
    if not FEWEST <= count <= MOST:
        raise InputError(Fault.POINTS, given=count, least=FEWEST, limit=MOST)
    low, high = value(start), value(stop)
    if low >= high:
        raise InputError(Fault.INTERVAL, low=start.text, high=stop.text)
    if not all(finite(end.rounded(floats)) for end in (start, stop)):
        raise InputError(Fault.POINT_BEYOND, dtype=floats.dtype)
    if log:
        if low * high <= 0 or any(end.rounded(Floats()) == 0 for end in (start, stop)):
            raise InputError(Fault.LOG_RANGE, low=start.text, high=stop.text)
        inner = _ratios(low, high, count)
    else:
        step = (high - low) / (count - 1)
        inner = [_short(low + step * i, start, stop) for i in range(1, count - 1)]
        inner += [Fraction(0)] if low < 0 < high else []
    return [start, *merged(map(coordinate, inner)), stop]


def merged(points: Iterable[Coordinate]) -> list[Coordinate]:
    """The points from small to large, each once."""
    by_value = {value(point): point for point in points}
    return [by_value[x] for x in sorted(by_value)]


def value(point: Coordinate) -> Fraction:
    """The exact value where it is rational, else a fraction within 2**-180 of it, relatively."""
    if point.rational is not None:
        return point.rational
    balls = Balls(192)
    return balls.fraction(to_arb(point.enclosure(balls)).mid())


def position(point: Coordinate) -> float:
    """The nearest float64, for a chart."""
    return float(nearest_double(value(point)))


def _short(x: Fraction, start: Coordinate, stop: Coordinate) -> Fraction:
    """x itself between rational ends, else a short decimal."""
    if start.rational is not None and stop.rational is not None:
        return x
    context = Context(prec=FIGURES)
    return Fraction(context.divide(Decimal(x.numerator), Decimal(x.denominator)))


def _ratios(low: Fraction, high: Fraction, count: int) -> list[Fraction]:
    """The points between two ends of one sign, in equal ratios."""
    sign, short = 1 if high > 0 else -1, Context(prec=FIGURES)
    with localcontext(Context(prec=3 * FIGURES)):
        first, last = ((Decimal(abs(x.numerator)) / x.denominator).ln() for x in (low, high))
        shares = [Decimal(i) / (count - 1) for i in range(1, count - 1)]
        sizes = [(first + (last - first) * share).exp() for share in shares]
    return [sign * Fraction(short.plus(size)) for size in sizes]
