"""Every study is run once a session, at its default size, whatever the number of processes that run
the tests."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from diffcmp import Report, study


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """The report of a study by name. The first process that wants it leaves it for the others in a
    file."""
    own = tmp_path_factory.getbasetemp()
    shared = (
        own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    )  # where each worker has a folder
    return cache(lambda name: _kept(shared / f"{name}.pickle") or _run(name, shared))


def _kept(file: Path) -> Report | None:
    if not file.exists():
        return None
    found: Report = pickle.loads(file.read_bytes())
    return found


def _run(name: str, folder: Path) -> Report:
    found = study(name)
    new = folder / f"{name}.{os.getpid()}"
    new.write_bytes(pickle.dumps(found))
    new.rename(folder / f"{name}.pickle")  # at once, or not at all
    return found
