"""What has been computed is kept, for all functions together up to a bound of memory.

A count would bound nothing: a Program of two operations takes a few kilobytes, one of a long text
many megabytes, and a loop that numba has compiled more than one. So every value is weighed by an
estimate, and where all of them weigh more than `BOUND`, those go that were not asked for longest.
"""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Callable, Hashable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any, ParamSpec, TypeVar

from diffcmp.locks import lock

P = ParamSpec("P")
T = TypeVar("T")

BOUND = 256 << 20  # bytes
SPARED = 16  # the values asked for last stay, whatever they weigh: who works on them needs them
EQUATION = 400  # bytes, with its share of what a Program finds out about itself
COMPILED = 1_300_000  # bytes of a loop by numba
LEAST = 500  # bytes of an entry
LOOKED_AT = 20_000  # parts of a value


class _Entry:
    """A value, where it is kept, what it weighs, and when it was last asked for."""

    __slots__ = ("key", "table", "used", "value", "weight")

    def __init__(self, table: dict[Any, Any], key: Hashable, value: Any) -> None:
        self.table, self.key, self.value = table, key, value
        self.weight = LEAST + weight(value)
        self.used = next(_clock)

    def forget(self) -> None:
        """Take the value out of its table, unless another has taken its place."""
        held = self.table.get(self.key)
        if held is self or held is self.value:
            self.table.pop(self.key, None)


class _Memory:
    """All entries, and what they weigh together."""

    def __init__(self) -> None:
        self.entries: set[_Entry] = set()
        self.total = 0
        self.changing = lock()

    def add(self, entry: _Entry) -> None:
        """Count one more entry, and make room for it."""
        with self.changing:
            self.entries.add(entry)
            self.total += entry.weight
            if self.total > BOUND:
                self.shrink(BOUND * 3 // 4)

    def shrink(self, size: int) -> None:
        """Drop what was not asked for longest, until the rest weighs so much."""
        oldest_first = sorted(self.entries, key=lambda entry: entry.used)
        for entry in oldest_first[:-SPARED]:
            if self.total <= size:
                return
            entry.forget()
            self.entries.remove(entry)
            self.total -= entry.weight


_clock = itertools.count()
_memory = _Memory()


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """`function`, called once for equal arguments as long as its value is kept."""
    table: dict[Hashable, _Entry] = {}

    @functools.wraps(function)
    def recalled(*args: P.args, **keywords: P.kwargs) -> T:
        key: Hashable = (args, *keywords.items()) if keywords else args
        entry = table.get(key)
        if entry is None:
            entry = table[key] = _Entry(table, key, function(*args, **keywords))
            _memory.add(entry)
        else:
            entry.used = next(_clock)
        value: T = entry.value
        return value

    return recalled


def keep(table: dict[Any, Any], key: Hashable, value: object) -> None:
    """Put a value into a dictionary, which loses it again when others need the memory."""
    table[key] = value
    _memory.add(_Entry(table, key, value))


def held() -> int:
    """Bytes, by estimate, of all that is kept."""
    return _memory.total


def weight(value: object) -> int:
    """Bytes of a value, by estimate: of its own parts, not of what belongs to a module.

    >>> weight("x" * 1000) // 1000
    1
    """
    seen: set[int] = set()
    waiting, total = [value], 0
    while waiting and len(seen) < LOOKED_AT:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        total += _own_weight(one)
        waiting.extend(_parts(one))
    return total


def _own_weight(one: Any) -> int:
    """Bytes of one object without its parts."""
    if hasattr(one, "equations"):
        return EQUATION * len(one.equations)
    if type(one).__module__.startswith("numba"):
        return COMPILED
    return sys.getsizeof(one, LEAST)


def _parts(one: Any) -> Iterator[Any]:
    """What one object consists of."""
    if isinstance(one, tuple | list | set | frozenset):
        yield from one
    elif isinstance(one, dict):
        yield from one.values()
    elif isinstance(one, CodeType):
        yield from (one.co_code, one.co_consts, one.co_names, one.co_linetable)
    elif isinstance(one, MethodType):
        yield from (one.__func__, one.__self__)
    elif isinstance(one, functools.partial):
        yield from (one.func, one.args, one.keywords)
    elif isinstance(one, FunctionType):
        yield one.__code__
        yield from (cell.cell_contents for cell in one.__closure__ or () if _is_full(cell))
        if "__name__" not in one.__globals__:  # the namespace of emitted code
            yield one.__globals__
    elif type(one).__module__.startswith("diffcmp") and not hasattr(one, "equations"):
        yield getattr(one, "__dict__", ())
        slots = getattr(type(one), "__slots__", ())
        yield from (getattr(one, name, None) for name in slots)


def _is_full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
