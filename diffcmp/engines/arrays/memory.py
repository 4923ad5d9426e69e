"""Memory for long results that is used again as soon as nobody has the result any more.

New memory comes from the system page by page, each filled with zeros and mapped when it is first
touched: for a gradient of 10⁶ elements that takes longer than the arithmetic.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST, MOST = 2**15, 2**22  # elements; longer arrays go back to the system, which may need them
KEPT = 4  # arrays at most that are kept for their next use

_given: list[NDArray[np.float64]] = []


def room(length: int, kind: type = float) -> NDArray[Any]:
    """A new vector with any contents, or one that was given out before, which nothing refers to any
    more."""
    if kind is not float or not LEAST <= length <= MOST or not _COUNTED:
        return np.empty(length, kind)
    array = _unused(length)
    if array is None:
        array = np.empty(length)
    _given.append(array)
    del _given[:-KEPT]
    return array


def _unused(length: int) -> NDArray[np.float64] | None:
    """What is taken from the list is this thread's alone, if no one else refers to it."""
    for _ in range(len(_given)):
        try:
            array = _given.pop(0)
        except IndexError:  # by another thread
            return None
        if len(array) == length and sys.getrefcount(array) == _ALONE:
            return array
        _given.append(array)
    return None


def _references() -> int:
    """What is counted for an array that only one name refers to."""
    array = np.empty(0)
    return sys.getrefcount(array)


_ALONE = _references()
_COUNTED = getattr(sys, "_is_gil_enabled", lambda: True)()  # else counts are not to be relied on
