"""Documents as JSON, as `docs/schema.json` describes them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from diffcmp.report.document import Document
from diffcmp.report.screen import Screen


def show(documents: Sequence[Document], screen: Screen | None = None) -> str:
    """One document as an object, several as a list; a screen that lacks signs gets their
    escapes."""
    trees = [document.record.to_dict() for document in documents]
    tree = trees[0] if len(trees) == 1 else trees
    escaped = screen is not None and not screen.unicode
    return json.dumps(tree, ensure_ascii=escaped, indent=2, allow_nan=False) + "\n"
