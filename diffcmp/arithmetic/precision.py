"""The one working precision that flint has, and whose turn it is to set it.

flint keeps the precision of all balls in one global, `flint.ctx.prec`. Two threads that each set it
would compute at each other's. So one thread at a time sets it, for one run on balls, in the order
in which the threads asked; afterwards it is again what the user had set.

No lock guards the state: a signal handler that interrupts a thread may want to compute too, and
could not wait for a lock that its own thread holds. Every step below is one operation of a deque or
a list, which no other thread and no handler sees half done.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterator

from flint import ctx

from diffcmp import deadline

# it has left the line, nobody is in it any more, or it is called already
_DONE_BEFORE = contextlib.suppress(ValueError, IndexError, RuntimeError)
LOOK = 0.1  # seconds after which a thread that waits looks for itself whether it is its turn


class _Run:
    """One run on balls: the precision before it, None as long as it has not set its own, and the
    turn that it is part of."""

    __slots__ = ("before", "depth", "turn")

    def __init__(self) -> None:
        self.before: int | None = None
        self.depth = 0
        self.turn: _Turn | None = None


class _Turn:
    """The place of one thread in the line: the runs that it is in, the outermost first, and the
    precision that it set last."""

    __slots__ = ("bits", "called", "runs")

    def __init__(self, run: _Run) -> None:
        self.runs = [run]
        self.bits = 0
        self.called: threading.Lock | None = None

    def wait(self) -> None:
        """Until it is the first in the line.

        Raises
        ------
        ComputationError: where that takes longer than the time limit of this call.
        """
        limit = deadline.of_this_call()
        if self.called is None:
            self.called = threading.Lock()
        while _line[0] is not self:
            left = LOOK if limit is None else min(LOOK, limit.left())
            if self.called.acquire(timeout=left) or _line[0] is self:
                continue
            if not _line[0].runs:  # an exception kept it from leaving
                _line[0].leave()
            elif limit is not None and not limit.left():
                raise limit.missed()

    def leave(self) -> None:
        """Leave the line, and call the next one."""
        with _DONE_BEFORE:
            _line.remove(self)
        if _line:
            with _DONE_BEFORE:
                following = _line[0].called
                if following is not None:
                    following.release()


class _Own(threading.local):
    """What belongs to each thread."""

    turn: _Turn | None = None


_line: deque[_Turn] = deque()
_own = _Own()


@contextlib.contextmanager
def working(bits: int) -> Iterator[None]:
    """A context in which flint computes with so many bits, for one thread at a time.

    Raises
    ------
    ComputationError: on entering, where others compute until the time limit of this call.
    """
    run = _Run()
    try:
        _begin(run, bits)
        yield
    finally:  # the interpreter looks for signals at calls and loops: there are none before `leave`
        turn = run.turn
        if turn is not None:
            if run in turn.runs:
                if run.before is not None and ctx.prec == turn.bits:  # nobody else has set it
                    ctx.prec = run.before
                    turn.bits = run.before
                del turn.runs[run.depth :]  # with runs inside that an exception kept from ending
            if not turn.runs:
                turn.leave()


def _begin(run: _Run, bits: int) -> None:
    """Wait for the turn of this thread, and set the precision."""
    turn = run.turn = _own.turn
    if turn is not None and turn.runs:
        run.depth = len(turn.runs)
        turn.runs.append(run)
    else:
        turn = run.turn = _own.turn = _Turn(run)
        _line.append(turn)
    if _line[0] is not turn:
        turn.wait()
    run.before = ctx.prec
    turn.bits = bits
    ctx.prec = bits


def _in_child() -> None:
    """After a fork only one thread goes on: what the others had begun is over."""
    turn = _own.turn
    if _line and _line[0] is not turn:
        for run in _line[0].runs[:1]:
            if run.before is not None:
                ctx.prec = run.before
    _line.clear()
    if turn is not None and turn.runs:
        _line.append(turn)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
