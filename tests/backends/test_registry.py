"""A third party's backend that cannot be loaded: left out with a line where all are asked, an error
where it is named."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from diffcmp.accuracy.compare import compare
from diffcmp.backends import registry
from diffcmp.errors import Fault, InputError

CASES = {
    "raise ImportError('no such library')": "ImportError: no such library",
    "def method(:": "SyntaxError: ",
    "import sys": "AttributeError: ",
    "def method(): raise ValueError('not today')": "ValueError: not today",
    "def method(): return 3": "broken_backend:method is no Backend",
}


@pytest.fixture(params=CASES)
def reason(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a module of that text as the backend `broken`; why it does not load."""
    (tmp_path / "broken_backend.py").write_text(request.param)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_backend", raising=False)
    point = EntryPoint("broken", "broken_backend:method", registry.GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point])
    return CASES[request.param]


def test_asked_for_by_name_it_is_an_error(reason: str) -> None:
    with pytest.raises(InputError, match="the backend 'broken' cannot be loaded: ") as error:
        compare("x", 1, backends=["dual", "broken"])
    assert error.value.fault is Fault.BACKEND_BROKEN
    assert reason in error.value.sentence


def test_where_all_are_asked_it_is_left_out_with_one_line(
    reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert "broken" in registry.names()
    rows = {row.backend for row in compare("x", 1).rows}
    assert rows == {name for name in registry.BUILT_IN if 1 in registry.backend(name).orders}
    registry.chosen(None)
    (message,) = caplog.messages  # of two calls
    assert message.startswith("diffcmp: the backend 'broken' cannot be loaded: ")
    assert reason in message
    assert message.endswith("; it is left out")
    assert "\n" not in message


def test_the_command_says_so_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cli.runner import process

    metadata = tmp_path / "broken-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: broken\nVersion: 1.0\n")
    entry = "[diffcmp.backends]\nbroken = broken_backend:method\n"
    (metadata / "entry_points.txt").write_text(entry)
    (tmp_path / "broken_backend.py").write_text("raise ImportError('no such library')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    line = "diffcmp: the backend 'broken' cannot be loaded: ImportError: no such library"
    done = process("compare", "x**2", "--at", "3")
    assert (done.returncode, done.stderr) == (0, f"{line}; it is left out\n")
    named = process("compare", "x**2", "--at", "3", "--backend", "broken")
    assert (named.returncode, named.stdout) == (2, "")
    assert named.stderr.startswith(f"{line}\n")
