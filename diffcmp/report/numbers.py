"""How numbers are shown to a person: short, with a unit or an exponent, and never with digits that
are not there.

What a machine reads is not made here: `export` writes numbers in full.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

from diffcmp.spans import printable

MISSING = "–"
LONGEST_EXPONENT = 24  # characters

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def seconds(time: float | None) -> str:
    """A time in the largest unit that leaves at least a tenth of it.

    >>> seconds(4.1e-7), seconds(0.0123), seconds(None)
    ('0.41 µs', '12 ms', '–')
    """
    if time is None or not math.isfinite(time):
        return MISSING
    scale, unit = next((u for u in _UNITS if time >= 0.1 * u[0]), _UNITS[-1])
    amount = time / scale
    return f"{amount:.{2 if amount < 0.995 else 1 if amount < 9.95 else 0}f} {unit}"


def magnitude(error: float | None) -> str:
    """An error to two digits.

    >>> magnitude(3.21e-16), magnitude(1.3e-5), magnitude(1.0), magnitude(0.0)
    ('3.2e-16', '1.3e-5', '1.0', 'exact')
    """
    if error is None:
        return MISSING
    if 0.1 <= error < 9.95:
        return f"{error:.{1 if error >= 0.995 else 2}f}"
    return "exact" if error == 0 else _scientific(Decimal(str(float(error))), ".1e")


def steps(h: Iterable[float]) -> str:
    """The step sizes along several variables, each once.

    >>> steps([1e-4, 1e-4]), steps([1e-4, 0.5]), steps([])
    ('1e-4', '1e-4, 0.5', '–')
    """
    return ", ".join(map(step, dict.fromkeys(h))) or MISSING


def signed(part: str | None) -> str:
    """A part of an error, given as a decimal string of any exponent, with its sign and two digits.

    >>> signed("-1.234e-400"), signed("0"), signed(None)
    ('-1.2e-400', '0', '–')
    """
    if part is None:
        return MISSING
    number = _decimal(part)
    return "0" if number.is_finite() and number == 0 else _scientific(number, "+.1e")


def step(h: float | None) -> str:
    """A step size to at most two digits.

    >>> step(1e-20), step(6.055e-6), step(0.5)
    ('1e-20', '6.1e-6', '0.5')
    """
    if h is None:
        return MISSING
    if 1e-3 <= h < 1e3:
        return f"{h:.2g}" if h < 99.5 else f"{h:.0f}"
    return _short_exponent(f"{h:.1e}".replace(".0e", "e"))


def digits(count: float | None) -> str:
    """A number of correct decimal digits.

    >>> digits(15.94), digits(None)
    ('15.9', '–')
    """
    return MISSING if count is None else f"{count:.1f}"


def order(slope: float | None) -> str:
    """A fitted order of convergence.

    >>> order(1.9996)
    '2.00'
    """
    return MISSING if slope is None else f"{slope:.2f}"


def share(part: float | None) -> str:
    """A share of a whole.

    >>> share(0.5), share(0.0), share(0.001), share(None)
    ('50 %', '0', '0.1 %', '–')
    """
    if part is None or part == 0:
        return MISSING if part is None else "0"
    return f"{100 * part:.{0 if part >= 0.0995 else 1}f} %"


def ratio(quotient: float | None) -> str:
    """A ratio of times to three digits.

    >>> ratio(1.257), ratio(14.49), ratio(9861.3), ratio(0.0512), ratio(None)
    ('1.26', '14.5', '9861', '0.051', '–')
    """
    if quotient is None:
        return MISSING
    return f"{quotient:.{3 if quotient < 0.0995 else 2 if quotient < 9.995 else 1 if quotient < 99.95 else 0}f}"


def estimate(value: object, figures: int | None = None) -> str:
    """A number of any dtype in the fewest digits that give it back, or rounded to `figures`
    significant ones.

    >>> estimate(0.1), estimate(2.718281828459045, 6), estimate(None)
    ('0.1', '2.71828', '–')
    """
    if value is None:
        return MISSING
    text = str(value)  # of a NumPy scalar, the shortest that its own dtype reads back
    if figures is not None:
        text = rounded(text, figures)
    return _short_exponent(printable(text))


def rounded(text: str, figures: int) -> str:
    """A decimal string rounded to `figures` significant digits; what is no finite number is left as
    it is.

    >>> rounded("1.00000", 3), rounded("123456789", 4), rounded("nan", 3)
    ('1.00', '1.235e+8', 'nan')
    """
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return _short_exponent(format(number, f".{figures}g")) if number.is_finite() else text


def known(text: str) -> str:
    """A certified decimal string without the zeros at its end; ±∞ as a sign. Of an exponent of
    hundreds of digits the first.

    >>> known("1.0000"), known("2.500e+40"), known("-inf")
    ('1', '2.5e+40', '-∞')
    """
    if text.endswith("inf"):
        return text.replace("inf", "∞")
    mantissa, mark, exponent = text.partition("e")
    if len(exponent) > LONGEST_EXPONENT:
        exponent = f"{exponent[:7]}…({len(exponent.lstrip('+-'))} digits)"
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + mark + exponent


def log10_magnitude(part: str | None) -> float | None:
    """The logarithm of a part of an error, for an axis; None where it is 0 or no finite number.

    The parts are strings because those of complex-step lie below the smallest float.
    """
    number = Decimal("nan") if part is None else _decimal(part)
    return float(abs(number).log10()) if number.is_finite() and number != 0 else None


def _decimal(text: str) -> Decimal:
    """The number; what is beyond the exponents of `Decimal`, 10**18, is infinite or 0 to a
    person."""
    try:
        return Decimal(text)
    except ArithmeticError:
        sign = "-" if text.startswith("-") else ""
        return Decimal(f"{sign}0" if "e-" in text else f"{sign}inf")


def _scientific(number: Decimal, form: str) -> str:
    if number.is_nan():
        return "nan"
    if number.is_infinite():
        return "inf" if number > 0 else "-inf"
    return _short_exponent(format(number, form))


def _short_exponent(text: str) -> str:
    """`1.0e-05` as `1.0e-5`: the zero tells nothing and costs a column."""
    mantissa, mark, exponent = text.partition("e")
    if not mark or not exponent.lstrip("+-").isdigit():
        return text
    return f"{mantissa}e{exponent[0] if exponent[0] in '+-' else ''}{exponent.lstrip('+-0') or '0'}"
