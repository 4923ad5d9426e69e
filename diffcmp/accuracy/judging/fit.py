"""The straight line nearest to some points, by least squares."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 3  # points: a line through two of them says nothing of how well it fits


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The slope of the line; None for fewer than three points.

    >>> slope([(0, 1), (1, 3), (2, 5)])
    2.0
    """
    if len(points) < LEAST:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
