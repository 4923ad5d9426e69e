"""The table as a picture, from the record that `compare` writes: times as multiples of those by
hand, and growth with n."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from benchmarks import tables

mpl.use("Agg")
from matplotlib import pyplot as plt

MARKS = {  # colour-blind safe (Okabe & Ito); diffcmp above the others
    "numba_": ("#8c8c8c", "v"),
    "jax_": ("#0072b2", "s"),
    "torch_": ("#d55e00", "d"),
    "torch_single": ("#f0a080", "D"),
    "casadi_": ("#009e73", "^"),
    "autograd_": ("#e69f00", "P"),
    "hand": ("#000000", "|"),
    "diffcmp_jit": ("#cc79a7", "*"),
    "diffcmp_": ("#cc0077", "o"),
}


def draw(found: dict[str, Any], path: Path) -> None:
    """Write the figure to a file."""
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    canvas, (left, right) = plt.subplots(
        1, 2, figsize=(11.5, 6), width_ratios=(1.55, 1), layout="constrained"
    )
    _ratios(left, found)
    _growth(right, found)
    about = f"{found['machine']}, 2 cores, float64, medians of interleaved rounds, {found['date']}"
    canvas.supxlabel(about, fontsize=8, color="#555555")
    handles, labels = left.get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    canvas.savefig(path, dpi=150)
    plt.close(canvas)


def _style(file: str) -> dict[str, Any]:
    colour, mark = MARKS[file]
    return {"color": colour, "marker": mark, "zorder": 4 if file == "diffcmp_" else 3}


def _ratios(axes: Axes, found: dict[str, Any]) -> None:
    entries = [
        e for e in found["rows"] if e["row"]["base"] == "hand" and e["row"]["kind"] != "function"
    ]
    called = tables.names(found)
    for file in (file for file in MARKS if file in called and file != "hand"):
        shown = [(e["cells"].get(file) or {}).get("to_base") for e in entries]
        places = [(r["median"], i) for i, r in enumerate(shown) if r]
        if places:
            axes.plot(
                *zip(*places, strict=True),
                linestyle="",
                markersize=7,
                label=called[file],
                **_style(file),
            )
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(range(len(entries)), [e["row"]["name"] for e in entries])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="both", color="#e5e5e5", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(_multiple))
    axes.set_title(
        "Time as a multiple of the derivative by hand (left is faster)", fontsize=10, loc="left"
    )


def _growth(axes: Axes, found: dict[str, Any]) -> None:
    for file, of in tables.growing(found).items():
        line = "--" if file == "hand" else "-"
        style = _style(file) | ({"marker": ""} if file == "hand" else {})
        axes.plot(
            list(of), list(of.values()), line, linewidth=2.2 if file == "diffcmp_" else 1.3, **style
        )
        if file == "hand":
            axes.annotate(
                "by hand", (min(of), of[min(of)]), (4, -11), textcoords="offset points", fontsize=8
            )
    axes.axhline(4, color="#cc0077", linewidth=0.8, linestyle=":")
    axes.annotate(
        "4: the bound of reverse mode",
        (0.12, 4),
        (0, -10),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=8,
        color="#cc0077",
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(_multiple))
    axes.grid(color="#e5e5e5", linewidth=0.7)
    axes.set_xlabel("n")
    axes.set_title("Rosenbrock: ∇f in calls of f written in NumPy", fontsize=10, loc="left")


def _multiple(x: float, _: int) -> str:
    return f"{x:g}×"
