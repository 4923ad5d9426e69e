"""Plain substitutes for the signs that an encoding lacks: primes, superscripts, Greek letters, the
lines and blocks of charts. What has none, such as a user's own letters, is shown by its number."""

from __future__ import annotations

import codecs
import re

SUBSTITUTES = {
    "′": "'", "″": "''", "‴": "'''", "∂": "d", "∇": "grad ", "∫": "int ", "√": "sqrt", "∛": "cbrt",
    "∞": "inf", "∘": "o", "·": "*", "•": "*", "×": "x", "÷": "/", "±": "+-", "−": "-", "–": "-",
    "—": "-", "…": "...", "‖": "||", "½": "1/2", "°": "deg", "\u0303": "~", "\u0302": "^",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "↦": "->", "↑": "^", "↓": "v",
    "ℓ": "l", "λ": "lambda", "Λ": "Lambda", "\u00a0": " ", "“": '"', "”": '"', "‘": "'", "’": "'",
    "─": "-", "━": "-", "│": "|", "┃": "|", "═": "=", "║": "|",
    "▁": "_", "▂": ".", "▃": "-", "▄": "=", "▅": "+", "▆": "*", "▇": "%", "█": "#",
}  # fmt: skip
ROOT = re.compile(r"([√∛])(\w+)")
CARETS = re.compile(r"((?:\x1b\[[\d;]*m)*)( *)(\^+)(.*)")  # a line of them, perhaps coloured
HANDLING = "diffcmp.signs"
MARKS = {"<super>": "^", "<sub>": "_"}


def substituted(error: UnicodeError) -> tuple[str, int]:
    """Stand in for the signs that could not be encoded, as a handler of errors in encoding."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, stop = error.object, error.end
    mark = _mark(text[stop - 1])
    while mark and stop < len(text) and _mark(text[stop]) == mark:
        stop += 1  # the rest of an exponent, though the encoding may have it
    if text[stop - 1] in "√∛":
        operand = ROOT.match(text, stop - 1)
        stop = operand.end() if operand is not None else stop
    return plain(text[error.start : stop]), stop


codecs.register_error(HANDLING, substituted)


def fitted(text: str, encoding: str) -> str:
    """The text with substitutes for the signs that an encoding lacks; carets below a line stay
    under what they were under.

    >>> print(fitted("∛ω + y\\n     ^", "cp437"))
    cbrt(omega) + y
                  ^
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        before = ""
        lines = []
        for line in text.split("\n"):
            carets = CARETS.fullmatch(line)
            fit = (
                _spelled_in(encoding, line) if carets is None else _moved(carets, before, encoding)
            )
            lines.append(fit)
            before = line
        return "\n".join(lines)
    return text


def _spelled_in(encoding: str, text: str) -> str:
    return text.encode(encoding, HANDLING).decode(encoding)


def _moved(carets: re.Match[str], above: str, encoding: str) -> str:
    """The carets under the same piece of the line above, once that has its substitutes."""
    colour, spaces, marks, rest = carets.groups()
    above = above.removeprefix(colour)
    start, stop = (
        len(_spelled_in(encoding, above[:end])) for end in (len(spaces), len(spaces) + len(marks))
    )
    return f"{colour}{' ' * start}{'^' * max(stop - start, 1)}{rest}"


def plain(text: str) -> str:
    """The text in ASCII.

    >>> plain("f′ ≈ 10⁻¹² at τ₁")
    "f' ~ 10^-12 at tau_1"
    >>> plain("∛u·max(|x|, 1)")
    'cbrt(u)*max(|x|, 1)'
    """
    written = []
    before = ""
    for sign in ROOT.sub(r"\1(\2)", text):
        mark = _mark(sign)
        written.append(mark if mark != before else "")
        written.append(_plain(sign))
        before = mark
    return "".join(written)


def _mark(sign: str) -> str:
    """What stands before an exponent or an index; empty for other signs."""
    if sign.isascii():
        return ""
    from unicodedata import decomposition

    return MARKS.get(decomposition(sign).split(" ")[0], "")


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in SUBSTITUTES:
        return SUBSTITUTES[sign]
    if "\u2500" <= sign <= "\u257f":  # corners and crossings of lines
        return "+"
    if "\u2580" <= sign <= "\u259f":  # blocks
        return "#"
    if "\u2800" <= sign <= "\u28ff":  # dots
        return _dotted((ord(sign) - 0x2800).bit_count())
    return _spelled(sign)


def _dotted(count: int) -> str:
    """A sign that is as dark as so many dots of eight."""
    return " " if count == 0 else "." if count <= 2 else ":" if count <= 4 else "#"


def _spelled(sign: str) -> str:
    """A letter by its name or without its accent, a sign by its number."""
    from unicodedata import name, normalize

    bare = normalize("NFKD", sign)
    letter = name(bare[0], "").split(" ")
    if letter[:1] == ["GREEK"] and letter[2:3] == ["LETTER"]:
        spelled = letter[3].lower()
        return spelled.capitalize() if letter[1] == "CAPITAL" else spelled
    if bare[0].isascii():
        return bare[0] if len(bare) == 1 or not bare[1].isascii() else bare
    if bare != sign:
        return "".join(_plain(one) for one in bare)
    return sign.encode("unicode_escape").decode()
