"""Files that are written whole or not at all: by rename where that keeps what the file is, in place
where it does not.

A regular file keeps its mode, its owner, its extended attributes, its hard links and the links that
lead to it. What is no regular file, such as a device or a FIFO, is written through. A process that
ends in the middle leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

CREATED = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
NAMELESS = getattr(os, "O_TMPFILE", 0)
HANDLES = "/proc/self/fd"
HELD_BACK = ("SIGTERM", "SIGHUP", "SIGINT", "SIGALRM", "SIGIO")
NO_NAMELESS = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}
NO_ROOM_IN_ADVANCE = {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}
LOOKS = 100  # at a file that others may be replacing
IN_PLACE_ONLY = {errno.EPERM, errno.EACCES, errno.EBUSY, errno.EXDEV, errno.EROFS, errno.ENOTSUP}
"""A folder that takes no new file, a file that is a mount point, an owner or an attribute that is
not ours to give."""


def write(data: bytes, target: str) -> None:
    """Give the file `target` this content; where that fails, it is as it was before.

    Signals that would end the process take effect once the file is whole.

    Raises
    ------
    OSError: where it cannot be written.
    """
    try:
        status = os.stat(target)
    except FileNotFoundError:
        with _signals_held_back():
            _create(Path(os.path.realpath(target)), data)
        return
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not stat.S_ISREG(status.st_mode):
        _write_through(target, data)
        return
    with _signals_held_back():
        if status.st_nlink != 1 or not _replaced(target, data):
            _write_in_place(target, data)


def same(one: str, other: str) -> bool:
    """Whether two names lead to one file, whether or not it exists yet."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)


def obstacle(target: str) -> OSError | None:
    """Why `target` could not be written, as far as its name, its folder and its permissions tell;
    None where nothing stands in the way. Nothing is opened for that.
    """
    if not target:
        return _error(errno.ENOENT, "it has no name")
    try:
        status = os.stat(target)
    except FileNotFoundError:
        if target.endswith(("/", os.sep)):
            return _error(errno.ENOENT, "there is no such folder")
        return _obstacle_to_new(os.path.realpath(target))
    except OSError as error:
        return error
    except ValueError as error:  # what no file system can encode
        reason = "it has a null character" if "\0" in target else str(error)
        return _error(errno.EINVAL, reason)
    if stat.S_ISDIR(status.st_mode):
        return _error(errno.EISDIR, "it is a folder")
    return _forbidden(target)


def _obstacle_to_new(path: str) -> OSError | None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        return _error(errno.ENOENT, "there is no such folder")
    return _forbidden(folder)


def _forbidden(path: str) -> OSError | None:
    """What forbids to write there: the whole file system, or the permissions."""
    if os.access(path, os.W_OK):
        return None
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        return _error(errno.EROFS, os.strerror(errno.EROFS))
    return _error(errno.EACCES, "permission denied")


def _error(number: int, reason: str) -> OSError:
    return OSError(number, reason)


# a new file
# --------------------------------------------------------------------------------------------------


class _NewFile:
    """A new file in a folder, which gets a name that counts only when it is complete.

    Linux makes it without a name (O_TMPFILE), so that it is gone with the process until the very
    last step; elsewhere it has a temporary name, which is removed in the end.
    """

    def __init__(self, folder: Path, mode: int) -> None:
        self.temporary = folder / f".diffcmp-{secrets.token_hex(8)}"
        handle = _nameless(folder, mode)
        self.named = handle is None
        self.handle = os.open(self.temporary, CREATED, mode) if handle is None else handle
        self.open = True

    def __repr__(self) -> str:
        return f"<new file {self.temporary.name if self.named else 'without a name'}>"

    def __enter__(self) -> _NewFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        if self.named:
            self.temporary.unlink(missing_ok=True)

    def _close(self) -> None:
        if self.open:
            self.open = False
            os.close(self.handle)

    def become(self, path: Path) -> None:
        """Take the name `path`, in place of whatever has it."""
        if not self.named:
            self._take_temporary_name()
        self._close()  # Windows renames no file that is open
        os.replace(self.temporary, path)
        self.named = False

    def _take_temporary_name(self) -> None:
        """No system call links a nameless file over another one, so a name of its own comes first.

        A folder's handle makes Python call `linkat`, which follows the link that /proc has.
        """
        source = f"{HANDLES}/{self.handle}"
        os.link(source, self.temporary, src_dir_fd=self.handle, follow_symlinks=True)
        self.named = True


