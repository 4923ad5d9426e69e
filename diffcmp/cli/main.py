"""The console script: whatever happens, from the first import on, is one message and an exit
code."""

from __future__ import annotations

import os
import sys

from diffcmp.cli import guard


def main() -> None:
    """Run a command in a child process that `guard` watches, where the system has such."""
    try:
        guard.supervise()
        os.environ["MPLBACKEND"] = "agg"  # that of a notebook is not to be had outside of it
        from diffcmp.cli.commands import commands

        commands.main(prog_name="diffcmp")
    except (Exception, KeyboardInterrupt) as error:  # while it is being imported
        from diffcmp.cli.endings import told

        sys.exit(told(error))
    finally:
        guard.leave()
