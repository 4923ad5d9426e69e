"""Standard streams in any state and encoding: one message, the right exit code, never a traceback."""

from __future__ import annotations

import itertools
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from diffcmp.cli.signs import fitted, plain
from diffcmp.report.screen import WIDEST, screen
from tests.cli.runner import SCRIPT, process, run
from tests.cli.test_guard import GUARDED, nothing_left, started

pytestmark = pytest.mark.skipif(os.name != "posix", reason="handles as POSIX has them")
BUSY = ["--timeout", "100"]  # on a machine that does much else
ANSWER = ["compare", "sin(x)", "--at", "1", "--backend", "dual", *BUSY]
SWEEP = ["sweep", "sin(x)", "--at", "1", "--backend", "central", *BUSY]
DRAWING = [*SWEEP, "--h-min", "1e-9", "--per-decade", "1"]
MISTAKE = ["compare", "sinn(x)", "--at", "1"]
FULL = "diffcmp: cannot write to standard output: No space left on device; choose a file with -o\n"
CLOSED = "diffcmp: cannot write to standard output: Bad file descriptor; choose a file with -o\n"


def shell(
    redirections: str, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """The command as a shell starts it, with some of its streams elsewhere."""
    line = f'ulimit -c 0; exec "$@" {redirections}'
    return subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True, timeout=110, check=False, cwd=cwd, env={**os.environ, "COLUMNS": "100", **environment},
    )  # fmt: skip


@pytest.mark.parametrize(("redirections", "arguments", "code", "message"), [
    (">/dev/full", ["--help"], 1, FULL),
    (">/dev/full", ANSWER, 1, FULL),
    (">&-", ["--version"], 1, CLOSED),
    (">&-", ANSWER, 1, CLOSED),
    ("2>&-", MISTAKE, 2, ""),
    ("2>/dev/full", MISTAKE, 2, ""),
    ("<&- >&- 2>&-", MISTAKE, 2, ""),
    ("<&- >&- 2>&-", ["--version"], 1, ""),
])  # fmt: skip
def test_a_stream_that_takes_nothing(
    redirections: str, arguments: list[str], code: int, message: str
) -> None:
    done = shell(redirections, *arguments)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (code, b"", message)


def test_without_any_stream_a_file_is_written(tmp_path: Path) -> None:
    done = shell("<&- >&- 2>&-", *ANSWER, "-o", "a.json", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert json.loads((tmp_path / "a.json").read_text())["schema"] == 2
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_reader_that_leaves_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, "--help"],
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin1", "cp437", "cp1252"])
def test_every_encoding_gets_substitutes(encoding: str) -> None:
    done = shell("", *DRAWING, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert "\n  f" in text
    assert "?" not in text
    assert "\\u" not in text


@pytest.mark.parametrize(("text", "ascii"), [
    ("f′ ≈ 10⁻¹²", "f' ~ 10^-12"), ("∂f/∂x₁₂", "df/dx_12"), ("L'Hôpital: 0·∞ → ½", "L'Hopital: 0*inf -> 1/2"),
    ("τ λ Δ µ", "tau lambda Delta mu"), ("f⁽ⁿ⁾ ‖x‖", "f^(n) ||x||"), ("∛u·max(|x|, 1)", "cbrt(u)*max(|x|, 1)"), ("3√h + √(x)", "3sqrt(h) + sqrt(x)"), ("─┴─ ▁█ ⠁⣿", "-+- _# .#"), ("中", "\\u4e2d"), ("\udcff", "\\udcff"),
])  # fmt: skip
def test_a_sign_has_a_plain_substitute(text: str, ascii: str) -> None:
    assert plain(text) == ascii


def pointed_at(text: str) -> list[str]:
    """The pieces of lines under which there are carets."""
    pieces = []
    for above, line in itertools.pairwise(text.splitlines()):
        if line.strip(" ^") == "" and "^" in line:
            pieces.append(above[line.index("^") : line.rindex("^") + 1])
    return pieces


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "latin1"])
@pytest.mark.parametrize(("expression", "at"), [
    ("α²*ω + sinn(β)", "α=1"), ("∛u + max(2x)", "1"), ("sin(ζ*ψ)*cosh(ω, ω) + 1", "ζ=1"), ("ψ + [1, 2]*[ψ, 1, ψ]", "1"),
    ("where(ω>1,ω,sqrt(ω))", "0"), ("λ+sqrt(ω*λ)", "λ=0,ω=1"),
])  # fmt: skip
def test_carets_stay_under_what_they_point_at(encoding: str, expression: str, at: str) -> None:
    arguments = ["grad", expression, "--at", at, "--backend", "tape,central", *BUSY]
    shown = [shell("", *arguments, PYTHONIOENCODING=name) for name in ("utf-8", encoding)]
    ours, theirs = (done.stdout + done.stderr for done in shown)
    pieces = pointed_at(ours.decode())
    assert pieces
    assert pointed_at(theirs.decode(encoding)) == [fitted(piece, encoding) for piece in pieces]


