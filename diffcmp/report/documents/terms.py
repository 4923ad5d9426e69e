"""Leading terms as a person writes them: `t**2-4 ≈ 4·(t-2)`."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from flint import fmpq

from diffcmp.point.coordinate import infinite_sign
from diffcmp.report import numbers
from diffcmp.spans import printable
from diffcmp.truth.leading import Leading, Term
from diffcmp.truth.record import Quantity

DIGITS = 6
SHORT = 1000  # the largest denominator that is shown as a fraction


def leading_text(leading: Leading, name: str, at: str) -> str:
    """How a sub-expression begins: one formula where it serves both sides, else one for each. At ±∞
    there is one side, and it is a formula in the variable itself."""
    piece, left, right = printable(leading.piece), leading.left, leading.right
    if infinite_sign(at):
        term = _plain(left or right, leading.piece)
        text = formula(term, printable(name), infinite_sign(at), far=True)
        return f"{piece} {_verb(text)}"
    distance = gap(name, at)
    one = None if left is None else formula(_plain(left, leading.piece), distance, -1)
    two = None if right is None else formula(_plain(right, leading.piece), distance, 1)
    if one == two and one is not None:
        return f"{piece} {_verb(one)}"
    sides = [
        f"{side} {_verb(text)}"
        for side, text in (("left", one), ("right", two))
        if text is not None
    ]
    return f"{piece}: {'; '.join(sides)}" if len(sides) == 2 else f"{piece}, on the {sides[0]}"


def _plain(term: Term | None, piece: str) -> Term:
    """The term, without the exponential that is just the piece itself."""
    assert term is not None
    return replace(term, exponentials=()) if term.exponentials == ((piece, Fraction(1)),) else term


def _verb(text: str) -> str:
    """A formula after ≈; a sentence as it is."""
    return text if text.startswith(("grows", "is ")) else f"≈ {text}"


def gap(name: str, at: str) -> str:
    """x - x₀ as it would be typed: `x` at 0, else in parentheses."""
    at, name = printable(at.strip()), printable(name)
    if at in ("0", "-0", "+0", "0.0"):
        return name
    if at.startswith("-") and not re.search(r"[-+]", at[1:]):
        return f"({name}+{at[1:]})"
    return f"({name}-({at}))" if re.search(r"[-+]", at) else f"({name}-{at})"


def formula(term: Term, distance: str, side: int, *, far: bool = False) -> str:
    """The leading term in powers of the distance, of its magnitude where fractional; `far` away, at
    ±∞, in powers of the variable, of which the distance is the inverse."""
    if term.beyond and not term.exponentials:
        return f"grows towards {'+' if term.beyond > 0 else '-'}∞ beyond every power of {distance}"
    if (term.flat and not term.exponentials) or term.coefficient is None:
        return f"is smaller than every power of {distance}"
    whole = term.exponent.denominator == 1
    flip = -1 if whole and term.exponent % 2 and side < 0 else 1
    magnitude = f"|{distance.removeprefix('(').removesuffix(')')}|"
    if far and side > 0:
        magnitude = distance
    powers = [(_factor(piece, power), power) for piece, power in term.exponentials]
    powers += [(distance if whole else magnitude, -term.exponent if far else term.exponent)]
    logarithm = f"log({magnitude})" if far else f"log(1/{magnitude})"
    for power in term.logarithms:
        powers.append((logarithm, power))
        logarithm = f"log({logarithm})"
    above, below = ([_power(base, abs(p)) for base, p in powers if p * way > 0] for way in (1, -1))
    return _quotient(_number(term, flip), above, below)


def _factor(piece: str, power: Fraction) -> str:
    """A piece of the text as a factor."""
    call = re.fullmatch(r"[a-z_0-9]+\([^()]*\)", piece)
    return printable(piece) if call or abs(power) == 1 else f"({printable(piece)})"


def _power(base: str, exponent: Fraction) -> str:
    if exponent == 1:
        return base
    return f"{base}**{exponent}" if exponent.denominator == 1 else f"{base}**({exponent})"


def _number(term: Term, flip: int) -> str:
    """The coefficient: a short fraction where it is one, else a few digits."""
    assert term.coefficient is not None
    text = short_fraction(term.coefficient, flip)
    if text is not None:
        return text
    text = numbers.certified(term.coefficient.text(DIGITS))
    if flip > 0:
        return text
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


def short_fraction(quantity: Quantity, factor: int = 1) -> str | None:
    """`factor` times an exact number, as a fraction of short whole numbers where it is one."""
    exact = quantity.exact if isinstance(quantity.ball, fmpq) else None
    if exact is None or exact.denominator > SHORT or abs(exact.numerator) > SHORT:
        return None
    return str(factor * exact)


def _quotient(number: str, above: list[str], below: list[str]) -> str:
    if number in ("1", "-1") and above:
        head = "·".join(above) if number == "1" else f"-{'·'.join(above)}"
    else:
        head = "·".join([f"({number})" if "/" in number and (above or below) else number, *above])
    if not below:
        return head
    return f"{head}/{below[0]}" if len(below) == 1 else f"{head}/({'·'.join(below)})"
