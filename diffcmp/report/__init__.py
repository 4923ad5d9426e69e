"""Results for people and for machines: small functions from a record to text or bytes.

They compute nothing and open no file. Each is loaded when it is first asked for, so that JSON costs
no rich, no plotext and no matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffcmp.report.chart import sweep_chart
    from diffcmp.report.export import to_csv, to_json, to_markdown
    from diffcmp.report.figure import sweep_figure
    from diffcmp.report.map_tables import map_text
    from diffcmp.report.panels import map_figure
    from diffcmp.report.strips import map_chart
    from diffcmp.report.tables import comparison_text, sweep_text
    from diffcmp.report.terminal import Screen, screen

__all__ = [
    "Screen",
    "comparison_text",
    "map_chart",
    "map_figure",
    "map_text",
    "screen",
    "sweep_chart",
    "sweep_figure",
    "sweep_text",
    "to_csv",
    "to_json",
    "to_markdown",
]

_HOMES = {
    "Screen": "terminal",
    "comparison_text": "tables",
    "map_chart": "strips",
    "map_figure": "panels",
    "map_text": "map_tables",
    "screen": "terminal",
    "sweep_chart": "chart",
    "sweep_figure": "figure",
    "sweep_text": "tables",
    "to_csv": "export",
    "to_json": "export",
    "to_markdown": "export",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
