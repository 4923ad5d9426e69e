"""Documents as CSV: every number, one line for each, under one line of names."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from diffcmp.report.document import Document
from diffcmp.report.screen import Screen


def show(documents: Sequence[Document], screen: Screen | None = None) -> str:
    """The lines of all documents, which are of one kind."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for i, document in enumerate(documents):
        if i == 0:
            writer.writerow(document.fields)
        writer.writerows(document.as_lines(document.record))
    return out.getvalue()
