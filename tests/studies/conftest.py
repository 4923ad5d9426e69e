"""Every study is run once, at its default size."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from diffcmp import Report, study

_once = cache(study)


@pytest.fixture
def report() -> Callable[[str], Report]:
    """The report of a study by name."""
    return _once
