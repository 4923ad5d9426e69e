"""Every command line of the README runs, and says in words what the README shows; numbers and times
are a run's own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
WIDTH = "96"
SHOWN = re.findall(
    r"```console\n\$ diffcmp ([^\n]*)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
)


def words(text: str) -> str:
    """The words in a row: the columns of a table and the ends of lines do not matter."""
    return " ".join(
        re.findall(r"[^\W\d_]{2,}", re.sub(r"\d\S*( [nµm]?s\b)?|\b[nµm]s\b", " ", text))
    )


def test_there_are_some() -> None:
    assert len(SHOWN) > 5


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line[:40] for line, _ in SHOWN])
def test_the_readme_shows_what_a_command_says(line: str, shown: str, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("diffcmp")), *shlex.split(line)]
    if line.startswith("map"):  # what the time allows is not what is shown
        command += ["--timeout", "300"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = words(done.stdout)
    for part in shown.split("\n…"):
        assert words(part) in said
