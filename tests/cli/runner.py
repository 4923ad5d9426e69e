"""The commands as a user runs them: in this process for what they say, in one of their own for
signals, streams and what is imported."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from diffcmp.cli.commands import commands

COLUMNS = "100"
SCRIPT = "from diffcmp.cli import main; main()"


def run(
    *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """One call of the command in this process, without the guard that watches over time and
    memory."""
    with contextlib.chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(
            commands, arguments, env={"COLUMNS": COLUMNS, **environment}, prog_name="diffcmp"
        )
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def process(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One call of the console script in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True, text=True, cwd=cwd, timeout=60, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": COLUMNS},
    )  # fmt: skip
