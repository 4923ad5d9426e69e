"""Documents on a terminal, by rich and plotext: tables that fit, charts of characters."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from diffcmp.report.document import Document, Part, Pattern, Section, Strips, Table
from diffcmp.report.record import Chart, Grid
from diffcmp.report.screen import Screen
from diffcmp.report.terminal.console import plain, render
from diffcmp.report.terminal.matrices import colours, structure
from diffcmp.report.terminal.strips import strip_chart
from diffcmp.report.terminal.tables import tabulated
from diffcmp.report.terminal.words import worded

BETWEEN = "\n\n\n"  # two documents


def show(documents: Sequence[Document], screen: Screen) -> str:
    """The documents one after another; escape sequences only on a screen with colour."""
    return BETWEEN.join(shown(document, screen) for document in documents)


def shown(document: Document, screen: Screen) -> str:
    """One document. What rich lays out is rendered together; a chart is text already."""
    pending: list[RenderableType] = heading(document)
    texts = []
    for part in document.parts():
        if isinstance(part, Chart):
            drawn = chart(part, screen)
            if drawn:
                texts += [render(pending, screen.width, screen.colour), drawn]
                pending = []
        else:
            pending += spaced(part, screen.width, first=not pending)
    if pending:
        texts.append(render(pending, screen.width, screen.colour))
    return "\n\n".join(texts)


def heading(document: Document) -> list[RenderableType]:
    """The expression and the point, or the sentence that a study found."""
    if not document.heading:
        return []
    title = plain(document.heading, "bold")
    if document.where:
        title.append_text(plain(f"   {document.where}", "not bold dim"))
    return [title, ""]


def spaced(part: Part, width: int, *, first: bool) -> list[RenderableType]:
    """A part, and an empty line before those that begin something new."""
    body = laid_out(part, width)
    new = isinstance(part, Table | Section | Grid | Strips | Pattern)
    return ["", *body] if body and new and not first else body


def laid_out(part: Part, width: int) -> list[RenderableType]:
    """One part for a screen of this width."""
    if isinstance(part, Section):
        headline: list[RenderableType] = [plain(part.title, "bold")] if part.title else []
        return headline + [line for one in part.parts for line in laid_out(one, width)]
    if isinstance(part, Table):
        return tabulated(part, width)
    if isinstance(part, Grid):
        return colours(part, width)
    if isinstance(part, Strips):
        return strip_chart(part, width)
    if isinstance(part, Pattern):
        return structure(part)
    return worded(part, width)


def chart(part: Chart, screen: Screen) -> str:
    """Curves by plotext, which is loaded for them only."""
    if part.live and not screen.terminal:
        return ""
    from diffcmp.report.terminal.charts import curve_chart

    return curve_chart(part, screen.width, screen.colour)
