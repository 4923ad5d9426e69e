"""Automatic differentiation that knows L'Hôpital's rule: the plain engines, and series where they
meet 0/0 and its kin."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.protocol import Backend, Estimate, Numeric, Outcome, Prepared, Run
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import forward_programs, reverse_program
from diffcmp.engines.lhopital.alarms import alarmed
from diffcmp.engines.lhopital.resolve import Resolved, resolved
from diffcmp.engines.lhopital.touching import touching
from diffcmp.engines.partials import ORDERS, variables
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program


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

    def runs(
        self,
        program: Program,
        name: str,
        floats: Floats,
        inputs: Sequence[Any],
        steps: Mapping[str, float] | None,
    ) -> Sequence[Run]:
        """The plain engine, once."""
        if self.mode == "tape":
            derived = reverse_program(program, (name,), self.order)
        else:
            derived = forward_programs(program, (name,), self.order)[0]
        return [Run(derived, inputs, derived=True)]

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Careful:
        """Compile the plain derivative together with the alarm that calls for series."""
        if self.mode == "tape":
            derived = [reverse_program(program, wrt, self.order)]
        else:
            derived = forward_programs(program, wrt, self.order)
        runs = [compiled(alarmed(program, plain), floats.dtype) for plain in derived]

        def compute(inputs: Sequence[Any]) -> Outcome:
            answers = [f(*inputs) for f in runs]
            slopes = [slope for _, *several, _ in answers for slope in several]
            return Outcome(answers[0][0], slopes, len(runs))

        return Careful(Numeric(program, wrt, floats, compute), runs, self.order)


@dataclass(frozen=True)
class Careful(Prepared):
    """A plain engine that knows when not to trust itself.

    runs: what it runs; each gives f, derivatives, and whether there is an alarm.
    """

    plain: Numeric
    runs: Sequence[Callable[..., Sequence[Any]]]
    order: int

    def __repr__(self) -> str:
        return f"Careful({self.plain!r})"

    def __call__(self, point: Point) -> Estimate:
        estimate = self.plain(point)
        if estimate.evaluations == 0:
            return estimate
        inputs = point.rounded(self.plain.floats)
        with self.plain.floats.quiet():
            return self.resolved(estimate, inputs) if self.suspicious(inputs) else estimate

    def suspicious(self, inputs: Sequence[Any]) -> bool:
        """Whether something is not finite, or there is an alarm."""
        answers = [f(*inputs) for f in self.runs]
        numbers = [x for *numbers, _ in answers for x in numbers]
        return any(alarm for *_, alarm in answers) or not all(map(finite, numbers))

    def work(self, point: Point) -> Callable[[], object]:
        """The computation alone, for timing."""
        inputs = point.rounded(self.plain.floats)

        def run() -> None:
            if self.suspicious(inputs):
                for name in self.plain.wrt:
                    self.beside(inputs, name)

        return run

    def beside(self, inputs: Sequence[Any], name: str) -> Resolved:
        """One derivative on series, which know nothing of a mixed one: it is along no line."""
        by = variables(name, self.order)
        if len(set(by)) > 1:
            return Resolved(((None, None),) * (self.order + 1), 0.0, 0)
        return resolved(self.plain.program, inputs, {by[0]: 1}, self.plain.floats, self.order)

    def resolved(self, estimate: Estimate, inputs: Sequence[Any]) -> Estimate:
        """The answer on series where that is better than the plain one."""
        program, floats = self.plain.program, self.plain.floats
        every = {name: self.beside(inputs, name) for name in self.plain.wrt}
        value, derivative = estimate.value, dict(estimate.derivative)
        remarks: dict[Remark, None] = {}
        meets = touching(program, floats, inputs) is not None
        for name, series in every.items():
            broken = not (finite(derivative[name]) and finite(value))
            doubtful = broken or meets or series.zeros or series.precision > 1
            if series.slope is not None and doubtful:
                derivative[name] = series.slope
                remarks |= dict.fromkeys(_remarks(series, floats))
        limit = next((s.value for s in every.values() if s.value is not None), None)
        if not finite(value) and limit is not None:
            value = limit
            if len(program.inputs) > 1 and self.depends_on_direction(inputs, limit):
                remarks = {remark(Note.DIRECTION): None}
                derivative = dict.fromkeys(derivative, math.nan)
        if not remarks:
            failed = [every[name] for name, d in derivative.items() if not finite(d)]
            remarks |= dict.fromkeys(_unresolved(failed))
        return replace(
            estimate,
            value=value,
            derivative=derivative,
            evaluations=estimate.evaluations + 2 * len(every),
            remarks=tuple(remarks),
        )

    def depends_on_direction(self, inputs: Sequence[Any], limit: Any) -> bool:
        """Whether the limit along other directions than the coordinates' differs. One along which f
        is undefined, such as x = y for (x**2 - y**2)/(x - y), says nothing."""
        program, here = self.plain.program, float(limit)
        for weights in ((1, 1), (1, 2), (1, -1)):
            direction = {name: weights[i % 2] for i, name in enumerate(program.inputs)}
            limits = resolved(program, inputs, direction, self.plain.floats).pairs[0]
            apart = [abs(float(there) - here) for there in limits if there is not None]
            if any(gap > 1e-9 * (1 + abs(here)) for gap in apart):
                return True
        return False


def _unresolved(failed: Sequence[Resolved]) -> Iterator[Remark]:
    """What the series find on either side where no derivative is finite."""
    for series in failed:
        if series.broken is not None:
            yield remark((Note.JUMP, Note.KINK_OF_VALUE)[series.broken])
        elif any(side is not None for side in series.slopes):
            left, right = map(_side, series.slopes)
            yield remark(Note.NO_LIMIT, left=left, right=right)
        else:
            yield remark(Note.UNRESOLVED)


def _side(slope: Any) -> str:
    """A one-sided derivative in a sentence."""
    if slope is None:
        return "undefined"
    if abs(slope) == math.inf:
        return "-∞" if slope < 0 else "∞"
    return f"{float(slope) + 0.0:.6g}"


def _remarks(series: Resolved, floats: Floats) -> Iterator[Remark]:
    """In what numbers the series had to be run, and what came of it."""
    if series.slope is not None and abs(series.slope) == math.inf:
        beyond = remark(Note.SLOPE_BEYOND, dtype=floats.dtype)
        yield beyond if series.beyond else remark(Note.VERTICAL_TANGENT)
    elif series.precision > 1:
        yield remark(Note.REFINED, times=series.precision)
    else:
        yield remark(Note.WIDENED, dtype=floats.dtype) if series.wide else remark(Note.RESOLVED)
    if series.zeros:
        yield remark(Note.TAKEN_AS_ZERO, count=series.zeros)


SUMMARY = "{} mode, and series at 0/0: knows L'Hôpital's rule"
dual_lhopital = LHopital("dual-lhopital", SUMMARY.format("forward"), "dual")
tape_lhopital = LHopital("tape-lhopital", SUMMARY.format("reverse"), "tape")
