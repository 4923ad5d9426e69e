"""What becomes of errors: one message, and the exit code that says which.

Exit codes: 0 an answer, 1 a computation that could not be completed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import errno
import sys

from diffcmp.cli.guard import INTERRUPTED
from diffcmp.cli.streams import OutputEnded
from diffcmp.errors import Breakdown, DiffcmpError, InputError
from diffcmp.spans import printable

REFUSED = {errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EIO}
WITHOUT_MEMORY = (
    "failed to map segment",  # the loader of shared libraries
    "cannot allocate memory",
    "can't start new thread",
    "unable to allocate",
)


def told(error: BaseException) -> int:
    """Say in one message what ended the command; its exit code."""
    if isinstance(error, OutputEnded) and error.gone:  # nobody reads any more
        return 0
    message, code = _message(error)
    print(f"diffcmp: {message}", file=sys.stderr)
    return code


def _message(error: BaseException) -> tuple[str, int]:
    if isinstance(error, KeyboardInterrupt):
        return Breakdown.INTERRUPTED.told(), INTERRUPTED
    if isinstance(error, DiffcmpError):
        return str(error), 2 if isinstance(error, InputError) else 1
    if isinstance(error, OutputEnded):
        return Breakdown.OUTPUT.told(reason=error), 1
    if _is_out_of_memory(error):
        return Breakdown.MEMORY.told(), 1
    if isinstance(error, RecursionError):
        return Breakdown.DEPTH.told(), 1
    if isinstance(error, OSError) and error.errno in REFUSED:
        return Breakdown.SYSTEM.told(reason=error.strerror), 1
    if sys.flags.dev_mode:  # python -X dev
        raise error
    what = printable(f"{type(error).__name__}: {error}")[:200]
    return Breakdown.BUG.told(what=what), 1


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether it, or what it arose from, is about memory; libraries have their own words for it."""
    cause: BaseException | None = error
    while cause is not None:
        text = str(cause).lower()
        if isinstance(cause, MemoryError) or getattr(cause, "errno", 0) == errno.ENOMEM:
            return True
        if any(words in text for words in WITHOUT_MEMORY):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
