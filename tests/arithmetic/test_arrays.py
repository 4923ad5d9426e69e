"""Arrays of floats and of complex numbers: each element is what the kernel of numbers gives;
nothing raises, nothing warns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from diffcmp.arithmetic.arrays import Arrays, ComplexArrays
from diffcmp.arithmetic.complexes import Complexes
from diffcmp.arithmetic.evaluate import carried_out, operation
from diffcmp.arithmetic.floats import Floats
from diffcmp.primitives import TABLE
from tests.primitives.test_table import samples

WAYS = {
    "and": [[True, True], [True, False]],
    "or": [[False, True], [False, False]],
    "not": [[True], [False]],
}
NAMES = [name for name, entry in TABLE.items() if entry.structure is None and entry.parameters]
SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    1e-310,
    710.0,
    -800.0,
    1e308,
    -1e308,
    math.inf,
    -math.inf,
    math.nan,
]


def arguments(name: str) -> list[list[Any]]:
    """A few points of a primitive, one a row."""
    return WAYS[name] if name in WAYS else samples(name, 8)


def columns(rows: list[list[Any]]) -> list[Any]:
    return [np.array(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_each_element_is_the_function_of_numbers(name: str) -> None:
    rows = arguments(name)
    found = operation(Arrays(), name)(*columns(rows))
    one = operation(Floats(), name)
    true = [one(*(v if isinstance(v, bool) else float(v) for v in row)) for row in rows]
    np.testing.assert_allclose(
        np.asarray(found, float), np.asarray(true, float), rtol=1e-14, atol=1e-300
    )


@pytest.mark.parametrize(
    "name", [name for name in NAMES if Complexes().function(name) is not None and name not in WAYS]
)
def test_each_complex_element_is_the_function_of_complex_numbers(name: str) -> None:
    system, numbers = ComplexArrays(), Complexes()
    rows = [
        [v if isinstance(v, bool) else complex(float(v), 1e-20) for v in row]
        for row in arguments(name)
    ]
    found = operation(system, name)(*columns(rows))
    np.testing.assert_allclose(
        found, [operation(numbers, name)(*row) for row in rows], rtol=1e-14, atol=0
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_raises_and_nothing_warns(name: str) -> None:
    if name in WAYS:
        return
    count = len(TABLE[name].parameters)
    grid = [g.ravel() for g in np.meshgrid(*[SPECIAL] * min(count, 3))]
    grid += [np.roll(grid[0], i) for i in range(count - 3)]
    if name == "where":
        grid[0] = grid[0] > 0
    if name == "polygamma":
        grid[0] = np.abs(np.nan_to_num(grid[0], posinf=1)) % 3 // 1
    found = operation(Arrays(), name)(*grid)
    assert np.shape(found) == grid[0].shape
    one = operation(Floats(), name)
    for place in range(0, len(grid[0]), 7):
        number, element = one(*(g[place].item() for g in grid)), found[place]
        close = math.isclose(number, element, rel_tol=1e-13, abs_tol=1e-307)
        assert close or (math.isnan(number) and math.isnan(element)), [g[place] for g in grid]


@pytest.mark.parametrize("system", [Arrays(), ComplexArrays()])
def test_shapes(system: Any) -> None:
    x = np.ones((2, 3))
    assert system.shape(x) == (2, 3)
    assert system.shape(2.0) == system.shape(system.literal(2)) == ()
    assert system.shape(carried_out(system, "sum_to", [x], ((3,),))) == (3,)
