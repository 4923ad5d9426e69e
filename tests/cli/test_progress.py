"""The bar on standard error: only on a terminal, and it moves within a study."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest

from diffcmp.cli import progress
from diffcmp.studies.pace import each, heard_by


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("screen", "drawn"), [(Terminal(), True), (io.StringIO(), False)])
def test_a_bar_is_for_a_terminal(
    monkeypatch: pytest.MonkeyPatch, screen: io.StringIO, drawn: bool
) -> None:
    monkeypatch.setattr(progress, "DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", screen)
    with progress.progress(2) as tell:
        tell("roundoff")
        with heard_by(lambda what, share: tell(what, share)):
            for k in each(range(4), "chains"):
                until = time.monotonic() + 10
                while (
                    drawn
                    and f"chains, {k + 1} of 4" not in screen.getvalue()
                    and time.monotonic() < until
                ):
                    time.sleep(0.01)
    assert ("chains, 3 of 4" in screen.getvalue()) == drawn
    assert bool(screen.getvalue()) == drawn


@pytest.mark.parametrize(("backends", "options", "stages"), [
    (["dual", "tape"], {}, 3), (["dual"], {"after": 2}, 4), (None, {}, 1 + 12), (None, {"order": 2}, 1 + 13),
    (None, {"stepped": True}, 1 + 6),
])  # fmt: skip
def test_the_stages_are_the_truth_and_the_methods(
    monkeypatch: pytest.MonkeyPatch,
    backends: list[str] | None,
    options: dict[str, Any],
    stages: int,
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(progress, "progress", seen.append)
    progress.methods(backends, **options)
    assert seen == [stages]


def test_a_loop_that_nobody_hears_is_a_loop() -> None:
    assert list(each([1, 2], "numbers")) == [1, 2]
