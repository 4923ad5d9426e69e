"""What is no real number is refused by a derivative of numbers, and by name in a point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import diffcmp
from diffcmp.errors import Fault, InputError


@pytest.mark.parametrize("backend", ["dual", "tape", "dual-lhopital", "central", "complex-step"])
@pytest.mark.parametrize(
    "value", [1j, np.complex128(3 + 4j), np.array([1 + 2j]), None, "2", [None], b"1"]
)
def test_a_derivative_refuses_what_is_no_real_number(backend: str, value: Any) -> None:
    slope = diffcmp.derivative("x**2", backend)
    with pytest.raises(InputError) as refused:
        slope(value)
    assert refused.value.fault is Fault.ARRAY_OF_NUMBERS


@pytest.mark.parametrize("at", [{1: 2}, {None: 1}, {("x",): 1}, {"x": 1, 2: 3}])
def test_the_name_of_a_variable_is_text(at: Any) -> None:
    with pytest.raises(InputError) as refused:
        diffcmp.certify("x**2", at)
    assert refused.value.fault is Fault.POINT_NAME


@pytest.mark.parametrize(("start", "stop"), [(0, 1j), ({1}, 1), (None, 1)])
def test_the_ends_of_a_map_are_numbers(start: Any, stop: Any) -> None:
    with pytest.raises(InputError) as refused:
        diffcmp.map("x", start, stop)
    assert refused.value.fault is Fault.ARRAY_OF_NUMBERS


@pytest.mark.parametrize(
    "call", [diffcmp.derivative, diffcmp.gradient, lambda f: diffcmp.map(f, 0, 1)]
)
@pytest.mark.parametrize("function", [None, b"x", 3])
def test_a_function_is_text_or_a_program(call: Any, function: Any) -> None:
    with pytest.raises(InputError) as refused:
        call(function)
    assert refused.value.fault is Fault.NO_TEXT
    with pytest.raises(InputError, match="text must be a text"):
        diffcmp.parse(function)


def test_the_errors_that_calls_raise_are_public() -> None:
    assert issubclass(diffcmp.ComputationError, diffcmp.DiffcmpError)
    assert issubclass(diffcmp.InputError, diffcmp.DiffcmpError)
