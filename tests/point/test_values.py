"""Points with vectors and matrices: what can be typed, what stands in files, and what is
refused."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffcmp.errors import Fault, InputError
from diffcmp.language.parser import parse
from diffcmp.point import values
from diffcmp.point.point import assignments, located, point
from diffcmp.point.values import array_of
from diffcmp.spans import Span


@pytest.mark.parametrize(("value", "shape", "numbers"), [
    ("2", (), [2]), ("[1, 0.1]", (2,), [1, Fraction(1, 10)]), (" [ [1,2] , [3,4] ] ", (2, 2), [1, 2, 3, 4]),
    ("linspace(0, 1, 4)", (4,), [0, Fraction(1, 3), Fraction(2, 3), 1]), ([1, "1/3"], (2,), [1, Fraction(1, 3)]),
    (np.array([[0.5, 1.0]]), (1, 2), [Fraction(1, 2), 1]), (np.float64(2), (), [2]), (np.array(3), (), [3]), ((1, 2), (2,), [1, 2]),
    ("linspace(1, 2, 2)", (2,), [1, 2]), ("[max(1, 2)]", (1,), [2]),
])  # fmt: skip
def test_exact_numbers(value: Any, shape: tuple[int, ...], numbers: list[Fraction]) -> None:
    found = array_of(value)
    assert found.shape == shape
    assert [one.rational for one in found.flat] == numbers


def test_a_range_between_constants() -> None:
    middle = located("sum(x)", {"x": "linspace(0, pi, 3)"}).at.coordinates["x[1]"]
    assert middle.rational is None
    assert float(middle.rounded(_double())) == np.pi / 2


def _double() -> Any:
    from diffcmp.arithmetic.floats import Floats

    return Floats()


def test_files(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[1.0, 2], [3, 4]]))
    (tmp_path / "a.csv").write_text("# a matrix\n0.1, 2\n3, 4\n")
    (tmp_path / "a.txt").write_text("0.1\n2\n\n3\n")
    assert array_of(f"@{tmp_path}/a.npy").shape == (2, 2)
    table, column = array_of(f"@{tmp_path}/a.csv"), array_of(f"@{tmp_path}/a.txt")
    assert (table.shape, table.flat[0].rational) == ((2, 2), Fraction(1, 10))
    assert (column.shape, column.flat[0].rational) == ((3,), Fraction(1, 10))


def test_what_is_pickled_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError) as caught:
        array_of(f"@{tmp_path}/a.npy")
    assert caught.value.fault is Fault.POINT_FILE


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        ("", "a.csv", "empty"), ("1,2\n3\n", "b.csv", "rows"), ("1,x\n", "c.csv", "'x'"), ("1\n", "d.dat", ".npy, .csv"),
        ("", "e.npy", ""), ("1,nan\n", "f.csv", "nan"), ("1,2,\n", "g.csv", "missing"), ("1\n", "h.npy", "no .npy file"),
    ],
)  # fmt: skip
def test_files_that_make_no_point_are_named(
    content: str, name: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError) as caught:
        array_of(f"@{tmp_path}/{name}")
    assert caught.value.fault is Fault.POINT_FILE
    assert name in caught.value.sentence
    assert reason in caught.value.sentence


def test_a_file_that_says_it_is_huge_takes_no_memory(tmp_path: Path) -> None:
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**14,)}
    with (tmp_path / "a.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
    with pytest.raises(InputError) as caught:
        array_of(f"@{tmp_path}/a.npy")
    assert "100000000000000 numbers" in caught.value.sentence
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(2**40)  # which takes no room
    with pytest.raises(InputError) as caught:
        array_of(f"@{tmp_path}/a.csv")
    assert "the limit is" in caught.value.sentence


def npy(header: str, version: int = 1, length: int | None = None) -> bytes:
    """A file .npy of 64 bytes of zeros, with a header that says anything."""
    size = (len(header) if length is None else length).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + size + header.encode() + bytes(64)


def header(shape: str = "(2,)", descr: str = "'<f8'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"


SHAPES = (
    "(-1,) (0,99999999999999999999) (2**9,) (1.5,) ('a',) (True,) 7 None [2] (1e999,) (9,)".split()
)
SHAPES += [f"({2**32}, {2**32})", f"({10**30},)", "(" * 3000 + ")" * 3000, "(1," * 99, "(2,", "2,)"]
KINDS = "'|O' '<c16' '<f8,<f8' '(9,)f8' 'S99999999999' 'f99' 1 None '<M8[s]' {} [('a','O')]".split()
HEADERS = [
    *map(npy, map(header, SHAPES)),
    *(npy(header("(2,)", kind)) for kind in KINDS),
    *(npy(header(), version) for version in (0, 4, 255)),
    *(npy(header(), 2, length) for length in (0, 1, 2**31, 2**32 - 1)),
    *(npy(text) for text in ("", "{}", "{", "x" * 9000, "-" * 9000 + "1", "\0" * 50, "__import__('os')")),
    *(npy(header())[:cut] for cut in (0, 1, 6, 8, 9, 12, 60, 80)),
]  # fmt: skip


@pytest.mark.parametrize("content", HEADERS, ids=range(len(HEADERS)))
def test_headers_without_sense(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(InputError) as caught:
        array_of(f"@{tmp_path}/a.npy")
    assert caught.value.fault is Fault.POINT_FILE


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("/dev/zero")
    with pytest.raises(InputError) as caught:
        array_of(f"@{tmp_path}/a.csv")
    assert "no ordinary file" in caught.value.sentence


def test_an_element_is_not_given_by_itself() -> None:
    with pytest.raises(InputError) as caught:
        assignments(["y=1,x[0]=2"])
    assert caught.value.fault is Fault.POINT_ELEMENT
    assert caught.value.span is not None
    assert caught.value.span.cut(caught.value.text) == "x[0]"


CYCLE: list[Any] = []
CYCLE.append(CYCLE)
NO_NUMBERS = [
    1j, np.complex128(3 + 4j), np.complex64(3), [1j], np.array([1, 2j]), range(3), {1, 2}, (i for i in range(3)),
    b"12", bytearray(b"1"), None, [None], [1, b"2"], np.array([None]), {"x": 1}, object(), int, np.datetime64("2020"),
    CYCLE, reduce(lambda inner, _: [inner], range(3000), [1.0]),
]  # fmt: skip


@pytest.mark.parametrize("value", NO_NUMBERS, ids=range(len(NO_NUMBERS)))
def test_what_is_no_real_number(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        array_of(value)
    assert caught.value.fault is Fault.ARRAY_OF_NUMBERS


@pytest.mark.parametrize("text", ["[" * 5000 + "1" + "]" * 5000, "x=" + "[" * 99999, "[[" * 9999])
def test_deep_brackets(text: str) -> None:
    with pytest.raises(InputError):
        array_of(text)


def test_all_rows_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those behind the last that a point may have are not even read."""
    monkeypatch.setattr(values, "MOST", 100)
    for value in (np.ones((20, 20)), [[1] * 20] * 6 + [[object()] * 20], f"[{'[1,2],' * 51}[y]]"):
        with pytest.raises(InputError) as caught:
            array_of(value)
        assert caught.value.fault is Fault.POINT_SIZE


