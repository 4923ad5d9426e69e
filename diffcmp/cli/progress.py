"""A progress bar on standard error for work that takes longer than a second."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

DELAY = 1.0


class Tell(Protocol):
    """Is told each stage as it begins; or, with a share, how much of the present one is done."""

    def __call__(self, begun: str, share: float | None = None, /) -> None: ...


def methods(
    backends: Sequence[str] | None, *, order: int = 1, stepped: bool = False, after: int = 0
) -> contextlib.AbstractContextManager[Tell]:
    """Progress over the truth, every method and so many stages after them.

    stepped: where no methods are named, those that have a step are meant.
    """
    from diffcmp.backends.registry import chosen

    names = backends
    if names is None:
        every = chosen(None, order)
        names = [b.name for b in every if not stepped or b.truncation_order is not None]
    return progress(1 + len(names) + after)


@contextlib.contextmanager
def progress(stages: int) -> Iterator[Tell]:
    """A function to be told each stage of the work; a bar appears only after a second, and only on
    a terminal."""
    if not sys.stderr.isatty():
        yield lambda begun, share=None, /: None
        return
    stage, done = ["starting"], [-1.0]
    ended = threading.Event()

    def draw() -> None:
        if ended.wait(DELAY):
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        from diffcmp.report.screen import screen

        columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
        console = Console(stderr=True, width=screen(sys.stderr).width)
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=stages)
            while not ended.wait(0.1):
                bar.update(task, description=stage[0], completed=done[0])

    def tell(begun: str, share: float | None = None, /) -> None:
        stage[0] = begun
        done[0] = math.floor(done[0]) + (1 if share is None else share)

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        ended.set()
        thread.join()
