"""Functions of public bug reports of other tools (tests/data/reports.jsonl): the truth has the right
numbers, or says why it has none, and no method is finite, wrong and silent."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from diffcmp import compare
from diffcmp.accuracy.judging.errors import log10
from diffcmp.accuracy.judging.record import Comparison
from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.registry import backend
from diffcmp.truth.record import Kind
from tests.conftest import rows
from tests.test_cases import FEWEST_DIGITS, NUMERIC

Case = dict[str, Any]
REPORTS = rows("reports")
DIGITS = 30
VALUES = {"report-canc-10": "138.315925926950251575575721313039852528215128067416"}
"""By mpmath at 60 digits, where two digits of the file (the 20th and 21st) are in the wrong order."""
SYMBOLIC = [case for case in REPORTS if case["id"].startswith("report-sym")]

each = pytest.mark.parametrize("case", REPORTS, ids=lambda case: case["id"])


def compared(case: Case, *backends: str) -> list[Comparison]:
    """The first derivatives, and the second ones where the case gives any, in its format."""
    known = [(1, case.get("grad")), (2, case.get("second"))]
    wanted = json.dumps([(order, list(names)) for order, names in known if names])
    at, dtype = json.dumps(case["at"]), case.get("dtype", "float64")
    return _compared(case["expr"], at, wanted, dtype, backends or tuple(NUMERIC))


@cache
def _compared(
    expr: str, at: str, wanted: str, dtype: str, backends: tuple[str, ...]
) -> list[Comparison]:
    return [
        compare(expr, json.loads(at), wrt=wrt, order=order, dtype=dtype, backends=backends)
        for order, wrt in json.loads(wanted)
    ]


def disagreements(case: Case, comparisons: list[Comparison]) -> Iterator[str]:
    """The numbers of the case that the truth has otherwise. It may have none where it says so."""
    for comparison in comparisons:
        truth = comparison.truth
        given: Mapping[str, str] = case["grad" if truth.order == 1 else "second"]
        for name, text in given.items():
            along = truth.along[component(name)]
            ours = along.derivative
            if ours is None and along.kind is Kind.UNDECIDED and truth.remarks:
                continue
            if ours is None or ours.exact is None or not agree(ours.exact, text):
                yield f"{name}: {ours}"
        value = None if truth.value is None else truth.value.exact
        known = VALUES.get(case["id"], case.get("value"))
        if known is not None and value is not None and not agree(value, known):
            yield f"value: {truth.value}"


def component(name: str) -> str:
    """The name of a derivative in a record: twice by x it is `x`."""
    first, _, second = name.partition(":")
    return first if first == second else name


def agree(ours: Fraction, text: str) -> bool:
    """Whether a number is a decimal, to the digits that this has."""
    known = Fraction(text)
    if known == 0 or ours == known:
        return ours == known
    mantissa = text.lower().partition("e")[0].strip("+-").replace(".", "").lstrip("0")
    whole = known.denominator == 1 or len(mantissa) < DIGITS // 2  # an exact decimal
    digits = DIGITS if whole else min(DIGITS, len(mantissa) - 1)
    return -log10(abs(ours - known) / abs(known)) >= digits


def wrong(value: Any, digits: float | None, fewest: float) -> bool:
    """Whether a finite number is wrong, or stands where no derivative exists."""
    return finite(value) and (digits is None or digits < fewest)


def silent(comparisons: list[Comparison]) -> Iterator[str]:
    """The methods that are finite and wrong, and say nothing."""
    for comparison in comparisons:
        floats = Floats(comparison.dtype)
        for row in comparison.rows:
            method = backend(row.backend).configured(comparison.truth.order)
            fewest = min(FEWEST_DIGITS, method.expected_digits(floats))
            for name, value in row.derivative.items():
                if wrong(value, row.digits[name], fewest) and not row.remarks:
                    yield f"{row.backend}: {name} = {value}"


@each
def test_the_truth_is_right_or_says_why_it_is_not_known(case: Case) -> None:
    assert list(disagreements(case, compared(case))) == []


@each
def test_no_wrong_number_is_silent(case: Case) -> None:
    assert list(silent(compared(case))) == []


@pytest.mark.parametrize("case", SYMBOLIC, ids=lambda case: case["id"])
def test_sympy_is_right_or_says_that_it_is_not(case: Case) -> None:
    assert list(silent(compared(case, "symbolic"))) == []


def test_the_checks_see_wrong_answers() -> None:
    case = {
        "id": "sine",
        "expr": "sin(x)",
        "at": {"x": "1"},
        "grad": {"x": "0.54030230586813971740093660744297660"},
    }
    (comparison,) = compared(case, "dual")
    assert list(disagreements(case, [comparison])) == []
    (close,) = disagreements(
        {**case, "grad": {"x": "0.54030230586813971740093660754297660"}}, [comparison]
    )
    assert close.startswith("x: ")
    assert list(disagreements({**case, "value": "0.8414"}, [comparison]))
    assert wrong(1.0, 2.9, 3)
    assert wrong(1.0, None, 3)
    assert not wrong(math.nan, 0.0, 3)
