"""Symbolic differentiation, the parent's side: what is asked of the worker process, and how its
answers become an Estimate. sympy is not imported here; the mathematics is in `work`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb, fmpq

from diffcmp import worker
from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend, Estimate, Prepared
from diffcmp.backends.symbolic.domain import outside
from diffcmp.deadline import PATIENCE, Deadline
from diffcmp.engines.partials import ORDERS
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program

WORK = "diffcmp.backends.symbolic.work"
BESIDE = fmpq(1, 10**30)
NOT_FOUND = "not found"  # what the worker says of a limit


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
        task = _ask("differentiated", sent, wrt, self.order)
        return Formula(program, sent, wrt, self.order, floats, self.deadline, task)


REASONS = {
    "NotImplementedError": "it has no method for this",
    "PoleError": "it finds no series at this point",
    "RecursionError": "the expression is nested too deeply for it",
    "MemoryError": "it runs out of memory",
    "OverflowError": "a number on the way is too large for it",
}
"""What exceptions of sympy mean, by their class."""


def failure(error: worker.WorkerError) -> str:
    """Why sympy gave no answer, in words. What it raised in a place that it does not foresee (a
    TypeError, an AttributeError) says nothing to the reader but its class."""
    name, _, text = str(error).partition(": ")
    if isinstance(error, worker.WorkerDied):
        return "its process ended before it answered"
    if name == "Beyond":
        return text
    return REASONS.get(name, f"it failed inside, with {name}")


def _bare(program: Program) -> Program:
    """What the worker needs of a Program: no text, no spans, nothing that was computed from it."""
    equations = tuple(replace(eq, span=None) for eq in program.equations)
    return Program(program.inputs, equations, program.outputs)


def _ask(question: str, *arguments: object) -> worker.Task:
    return worker.shared().submit(f"{WORK}:{question}", *arguments)


@dataclass(frozen=True, eq=False)
class Formula(Prepared):
    """A Program whose derivatives the worker keeps."""

    program: Program
    sent: Program
    wrt: tuple[str, ...]
    order: int
    floats: Floats
    deadline: Deadline | None
    differentiated: worker.Task

    def __repr__(self) -> str:
        return f"Formula({self.program.text!r} by {', '.join(self.wrt)})"

    def start(self, point: Point) -> Pending:
        """Ask for everything that this point may need, and do not wait."""
        outside = _outside(self.program, point)
        constants = {name: _bare(c.program) for name, c in point.coordinates.items()}
        tasks = {("shown", ""): _ask("shown", self.sent, self.wrt, self.order)}
        questions = ("substituted", "limits") if outside is None else ()
        for question, name in product(questions, self.wrt):
            arguments = self.sent, constants, name, self.order
            tasks[question, name] = _ask(question, *arguments)
        deadline = self.deadline or Deadline.after(PATIENCE)
        return Pending(self, constants, tasks, deadline, [] if outside is None else [outside])

    def __call__(self, point: Point) -> Estimate:
        """Start, and wait for the answer."""
        return self.start(point)()


@dataclass(eq=False)
class Pending:
    """An answer on its way: call it, once, to wait for it. The waiting, all in all, ends by the
    deadline.

    tasks: what was asked, in this order: the expressions, then for every derivative substitution,
    then limits. values, slopes: decimals, by the name of the derivative.
    """

    formula: Formula
    constants: Mapping[str, Program]
    tasks: Mapping[tuple[str, str], worker.Task]
    deadline: Deadline
    remarks: list[Remark]
    values: dict[str, str] = field(default_factory=dict)
    slopes: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def __repr__(self) -> str:
        return f"Pending({self.formula!r})"

    def __call__(self) -> Estimate:
        """The Estimate. Never raises: what went wrong is a remark."""
        prepared = self.answer(self.formula.differentiated, 1, Note.SYMBOLIC_UNFINISHED)
        if isinstance(prepared, Remark):
            for task in reversed(list(self.tasks.values())):  # so that none is begun on the way
                task.cancel()
            self.remarks = [prepared]
            return replace(self.estimate(None), seconds=None)
        shown = self.answer(self.tasks["shown", ""], 2, Note.SYMBOLIC_UNFINISHED)
        if len(self.tasks) > 1:
            for i, name in enumerate(self.formula.wrt):
                self.collect(name, len(self.formula.wrt) - i)
        return self.estimate(None if isinstance(shown, Remark) else shown["texts"])

    def answer(self, task: worker.Task, shares: int, late: Note) -> Any:
        """What the worker answers within its share of the time left; a Remark where it does not."""
        try:
            answer = task.result(self.deadline.share(shares))
        except worker.WorkerTimeout:
            return remark(late, seconds=self.deadline.spent())
        except worker.WorkerError as error:
            return remark(Note.SYMBOLIC_FAILED, reason=failure(error))
        self.seconds += (answer or {}).get("seconds", 0.0)
        return answer

    def collect(self, name: str, left: int) -> None:
        """The answers for one derivative, one of those that are `left` to share the time."""
        task = self.tasks["substituted", name]
        substituted = self.answer(task, left, Note.SYMBOLIC_UNFINISHED)
        limits = self.tasks["limits", name]
        if isinstance(substituted, Remark):
            limits.cancel()
            self.remarks.append(substituted)
            return
        self.take(name, substituted)
        if substituted["slope"] is not None:
            return
        # half of the share is L'Hôpital's
        answer = self.answer(limits, 2 * left, Note.LIMIT_UNFINISHED)
        if isinstance(answer, Remark):
            answer = self.by_rule(name, left) or answer
        if isinstance(answer, Remark):
            self.remarks.append(answer)
        elif answer is not None:
            self.take(name, answer)
            self.remarks.append(_verdict(answer))

    def by_rule(self, name: str, left: int) -> Mapping[str, Any] | None:
        """What L'Hôpital's rule finds after sympy's `limit` has failed."""
        arguments = self.formula.sent, self.constants, name, self.formula.order, True
        answer = self.answer(_ask("limits", *arguments), left, Note.LIMIT_UNFINISHED)
        return None if isinstance(answer, Remark) or answer["slope"] is None else answer

    def take(self, name: str, answer: Mapping[str, Any]) -> None:
        """Keep the decimals of an answer."""
        if answer["value"] is not None:
            self.values[name] = answer["value"]
        if answer["slope"] is not None:
            self.slopes[name] = answer["slope"]

    def estimate(self, texts: Mapping[str, str] | None) -> Estimate:
        """The decimals rounded to the dtype; nan for one that is missing."""
        floats = self.formula.floats
        value = next(iter(self.values.values()), None)
        slopes = {name: _rounded(self.slopes.get(name), floats) for name in self.formula.wrt}
        if any(abs(slope) == math.inf for slope in slopes.values()):
            overflow = remark(Note.SLOPE_BEYOND, dtype=floats.dtype)
            self.remarks.append(overflow)
        return Estimate(
            value=_rounded(value, floats),
            derivative=slopes,
            evaluations=1,
            seconds=self.seconds,
            remarks=tuple(dict.fromkeys(self.remarks)),
            expression=texts,
        )


