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
from tests.fuzz.garbled import garbled, points, pumped
from tests.fuzz.size import CHUNKS, hold
from tests.strategies import canonical

CORPUS = Path(__file__).parents[1] / "corpus"
PER_CHARACTER = 1e-4  # seconds; a text of comparisons takes a fifth of it
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


def refused_or_read_at_once(text: str) -> None:
    """The law of time: linear in the length of the text, whatever stands in it."""
    start = time.process_time()
    try:
        parse(text)
    except InputError as error:
        sound(error, Fault.EMPTY)
    assert time.process_time() - start < 0.05 + PER_CHARACTER * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 30 + "j", "1" * 4000 + "j", "1." + "0" * 40 + "e1_0", "1_" * 20 + "x", "1_1" * 1000 + "j", "1e" + "0" * 9000 + "1",
        "α<" * 9999 + "1", "[" + "α," * 9000 + "x]", "s" * 20_000, "s(" * 80 + "s" * 9000, "x" + "²" * 9000, "sin" * 6000 + "(x)",
        "x[" + "len(x)*" * 2000 + "1]", "u=α;" * 4999 + "u",
    ],
    ids=lambda text: text[:9],
)  # fmt: skip
def test_what_has_taken_minutes(text: str) -> None:
    refused_or_read_at_once(text)


def test_a_huge_index_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        parse(f"x[{'*'.join(['9' * 50] * 300)}]", shapes={"x": (3,)})
    assert caught.value.fault is Fault.INDEX_KIND


@pytest.mark.parametrize("chunk", CHUNKS)
def test_any_text_is_read_in_linear_time(chunk: int) -> None:
    hold(refused_or_read_at_once, pumped(), chunk, 60, share=0.2)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_any_point_is_read_or_refused(chunk: int) -> None:
    hold(located, points(), chunk, 60, share=0.3)
