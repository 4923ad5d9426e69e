"""Every command line of the README runs, and says in words what the README shows; numbers and times
are a run's own."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.runner import run

README = Path(__file__).parents[1] / "README.md"
WIDTH = "96"
BLOCK = re.compile(r"```console\n\$ diffcmp ([^\n]*)\n(.*?)```", re.DOTALL)
SHOWN = BLOCK.findall(README.read_text(encoding="utf-8"))
NUMBER = re.compile(r"(less than )?\d\S*( [nµm]?s\b)?|\b[nµm]s\b")


def words(text: str) -> str:
    """The words in a row: the columns of a table and the ends of lines do not matter."""
    return " ".join(re.findall(r"[^\W\d_]{2,}", NUMBER.sub(" ", text)))


def test_there_are_some() -> None:
    assert len(SHOWN) > 5


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line[:40] for line, _ in SHOWN])
def test_the_readme_shows_what_a_command_says(line: str, shown: str, tmp_path: Path) -> None:
    arguments = shlex.split(line)
    if line.startswith("map"):  # what the time allows is not what is shown
        arguments += ["--timeout", "300"]
    done = run(*arguments, cwd=tmp_path, COLUMNS=WIDTH)
    assert done.returncode == 0, done.stderr
    answer = words(done.stdout)
    for part in shown.split("\n…"):
        assert words(part) in answer
