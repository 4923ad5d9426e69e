"""Gradients and matrices as NumPy's .npz: every number in full, as arrays of the shape of their
variable."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffcmp.accuracy.components import Shapes, packed
from diffcmp.accuracy.matrix import MatrixComparison
from diffcmp.accuracy.record import Comparison
from diffcmp.truth.record import Quantity


def to_npz(record: Comparison | MatrixComparison) -> bytes:
    """The record in NumPy's compressed format, which needs no pickles to be read.

    Of a Comparison: `truth/x`, and for each backend `derivative/dual/x` and `error/dual/x`, one
        array for each
    variable. Of a matrix: `row` and `column` of each entry that may differ from 0, and `truth`,
    `values/dual`, `error/dual` in that order. Certified numbers are rounded to float64; what is not
    known is nan.
    """
    arrays = _of_matrix(record) if isinstance(record, MatrixComparison) else _of_gradient(record)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]  # its stub takes the option allow_pickle for all keywords
    return out.getvalue()


def _of_gradient(record: Comparison) -> dict[str, NDArray[Any]]:
    shapes = record.shapes
    arrays = _by_variable(
        "truth", {name: _double(record.truth.derivative(name)) for name in record.wrt}, shapes
    )
    for row in record.rows:
        arrays |= _by_variable(f"derivative/{row.backend}", row.derivative, shapes)
        arrays |= _by_variable(f"error/{row.backend}", row.abs_error, shapes)
    return arrays


def _of_matrix(record: MatrixComparison) -> dict[str, NDArray[Any]]:
    places = np.array(record.places, np.int64).reshape(-1, 2)
    arrays = {
        "row": places[:, 0],
        "column": places[:, 1],
        "truth": _array([_double(q) for q in record.truth]),
    }
    for row in record.results:
        arrays |= {
            f"values/{row.backend}": _array(row.values),
            f"error/{row.backend}": _array(row.abs_error),
        }
    return arrays


def _by_variable(head: str, values: Mapping[str, Any], shapes: Shapes) -> dict[str, NDArray[Any]]:
    return {f"{head}/{name}": _array(value) for name, value in packed(values, shapes).items()}


def _array(values: Any) -> NDArray[Any]:
    return np.array(values, float)  # None becomes nan


def _double(quantity: Quantity | None) -> float | None:
    return None if quantity is None else float(quantity.text(20))
