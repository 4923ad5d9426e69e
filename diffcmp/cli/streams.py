"""Standard output and standard error as the command has them: every sign can be written, whatever
the encoding is, and an output that takes no more is one exception, raised once.

They stand on handles of their own, so that what a C library prints can be kept apart from them.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import TYPE_CHECKING

from diffcmp.cli.signs import HANDLING, fitted

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputEnded(Exception):
    """Standard output takes no more; `gone` where whoever read it has left, which is no failure."""

    def __init__(self, reason: str, *, gone: bool) -> None:
        super().__init__(reason)
        self.gone = gone


class _Output(io.FileIO):
    """The handle of standard output."""

    ended = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what the handle takes; after a failure nothing more is tried."""
        while not self.ended:
            try:
                count = super().write(data)
            except OSError as error:
                self.ended = True
                gone = isinstance(error, BrokenPipeError)
                raise OutputEnded(error.strerror or str(error), gone=gone) from None
            if count is not None:
                return count
            select.select([], [self], [])  # a handle that does not block, and is full
        return memoryview(data).nbytes


class _Messages(io.FileIO):
    """The handle of standard error, to which nothing can be said about its own failure."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what the handle takes."""
        try:
            count = super().write(data)
        except OSError:
            count = None
        return memoryview(data).nbytes if count is None else count


class _Text(io.TextIOWrapper):
    """A stream that takes every sign, and keeps carets under what they point at."""

    def write(self, text: str, /) -> int:
        """Write the text as the encoding of the stream can."""
        super().write(fitted(text, self.encoding))
        return len(text)


def take_over() -> None:
    """Put our own streams in the place of Python's."""
    if os.name != "posix":  # a console of Windows is no file
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors=HANDLING)
        return
    _fill_places()
    sys.stdout = sys.__stdout__ = _stream(_Output(os.dup(1), "w"), sys.stdout)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(_Messages(os.dup(2), "w"), sys.stderr, is_prompt=True)  # type: ignore[misc]


def encoded(message: str) -> bytes:
    """A message as standard error takes it."""
    return message.encode(_encoding(sys.stderr), HANDLING)


def _fill_places() -> None:
    """Give the handles 0 to 2 something where they are closed, so that no pipe of ours gets such a
    number; what is written there fails still."""
    while True:
        handle = os.open(os.devnull, os.O_RDONLY)
        if handle > 2:
            os.close(handle)
            return


def _stream(handle: io.FileIO, before: object, *, is_prompt: bool = False) -> io.TextIOWrapper:
    by_line = is_prompt or handle.isatty()
    buffer = io.BufferedWriter(handle)
    return _Text(buffer, encoding=_encoding(before), errors=HANDLING, line_buffering=by_line)


def _encoding(stream: object) -> str:
    return getattr(stream, "encoding", None) or "utf-8"
