"""What is refused is one message with the piece underlined, and no text of the user's is ever
obeyed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import SCRIPT, run

BACKENDS = ["--backend", "central"]


@pytest.mark.parametrize(("expression", "at", "piece"), [
    ("x*y", "x=2,y=foo(3)", "foo"),
    ("x*y", "x=2,y=1/0", "1/0"),
    ("x*y", "x=2,y= z", "z"),
    ("x*y", "x=2,z=1", "z"),
    ("x*y", "x=2", "y"),
    ("x*y", "2", "y"),
    ("x", "x=1,x=2", "x"),
    ("x", "x=1,2", "2"),
    ("x", "1e9999", "1e9999"),
    ("x", " nan ", "nan"),
    ("x", "2+*3", "*"),
    ("2", "1", "2"),
    ("x + 1e9999", "1", "1e9999"),
    ("x + " + "(" * 250 + "y" + ")" * 250, "1", "("),
])  # fmt: skip
def test_the_piece_is_underlined(expression: str, at: str, piece: str) -> None:
    done = run("grad", expression, "--at", at)
    assert (done.returncode, done.stdout) == (2, "")
    message, line, carets, *advice = done.stderr.splitlines()
    assert message.startswith("diffcmp: ")
    assert line[carets.index("^") : carets.rindex("^") + 1] == piece
    assert len(advice) == 1


@pytest.mark.parametrize(("expression", "at", "says"), [
    ("x+" * 15_000 + "x", "1", "the limit is 20000"),
    ("sin(" * 120 + "x" + ")" * 120, "1", "the limit is 90 levels"),
    ("x+" * 9_000 + "x", "1", "too many operations"),
    ("x*1" + "0" * 1500, "1", "at most 1000 digits"),
    ("x", "1e5001", "exponent up to 5000"),
    ("x", "1e4999*1e4999", "not a finite real number"),
])  # fmt: skip
def test_every_limit_is_named(expression: str, at: str, says: str) -> None:
    done = run("grad", expression, "--at", at)
    assert done.returncode == 2
    assert says in done.stderr
    assert "^" in done.stderr


@pytest.mark.parametrize(("expression", "at"), [
    ("x-1e4999", "1/3"), ("floor(1e5000*x)", "1/3"), ("x*1e-5000", "1e-4999"), ("c1_2*2", "5"), ("x**(10**400)", "1.0001"),
])  # fmt: skip
@pytest.mark.parametrize(
    "form",
    [[], ["--json"], ["--csv"], ["--dtype", "longdouble"]],
    ids=["text", "json", "csv", "wide"],
)
def test_numbers_of_any_size_are_answered(expression: str, at: str, form: list[str]) -> None:
    done = run("grad", expression, "--at", at, "--backend", "central,complex-step,dual,tape", *form)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "form",
    [[], ["--json"], ["--csv"], ["--markdown"], ["--plot", "a.png"]],
    ids=lambda form: "".join(form[:1]),
)
def test_a_derivative_beyond_all_exponents_is_swept(tmp_path: Path, form: list[str]) -> None:
    done = run(
        "sweep-h",
        "x**(10**400)",
        "--at",
        "1.0001",
        "--backend",
        "central",
        "--h-min",
        "0.01",
        *form,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", [
    "[red]x[/red]", r"$\\alpha$", "`touch PWNED`", "$(touch PWNED)", "x;touch PWNED", "x\x1b[31m", "x\u202e+1", "\u2066x", ":smile:",
    "x\x00", "--\x1b[31m", "{x}", "%s",
])  # fmt: skip
@pytest.mark.parametrize("where", ["expression", "point", "name", "backend", "option"])
def test_hostile_text_is_refused_and_not_obeyed(tmp_path: Path, text: str, where: str) -> None:
    arguments = {
        "expression": [text, "--at", "1"], "point": ["x", "--at", text], "name": ["x", "--at", f"{text}=1"],
        "backend": ["x", "--at", "1", "--backend", text], "option": ["x", "--at", "1", "--dtype", text],
    }[where]  # fmt: skip
    done = run("grad", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert os.listdir(tmp_path) == []
    assert all(c.isprintable() or c == "\n" for c in done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name",
    ["$x$.png", "$\\frac{1.svg", "[bold]a.pdf", "`a`.png", "$(touch b).png", "a b;c.png", "-.png"],
)
def test_the_name_of_a_figure_is_a_name(tmp_path: Path, name: str) -> None:
    done = run("sweep-h", "sin(x)", "--at", "1", f"--plot={name}", *BACKENDS, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert os.listdir(tmp_path) == [name]


def test_the_name_of_a_file_is_a_name(tmp_path: Path) -> None:
    done = run("grad", "sin(x)", "--at", "1", "-o", "[bold]$x$`a`.json", *BACKENDS, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "[bold]$x$`a`.json").read_text())["schema"] == 2


def test_a_name_is_what_python_makes_of_it() -> None:
    done = run(
        "grad", "\u00b5*x", "--at", "\u00b5=2,x=3", "--wrt", "\u00b5", "--json", *BACKENDS
    )  # the micro sign
    assert json.loads(done.stdout)["at"] == {"\u03bc": "2", "x": "3"}


@pytest.mark.parametrize("value", ["0", "-1", "nan", "-inf", "x"])
def test_a_senseless_timeout_is_refused(value: str) -> None:
    done = run("grad", "x", "--at", "1", f"--timeout={value}")
    assert done.returncode == 2
    assert "--timeout" in done.stderr


def test_an_infinite_timeout_is_no_limit() -> None:
    done = run("grad", "abs(x)", "--at", "0", "--timeout", "inf", "--json", *BACKENDS)
    assert json.loads(done.stdout)["truth"]["kind"] == "kink"


@pytest.mark.parametrize(("arguments", "says"), [
    (["grad", "x", "--at"], "Option '--at' requires an argument."),
    (["grad", "-x", "--at", "1", "--backend"], "Option '--backend' requires an argument."),
    (["map", "x*y", "--from", "0", "--to", "1"], "Name it with --wrt."),
])  # fmt: skip
def test_an_option_that_is_missing_is_named(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].removeprefix("Error: ") == says


@pytest.mark.parametrize("module", ["sympy", "numpy", "diffcmp"])
def test_no_module_of_the_working_directory_is_imported(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text("open('obeyed', 'w').close()")
    line = [
        "grad",
        "sin(x)",
        "--at",
        "1",
        "--backend",
        "symbolic",
        "-o",
        "answer.json",
        "--timeout",
        "60",
    ]
    script = [sys.executable, "-P", "-c", SCRIPT]  # -P: as the console script is started
    done = subprocess.run([*script, *line], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(os.listdir(tmp_path)) == ["answer.json", f"{module}.py"]
