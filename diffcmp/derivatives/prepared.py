"""A derivative of arrays, made once for each combination of their shapes, and what may be passed to
it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.caches import keep, remembered
from diffcmp.engines import products
from diffcmp.engines.derived import input_shapes
from diffcmp.engines.pointwise import real_array
from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse, variables_of
from diffcmp.primitives.shapes import Shape, spelled
from diffcmp.program.ir import Program

Compiled: TypeAlias = Callable[..., Any]
DOUBLE = np.dtype(float)
Also: TypeAlias = Literal["nothing", "directions", "cotangent"]


@dataclass(frozen=True, eq=False)
class Derivative:
    """A derivative of `expr` as a function of arrays.

    Call it with an array or a number for each variable, and with what `also` names: a direction for
    each variable, or a cotangent of the shape of the value. All numbers are float64. The arrays
    that it returns are its caller's own.
    """

    name: str
    expr: str | Program
    make: Callable[[Program], Compiled]
    also: Also = "nothing"

    def __post_init__(self) -> None:
        if not self.names:
            raise InputError(Fault.NO_VARIABLE)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order in which they are passed."""
        return self.expr.inputs if isinstance(self.expr, Program) else _variables(self.expr)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """What is passed: the variables, then what `also` names."""
        names = self.names
        if self.also == "directions":
            return (*names, *(f"v_{name}" if len(names) > 1 else "v" for name in names))
        return (*names, "w") if self.also == "cotangent" else names

    def __call__(self, *values: Any) -> Any:
        """The derivative at a point.

        Raises
        ------
        InputError: for values that are no arrays of real numbers, or too many or too few of them,
            and where shapes do not go together.
        """
        if len(values) != len(self.parameters):
            raise self.miscounted(len(values))
        arrays = [array_from(value) for value in values]
        shapes = tuple([array.shape for array in arrays])
        function = self.ready.get(shapes) or self.prepared(arrays, shapes)
        return function(*arrays)

    @cached_property
    def ready(self) -> dict[tuple[Shape, ...], Compiled]:
        """What has been made for arrays of some shapes: not looked at again."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "ready"}

    def prepared(self, arrays: Sequence[NDArray[Any]], given: tuple[Shape, ...]) -> Compiled:
        """The derivative compiled for arrays of these shapes."""
        program = self.program(arrays)
        for name, shape, wanted in zip(self.parameters, given, self.shapes(program), strict=True):
            if shape != wanted:
                raise InputError(
                    Fault.POINT_SHAPE, name=name, given=spelled(shape), wanted=spelled(wanted)
                )
        function = self.make(program)
        if () in given:
            function = _of_numbers(function)
        keep(self.ready, given, function)
        return function

    def miscounted(self, given: int) -> InputError:
        """What is wrong with a number of arguments."""
        wanted = f"{len(self.parameters)} argument{'s' * (len(self.parameters) > 1)}"
        listed = ", ".join(self.parameters)
        return InputError(
            Fault.ARGUMENTS, name=self.name, wanted=wanted, given=given, parameters=listed
        )

    def program(self, arrays: Sequence[NDArray[Any]]) -> Program:
        """The function on variables of the shapes of these arrays."""
        if isinstance(self.expr, Program):
            return self.expr
        names = self.names
        return _parsed(self.expr, names, tuple(a.shape for a in arrays[: len(names)]))

    def shapes(self, program: Program) -> tuple[Shape, ...]:
        """The shapes of all that is passed."""
        shapes = input_shapes(program)
        if self.also == "directions":
            return shapes * 2
        return (*shapes, products.value_shape(program)) if self.also == "cotangent" else shapes


def _of_numbers(function: Compiled) -> Compiled:
    """`function`, for an array without axes in place of each number."""
    return lambda *arrays: function(*[a if a.ndim else float(a) for a in arrays])


_variables = remembered(variables_of)


@remembered
def _parsed(text: str, names: tuple[str, ...], shapes: tuple[Shape, ...]) -> Program:
    return parse(text, (), dict(zip(names, shapes, strict=True)))


def array_from(value: Any) -> NDArray[Any]:
    """The float64 array of a number, a list or an array.

    Raises
    ------
    InputError: where it is no vector or matrix of real numbers.
    """
    if type(value) is np.ndarray and value.dtype is DOUBLE and value.ndim <= 2:
        return value
    array = real_array(value)
    if array.ndim > 2:
        raise InputError(Fault.AXES, shape=spelled(array.shape))
    return array
