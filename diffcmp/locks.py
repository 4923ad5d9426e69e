"""Locks that neither a signal handler nor a fork can leave shut for good."""

from __future__ import annotations

import os
from _thread import RLock  # `threading` would make the start of every command slower


def lock() -> RLock:
    """A lock that its own thread may take again, as a signal handler does that interrupts it.

    A process forks only while no other thread holds it: in the child, nobody could release it.
    """
    one = RLock()
    if hasattr(os, "register_at_fork"):
        release = one.release
        os.register_at_fork(before=one.acquire, after_in_parent=release, after_in_child=release)
    return one
