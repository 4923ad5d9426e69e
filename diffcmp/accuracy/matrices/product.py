"""Products of a Jacobian or Hessian with a vector: Jv, Jᵀw and Hv, each backend's against the
certified one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from diffcmp.accuracy.matrices.record import KNOWN, PRODUCT, PRODUCTS, MatrixComparison, Place
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.estimate import warm
from diffcmp.backends.numeric import elements
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
    Raises InputError where it is no vector, or not as long as it must be.
    """
    given = array_of(vector)
    names, factors = matrix.rows, matrix.columns
    mode = "forward" if matrix.what == "jacobian" else matrix.mode
    places = matrix.places
    if transposed:
        names, factors, mode = factors, names, "reverse"
        places = tuple((j, i) for i, j in places)
    if len(given.flat) != len(factors):
        shapes = spelled(given.shape), spelled((len(factors),))
        raise InputError(Fault.POINT_SHAPE, name="vector", given=shapes[0], wanted=shapes[1])
    double, floats = Floats(), Floats(matrix.dtype)
    numbers = [float(one.rounded(double)) for one in given.flat]
    product = _Product(places, numbers, len(names))
    truth = product.certain(matrix.truth, matrix.digits)
    results = []
    for row in matrix.results:
        if row.backend == PRODUCTS:  # in float64, as the matrix is
            slopes, seconds = _one_run(matrix, numbers, transposed=transposed)
            values = tuple(slopes[name] for name in names)
            row = replace(row, values=values, evaluations=1, seconds=seconds)
        else:
            row = replace(row, values=product.rounded(row.values))
        results.append(row.against(truth, floats))
    return replace(
        matrix,
        rows=names,
        columns=(PRODUCT,),
        places=tuple((i, 0) for i in range(len(names))),
        truth=truth,
        status=product.status(matrix.status),
        products=1,
        mode=mode,
        results=tuple(results),
        vector=given.text,
    )


def _one_run(
    matrix: MatrixComparison, vector: Sequence[float], *, transposed: bool
) -> tuple[dict[str, float], float]:
    """The product itself by name, and the seconds of one run on arrays."""
    import numpy as np

    program = matrix.program
    coordinates = {name: coordinate(text) for name, text in matrix.elements.items()}
    problem = Problem(program, Point(coordinates))
    names: Sequence[str] = problem.scalar.inputs
    if transposed:
        shape = program.dims[program.outputs[0]]
        given = [np.reshape(np.array(vector), shape)[()]]
        product = products.across(program)
    else:
        given = problem.arrays(dict(zip(matrix.columns, vector, strict=True)))
        if matrix.what == "jacobian":
            product, names = products.along(program), matrix.rows
        else:
            product = products.curved(program)
    parts, seconds = warm(products.run(product), *problem.arrays(), *given)
    return dict(zip(names, elements(parts), strict=True)), seconds


@dataclass(frozen=True, slots=True)
class _Product:
    """A matrix with entries at `places` times a vector: `size` sums."""

    places: Sequence[Place]
    vector: Sequence[float]
    size: int

    def rounded(self, entries: Sequence[Any]) -> tuple[float, ...]:
        """The product in floating point; nan where an entry that it needs is missing."""
        sums = [0.0] * self.size
        for (i, j), entry in zip(self.places, entries, strict=True):
            sums[i] += (math.nan if entry is None else float(entry)) * self.vector[j]
        return tuple(sums)

    def status(self, entries: Sequence[str]) -> tuple[str, ...]:
        """Of each sum: known, or what the first entry is that it needs and that is not."""
        sums = [KNOWN] * self.size
        for (i, j), status in zip(self.places, entries, strict=True):
            if self.vector[j] and sums[i] == KNOWN:
                sums[i] = status
        return tuple(sums)

    def certain(
        self, entries: Sequence[Quantity | None], digits: int
    ) -> tuple[Quantity | None, ...]:
        """The product in balls; None where an entry that it needs is not known."""
        sums: list[Ball | None] = [fmpq(0)] * self.size
        with Balls(int(3.33 * (digits + GUARD_DIGITS)) + 64).working():
            for (i, j), entry in zip(self.places, entries, strict=True):
                if self.vector[j]:
                    sums[i] = _added(sums[i], entry, self.vector[j])
        return tuple(None if one is None else Quantity(one) for one in sums)


def _added(before: Ball | None, entry: Quantity | None, factor: float) -> Ball | None:
    """A sum with one more term, an entry times a factor; None where one of them is not known."""
    if before is None or entry is None or entry.ball is None:
        return None
    return to_arb(before) + to_arb(entry.ball) * fmpq(*factor.as_integer_ratio())
