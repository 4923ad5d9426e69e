"""The finding: effects over at least 20 seeds, each with its spread, and a verdict that the spread allows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from diffcmp import Report
from diffcmp.studies.dropout import effect, verdict


def test_the_networks_learn(report: Callable[[str], Report]) -> None:
    facts = report("dropout").facts
    assert facts["n"] >= 20
    assert min(facts["accuracy"].values()) > 0.6


def test_the_verdict_follows_from_the_spread(report: Callable[[str], Report]) -> None:
    found = report("dropout")
    for (mean, spread), conclusion in zip(found.facts["effects"].values(), found.conclusions, strict=False):
        assert verdict(mean, spread) in conclusion.sentence
    assert effect(np.array([1.0, 2.0, 3.0])) == pytest.approx((2, 2.6 / 3**0.5))


def test_the_backends_agree(report: Callable[[str], Report]) -> None:
    facts = report("dropout").facts
    assert facts["dual"] < 1e-14
    assert facts["central"] < 1e-8
