"""What a caller may give for the parameters of a public call. The annotations of its signature are
the declaration, and they are held: each one has one entry here, with its words and its reader.

Points and numbers of points are read where they are understood, in `point`; the range of a number
is known to whoever uses it.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ParamSpec, TypeVar

from diffcmp.errors import Fault, InputError

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is wanted, in words; an example; and how a value is read, which raises TypeError,
    ValueError or OverflowError where it is none."""

    wanted: str
    example: str
    read: Callable[[Any], Any]


def _flag(value: Any) -> bool:
    flag = value.item() if hasattr(value, "item") else value  # one of NumPy's
    if not isinstance(flag, bool):
        raise TypeError
    return flag


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    return operator.index(value)


def _real(value: Any) -> float:
    if isinstance(value, bool) or not (isinstance(value, Real) or _is_decimal(value)):
        raise TypeError
    return float(value)


def _is_decimal(value: Any) -> bool:
    from decimal import Decimal

    return isinstance(value, Decimal)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _names(value: Any) -> tuple[str, ...]:
    """A bare text is one name."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Collection) or isinstance(value, Mapping | bytes | bytearray):
        raise TypeError
    return tuple([_text(name) for name in value])


def _callable(value: Any) -> Any:
    if not callable(value):
        raise TypeError
    return value


def _shapes(value: Any) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {_text(name): _shape(shape) for name, shape in value.items()}


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, tuple | list) or len(value) > 2:
        raise TypeError
    lengths = tuple(map(_whole, value))
    if any(length < 1 for length in lengths):
        raise ValueError
    return lengths


def _function(value: Any) -> Any:
    if isinstance(value, str) or hasattr(value, "equations"):  # a Program, one floor up
        return value
    raise InputError(Fault.NO_TEXT, given=type(value).__name__)


def _run(value: Any) -> Any:
    if not (hasattr(value, "source") and hasattr(value, "ratios")):
        raise TypeError
    return value


def _unread(value: Any) -> Any:
    """For those who read it themselves."""
    return value


_NUMBER = Setting("a number", "1e-6", _real)
_WHOLE = Setting("a whole number", "30", _whole)
_FLAG = Setting("True or False", "True", _flag)
_TEXT = Setting("a text", "'x'", _text)
_NAMES = Setting("a name, or a list of names", "['x', 'y']", _names)
_HEARD = Setting("a function", "print", _callable)
_ELSEWHERE = Setting("", "", _unread)

SETTINGS = {
    "bool": _FLAG,
    "int": _WHOLE,
    "float": _NUMBER,
    "str": _TEXT,
    "Sequence[str]": _NAMES,
    "tuple[str, ...]": _NAMES,
    "Mapping[str, Shape]": Setting("a mapping from names to shapes", "{'x': (3,)}", _shapes),
    "Progress": _HEARD,
    "Clock": Setting("a function", "time.perf_counter", _callable),
    "Callable[[str], None]": _HEARD,
    "Callable[..., Any]": Setting("a Python function", "lambda x: x**2", _callable),
    "Stored": Setting("an earlier run", "diffcmp.speed.stored.stored('baseline.json')", _run),
    "str | Program": Setting("a text or a Program", "'x**2'", _function),
    "Number": _ELSEWHERE,
    "Values | Mapping[str, Values]": _ELSEWHERE,
    "Number | Mapping[str, Values]": _ELSEWHERE,
    "Any": _ELSEWHERE,
}
"""By the annotation, without the `| None` of a parameter that may be left out."""
OPTIONAL = " | None"
EXAMPLES = {
    "backend": "'dual'",
    "backends": "['dual', 'central']",
    "name": "'lhopital'",
    "wanted": "['scalar']",
}
"""Of parameters whose names are not those of variables."""


def checked(call: Callable[P, T]) -> Callable[P, T]:
    """A public call whose settings are read as its annotations say.

    Raises
    ------
    InputError: where a value is none of what the annotation wants; it names the parameter and what
        was given. KeyError: at once, for an annotation that has no entry in `SETTINGS`.
    """
    readers: dict[str, Callable[[Any], Any]] = {}
    positional: list[str] = []
    for name, parameter in inspect.signature(call).parameters.items():
        wanted, default = str(parameter.annotation), parameter.default
        if SETTINGS[wanted.removesuffix(OPTIONAL)] is not _ELSEWHERE:
            readers[name] = functools.partial(read, name, wanted, default)
        if parameter.kind is not parameter.KEYWORD_ONLY:
            positional.append(name)

    @functools.wraps(call)
    def held(*args: P.args, **keywords: P.kwargs) -> T:
        given = list(args)
        for i, name in enumerate(positional[: len(given)]):
            if name in readers:
                given[i] = readers[name](given[i])
        for name in keywords:
            if name in readers:
                keywords[name] = readers[name](keywords[name])
        return call(*given, **keywords)  # type: ignore[arg-type]  # as many as before

    return held


def read(name: str, annotation: str, default: object, value: Any) -> Any:
    """The value of the parameter `name`, as its annotation says; `default` is an example.

    Raises
    ------
    InputError: where it is none of what the annotation wants.

    >>> read("digits", "int", 30, 1.5)
    Traceback (most recent call last):
    ...
    diffcmp.errors.InputError: digits must be a whole number, not 1.5
    For example digits=30.
    """
    if value is None and annotation.endswith(OPTIONAL):
        return None
    setting = SETTINGS[annotation.removesuffix(OPTIONAL)]
    try:
        return setting.read(value)
    except (TypeError, ValueError, OverflowError):
        given, example = _described(value), EXAMPLES.get(name, setting.example)
        if isinstance(default, int | float | str):
            example = repr(default)
        raise InputError(
            Fault.SETTING, name=name, wanted=setting.wanted, given=given, example=example
        ) from None


def _described(value: object) -> str:
    """What was given, as Python shows it; by its type where Python cannot."""
    try:
        return repr(value)
    except Exception:  # whatever the caller's object does
        return f"a value of type {type(value).__name__}"
