"""Symbolic differentiation, the parent's side: what is asked of the worker process, and how its
answers become an Estimate.

sympy is not imported here; the mathematics is in `symbolic_work` and `symbolic_point`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from diffcmp import worker
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Estimate, Prepared
from diffcmp.deadline import PATIENCE, Deadline
from diffcmp.engines.partials import ORDERS
from diffcmp.language import rules
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import branchless
from diffcmp.point.point import Point
from diffcmp.program.ir import Program

WORK = "diffcmp.backends.symbolic_work"
UNFINISHED = "unfinished"
BESIDE = fmpq(1, 10**30)


class Symbolic(Backend):
    """Differentiate the formula, then put in the exact point.

    Exact but for the last rounding. Where substitution gives 0/0 and its kin, or pieces meet, the
    limits from both sides decide, by sympy's `limit` (Gruntz 1996) or by L'Hôpital's rule. Cost:
    the size of the formula; a limit may never end, so that all of it runs in a worker process under
    a time limit.
    """

    name = "symbolic"
    summary = "sympy's derivative at the exact point; by limits where that is 0/0"
    orders = ORDERS
    waits = True

    def build(self, program: Program, wrt: tuple[str, ...], floats: Floats) -> Formula:
        """Have the worker differentiate, at once and without waiting for it."""
        sent = _bare(program)
        task = worker.shared().submit(f"{WORK}:differentiated", sent, wrt, self.order)
        return Formula(program, sent, wrt, self.order, floats, self.deadline, task)


def _bare(program: Program) -> Program:
    """What the worker needs of a Program: no text, no spans, nothing that was computed from it."""
    equations = tuple(replace(eq, span=None) for eq in program.equations)
    return Program(program.inputs, equations, program.outputs)


@dataclass(frozen=True, eq=False)
class Formula(Prepared):
    """A Program whose derivatives the worker keeps."""

    program: Program
    sent: Program
    wrt: tuple[str, ...]
    order: int
    floats: Floats
    deadline: Deadline | None
    prepared: worker.Task

    def start(self, point: Point) -> Pending:
        """Ask for everything that this point may need, and do not wait."""
        outside = _outside(self.program, point)
        constants = {name: _bare(c.program) for name, c in point.coordinates.items()}
        submit = worker.shared().submit
        tasks = Tasks(shown=submit(f"{WORK}:shown", self.sent, self.wrt, self.order))
        if outside is None:
            for function, wanted in (("substituted", tasks.substituted), ("limits", tasks.limits)):
                for name in self.wrt:
                    wanted[name] = submit(
                        f"{WORK}:{function}", self.sent, constants, name, self.order
                    )
        return Pending(self, constants, outside, tasks)

    def __call__(self, point: Point) -> Estimate:
        """Start, and wait for the answer."""
        return self.start(point)()


@dataclass(frozen=True, slots=True)
class Tasks:
    """What was asked of the worker for one point, in this order."""

    shown: worker.Task
    substituted: dict[str, worker.Task] = field(default_factory=dict)
    limits: dict[str, worker.Task] = field(default_factory=dict)

    def cancel(self) -> None:
        """Give up on all of them, the last first, so that none is begun on the way."""
        for task in reversed([self.shown, *self.substituted.values(), *self.limits.values()]):
            task.cancel()


@dataclass(frozen=True, eq=False)
class Pending:
    """An answer on its way: call it to wait for it. The waiting, all in all, ends by the
    deadline."""

    formula: Formula
    constants: Mapping[str, Program]
    outside: Remark | None
    tasks: Tasks

    def __call__(self) -> Estimate:
        """The Estimate. Never raises: what went wrong is a remark."""
        clock = _Clock(self.formula.deadline or Deadline.after(PATIENCE))
        prepared = clock.answer(self.formula.prepared, 1)
        if prepared.failure is not None:
            self.tasks.cancel()
            note = (
                Note.SYMBOLIC_UNFINISHED if prepared.failure == UNFINISHED else Note.SYMBOLIC_FAILED
            )
            return self.estimate({}, {}, [_failed(note, prepared)], None, None)
        shown = clock.answer(self.tasks.shown, 2)
        seconds = prepared.seconds + shown.seconds
        remarks = [] if self.outside is None else [self.outside]
        values: dict[str, str] = {}
        slopes: dict[str, str] = {}
        for i, name in enumerate(self.tasks.substituted):
            left = len(self.formula.wrt) - i
            seconds += self.coordinate(name, clock, left, values, slopes, remarks)
        return self.estimate(values, slopes, remarks, seconds, shown.value)

    def coordinate(
        self,
        name: str,
        clock: _Clock,
        left: int,
        values: dict[str, str],
        slopes: dict[str, str],
        remarks: list[Remark],
    ) -> float:
        """Collect the answers for one variable, which may use its share of the time. Returns the
        seconds of work."""
        found = clock.answer(self.tasks.substituted[name], left)
        if found.failure is not None:
            self.tasks.limits[name].cancel()
            note = Note.SYMBOLIC_UNFINISHED if found.failure == UNFINISHED else Note.SYMBOLIC_FAILED
            remarks.append(_failed(note, found))
            return found.seconds
        _take(found.value, name, values, slopes)
        if found.value["slope"] is not None:
            return found.seconds
        limits = clock.answer(self.tasks.limits[name], 2 * left)  # half of the share is L'Hôpital's
        seconds = found.seconds + limits.seconds
        if limits.failure is not None:
            limits = self.by_rule(name, clock, left, limits)
        if limits.failure is not None:
            note = Note.LIMIT_UNFINISHED if limits.failure == UNFINISHED else Note.SYMBOLIC_FAILED
            remarks.append(_failed(note, limits))
        elif limits.value is not None:
            _take(limits.value, name, values, slopes)
            remarks.append(_told(limits.value))
        return seconds

    def by_rule(self, name: str, clock: _Clock, left: int, failed: _Answer) -> _Answer:
        """L'Hôpital's rule, after sympy's `limit` has failed."""
        formula = self.formula
        arguments = (formula.sent, self.constants, name, formula.order, True)
        answer = clock.answer(worker.shared().submit(f"{WORK}:limits", *arguments), left)
        return failed if answer.failure is not None or answer.value["slope"] is None else answer

    def estimate(
        self,
        values: Mapping[str, str],
        slopes: Mapping[str, str],
        remarks: Sequence[Remark],
        seconds: float | None,
        shown: Any,
    ) -> Estimate:
        """The decimals rounded to the dtype; nan for one that is missing."""
        floats = self.formula.floats
        value = next((v for v in values.values()), None)
        derivative = {name: _rounded(slopes.get(name), floats) for name in self.formula.wrt}
        said = dict.fromkeys(remarks)
        if any(math.isinf(d) for d in derivative.values()):
            said[remark(Note.OVERFLOW, dtype=floats.dtype)] = None
        return Estimate(
            _rounded(value, floats),
            derivative,
            1,
            seconds=seconds,
            remarks=tuple(said),
            expression=shown if isinstance(shown, dict) else None,
        )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back of a request: a value, or why there is none."""

    value: Any = None
    failure: str | None = None
    spent: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds of work, as the worker measured them."""
        return float(self.value.get("seconds", 0.0)) if isinstance(self.value, dict) else 0.0


