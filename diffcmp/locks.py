"""Locks that neither a signal handler nor a fork can leave shut for good."""

from __future__ import annotations

import os
from _thread import RLock  # `threading` would make the start of every command slower

_all: list[RLock] = []
_held_by_fork: list[RLock] = []


def lock() -> RLock:
    """A lock that its own thread may take again, as a signal handler does that interrupts it.

    A process forks only while no other thread holds it: in the child, nobody could release it. Of
    two locks that one thread holds at once, the one that it took first must have been made first.
    """
    one = RLock()
    _all.append(one)
    return one


def _before_fork() -> None:
    for one in _all.copy():
        one.acquire()
        _held_by_fork.append(one)


def _after_fork() -> None:
    while _held_by_fork:
        _held_by_fork.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )
