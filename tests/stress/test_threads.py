"""Threads, signals and forks at random moments: every answer is right, and flint's precision is the
user's again."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.stress.rounds import rounds

SECONDS = 120

FIRST_CALLS = """
import random, sys, threading, traceback
import diffcmp

CALLS = [
    lambda: diffcmp.certify("abs(x)", 0).kind.value == "kink",
    lambda: diffcmp.derivative("sin(x)")(0.0) == 1.0,
    lambda: list(diffcmp.gradient("sum(x**2)")([1.0, 2.0])) == [2.0, 4.0],
    lambda: diffcmp.grad("sin(x)/x", 0, backend="tape-lhopital") == 0.0,
    lambda: diffcmp.parse("x+1").inputs == ("x",),
    lambda: diffcmp.compare("x**2", 3, backends=["dual", "central"]).truth.certified,
    lambda: diffcmp.sweep("x**2", 1, backends=["central"]).truth.certified,
    lambda: diffcmp.trace(lambda x: x * x).inputs == ("x",),
]
random.Random(int(sys.argv[1])).shuffle(CALLS)
sys.setswitchinterval(1e-5)
start, failed = threading.Barrier(len(CALLS)), []


def first(call):
    start.wait()
    try:
        if not call():
            failed.append("wrong")
    except BaseException:
        failed.append(traceback.format_exc())


threads = [threading.Thread(target=first, args=(call,), daemon=True) for call in CALLS]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(100)
    if thread.is_alive():
        failed.append("hangs")
if failed:
    sys.exit("\\n".join(failed))
"""

INTERRUPTED = """
import random, signal, sys, threading, time
from flint import ctx
from diffcmp import certify
from diffcmp.arithmetic import precision

ctx.prec = 77
dice = random.Random(int(sys.argv[1]))
wanted = {n: str(certify("exp(x)*gamma(x)", 2, digits=n)) for n in (10, 50, 300)}
over, failed = threading.Event(), []


def compute():
    while not over.is_set():
        for n, answer in wanted.items():
            if str(certify("exp(x)*gamma(x)", 2, digits=n)) != answer:
                failed.append("another answer")


def interrupt(number, frame):
    raise KeyboardInterrupt


signal.signal(signal.SIGALRM, interrupt)
threads = [threading.Thread(target=compute) for _ in range(2)]
for thread in threads:
    thread.start()
interrupted, end = 0, time.monotonic() + 20
while interrupted < 100 and time.monotonic() < end:
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, dice.uniform(1e-5, 5e-3))
            for _ in range(50):
                certify("sin(x)/x", 1, digits=20)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupted += 1
over.set()
for thread in threads:
    thread.join()
if failed or not interrupted or ctx.prec != 77 or precision._line:
    sys.exit(f"{failed}, {interrupted} interruptions, {ctx.prec} bits, {precision._line}")
"""

FORKED = """
import os, random, signal, sys, threading, time
from flint import ctx
from diffcmp import certify

ctx.prec = 77
dice = random.Random(int(sys.argv[1]))
over = threading.Event()


def compute():
    while not over.is_set():
        certify("exp(x)*gamma(x)", 2, digits=dice.choice((10, 300, 1000)))


threads = [threading.Thread(target=compute) for _ in range(3)]
for thread in threads:
    thread.start()
failed = 0
for _ in range(12):
    time.sleep(dice.uniform(0, 0.01))
    child = os.fork()
    if not child:
        signal.alarm(20)
        good = certify(f"sin(x)/x + {dice.random()}", 0, digits=30).kind.value == "removable"
        os._exit(0 if good and ctx.prec == 77 else 1)
    failed += os.waitpid(child, 0)[1] != 0
over.set()
for thread in threads:
    thread.join()
if failed or ctx.prec != 77:
    sys.exit(f"{failed} children failed; {ctx.prec} bits")
"""


@pytest.mark.parametrize(("code", "systems"), [
    pytest.param(FIRST_CALLS, "any", id="first calls"),
    pytest.param(INTERRUPTED, "posix", id="interrupted"),
    pytest.param(FORKED, "posix", id="forked"),
])  # fmt: skip
def test_a_busy_process(code: str, systems: str) -> None:
    if systems == "posix" and os.name != "posix":
        pytest.skip("needs signals and forks")
    for dice in rounds(1):
        seed = str(dice.randrange(10**6))
        command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, seed]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert (done.returncode, done.stderr) == (0, ""), seed
