"""Products of a Jacobian or Hessian with a vector: Jv, Jᵀw and Hv, each backend's against the
certified one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flint import fmpq

from diffcmp.accuracy.matrix import PRODUCT, PRODUCTS, MatrixComparison, MatrixRow, Place, measured
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Timer
from diffcmp.engines import products
from diffcmp.errors import Fault, InputError
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point, Problem
from diffcmp.point.values import Values, array_of
from diffcmp.primitives.shapes import spelled
from diffcmp.truth.record import GUARD_DIGITS, Quantity


def with_vector(
    matrix: MatrixComparison, vector: Values, *, transposed: bool = False
) -> MatrixComparison:
    """The product with a vector, or of the transpose with one.

    The vector, one number for each column (of the transpose: row), is rounded to float64, and exact
    from there on. Backends' matrices are multiplied in floating point, the certified one in balls.

    Raises
    ------
    InputError: where it is no vector, or not as long as it must be.
    """
    given = array_of(vector)
    wanted = matrix.rows if transposed else matrix.columns
    if len(given.flat) != len(wanted):
        raise InputError(
            Fault.POINT_SHAPE,
            name="vector",
            given=spelled(given.shape),
            wanted=spelled((len(wanted),)),
        )
    double = Floats()
    numbers = [float(one.rounded(double)) for one in given.flat]
    places: list[Place] = [(j, i) for i, j in matrix.places] if transposed else list(matrix.places)
    names = matrix.columns if transposed else matrix.rows
    balls = Balls(int(3.33 * (matrix.digits + GUARD_DIGITS)) + 64)
    with balls.working():
        truth = _certain(matrix, places, numbers, len(names))
    results = []
    for row in matrix.results:
        if row.backend == PRODUCTS:
            product = _one_product(matrix, numbers, names, truth, transposed=transposed)
            results.append(replace(product, remarks=row.remarks))
            continue
        sums = [0.0] * len(names)
        for (i, j), value in zip(places, row.values, strict=True):
            sums[i] += (float("nan") if value is None else float(value)) * numbers[j]
        values, floats = tuple(sums), Floats(matrix.dtype)
        results.append(
            measured(row.backend, values, truth, floats, row.evaluations, row.seconds, row.remarks)
        )
    return replace(
        matrix,
        rows=names,
        columns=(PRODUCT,),
        places=tuple((i, 0) for i in range(len(names))),
        truth=truth,
        products=1,
        mode="reverse" if transposed else "forward" if matrix.what == "jacobian" else matrix.mode,
        results=tuple(results),
        vector=given.text,
    )


def _one_product(
    matrix: MatrixComparison,
    vector: Sequence[float],
    names: Sequence[str],
    truth: Sequence[Quantity | None],
    *,
    transposed: bool,
) -> MatrixRow:
    """The product itself, by one run on arrays: forward mode, reverse mode, or dual numbers over
    the tape."""
    import numpy as np

    program = matrix.program
    coordinates = {name: coordinate(text) for name, text in matrix.elements.items()}
    problem = Problem(program, Point(coordinates))
    inputs = problem.arrays()
    if transposed:
        given = [np.reshape(np.array(vector), program.dims[program.outputs[0]])[()]]
        run = products.vjp(program)
    else:
        given = problem.arrays(dict(zip(matrix.columns, vector, strict=True)))
        run = products.jvp(program) if matrix.what == "jacobian" else products.hvp(program)
    run(*inputs, *given)  # compiled, and warm
    with Timer() as timer:
        found = run(*inputs, *given)
    flat = np.concatenate([np.ravel(part) for part in found]).tolist()
    known = dict(
        zip(
            matrix.rows if matrix.what == "jacobian" and not transposed else problem.scalar.inputs,
            flat,
            strict=True,
        )
    )
    return measured(
        PRODUCTS, tuple(known[name] for name in names), truth, Floats(), 1, timer.seconds
    )


def _certain(
    matrix: MatrixComparison, places: Sequence[Place], vector: Sequence[float], size: int
) -> tuple[Quantity | None, ...]:
    """The entries of the certified product; None where one that it needs is not known."""
    sums: list[Quantity | None] = [Quantity(fmpq(0))] * size
    for (i, j), quantity in zip(places, matrix.truth, strict=True):
        so_far = sums[i]
        if not vector[j] or so_far is None:
            continue
        if quantity is None or quantity.ball is None or so_far.ball is None:
            sums[i] = None
        else:
            sums[i] = Quantity(
                to_arb(so_far.ball) + to_arb(quantity.ball) * fmpq(*vector[j].as_integer_ratio())
            )
    return tuple(sums)
