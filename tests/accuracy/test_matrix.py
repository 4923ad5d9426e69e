"""Jacobians, Hessians and products with vectors, held against the truth; known answers by hand."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from diffcmp.accuracy.matrices.product import with_vector
from diffcmp.accuracy.matrices.record import MatrixComparison
from diffcmp.accuracy.matrix import matrix
from diffcmp.errors import Fault, InputError
from diffcmp.report.document import Notes
from diffcmp.report.documents import document
from diffcmp.report.forms import rendered
from diffcmp.report.screen import Screen
from diffcmp.truth.record import Kind

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema.json").read_text())
ROSENBROCK = "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)"
FAST = ["forward", "central", "complex-step", "dual", "tape"]


def dense(found: MatrixComparison) -> list[list[Fraction]]:
    """The certified matrix."""
    matrix = [[Fraction(0)] * len(found.columns) for _ in found.rows]
    for (i, j), quantity in zip(found.places, found.truth, strict=True):
        assert quantity is not None
        assert quantity.exact is not None
        matrix[i][j] = quantity.exact
    return matrix


def test_a_jacobian_by_hand() -> None:
    found = matrix("jacobian", "[x[0]*x[1], x[0]**3, x[1]/x[2]]", [2, 3, 4], backends=FAST)
    assert dense(found) == [[3, 2, 0], [12, 0, 0], [0, Fraction(1, 4), Fraction(-3, 16)]]
    assert (found.rows, found.columns) == (("f[0]", "f[1]", "f[2]"), ("x[0]", "x[1]", "x[2]"))
    assert (found.mode, found.products, found.certified) == ("forward", 2, True)
    assert [row.backend for row in found.results] == FAST
    for row in found.results:
        assert row.norm_error is not None
        assert row.norm_error < (1e-6 if row.backend == "forward" else 1e-10)


def test_a_wide_jacobian_goes_in_reverse() -> None:
    """One output of many inputs is one product of reverse mode, many outputs of one input one of
    forward mode."""
    wide = matrix("jacobian", "[norm(x)]", [3, 4, 12], backends=["tape"])
    tall = matrix("jacobian", "[t, t**2, sin(t)]", {"t": 1}, backends=["tape"])
    assert [(m.mode, m.products) for m in (wide, tall)] == [("reverse", 1), ("forward", 1)]


def test_a_hessian_by_hand() -> None:
    found = matrix(
        "hessian",
        "x**2*y + y**3*t",
        {"x": 2, "y": 3, "t": 5},
        backends=["dual-over-tape", "tape", "central"],
    )
    assert dense(found) == [[6, 4, 0], [4, 90, 27], [0, 27, 0]]
    assert found.columns == ("x", "y", "t")
    assert (2, 2) not in found.places, "f is linear in t"


@pytest.mark.parametrize("n", [5, 12])
def test_a_tridiagonal_hessian_costs_three_products(n: int) -> None:
    found = matrix("hessian", ROSENBROCK, f"linspace(-1,1,{n})", backends=None)
    assert found.products == 3
    x = [Fraction(-1) + Fraction(2 * i, n - 1) for i in range(n)]
    for (i, j), entry in zip(found.places, found.truth, strict=True):
        assert entry is not None
        curved = 1200 * x[i] ** 2 - 400 * x[i + 1] + 2 if i == j < n - 1 else Fraction(0)
        expected = curved + (200 if i == j and i else 0) if i == j else -400 * x[min(i, j)]
        assert entry.exact == expected
    by_products = found.results[-1]
    assert (by_products.backend, by_products.evaluations) == ("products", 3)
    assert by_products.norm_error is not None
    assert by_products.norm_error < 1e-14


def test_of_many_entries_a_sample_is_certified() -> None:
    found = matrix("hessian", ROSENBROCK, "linspace(-1,1,400)")
    known = [k for k, q in enumerate(found.truth) if q is not None]
    assert 20 < len(known) < 60
    assert {0, len(found.places) - 1} <= set(known)
    (row,) = found.results
    assert (row.backend, len(row.values)) == ("products", 3 * 400 - 2)
    assert row.norm_error is not None
    assert row.norm_error < 1e-14
    whole = matrix("hessian", "sum(x)**2", ["1"] * 20, backends=["tape"], full=True)
    assert None not in whole.truth


def test_what_is_wrt_is_what_is_asked_for() -> None:
    found = matrix(
        "jacobian", "A @ x", {"A": [[1, 2], [3, 4]], "x": [5, 6]}, wrt=["x"], backends=["dual"]
    )
    assert dense(found) == [[1, 2], [3, 4]]
    by_all = matrix("jacobian", "A @ x", {"A": [[1, 2], [3, 4]], "x": [5, 6]}, wrt=["x", "A[1,0]"])
    assert dense(by_all) == [[1, 2, 0], [3, 4, 5]]
    assert by_all.results[-1].values == (1.0, 2.0, 3.0, 4.0, 5.0)


def test_a_kink_is_a_kink() -> None:
    found = matrix("jacobian", "[abs(x), x**2]", {"x": 0}, backends=["dual", "central"])
    assert found.kind.value == "kink"
    assert found.truth[0] is None
    assert all(row.remarks for row in found.results)


@pytest.mark.parametrize(("what", "expr", "at", "status", "scored"), [
    ("jacobian", "[abs(x), x**2]", {"x": 0}, ["kink", "known"], 1),
    ("jacobian", "[1/x, sqrt(x), x]", {"x": 0}, ["pole", "domain edge", "known"], 1),
    ("hessian", "abs(x)*y + y**2", {"x": 0, "y": 1}, ["unknown", "unknown", "known"], 1),
    ("hessian", "abs(x)**1.5 + y**2", {"x": 0, "y": 1}, ["infinite", "known"], 1),
    ("hessian", "abs(x)**1.5", {"x": 0}, ["infinite"], 0),
])  # fmt: skip
def test_only_what_is_known_is_scored(
    what: Any, expr: str, at: Any, status: list[str], scored: int
) -> None:
    """An entry without a certified value has no digits, and the table says which these are."""
    found = matrix(what, expr, at, backends=["central", "dual"])
    assert list(found.status) == status
    of = f"{scored} of {len(status)} entries"
    for row in found.results:
        assert row.scored == scored
        assert [d is not None for d in row.digits] == [s == "known" for s in status]
        assert row.worst is None if scored == 0 else status[row.worst] == "known"
        assert row.remarks
    missing = next(s for s in status if s != "known")
    for medium in ("text", "markdown"):
        shown = str(rendered([document(found)], medium, Screen(100, False, False)))
        assert of in shown
        assert missing in shown
    table = list(csv.DictReader(io.StringIO(str(rendered([document(found)], "csv")))))
    assert [line["entry"] for line in table] == status * len(found.results)
    assert {line["scored"] for line in table} == {str(scored)}
    form = found.to_dict()
    jsonschema.validate(form, SCHEMA)
    assert form["truth"]["status"] == status
    assert [row["scored"] for row in form["results"]] == [scored] * len(found.results)


def test_a_product_is_known_where_all_that_it_needs_is() -> None:
    found = matrix("jacobian", "[abs(x), x + y]", {"x": 0, "y": 1}, backends=["dual"])
    assert with_vector(found, [1, 1]).status == ("kink", "known")
    assert with_vector(found, [0, 1]).status == ("known", "known")


def test_notes_that_differ_in_promised_digits_are_one_with_the_fewest() -> None:
    found = matrix("jacobian", "softmax(x)", [1, 2, 30], backends=["forward", "dual", "tape"])
    notes = [
        group
        for part in document(found).parts()
        if isinstance(part, Notes)
        for group in part.groups
    ]
    assert len({(g.sentence, g.span) for g in notes}) == len(notes)


@pytest.mark.parametrize(
    ("transposed", "vector", "expected"),
    [(False, [1, 10, 100], [23, 12, Fraction(-65, 4)]), (True, [1, 10, 16], [123, 6, -3])],
)
def test_products_with_vectors(
    transposed: bool, vector: list[int], expected: list[Fraction]
) -> None:
    compared = matrix("jacobian", "[x[0]*x[1], x[0]**3, x[1]/x[2]]", [2, 3, 4])
    found = with_vector(compared, vector, transposed=transposed)
    assert [q.exact for q in found.truth if q is not None] == expected
    assert found.rows == (compared.columns if transposed else compared.rows)
    by_name = {row.backend: row for row in found.results}
    assert all(by_name[name].norm_error == 0 for name in ("dual", "tape", "products"))
    assert by_name["products"].evaluations == 1


def test_a_product_with_some_columns_and_with_a_hessian() -> None:
    some = matrix("jacobian", "A @ x", {"A": [[1, 2], [3, 4]], "x": [5, 6]}, wrt=["x[1]"])
    assert with_vector(some, [10]).results[-1].values == (20.0, 40.0)
    curved = with_vector(matrix("hessian", "x**2*y", {"x": 2, "y": 3}), [1, 10]).results[-1]
    assert (curved.backend, curved.values, curved.norm_error) == ("products", (46.0, 4.0), 0.0)


def test_a_vector_must_be_as_long_as_the_matrix_is_wide() -> None:
    compared = matrix("jacobian", "[x[0]*x[1]]", [2, 3], backends=["dual"])
    with pytest.raises(InputError) as caught:
        with_vector(compared, [1, 2, 3])
    assert caught.value.fault is Fault.POINT_SHAPE
    with pytest.raises(InputError) as caught:
        matrix("hessian", "2*x", [1, 2])
    assert caught.value.fault is Fault.VECTOR_VALUED


@pytest.mark.parametrize("found", [
    matrix("jacobian", "[x[0]*x[1], sin(x[0])]", [2, 3], backends=FAST),
    matrix("hessian", ROSENBROCK, "linspace(-1,1,9)", backends=["dual", "central"]),
    with_vector(matrix("hessian", "norm(x)", [3, 4]), [1, 0]),
    matrix("jacobian", "[abs(x), 1/x]", {"x": 0}, backends=FAST),
], ids=["jacobian", "hessian", "product", "singular"])  # fmt: skip
def test_every_form(found: MatrixComparison) -> None:
    jsonschema.validate(json.loads(str(rendered([document(found)], "json"))), SCHEMA)
    assert str(rendered([document(found)], "csv")).count("\n") == 1 + len(found.places) * len(
        found.results
    )
    assert "certified" in str(rendered([document(found)], "markdown"))
    for width in (80, 120):
        lines = str(rendered([document(found)], "text", Screen(width, False, False))).splitlines()
        assert max(map(len, lines)) <= width
    loaded = np.load(io.BytesIO(bytes(rendered([document(found)], "npz"))))
    assert loaded["truth"].shape == loaded["row"].shape == (len(found.places),)


@pytest.mark.parametrize(("expr", "at", "kind"), [
    ("5*x[1]-2", [1, 2, 3], Kind.SMOOTH), ("max(x)", [1, 2, 2], Kind.KINK), ("max(x)+x[0]**2", [1, 2, 2], Kind.KINK),
    ("sign(x[1])+x[0]**2", [1, 0, 3], Kind.JUMP),
])  # fmt: skip
def test_where_a_hessian_has_no_entries_the_point_is_known_all_the_same(
    expr: str, at: list[int], kind: Kind
) -> None:
    """f bends along a variable with which no slope varies: that is a kink, though the matrix has no
    entry there."""
    found = matrix("hessian", expr, at)
    assert found.kind is kind
    assert found.certified
    assert rendered([document(found)])
    jsonschema.validate(found.to_dict(), SCHEMA)


def test_the_values_of_outputs_that_do_not_vary_stand_in_their_places() -> None:
    found = matrix("jacobian", "[x[0], 5, sign(x[1])]", [1, 0], backends=["dual"])
    assert [q and q.exact for q in found.value] == [1, 5, 0]
    assert found.kind is Kind.JUMP


def test_sampled_values_stand_in_their_places() -> None:
    found = matrix("jacobian", "x[:-1]*x[1:]", list(range(200)))
    assert len(found.value) == len(found.rows)
    assert all(q is None or q.exact == i * (i + 1) for i, q in enumerate(found.value))
    assert "unknown" not in rendered([document(found)])


@pytest.mark.parametrize(("what", "expr", "at"), [
    ("hessian", "max(x*x)", [0, 0, 0]), ("hessian", "sum(sin(x)/x)", [0, 2, 3]),
    ("jacobian", "x/norm(x)", [0, 0]), ("jacobian", "[log(x[0]), x[1]]", [0, 1]),
])  # fmt: skip
def test_whole_products_that_are_wrong_say_why(what: Any, expr: str, at: list[int]) -> None:
    row = matrix(what, expr, at).results[-1]
    assert row.backend == "products"
    assert row.remarks
