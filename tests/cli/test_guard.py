"""Time, memory and Ctrl-C: whatever a command is doing, it ends in time with one message, and
leaves no process behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffcmp.deadline import Deadline

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

MAIN = "from diffcmp.cli import main; main()"
# guard.supervise() in front of what no expression of the language is sure to do
GUARDED = """
from diffcmp.cli import guard
guard.supervise()
guard.allow({allow})
{work}
"""
IN_PYTHON = "while True: pass"
IN_C = "import flint; flint.ctx.prec = 10**9; flint.arb.pi()"  # holds the interpreter's lock for minutes
NAMES = [f"v{i}" for i in range(1000)]
MANY = [
    "grad",
    "+".join(f"sin({n})" for n in NAMES),
    "--at",
    ",".join(f"{n}=1" for n in NAMES),
    "--backend",
    "dual",
    "--full",
]
LIMIT = ["grad", "erf(x)**(1/x)", "--at", "0", "--backend", "symbolic"]


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process in a session of its own, of which nothing is left in the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def nothing_left(process: subprocess.Popen[str], seconds: float = 5) -> bool:
    """Whether the session of a process that has ended is empty, once the system has buried what was
    killed: some take two seconds for that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


WORK = {
    "python": [GUARDED.format(allow=60, work=IN_PYTHON)],
    "flint": [GUARDED.format(allow=60, work=IN_C)],
    "variables": [MAIN, *MANY],
    "limit": [MAIN, *LIMIT],
}


@pytest.mark.parametrize("whole_group", [False, True], ids=["the process", "the terminal"])
@pytest.mark.parametrize("work", list(WORK))
def test_ctrl_c_works_within_a_second(work: str, whole_group: bool) -> None:
    with started(*WORK[work]) as process:
        time.sleep(1.0)
        assert process.poll() is None, "it was to be busy still"
        start = time.monotonic()
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert time.monotonic() - start < 1
        assert (process.returncode, out, err) == (130, "", "diffcmp: interrupted\n")
        assert nothing_left(process)


@pytest.mark.parametrize("work", ["python", "flint"])
def test_a_deadline_ends_anything(work: str) -> None:
    script = WORK[work][0].replace("allow(60)", "allow(0.5)")
    start = time.monotonic()
    with started(script) as process:
        out, err = process.communicate(timeout=10)
        assert time.monotonic() - start < 2
        assert (process.returncode, out) == (1, "")
        assert err == "diffcmp: not finished within 0.5 s; allow more time with --timeout\n"
        assert nothing_left(process)


def test_timeout_bounds_the_command() -> None:
    start = time.monotonic()
    with started(MAIN, *MANY, "--timeout", "1") as process:
        _, err = process.communicate(timeout=10)
        assert time.monotonic() - start < 2
        assert (process.returncode, err) == (
            1,
            "diffcmp: not finished within 1 s; allow more time with --timeout\n",
        )
        assert nothing_left(process)


SHOWN = """
import time
time.sleep({before})
guard.showing()
time.sleep({drawing})
print("the answer", flush=True)
guard.shown()
time.sleep({after})
"""


@pytest.mark.parametrize(("times", "code", "out"), [
    ({"before": 0.0, "drawing": 0.0, "after": 20.0}, 0, "the answer\n"),  # an end that hangs
    ({"before": 0.7, "drawing": 0.4, "after": 0.0}, 0, "the answer\n"),  # shown a moment late
    ({"before": 0.7, "drawing": 0.4, "after": 20.0}, 0, "the answer\n"),
    ({"before": 0.0, "drawing": 20.0, "after": 0.0}, 1, ""),
    ({"before": 20.0, "drawing": 0.0, "after": 0.0}, 1, ""),
])  # fmt: skip
def test_an_answer_that_is_shown_is_no_failure(
    times: dict[str, float], code: int, out: str
) -> None:
    start = time.monotonic()
    with started(GUARDED.format(allow=1, work=SHOWN.format(**times))) as process:
        printed, err = process.communicate(timeout=10)
        assert time.monotonic() - start < 2 + 0.5  # to start Python
        assert (process.returncode, printed) == (code, out)
        assert bool(err) == bool(code)
        assert nothing_left(process)


