"""Automatic differentiation that knows L'Hôpital's rule: the plain engines, and series where they
meet 0/0 and its kin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Estimate, Numeric, Outcome, Prepared
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import forward_programs, reverse_program
from diffcmp.engines.lhopital.alarms import alarmed
from diffcmp.engines.lhopital.resolve import Resolved, resolved
from diffcmp.engines.lhopital.touching import touching
from diffcmp.engines.partials import ORDERS, variables
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program

# what the plain engine says and series would have resolved, were there any
RESOLVABLE = frozenset(
    {
        Note.ZERO_OVER_ZERO,
        Note.INFINITE_DIFFERENCE,
        Note.ZERO_TIMES_INFINITY,
        Note.INFINITE_QUOTIENT,
        Note.OVERFLOW,
    }
)


@dataclass(frozen=True, repr=False)
class LHopital(Backend):
    """Dual numbers or the tape, and where these meet 0/0, 0·∞, ∞-∞ or a root of 0, series with
    float coefficients.

    A value within its running error bound is zero. A branch that is not taken beside the point
    contributes nothing; a guard counts as the function beside it. Several variables: along each
    coordinate; that a limit depends on the direction is noted. Costs what the plain engine costs,
    and some hundred times that at a singular point. Where left and right derivative differ it
    follows the plain engine.
    """

    name: str
    summary: str
    mode: Literal["dual", "tape"]
    orders = ORDERS

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Careful:
        """Compile the plain derivative together with the alarm that calls for series."""
        if self.mode == "tape":
            derived = [reverse_program(program, wrt, self.order)]
        else:
            derived = forward_programs(program, wrt, self.order)
        runs = [compiled(alarmed(program, plain), floats.dtype) for plain in derived]
        return Careful(self, program, wrt, floats, runs)


@dataclass(frozen=True)
class Careful(Prepared):
    """A plain engine that knows when not to trust itself."""

    method: LHopital
    program: Program
    wrt: tuple[str, ...]
    floats: Floats
    runs: list[Any]

    def plain(self, inputs: Sequence[Any]) -> tuple[Any, list[Any], bool]:
        """Value, derivatives, and whether nothing was suspicious."""
        answers = [f(*inputs) for f in self.runs]
        value, calm = answers[0][0], not any(a[-1] for a in answers)
        slopes = [d for a in answers for d in a[1:-1]]
        return (
            value,
            slopes,
            calm and math.isfinite(value) and all(math.isfinite(d) for d in slopes),
        )

    def work(self, point: Point) -> Any:
        """The computation alone, for timing."""
        inputs = point.rounded(self.floats)

        def run() -> None:
            _, _, calm = self.plain(inputs)
            if not calm:
                for name in self.wrt:
                    self.beside(inputs, name)

        return run

    def __call__(self, point: Point) -> Estimate:
        inputs = point.rounded(self.floats)
        plain = Numeric(self.program, self.wrt, self.floats, self.outcome, self.method.reason)(
            point
        )
        if plain.evaluations == 0:
            return plain
        with self.floats.quiet():
            value, slopes, calm = self.plain(inputs)
            if calm:
                return plain
            return self.careful(plain, inputs, value, slopes)

    def outcome(self, inputs: Sequence[Any]) -> Outcome:
        """The plain answer."""
        value, slopes, _ = self.plain(inputs)
        return Outcome(value, slopes, len(self.runs))

    def beside(self, inputs: list[Any], name: str) -> Resolved:
        """One derivative on series. A mixed one is not the derivative along any line: nothing is
        found there."""
        by = variables(name, self.method.order)
        if len(set(by)) > 1:
            return Resolved(((None, None),) * (self.method.order + 1), 0.0, 0)
        return resolved(self.program, inputs, {by[0]: 1}, self.floats, self.method.order)

    def careful(
        self, plain: Estimate, inputs: list[Any], value: Any, slopes: list[Any]
    ) -> Estimate:
        """The answer on series where that is better than the plain one."""
        found = {name: self.beside(inputs, name) for name in self.wrt}
        derivative = dict(zip(self.wrt, slopes, strict=True))
        said: dict[Remark, None] = {}
        meets = touching(self.program, self.floats, inputs) is not None
        for name, series in found.items():
            finite = math.isfinite(derivative[name]) and math.isfinite(value)
            if series.slope is not None and (
                not finite or meets or series.zeros or series.precision > 1
            ):
                derivative[name] = series.slope
                said |= dict.fromkeys(_told(series, self.floats))
        limit = next((s.value for s in found.values() if s.value is not None), None)
        if not math.isfinite(value) and limit is not None:
            value = limit
            if len(self.program.inputs) > 1 and self.depends_on_direction(inputs, limit):
                said = {remark(Note.DIRECTION): None}
                derivative = dict.fromkeys(derivative, math.nan)
        if not said and not all(math.isfinite(d) for d in derivative.values()):
            said |= dict.fromkeys(self.unresolved(plain, derivative, found))
        evaluations = plain.evaluations + 2 * len(found)
        return Estimate(value, derivative, evaluations, seconds=plain.seconds, remarks=tuple(said))

    def unresolved(
        self, plain: Estimate, derivative: Mapping[str, Any], found: Mapping[str, Resolved]
    ) -> Iterator[Remark]:
        """Why there is no finite derivative: what is on either side, where the series know it, else
        what the plain engine met."""
        for name, slope in derivative.items():
            sides, broken = found[name].slopes, found[name].broken
            if not math.isfinite(slope) and broken is not None:
                yield remark((Note.JUMP, Note.KINK_OF_VALUE)[broken])
            elif not math.isfinite(slope) and any(s is not None for s in sides):
                left, right = (_said(s) for s in sides)
                yield remark(Note.NO_LIMIT, left=left, right=right)
            elif not math.isfinite(slope):
                for met in plain.remarks:
                    yield (
                        Remark(Note.UNRESOLVED, (), met.span, met.piece)
                        if met.note in RESOLVABLE
                        else met
                    )

    def depends_on_direction(self, inputs: list[Any], limit: Any) -> bool:
        """Whether the limit along other directions than the coordinates' differs. One along which f
        is undefined, such as x = y for (x**2 - y**2)/(x - y), says nothing."""
        for weights in ((1, 1), (1, 2), (1, -1)):
            direction = {name: weights[i % 2] for i, name in enumerate(self.program.inputs)}
            limits = resolved(self.program, inputs, direction, self.floats).pairs[0]
            if any(
                abs(float(x) - float(limit)) > 1e-9 * (1 + abs(float(limit)))
                for x in limits
                if x is not None
            ):
                return True
        return False


def _said(slope: Any) -> str:
    """A one-sided derivative in a sentence."""
    return (
        "undefined"
        if slope is None
        else f"{'-' * (slope < 0)}∞"
        if math.isinf(slope)
        else f"{float(slope) + 0.0:.6g}"
    )


def _told(series: Resolved, floats: Floats) -> Iterator[Remark]:
    """In what numbers the series had to be run, and what came of it."""
    if series.slope is not None and math.isinf(series.slope):
        yield (
            remark(Note.SLOPE_BEYOND, dtype=floats.dtype)
            if series.beyond
            else remark(Note.VERTICAL_TANGENT)
        )
    elif series.precision > 1:
        yield remark(Note.REFINED, times=series.precision)
    else:
        yield remark(Note.WIDENED, dtype=floats.dtype) if series.wide else remark(Note.RESOLVED)
    if series.zeros:
        yield remark(Note.TAKEN_AS_ZERO, count=series.zeros)


dual_lhopital = LHopital(
    "dual-lhopital", "forward mode, and series at 0/0: knows L'Hôpital's rule", "dual"
)
tape_lhopital = LHopital(
    "tape-lhopital", "reverse mode, and series at 0/0: knows L'Hôpital's rule", "tape"
)
