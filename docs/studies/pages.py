"""Write docs/studies/NAME.md and its figure for every study, or for those named on the command
line."""

from __future__ import annotations

import sys
from pathlib import Path

from diffcmp.report.study_export import studies_markdown
from diffcmp.report.study_figure import study_figure
from diffcmp.studies.registry import QUESTIONS, study

HERE = Path(__file__).parent

if __name__ == "__main__":
    for name in sys.argv[1:] or QUESTIONS:
        report = study(name)
        (HERE / f"{name}.png").write_bytes(study_figure(report, "png"))
        (HERE / f"{name}.md").write_text(studies_markdown([report], "{name}.png"), encoding="utf-8")
        print(f"{name}: {report.title}")
