"""Write docs/studies/NAME.md and its figure for every study, or for those named on the command
line."""

from __future__ import annotations

import sys
from pathlib import Path

from diffcmp.report import markdown
from diffcmp.report.documents import document
from diffcmp.report.figures import figure
from diffcmp.studies.registry import QUESTIONS, study

HERE = Path(__file__).parent

if __name__ == "__main__":
    for name in sys.argv[1:] or QUESTIONS:
        report = study(name)
        shown = document(report)
        (HERE / f"{name}.png").write_bytes(figure(shown, "png"))
        page = markdown.show([shown], picture=f"{name}.png")
        (HERE / f"{name}.md").write_text(page, encoding="utf-8")
        print(f"{name}: {report.title}")
