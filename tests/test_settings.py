"""Every parameter of every public function meets values that make no sense: one message, which
names what was given, or a right answer."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import diffcmp
from diffcmp.errors import InputError
from diffcmp.report.record import Report
from diffcmp.settings import SETTINGS


class Hostile:
    """An object that refuses whatever is asked of it."""

    def __repr__(self) -> str:
        raise ValueError("no")

    __str__ = __float__ = __index__ = __len__ = __iter__ = __bool__ = __hash__ = __eq__ = __repr__  # type: ignore[assignment]


@dataclass(frozen=True)
class Call:
    """A call that is right, and what makes its answer comparable."""

    right: dict[str, Any]
    answer: Callable[[Any], Any]


def rows(comparison: Any) -> Any:
    return [
        (row.backend, {n: x if x is None else float(x) for n, x in row.derivative.items()})
        for row in comparison.rows
    ]


FAST = {"expr": "x**2", "at": 3, "backends": ["dual"]}
VECTOR = np.array([1.0, 2.0])
CALLS: dict[str, Call] = {
    "bench": Call({"wanted": ["scalar"], "backends": ["dual"], "quick": True}, lambda run: run.suites),
    "certify": Call({"expr": "x**2", "at": 3}, lambda truth: truth.value.text(5)),
    "compare": Call(FAST, rows),
    "derivative": Call({"expr": "x**2"}, lambda slope: slope(3.0)),
    "explain": Call(FAST, lambda told: rows(told.comparison)),
    "grad": Call({"expr": "x**2", "at": 3}, float),
    "gradient": Call({"expr": "sum(x**2)"}, lambda f: f(VECTOR).tolist()),
    "hessian": Call({"expr": "sum(x**2)"}, lambda f: np.asarray(_dense(f(VECTOR))).tolist()),
    "hvp": Call({"expr": "sum(x**2)"}, lambda f: f(VECTOR, VECTOR).tolist()),
    "jacobian": Call({"expr": "x**2"}, lambda f: f(VECTOR).tolist()),
    "jvp": Call({"expr": "x**2"}, lambda f: f(VECTOR, VECTOR).tolist()),
    "limit": Call({"expr": "sin(x)/x", "at": 0, "paper": False}, lambda found: found.limit.text(5)),
    "map": Call({"expr": "x**2", "start": 1, "stop": 2, "points": 3, "backends": ["dual"]}, lambda found: len(found.points)),
    "parse": Call({"text": "x**2"}, lambda program: program.text),
    "study": Call({"name": "lhopital"}, lambda report: report.name),
    "sweep": Call({**FAST, "backends": ["central"], "h_min": 1e-3}, lambda swept: swept.variable),
    "trace": Call({"function": lambda x: x**2}, lambda program: program.inputs),
    "vjp": Call({"expr": "x**2"}, lambda f: f(VECTOR, VECTOR).tolist()),
}  # fmt: skip
ABSURD: dict[str, Any] = {
    "None": None, "True": True, "numpy bool": np.True_, "-1": -1, "0": 0, "3": 3, "1.5": 1.5, "huge": 10**5000,
    "nan": math.nan, "inf": math.inf, "1j": 1j, "empty": "", "a": "a", "dual": "dual", "bytes": b"x", "[]": [],
    "[1]": [1], "[[]]": [[]], "{1}": {1}, "{}": {}, "{1: 2}": {1: 2}, "object": object(), "hostile": Hostile(),
    "type": int, "numpy type": np.float32, "lambda": lambda *_: None, "array": np.array([1.0, 2.0]), "longdouble": np.longdouble("1e4000"),
    "fraction": Fraction(1, 3), "decimal": Decimal("sNaN"), "range": range(3), "names": ["x", "y"], "[None]": [None],
    "surrogate": "\ud800", "control": "\0\n", "text of a number": "30", "ellipsis": ..., "objects": np.array([None]), "zero": np.array(0.5),
}  # fmt: skip
FUNCTIONS = [name for name in diffcmp.__all__ if inspect.isfunction(getattr(diffcmp, name))]
PARAMETERS = [
    (name, parameter)
    for name in FUNCTIONS
    for parameter in inspect.signature(getattr(diffcmp, name)).parameters
    if parameter != "given"
]


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


@pytest.fixture(autouse=True)
def quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suites and studies that take no time."""
    from diffcmp.speed import run

    monkeypatch.setattr(run, "SUITES", {name: lambda asked: iter(()) for name in run.SUITES})


def test_every_function_has_a_right_call() -> None:
    assert sorted(CALLS) == FUNCTIONS
    for name, call in CALLS.items():
        call.answer(getattr(diffcmp, name)(**call.right))


def test_every_annotation_of_a_public_call_is_held() -> None:
    """Those in the table; what no parameter has is not there."""
    used = {
        str(parameter.annotation).removesuffix(" | None")
        for name in FUNCTIONS
        for parameter in inspect.signature(getattr(diffcmp, name)).parameters.values()
    }
    assert used == set(SETTINGS)


