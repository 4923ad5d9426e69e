"""A command runs in a child process that its parent watches: the time, the memory and Ctrl-C hold
whatever the child is doing.

A computation inside a C library hears neither Python's signals nor its exceptions, and a library
that runs out of memory ends the process. So the parent imports nothing and computes nothing; it
waits, and whatever becomes of the child is one message and one exit code. Where there is no fork
(Windows), a thread ends the process at the deadline.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import sys
import threading
import time
from typing import NoReturn

from diffcmp.cli.streams import OutputEnded, encoded, take_over
from diffcmp.errors import Breakdown

UNTOLD = 60.0  # seconds for a command that has no --timeout
GRACE = 0.3  # seconds to leave by oneself before one is killed
REPORT = 0.5  # seconds after the deadline in which an answer that is there may still be shown
TIDYING = 2.0  # seconds for the end of a process whose answer is there
MARGIN = 0.9  # seconds after the deadline at which a child whose parent is gone ends itself
MEMORY = 3 << 30  # bytes of address space: certified digits by the thousand need a tenth of it
THREAD = 64 << 20  # more for every core: NumPy's libraries reserve stacks and arenas for a thread
INTERRUPTED = 130

ENDED_BY = {
    "SIGABRT": Breakdown.MEMORY,
    "SIGKILL": Breakdown.MEMORY,
    "SIGFPE": Breakdown.SIZE,
    "SIGSEGV": Breakdown.DEPTH,
    "SIGBUS": Breakdown.DEPTH,
    "SIGALRM": Breakdown.TIME,
}

MESSAGE = struct.Struct("cd")  # from the child: one of these, and a number of seconds
ALLOWED, SHOWING, SHOWN = b"a", b"w", b"d"

_began: float | None = None  # when this process began to be watched; None where it is not
_allowed = UNTOLD
_told = False  # whether the command has a time limit of its own
_parent: int | None = None  # the pipe on which the parent is told how far the command is
_timer: threading.Timer | None = None


def supervise() -> None:
    """Go on in a child process under limits of time and memory; the parent never returns, and exits
    as the child does.

    Raises
    ------
    OSError: where the system gives no process or no pipe.
    """
    global _began
    _began = time.monotonic()
    take_over()
    if not hasattr(os, "fork"):
        _arm_timer()
        return
    told, tell = os.pipe()
    woken, wake = os.pipe()
    life, lives = os.pipe()
    os.set_blocking(wake, False)
    signals = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    heard = [number for number in signals if signal.getsignal(number) != signal.SIG_IGN]
    for number in heard:
        signal.signal(number, _noted)
    signal.set_wakeup_fd(wake)
    child = os.fork()
    if child:
        os.close(tell)
        os._exit(_watched(child, told, woken))
    signal.set_wakeup_fd(-1)
    for pipe in (told, woken, wake, lives):
        os.close(pipe)
    _begin(tell, life, heard)


def allow(seconds: float) -> None:
    """The whole command may take so many seconds from its start."""
    global _allowed, _told
    _allowed, _told = seconds, True
    if _parent is not None:
        _tell(ALLOWED, seconds)
        _arm_alarm()
    elif _timer is not None:
        _arm_timer()


def left() -> float:
    """Seconds until the deadline of the command; all of what was allowed where nobody watches."""
    return _allowed if _began is None else max(0.0, _began + _allowed - time.monotonic())


def showing() -> None:
    """The answer is there, and is shown from here on: the deadline ends that a moment later only,
    so that nobody is stopped in the middle of a sentence."""
    _tell(SHOWING)


def shown() -> None:
    """All that was asked for has been shown: the exit code is 0, whatever happens now."""
    _tell(SHOWN)


def _tell(what: bytes, seconds: float = 0.0) -> None:
    if _parent is not None:
        with contextlib.suppress(OSError):  # the parent is gone, and this process will be
            os.write(_parent, MESSAGE.pack(what, seconds))


def leave() -> None:
    """End what belongs to the command; what it has printed counts, whatever signal comes now."""
    if _parent is not None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
    if "diffcmp.worker" in sys.modules:  # its processes are ended, not waited for
        sys.modules["diffcmp.worker"].close_all()
    with contextlib.suppress(OutputEnded):
        sys.stdout.flush()


# the child
# --------------------------------------------------------------------------------------------------


def _begin(tell: int, life: int, heard: list[signal.Signals]) -> None:
    global _parent
    _parent = tell
    for number in heard:
        signal.signal(number, _end_here)
    _arm_alarm()
    _end_with_parent(life)
    _limit_memory()
    _silence_libraries()


def _end_here(number: int, frame: object) -> NoReturn:
    """End at once and in silence: the parent has the last word.

    No exception is raised for that, as whoever it met could swallow it, or print it.
    """
    end_workers = getattr(sys.modules.get("diffcmp.worker"), "end_all", None)
    if end_workers is not None:
        end_workers()
    os._exit(INTERRUPTED)


def _arm_alarm() -> None:
    """Its default action ends the process even inside a C library; for a child whose parent was
    killed."""
    signal.setitimer(signal.ITIMER_REAL, left() + MARGIN)


def _end_with_parent(life: int) -> None:
    """Let the end of the parent be a signal whose default action ends this process.

    The parent alone has the other end of this pipe. Where no signal can be asked for, the alarm is
    left.
    """
    import fcntl

    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, os.O_RDONLY | os.O_ASYNC)
        if select.select([life], [], [], 0)[0]:  # it was gone before that
            os._exit(INTERRUPTED)


def _limit_memory() -> None:
    import resource

    limit = MEMORY + THREAD * (os.cpu_count() or 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit, *(bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY)]
    with contextlib.suppress(OSError, ValueError):  # a system without it
        resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))


def _silence_libraries() -> None:
    """Let nobody but Python, whose streams have handles of their own, write to the two outputs: the
    last words of a C library would be a second message."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


