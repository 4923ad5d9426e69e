"""How far one answer is from another: numbers, arrays, tuples of arrays, sparse matrices, or
decimal strings of many digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

TOLERANCE = 1e-9  # beyond it an answer is marked: far above roundoff, far below a mistake
SPARE = 2  # digits at the end of a decimal string that may differ


def distance(found: Any, expected: Any) -> float:
    """The largest difference over the largest expected number; inf where something is not finite or
    shapes differ."""
    if isinstance(expected, str):
        return _of_decimals(found, expected)
    a, b = flat(found), flat(expected)
    if a.shape != b.shape or not np.isfinite(a).all():
        return math.inf
    return float(np.abs(a - b).max() / np.abs(b).max())


def tolerated(expected: Any) -> float:
    """The distance from this answer beyond which another is wrong."""
    if not isinstance(expected, str):
        return TOLERANCE
    return 10.0 ** (SPARE - len(Decimal(expected).as_tuple().digits))


def flat(answer: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """All numbers of an answer in a row."""
    if isinstance(answer, tuple | list):
        return np.concatenate([flat(part) for part in answer])
    dense = (
        answer.toarray()
        if hasattr(answer, "toarray") and getattr(answer, "nnz", 0) < 1e4
        else answer
    )
    return np.asarray(dense.data if hasattr(dense, "nnz") else dense, dtype=float).reshape(-1)


def _of_decimals(found: str, expected: str) -> float:
    with localcontext() as context:
        context.prec = 60
        return float(abs((Decimal(found) - Decimal(expected)) / Decimal(expected)))


def median(values: Sequence[float]) -> float:
    return float(np.median(values))


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    low, high = np.percentile(values, [25, 75])
    return float(low), float(high)
