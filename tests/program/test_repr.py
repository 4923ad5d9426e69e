"""What a debugger shows of Programs, equations and builders is short, whatever their size."""

from __future__ import annotations

from diffcmp.language.parser import parse
from diffcmp.program.ir import Builder


def test_of_a_program_its_text_inputs_and_size() -> None:
    program = parse("x**2 + y")
    assert repr(program) == "<Program 'x**2 + y' of x, y: 3 equations>"
    assert repr(program.equations[1]) == "<%3 = power(%0, %2)>"
    assert repr(program.equations[0]) == "<%2 = literal(2)>"


def test_of_a_large_one_the_beginning_and_the_end() -> None:
    n = 1000
    program = parse("+".join(f"x{i}" for i in range(n)))
    assert len(repr(program)) < 200
    assert len(repr(Builder(tuple(f"x{i}" for i in range(n))))) < 200