# the parent
# --------------------------------------------------------------------------------------------------


def _noted(number: int, frame: object) -> None:
    """The number of the signal goes to the wake-up pipe."""


def _watched(child: int, told: int, woken: int) -> int:
    """Wait for the child; the exit code of the command."""
    assert _began is not None
    allowed, more, late = UNTOLD, 0.0, Breakdown.LIMIT
    while True:
        rest = _began + allowed + more - time.monotonic()
        ready, _, _ = select.select([told, woken], [], [], max(0.0, rest))
        if woken in ready:
            return _stopped(child, os.read(woken, 1)[0])
        if not ready:
            return _overdue(child, late, allowed)
        message = os.read(told, MESSAGE.size)
        if not message:  # the child is gone
            return _ended(os.waitpid(child, 0)[1], allowed)
        what, seconds = MESSAGE.unpack(message)
        if what == SHOWN:
            return _last_steps(child, told, woken, min(TIDYING, max(rest, GRACE)))
        if what == SHOWING:
            more = REPORT
        else:
            allowed, late = seconds, Breakdown.TIME


def _last_steps(child: int, told: int, woken: int, seconds: float) -> int:
    """The answer is shown: the child may tidy up, and is ended where that takes it too long."""
    ready, _, _ = select.select([told, woken], [], [], seconds)
    if told in ready:
        os.waitpid(child, 0)
    else:
        _end(child, signal.SIGTERM)
    return 0


def _stopped(child: int, number: int) -> int:
    """The command was told to end."""
    _end(child, number)
    if number == signal.SIGINT:
        _say(Breakdown.INTERRUPTED.told())
        return INTERRUPTED
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)  # the end that whoever sent it expects
    return 128 + number


def _overdue(child: int, late: Breakdown, allowed: float) -> int:
    status = _end(child, signal.SIGTERM)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != INTERRUPTED:  # it was just done
        return os.WEXITSTATUS(status)
    _say(late.told(seconds=allowed))
    return 1


def _end(child: int, number: int) -> int:
    """Ask the child to leave, then kill it. Its status, as `waitpid` has it."""
    os.kill(child, number)
    end = time.monotonic() + GRACE
    while time.monotonic() < end:
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            return status
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _ended(status: int, allowed: float) -> int:
    """The exit code of a child that ended by itself, or was ended by the system."""
    if not os.WIFSIGNALED(status):
        code = os.WEXITSTATUS(status)
        if code == INTERRUPTED:
            _say(Breakdown.INTERRUPTED.told())
        return code
    name = signal.Signals(os.WTERMSIG(status)).name
    breakdown = ENDED_BY.get(name, Breakdown.CRASH)
    if breakdown is Breakdown.DEPTH and _little_memory():
        breakdown = Breakdown.MEMORY
    _say(breakdown.told(seconds=allowed, signal=name))
    return 1


def _little_memory() -> bool:
    """Whether whoever started the command gave it less address space than it gives itself: then
    that is what a library ran out of, unchecked, and not the stack."""
    import resource

    bound = resource.getrlimit(resource.RLIMIT_AS)[0]
    return bound != resource.RLIM_INFINITY and bound < MEMORY


def _say(message: str) -> None:
    """One message; on a terminal, first put right what a progress bar may have left."""
    with contextlib.suppress(OSError):
        mended = b"\r\x1b[K\x1b[?25h" if os.isatty(2) else b""
        os.write(2, mended + encoded(f"diffcmp: {message}\n"))


# without fork
# --------------------------------------------------------------------------------------------------


def _arm_timer() -> None:
    """End this process at the deadline, from a thread of it."""
    global _timer
    if _timer is not None:
        _timer.cancel()
    _timer = threading.Timer(left(), _expire)
    _timer.daemon = True
    _timer.start()


def _expire() -> None:
    late = Breakdown.TIME if _told else Breakdown.LIMIT
    _say(late.told(seconds=_allowed))
    os._exit(1)
