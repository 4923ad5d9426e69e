"""The results: a `Comparison` of backends at one point, and a `Sweep` over step sizes. Plain fields, nothing computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from diffcmp.notes import Remark
from diffcmp.program.ir import Program
from diffcmp.truth.record import Truth

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One backend's answer, held against the truth; a mapping has one entry for each variable asked for.

    abs_error, rel_error: against the certified derivative; None where there is none. digits: correct significant decimal
    digits, at most what the dtype can hold. ulps: the error in units in the last place of the certified derivative.
    h: the step size used; None for a method without one. rule: how h was chosen ("√u·max(|x|, 1)", "given").
    seconds: per call, the median of repeats. expression: the derivative as found symbolically.
    """

    backend: str
    value: Any
    derivative: dict[str, Any]
    h: dict[str, float] | None
    rule: str
    abs_error: dict[str, float | None]
    rel_error: dict[str, float | None]
    digits: dict[str, float | None]
    ulps: dict[str, float | None]
    evaluations: int
    seconds: float | None
    remarks: tuple[Remark, ...] = ()
    expression: dict[str, str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The row as the JSON form has it."""
        return {
            "backend": self.backend,
            "value": plain(self.value),
            "derivative": {n: plain(v) for n, v in self.derivative.items()},
            "h": _step(self.h),
            "rule": self.rule or None,
            "abs_error": {n: plain(v) for n, v in self.abs_error.items()},
            "rel_error": {n: plain(v) for n, v in self.rel_error.items()},
            "digits": {n: plain(v) for n, v in self.digits.items()},
            "ulps": {n: plain(v) for n, v in self.ulps.items()},
            "evaluations": self.evaluations,
            "seconds": plain(self.seconds),
            "expression": self.expression,
            "notes": [str(remark) for remark in self.remarks],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every backend at one point, against the truth."""

    program: Program
    wrt: tuple[str, ...]
    at: dict[str, str]
    dtype: str
    kernel: str
    truth: Truth
    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp grad`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "expression": self.program.text,
            "variables": list(self.wrt),
            "at": self.at,
            "dtype": self.dtype,
            "kernel": self.kernel,
            "truth": self.truth.to_dict(),
            "results": [row.to_dict() for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step size: the estimate and the three parts of its error, which add up to `total`.

    h, estimate and the parts are exact numbers written as decimal strings of enough digits that they add up; None where
    there is no such number (no derivative to compare with, or a stencil that leaves the domain). `estimate_nan` and the
    like are the strings "nan", "inf", "-inf".
    """

    h: float
    estimate: str
    total: str | None
    truncation: str | None
    roundoff: str | None
    representation: str | None

    def to_dict(self) -> dict[str, Any]:
        """The row as the JSON form has it."""
        return {
            "h": self.h, "estimate": self.estimate, "total": self.total, "truncation": self.truncation,
            "roundoff": self.roundoff, "representation": self.representation,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """One method over all step sizes.

    fitted_order: slope of log|truncation| over log h; None where the truncation error vanishes or is unknown. best_h: the
    step with the smallest total error. predicted_h: where theory puts it (None: no theory, or f″ = 0). default_h: by the
    method's rule. digits_lost: by default_h against best_h, in decimal digits. rule: the rule of default_h in words.
    """

    backend: str
    order: int
    fitted_order: float | None
    best_h: float | None
    predicted_h: float | None
    default_h: float
    rule: str
    best_digits: float | None
    default_digits: float | None
    digits_lost: float | None
    rows: tuple[Step, ...]
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The series as the JSON form has it."""
        return {
            "backend": self.backend,
            "fitted_order": self.fitted_order,
            "best_h": self.best_h,
            "predicted_h": self.predicted_h,
            "default_h": self.default_h,
            "best_digits": self.best_digits,
            "default_digits": self.default_digits,
            "digits_lost": self.digits_lost,
            "notes": [str(remark) for remark in self.remarks],
            "rows": [row.to_dict() for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Sweep:
    """Truncation, roundoff and representation error of every method with a step, over a grid of step sizes."""

    program: Program
    variable: str
    at: dict[str, str]
    dtype: str
    kernel: str
    truth: Truth
    series: tuple[Series, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp sweep-h`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "expression": self.program.text,
            "variables": [self.variable],
            "at": self.at,
            "dtype": self.dtype,
            "kernel": self.kernel,
            "truth": self.truth.to_dict(),
            "series": [series.to_dict() for series in self.series],
        }


def _step(h: dict[str, float] | None) -> Any:
    """The step size: one number, or one for each variable where they differ."""
    if h is None:
        return None
    steps = {name: plain(step) for name, step in h.items()}
    return next(iter(steps.values())) if len(set(steps.values())) == 1 else steps


def plain(value: Any) -> Any:
    """A number as JSON has it: a Python number, or "nan", "inf", "-inf", or None.

    A longdouble, which has more digits than a JSON reader keeps, is a decimal string.
    """
    if value is None:
        return None
    if type(value).__name__ == "longdouble" and abs(value) < math.inf:
        return str(value)
    number = float(value) if type(value).__name__ not in ("float16", "float32") else float(str(value))
    return number if math.isfinite(number) else "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