class _Clock:
    """Shares out the time that is left for waiting."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline

    def answer(self, task: worker.Task, shares: int) -> _Answer:
        """Wait for a request as long as its share of the time that is left."""
        try:
            return _Answer(task.result(self.deadline.share(shares)))
        except worker.WorkerTimeout:
            return _Answer(None, UNFINISHED, self.deadline.spent())
        except worker.WorkerError as error:
            return _Answer(None, str(error))


def _failed(note: Note, answer: _Answer) -> Remark:
    if note is Note.SYMBOLIC_FAILED:
        return remark(note, reason=str(answer.failure).splitlines()[0][:120])
    return remark(note, seconds=answer.spent)


def _take(
    found: Mapping[str, Any], name: str, values: dict[str, str], slopes: dict[str, str]
) -> None:
    for part, where in (("value", values), ("slope", slopes)):
        if found[part] is not None:
            where[name] = found[part]


def _told(found: Mapping[str, Any]) -> Remark:
    """How the limits came out."""
    if found["slope"] is not None:
        if found["steps"]:
            return remark(Note.LHOPITAL, steps=found["steps"], form=found["form"])
        return remark(Note.LIMIT, form=found["form"])
    if found["kind"] == "mixed":
        return remark(Note.MIXED_SINGULAR, form=found["form"])
    if found["kind"]:
        return remark(Note.POLE if found["kind"] == "pole" else Note.JUMP)
    return remark(Note.NO_LIMIT, left=found["left"], right=found["right"])


def _rounded(text: str | None, floats: Floats) -> Any:
    """The decimal rounded once, to the number of the format nearest to it."""
    if text is None or text in ("inf", "-inf"):
        number = math.nan if text is None else float(text)
        if floats.dtype == "float64":
            return number
        import numpy as np

        return getattr(np, floats.dtype)(number)
    return floats.literal(Fraction(text))


def _outside(program: Program, point: Point) -> Remark | None:
    """The first function that is not defined around its argument at this point.

    Only balls see that: sympy goes on with complex numbers, and takes exp(log(x)) for x.
    """
    balls = Balls()
    inputs = point.enclosures(balls)
    with balls.working():
        values = trace_of(program, balls, inputs)
        decisions = {
            eq.inputs[0]: values[eq.inputs[0]]
            for eq in program.equations
            if eq.primitive == "where" and values[eq.inputs[0]] is not None
        }
        for eq in branchless(program, decisions).equations:
            domain = rules.domain(eq.primitive)
            if domain is None:
                continue
            around = [to_arb(values[i]) + arb(0, BESIDE) for i in eq.inputs]
            if evaluate(domain, balls, around)[0] == 0:
                return remark(Note.OUTSIDE_DOMAIN, eq.span, program.text, name=eq.primitive)
    return None
