"""How far a study is: the command draws a bar of it, a caller from Python hears nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias, TypeVar

Item = TypeVar("Item")
Listener: TypeAlias = Callable[[str, float], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Within it, `listener` is told what is begun, and the share of its loop that is done."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def each(items: Collection[Item], what: str) -> Iterator[Item]:
    """The items, one after another: a loop `for name in each(names, "networks")` is one that is
    seen to move.

    >>> with heard_by(lambda what, share: print(what, share)):
    ...     list(each("ab", "letters"))
    letters, 1 of 2 0.0
    letters, 2 of 2 0.5
    ['a', 'b']
    """
    for done, item in enumerate(items):
        listener = _listener.get()
        if listener is not None:
            listener(f"{what}, {done + 1} of {len(items)}", done / len(items))
        yield item
