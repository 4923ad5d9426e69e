"""Documents as figures for print and slides, by matplotlib: all charts and grids of one in one
picture.

matplotlib's object interface, no global state but the settings, which are put back; what the user
typed is never read as mathematics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from diffcmp.report.document import Document, Drawing, Pattern, Strips
from diffcmp.report.figures.canvas import Format, saved, settings, wrapped
from diffcmp.report.figures.charts import Panels, panels
from diffcmp.report.figures.matrices import matrix
from diffcmp.report.figures.strips import strip_size, strips
from diffcmp.spans import shortened

TITLE_WIDTH = 90  # characters of a line of the title
PANEL_WIDTH, PANEL_HEIGHT = 5.8, 4.7
TITLE_HEIGHT = 0.4
MATRIX_SIZE = (10.4, 5.2)
SENTENCE: dict[str, Any] = {"fontsize": 13.5, "fontweight": "bold"}


def figure(document: Document, format: Format) -> bytes:
    """The figure in one of the formats; the same document always gives the same bytes."""
    with settings():
        return saved(drawn(document), format)


def drawn(document: Document) -> Figure:
    """The figure as matplotlib has it."""
    drawings = document.drawings()
    first = drawings[0] if drawings else None
    if isinstance(first, Strips):
        figure = Figure(figsize=strip_size(first), layout="constrained")
        strips(figure, first)
    elif isinstance(first, Pattern):
        figure = Figure(figsize=MATRIX_SIZE, layout="constrained")
        matrix(figure, first)
    else:
        figure = side_by_side(drawings)
    titled(figure, document, len(drawings))
    return figure


def side_by_side(drawings: Sequence[Drawing]) -> Figure:
    """Charts and grids, two in a row."""
    across = 1 if len(drawings) == 1 else 2
    down = math.ceil(len(drawings) / across)
    breadth = PANEL_WIDTH * (1.6 if across == 1 else across)
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)
    figure = Figure(figsize=(breadth, PANEL_HEIGHT * down + TITLE_HEIGHT), layout=layout)
    panels(figure, Panels(drawings, across, down))
    return figure


def titled(figure: Figure, document: Document, count: int) -> None:
    """The expression and the point in two lines, or the sentence that a study found."""
    title, look = wrapped(document.heading, 80 if count == 1 else 102), SENTENCE
    if document.lead:
        text = shortened(document.heading, TITLE_WIDTH - len(document.lead))
        title = f"{document.lead} {text}\n{shortened(document.where, TITLE_WIDTH)}"
        look = {"fontsize": 13}
    figure.suptitle(title, x=0.01, ha="left", parse_math=False, **look)
