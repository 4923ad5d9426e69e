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
from diffcmp.primitives import CALLABLE
from diffcmp.program.ir import Builder, Program

_UFUNCS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "power": "pow",
    "negative": "neg",
    "absolute": "abs",
    "maximum": "max",
    "minimum": "min",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    "equal": "eq",
    "not_equal": "ne",
    "square": "square",
}


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """A value of a function that is being traced."""

    slot: int
    builder: Builder

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Symbol:
        name = _UFUNCS.get(ufunc.__name__, CALLABLE.get(ufunc.__name__))
        if name is None or method != "__call__" or options:
            raise InputError(Fault.UNKNOWN_FUNCTION, name=f"numpy.{ufunc.__name__}", hint="")
        return (
            self.apply("mul", inputs[0], inputs[0])
            if name == "square"
            else self.apply(name, *inputs)
        )

    def apply(self, name: str, *arguments: Any) -> Symbol:
        """The primitive `name` of symbols and numbers; a float is its exact binary value."""
        slots = [
            a.slot if isinstance(a, Symbol) else self.builder.literal(Fraction(float(a)))
            for a in arguments
        ]
        return Symbol(self.builder.add(name, slots), self.builder)

    def __bool__(self) -> bool:
        raise InputError(Fault.TRACED_BRANCH)

    def __neg__(self) -> Symbol:
        return self.apply("neg", self)

    def __abs__(self) -> Symbol:
        return self.apply("abs", self)


def _binary(name: str) -> Callable[[Symbol, Any], Symbol]:
    return lambda self, other: self.apply(name, self, other)


def _reflected(name: str) -> Callable[[Symbol, Any], Symbol]:
    return lambda self, other: self.apply(name, other, self)


for _operator, _name in (
    ("add", "add"),
    ("sub", "sub"),
    ("mul", "mul"),
    ("truediv", "div"),
    ("pow", "pow"),
):
    setattr(Symbol, f"__{_operator}__", _binary(_name))
    setattr(Symbol, f"__r{_operator}__", _reflected(_name))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Symbol, f"__{_name}__", _binary(_name))


def trace(function: Callable[..., Any]) -> Program:
    """The Program of a Python function of numbers; its parameters name the variables.

    Raises
    ------
    InputError: where the function branches on a value, or calls something that is not in the
        language.

    >>> trace(lambda x, y: x**2 + y).inputs
    ('x', 'y')
    """
    names = tuple(inspect.signature(function).parameters)
    builder = Builder(names)
    out = function(*(Symbol(i, builder) for i in range(len(names))))
    slot = out.slot if isinstance(out, Symbol) else builder.literal(Fraction(float(out)))
    return builder.program([slot])
