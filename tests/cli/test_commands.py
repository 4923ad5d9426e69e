"""The commands as a user runs them: output, files, exit codes."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from diffcmp import files
from tests.cli.runner import SCRIPT, process, run
from tests.scripts import assert_golden

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema.json").read_text())
GOLDEN = Path(__file__).parent / "golden"


FAST = ["--backend", "forward,central,complex-step,dual,tape"]


def test_grad_json(tmp_path: Path) -> None:
    done = run(
        "grad", "(t**2-4)/(t-2)", "--at", "2", "--json", "-o", "out.json", *FAST, cwd=tmp_path
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = json.loads((tmp_path / "out.json").read_text())
    jsonschema.validate(found, SCHEMA)
    assert found["truth"]["kind"] == "removable"
    assert os.listdir(tmp_path) == ["out.json"]


def test_vectors_in_json() -> None:
    done = run("grad", "norm(x-y)*t", "--at", "x=[0,0.1],y=[1,2]", "--at", "t=pi", "--json", *FAST)
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    assert found["variables"] == ["x", "y", "t"]
    assert found["at"] == {"x": ["0", "0.1"], "y": ["1", "2"], "t": "pi"}
    assert [len(found["truth"]["derivative"][name]) for name in "xy"] == [2, 2]
    for row in found["results"]:
        assert row["worst"] in ("x[0]", "x[1]", "y[0]", "y[1]", "t")
        assert row["norm_error"] < 1e-6


def test_sweep_csv() -> None:
    done = run("sweep", "sin(x)", "--at", "1", "--csv", "--backend", "central", "--h-min", "1e-4")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 17
    assert {"h", "total", "truncation", "roundoff", "representation"} <= set(rows[0])


@pytest.mark.parametrize(("expr", "at"), [
    ("(1-cos(x))/x**2", "1e-8"), ("(t**2-4)/(t-2)", "2"), ("where(x == 0, 1, (exp(x)-1)/x)", "0"), ("x*log(-log(x))", "0"),
    ("exp(1/x)*y", "x=0,y=1"), ("x*sin(1/x)", "0"), ("x*y/(x**2+y**2)", "x=0,y=0"),
])  # fmt: skip
def test_explain_json(expr: str, at: str) -> None:
    found = json.loads(run("explain", expr, "--at", at, "--json", *FAST).stdout)
    jsonschema.validate(found, SCHEMA)
    assert set(found["explanation"]["conditioning"]) == set(found["variables"])


def test_explain_names_what_was_lost_and_what_to_do() -> None:
    """The case of the lecture: all digits of 1-cos(x) are gone at 1e-8, and the half angle saves
    them."""
    done = run(
        "explain", "(1-cos(x))/x**2", "--at", "1e-8", "--json", "--backend", "dual,dual-lhopital"
    )
    found = json.loads(done.stdout)["explanation"]
    (loss,) = found["conditioning"]["x"]["losses"]
    assert (loss["piece"], loss["cause"], round(loss["lost"])) == ("1-cos(x)", "cancellation", 16)
    (passage,) = found["passages"]
    assert [link["piece"] for link in passage["links"]] == ["1-cos(x)", "(1-cos(x))/x**2"]
    assert (passage["backends"], passage["links"][0]["true"][:4]) == (["dual"], "5.00")
    offered = {s["text"]: s for s in found["suggestions"]}
    assert offered["2*sin(x/2)**2/x**2"]["value"]["digits_after"] > 15
    assert offered["dual-lhopital"]["derivative"]["digits_after"] > 15


def test_explain_in_other_forms() -> None:
    assert (
        "sinc(x/2)" in run("explain", "(1-cos(x))/x**2", "--at", "1e-8", "--markdown", *FAST).stdout
    )
    rows = list(
        csv.DictReader(io.StringIO(run("explain", "sin(x)", "--at", "1", "--csv", *FAST).stdout))
    )
    assert len(rows) == 5


@pytest.mark.parametrize(("expr", "at", "more"), [
    ("x*log(x)", "0", []), ("1/x", "0", ["--from", "left"]), ("sin(1/x)", "0", []), ("(1+1/x)**x", "inf", ["--digits", "10"]),
    ("x*y/sin(x)", "x=0,y=sqrt(2)", ["--wrt", "x"]), ("sqrt(x)", "-1", []), ("atan(x)", "-inf", ["--no-paper"]),
])  # fmt: skip
def test_limit_json(expr: str, at: str, more: list[str]) -> None:
    done = run("limit", expr, "--at", at, "--json", *more)
    assert done.returncode == 0
    jsonschema.validate(json.loads(done.stdout), SCHEMA)


def test_limit_on_paper() -> None:
    """The form, each line with what its parts tend to, and sympy beside."""
    found = json.loads(run("limit", "(1-cos(x))/x**2", "--at", "0", "--json").stdout)
    paper = found["papers"]["right"]
    (chain,) = paper["chains"]
    assert (paper["form"], chain["uses"], chain["outcome"]) == ("0/0", 2, "settled")
    assert [(part["text"], part["limit"]) for part in chain["steps"][0]["parts"]] == [
        ("1-cos(x)", "0"),
        ("x**2", "0"),
    ]
    assert (paper["sympy"]["answer"], paper["sympy"]["verdict"]) == ("1/2", "agrees")
    shown = run("limit", "(1-cos(x))/x**2", "--at", "0").stdout
    for part in ("lim f = 1/2 = 0.5", "the form 0/0", "L'Hôpital's rule", "sympy's limit gave 1/2"):
        assert part in shown


def test_limit_in_other_forms() -> None:
    markdown = run("limit", "1/x", "--at", "0", "--markdown", "--no-paper").stdout
    assert "f has no limit: -∞ from the left, ∞ from the right" in markdown
    assert "| left | -∞ | -∞ |" in markdown
    table = run("limit", "sin(x)", "--at", "inf", "--csv", "--no-paper").stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["function"], row["least"], row["greatest"]) for row in rows] == [
        ("f", "-1.00000000000000000000000000000", "1.00000000000000000000000000000"),
        ("derivative", "-1.00000000000000000000000000000", "1.00000000000000000000000000000"),
    ]


@pytest.mark.parametrize(("arguments", "says"), [
    (["x*y", "--at", "x=1,y=2"], "which one?"), (["x", "--at", "inf", "--from", "right"], "inf cannot be approached from the right"),
    (["x", "--at", "0", "--from", "above"], "'above' is not one of 'left', 'right'"), (["exp(sinn(x))", "--at", "0"], "exp(sinn(x))"),
    (["x"], "--at"), (["x", "--at", "nan"], "not a finite real number"), (["x*y", "--at", "x=inf,y=-inf"], "infinite together"),
    (["x", "--at", "0", "--digits", "0"], "0 digits were asked for"),
])  # fmt: skip
def test_limits_that_make_no_sense(arguments: list[str], says: str) -> None:
    done = run("limit", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_map_json() -> None:
    done = run(
        "map",
        "abs(x-1/3)*y",
        "--at",
        "y=2",
        "--from",
        "-1",
        "--to",
        "pi/4",
        "--points",
        "11",
        "--json",
        *FAST,
    )
    found = json.loads(done.stdout)
    jsonschema.validate(found, SCHEMA)
    assert (found["variables"], found["at"], found["from"], found["to"]) == (
        ["x"],
        {"y": "2"},
        "-1",
        "pi/4",
    )
    assert found["special"] == [{"kind": "kink", "from": "(1/3)", "to": "(1/3)", "points": 1}]
    assert [len(m["digits"]) for m in found["methods"]] == [13] * 5  # with 0 and 1/3


def test_map_csv_and_a_figure(tmp_path: Path) -> None:
    done = run(
        "map",
        "sin(x)/x",
        "--from",
        "1e-3",
        "--to",
        "1",
        "--log",
        "--points",
        "4",
        "--csv",
        "--plot",
        "a.svg",
        *FAST,
        cwd=tmp_path,
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["point"] for row in rows[:4]] == ["1e-3", "0.01", "0.1", "1"]
    assert len(rows) == 4 * 5
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_plot(tmp_path: Path, suffix: str, magic: bytes) -> None:
    done = run(
        "sweep-h",
        "sin(x)",
        "--at",
        "1",
        "--plot",
        f"a.{suffix}",
        "--backend",
        "central",
        cwd=tmp_path,
    )
    assert done.returncode == 0
    assert (tmp_path / f"a.{suffix}").read_bytes().startswith(magic)


@pytest.mark.parametrize(("arguments", "says"), [
    (["grad", "exp(sinn(x))", "--at", "1"], "Did you mean 'sin'?"),
    (["grad", "x*y", "--at", "2"], "x=1,y=2"),
    (["grad", "x", "--at", "nan"], "not a finite real number"),
    (["grad", "x", "--at", "1", "--h", "0"], "positive finite"),
    (["grad", "x", "--at", "1", "--h", "nan"], "positive finite"),
    (["grad", "x", "--at", "1", "--digits", "1000000000"], "1 to"),
    (["grad", "x", "--at", "1", "--json", "--csv"], "choose one"),
    (["grad", "x", "--at", "1", "--json", "-o", "no/such/out.json"], "no such folder"),
    (["grad", "x", "--at", "1", "--backend", "duel"], "Did you mean 'dual'?"),
    (["grad", "x", "--at", "1", "--wrt", "z"], "'z'"),
    (["grad", "x", "--at", "1", "--timeout", "0"], "timeout"),
    (["grad", "x"], "--at"),
    (["grad", "x", "--at", "1", "--no-such-option"], "no-such-option"),
    (["sweep-h", "x", "--at", "1", "--backend", "dual"], "no step size"),
    (["sweep-h", "x", "--at", "1", "--h-min", "0"], "positive finite"),
    (["sweep-h", "x", "--at", "1", "--plot", "a.xyz"], ".png"),
    (["sweep-h", "x", "--at", "1e30", "--dtype", "float16"], "float16"),
    (["map", "x", "--from", "1", "--to", "-1"], "--from must be smaller than --to"),
    (["map", "x", "--from", "0", "--to", "1", "--points", "20001"], "2 to 20000"),
    (["map", "x", "--from", "0", "--to", "1", "--points", "1"], "2 to 20000"),
    (["map", "x", "--from", "0", "--to", "1", "--log"], "both ends must lie on one side of 0"),
    (["map", "x", "--from", "0", "--to", "1e5", "--dtype", "float16"], "float16"),
    (["map", "x", "--from", "0", "--to", "y"], "'y' is a variable"),
    (["map", "x", "--from", "0", "--to", "inf"], "not a finite real number"),
    (["map", "x*y", "--from", "0", "--to", "1"], "x, y: which one?"),
    (["map", "x*y", "--from", "0", "--to", "1", "--wrt", "x"], "--at y=1"),
    (["map", "x*y", "--from", "0", "--to", "1", "--wrt", "x", "--at", "x=1,y=1"], "cannot fix it"),
    (["map", "x", "--from", "0", "--to", "1", "--at", "2"], "--at x=2,y=3"),
    (["map", "x", "--from", "0", "--to", "1", "--plot", "a.gif"], ".png"),
    (["map", "x", "--from", "0"], "--to"),
])  # fmt: skip
def test_bad_input_is_refused(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert os.listdir(tmp_path) == []


def test_a_file_that_cannot_be_replaced_stays(tmp_path: Path) -> None:
    (tmp_path / "keep.json").write_text("mine")
    done = run("grad", "sin(x", "--at", "1", "--json", "-o", "keep.json", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "keep.json").read_text() == "mine"


SQUARE = ["grad", "x**2", "--at", "1", "--backend", "dual"]
FAILURES = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there",
    errno.EIO: "check the device",
    errno.EROFS: "make the file system writable",
    errno.EFBIG: "raise the limit of the size of files",
    errno.EMFILE: "raise the limit of open files",
    errno.ENOLCK: "name a file elsewhere",
}


@pytest.mark.parametrize("step", ["open", "write", "fsync", "close"])
@pytest.mark.parametrize("number", FAILURES, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("linked", [False, True])
def test_a_system_that_cannot_write_is_no_fault_of_the_name(
    tmp_path: Path, step: str, number: int, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is there, and was not written: 1, with the advice for what happened."""
    target = tmp_path / "keep.json"
    target.write_text("mine, and longer than what comes")
    if linked:
        os.link(target, tmp_path / "other")

    def broken(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise OSError(number, os.strerror(number))

    class Broken:
        """The module `os`, of which one function fails once."""

        def __getattr__(self, name: str) -> object:
            return broken if name == step else getattr(os, name)

    monkeypatch.setattr(files, "os", Broken())
    done = run(*SQUARE, "--json", "-o", "keep.json", cwd=tmp_path)
    if number == errno.EROFS and not linked:  # no new file beside it: it is written in place
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert os.strerror(number) in done.stderr
    assert FAILURES[number] in done.stderr
    if step != "close":
        assert target.read_text() == "mine, and longer than what comes"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".diffcmp")]


