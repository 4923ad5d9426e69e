"""Plain substitutes for the signs that an encoding lacks: primes, superscripts, Greek letters, the
lines and blocks of charts. What has none, such as a user's own letters, is shown by its number."""

from __future__ import annotations

SUBSTITUTES = {
    "′": "'", "″": "''", "‴": "'''", "∂": "d", "∇": "grad ", "∫": "int ", "√": "sqrt", "∛": "cbrt",
    "∞": "inf", "∘": "o", "·": "*", "•": "*", "×": "x", "÷": "/", "±": "+-", "−": "-", "–": "-",
    "—": "-", "…": "...", "‖": "||", "½": "1/2", "°": "deg", "\u0303": "~", "\u0302": "^",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "↦": "->", "↑": "^", "↓": "v",
    "ℓ": "l", "λ": "lambda", "Λ": "Lambda", "\u00a0": " ", "“": '"', "”": '"', "‘": "'", "’": "'",
    "─": "-", "━": "-", "│": "|", "┃": "|", "═": "=", "║": "|",
    "▁": "_", "▂": ".", "▃": "-", "▄": "=", "▅": "+", "▆": "*", "▇": "%", "█": "#",
}  # fmt: skip
MARKS = {"<super>": "^", "<sub>": "_"}


def substituted(error: UnicodeError) -> tuple[str, int]:
    """Stand in for the signs that could not be encoded, as a handler of errors in encoding."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, stop = error.object, error.end
    mark = _mark(text[stop - 1])
    while mark and stop < len(text) and _mark(text[stop]) == mark:
        stop += 1  # the rest of an exponent, though the encoding may have it
    return plain(text[error.start : stop]), stop


def plain(text: str) -> str:
    """The text in ASCII.

    >>> plain("f′ ≈ 10⁻¹² at τ₁")
    "f' ~ 10^-12 at tau_1"
    """
    written = []
    before = ""
    for sign in text:
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
