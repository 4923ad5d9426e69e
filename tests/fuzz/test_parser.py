"""Whatever the text, the parser and the point answer with a Program or with one fault that points
into it, and quickly."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse
from diffcmp.point.point import assignments, point
from diffcmp.program.ir import Program
from diffcmp.program.printer import expression
from tests.fuzz.garbled import garbled, points
from tests.fuzz.size import CHUNKS, hold
from tests.strategies import canonical

CORPUS = Path(__file__).parents[1] / "corpus"
SECONDS = 2.0  # for 20 000 characters on a busy machine


def kept(name: str) -> list[str]:
    """The corpus: one text a line, a JSON string, or pieces with how often each is repeated."""
    found = [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]
    return [
        text if isinstance(text, str) else "".join(piece * times for piece, times in text)
        for text in found
    ]


def sound(error: InputError, *spanless: Fault) -> None:
    """A fault that a person can read, and that points into its text, all but a few."""
    assert error.span is not None or error.fault in spanless
    said = str(error)
    assert said.isascii() or all(c.isprintable() or c == "\n" for c in said)
    assert len(said) < 2000
    if error.span is not None:
        assert 0 <= error.span.start <= error.span.stop <= len(error.text)
        assert "^" in said


def read(text: str) -> None:
    """The law of the parser."""
    start = time.perf_counter()
    try:
        program = parse(text)
    except InputError as error:
        sound(error, Fault.EMPTY)
    else:
        assert isinstance(program, Program)
        printed_and_read(program)
    assert time.perf_counter() - start < SECONDS


def printed_and_read(program: Program) -> None:
    try:
        again = parse(expression(program), program.inputs)
    except InputError as error:
        if error.fault in (
            Fault.TOO_LONG,
            Fault.TOO_DEEP,
            Fault.TOO_MANY,
        ):  # with its statements put in
            return
        raise
    assert canonical(again) == canonical(program)


def located(text: str) -> None:
    """The law of the point."""
    start = time.perf_counter()
    try:
        point(parse("x + y" if "y" in text else "x"), assignments([text]))
    except InputError as error:
        sound(error, Fault.POINT_EMPTY)
    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("text", kept("expressions.jsonl"))
def test_the_corpus_of_expressions(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", kept("points.jsonl"))
def test_the_corpus_of_points(text: str) -> None:
    located(text)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_any_text_is_read_or_refused(chunk: int) -> None:
    hold(read, garbled(), chunk, 80, share=0.5)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_any_point_is_read_or_refused(chunk: int) -> None:
    hold(located, points(), chunk, 60, share=0.3)