def test_a_circle_of_links_is_no_fault_of_the_name(tmp_path: Path) -> None:
    (tmp_path / "loop.json").symlink_to("loop.json")
    done = run(*SQUARE, "-o", "loop.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "repair the symbolic links" in done.stderr


def test_an_expression_may_begin_with_a_minus_sign() -> None:
    done = run("grad", "-x**2", "--at", "-3", "--json", "--backend", "dual")
    assert json.loads(done.stdout)["results"][0]["derivative"]["x"] == 6.0


def test_at_may_be_repeated_and_names_may_be_greek() -> None:
    done = run("grad", "α*sin(β)", "--at", "α=2", "--at", "β=1", "--json", "--backend", "tape")
    assert json.loads(done.stdout)["at"] == {"α": "2", "β": "1"}


def test_no_colour_and_no_markup_off_a_terminal() -> None:
    done = run("grad", "where(x > 0, x, 2*x)", "--at", "0", *FAST)
    assert "\x1b" not in done.stdout
    assert "kink" in done.stdout


def test_code_prints_the_program_and_python() -> None:
    done = run("code", "exp(x)*y", "--backend", "tape")
    assert "%2: real = exp(x)" in done.stdout
    assert "def tape_f(x, y):" in done.stdout


def test_help_and_version() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("compare, grad ", "sweep, sweep-h ", "Examples"))
    assert run("--version").stdout.startswith("diffcmp, version")
    functions = run("--functions").stdout
    assert all(
        word in functions
        for word in ("softplus", "also swish", "logsumexp(x)", "solve(A, b)", "x[1:]", "linspace")
    )


