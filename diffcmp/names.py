"""Names of variables, methods and commands as they are typed: as Python reads them, and which
existing one is near."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection


def identifier(name: str) -> str:
    """The name as Python reads it: the micro sign is the Greek letter, a ligature its letters.

    >>> identifier("\u00b5") == "\u03bc"
    True
    """
    return unicodedata.normalize("NFKC", name)


def suggestion(name: str, existing: Collection[str]) -> str:
    """`Did you mean 'sin'? ` where one of the existing names is near, else nothing."""
    import difflib

    near = difflib.get_close_matches(name.lower(), existing, 1, 0.6)
    return f"Did you mean '{near[0]}'? " if near else ""
