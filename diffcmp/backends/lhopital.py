"""Automatic differentiation that knows L'Hôpital's rule: the plain engines, and series where they meet 0/0 and its kin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.numeric import Numeric, Outcome
from diffcmp.backends.protocol import Estimate
from diffcmp.engines.compiled import adjoint, compiled, tangent
from diffcmp.engines.evaluate import trace_of
from diffcmp.engines.lhopital import Resolved, alarmed, resolved
from diffcmp.engines.point import Point
from diffcmp.notes import Note, Remark, remark
from diffcmp.program.ir import Program


@dataclass(frozen=True)
class LHopital:
    """Dual numbers or the tape, and where these meet 0/0, 0·∞, ∞-∞ or a root of 0, series with float coefficients.

    A value within its running error bound is zero. A branch that is not taken beside the point contributes nothing; a guard
    counts as the function beside it. Several variables: along each coordinate; that a limit depends on the direction is noted.
    Costs what the plain engine costs, and some hundred times that at a singular point. Where left and right derivative
    differ it follows the plain engine.
    """

    name: str
    summary: str
    mode: Literal["dual", "tape"]

    def prepare(self, program: Program, wrt: Sequence[str], order: int = 1, dtype: str = "float64") -> Careful:
        """Compile the plain derivative together with the alarm that calls for series."""
        names = tuple(wrt)
        if self.mode == "tape":
            runs = [compiled(alarmed(program, adjoint(program, names)), dtype)]
        else:
            runs = [compiled(alarmed(program, tangent(program, name)), dtype) for name in names]
        return Careful(program, names, Floats(dtype), runs)


@dataclass(frozen=True)
class Careful:
    """A plain engine that knows when not to trust itself."""

    program: Program
    wrt: tuple[str, ...]
    floats: Floats
    runs: list[Any]

    def plain(self, inputs: list[Any]) -> tuple[Any, list[Any], bool]:
        """Value, derivatives, and whether nothing was suspicious."""
        answers = [f(*inputs) for f in self.runs]
        value, calm = answers[0][0], not any(a[-1] for a in answers)
        slopes = [d for a in answers for d in a[1:-1]]
        return value, slopes, calm and math.isfinite(value) and all(math.isfinite(d) for d in slopes)

    def work(self, point: Point) -> Any:
        """The computation alone, for timing."""
        inputs = point.rounded(self.floats)

        def run() -> None:
            _, _, calm = self.plain(inputs)
            if not calm:
                for name in self.wrt:
                    resolved(self.program, inputs, {name: 1}, self.floats)

        return run

    def __call__(self, point: Point) -> Estimate:
        inputs = point.rounded(self.floats)
        plain = Numeric(self.program, self.wrt, self.floats, self.outcome)(point)
        if plain.evaluations == 0:
            return plain
        with self.floats.quiet():
            value, slopes, calm = self.plain(inputs)
            if calm:
                return plain
            return self.careful(plain, inputs, value, slopes)

    def outcome(self, inputs: list[Any]) -> Outcome:
        """The plain answer."""
        value, slopes, _ = self.plain(inputs)
        return Outcome(value, slopes, len(self.runs))

    def careful(self, plain: Estimate, inputs: list[Any], value: Any, slopes: list[Any]) -> Estimate:
        """The answer on series where that is better than the plain one."""
        found = {name: resolved(self.program, inputs, {name: 1}, self.floats) for name in self.wrt}
        derivative = dict(zip(self.wrt, slopes, strict=True))
        said: dict[Remark, None] = {}
        for name, series in found.items():
            if series.slope is not None:
                unsure = not math.isfinite(derivative[name]) or not math.isfinite(value) or self.touches(inputs)
                if unsure or series.zeros or series.precision > 1:
                    derivative[name] = series.slope
                    said[_how(series, self.floats)] = None
                    if series.zeros:
                        said[remark(Note.TAKEN_AS_ZERO, count=series.zeros)] = None
        limit = next((s.value for s in found.values() if s.value is not None), None)
        if not math.isfinite(value) and limit is not None:
            value = limit
            if len(self.program.inputs) > 1 and self.depends_on_direction(inputs, limit):
                said[remark(Note.DIRECTION)] = None
                derivative = dict.fromkeys(derivative, math.nan)
        if not all(math.isfinite(d) for d in derivative.values()):
            said |= dict.fromkeys(plain.remarks)
        return Estimate(value, derivative, plain.evaluations + 2 * len(found), seconds=plain.seconds, remarks=tuple(said))

    def touches(self, inputs: list[Any]) -> bool:
        """Whether a condition changes its value at the point."""
        values = trace_of(self.program, self.floats, inputs)
        for eq in self.program.equations:
            if eq.entry.condition and eq.primitive not in ("and", "or", "not") and not set(eq.inputs) <= self.program.constant:
                x, y = (values[i] for i in eq.inputs)
                if x == y:
                    return True
        return False

    def depends_on_direction(self, inputs: list[Any], limit: Any) -> bool:
        """Whether the limit along other directions than the coordinates' differs."""
        for weights in ((1, 1), (1, 2), (1, -1)):
            direction = {name: weights[i % 2] for i, name in enumerate(self.program.inputs)}
            other: Resolved = resolved(self.program, inputs, direction, self.floats)
            if other.value is None or abs(float(other.value) - float(limit)) > 1e-9 * (1 + abs(float(limit))):
                return True
        return False


def _how(series: Resolved, floats: Floats) -> Remark:
    """In what numbers the series had to be run."""
    if series.precision > 1:
        return remark(Note.REFINED, times=series.precision)
    return remark(Note.WIDENED, dtype=floats.dtype) if series.wide else remark(Note.RESOLVED)


ENGINES = (
    LHopital("dual-lhopital", "forward mode, and series at 0/0: knows L'Hôpital's rule", "dual"),
    LHopital("tape-lhopital", "reverse mode, and series at 0/0: knows L'Hôpital's rule", "tape"),
)
