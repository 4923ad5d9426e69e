"""Files under attack: whatever happens to the process that writes, a file is whole, it is what it
was, and nothing lies beside it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffcmp import files
from tests.cli.runner import SCRIPT
from tests.stress.rounds import rounds

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and links of POSIX")

WRITER = """
import hashlib, itertools, random, signal, sys
from diffcmp import files
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background job ignores
if sys.argv[2] == "named":
    files.NAMELESS = 0
print(flush=True)
for i in itertools.count():
    body = random.randbytes(random.randrange(1, 200_000))
    files.write(hashlib.sha256(body).digest() + body, sys.argv[1])
"""
ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGALRM]
LIMITED = """
import resource, sys
from diffcmp import files
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
try:
    files.write(b"n" * int(sys.argv[3]), sys.argv[1])
except OSError:
    print("refused")
"""


def is_whole(content: bytes) -> bool:
    return hashlib.sha256(content[32:]).digest() == content[:32]


def prepared(folder: Path, kind: str) -> None:
    """A file `a`, which the name `target` leads to."""
    body = b"old"
    (folder / "a").write_bytes(hashlib.sha256(body).digest() + body)
    (folder / "a").chmod(0o600)
    if kind == "symbolic":
        (folder / "target").symlink_to("a")
    else:
        os.link(folder / "a", folder / "target")
        if kind == "plain":
            (folder / "a").unlink()


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("kind", ["plain", "symbolic", "hard"])
def test_a_signal_at_any_moment(kind: str) -> None:
    for chance in rounds(3):
        with scratch() as folder:
            prepared(folder, kind)
            before = sorted(os.listdir(folder))
            how = chance.choice(["nameless", "named"])
            number = chance.choice(ENDING)
            killed_while_writing(folder, how, number, chance)
            told = f"{kind}, {how}, {number!r}"
            assert is_whole((folder / "target").read_bytes()), told
            assert sorted(os.listdir(folder)) == before, told
            assert stat.S_IMODE((folder / "target").stat().st_mode) == 0o600, told
            assert (folder / "target").is_symlink() == (kind == "symbolic"), told
            assert (folder / "target").stat().st_nlink == (2 if kind == "hard" else 1), told


def killed_while_writing(
    folder: Path, how: str, number: signal.Signals, chance: random.Random
) -> None:
    """Let a process write again and again, and end it."""
    command = [sys.executable, "-c", WRITER, str(folder / "target"), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() * 0.1)
        writer.send_signal(number)
        try:
            assert writer.wait(timeout=10) in (-number, 1)  # 1: KeyboardInterrupt
        finally:
            writer.kill()


def test_killed_without_warning_the_file_is_whole() -> None:
    for chance in rounds(3):
        with scratch() as folder:
            prepared(folder, "plain")
            killed_while_writing(folder, "nameless", signal.SIGKILL, chance)
            assert is_whole((folder / "target").read_bytes())


def test_no_room_at_any_size() -> None:
    for chance in rounds(4):
        with scratch() as folder:
            kind = chance.choice(["plain", "symbolic", "hard"])
            old = bytes(chance.randrange(1, 9000))
            prepared(folder, kind)
            (folder / "target").write_bytes(old)
            before = sorted(os.listdir(folder))
            room, size = chance.randrange(0, 20_000), chance.randrange(0, 20_000)
            command = [sys.executable, "-c", LIMITED, str(folder / "target"), str(room), str(size)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
            content = (folder / "target").read_bytes()
            assert content == (old if done.stdout else b"n" * size), (kind, room, size)
            assert bool(done.stdout) == (size > room), (kind, room, size)
            assert sorted(os.listdir(folder)) == before


def test_a_full_disk_keeps_what_it_has(tmp_path: Path) -> None:
    mounted = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(tmp_path)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        for chance in rounds(40):
            fill_disk(tmp_path, chance)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def fill_disk(disk: Path, chance: random.Random) -> None:
    """Write files of random sizes to a small disk, until and after it is full."""
    for i in range(6):
        target = disk / f"{i % 3}"
        if target.exists() and chance.random() < 0.5 and not (disk / f"link{i}").exists():
            os.link(target, disk / f"link{i}")
        data = bytes([i]) * chance.randrange(0, 100_000)
        before = target.read_bytes() if target.exists() else None
        try:
            files.write(data, str(target))
            before = data
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        assert (target.read_bytes() if target.exists() else None) == before
        assert all(not name.startswith(".") for name in os.listdir(disk))
    for name in os.listdir(disk):
        (disk / name).unlink()


def test_many_writers_of_one_file() -> None:
    for chance in rounds(2):
        with scratch() as folder:
            prepared(folder, "plain")
            bodies = [chance.randbytes(chance.randrange(1, 100_000)) for _ in range(20)]
            whole = [hashlib.sha256(body).digest() + body for body in bodies]
            target = str(folder / "target")
            threads = [threading.Thread(target=files.write, args=(data, target)) for data in whole]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                assert is_whole((folder / "target").read_bytes())
            assert os.listdir(folder) == ["target"]


# the command
# --------------------------------------------------------------------------------------------------

LIMIT = 2
COMMAND = [
    "compare",
    "erf(x)**(1/x)",
    "--at",
    "0",
    "--json",
    "-o",
    "a.json",
    "--timeout",
    str(LIMIT),
]


def test_the_command_ended_at_any_moment() -> None:
    for chance in rounds(3):
        with scratch() as folder:
            (folder / "a.json").write_text("old")
            number = chance.choice([*ENDING[:3], signal.SIGKILL])
            whole_group = chance.random() < 0.5
            process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, *COMMAND],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            time.sleep(chance.random() * (LIMIT + 0.5))
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if whole_group else os.kill)(process.pid, number)
            _, message = process.communicate(timeout=LIMIT + 3)
            told = f"{number!r} to {'the group' if whole_group else 'the process'}: {message!r}"
            assert b"Traceback" not in message, told
            assert b"internal error" not in message, told
            assert nobody_left(process.pid, LIMIT + 1), told
            assert os.listdir(folder) == ["a.json"], told
            content = (folder / "a.json").read_text()
            assert content == "old" or content.endswith("}\n"), told


def nobody_left(session: int, seconds: float) -> bool:
    """Whether no process of a session is there after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
