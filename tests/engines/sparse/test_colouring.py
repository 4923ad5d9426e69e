"""Colourings: valid on random patterns by a checker that is itself checked, as few colours as
known, values recovered exactly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from diffcmp.engines.sparse.colouring import (
    NONE,
    column_colouring,
    directions,
    number_of,
    recover_jacobian,
    sources,
    star_colouring,
)
from diffcmp.engines.sparse.pattern import Pattern


def pattern_of(shape: tuple[int, int], places: Sequence[tuple[int, int]]) -> Pattern:
    rows, columns = np.array(places, np.int64).reshape(-1, 2).T
    return Pattern.of(shape, rows, columns)


def symmetric(n: int, places: Sequence[tuple[int, int]]) -> Pattern:
    return pattern_of((n, n), [*places, *((j, i) for i, j in places)])


def diagonal(n: int) -> Pattern:
    return symmetric(n, [(i, i) for i in range(n)])


def band(n: int, width: int) -> Pattern:
    return symmetric(n, [(i, j) for i in range(n) for j in range(i, min(n, i + width + 1))])


def arrow(n: int, head: int) -> Pattern:
    return symmetric(n, [(i, i) for i in range(n)] + [(head, i) for i in range(n)])


def places(rows: int, columns: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Any places of a matrix, few enough for it to be sparse."""
    place = st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1))
    return st.lists(place, max_size=3 * max(rows, columns))


def patterns() -> st.SearchStrategy[Pattern]:
    shapes = st.tuples(st.integers(1, 9), st.integers(1, 9))
    return shapes.flatmap(lambda shape: places(*shape).map(lambda found: pattern_of(shape, found)))


def symmetric_patterns() -> st.SearchStrategy[Pattern]:
    return st.integers(1, 10).flatmap(lambda n: places(n, n).map(lambda found: symmetric(n, found)))


def sharing(pattern: Pattern, colours: Sequence[int]) -> list[tuple[int, int]]:
    """The pairs of columns of one colour that share a row, or have no colour though they have a
    nonzero."""
    rows = pattern.lists()
    return [(i, j) for row in rows for i, j in combinations(row, 2) if colours[i] == colours[j]] + [
        (j, j) for row in rows for j in row if colours[j] < 0
    ]


def poor_paths(pattern: Pattern, colours: Sequence[int]) -> list[tuple[int, ...]]:
    """The edges of one colour, and the paths on four vertices of two; by trying all, a vertex at a
    time."""
    near = [[j for j in row if j != i] for i, row in enumerate(pattern.lists())]
    edges = [(i, j) for i, row in enumerate(near) for j in row]
    paths = [
        (i, j, k, m)
        for i, j in edges
        for k in near[j]
        if k != i
        for m in near[k]
        if m not in (i, j)
    ]
    poor = [edge for edge in edges if colours[edge[0]] == colours[edge[1]]]
    return [*poor, *(path for path in paths if len({colours[v] for v in path}) < 3)]


@pytest.mark.parametrize(
    ("colours", "valid"),
    [([0, 1, 2, 0, 1], True), ([0, 1, 0, 2, 1], False), ([0, 1, 2, 0, -1], False)],
)
def test_the_checker_of_columns_sees_a_wrong_colouring(colours: list[int], valid: bool) -> None:
    assert (not sharing(band(5, 1), colours)) is valid


@pytest.mark.parametrize(
    ("colours", "valid"),
    [
        ([0, 1, 0, 2, 0], True),
        ([0, 1, 2, 0, 1], True),
        ([0, 1, 0, 1, 2], False),
        ([0, 0, 1, 2, 0], False),
    ],
)
def test_the_checker_of_stars_sees_a_wrong_colouring(colours: list[int], valid: bool) -> None:
    assert (not poor_paths(band(5, 1), colours)) is valid


@given(patterns())
def test_columns_of_one_colour_share_no_row(pattern: Pattern) -> None:
    colours = column_colouring(pattern)
    assert not sharing(pattern, colours.tolist())
    used = set(pattern.indices.tolist())
    assert [c == NONE for c in colours] == [j not in used for j in range(pattern.shape[1])]
    assert number_of(colours) >= np.diff(pattern.indptr).max()


@given(symmetric_patterns())
def test_every_path_on_four_vertices_has_three_colours(pattern: Pattern) -> None:
    assert not poor_paths(pattern, star_colouring(pattern).tolist())


