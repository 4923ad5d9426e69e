"""Documents in any form, by the renderer of a medium: a new one is a file and a line below."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from diffcmp.report.document import Document
from diffcmp.report.screen import Screen

RENDERERS = {"text": "terminal", "json": "json", "csv": "csv", "markdown": "markdown", "npz": "npz"}
PLAIN = Screen(100, False, False)


def rendered(
    documents: Sequence[Document], form: str = "text", screen: Screen = PLAIN
) -> str | bytes:
    """Documents of one kind as "text", "json", "csv", "markdown", "npz"; text needs the screen."""
    renderer = import_module(f"diffcmp.report.{RENDERERS[form]}")
    content: str | bytes = renderer.show(documents, screen)
    return content
