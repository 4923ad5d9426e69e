"""`diffcmp backends`: what is installed, with versions."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

import click

from diffcmp.cli.output import show

LIBRARIES = ("diffcmp", "numpy", "sympy", "python-flint", "matplotlib", "rich", "plotext")


@click.command("backends", short_help="What is installed, with versions.")
def command() -> None:
    """List the backends, what each one does, and the versions of the libraries that they use."""
    from diffcmp.backends.registry import backend, names
    from diffcmp.report.inventory import inventory_text
    from diffcmp.report.terminal import screen

    rows = [(b.name, b.summary, getattr(b, "rule", "–")) for b in map(backend, names())]
    versions = {"Python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    seen = screen(sys.stdout)
    show(inventory_text(rows, versions, seen.width, seen.colour), None)