@given(patterns(), st.integers(0, 2**32 - 1))
def test_a_jacobian_is_recovered_exactly(pattern: Pattern, seed: int) -> None:
    """Also where products are sums of small whole numbers, which are exact in any order."""
    matrix = np.zeros(pattern.shape)
    matrix[pattern.rows, pattern.indices] = np.random.default_rng(seed).integers(
        -9, 9, pattern.nonzeros
    )
    colours = column_colouring(pattern)
    values = recover_jacobian(pattern, colours, directions(colours) @ matrix.T)
    assert np.array_equal(values, matrix[pattern.rows, pattern.indices])


def random_symmetric(pattern: Pattern, seed: int) -> NDArray[np.float64]:
    n = pattern.shape[0]
    full = np.random.default_rng(seed).standard_normal((n, n))
    matrix = np.zeros((n, n))
    matrix[pattern.rows, pattern.indices] = (full + full.T)[pattern.rows, pattern.indices]
    return matrix


@given(symmetric_patterns(), st.integers(0, 2**32 - 1))
def test_a_hessian_is_recovered_exactly(pattern: Pattern, seed: int) -> None:
    """Every value stands alone in some product: no sum, no roundoff."""
    matrix = random_symmetric(pattern, seed)
    colours = star_colouring(pattern)
    values = (directions(colours) @ matrix)[sources(pattern, colours)]
    assert np.array_equal(values, matrix[pattern.rows, pattern.indices])


def test_values_are_read_in_one_place_for_both_sides() -> None:
    """Products that are not symmetric to the last digit give a matrix that is."""
    pattern = band(20, 2)
    colours = star_colouring(pattern)
    products = directions(colours) @ (
        random_symmetric(pattern, 1) + 1e-9 * np.random.default_rng(2).standard_normal((20, 20))
    )
    values = products[sources(pattern, colours)]
    assert np.array_equal(values, values[pattern.mirror])


@pytest.mark.parametrize(("pattern", "columns", "star"), [
    (diagonal(1), 1, 1), (diagonal(50), 1, 1), (band(3, 1), 3, 2), (band(4, 1), 3, 3), (band(1000, 1), 3, 3), (band(60, 2), 5, 5),
    (band(12, 11), 12, 12), (arrow(40, 0), 40, 2), (arrow(40, 39), 40, 2), (arrow(40, 17), 40, 2), (symmetric(5, []), 0, 0),
    (symmetric(6, [(1, 4)]), 1, 2),
])  # fmt: skip
def test_number_of_colours(pattern: Pattern, columns: int, star: int) -> None:
    assert number_of(column_colouring(pattern)) == columns
    assert number_of(star_colouring(pattern)) == star


@pytest.mark.parametrize("n", [100_000])
def test_a_large_tridiagonal_matrix_has_three_colours(n: int) -> None:
    i = np.arange(n - 1)
    pattern = Pattern.of(
        (n, n), np.concatenate([i, i + 1, i, [n - 1]]), np.concatenate([i + 1, i, i, [n - 1]])
    )
    for colouring in (column_colouring, star_colouring):
        colours = colouring(pattern)
        assert number_of(colours) == 3
        assert np.array_equal(colours, colouring(pattern))


def test_the_largest_degree_first_where_the_natural_order_needs_more() -> None:
    """Columns 0, 2, 3, 1 meet in a chain; with both ends coloured first, and alike, the middle
    needs two more colours."""
    pattern = pattern_of((3, 4), [(0, 0), (0, 2), (1, 2), (1, 3), (2, 3), (2, 1)])
    assert number_of(column_colouring(pattern)) == 2


def test_columns_and_rows_of_a_wide_matrix() -> None:
    """One full row costs a product a column, but its transpose one product in all."""
    pattern = pattern_of((1, 8), [(0, j) for j in range(8)])
    assert number_of(column_colouring(pattern)) == 8
    assert number_of(column_colouring(pattern.transposed)) == 1


def test_what_is_no_star_colouring_is_refused() -> None:
    with pytest.raises(ValueError, match="every value"):
        sources(band(4, 1), np.array([0, 1, 0, 1]))
    with pytest.raises(ValueError, match="symmetric"):
        star_colouring(pattern_of((2, 2), [(0, 1)]))
    with pytest.raises(ValueError, match="symmetric"):
        sources(pattern_of((2, 2), [(0, 1)]), np.array([0, 1]))
