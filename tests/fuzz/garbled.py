"""Texts that were never meant to be an expression, and expressions that something has happened
to."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies import FUNCTIONS, texts

TOKENS = [
    *FUNCTIONS, *"x y z u α µ ﬁ e pi tau i j nan inf True None lambda if else and or not in is for import def class _ __x__".split(),
    *"+ - * / ** ^ // % @ = == != < <= > >= ( ) [ ] { } , ; : . ... := -> | & ~ << >> ! ? $ # \\ ' \" ` ² ³ ⁻ × ÷ · − ≤ ≥ ≠ π τ √ ∞".split(),
    *"0 1 2 10 0.1 .5 2. 1e3 1e-3 1e400 1e9999 0x10 0b1 1_000 1__0 1j 007 1e 1.2.3 9999999999999999999999".split(),
    " ", "  ", "\t", "\n", "\r", "\f", "\x00", "\x1b", "\u200b", "\u202e", "\ufeff", "\U0001d465", "\ud800", "where(", "x if", "u = ",
    "**x", "*x", "x=1", "f'", "b'", "(" * 30, ")" * 30, "-" * 40, "sin(" * 40, "not " * 30, "x**" * 30, "x<" * 30, "x;" * 10, "[" * 50, "1" * 1001,
]  # fmt: skip
LETTERS = "xyu019.eE+-*/^()[]=<>,; \n²π−"


def garbled() -> st.SearchStrategy[str]:
    """Any text, texts of the language's letters, soups of tokens, and expressions with pieces cut,
    doubled and put in."""
    soup = st.lists(st.sampled_from(TOKENS), max_size=14).map("".join)
    spaced = st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join)
    return st.one_of(
        st.text(max_size=40), st.text(LETTERS, max_size=30), soup, spaced, _mutated(), _mutated()
    )


def pumped() -> st.SearchStrategy[str]:
    """Long texts: the same few tokens over and over, between a beginning and an end."""
    few = st.lists(st.sampled_from([*TOKENS, *LETTERS]), min_size=1, max_size=3).map("".join)
    ends = st.one_of(st.just(""), st.sampled_from([*TOKENS, *LETTERS]))
    return st.builds(_pump, ends, few, ends, st.sampled_from([60, 1000, 20_000]))


def _pump(start: str, piece: str, end: str, length: int) -> str:
    times = max(1, (length - len(start) - len(end)) // len(piece))
    return start + piece * times + end


def points() -> st.SearchStrategy[str]:
    """What may be written behind --at."""
    own = "x=1 , x= =1 y=pi/4 x==2 oo -inf 1/0 1e4999 exp(1e5) x=[1,2] @f.npy".split()
    pieces = [*TOKENS, *own]
    return st.one_of(st.lists(st.sampled_from(pieces), max_size=8).map("".join), garbled())


def _mutated() -> st.SearchStrategy[str]:
    cut = st.tuples(
        st.floats(0, 1), st.floats(0, 0.4), st.sampled_from(["", *TOKENS]), st.booleans()
    )
    return st.builds(_mutate, texts(), st.lists(cut, min_size=1, max_size=3))


def _mutate(text: str, cuts: list[tuple[float, float, str, bool]]) -> str:
    for where, length, put, doubled in cuts:
        start = int(where * len(text))
        stop = start + int(length * len(text))
        piece = text[start:stop] if doubled else ""
        text = text[:start] + 2 * piece + put + text[stop:]
    return text