@pytest.mark.parametrize(("second", "first", "options"), [
    ("grad", "compare", ["--backend", "dual"]), ("sweep-h", "sweep", ["--backend", "central", "--h-min", "1e-3"]),
])  # fmt: skip
def test_a_second_name_is_the_same_command(second: str, first: str, options: list[str]) -> None:
    arguments = ["sin(x)", "--at", "1", "--csv", *options]
    answers = [run(name, *arguments).stdout.splitlines() for name in (first, second)]
    assert answers[0][0] == answers[1][0]
    assert len(answers[0]) == len(answers[1]) > 1
    assert run(second, "--help").stdout == run(first, "--help").stdout.replace(
        f"Usage: diffcmp {first}", f"Usage: diffcmp {second}"
    )


def test_completion() -> None:
    assert "_DIFFCMP_COMPLETE" in run("completion", "bash").stdout


@pytest.mark.parametrize(("typed", "offered"), [
    ("diffcmp gr", ["grad"]), ("diffcmp sw", ["sweep", "sweep-h"]), ("diffcmp co", ["compare", "code", "completion"]),
    ("diffcmp grad --backend dual-l", ["dual-lhopital"]), ("diffcmp compare --ful", ["--full"]),
])  # fmt: skip
def test_the_shell_completes_every_name(typed: str, offered: list[str]) -> None:
    words = typed.split()
    completed = run(
        _DIFFCMP_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(len(words) - 1)
    )
    assert [line.split(",")[1] for line in completed.stdout.splitlines()] == offered


