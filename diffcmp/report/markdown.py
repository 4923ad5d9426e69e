"""The pieces of Markdown: text that is shown as it is, code spans, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diffcmp.notes import Remark
from diffcmp.spans import printable

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|~$"})


def escaped(text: str) -> str:
    """`text` that Markdown shows as it is, in a table too."""
    return printable(text).translate(_SPECIAL)


def code(text: str) -> str:
    """`text` as a code span, fenced by more backticks than it has in a row."""
    text = printable(text)
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def joined(remarks: Iterable[Remark]) -> str:
    """All notes of one result in one cell."""
    return " | ".join(map(str, remarks))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], words: int) -> list[str]:
    """A table as GitHub has it; the first `words` columns to the left, numbers to the right."""
    marks = [":--" if i < words else "--:" for i in range(len(headers))]
    body = [[escaped(cell) for cell in row] for row in rows]
    return [f"| {' | '.join(cells)} |" for cells in ([*headers], marks, *body)]
