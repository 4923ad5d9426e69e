"""How much is fuzzed: a slice that is the same every time, or as much as the environment variable
FUZZ asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

ASKED = int(os.environ.get("FUZZ", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
CHUNKS = range(8 if ASKED else 1)  # for the cores to share
REPEATED = 2  # hypothesis varies what it has made, and makes about every second example again: those are passed over


def hold(
    law: Callable[[Any], None],
    examples: st.SearchStrategy[Any],
    chunk: int,
    usual: int,
    share: float = 1.0,
) -> None:
    """`law` for `usual` random examples, or a chunk of `share` times as many as asked for;
    hypothesis prints what breaks it."""
    count = int(ASKED * share / len(CHUNKS)) if ASKED else usual
    held: set[str] = set()

    @seed(SEED + chunk)
    @settings(
        max_examples=REPEATED * count,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(examples)
    def holds(example: Any) -> None:
        if repr(example) not in held:
            law(example)
            held.add(repr(example))

    holds()
