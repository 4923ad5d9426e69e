"""A file that is written keeps what it is, and is whole or as it was before."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from diffcmp import files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, modes and FIFOs of POSIX")
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["without a name", "with a temporary name"])
def new_file(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to make a new file: that of Linux, and that of everybody else."""
    if request.param == "with a temporary name":
        monkeypatch.setattr(files, "NAMELESS", 0)
    return str(request.param)


def names() -> list[str]:
    return sorted(os.listdir())


@pytest.mark.usefixtures("new_file")
def test_a_new_file_has_the_mode_of_new_files() -> None:
    before = os.umask(0o027)
    try:
        files.write(b"new", "a")
    finally:
        os.umask(before)
    assert Path("a").read_bytes() == b"new"
    assert stat.S_IMODE(os.stat("a").st_mode) == 0o640
    assert names() == ["a"]


@pytest.mark.usefixtures("new_file")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_the_mode_stays(mode: int) -> None:
    Path("a").write_bytes(b"old and longer")
    os.chmod("a", mode)
    files.write(b"new", "a")
    assert Path("a").read_bytes() == b"new"
    assert stat.S_IMODE(os.stat("a").st_mode) == mode
    assert names() == ["a"]


@pytest.mark.usefixtures("new_file")
@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_followed(exists: bool) -> None:
    os.mkdir("sub")
    if exists:
        Path("sub/a").write_bytes(b"old")
    os.symlink("sub/a", "link")
    files.write(b"new", "link")
    assert os.readlink("link") == "sub/a"
    assert Path("sub/a").read_bytes() == b"new"
    assert os.listdir("sub") == ["a"]


def test_hard_links_stay_links() -> None:
    Path("a").write_bytes(b"old and longer")
    os.link("a", "b")
    for content in (b"new", b"new and longer than what was there before"):
        files.write(content, "a")
        assert Path("b").read_bytes() == content
    assert os.stat("b").st_nlink == 2
    assert names() == ["a", "b"]


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
def test_the_owner_stays() -> None:
    Path("a").write_bytes(b"old")
    os.chown("a", 12345, 54321)
    files.write(b"new", "a")
    assert (os.stat("a").st_uid, os.stat("a").st_gid) == (12345, 54321)


def test_attributes_stay() -> None:
    Path("a").write_bytes(b"old")
    try:
        os.setxattr("a", "user.diffcmp", b"kept")
    except (AttributeError, OSError):
        pytest.skip("a file system without attributes")
    files.write(b"new", "a")
    assert os.getxattr("a", "user.diffcmp") == b"kept"


def test_a_fifo_is_written_through() -> None:
    os.mkfifo("fifo")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(Path("fifo").read_bytes()))
    reader.start()
    files.write(b"new", "fifo")
    reader.join(5)
    assert received == [b"new"]
    assert stat.S_ISFIFO(os.stat("fifo").st_mode)


def test_a_device_stays_a_device() -> None:
    files.write(b"new", "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(OSError, match="No space left") as caught:
        files.write(b"new", "/dev/full")
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("error", sorted(files.IN_PLACE_ONLY))
def test_where_a_rename_is_refused_it_is_written_in_place(
    error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    Path("a").write_bytes(b"old")
    number = os.stat("a").st_ino
    monkeypatch.setattr(os, "replace", refused)
    files.write(b"new", "a")
    assert (Path("a").read_bytes(), os.stat("a").st_ino) == (b"new", number)
    assert names() == ["a"]


@pytest.mark.usefixtures("new_file")
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("linked", [False, True])
def test_a_failure_leaves_the_old_content(
    linked: bool, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(*_: object) -> int:
        raise OSError(error, os.strerror(error))

    Path("a").write_bytes(b"old")
    if linked:
        os.link("a", "b")
    before = names()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failed)
        for target in ("a", "new"):
            with pytest.raises(OSError, match=os.strerror(error)):
                files.write(b"new and longer"[: 3 if linked else None], target)
    assert names() == before
    assert {Path(name).read_bytes() for name in before} == {b"old"}


def test_a_limit_of_size_leaves_the_old_content(folder: Path) -> None:
    script = (
        "import resource; from diffcmp import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "for name in ('a', 'linked', 'new'):\n"
        "    try: files.write(b'x' * 9999, name)\n"
        "    except OSError as error: print(error.strerror)\n"
    )
    Path("a").write_bytes(b"old")
    Path("linked").write_bytes(b"old")
    os.link("linked", "other")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=folder
    )
    assert done.stdout.splitlines() == [os.strerror(errno.EFBIG)] * 3
    assert [Path(name).read_bytes() for name in names()] == [b"old"] * 3
    assert names() == ["a", "linked", "other"]


@pytest.mark.skipif(ROOT, reason="root may write anywhere")
def test_what_is_read_only_stays_as_it_is() -> None:
    Path("a").write_bytes(b"old")
    os.chmod("a", 0o400)
    with pytest.raises(PermissionError):
        files.write(b"new", "a")
    assert Path("a").read_bytes() == b"old"


@pytest.mark.usefixtures("new_file")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGALRM])
@pytest.mark.parametrize("linked", [False, True])
def test_a_signal_comes_when_the_file_is_whole(
    number: signal.Signals, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    usual = signal.signal(number, lambda *_: seen.append(Path("a").read_bytes()))
    monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(number))
    Path("a").write_bytes(b"old")
    if linked:
        os.link("a", "b")
    try:
        files.write(b"new", "a")
    finally:
        signal.signal(number, usual)
    assert seen == [b"new"]


def test_in_a_thread_signals_are_left_alone() -> None:
    thread = threading.Thread(target=files.write, args=(b"new", "a"))
    thread.start()
    thread.join()
    assert Path("a").read_bytes() == b"new"


@pytest.mark.parametrize("step", ["write", "ftruncate", "fsync", "close"])
def test_a_device_that_fails_leaves_the_old_content(
    step: str, new_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place, where the new content is already there when it fails, the old one is put back."""
    Path("plain").write_bytes(b"old and longer")
    Path("linked").write_bytes(b"old and longer")
    os.link("linked", "other")
    before = names()
    real = getattr(os, step)
    for target in ("plain", "linked") if step != "ftruncate" else ("linked",):
        failures = [OSError(errno.EIO, "Input/output error")]

        def broken(*arguments: object, failures: list[OSError] = failures) -> object:
            if failures and step == "ftruncate":
                raise failures.pop()
            done = real(*arguments)
            if failures:
                raise failures.pop()
            return done

        with monkeypatch.context() as patch:
            patch.setattr(os, step, broken)
            with pytest.raises(OSError, match="Input/output"):
                files.write(b"new", target)
        if step != "close":  # all was written then
            assert Path(target).read_bytes() == b"old and longer"
    assert names() == before


@pytest.mark.parametrize(("target", "reason"), [
    ("", "it has no name"), (".", "it is a folder"), ("no/such/a", "there is no such folder"), ("a/b", "Not a directory"),
    ("x" * 300, "File name too long"), ("a\0b", "it has a null character"), ("loop", "Too many levels of symbolic links"),
    ("a", ""), ("new", ""), ("fifo", ""), ("dangling", ""), ("/dev/null", ""),
])  # fmt: skip
def test_an_obstacle_is_told_beforehand(target: str, reason: str) -> None:
    Path("a").write_bytes(b"old")
    os.symlink("loop", "loop")
    os.symlink("there", "dangling")
    os.mkfifo("fifo")
    obstacle = files.obstacle(target)
    assert (obstacle.strerror if obstacle else "") == reason


@pytest.mark.parametrize(("one", "other", "same"), [
    ("a", "./a", True), ("a", "link", True), ("a", "hard", True), ("a", "b", False), ("new", "sub/../new", True), ("new", "newer", False),
])  # fmt: skip
def test_two_names_of_one_file(one: str, other: str, same: bool) -> None:
    os.mkdir("sub")
    Path("a").write_bytes(b"")
    Path("b").write_bytes(b"")
    os.symlink("a", "link")
    os.link("a", "hard")
    assert files.same(one, other) is same
