"""Automatic differentiation that knows L'Hôpital's rule: the plain engines, and enclosures and
series where these are in doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.automatic import Derived
from diffcmp.backends.protocol import Estimate, Numeric, Outcome, Prepared
from diffcmp.engines.derived import forward_programs, reverse_program
from diffcmp.engines.lhopital.answer import DOUBTFUL, Answer, answer
from diffcmp.engines.lhopital.compiled import watched
from diffcmp.engines.partials import ORDERS, variables
from diffcmp.notes import Remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program


@dataclass(frozen=True, repr=False)
class LHopital(Derived):
    """Dual numbers or the tape, with an alarm beside them; where that is raised, balls at a smooth
    point, and series beside it at 0/0, 0·∞, ∞-∞, a root of 0, or where pieces meet.

    Right to half of the digits of the format at the rounded point, or nan, or with a remark that
    says why the number may be wrong. A branch that is not taken beside the point contributes
    nothing; a guard counts as the function beside it. Several variables: along each coordinate;
    that a limit depends on the direction is noted. Where left and right derivative differ it
    follows the plain engine, and says so. Costs little more than the plain engine, some forty
    times that where it is in doubt, and a thousand times at a singular point.
    """

    name: str
    summary: str
    mode: Literal["dual", "tape"]
    orders = ORDERS

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Careful:
        """Compile the plain derivative together with the alarm."""
        if self.mode == "tape":
            derived = [reverse_program(program, wrt, self.order)]
        else:
            derived = forward_programs(program, wrt, self.order)
        runs = [watched(program, one, floats.dtype) for one in derived]

        def compute(inputs: Sequence[Any]) -> Outcome:
            answers = [f(*inputs) for f in runs]
            slopes = [slope for _, *several, _ in answers for slope in several]
            return Outcome(answers[0][0] if answers else None, slopes, len(runs))

        return Careful(Numeric(program, wrt, floats, compute), runs, self.order)

    def derived(self, program: Program, name: str) -> Program:
        """What the plain engine runs, which gives the number where it is not in doubt."""
        if self.mode == "tape":
            return reverse_program(program, (name,), self.order)
        return forward_programs(program, (name,), self.order)[0]


@dataclass(frozen=True)
class Careful(Prepared):
    """A plain engine that knows when not to trust itself.

    runs: what it runs; each gives f, derivatives, and whether one of these is in doubt.
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
            answers = self.answers(inputs)
        return _joined(estimate, answers) if answers else estimate

    def answers(self, inputs: Sequence[Any]) -> dict[str, Answer]:
        """What is found for the derivatives that are in doubt, by name."""
        found: dict[str, Answer] = {}
        names = iter(self.plain.wrt)
        for run in self.runs:
            _, *slopes, alarm = run(*inputs)
            for slope, name in zip(slopes, names, strict=False):
                if alarm:
                    by = variables(name, self.order)
                    found[name] = answer(self.plain.program, by, inputs, slope, self.plain.floats)
        return found

    def work(self, point: Point) -> Callable[[], object]:
        """The computation alone, for timing."""
        inputs = point.rounded(self.plain.floats)
        return lambda: self.answers(inputs)

    def doubts(self, estimate: Estimate) -> tuple[Remark, ...]:
        """The remarks on numbers that may be wrong."""
        if not any(map(finite, estimate.derivative.values())):
            return ()
        return tuple(one for one in estimate.remarks if one.note in DOUBTFUL)


def _joined(estimate: Estimate, answers: dict[str, Answer]) -> Estimate:
    """An estimate with the answers in place of the plain numbers."""
    derivative, value = dict(estimate.derivative), estimate.value
    remarks: dict[Remark, None] = dict.fromkeys(estimate.remarks)
    for name, best in answers.items():
        derivative[name] = best.derivative
        remarks |= dict.fromkeys(best.remarks)
    if value is None or not finite(value):
        values = [best.value for best in answers.values() if best.value is not None]
        value = values[0] if values else value
    return replace(
        estimate,
        value=value,
        derivative=derivative,
        evaluations=estimate.evaluations + 2 * len(answers),
        remarks=tuple(remarks),
    )


SUMMARY = "{} mode, and series at 0/0: knows L'Hôpital's rule"
dual_lhopital = LHopital("dual-lhopital", SUMMARY.format("forward"), "dual")
tape_lhopital = LHopital("tape-lhopital", SUMMARY.format("reverse"), "tape")
