"""A process for each library: it prepares a row, answers once, and times as many calls as it is
told to.

So no library's threads, allocator or settings are another's, and one that fails or hangs costs only
its own column.
"""

from __future__ import annotations

import multiprocessing
import timeit
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.rows import Row

SLICES = 3  # of a sample; the shortest counts: other work on the machine falls on some of them
PATIENCE = 120.0  # seconds to prepare a row and answer once


@dataclass(frozen=True)
class Introduction:
    """What a library says of itself; `fault` where it cannot be imported."""

    file: str
    name: str
    version: str = ""
    threads: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Answer:
    """The first answer to a row and the seconds of the first and second call; `fault` says why
    there is none."""

    value: Any = None
    first: float = 0.0
    seconds: float = 0.0
    fault: str = ""


def introduced(file: str) -> Introduction:
    try:
        peer = import_module(f"benchmarks.peers.{file}")
        return Introduction(file, peer.NAME, version(peer.PACKAGE), peer.threads())
    except ImportError as error:
        return Introduction(file, file.rstrip("_"), fault=f"not installed ({error.name})")


def serve(pipe: Connection, file: str) -> None:
    """The life of a worker: who it is, then answers and times until it is told to stop."""
    pipe.send(introduced(file))
    run: Any = None
    while (message := pipe.recv()) is not None:
        if isinstance(message, Row):
            run, answer = _prepared(message, file)
            pipe.send(answer)
        else:
            slices = SLICES if message > 1 else 1
            pipe.send(min(timeit.Timer(run).repeat(slices, message)) / message)


def _prepared(row: Row, file: str) -> tuple[Any, Answer]:
    start = perf_counter()
    try:
        run = row.prepared_by(import_module(f"benchmarks.peers.{file}"))
        value = plain(run())
        first = perf_counter() - start
        seconds = timeit.Timer(run).timeit(1)
    except NotImplementedError:
        return None, Answer(fault="–")
    except Exception as error:  # a peer's failure is a cell of the table
        return None, Answer(fault=f"{type(error).__name__}: {error}"[:200])
    return run, Answer(value, first, seconds)


def plain(answer: Any) -> Any:
    """An answer without its library: NumPy arrays, SciPy's sparse ones, strings, tuples of
    these."""
    if isinstance(answer, tuple | list | dict):
        return tuple(
            plain(part) for part in (answer.values() if isinstance(answer, dict) else answer)
        )
    if isinstance(answer, str) or (hasattr(answer, "nnz") and hasattr(answer, "tocsr")):
        return answer
    return np.array(answer.full() if hasattr(answer, "full") else answer, dtype=float)


class Worker:
    """One library in a process of its own."""

    def __init__(self, file: str) -> None:
        self.pipe, theirs = multiprocessing.get_context("spawn").Pipe()
        self.process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, file), daemon=True
        )
        self.process.start()
        self.about: Introduction = self.pipe.recv()
        self.alive = not self.about.fault

    def prepare(self, row: Row) -> Answer:
        """The first answer to a row; a worker that takes too long, or dies, is out of the rest."""
        self.pipe.send(row)
        try:
            if self.pipe.poll(PATIENCE):
                return self.pipe.recv()
        except EOFError:
            pass
        self.stop()
        return Answer(fault=f"no answer in {PATIENCE:.0f} s")

    def time(self, calls: int) -> float:
        """Seconds per call."""
        self.pipe.send(calls)
        return self.pipe.recv()

    def stop(self) -> None:
        self.alive = False
        self.process.terminate()
        self.process.join()
