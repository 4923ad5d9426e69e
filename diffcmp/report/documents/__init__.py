"""From a record to its document, one file a record: a new one is a file here and a line below."""

from __future__ import annotations

from importlib import import_module

from diffcmp.report.document import Document

FILES = {
    "Comparison": "comparison",
    "Sweep": "sweep",
    "Map": "map",
    "Explanation": "explanation",
    "Limit": "limit",
    "MatrixComparison": "matrix",
    "Bench": "bench",
    "Report": "study",
    "Inventory": "inventory",
}


def document(record: object) -> Document:
    """The document of a record; only its own file is loaded."""
    module = import_module(f"{__name__}.{FILES[type(record).__name__]}")
    made: Document = module.document(record)
    return made
