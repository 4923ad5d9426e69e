"""`diffcmp backends`: what is installed, with versions."""

from __future__ import annotations

import platform
from importlib.metadata import version

import click

from diffcmp.cli.output import Output

LIBRARIES = ("diffcmp", "numpy", "sympy", "python-flint", "matplotlib", "rich", "plotext")


@click.command("backends", short_help="What is installed, with versions.")
def command() -> None:
    """List the backends, what each one does, and the versions of the libraries that they use."""
    from diffcmp.backends.registry import installed
    from diffcmp.report.documents.inventory import Inventory

    rows = [(b.name, b.summary, b.rule or "–") for b in installed()]
    versions = {"Python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    headers = ("backend", "what it does", "step size by default")
    Output("text", None).show(Inventory(headers, rows, versions))
