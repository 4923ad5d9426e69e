"""From a function to its derivatives as compiled functions of NumPy arrays: gradient, jacobian,
hessian and products.

A function is text or a Program. The shapes of its variables come from the arrays at the first call
with such shapes; it is then parsed, differentiated and compiled once, and kept. One array, or
number, for each variable is passed, in the order in which they first appear in the text. All may be
called from several threads at once, and can be pickled: as what they were made from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diffcmp.caches import remembered
from diffcmp.derivatives.prepared import Compiled, Derivative
from diffcmp.engines import products
from diffcmp.engines.derived import input_shapes, only
from diffcmp.engines.sparse.pattern import Pattern, SparseMatrix
from diffcmp.errors import warn_of_precision
from diffcmp.passes.scalars import scalarised
from diffcmp.program.checks import chosen, differentiated, number_valued
from diffcmp.program.ir import Program
from diffcmp.settings import checked

if TYPE_CHECKING:
    from diffcmp.backends.protocol import Backend

Array: TypeAlias = "np.ndarray[Any, Any] | float"


def owned(value: Any, inputs: Sequence[Any] = ()) -> Array:
    """A number as a Python float, an array as one that shares no memory, with `inputs` either."""
    if not (value.__class__ is np.ndarray and value.ndim):
        return float(value)
    if value.base is None and value.flags.writeable:
        for x in inputs:
            if x is value:
                break
        else:
            return value
    return np.array(value)


def single(parts: Sequence[Any]) -> Any:
    """The parts for each variable; for one variable its own."""
    return parts[0] if len(parts) == 1 else tuple(parts)


@checked
def gradient(
    expr: str | Program, backend: str = "tape", jit: bool = False, wrt: Sequence[str] | None = None
) -> Derivative:
    """∇f as a function of the variables: an array or a number for each, or each of those in `wrt`;
    several give a tuple.

    `tape` is one reverse sweep, whatever the number of inputs; `dual` one run of forward mode for
    each of them; any other backend works by components. `jit`: numba compiles what `tape` does to
    long arrays; needs the extra `diffcmp[jit]`.

    Raises
    ------
    InputError: for an expression or a backend that makes no sense; when called, where the value is
        not a number, or numba is asked for and not installed, and as `Derivative` says.

    >>> gradient("sum(x**2)*y")([1, 2, 3], 2)
    (array([ 4.,  8., 12.]), 14.0)
    >>> gradient("sum(x**2)*y", wrt=["y"])([1, 2, 3], 2)
    14.0
    """
    if backend not in ("tape", "dual"):
        _method(backend)
    names = None if wrt is None else tuple(wrt)
    nabla = Derivative("gradient", expr, partial(_gradient, backend=backend, jit=jit, wrt=names))
    chosen(nabla.names, names)
    return nabla


@remembered
def _gradient(program: Program, backend: str, jit: bool, wrt: tuple[str, ...] | None) -> Compiled:
    program = number_valued(program)
    names = differentiated(program, wrt)
    if backend == "tape":
        return _arrays(products.gradient(program, names, jit))
    if backend == "dual":
        return _arrays(products.forward_gradient(program, names))
    row, shapes = _by_components(program, backend, names), input_shapes(program, names)
    return lambda *x: single([owned(part) for part in products.split(row(*x)[0], shapes)])


def _arrays(f: Callable[..., Sequence[Any]]) -> Compiled:
    return lambda *x: single([owned(part, x) for part in f(*x)])


def _jvp(program: Program) -> Compiled:
    return _arrays(products.run(products.along(program)))


def _vjp(program: Program) -> Compiled:
    return _arrays(products.run(products.across(program)))


def _hvp(program: Program) -> Compiled:
    return _arrays(products.run(products.curved(number_valued(program))))


def _method(name: str, order: int = 1) -> Backend:
    """A backend for derivatives of that order. Its floor is loaded where it is asked for, as it
    needs more than compiled code does."""
    from diffcmp.backends.registry import able

    return able(name, order)


def _by_components(program: Program, backend: str, wrt: Sequence[str] | None = None) -> Compiled:
    """The Jacobian, or its columns for some variables, by a backend that works on numbers: each row
    a gradient."""
    from diffcmp.point.coordinate import coordinate
    from diffcmp.point.point import Point

    numbers = scalarised(program)
    names = differentiated(numbers, wrt)
    rows = [_method(backend).prepare(only(numbers, i), names) for i in range(len(numbers.outputs))]

    def dense(*x: Any) -> NDArray[Any]:
        coordinates = [coordinate(float(v)) for v in products.flattened(x)]
        at = Point(dict(zip(numbers.inputs, coordinates, strict=True)))
        estimates = [row(at) for row in rows]
        doubts = [
            doubt for row, one in zip(rows, estimates, strict=True) for doubt in row.doubts(one)
        ]
        warn_of_precision(dict.fromkeys(map(str, doubts)))
        derivatives = [one.derivative for one in estimates]
        return np.array([[float(derivative[n]) for n in names] for derivative in derivatives])

    return dense


@checked
def jacobian(expr: str | Program, backend: str | None = None) -> Derivative:
    """The Jacobian as a function of the variables: an array of the shape of the value, then that of
    the variable; several variables give a tuple.

    `dual` takes products of forward mode, `tape` those of reverse mode, None whichever are fewer;
    columns that share no row share a product. Any other backend works by components.

    Raises
    ------
    InputError: as for `gradient`, but that the value may be an array.

    >>> jacobian("[x[0]*x[1], sin(x[0]), 3]")([0, 2])
    array([[2., 0.],
           [1., 0.],
           [0., 0.]])
    """
    if backend not in ("tape", "dual", None):
        _method(backend)
    return Derivative("jacobian", expr, partial(_jacobian, backend=backend))


@remembered
def _jacobian(program: Program, backend: str | None) -> Compiled:
    if backend in ("dual", "tape", None):
        dense = products.jacobian(program, None if backend is None else backend == "dual")
    else:
        dense = _by_components(program, backend)
    shape, shapes = products.value_shape(program), input_shapes(program)

    def blocks(*x: Any) -> Any:
        columns = zip(products.split(dense(*x), shapes), shapes, strict=True)
        return single([owned(block.reshape((*shape, *of))) for block, of in columns])

    return blocks


@checked
def hessian(expr: str | Program, sparse: bool = False, backend: str | None = None) -> Derivative:
    """The Hessian as a function of the variables, by dual numbers over the tape: an array of the
    shape of the variable twice; several variables give a tuple of tuples. Columns are coloured: a
    tridiagonal one costs 3 products at any n. Any `backend` that gives second derivatives works by
    components.

    sparse: `scipy.sparse.csr_array` instead, with the elements of a matrix in a row; needs the
        extra `diffcmp[sparse]`.

    Raises
    ------
    InputError: as for `gradient`, and where scipy is asked for and not installed.

    >>> hessian("x[0]**2*x[1]")([3, 1])
    array([[2., 6.],
           [6., 0.]])
    """
    if backend is not None:
        _method(backend, 2)
    return Derivative("hessian", expr, partial(_hessian, sparse=sparse, backend=backend))


@remembered
def _hessian(program: Program, sparse: bool, backend: str | None) -> Compiled:
    program = number_valued(program)
    shapes = input_shapes(program)
    whole = products.hessian(program) if backend is None else _by_pairs(program, backend)
    ends = [products.size(shapes[:i]) for i in range(len(shapes) + 1)]

    def block(matrix: Any, i: int, j: int) -> Any:
        rows, columns = slice(*ends[i : i + 2]), slice(*ends[j : j + 2])
        part = matrix[rows, columns]
        return part if sparse else owned(part.reshape((*shapes[i], *shapes[j])))

    def blocks(*x: Any) -> Any:
        entries = whole(*x)
        matrix = entries.scipy() if sparse else entries.dense()
        variables = range(len(shapes))
        rows = [[block(matrix, i, j) for j in variables] for i in variables]
        return single([single(row) for row in rows])

    return blocks


def _by_pairs(program: Program, backend: str) -> Callable[..., SparseMatrix]:
    """The Hessian by a backend that works on numbers, component by component."""
    from diffcmp.engines.partials import BY, distinct
    from diffcmp.point.coordinate import coordinate
    from diffcmp.point.point import Point

    numbers = scalarised(program)
    names = numbers.inputs
    pairs = [BY.join(pair) for pair in combinations(names, 2)]
    prepared = _method(backend, 2).prepare(numbers, [*names, *pairs], 2)
    places = {name: i for i, name in enumerate(names)}

    def entries(*x: Any) -> SparseMatrix:
        coordinates = [coordinate(float(v)) for v in products.flattened(x)]
        estimate = prepared(Point(dict(zip(names, coordinates, strict=True))))
        warn_of_precision(map(str, prepared.doubts(estimate)))
        dense = np.empty((len(names), len(names)))
        for name, derivative in estimate.derivative.items():
            along = [places[one] for one in distinct(name, 2)]
            i, j = along[0], along[-1]
            dense[i, j] = dense[j, i] = float(derivative)
        rows, columns = np.nonzero(dense)
        return Pattern.of(dense.shape, rows, columns).filled(dense[rows, columns])

    return entries


@checked
def jvp(expr: str | Program) -> Derivative:
    """J·v as a function of the variables and a direction for each, by forward mode: of the shape of
    the value.

    >>> jvp("x**2")([1, 2], [1, 10])
    array([ 2., 40.])
    """
    return Derivative("jvp", expr, _jvp, "directions")


@checked
def vjp(expr: str | Program) -> Derivative:
    """wᵀ·J as a function of the variables and w, of the shape of the value, by reverse mode: an
    array for each variable.

    >>> vjp("x**2")([1, 2], [1, 10])
    array([ 2., 40.])
    """
    return Derivative("vjp", expr, _vjp, "cotangent")


@checked
def hvp(expr: str | Program) -> Derivative:
    """∇²f·v as a function of the variables and a direction for each, by dual numbers over the tape:
    an array for each variable.

    >>> hvp("x[0]**2*x[1]")([3, 1], [1, 0])
    array([2., 6.])
    """
    return Derivative("hvp", expr, _hvp, "directions")
