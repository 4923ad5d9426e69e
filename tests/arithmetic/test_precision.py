"""The precision of flint is the user's before and after, and one thread's at a time in between."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest
from flint import arb, ctx

from diffcmp import deadline
from diffcmp.arithmetic import precision
from diffcmp.arithmetic.balls import Balls
from diffcmp.errors import Breakdown, ComputationError
from diffcmp.truth.certify import certify

USERS = 77
MIXED = [
    ("sin(x)/x", 20),
    ("exp(x)*gamma(x)", 400),
    ("digamma(x)", 60),
    ("(t**2-4)/(t-2)", 30),
    ("x**x", 150),
    ("erf(x)*tanh(x)", 15),
    ("sqrt(x**3+1)", 250),
    ("log(1+exp(x))", 5),
]


@pytest.fixture(autouse=True)
def users_precision() -> Iterator[None]:
    """The user works at an odd precision, and finds it again."""
    before, ctx.prec = ctx.prec, USERS
    yield
    assert ctx.prec == USERS
    assert not precision._line
    ctx.prec = before


def test_runs_nest() -> None:
    with Balls(100).working():
        assert ctx.prec == 100
        with Balls(200).working():
            assert ctx.prec == 200
        assert ctx.prec == 100


def test_what_the_user_sets_meanwhile_stays() -> None:
    with Balls(100).working():
        ctx.prec = 300
    assert ctx.prec == 300
    ctx.prec = USERS


def test_eight_threads_at_mixed_digits() -> None:
    wanted = [str(certify(f, 2, digits=n)) for f, n in MIXED]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda case: str(certify(case[0], 2, digits=case[1])), MIXED * 4)
            assert list(answers) == wanted * 4
    finally:
        sys.setswitchinterval(interval)


def _occupied(then: Callable[[], None], seconds: float = 10) -> None:
    """Do something while another thread computes, for so long at most."""
    begun, over = threading.Event(), threading.Event()

    def compute() -> None:
        with Balls(1000).working():
            begun.set()
            over.wait(seconds)

    thread = threading.Thread(target=compute)
    thread.start()
    begun.wait(10)
    try:
        then()
    finally:
        over.set()
        thread.join()


def test_turns_are_taken_in_the_order_of_asking() -> None:
    order: list[int] = []

    def ask(k: int) -> None:
        with Balls(100 + k).working():
            order.append(k)

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(5)]

    def queue_up() -> None:
        for k, thread in enumerate(threads):
            thread.start()
            while len(precision._line) < k + 2:
                time.sleep(0.001)

    _occupied(queue_up)
    for thread in threads:
        thread.join()
    assert order == list(range(5))


def test_who_waits_too_long_is_told_within_the_limit() -> None:
    def ask() -> None:
        began = time.monotonic()
        with pytest.raises(ComputationError) as caught:
            certify("sin(x)", 1, timeout=0.05)
        assert caught.value.breakdown is Breakdown.TIME
        assert time.monotonic() - began < 1

    _occupied(ask)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an alarm")
def test_ctrl_c_ends_the_waiting() -> None:
    def ask() -> None:
        with pytest.raises(KeyboardInterrupt), Balls(60).working():
            pytest.fail("it is not our turn")

    _occupied(lambda: _alarmed(_interrupt, ask))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an alarm")
def test_a_signal_handler_computes_while_its_thread_waits() -> None:
    bits: list[int] = []

    def handler(number: int, frame: FrameType | None) -> None:
        with Balls(90).working():
            bits.append(ctx.prec)

    def ask() -> None:
        with Balls(60).working():
            bits.append(ctx.prec)

    _occupied(lambda: _alarmed(handler, ask), seconds=0.1)
    assert bits == [90, 60]


def _alarmed(handler: Callable[[int, FrameType | None], None], then: Callable[[], None]) -> None:
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.03)
    try:
        then()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


OWN = {precision.__file__, contextlib.__file__}


class _Interruption:
    """Raises KeyboardInterrupt where a function of a run begins or has called one in C, the k-th
    time: there the interpreter looks for signals."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_filename in OWN and event in ("call", "c_return"):
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


def _interrupted(moment: int) -> bool:
    interruption = _Interruption(moment)
    try:
        sys.setprofile(interruption)
        with Balls(100).working():
            with Balls(200).working():
                arb.pi()
            arb.pi()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


def test_ctrl_c_at_any_moment() -> None:
    moments = 0
    while _interrupted(moments + 1):
        moments += 1
        assert ctx.prec == USERS, moments
        Balls(100).call("pi")  # waits for nobody who is gone
        assert not precision._line, moments
    assert moments > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_amid_the_work_of_another_thread() -> None:
    def fork() -> None:
        assert ctx.prec == 1000
        child = os.fork()
        if not child:
            signal.alarm(10)
            good = ctx.prec == USERS and certify("sin(x)", 0, timeout=1).value is not None
            os._exit(0 if good and ctx.prec == USERS else 3)
        assert os.waitpid(child, 0)[1] == 0

    _occupied(fork)


def test_the_limit_of_a_call_is_that_of_the_earliest_around_it() -> None:
    @deadline.within_timeout
    def inner(*, timeout: float) -> float:
        limit = deadline.of_this_call()
        assert limit is not None
        return limit.left()

    @deadline.within_timeout
    def outer(*, timeout: float) -> tuple[float, float]:
        return inner(timeout=1000), inner(timeout=5)

    first, second = outer(timeout=50)
    assert 40 < first <= 50
    assert second <= 5
    assert deadline.of_this_call() is None
