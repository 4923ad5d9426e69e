"""The command line: thin click commands, one file each, without mathematics."""

from diffcmp.cli.main import main

__all__ = ["main"]
