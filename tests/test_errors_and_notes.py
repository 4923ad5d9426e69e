"""Every fault and every note is provoked, and says what it is about."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

import diffcmp
from diffcmp import (
    InputError,
    bench,
    certify,
    compare,
    derivative,
    explain,
    gradient,
    parse,
    sweep,
    trace,
    worker,
)
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Row
from diffcmp.accuracy.matrix import matrix
from diffcmp.accuracy.verdicts.rows import row
from diffcmp.backends.protocol import Backend, Estimate
from diffcmp.cli.output import apart, figure_format, writable
from diffcmp.engines.compiled import remaining
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.engines.sparse.pattern import SparseMatrix
from diffcmp.errors import Breakdown, ComputationError, Fault
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.point import assignments, function_at, located
from diffcmp.speed import run, stored
from diffcmp.speed.record import Measurement
from diffcmp.speed.timing import QUICK
from diffcmp.speed.work import Method, Work
from diffcmp.studies import registry


def without(module: str, called: Callable[[], Any]) -> Any:
    """Call it as if a module were not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module, None)
        return called()


def with_entry_point(value: str) -> Any:
    """Ask for a third party's backend by name; its entry point leads to `value`."""
    point = EntryPoint("other", value, "diffcmp.backends")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("importlib.metadata.entry_points", lambda group: [point])
        return compare("x", 1, backends=["other"])


def benched(expr: str, at: Any, backends: list[str]) -> set[Note]:
    """The notes of a benchmark of this expression."""
    return {
        r.note
        for row in bench(["expr", expr], at, backends=backends, quick=True).rows
        for r in row.remarks
    }


