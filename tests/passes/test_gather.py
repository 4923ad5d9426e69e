"""Single elements as slices: the same numbers, in few equations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp.engines.compiled import OPTIMISATIONS, emitted, on_arrays
from diffcmp.engines.derived import adjoint, only
from diffcmp.language.parser import parse
from diffcmp.passes.gather import gather
from diffcmp.program.ir import Builder, Program
from tests.engines.arrays.test_code import assert_same, interpreted, run


def primitives(program: Program) -> Counter[str]:
    return Counter(eq.primitive for eq in program.equations)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Elements of vectors, vectors of them, vectors that are zero but in one element, and sums of
    all these."""
    n = 5
    builder = Builder(("x", "y", "s", "z"), ((n,), (n,), (), (1,)))
    vectors, numbers, ones = [0, 1], [2], [3]

    def sums() -> None:
        """A sum as reverse mode writes it, now and then interrupted."""
        total = draw(st.sampled_from(vectors + ones))
        for place in draw(st.lists(st.integers(-1, n - 1), max_size=7)):
            alone = draw(st.sampled_from(numbers))
            shape = (1,) if place == 0 and draw(st.booleans()) else (n,)
            term = (
                builder.add("put", [alone], static=((place,), shape))
                if place >= 0
                else draw(st.sampled_from(vectors))
            )
            total = builder.add("add", [total, term] if draw(st.integers(0, 5)) else [term, total])
            if builder.dims[total] == (n,) and not draw(st.integers(0, 4)):
                vectors.append(total)  # it is used elsewhere too
        (vectors if builder.dims[total] == (n,) else ones).append(total)

    def stacked() -> None:
        first = draw(st.integers(0, n - 1))
        for i in range(first, draw(st.integers(first, n))):
            numbers.append(builder.add("take", [vectors[-1]], static=((i,),)))
        chosen = [*numbers[-3:], *(draw(st.sampled_from(numbers)) for _ in range(n))][:n]
        vectors.append(
            builder.add("stack", draw(st.permutations(chosen)) if draw(st.booleans()) else chosen)
        )

    for _ in range(draw(st.integers(2, 8))):
        draw(st.sampled_from([sums, stacked]))()
    return builder.program([vectors[-1], draw(st.sampled_from(vectors)), numbers[-1]])


@settings(max_examples=200, deadline=None)
@given(programs(), st.integers(0, 2**20))
def test_random_programs_have_the_same_numbers(program: Program, seed: int) -> None:
    random = np.random.default_rng(seed)
    inputs: list[Any] = [random.normal(size=shape) for shape in program.shapes]
    expected = interpreted(program, inputs)
    assert_same(interpreted(gather(program), inputs), expected)
    assert_same(run(program, inputs), expected)


def shifted(n: int) -> Program:
    return parse(
        f"y=[1,{','.join(f'x[{i}]' for i in range(n - 1))}]; sum((x*y)**2)", (), {"x": (n,)}
    )


def test_a_vector_moved_by_one_place_is_a_slice_forward_and_back() -> None:
    program = gather(only(adjoint(shifted(8), ("x",)), 1))
    found = primitives(program)
    assert (found["take"], found["stack"], found["concatenate"], found["put"]) == (2, 1, 1, 1)
    assert primitives(gather(program)) == found
    x = np.linspace(-1, 2, 8)
    assert_same(interpreted(program, [x]), interpreted(adjoint(shifted(8), ("x",)), [x])[1:])


def test_it_can_be_left_out() -> None:
    program = adjoint(shifted(8), ("x",))
    assert "concatenate" in emitted(program).source
    without = emitted(program, optimise=[o for o in OPTIMISATIONS if o != "gather"]).source
    assert "concatenate" not in without
    assert without.count("put") > 6


@pytest.mark.parametrize(("text", "kept"), [
    ("[x[1],x[2],x[3]]", "take"), ("[x[1],x[2]]", "take"), ("[x[2],x[1],x[0]]", "stack"), ("[x[0],x[1],3,y[0]]", "stack"),
    ("[x[0],x[1],x[2],y[3],y[4]]", "concatenate"), ("[A[0],A[1],A[2]]", "stack"), ("[A[0,0],A[0,1],A[0,2]]", "stack"), ("[x[3]]", "stack"),
])  # fmt: skip
def test_what_becomes_of_a_list(text: str, kept: str) -> None:
    program = parse(text, ("x", "y", "A"), {"x": (5,), "y": (5,), "A": (3, 3)})
    found = gather(program)
    assert found.by_output[found.outputs[0]].primitive == kept
    inputs = [np.arange(5.0), -np.arange(5.0), np.arange(9.0).reshape(3, 3)]
    assert_same(interpreted(found, inputs), interpreted(program, inputs))


def test_an_element_that_is_met_twice_is_added_in_its_turn() -> None:
    """(1e16 + 1) + 1 is not 1e16 + 2."""
    builder = Builder(("x",), ((3,),))
    total = builder.add("put", [builder.add("take", [0], static=((0,),))], static=((1,), (3,)))
    for _ in range(2):
        total = builder.add(
            "add",
            [
                total,
                builder.add("put", [builder.add("take", [0], static=((1,),))], static=((1,), (3,))),
            ],
        )
    program = builder.program([total])
    x = np.array([1e16, 1.0, 0.0])
    assert interpreted(program, [x])[0][1] == on_arrays(program)(x)[1] == 1e16


def test_equations_are_linear_in_the_length() -> None:
    counts = [len(gather(only(adjoint(shifted(n), ("x",)), 1)).equations) for n in (50, 100, 200)]
    assert counts[0] == counts[1] == counts[2]
