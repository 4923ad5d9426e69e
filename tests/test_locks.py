"""A fork waits for whoever holds a lock, and holds none afterwards, in the parent or in the child."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from diffcmp.locks import lock


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_holds_a_lock() -> None:
    outer, inner = lock(), lock()
    begun = threading.Event()

    def hold_both() -> None:
        with outer:
            begun.set()
            threading.Event().wait(0.1)
            with inner:
                pass

    thread = threading.Thread(target=hold_both)
    thread.start()
    begun.wait()
    child = os.fork()
    if not child:
        signal.alarm(10)
        with outer, inner:
            os._exit(0)
    thread.join(10)
    assert os.waitpid(child, 0)[1] == 0
    assert not thread.is_alive()
    assert outer.acquire(timeout=1)
    outer.release()


def test_a_thread_takes_its_own_lock_again() -> None:
    one = lock()
    with one:
        assert one.acquire(blocking=False)
        one.release()