SLOW_MACHINE = """
import time
from diffcmp.accuracy.judging.question import Question
from diffcmp.cli import output
from diffcmp.cli.main import main

def slowly(function, seconds):
    def slow(*arguments):
        time.sleep(seconds)
        return function(*arguments)
    return slow

output.import_module = slowly(output.import_module, 0.3)
output.drawn = slowly(output.drawn, 0.6)
Question.truth = slowly(Question.truth, 0.02)
main()
"""


def test_a_slow_machine_gives_a_smaller_map_in_time(tmp_path: Path) -> None:
    """401 points would take 8 s, and to load and to draw the figure takes another two."""
    figure = tmp_path / "map.png"
    command = ["map", "x**2", "--from", "-1", "--to", "1", "--backend", "dual,tape"]
    with started(SLOW_MACHINE, *command, "--timeout", "7", "--plot", str(figure)) as process:
        out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
        assert "computed at" in out
        assert figure.read_bytes().startswith(b"\x89PNG")


def test_an_unfinished_limit_is_a_note_before_the_deadline() -> None:
    """At the deadline the guard would end the command, with the exit code 1."""
    with started(MAIN, *LIMIT, "--timeout", "4") as process:
        out, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (0, "")
        assert "did not finish within" in out


def test_terminated_it_leaves_nothing() -> None:
    with started(MAIN, *MANY) as process:
        time.sleep(0.7)
        process.terminate()
        process.communicate(timeout=10)
        assert process.returncode == -signal.SIGTERM
        assert nothing_left(process)


@pytest.mark.parametrize(("work", "says"), [
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "out of memory"),
    ("import flint; flint.ctx.prec = 10**11; flint.arb(2).sqrt()", "out of memory"),
    ("import flint; flint.fmpz(10)**(10**11)", "too large"),
    ("import ctypes; ctypes.string_at(0)", "nested too deeply"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGUSR1)", "SIGUSR1"),
])  # fmt: skip
def test_a_child_that_breaks_down_is_one_message(work: str, says: str) -> None:
    with started(GUARDED.format(allow=20, work=work)) as process:
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err.count("\n")) == (1, "", 1)
        assert err.startswith("diffcmp: ")
        assert says in err


@pytest.mark.parametrize("number", ["SIGSEGV", "SIGBUS", "SIGABRT"])
def test_a_library_that_breaks_down_with_little_memory_is_about_memory(number: str) -> None:
    """Many do not look at what `malloc` gives them."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, -1))"
    work = f"import os, signal; os.kill(os.getpid(), signal.{number})"
    with started(f"{limit}\n{GUARDED.format(allow=20, work=work)}") as process:
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err.count("\n")) == (1, "", 1)
        assert err.startswith("diffcmp: out of memory")


def test_memory_is_limited() -> None:
    with started(GUARDED.format(allow=20, work="bytearray(1 << 40)")) as process:
        assert "MemoryError" in process.communicate(timeout=20)[1]


def test_the_exit_code_is_that_of_the_child() -> None:
    with started(GUARDED.format(allow=20, work="raise SystemExit(7)")) as process:
        process.communicate(timeout=20)
        assert process.returncode == 7


def test_without_fork_a_thread_watches() -> None:
    script = "import os; del os.fork; " + WORK["python"][0].replace("allow(60)", "allow(0.3)")
    with started(script) as process:
        _, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (
            1,
            "diffcmp: not finished within 0.3 s; allow more time with --timeout\n",
        )


def test_a_deadline_is_shared_out() -> None:
    deadline = Deadline.after(8)
    assert 7 < deadline.left() <= 8
    assert 3.5 < deadline.share(2) <= 4
    assert 7 < Deadline.for_waiting(10).left() <= 8
    assert Deadline.after(-1).left() == 0
    assert 0 < deadline.spent() < 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the alarm ends it, later")
@pytest.mark.parametrize("work", ["python", "flint"])
def test_a_child_ends_with_its_parent(work: str) -> None:
    with started(*WORK[work]) as process:
        time.sleep(0.7)
        assert process.poll() is None, "it was to be busy still"
        process.kill()
        process.communicate(timeout=10)
        assert nothing_left(process, 5)  # whoever adopts it may be slow to collect it