@pytest.mark.parametrize("study", ["lhopital", "newton", "svm"])
def test_absurd_options_of_studies(study: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option of a study, by the same mechanism."""
    from diffcmp.studies import registry

    monkeypatch.setattr(registry, "function", _stand_in(registry.function(study)))
    for option in registry.options(study):
        for label, value in ABSURD.items():
            with contextlib.suppress(InputError):
                taken = diffcmp.study(study, **{option.name: value}).options[option.name]
                assert type(taken) is option.kind, label
                assert taken == option.kind(value), label


def _stand_in(real: Callable[..., Any]) -> Callable[[str], Callable[..., Any]]:
    """A study of the same options that does nothing."""

    @functools.wraps(real)
    def nothing(**_: Any) -> Report:
        return Report(title="nothing", method="none", tables=(), charts=(), conclusions=())

    return lambda name: nothing


@pytest.mark.parametrize(("call", "says"), [
    (lambda: diffcmp.compare("x", 1, digits="a"), "digits must be a whole number, not 'a'\nFor example digits=30."),
    (lambda: diffcmp.compare("x", 1, digits=1.5), "digits must be a whole number, not 1.5"),
    (lambda: diffcmp.compare("x", 1, digits=True), "digits must be a whole number, not True"),
    (lambda: diffcmp.certify("x", 1, digits=0), "0 digits were asked for; 1 to 1000 are possible"),
    (lambda: diffcmp.compare("x", 1, h={1}), "h must be a number, not {1}"),
    (lambda: diffcmp.compare("x", 1, h="1e-6"), "h must be a number, not '1e-6'"),
    (lambda: diffcmp.compare("x", 1, backends=[1]), "backends must be a name, or a list of names, not [1]"),
    (lambda: diffcmp.compare("x", 1, backends="duel"), "unknown backend 'duel'"),
    (lambda: diffcmp.compare("x", 1, wrt=3), "wrt must be a name, or a list of names, not 3"),
    (lambda: diffcmp.compare("x", 1, order="a"), "order must be a whole number, not 'a'\nFor example order=1."),
    (lambda: diffcmp.compare("x", 1, timeout="a"), "timeout must be a number, not 'a'\nFor example timeout=10.0."),
    (lambda: diffcmp.compare("x", 1, dtype=3), "dtype must be a text, not 3\nFor example dtype='float64'."),
    (lambda: diffcmp.grad("x", 1, dtype="float8"), "unknown dtype 'float8'"),
    (lambda: diffcmp.compare("x", 1, full=1), "full must be True or False, not 1"),
    (lambda: diffcmp.study(3), "name must be a text, not 3\nFor example name='lhopital'."),
    (lambda: diffcmp.bench([3]), "wanted must be a name, or a list of names, not [3]"),
    (lambda: diffcmp.derivative("x**2", 3), "backend must be a text, not 3\nFor example backend='dual'."),
    (lambda: diffcmp.sweep("x", 1, h_min="a"), "h_min must be a number, not 'a'"),
    (lambda: diffcmp.sweep("x", 1, per_decade="a"), "per_decade must be a whole number, not 'a'"),
    (lambda: diffcmp.map("x", 0, 1, points="a"), "points must be a whole number, not 'a'"),
    (lambda: diffcmp.map("x", 0, 1, points=1.5), "points must be a whole number, not 1.5"),
    (lambda: diffcmp.jacobian("x", 3), "backend must be a text, not 3"),
    (lambda: diffcmp.hessian("x", "yes"), "sparse must be True or False, not 'yes'"),
    (lambda: diffcmp.parse("x", shapes={"x": (-1,)}), "shapes must be a mapping from names to shapes"),
    (lambda: diffcmp.parse("x", ("3",)), "'3' cannot be used as a name"),
    (lambda: diffcmp.trace(lambda x: math.sin(x)), "cannot turn its parameter into a Python number"),
    (lambda: diffcmp.trace(lambda x: x * math.inf), "finite real numbers"),
    (lambda: diffcmp.trace(lambda *, x: x), "positional parameters"),
    (lambda: diffcmp.study("newton", steps=12.5), "steps must be a whole number, not 12.5"),
])  # fmt: skip
def test_the_message_names_the_parameter_and_what_was_given(
    call: Callable[[], Any], says: str
) -> None:
    with pytest.raises(InputError) as refused:
        call()
    assert says in str(refused.value)


@pytest.mark.parametrize(("given", "wanted"), [
    ({"backends": "dual"}, {"backends": ["dual"]}), ({"wrt": "x"}, {"wrt": ["x"]}), ({"wrt": "x:x", "order": 2}, {"wrt": ["x"], "order": 2}),
    ({"digits": np.int8(20)}, {"digits": 20}), ({"h": np.float32(0.5)}, {"h": 0.5}), ({"h": Fraction(1, 2)}, {"h": 0.5}),
    ({"h": Decimal("0.5")}, {"h": 0.5}), ({"timeout": Fraction(10)}, {"timeout": 10}), ({"full": np.False_}, {"full": False}),
    ({"backends": np.array(["dual"])}, {"backends": ["dual"]}), ({"backends": {"dual": 1}.keys()}, {"backends": ["dual"]}),
])  # fmt: skip
def test_what_can_be_meant_in_one_way_only_is_taken(
    given: dict[str, Any], wanted: dict[str, Any]
) -> None:
    right = {"expr": "x**3", "at": 3}
    assert rows(diffcmp.compare(**(right | given))) == rows(diffcmp.compare(**(right | wanted)))


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_absurd_values(name: str, parameter: str) -> None:
    function, call = getattr(diffcmp, name), CALLS[name]
    for label, value in ABSURD.items():
        if isinstance(value, type) and parameter == "progress":  # a function of the caller's own
            continue
        try:
            call.answer(function(**{**call.right, parameter: value}))
        except InputError:
            continue
        except Exception as error:
            told = f"{name}({parameter}={label}): {type(error).__name__}: {error}"
            raise AssertionError(told) from error
