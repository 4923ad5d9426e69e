"""The finding: effects over at least 20 seeds, each with its spread, and a verdict that the spread
allows."""

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
    for (mean, spread), conclusion in zip(
        found.facts["effects"].values(), found.conclusions, strict=False
    ):
        assert conclusion.sentence.endswith(verdict(mean, spread))
    assert (verdict(-2, 1), verdict(1, 2)) == ("more than chance", "no more than chance allows")


def test_an_effect_is_a_mean_and_three_standard_errors() -> None:
    loss, accuracy = effect(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))
    assert loss[1:3] == pytest.approx((2, 3 / 3**0.5))
    assert accuracy == ("test accuracy", 0, 0, "no more than chance allows")


def test_in_a_small_network_dropout_only_fits_less(report: Callable[[str], Report]) -> None:
    """Noise of mean 0 is what stochastic descent is used to anyway."""
    effects = report("dropout").facts["effects"]
    assert verdict(*effects["dropout"]) == "more than chance"
    assert verdict(*effects["error with all units"]) == "no more than chance allows"


def test_the_backends_agree(report: Callable[[str], Report]) -> None:
    facts = report("dropout").facts
    assert facts["dual"] < 1e-14
    assert facts["central"] < 1e-8