def test_a_long_name_that_is_unknown() -> None:
    """In time linear in its length."""
    name, start = "a" * 200_000, time.process_time()
    with pytest.raises(InputError) as caught:
        point(parse("x"), assignments([f"{name} =1"]))
    assert caught.value.span == Span(0, len(name))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(("value", "fault"), [
    ("[]", Fault.POINT_NAME), ("[1, 2", Fault.POINT_NAME), ("[1, [2]]", Fault.POINT_RAGGED), ("[[[1]]]", Fault.AXES),
    ("[1,,2]", Fault.POINT_NAME), ("[1, y]", Fault.POINT_NOT_CONSTANT), ("[1, nan]", Fault.POINT_NOT_FINITE),
    ("linspace(0, 1)", Fault.POINT_LINSPACE), ("linspace(0, 1, 2.5)", Fault.POINT_LINSPACE), ("linspace(0, 1, 10**9)", Fault.POINT_LINSPACE),
    ("@", Fault.POINT_FILE), ("@no.npy", Fault.POINT_FILE), ([], Fault.POINT_EMPTY), ([[1], [2, 3]], Fault.POINT_RAGGED),
    ([float("inf")], Fault.POINT_NOT_FINITE),
])  # fmt: skip
def test_what_is_no_point(value: Any, fault: Fault) -> None:
    with pytest.raises(InputError) as caught:
        array_of(value)
    assert caught.value.fault is fault


def test_the_point_says_which_variables_are_vectors() -> None:
    problem = located("x @ y + t", assignments(["x=[1, 2], t=3", "y=linspace(0,1,2)"]))
    assert problem.shapes == {"x": (2,), "y": (2,), "t": ()}
    assert problem.scalar.inputs == ("x[0]", "x[1]", "y[0]", "y[1]", "t")
    assert problem.at.texts() == {"x": "[1, 2]", "y": "linspace(0,1,2)", "t": "3"}


def test_a_missing_vector_is_missing_before_it_is_a_number() -> None:
    with pytest.raises(InputError) as caught:
        located("x[0] + y[0]", {"x": [1]})
    assert caught.value.fault is Fault.POINT_MISSING
