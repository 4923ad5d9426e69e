"""How numbers are shown to a person: short, with a unit or an exponent, and never with digits that
are not there.

What a machine reads is not made here: `json`, `csv` and `npz` have numbers in full.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Literal, TypeAlias, get_args

from diffcmp.notes import short_exponents
from diffcmp.spans import printable

Words: TypeAlias = Literal["text", "code", "name"]  # they stand to the left
Amount: TypeAlias = Literal["count", "number", "estimate", "error", "signed", "step", "digits"]
Measure: TypeAlias = Words | Amount | Literal["order", "seconds", "bytes", "share", "ratio"]

MISSING = "–"
LONGEST_EXPONENT = 24  # characters
COARSEST = 1e-322  # below it a float64 has no two digits

_SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))


def shown(cell: Any, measure: Measure, figures: int | None = None) -> str:
    """A number by what it measures; text as it is, and a dash for None. Estimates are rounded to
    `figures` significant digits where these are given.

    >>> shown(15.94, "digits"), shown(3.2e-9, "error"), shown(1234567.891, "number")
    ('15.9', '3.2e-9', '1.235e6')
    """
    if cell is None:
        return MISSING
    if measure == "estimate":
        return estimate(cell, figures)
    if isinstance(cell, str) and measure != "signed":
        return cell
    forms: dict[Measure, Callable[[Any], str]] = {
        "count": count,
        "number": number,
        "error": magnitude,
        "signed": signed,
        "step": step,
        "digits": digits,
        "order": order,
        "seconds": seconds,
        "bytes": size,
        "share": share,
        "ratio": ratio,
    }
    return forms[measure](cell) if measure in forms else str(cell)


def is_words(measure: Measure) -> bool:
    """Whether a column holds text, which stands to the left."""
    return measure in get_args(Words)


def count(whole: float) -> str:
    """How many.

    >>> count(12), count(1234567)
    ('12', '1.235e6')
    """
    return f"{whole:.0f}" if abs(whole) < 1e6 else number(float(whole))


def number(x: float) -> str:
    """A number to four digits.

    >>> number(0.1234567), number(0), number(math.inf)
    ('0.1235', '0', 'inf')
    """
    if not math.isfinite(x):
        return str(x)
    return rounded(f"{x:.4g}", 4) if x else "0"


def size(amount: float) -> str:
    """Bytes in the largest unit of which there is one.

    >>> size(6301376), size(12)
    ('6.3 MB', '12 B')
    """
    scale, unit = next((u for u in _BYTES if amount >= u[0]), _BYTES[-1])
    scaled = amount / scale
    return f"{scaled:.{1 if scaled < 9.95 and unit != 'B' else 0}f} {unit}"


def seconds(time: float | None) -> str:
    """A time in the largest unit that leaves at least a tenth of it.

    >>> seconds(4.1e-7), seconds(0.0123), seconds(None)
    ('0.41 µs', '12 ms', '–')
    """
    if time is None or not math.isfinite(time):
        return MISSING
    scale, unit = next((u for u in _SECONDS if time >= 0.1 * u[0]), _SECONDS[-1])
    amount = time / scale
    return f"{amount:.{2 if amount < 0.995 else 1 if amount < 9.95 else 0}f} {unit}"


def magnitude(error: float | Decimal | None) -> str:
    """An error to two digits.

    >>> magnitude(3.21e-16), magnitude(1.0), magnitude(0.0), magnitude(5e-324)
    ('3.2e-16', '1.0', 'exact', '5e-324')
    """
    if error is None:
        return MISSING
    if 0.1 <= error < 9.95:
        return f"{error:.{1 if error >= 0.995 else 2}f}"
    if isinstance(error, Decimal):
        return _scientific(error, ".1e")
    if 0 < error < COARSEST:
        return str(float(error))
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
    return short_exponents(f"{Decimal(str(h)):.1e}".replace(".0e", "e"))


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
    places = next((p for p, top in ((3, 0.0995), (2, 9.995), (1, 99.95)) if quotient < top), 0)
    return f"{quotient:.{places}f}"


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
    return short_exponents(printable(text))


def rounded(text: str, figures: int) -> str:
    """A decimal string rounded to `figures` significant digits; what is no finite number is left as
    it is.

    >>> rounded("1.00000", 3), rounded("123456789", 4), rounded("nan", 3)
    ('1.00', '1.235e8', 'nan')
    """
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return short_exponents(format(number, f".{figures}g")) if number.is_finite() else text


def certified(text: str) -> str:
    """A certified decimal string without the zeros at its end; ±∞ as a sign. Of an exponent of
    hundreds of digits the first.

    >>> certified("1.0000"), certified("2.500e+40"), certified("-inf")
    ('1', '2.5e40', '-∞')
    """
    if text.endswith("inf"):
        return text.replace("inf", "∞")
    mantissa, mark, exponent = text.partition("e")
    if len(exponent) > LONGEST_EXPONENT:
        exponent = f"{exponent[:7]}…({len(exponent.lstrip('+-'))} digits)"
    short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return short_exponents(short + mark + exponent)


def log10_magnitude(part: str | None) -> float | None:
    """The logarithm of a part of an error, for an axis; None where it is 0 or no finite number.

    The parts are strings because those of complex-step lie below the smallest float.
    """
    number = Decimal("nan") if part is None else _decimal(part)
    return float(abs(number).log10()) if number.is_finite() and number != 0 else None


def _decimal(text: str) -> Decimal:
    """The number; beyond the exponents of `Decimal`, 10**18, infinite or 0, as to a person."""
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
    return short_exponents(format(number, form))