def test_the_guard_passes_streams_and_exit_codes_on() -> None:
    answer = process("compare", "x**2", "--at", "3", "--csv", "--backend", "dual")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.count("\n") == 2
    refusal = process("compare", "x**2", "--at", "y")
    assert (refusal.returncode, refusal.stdout) == (2, "")
    assert refusal.stderr.startswith("diffcmp: ")


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_closed_pipe_is_no_error(reader: str) -> None:
    command = f"{sys.executable} -c '{SCRIPT}' sweep 'sin(x)' --at 1 --csv --backend central"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | {reader}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == ""


IMPORTS = """
import sys
sys.argv = ["diffcmp", *{arguments!r}]
from diffcmp.cli import main
try:
    main()
except SystemExit:
    pass
print("LOADED", *sorted({{"numpy", "sympy", "flint", "matplotlib", "plotext", "rich"}} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(("arguments", "without"), [
    (["--help"], {"numpy", "sympy", "flint", "matplotlib", "plotext", "rich"}),
    (["--functions"], {"numpy", "sympy", "flint", "matplotlib", "plotext", "rich"}),
    (["grad", "sin(x)", "--at", "1", "--backend", "dual"], {"sympy", "matplotlib", "plotext"}),
    (["grad", "sin(x)", "--at", "1", "--backend", "dual", "--json"], {"sympy", "matplotlib", "plotext", "rich"}),
    (["sweep-h", "sin(x)", "--at", "1", "--csv"], {"sympy", "matplotlib", "plotext", "rich"}),
    (["map", "sin(x)", "--from", "0", "--to", "1", "--points", "3", "--backend", "dual", "--csv"], {"sympy", "matplotlib", "plotext", "rich"}),
])  # fmt: skip
def test_nothing_is_imported_that_is_not_needed(arguments: list[str], without: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS.format(arguments=arguments)], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stderr.split("LOADED")[1].split())
    assert not loaded & without


LEGEND = re.compile(r"$|[a-z, ]+: ")  # a blank line, or the explanation of the columns


def without_times(text: str) -> str:
    """The text without the last column of the table of results, which differs from run to run."""
    lines, cut = [], None
    for line in text.splitlines():
        if line.endswith("time"):
            cut = len(line.removesuffix("time").rstrip())
        elif LEGEND.match(line):
            cut = None
        lines.append(line[:cut].rstrip())
    return "\n".join(lines)


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize(("name", "arguments"), [
    ("kink", ["grad", "relu(x)", "--at", "0"]),
    ("several", ["grad", "x**2*y", "--at", "x=2,y=pi/4"]),
    ("sweep", ["sweep-h", "exp(x)", "--at", "1", "--h-min", "1e-6"]),
    ("second", ["grad", "x**2*exp(y)", "--at", "x=1,y=0", "--order", "2", "--wrt", "x,x:y"]),
    ("second-joint", ["grad", "x*abs(x)", "--at", "0", "--order", "2"]),
    ("second-sweep", ["sweep-h", "exp(x)", "--at", "1", "--h-min", "1e-6", "--order", "2"]),
    ("map", ["map", "sin(x)/x", "--from", "-3", "--to", "3", "--points", "61"]),
    ("explain-lost", ["explain", "(1-cos(x))/x**2", "--at", "1e-8"]),
    ("explain-guard", ["explain", "where(x == 0, 1, (exp(x)-1)/x)", "--at", "0"]),
    ("vectors", ["grad", "norm(x-y)*t", "--at", "x=[0,0.5],y=[1,2],t=3"]),
    ("long", ["grad", "sum(100*(x[1:]-x[:-1]**2)**2+(1-x[:-1])**2)", "--at", "x=linspace(-1,1,30)"]),
    ("limit-removable", ["limit", "(1-cos(x))/x**2", "--at", "0"]),
    ("limit-jump", ["limit", "atan(1/x)", "--at", "0"]),
    ("limit-step", ["limit", "floor(x)", "--at", "2"]),
    ("limit-edge", ["limit", "x**x", "--at", "0"]),
    ("limit-infinity", ["limit", "exp(x)/x**100", "--at", "inf"]),
    ("limit-oscillates", ["limit", "sin(1/x)", "--at", "0"]),
    ("limit-one-side", ["limit", "abs(x)/x*y", "--at", "x=0,y=1/3", "--wrt", "x", "--from", "left"]),
    ("explain-root", ["explain", "sqrt(x**2)*y", "--at", "x=0,y=-1/3"]),
])  # fmt: skip
def test_golden_output(name: str, arguments: list[str], columns: str) -> None:
    """What a person sees, but for the times; DIFFCMP_REGOLD=1 writes the files again."""
    backends = ["--backend", "forward,central"] if arguments[0] == "sweep-h" else FAST
    if arguments[0] == "limit":
        backends = ["--no-paper"]
    seen = without_times(run(*arguments, *backends, COLUMNS=columns).stdout)
    assert_golden(GOLDEN / f"{name}-{columns}.txt", seen)