def _nameless(folder: Path, mode: int) -> int | None:
    """A file without a name; None where the system or the file system has none."""
    if not NAMELESS or not os.path.isdir(HANDLES):
        return None
    try:
        return os.open(folder, os.O_RDWR | NAMELESS, mode)
    except OSError as error:
        if error.errno not in NO_NAMELESS:
            raise
    return None


def _create(path: Path, data: bytes) -> None:
    """A file that was not there, with the mode that the process gives to new files."""
    with _NewFile(path.parent, 0o666) as new:
        _write_all(new.handle, data)
        os.fsync(new.handle)
        new.become(path)


def _replaced(target: str, data: bytes) -> bool:
    """Whether the file could be replaced by one of the same mode, owner and attributes."""
    path = Path(os.path.realpath(target))
    status = _named(target, path)
    if status is None:  # a file without a name that /proc leads to
        return False
    try:
        with _NewFile(path.parent, 0o600) as new:
            _write_all(new.handle, data)
            _make_alike(new.handle, path, status)
            os.fsync(new.handle)
            new.become(path)
    except OSError as error:
        if error.errno not in IN_PLACE_ONLY:
            raise
        return False
    return True


def _named(target: str, path: Path) -> os.stat_result | None:
    """The file that both names lead to; None where they lead to different ones.

    Another writer may replace the file between the two looks, so that one difference says nothing.
    """
    with contextlib.suppress(FileNotFoundError):
        for _ in range(LOOKS):
            status = path.stat()
            if os.path.samestat(os.stat(target), status):
                return status
    return None


def _make_alike(handle: int, path: Path, status: os.stat_result) -> None:
    """Give a new file the owner, the attributes (access lists are among them) and the mode."""
    new = os.fstat(handle)
    if (new.st_uid, new.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(handle, status.st_uid, status.st_gid)
    for name in _attributes(path):
        os.setxattr(handle, name, os.getxattr(path, name))
    if hasattr(os, "fchmod"):
        os.fchmod(handle, stat.S_IMODE(status.st_mode))


def _attributes(path: Path) -> list[str]:
    """The extended attributes that a new file in the same folder would not get by itself."""
    try:
        names = os.listxattr(path) if hasattr(os, "listxattr") else []
    except OSError:  # a file system without any
        return []
    return [name for name in names if name != "security.selinux"]


# what exists
# --------------------------------------------------------------------------------------------------


def _write_in_place(target: str, data: bytes) -> None:
    """Write over the old content: the file stays the one that its hard links name.

    Room for all of it is taken first, so that a full disk is met while the old content is there;
    where writing fails nevertheless, the old content is put back.
    """
    handle = os.open(target, os.O_RDWR)
    try:
        size = os.fstat(handle).st_size
        _take_room(handle, len(data))
        covered = os.read(handle, min(size, len(data)))
        os.lseek(handle, 0, os.SEEK_SET)
        try:
            _write_all(handle, data)
            os.fsync(handle)
            os.ftruncate(handle, len(data))  # last, as the rest of the old content is not kept
        except OSError:
            _put_back(handle, covered, size)
            raise
    finally:
        os.close(handle)


def _put_back(handle: int, covered: bytes, size: int) -> None:
    """Give a file that was written over in part its old beginning and its old size."""
    with contextlib.suppress(OSError):
        os.lseek(handle, 0, os.SEEK_SET)
        _write_all(handle, covered)
        os.ftruncate(handle, size)


def _take_room(handle: int, size: int) -> None:
    before = os.fstat(handle).st_size
    if size <= before or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        os.ftruncate(handle, before)
        if error.errno not in NO_ROOM_IN_ADVANCE:
            raise


def _write_through(target: str, data: bytes) -> None:
    """Write to a device or a FIFO, as it is; a FIFO waits for its reader."""
    handle = os.open(target, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    try:
        _write_all(handle, data)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """Let the signals that would end the process come once the file is whole.

    Handlers do that, since a mask holds for one thread only; they can be set in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        arrived.append(number)

    numbers = [getattr(signal, name) for name in HELD_BACK if hasattr(signal, name)]
    usual = {number: signal.signal(number, note) for number in numbers if _can_end(number)}
    try:
        yield
    finally:
        for number, action in usual.items():
            signal.signal(number, action)
        for number in arrived:
            signal.raise_signal(number)


def _can_end(number: int) -> bool:
    """Whether a signal has an effect that Python can put back."""
    return signal.getsignal(number) not in (signal.SIG_IGN, None)
