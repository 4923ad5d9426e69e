"""The words between the lines, and how a number and a quotient stand in one line."""

from __future__ import annotations

import re

from diffcmp.truth.record import SideLimit, spelled

ATOM = re.compile(r"[\w.]+(\*\*\w+)?")
PRODUCT = re.compile(rf"-?{ATOM.pattern}(\*{ATOM.pattern})*")
BRACKETS = re.compile(r"\([^()]*\)")

RULE = "By L'Hôpital's rule, numerator and denominator are differentiated."
SIMPLIFIED = "The quotient is simplified."
PRODUCT_AS_QUOTIENT = "A product is a quotient too: f*g = f/(1/g)."
POWER = "f**g = exp(g*log(f)), and exp is continuous: the limit of g*log(f) is enough."
DIVIDED = "Numerator and denominator are divided by {}."
OF_A_POWER = "It is a power of a quotient."
OF_A_ROOT = "It is the root of a quotient."
LATER = "This line is written in another way."
REMAINS = "What remains is the limit of {}."
WAYS = {
    "logarithm": "The logarithms are put together into one.",
    "denominator": "The terms are brought over a common denominator.",
    "conjugate": "The difference is multiplied and divided by its conjugate, the sum.",
    "factor": "The term that grows is factored out.",
    "turned": "The quotient is turned over: f/g = (1/g)/(1/f).",
    "simplified": SIMPLIFIED,
    "exponential": "Powers are written with exp: f**g = exp(g*log(f)).",
}
UNCONFIRMED = "The algebra of the next line could not be confirmed."
UNKNOWN = "What the last line tends to is not known."
BACK = "The lines come back to an earlier one."
NO_WAY = "No way was found to write it as a quotient."
PIECES = (
    "The rule cannot be used: it is not known that numerator and denominator are differentiable"
    " beside the point, as they consist of pieces."
)
VANISHES = (
    "The rule cannot be used: the derivative {} of the denominator vanishes again and again on the"
    " way to the point."
)
MAY_VANISH = (
    "The rule cannot be used: it is not known that the derivative {} of the denominator vanishes"
    " nowhere beside the point."
)
NO_LIMIT = (
    "The quotient of the derivatives has no limit: it keeps {}. So the rule says nothing here."
)
UNKNOWN_LIMIT = (
    "Whether the quotient of the derivatives has a limit is not known, so that the rule says"
    " nothing here."
)


def fraction(over: str, under: str) -> str:
    """A quotient in one line, whose parts are in parentheses unless they are short."""
    top = over if PRODUCT.fullmatch(_outside(over)) else f"({over})"
    bottom = under if ATOM.fullmatch(_outside(under)) else f"({under})"
    return f"{top}/{bottom}"


def _outside(text: str) -> str:
    """A text in which a letter stands for what is in parentheses."""
    while (shorter := BRACKETS.sub("_", text)) != text:
        text = shorter
    return text


def oscillating(side: SideLimit) -> str:
    """Between which values a function goes on and on."""
    assert side.cluster is not None
    low, high = map(spelled, side.cluster)
    return f"oscillating between {low} and {high}"