def broken_method() -> Measurement:
    """The row of a method that divides by zero."""
    work = Work("own", "1/0", (Method("broken", lambda: lambda: 1 // 0),), lambda: None)
    return next(run.measured(work, QUICK, time.perf_counter))


def narrow_method() -> Remark:
    """What a method of double precision alone says of single precision."""

    class Narrow(Backend):
        name = "narrow"
        summary = "float64 only"
        dtypes = ("float64",)

    refusal = Narrow().refused("float32")
    assert refusal is not None
    return refusal


def silent_row(slope: float) -> Row:
    """The answer of a method that does not say what it computed."""

    class Silent(Backend):
        name = "silent"
        summary = "a number"

    question = Question(*function_at("x**2", 1), ("x",))
    answer = Estimate(1.0, {"x": slope}, 1)
    return row(Silent(), question, question.truth(), answer, 1.0)


FAULTS: dict[Fault, Callable[[], Any]] = {
    Fault.EMPTY: lambda: parse("  "),
    Fault.NO_TEXT: lambda: certify(None, 1),  # type: ignore[arg-type]
    Fault.SYNTAX: lambda: parse("sin(x"),
    Fault.JUXTAPOSED: lambda: parse("2x + 1"),
    Fault.TOO_LONG: lambda: parse("x+" * 20_000 + "x"),
    Fault.TOO_DEEP: lambda: parse("sin(" * 150 + "x" + ")" * 150),
    Fault.TOO_MANY: lambda: parse("x+" * 9_000 + "x"),
    Fault.CHARACTER: lambda: parse("x\u200b+1"),
    Fault.NOT_IN_LANGUAGE: lambda: parse("x // 2"),
    Fault.NUMBER: lambda: parse("1e999999"),
    Fault.NO_VALUE: lambda: parse("u = 2*x"),
    Fault.UNKNOWN_FUNCTION: lambda: parse("sinn(x)"),
    Fault.NOT_A_FUNCTION: lambda: parse("pi(x)"),
    Fault.FUNCTION_AS_VALUE: lambda: parse("sin + x"),
    Fault.RESERVED: lambda: parse("e = 3; e*x"),
    Fault.ARGUMENTS: lambda: parse("sin(x, y)"),
    Fault.KEYWORD: lambda: parse("log(x, base=2)"),
    Fault.CONDITION_AS_NUMBER: lambda: parse("x > 0"),
    Fault.NUMBER_AS_CONDITION: lambda: parse("x and x"),
    Fault.SHAPES: lambda: parse("x + [1, 2]", shapes={"x": (3,)}),
    Fault.SHAPES_OF_PRODUCT: lambda: parse("x @ [1, 2]", shapes={"x": (3,)}),
    Fault.AXES: lambda: parse("[[x, x], [x, x]]", shapes={"x": (3,)}),
    Fault.TOO_LARGE: lambda: parse("transpose([x]) @ [x]", shapes={"x": (10_000,)}),
    Fault.INDEX: lambda: parse("x[3]", shapes={"x": (3,)}),
    Fault.INDICES: lambda: parse("x[0, 1]", shapes={"x": (3,)}),
    Fault.INDEX_KIND: lambda: parse("x[1.5]", shapes={"x": (3,)}),
    Fault.SLICE_EMPTY: lambda: parse("x[2:2]", shapes={"x": (3,)}),
    Fault.NOT_INDEXABLE: lambda: parse("x[3]"),
    Fault.ARRAY_NEEDED: lambda: parse("cumsum(x)"),
    Fault.NOT_SQUARE: lambda: parse("det(A)", shapes={"A": (2, 3)}),
    Fault.MATRIX_TOO_LARGE: lambda: compare("det(A)", {"A": np.eye(40)}),
    Fault.STEPS: lambda: parse("eigmax_power(A, x)", shapes={"A": (2, 2)}),
    Fault.VECTOR_VALUED: lambda: compare("2*x", [1, 2]),
    Fault.NO_VARIABLE: lambda: compare("2", 1),
    Fault.POINT_MISSING: lambda: compare("x*y", {"x": 1}),
    Fault.POINT_BARE: lambda: compare("x*y", 1),
    Fault.POINT_TWICE: lambda: assignments(["x=1,x=2"]),
    Fault.POINT_UNKNOWN: lambda: compare("x", {"y": 1}),
    Fault.POINT_NAME: lambda: assignments(["x=1,2"]),
    Fault.POINT_ELEMENT: lambda: assignments(["x[0]=1"]),
    Fault.POINT_FILE: lambda: compare("sum(x)", "@no-such-file.npy"),
    Fault.ARRAY_OF_NUMBERS: lambda: gradient("sum(x)")(None),
    Fault.POINT_RAGGED: lambda: compare("sum(x)", [[1, 2], [3]]),
    Fault.POINT_LINSPACE: lambda: compare("sum(x)", "linspace(0, 1)"),
    Fault.POINT_SIZE: lambda: compare("sum(x)", [0] * 1_000_001),
    Fault.POINT_SHAPE: lambda: compare(parse("sum(x)", shapes={"x": (2,)}), [1, 2, 3]),
    Fault.POINT_EMPTY: lambda: compare("x", ""),
    Fault.POINT_NOT_CONSTANT: lambda: compare("x", "y"),
    Fault.POINT_BEYOND: lambda: sweep("x", 1e300, dtype="float32"),
    Fault.POINT_NOT_FINITE: lambda: compare("x", "1/0"),
    Fault.POINT_INFINITE_TWICE: lambda: located("x*y", {"x": "inf", "y": "oo"}, infinity=True),
    Fault.SIDE: lambda: diffcmp.limit("x", 1, side="above"),
    Fault.SIDE_OF_INFINITY: lambda: diffcmp.limit("x", "inf", side="right"),
    Fault.WRT_AT_INFINITY: lambda: compare("x*y", {"x": "inf", "y": 2}, wrt=["x", "y"]),
    Fault.WRT_UNKNOWN: lambda: compare("x", 1, wrt=["z"]),
    Fault.WRT_NEEDED: lambda: derivative("x*y"),
    Fault.TRACED_BRANCH: lambda: trace(lambda x: x if x > 0 else -x),
    Fault.TRACED_VALUE: lambda: trace(lambda x: x * float("inf")),
    Fault.TRACED_NUMBER: lambda: trace(lambda x: float(x)),
    Fault.TRACED_SIGNATURE: lambda: trace(lambda *, x: x),
    Fault.SETTING: lambda: compare("x", 1, digits=1.5),  # type: ignore[arg-type]
    Fault.BACKEND_UNKNOWN: lambda: compare("x", 1, backends=["duel"]),
    Fault.BACKEND_BROKEN: lambda: with_entry_point("no_such_module:Method"),
    Fault.BACKEND_ORDER: lambda: compare("x", 1, backends=["dual-over-tape"]),
    Fault.ORDER: lambda: compare("x", 1, order=3),
    Fault.BACKEND_WITHOUT_STEP: lambda: sweep("x", 1, backends=["tape"]),
    Fault.STEP: lambda: compare("x", 1, h=-1.0),
    Fault.STEP_RANGE: lambda: sweep("x", 1, h_min=1, h_max=0.1),
    Fault.DIGITS: lambda: compare("x", 1, digits=10**9),
    Fault.GRID: lambda: sweep("x", 1, per_decade=10**6),
    Fault.INTERVAL: lambda: diffcmp.map("x", 1, 1),
    Fault.POINTS: lambda: diffcmp.map("x", 0, 1, points=20_001),
    Fault.LOG_RANGE: lambda: diffcmp.map("x", -1, 1, log=True),
    Fault.RUNNING: lambda: diffcmp.map("x*y", 0, 1, at={"x": 1, "y": 1}),
    Fault.POINT_LONG: lambda: certify("x", Fraction(1, 10**7000)),
    Fault.TIMEOUT: lambda: certify("x", 1, timeout=-1),
    Fault.DTYPE: lambda: compare("x", 1, dtype="float31"),
    Fault.PLOT_FORMAT: lambda: figure_format("a.xyz"),
    Fault.STUDY_UNKNOWN: lambda: registry.study("lhopitl"),
    Fault.STUDY_OPTION: lambda: registry.study("lhopital", depth=3),
    Fault.STUDY_CHOICE: lambda: registry.chosen(
        registry.Option("form", str, "a", registry.Bounds(""), ("a", "b")), "c"
    ),
    Fault.STUDY_RANGE: lambda: registry.study("lhopital", points=0),
    Fault.SUITE_UNKNOWN: lambda: bench(["scaler"]),
    Fault.SUITE_EXPRESSION: lambda: bench(["expr"]),
    Fault.SUITE_POINT: lambda: bench(["scalar"], 1),
    Fault.TOLERANCE: lambda: stored.sensible(0.9),
    Fault.STORED_FILE: lambda: stored.stored("no-such-file.json"),
    Fault.STORED_SCHEMA: lambda: stored.stored(
        str(Path(__file__).parents[1] / "docs" / "schema.json")
    ),
    Fault.OPTIMISATION: lambda: remaining(["fuse"]),
    Fault.EXTRA: lambda: without(
        "scipy.sparse", SparseMatrix((0, 0), np.zeros(1, int), np.zeros(0, int), np.zeros(0)).scipy
    ),
    Fault.OUTPUT: lambda: writable("no/such/folder/a.json"),
    Fault.ONE_OUTPUT: lambda: apart("a.png", "./a.png"),
}


@pytest.mark.parametrize("fault", list(Fault), ids=lambda f: f.name)
def test_every_fault_can_be_provoked(fault: Fault) -> None:
    with pytest.raises(InputError) as caught:
        FAULTS[fault]()
    assert caught.value.fault is fault
    text = str(caught.value)
    assert "{" not in text.replace("{1", "")
    assert text.count("\n") >= 1
    assert all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.parametrize(("text", "piece"), [
    ("exp(sinn(x))", "sinn"), ("a*sin(x)+b*cosh(x, y)", "cosh(x, y)"), ("x² + lg(x)", "lg"), ("  x[3] + 1", "x[3]"),
    ("where(x, 1, 2)", "x"), ("x + 1j", "1j"), ("α*βeta(x)", "βeta"),
])  # fmt: skip
def test_the_span_is_the_piece(text: str, piece: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.span is not None
    assert caught.value.span.cut(text) == piece
    line, carets = str(caught.value).splitlines()[1:3]
    assert line[carets.index("^") : carets.rindex("^") + 1] == piece


NUMERIC = ["forward", "backward", "central", "complex-step", "dual", "tape"]


def noted(expr: str, at: Any, **options: Any) -> set[Note]:
    """The notes of all rows, and of the truth."""
    found = compare(expr, at, **({"backends": NUMERIC} | options))
    return {r.note for row in found.rows for r in row.remarks} | {
        r.note for r in found.truth.remarks
    }


def by_sympy() -> set[Note]:
    """The notes where no scale of growth is found, so that sympy is asked."""

    def unscaled(*_: object) -> NoReturn:
        raise Exhausted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffcmp.truth.local.scales.one_side", unscaled)
        return noted("softplus(1/x)", 0)


def explained(expr: str, at: Any) -> set[Note]:
    """The notes that an explanation adds."""
    found = explain(expr, at, backends=["dual"])
    seen = [r for a in found.anatomy for r in a.steps] + [
        r for b in found.branches for r in b.remarks
    ]
    return {r.note for r in seen} | {
        loss.remark.note for c in found.conditioning.values() for loss in c.losses
    }


NOTES: dict[Note, Callable[[], set[Note]]] = {
    Note.ZERO_OVER_ZERO: lambda: noted("sin(x)/x", 0),
    Note.INFINITE_DIFFERENCE: lambda: noted("1/x - 1/sin(x)", 0) | noted("exp(x)-exp(2*x)", 1000),
    Note.INFINITE_QUOTIENT: lambda: noted("(1/x)/(1/x**2)", 0),
    Note.ZERO_TIMES_INFINITY: lambda: noted("x*log(x)", 0),
    Note.UNTAKEN_BRANCH: lambda: noted("where(x < 1, x, sqrt(x))", 0),
    Note.OUTSIDE_DOMAIN: lambda: noted("log(x)", -1),
    Note.SINGULAR_MATRIX: lambda: noted("sum(inv(A))", {"A": [[1, 2], [2, 4]]}),
    Note.REPEATED_EIGENVALUE: lambda: noted("eigmax(A)", {"A": [[1, 0], [0, 1]]}),
    Note.DIVISION_BY_ZERO: lambda: noted("1/x", 0),
    Note.POINT_BEYOND: lambda: noted("x", 1e30, dtype="float16"),
    Note.OVERFLOW: lambda: noted("log(1+exp(x))", 800),
    Note.ROUNDED_OUT: lambda: noted("atanh(tanh(x))", 25),
    Note.ROUNDED_CONDITION: lambda: noted("where(0.1*x > 0.30000000000000001, x, 3*x)", 3),
    Note.NOT_FINITE: lambda: {r.note for r in silent_row(math.nan).remarks},
    Note.INFINITE_SLOPE: lambda: noted("sqrt(x)", 0),
    Note.STENCIL_LEAVES_DOMAIN: lambda: noted("log(x)", "1e-9"),
    Note.POINT_ROUNDED: lambda: noted("abs(x-3)", "3-1e-20", backends=["dual"]),
    Note.STENCIL_AT_EDGE: lambda: noted("cos(sqrt(x))", "0", backends=["central"]),
    Note.SUMMED: lambda: noted("lgamma(x)-lgamma(x+3)", "3e15", backends=["tape"]),
    Note.IMAGINARY_STEP_LEAVES_DOMAIN: lambda: noted("sqrt(x**2)", 0),
    Note.NO_COMPLEX_TYPE: lambda: noted("x", 1, dtype="float16"),
    Note.NO_SUCH_FORMAT: lambda: {narrow_method().note},
    Note.KINK: lambda: noted("abs(x)", 0),
    Note.JUMP: lambda: noted("floor(x)", 1),
    Note.POLE: lambda: noted("1/x", 0),
    Note.VERTICAL_TANGENT: lambda: noted("cbrt(x)", 0),
    Note.EDGE: lambda: noted("x*sqrt(x)", 0),
    Note.OUTSIDE: lambda: noted("log(x)", -1),
    Note.OSCILLATES: lambda: noted("x*sin(1/x)", 0),
    Note.UNDECIDED: lambda: noted("abs(sin(1/x))", 0),
    Note.WRONG: lambda: {r.note for r in silent_row(3.0).remarks},
    Note.LOST_BELOW_ROUNDOFF: lambda: noted("(t**2-4)/(t-2)", 2),
    Note.GUARD: lambda: noted("where(x == 0, 1, (exp(x)-1)/x)", 0),
    Note.TRUNCATION: lambda: noted("exp(-1000*(x-1)**2)", "1.1", h=0.3),
    Note.ROUNDOFF: lambda: noted("sin(x)", 1, h=1e-15),
    Note.REPRESENTATION: lambda: noted("cos(x)", "31415926535897932384.62643383279"),
    Note.CANCELLATION: lambda: noted("(1-cos(x))/x**2", "1e-8"),
    Note.UNDERFLOW: lambda: noted("exp(x)", -720),
    Note.ABSORPTION: lambda: noted("sqrt(x+1e9-1e9)", "1e-9"),
    Note.ILL_CONDITIONED: lambda: noted("sin(exp(x))", 30),
    Note.INACCURATE: lambda: noted("log(lgamma(x))", "2.0000001"),
    Note.INNER_UNDERFLOW: lambda: noted("log(exp(-x))", 800),
    Note.INNER_LOSS: lambda: noted("(1-cos(x))/x**2", "1e-8"),
    Note.STEP_CROSSES: lambda: noted("abs(x-1)*exp(x)", "0.995", backends=["central6"]),
    Note.STATIONARY: lambda: noted("cos(x)", "1e-9"),
    Note.EXTRAPOLATION: lambda: noted("sin(x)", "1e22", backends=["richardson"]),
    Note.EXTRAPOLATED_ROUNDOFF: lambda: noted("sin(x)", 1, h=1e-12, backends=["richardson"]),
    Note.KINK_OF_VALUE: lambda: noted("abs(x)", 0, order=2),
    Note.KINK_OF_SLOPE: lambda: noted("x*abs(x)", 0, order=2),
    Note.INFINITE_CURVATURE: lambda: noted("abs(x)**1.5", 0, order=2),
    Note.SECOND_EDGE: lambda: noted("x**2.5", 0, order=2),
    Note.MIXED_SINGULAR: lambda: noted("sin(x*y)/x", {"x": 0, "y": 1}, order=2, wrt=["x:y"], backends=["symbolic"]),
    Note.PROOF_UNFINISHED: lambda: noted("abs(sin(1)**2+cos(1)**2-1+x)", 0, timeout=0),
    Note.MIXED_UNDECIDED: lambda: noted("abs(x)*y", {"x": 0, "y": 1}, order=2, wrt=["x:y"]),
    Note.VALUE_NOT_FINITE: lambda: noted("x + exp(800)", 2),
    Note.COMPLEX_VALUE_NOT_FINITE: lambda: noted("x**2", 1, h=1e300, backends=["complex-step"]),
    Note.SLOPE_BEYOND: lambda: noted("x**9**9**9", 1, backends=["dual-lhopital"]),
    Note.LIMIT: lambda: noted("(1+x)**(1/x)", 0, backends=["symbolic"]),
    Note.RESOLVED: lambda: noted("sin(x)/x", 0, backends=["dual-lhopital"]),
    Note.UNRESOLVED: lambda: noted("sin(x*y)/(x*y)", {"x": 0, "y": 0}, backends=["dual-lhopital"]),
    Note.WIDENED: lambda: noted("log(1+exp(x))", 800, backends=["dual-lhopital"]),
    Note.REFINED: lambda: noted("(1-cos(x))/x**2", "1e-8", backends=["dual-lhopital"]),
    Note.TAKEN_AS_ZERO: lambda: noted("sin(x)**2+cos(x)**2", "0.3", backends=["dual-lhopital"]),
    Note.DIRECTION: lambda: noted("x*y/(x**2+y**2)", {"x": 0, "y": 0}, backends=["tape-lhopital"]),
    Note.NO_LIMIT: lambda: noted("abs(x)", 0, backends=["symbolic"]),
    Note.SYMBOLIC_UNFINISHED: lambda: noted("sin(x)", 1, backends=["symbolic"], timeout=1e-9),
    Note.DIRECTIONAL: lambda: noted("sum(x**2)", ["0.5"] * 65, backends=["central"]),
    Note.TOO_MANY_NUMBERS: lambda: noted("sum(x**2)", ["0.5"] * 1001, backends=["dual-lhopital"]),
    Note.SAMPLED: lambda: {r.note for r in matrix("hessian", "prod(x)", ["0.5"] * 18).remarks},
    Note.UNASKED: lambda: {r.note for r in diffcmp.map("x", 0, 1, timeout=1e-9, backends=["dual"]).remarks},
    Note.UNTIMED: lambda: benched("(t**2-4)/(t-2)", 2, ["dual"]),
    Note.UNABLE: lambda: without("mpmath", lambda: {r.note for row in bench(["truth"], quick=True).rows for r in row.remarks}),
    Note.ENDED: lambda: {r.note for r in broken_method().remarks},
    Note.ZERO_ASSUMED: lambda: {
        r.note for r in certify(
            "(x-1)/(x-1+gamma(1/3)*gamma(2/3)-2*pi/sqrt(3))", 1, timeout=0.001,
        ).remarks
    },
    Note.SYMBOLIC_TRUTH: by_sympy,
    Note.LOSES: lambda: explained("sqrt(x+1)-sqrt(x)", "1e12"),
    Note.SINGULAR_BRANCH: lambda: explained("where(x < 1, x, sqrt(x))", 0),
    Note.GUARDED_BRANCH: lambda: explained("where(x == 0, 1, (exp(x)-1)/x)", 0),
    Note.CHOOSES: lambda: explained("where(x < 1, x, sqrt(x))", 0),
    Note.DOUBLE_WHERE_RIGHT: lambda: explained("where(x < 1, x, sqrt(x))", 0),
    Note.DOUBLE_WHERE_WRONG: lambda: explained("where(x == 0, 1, (exp(x)-1)/x)", 0),
    Note.DOUBLE_WHERE_CHANCE: lambda: explained("where(x == 0, 1, sin(x)/x)", 0),
    Note.DOUBLE_WHERE_NONE: lambda: explained("where(x > 0, sqrt(x), 0)", 0),
    Note.FOUND_BY_BALLS: lambda: explained("sin(x)", 1),
    Note.DERIVATIVE_UNKNOWN: lambda: noted("sqrt(sin(x))/x", "inf"),
    Note.PARTLY_DEFINED: lambda: noted("sqrt(sin(x))/x", "inf"),
    Note.SLOPES_MISSING: lambda: noted("floor(x)", "inf"),
    Note.AT_INFINITY: lambda: noted("sin(x)", "inf"),
    Note.FOUND_BY_SERIES_FAR: lambda: explained("1/x", "inf"),
    Note.FOUND_BY_SCALES: lambda: explained("sin(x)", "-inf"),
    Note.FOUND_BY_SERIES: lambda: explained("sin(x)/x", 0),
    Note.UNDEFINED_THERE: lambda: explained("sin(x)/x", 0),
    Note.SIDES_DIFFER: lambda: explained("abs(x)", 0),
    Note.OTHER_BRANCH_THERE: lambda: explained("where(x == 0, 1, (exp(x)-1)/x)", 0),
    Note.EVEN_ROOT: lambda: explained("sqrt(x**2)", 0),
    Note.OSCILLATION: lambda: noted("abs(sin(1/x))", 0),
    Note.KEEPS_OSCILLATING: lambda: noted("x*sin(1/x)", 0),
}  # fmt: skip


TARGETS = {Note.LHOPITAL, Note.LIMIT_UNFINISHED, Note.SYMBOLIC_FAILED}


class Lost:
    """A task that will not be answered."""

    def __init__(self, error: worker.WorkerError) -> None:
        self.error = error

    def result(self, timeout: float) -> Any:
        raise self.error

    def cancel(self) -> None:
        """Nothing runs."""


@pytest.mark.parametrize(("note", "error", "by_rule_too"), [
    (Note.LHOPITAL, worker.WorkerTimeout(), False),
    (Note.LIMIT_UNFINISHED, worker.WorkerTimeout(), True),
    (Note.SYMBOLIC_FAILED, worker.WorkerFailed("NotImplementedError: no limit"), True),
])  # fmt: skip
def test_limits_that_fail(
    note: Note, error: worker.WorkerError, by_rule_too: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a hung or broken `limit` leads to: sympy's own is bypassed, the rule tried, and its
    failure told."""
    submit = worker.Worker.submit

    def fail(self: worker.Worker, target: str, *arguments: Any) -> Any:
        limit = target.endswith(":limits")
        return (
            Lost(error)
            if limit and (by_rule_too or arguments[-1] is not True)
            else submit(self, target, *arguments)
        )

    monkeypatch.setattr(worker.Worker, "submit", fail)
    assert note in noted("sin(x)/x", 0, backends=["symbolic"])


@pytest.mark.parametrize("note", [n for n in Note if n not in TARGETS], ids=lambda n: n.name)
def test_every_note_can_be_provoked(note: Note) -> None:
    assert note in NOTES, "provoke it, or delete it"
    assert note in NOTES[note]()


def test_an_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with pytest.raises(InputError, match="it is a folder"):
        writable(str(tmp_path / "d"))


def test_a_message_names_a_long_thing_by_its_ends() -> None:
    with pytest.raises(InputError) as refused:
        certify("sin(x)", "a" + "1" * 900)
    assert len(str(refused.value)) < 1500
    assert "a1111" in str(refused.value)


def test_what_a_debugger_shows() -> None:
    assert repr(Note.JUMP) == "Note.JUMP"
    assert repr(remark(Note.JUMP)).startswith("Remark(note=Note.JUMP, facts=()")
    assert repr([Fault.EMPTY, Breakdown.TIME]) == "[Fault.EMPTY, Breakdown.TIME]"
    assert repr(InputError(Fault.EMPTY)) == "InputError('the expression is empty')"
    assert repr(ComputationError(Breakdown.MEMORY)).startswith("ComputationError('out of memory")


def test_an_old_name_still_works_and_says_so() -> None:
    with pytest.warns(DeprecationWarning, match=r"diffcmp\.along is called diffcmp\.map now"):
        old = diffcmp.along
    assert old is diffcmp.map