def test_an_exponent_is_substituted_as_a_whole() -> None:
    script = (
        "import sys; from diffcmp.cli.streams import take_over; take_over(); print('10⁻¹² and x²')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "latin1"},
    )
    assert done.stdout.decode("latin1") == "10^-12 and x²\n"


def test_json_keeps_every_letter_as_an_escape() -> None:
    done = shell(
        "",
        "compare",
        "μ*中",
        "--at",
        "μ=1,中=2",
        "--backend",
        "dual",
        *BUSY,
        "--json",
        PYTHONIOENCODING="latin1",
    )
    assert json.loads(done.stdout)["at"] == {"μ": "1", "中": "2"}
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("columns", "width"), [("9" * 20, WIDEST), ("9" * 5000, WIDEST), ("0132", 132), ("0", 80)]
)
def test_any_width_is_laid_out(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert screen(sys.stdout, environ={"COLUMNS": columns}).width == width


def test_the_matplotlib_of_a_notebook(tmp_path: Path) -> None:
    notebook = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/dev/null/nowhere",
    }
    done = shell("", *DRAWING, "--plot", "a.png", cwd=tmp_path, **notebook)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("kilobytes", [60_000, 200_000])
def test_little_memory_is_one_message(kilobytes: int) -> None:
    line = f'ulimit -v {kilobytes}; exec "$@"'
    command = [sys.executable, "-c", SCRIPT, *DRAWING, "--plot", "-"]
    done = subprocess.run(
        ["sh", "-c", line, "sh", *command], capture_output=True, timeout=110, check=False
    )
    if done.returncode:
        assert (done.returncode, done.stdout) == (1, b"")
        assert (
            done.stderr.decode()
            == "diffcmp: out of memory; ask for fewer --digits, simplify the expression, or allow more memory\n"
        )


def test_a_process_that_ends_by_its_time_limit_is_silent() -> None:
    work = "class Thing:\n    def __del__(self):\n        for _ in range(10000): pass\nwhile True: Thing()"
    with started(GUARDED.format(allow=0.3, work=work)) as running:
        out, err = running.communicate(timeout=10)
        assert (running.returncode, out) == (1, "")
        assert err == "diffcmp: not finished within 0.3 s; allow more time with --timeout\n"
        assert nothing_left(running)


@pytest.mark.parametrize("ignored", [signal.SIGINT, signal.SIGHUP])
def test_what_was_ignored_before_stays_ignored(ignored: signal.Signals) -> None:
    number = int(ignored)
    work = (
        f"import os, signal, time; os.kill(os.getppid(), {number}); time.sleep(0.1); print('done')"
    )
    script = f"import signal; signal.signal({number}, signal.SIG_IGN)\n" + GUARDED.format(
        allow=20, work=work
    )
    with started(script) as running:
        assert running.communicate(timeout=10) == ("done\n", "")
        assert running.returncode == 0


def test_the_import_of_click_stands_under_the_guard(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise MemoryError")
    done = process("--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "diffcmp: out of memory; ask for fewer --digits, simplify the expression, or allow more memory\n",
    )


# where a result goes
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_a_hyphen_is_standard_output(name: str, tmp_path: Path) -> None:
    done = run(*ANSWER, "--json", "-o", name, cwd=tmp_path)
    assert json.loads(done.stdout)["schema"] == 2
    assert os.listdir(tmp_path) == []


def test_a_figure_on_standard_output_takes_it(tmp_path: Path) -> None:
    draw = [*DRAWING, "--plot", "-"]
    done = shell("", *draw, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\x89PNG")
    assert done.stdout.endswith(b"IEND\xaeB`\x82")
    beside = shell("", *draw, "-o", "a.csv", cwd=tmp_path)
    assert beside.stdout == done.stdout
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("arguments", [
    ["sweep", "sin(x)", "--at", "1", "-o", "a.png", "--plot", "./a.png"], ["map", "x", "--from", "0", "--to", "1", "-o", "-", "--plot", "-"],
    ["bench", "scalar", "-o", "a.json", "--json", "link.json"], ["study", "step-size", "-o", "pictures/step-size.png", "--plot", "pictures"],
    ["study", "all", "-o", "new", "--plot", "new"],
])  # fmt: skip
def test_two_results_of_one_name_are_refused(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("a.json")
    (tmp_path / "pictures").mkdir()
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("diffcmp: two results would be written to '")
    assert sorted(os.listdir(tmp_path)) == ["link.json", "pictures"]


def test_a_private_file_stays_private(tmp_path: Path) -> None:
    private = tmp_path / "a.json"
    private.touch(0o600)
    os.link(private, tmp_path / "b.json")
    assert run(*ANSWER, "-o", "a.json", cwd=tmp_path).returncode == 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert (tmp_path / "b.json").read_text() == private.read_text() != ""
