"""A document's arrays in NumPy's compressed format, which needs no pickles to be read."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from diffcmp.report.document import Document
from diffcmp.report.screen import Screen


def show(documents: Sequence[Document], screen: Screen | None = None) -> bytes:
    """The arrays of the one document by their names; none where it has none."""
    (document,) = documents
    out = io.BytesIO()
    np.savez_compressed(out, **document.as_arrays(document.record))  # type: ignore[arg-type]  # its stub takes the option allow_pickle for all keywords
    return out.getvalue()
