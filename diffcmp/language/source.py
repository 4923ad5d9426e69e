"""The user's text as Python spells it, and Python's syntax tree of it.

`^` and typographic operators are respelled, with a map from every respelled character back to the
user's, so that spans always point into what was typed.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from diffcmp.errors import Fault, InputError
from diffcmp.locks import lock
from diffcmp.spans import Span

MAX_DEPTH = 90
# Python 3.11 fails where two threads make syntax trees; warnings are those of the whole process
_ALONE = lock()

# fmt: off
_SPELLINGS = {"^": "**", "×": "*", "·": "*", "−": "-", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
              "π": "pi", "τ": "tau"}
# fmt: on
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


@dataclass(frozen=True)
class Source:
    """The user's text, Python's spelling of it, and for every character of that where it came
    from."""

    text: str
    python: str
    origin: list[int]
    line_starts: list[int] = field(default_factory=list)

    def span(self, node: ast.AST) -> Span:
        """Where `node` stands in the user's text."""
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]  # every node we meet has one
        stop = self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return Span(self.origin[start], self.origin[stop - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """The character of `python` at a line and a column in UTF-8 bytes, which is how `ast`
        counts."""
        start = self.line_starts[line - 1]
        if self.python.isascii():
            return start + column
        return start + self.characters[line - 1][column]

    @cached_property
    def characters(self) -> list[list[int]]:
        """For every line, and every byte of it in UTF-8, the character that the byte belongs to."""
        lines = self.python.split("\n")
        return [[*(i for i, c in enumerate(line) for _ in c.encode()), len(line)] for line in lines]


def respelled(text: str) -> Source:
    """The text in Python's spelling.

    Raises
    ------
    InputError: for a character that is not part of the language.
    """
    pieces: list[str] = []
    origin: list[int] = []
    powers = False
    for i, character in enumerate(text):
        spelling = _SPELLINGS.get(character, character)
        raised = character.translate(SUPERSCRIPTS)
        if raised != character:
            spelling = raised if powers else f"**{raised}"
        elif character.isspace() and character != "\n":
            spelling = " "
        elif not character.isprintable() and character != "\n":
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise InputError(Fault.CHARACTER, text, Span(i, i + 1), name=name)
        powers = raised != character
        pieces.append(spelling)
        origin.extend([i] * len(spelling))
    python = "".join(pieces)
    lead = len(python) - len(python.lstrip())
    python, origin = python[lead:], origin[lead:]
    starts = [0, *(m.end() for m in re.finditer("\n", python))]
    return Source(text, python, origin, starts)


def read(source: Source) -> ast.Module:
    """Python's syntax tree.

    Raises
    ------
    InputError: where Python cannot read the text, or where it is nested too deeply.
    """
    try:
        with _ALONE, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.python)
    except SyntaxError as error:
        reason = error.msg
        if "too many nested" in reason or "too complex" in reason:
            raise _too_deep(source) from None
        span = _place(source, error.lineno, error.offset)
        if "invalid decimal literal" in reason and span is not None:
            raise InputError(Fault.JUXTAPOSED, source.text, span) from None
        reason = re.sub(r"\. Perhaps you forgot a comma\?|\(<unknown>.*", "", reason)
        raise InputError(Fault.SYNTAX, source.text, span, reason=reason) from None
    except (RecursionError, MemoryError):
        raise _too_deep(source) from None
    except ValueError as error:
        whole = Span(0, len(source.text))
        raise InputError(Fault.SYNTAX, source.text, whole, reason=str(error)) from None


def _place(source: Source, line: int | None, column: int | None) -> Span | None:
    """The character of the user's text that Python's parser stopped at, where it says so."""
    if line is None or column is None or line > len(source.line_starts):
        return None
    at = source.line_starts[line - 1] + max(column - 1, 0)
    start = source.origin[min(at, len(source.origin) - 1)]
    return Span(start, start + 1)


def _too_deep(source: Source) -> InputError:
    """Python's own parser does not say where: where brackets are too deep, it is at the
    innermost."""
    depths = list(accumulate((c in "([{") - (c in ")]}") for c in source.python))
    deepest = max(range(len(depths)), key=depths.__getitem__)
    if depths[deepest] <= MAX_DEPTH:
        return InputError(Fault.TOO_MANY, source.text, Span(0, len(source.text)))
    at = source.origin[deepest]
    return InputError(Fault.TOO_DEEP, source.text, Span(at, at + 1), limit=MAX_DEPTH)
