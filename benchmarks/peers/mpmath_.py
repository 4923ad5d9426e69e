"""mpmath: differences at raised precision, and a sweep over h whose errors are split by hand at 60
digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
from mpmath import mp

NAME, PACKAGE = "mpmath", "mpmath"
Run = Callable[[], Any]


def threads() -> str:
    return "1"


def _slope(x: Any) -> Any:
    return mp.exp(x) / mp.sqrt(mp.sin(x) ** 3 + mp.cos(x) ** 3)


def _logistic(x: Any) -> Any:
    return 64 * x * (1 - x) * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x**2) ** 2


def truth(text: str, at: str, digits: int) -> Run:
    """`mpmath.diff` of the function in Python: no text is read."""

    def run() -> str:
        with mp.workdps(digits + 2):
            return mpmath.nstr(mp.diff(_slope, mp.mpf(at)), digits)

    return run


parsed_truth = truth


def sweep(text: str, at: str, methods: Sequence[str], per_decade: int) -> Run:
    """The truncation error of every method at every step from 1e-20 to 1, which is half of the
    split: no roundoff is told."""
    steps = [10.0 ** (k / per_decade - 20) for k in range(20 * per_decade + 1)]
    return lambda: [
        float(error) for method in methods for error in _truncations(method, float(at), steps)
    ]


def _truncations(method: str, x: float, steps: Sequence[float]) -> list[Any]:
    with mp.workdps(60):
        x, slope = mp.mpf(x), mp.diff(_logistic, mp.mpf(x))
        return [_QUOTIENTS[method](x, mp.mpf(h)) - slope for h in steps]


_QUOTIENTS: dict[str, Callable[[Any, Any], Any]] = {
    "forward": lambda x, h: (_logistic(x + h) - _logistic(x)) / h,
    "backward": lambda x, h: (_logistic(x) - _logistic(x - h)) / h,
    "central": lambda x, h: (_logistic(x + h) - _logistic(x - h)) / (2 * h),
    "complex-step": lambda x, h: _logistic(x + 1j * h).imag / h,
}
