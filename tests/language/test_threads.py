"""Text is read in several threads at once."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest

from diffcmp.language.parser import parse


@pytest.fixture
def in_turns() -> Iterator[None]:
    """Threads take turns as often as can be, also amid a syntax tree: wherever garbage is
    collected, Python code runs."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()

    def collected(phase: str, info: object) -> None:
        sum(range(50))

    gc.callbacks.append(collected)
    gc.set_threshold(50)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)
    gc.callbacks.remove(collected)


@pytest.mark.usefixtures("in_turns")
def test_many_threads_read_text() -> None:
    """Python 3.11 raised a SystemError in one of 30 calls."""
    text = "+".join(f"sin(x*{k})" for k in range(20))
    with ThreadPoolExecutor(4) as pool:
        sizes = list(pool.map(lambda k: parse(f"{text}+{k}").size, range(120)))
    assert set(sizes) == {sizes[0]}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an alarm")
def test_a_signal_handler_that_interrupts_parse_may_parse() -> None:
    sizes: list[int] = []

    def handler(number: int, frame: FrameType | None) -> None:
        sizes.append(parse("x+1").size)

    def interrupt(frame: FrameType, event: str, argument: object) -> None:
        if event == "c_call" and argument is compile and not sizes:
            signal.raise_signal(signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, handler)
    sys.setprofile(interrupt)
    try:
        parse("x*x")
    finally:
        sys.setprofile(None)
        signal.signal(signal.SIGALRM, before)
    assert sizes == [3]
