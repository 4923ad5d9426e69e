"""A Python function to a Program: call it once with tracers that write down what is done to them.

Arithmetic operators, comparisons and NumPy's functions work on a tracer; whatever needs its value
(`if`, `float`) cannot.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.errors import Fault, InputError
from diffcmp.primitives import CALLABLE, TABLE
from diffcmp.program.ir import Builder, Program
from diffcmp.settings import checked

NO_VARIABLE = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
_UFUNCS = CALLABLE | {entry.numpy: name for name, entry in TABLE.items() if entry.numpy}


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A value of a function that is being traced."""

    slot: int
    builder: Builder

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Symbol:
        name = ufunc.__name__
        if method == "__call__" and not options:
            if name == "square":
                return self.apply("mul", inputs[0], inputs[0])
            if name in _UFUNCS:
                return self.apply(_UFUNCS[name], *inputs)
        raise InputError(Fault.UNKNOWN_FUNCTION, name=f"numpy.{name}", hint="")

    def apply(self, name: str, *arguments: Any) -> Symbol:
        """The primitive `name` of symbols and numbers; a float is its exact binary value."""
        slots = [_slot(argument, self.builder) for argument in arguments]
        return Symbol(self.builder.add(name, slots), self.builder)

    def __bool__(self) -> bool:
        raise InputError(Fault.TRACED_BRANCH)

    def __float__(self) -> float:
        raise InputError(Fault.TRACED_NUMBER)

    __int__ = __index__ = __complex__ = __round__ = __float__

    def __neg__(self) -> Symbol:
        return self.apply("neg", self)

    def __abs__(self) -> Symbol:
        return self.apply("abs", self)


def _binary(name: str) -> Callable[[Symbol, Any], Symbol]:
    return lambda self, other: self.apply(name, self, other)


def _reflected(name: str) -> Callable[[Symbol, Any], Symbol]:
    return lambda self, other: self.apply(name, other, self)


_BINARY = {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow"}
for _operator, _name in _BINARY.items():
    setattr(Symbol, f"__{_operator}__", _binary(_name))
    setattr(Symbol, f"__r{_operator}__", _reflected(_name))
for _name, _entry in TABLE.items():
    if _entry.compares:
        setattr(Symbol, f"__{_name}__", _binary(_name))


def _slot(value: Any, builder: Builder) -> int:
    """The slot of a symbol, or of a number."""
    if isinstance(value, Symbol):
        return value.slot
    try:
        return builder.literal(Fraction(float(value)))
    except (TypeError, ValueError, OverflowError):
        raise InputError(Fault.TRACED_VALUE, given=type(value).__name__, value=value) from None


@checked
def trace(function: Callable[..., Any]) -> Program:
    """The Program of a Python function of numbers; its parameters name the variables. Raises
    InputError where the function branches on a value, or calls something that is not in the
    language.

    >>> trace(lambda x, y: x**2 + y).inputs
    ('x', 'y')
    """
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some functions written in C have none
        raise InputError(Fault.TRACED_SIGNATURE) from None
    if any(p.kind in NO_VARIABLE for p in parameters.values()):
        raise InputError(Fault.TRACED_SIGNATURE)
    names = tuple(parameters)
    builder = Builder(names)
    out = function(*(Symbol(i, builder) for i in range(len(names))))
    return builder.program([_slot(out, builder)])
