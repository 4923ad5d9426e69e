"""What sympy's own `limit` says, beside ours: an honest comparison, never evidence."""

from __future__ import annotations

from dataclasses import replace

from flint import arb

from diffcmp import worker
from diffcmp.accuracy.limits.lines import Peer, Verdict
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.deadline import Deadline
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.record import SideLimit

WORK = "diffcmp.accuracy.limits.paper_work"
SECONDS = 10.0  # of computing
WAITING = 0.8  # of the time left, as computing
COMPARED = 15  # digits
BITS = 256


def peer(
    program: Program, place: Coordinate, direction: int, ours: SideLimit, deadline: Deadline
) -> Peer | None:
    """sympy's `limit` on one side of a place; None where there is no time for it."""
    seconds = min(SECONDS, WAITING * deadline.left())
    if not seconds:
        return None
    there = place.infinite or bare(place.program)
    name = program.inputs[0]
    task = worker.shared().submit(f"{WORK}:limit", bare(program), there, direction, name, seconds)
    try:
        answer, enough, used = task.result(deadline.left())
    except worker.WorkerTimeout:
        return Peer("late", deadline.spent())
    except worker.WorkerError:
        return Peer("raised", deadline.spent(), reason="its process ended")
    if not enough:
        return Peer("late", used)
    if answer["raised"]:
        return Peer("raised", used, reason=answer["raised"])
    decimal = answer["decimal"]
    verdict = "no answer" if decimal is None else judged(decimal, ours)
    return Peer(verdict, used, answer["answer"], decimal)


def judged(decimal: str, ours: SideLimit) -> Verdict:
    """Whether a number is the certified limit, as far as `COMPARED` digits show it."""
    if ours.cluster is not None or ours.defined is False:
        return "differs"
    if ours.limit is None:
        return "not compared"
    if decimal.endswith("inf") or ours.limit.infinite:
        return "agrees" if decimal == ours.limit.text(1) else "differs"
    assert ours.limit.ball is not None
    with Balls(BITS).working():
        theirs = arb(decimal)
        error = abs(to_arb(ours.limit.ball) - theirs)
        close = error < arb(10) ** -COMPARED * (abs(theirs) + (theirs == 0))
    return "agrees" if close else "differs"


def bare(program: Program) -> Program:
    """What the worker needs of a Program: no text and no spans."""
    equations = tuple(replace(eq, span=None) for eq in program.equations)
    return Program(program.inputs, equations, program.outputs)