def _verdict(answer: Mapping[str, Any]) -> Remark:
    """How the limits came out."""
    if answer["kind"] == "mixed":
        return remark(Note.MIXED_SINGULAR, form=answer["form"])
    if answer["kind"]:
        return remark(Note.POLE if answer["kind"] == "pole" else Note.JUMP)
    if answer["slope"] is None and NOT_FOUND in (answer["left"], answer["right"]):
        sides = [side for side in ("left", "right") if answer[side] == NOT_FOUND]
        reason = f"it finds no limit of the derivative from the {' and the '.join(sides)}"
        return remark(Note.SYMBOLIC_FAILED, reason=reason)
    if answer["slope"] is None:
        return remark(Note.NO_LIMIT, left=answer["left"], right=answer["right"])
    if answer["steps"]:
        return remark(Note.LHOPITAL, steps=answer["steps"], form=answer["form"])
    return remark(Note.LIMIT, form=answer["form"])


def _rounded(text: str | None, floats: Floats) -> Any:
    """The decimal rounded once, to the number of the format nearest to it."""
    if text is not None and not text.endswith("inf"):
        return floats.literal(Fraction(text))
    number = math.nan if text is None else float(text)
    if floats.dtype == "float64":
        return number
    import numpy as np

    return getattr(np, floats.dtype)(number)


def _outside(program: Program, point: Point) -> Remark | None:
    """The first function that is not defined around its argument at this point."""
    balls = Balls()
    eq = outside(program, balls, point.enclosures(balls), arb(0, BESIDE))
    if eq is None:
        return None
    return remark(Note.OUTSIDE_DOMAIN, eq.span, program.text, name=eq.primitive)
