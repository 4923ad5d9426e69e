"""Where something stands in the user's text: the half-open range of its characters, and how to
underline it."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 72
LONGEST = 300  # characters of a name or a number in a message


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `stop` (exclusive) of the text that the user typed."""

    start: int
    stop: int

    def cut(self, text: str) -> str:
        """The piece of `text` that this span covers."""
        return text[self.start : self.stop]

    def joined(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.stop, other.stop))


class Piece(str):
    """A piece of a longer text that knows where it stands there, so that what is wrong with it is
    underlined in the whole."""

    whole: str
    start: int

    def __new__(cls, whole: str, start: int, stop: int) -> Piece:
        piece = super().__new__(cls, whole[start:stop])
        piece.whole, piece.start = whole, start
        return piece

    def __getnewargs__(self) -> tuple[str, int, int]:  # type: ignore[override]  # str's has one
        return self.whole, self.start, self.start + len(self)

    @property
    def span(self) -> Span:
        """Where it stands in the whole, without the spaces around it."""
        lead = len(self) - len(self.lstrip())
        return Span(self.start + lead, self.start + max(len(self.rstrip()), lead))


def printable(text: str) -> str:
    """`text` with every control or invisible character shown as an escape, so that it cannot act on
    a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, most: int = LONGEST) -> str:
    """`text`, printable, without its middle where it is longer than `most` characters.

    >>> shortened("0123456789", 5), shortened("0123456789", 6)
    ('01…89', '012…89')
    """
    text = printable(text)
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[len(text) - (most - 1) // 2 :]}"


def underlined(text: str, span: Span, indent: int = 4) -> str:
    """Two lines: `text` and carets under `span`; a long text is cut to a window around the span."""
    first = max(0, min(span.start - WIDTH // 3, len(text) - WIDTH)) if len(text) > WIDTH else 0
    window = text[first : first + WIDTH]
    head = "…" if first else ""
    tail = "…" if first + WIDTH < len(text) else ""
    before = len(head) + len(printable(text[first : span.start]))
    carets = max(1, min(len(printable(span.cut(text))), WIDTH + len(head) - before))
    pad = " " * indent
    return f"{pad}{head}{printable(window)}{tail}\n{pad}{' ' * before}{'^' * carets}"


def pieces(whole: Piece) -> list[Piece]:
    """A text cut at the commas that stand outside parentheses and brackets."""
    cut: list[Piece] = []
    depth, start = 0, whole.start
    for position, character in enumerate(whole, whole.start):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "," and depth <= 0:
            cut.append(Piece(whole.whole, start, position))
            start = position + 1
    return [*cut, Piece(whole.whole, start, whole.start + len(whole))]
