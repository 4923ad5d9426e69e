"""A process that runs our own functions under a time limit: the parent's side and the process
itself.

What hangs there (a symbolic limit) is killed, and what runs there (the import of sympy) runs beside
the parent. The functions live with those who need them; nothing here knows any mathematics. Not
`multiprocessing`: that imports the caller's main module once more.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from diffcmp import locks

if TYPE_CHECKING:
    from subprocess import Popen

PACKAGE = "diffcmp"
PRELOADED = ("sympy", "diffcmp.backends.symbolic.work")
MEMORY = 3 << 30  # bytes of address space
HEAD = 8  # bytes of the length before a frame
PIECE = 1 << 20  # bytes that are read at once
UNATTENDED = 60  # seconds in which nobody looked after the process, so that it may end itself


class WorkerError(Exception):
    """A request that has no value."""


class WorkerTimeout(WorkerError):
    """The time was over before the value was there."""


class WorkerDied(WorkerError):
    """The process ended, or could not be started."""


class WorkerFailed(WorkerError):
    """The function raised; the message is the class and the text of what it raised."""


class Task:
    """One request, and its outcome once that is there."""

    def __init__(self, worker: Worker, target: str, arguments: tuple[Any, ...]) -> None:
        self.worker = worker
        self.request = (target, arguments)
        self.finished = threading.Event()
        self.value: Any = None
        self.error: WorkerError | None = None
        self.process_id = os.getpid()

    def __repr__(self) -> str:
        return f"<task {self.request[0]}, {'finished' if self.finished.is_set() else 'open'}>"

    def result(self, timeout: float | None = None) -> Any:
        """The value of the function.

        Raises
        ------
        WorkerTimeout: `timeout` seconds are over; the request is cancelled. WorkerFailed: the
            function raised. WorkerDied: the process ended.
        """
        if os.getpid() != self.process_id:  # whoever was to finish it stayed behind in the parent
            raise WorkerDied("asked for before a fork")
        if not self.finished.wait(timeout) and self.worker.cancel(self):
            raise WorkerTimeout(f"not finished within {timeout:g} s")
        if self.error is not None:
            raise self.error
        return self.value

    def cancel(self) -> None:
        """Give up on it: what runs is killed, what waits is dropped."""
        self.worker.cancel(self)

    def finish(self, value: Any = None, error: WorkerError | None = None) -> None:
        self.value, self.error = value, error
        self.finished.set()


class Worker:
    """A process that is started at once, asked again and again, and replaced when it had to be
    killed.

    One thread hands it one request after the other, so that no waiting request is lost when it is
    killed.
    """

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self.modules = tuple(modules)
        self._reset()
        self._serve_in_background()

    def _reset(self) -> None:
        """The state before anything was asked."""
        self._changed = threading.Condition()
        self._waiting: deque[Task] = deque()
        self._running: Task | None = None
        self._process: Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def _serve_in_background(self) -> None:
        self._thread = threading.Thread(target=self._serve, name="diffcmp-worker", daemon=True)
        _OPEN.add(self)
        self._thread.start()

    def submit(self, target: str, *arguments: Any) -> Task:
        """Ask for `module:function` of this package with picklable arguments.

        Raises
        ------
        ValueError: for a function that is not of this package.
        """
        _checked(target)
        task = Task(self, target, arguments)
        with self._changed:
            if self._closed:
                task.finish(error=WorkerDied("closed"))
                return task
            if self._thread is None:  # after a fork
                self._serve_in_background()
            self._waiting.append(task)
            self._changed.notify()
        return task

    def cancel(self, task: Task) -> bool:
        """Drop a request, and kill the process where it is the one that runs. False where it was
        finished before."""
        with self._changed:
            if task.finished.is_set():
                return False
            if task is self._running and self._process is not None:
                self._process.kill()
            elif task in self._waiting:
                self._waiting.remove(task)
            task.finish(error=WorkerTimeout("cancelled"))
        return True

    def close(self) -> None:
        """End the process; what was asked and not answered has died."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            if self._process is not None:
                self._process.kill()
            self._changed.notify()
        _OPEN.discard(self)
        if self._thread is not None:
            self._thread.join(5)

    def kill(self) -> None:
        """Kill the process, if there is one, and collect its exit status."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(process.pid, 9)  # SIGKILL, which Windows has no name for
                os.waitpid(process.pid, 0)

    def __repr__(self) -> str:
        process = None if self._process is None else self._process.pid
        return f"<worker in process {process}, {len(self._waiting)} waiting>"

    # in the thread
    # ----------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        self._respawn()
        while (task := self._next()) is not None:
            value, error = self._answer(task)
            with self._changed:
                self._running = None
                if not task.finished.is_set():
                    task.finish(value, error)
        self._reap()
        for task in self._waiting:
            task.finish(error=WorkerDied("closed"))

    def _next(self) -> Task | None:
        """The next request, or None once the worker is closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            self._running = self._waiting.popleft()
            return self._running

    def _answer(self, task: Task) -> tuple[Any, WorkerError | None]:
        """Value or error of one request. A process that ended while it was idle is replaced
        first."""
        import pickle

        try:
            request = pickle.dumps(task.request, pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # pickling runs foreign code: anything may come
            return None, WorkerFailed(_sentence(error))
        if self._process is None or self._process.poll() is not None:
            self._respawn()
        process = self._process
        if process is None or task.finished.is_set():
            return None, WorkerDied("could not be started")
        requests, answers = _pipes(process)
        try:
            _write(requests, request)
            good, value = pickle.loads(_read(answers))
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self._reap()
            return None, WorkerDied("ended before it answered")
        return (value, None) if good else (None, WorkerFailed(value))

    def _respawn(self) -> None:
        self._reap()
        try:
            process = _spawned(self.modules)
        except (OSError, ValueError):
            return
        with self._changed:
            self._process = process
            if self._closed or (self._running is not None and self._running.finished.is_set()):
                process.kill()

    def _reap(self) -> None:
        """Kill the process, close its pipes and collect its exit status."""
        with self._changed:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in _pipes(process):
                pipe.close()

    def leave_to_parent(self) -> None:
        """In a forked process: forget the worker silently; it belongs to the process that
        forked."""
        process = self._process
        if process is not None:
            process.returncode = 0  # else it would be reaped, or warned about, on deletion
            for pipe in _pipes(process):
                pipe.close()
        self._reset()


_OPEN: set[Worker] = set()
_shared: Worker | None = None
_lock = locks.lock()


def shared() -> Worker:
    """The worker that all of this process use."""
    global _shared
    with _lock:
        if _shared is None or _shared._closed:
            _shared = Worker(PRELOADED)
        return _shared


def preload() -> None:
    """Start the shared worker, so that its imports run while the caller goes on."""
    shared()


@atexit.register
def close_all() -> None:
    """End every worker that is still open."""
    for worker in list(_OPEN):
        worker.close()


def end_all() -> None:
    """Kill every process at once; no lock is taken, so that a signal handler can do it."""
    for worker in list(_OPEN):
        worker.kill()


def _after_fork() -> None:
    for worker in list(_OPEN):
        worker.leave_to_parent()
    _OPEN.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _spawned(modules: Sequence[str]) -> Popen[bytes]:
    from subprocess import DEVNULL, PIPE, Popen

    # our own search path: `-c` would put the working directory first, and run a sympy.py there
    code = f"import sys; sys.path[:] = {sys.path!r}; from diffcmp.worker import serve; serve()"
    return Popen(
        [sys.executable, "-c", code, str(os.getpid()), *modules],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        bufsize=0,
        env=os.environ | {"PYTHONHASHSEED": "0"},  # sympy walks over sets: always the same answer
        creationflags=0x08000000 if sys.platform == "win32" else 0,  # CREATE_NO_WINDOW
    )


def _pipes(process: Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    """The raw ends of the pipes to and from a process."""
    return cast("tuple[BinaryIO, BinaryIO]", (process.stdin, process.stdout))


def _write(pipe: BinaryIO, frame: bytes) -> None:
    rest = memoryview(len(frame).to_bytes(HEAD, "big") + frame)
    while rest:
        rest = rest[pipe.write(rest) :]


def _read(pipe: BinaryIO) -> bytes:
    """One frame; EOFError at the end of the stream."""
    length = int.from_bytes(_exactly(pipe, HEAD), "big")
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        piece = pipe.read(min(count - len(data), PIECE))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _checked(target: str) -> tuple[str, str]:
    """Module and function of a name such as `diffcmp.backends.symbolic.work:text`."""
    module, _, function = target.partition(":")
    if not (module == PACKAGE or module.startswith(f"{PACKAGE}.")) or not function.isidentifier():
        raise ValueError(f"{target!r} is not a function of {PACKAGE}")
    return module, function


def _sentence(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


# in the process
# --------------------------------------------------------------------------------------------------


def serve() -> None:
    """Answer requests from the standard input until it closes. Called in the process itself; never
    returns."""
    import signal
    import warnings

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C, and kills us
    requests, answers = _own_pipes()
    _watch_parent(requests.fileno(), int(sys.argv[1]))
    warnings.simplefilter("ignore")
    _limit_memory()
    sys.set_int_max_str_digits(0)
    for module in sys.argv[2:]:
        with contextlib.suppress(ImportError):  # whoever needs it is told so
            import_module(module)
    with contextlib.suppress(EOFError, OSError):  # the parent has closed its ends
        while True:
            _write(answers, _answer(_read(requests)))
    os._exit(0)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the parent, moved out of the way of whatever reads or prints."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, answers


def _answer(request: bytes) -> bytes:
    """The pickled answer: (True, the value) or (False, what the function raised)."""
    import pickle

    try:
        target, arguments = pickle.loads(request)
        module, function = _checked(target)
        value = getattr(import_module(module), function)(*arguments)
        return pickle.dumps((True, value), pickle.HIGHEST_PROTOCOL)
    except (Exception, SystemExit) as error:  # the parent is told, whatever it is
        return pickle.dumps((False, _sentence(error)))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    with contextlib.suppress(OSError, ValueError):  # a system that does not limit it
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _watch_parent(requests: int, parent: int) -> None:
    """End the process once the parent is gone, even in the middle of a computation.

    The pipe from the parent hangs up at once. If a computation holds the interpreter's lock, the
    watching thread does not run: then the alarm that it keeps postponing goes off, and its default
    action ends the process.
    """
    import select
    import signal

    if os.name != "posix":  # there the process ends at the end of its request
        return
    hung_up = select.poll()
    hung_up.register(requests, 0)

    def watch() -> None:
        while os.getppid() == parent and not hung_up.poll(1000):
            signal.alarm(UNATTENDED)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
