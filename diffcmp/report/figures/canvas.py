"""What all figures share: settings that no matplotlibrc changes, colours for every eye."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

import matplotlib
from matplotlib.figure import Figure
from matplotlib.legend import Legend

Format: TypeAlias = Literal["png", "svg", "pdf"]

# for colour-blind eyes too
OKABE_ITO = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #000000".split()
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# the same bytes on every run: no dates, no version, no random identifiers
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
Group: TypeAlias = Literal["font", "axes", "legend", "svg", "pdf", "savefig"]
SETTINGS: dict[Group, dict[str, object]] = {
    "font": {"size": 12.0},
    "axes": {"titlesize": 13.0, "labelsize": 13.0, "spines.top": False, "spines.right": False},
    "legend": {"fontsize": 11.0, "frameon": False},
    "svg": {"hashsalt": "diffcmp", "fonttype": "path"},
    "pdf": {"fonttype": 42},
    "savefig": {"dpi": 160.0},
}


@contextmanager
def settings() -> Iterator[None]:
    """matplotlib's defaults and ours, whatever matplotlibrc says; put back afterwards."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcdefaults()
        for group, values in SETTINGS.items():
            matplotlib.rc(group, **values)
        yield


def saved(figure: Figure, format: Format) -> bytes:
    """The figure as a file has it. Call it within `settings`."""
    out = io.BytesIO()
    figure.savefig(out, format=format, metadata=METADATA[format])
    return out.getvalue()


def wrapped(title: str, most: int) -> str:
    """A title on as few lines as it needs, all about as long; equations do not break."""
    for sign in "=±":
        title = title.replace(f" {sign} ", f"\u00a0{sign}\u00a0")
    count = len(textwrap.wrap(title, most))
    widths = (n for n in range(most // 2, most) if len(textwrap.wrap(title, n)) <= count)
    return "\n".join(textwrap.wrap(title, next(widths, most)))


def unparsed(legend: Legend) -> Legend:
    """A legend whose texts are shown as they are: a dollar is a dollar."""
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend
