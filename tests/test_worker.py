"""The worker process: answers, time limits, failures, and that nothing is left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from diffcmp import worker as room
from diffcmp.worker import Worker, WorkerDied, WorkerFailed, WorkerTimeout

SLOW = "diffcmp.truth.symbolic_work:one_sided"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with closing(Worker()) as opened:
        yield opened


def test_it_answers_in_order(worker: Worker) -> None:
    tasks = [worker.submit("diffcmp.program.printer:decimal", n) for n in (1, 2, 3)]
    assert [task.result(30) for task in tasks] == ["1", "2", "3"]


def test_a_failure_is_told(worker: Worker) -> None:
    with pytest.raises(WorkerFailed, match="TypeError"):
        worker.submit("diffcmp.program.printer:decimal").result(30)


def test_only_our_own_functions_may_be_named(worker: Worker) -> None:
    with pytest.raises(ValueError, match="not a function of diffcmp"):
        worker.submit("os:system", "true")


def test_a_time_limit_ends_the_work_and_the_next_request_is_served(worker: Worker) -> None:
    task = worker.submit("diffcmp.worker:_exactly", _Endless(), 1)
    start = time.perf_counter()
    with pytest.raises(WorkerTimeout):
        task.result(0.3)
    assert time.perf_counter() - start < 5
    assert worker.submit("diffcmp.program.printer:decimal", 7).result(30) == "7"


class _Endless:
    """A pipe that never gives anything."""

    def read(self, count: int) -> bytes:
        time.sleep(60)
        return b"x" * count


def test_a_closed_worker_leaves_no_process() -> None:
    with closing(Worker()) as opened:
        assert opened.submit("diffcmp.program.printer:decimal", 1).result(30) == "1"
        process = int(repr(opened).split()[3].rstrip(","))
        os.kill(process, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_request_to_a_closed_worker_has_died() -> None:
    opened = Worker()
    opened.close()
    task = opened.submit("diffcmp.program.printer:decimal", 1)
    assert repr(task) == "<task diffcmp.program.printer:decimal, finished>"
    with pytest.raises(WorkerDied, match="closed"):
        task.result(1)


def test_a_signal_handler_may_ask_for_the_worker_while_it_is_being_made() -> None:
    with room._lock:  # as where a signal interrupts `shared`, whose lock is held then
        assert room.shared() is room.shared()
