"""The calls that answer with a number or a function, not with a comparison.

What only some of them need is imported by these: a compiled derivative of numbers needs neither
balls nor NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any

from diffcmp.caches import remembered
from diffcmp.engines.derived import adjoint, only, tangent
from diffcmp.engines.elementwise import elementwise
from diffcmp.errors import Fault, InputError, warn_of_precision
from diffcmp.language.parser import parse
from diffcmp.primitives.shapes import Shape, spelled
from diffcmp.program.checks import differentiated, number_valued
from diffcmp.program.elements import components
from diffcmp.program.ir import Program
from diffcmp.settings import checked

if TYPE_CHECKING:
    from diffcmp.point.values import Values


@checked
def grad(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    backend: str = "dual",
    dtype: str = "float64",
) -> Any:
    """The derivative by one backend: a number or an array for a bare value, a mapping from names
    where `at` is one.

    `expr` and `at` as in `compare`. The numbers are of the dtype: Python floats, or NumPy scalars;
    for a vector or a matrix a NumPy array of its shape.

    Raises
    ------
    InputError: for an expression, point or name that makes no sense. Where the method fails, the
        answer is nan.

    Warns
    -----
    PrecisionWarning: where `dual-lhopital` or `tape-lhopital` give a number that may be wrong.

    >>> grad("x**2*y", {"x": 2, "y": "1/2"}, backend="tape")
    {'x': 2.0, 'y': 4.0}
    >>> grad("sum(x**2)", [1, 2])
    array([2., 4.])
    """
    from diffcmp.arithmetic.floats import DTYPES
    from diffcmp.backends.registry import able
    from diffcmp.point.point import located

    if dtype not in DTYPES:
        raise InputError(Fault.DTYPE, given=dtype)
    problem = located(expr, at)
    program = number_valued(problem.program)
    prepared = able(backend, 1).prepare(problem.scalar, problem.scalar.inputs, 1, dtype)
    estimate = prepared(problem.at)
    warn_of_precision(map(str, prepared.doubts(estimate)))
    elements = estimate.derivative
    derivatives = {
        name: _gathered(elements, name, program.dims[i], dtype)
        for i, name in enumerate(program.inputs)
    }
    return derivatives if isinstance(at, Mapping) else derivatives[program.inputs[0]]


def _gathered(elements: Mapping[str, Any], name: str, shape: Shape, dtype: str) -> Any:
    """The derivative with respect to one variable from those with respect to its elements."""
    if not shape:
        return elements[name]
    import numpy as np

    return np.array([elements[one] for one in components(name, shape)], dtype).reshape(shape)


@dataclass(frozen=True, eq=False)
class Slope:
    """What a derivative was made from. It is bound to this as a method, and is pickled as this and
    its name, which is `f`."""

    expr: str | Program
    backend: str
    wrt: str | None
    jit: bool

    @property
    def f(self) -> Callable[..., Any]:
        """The derivative."""
        return derivative(self.expr, self.backend, self.wrt, self.jit)


@checked
def derivative(
    expr: str | Program, backend: str = "dual", wrt: str | None = None, jit: bool = False
) -> Callable[..., Any]:
    """A function f'(x) of float64 numbers, one for each variable in the order in which they first
    appear; or of NumPy arrays, element by element, which gives an array.

    `dual` and `tape` give compiled straight-line code, on long arrays in blocks on threads;
    `dual-lhopital` and `tape-lhopital` the same with series where that meets 0/0 and its kin;
    another backend is called once a number. `wrt` names the variable to differentiate with respect
    to; it may be left out where there is only one. It is compiled once and kept, may be called from
    several threads, and can be pickled. `jit`: on long arrays a loop that numba compiles, for
    `dual` and `tape`; needs the extra `diffcmp[jit]`.

    Raises
    ------
    InputError: for an expression or name that makes no sense, or where `wrt` is needed, and for a
        function of arrays, or whose value is one.

    >>> import numpy as np
    >>> slope = derivative("exp(2*x)")
    >>> slope(0.0)
    2.0
    >>> slope(np.array([0.0, 0.5]))
    array([2.        , 5.43656366])
    """
    program = expr if isinstance(expr, Program) else _parsed(expr)
    if wrt is None and len(program.inputs) > 1:
        raise InputError(Fault.WRT_NEEDED, names=", ".join(program.inputs))
    if not program.inputs:
        raise InputError(Fault.NO_VARIABLE)
    name = differentiated(program, None if wrt is None else [wrt])[0]
    return MethodType(_slope(program, name, backend, jit), Slope(expr, backend, wrt, jit))


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as what is bound to a `Slope`."""

    def f(_origin: Slope, *values: Any) -> Any:
        return function(*values)

    return f


def _in_loops(program: Program) -> Callable[..., Any]:
    from diffcmp.engines.pointwise import in_loops

    return _method(in_loops(program, partial(elementwise(program), None)))


@remembered
def _parsed(text: str) -> Program:
    return parse(text)


@remembered
def _slope(program: Program, name: str, backend: str, jit: bool) -> Callable[..., Any]:
    program = _of_numbers(program)
    if backend in ("dual", "tape"):
        whole = tangent(program, name) if backend == "dual" else adjoint(program, (name,))
        derived = only(whole, 1)
        return _in_loops(derived) if jit else elementwise(derived)
    if backend in ("dual-lhopital", "tape-lhopital"):
        from diffcmp.engines.lhopital.compiled import careful

        slope: Callable[..., Any] = careful(program, name, backend.removesuffix("-lhopital"))
        return slope
    return _by_backend(program, name, backend)


def _of_numbers(program: Program) -> Program:
    """A function of numbers with a number as value, whose arrays are taken apart."""
    program = number_valued(program)
    if program.scalar:
        return program
    for name, shape in zip(program.inputs, program.shapes, strict=False):
        if shape:
            wanted = spelled(shape)
            raise InputError(Fault.POINT_SHAPE, name=name, given="a number", wanted=wanted)
    from diffcmp.passes.scalars import scalarised

    return scalarised(program)


def _by_backend(program: Program, name: str, backend: str) -> Callable[..., Any]:
    """The derivative by a backend that answers at one point."""
    from diffcmp.backends.registry import able
    from diffcmp.point.coordinate import coordinate
    from diffcmp.point.point import Point

    ready = able(backend, 1).prepare(program, [name])

    def slope(*values: float) -> float:
        coordinates = [coordinate(float(x)) for x in values]
        at = Point(dict(zip(program.inputs, coordinates, strict=True)))
        return float(ready(at).derivative[name])

    def anywhere(*values: Any) -> Any:
        from diffcmp.engines.pointwise import one_by_one

        return one_by_one(slope)(*values)

    return _method(anywhere)
