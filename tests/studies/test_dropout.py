"""The finding: effects over at least 20 seeds, each with its spread, and a verdict that the spread
allows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from diffcmp import Report
from diffcmp.studies.dropout import SURE, Effect, effects


def verdict(mean: float, chance: float) -> str:
    return Effect("test accuracy", mean, chance).verdict


def test_the_networks_learn(report: Callable[[str], Report]) -> None:
    facts = report("dropout").facts
    assert facts["n"] >= 20
    assert min(facts["accuracy"].values()) > 0.6


def test_the_verdict_follows_from_the_spread(report: Callable[[str], Report]) -> None:
    dropout = report("dropout")
    accuracies = dropout.facts["effects"].values()
    for (mean, chance), conclusion in zip(accuracies, dropout.conclusions, strict=False):
        assert conclusion.sentence.endswith(verdict(mean, chance))
    assert (verdict(-2, 1), verdict(1, 2)) == ("more than chance", "no more than chance allows")


def test_an_effect_is_a_mean_and_three_standard_errors() -> None:
    loss, accuracy = effects(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))
    assert (loss.mean, loss.chance) == pytest.approx((2, SURE / 3**0.5))
    assert (accuracy.measure, accuracy.mean, accuracy.chance) == ("test accuracy", 0, 0)


def test_in_a_small_network_dropout_only_fits_less(report: Callable[[str], Report]) -> None:
    """Noise of mean 0 is what stochastic descent is used to anyway."""
    accuracies = report("dropout").facts["effects"]
    assert verdict(*accuracies["dropout"]) == "more than chance"
    assert verdict(*accuracies["error with all units"]) == "no more than chance allows"


def test_the_backends_agree(report: Callable[[str], Report]) -> None:
    facts = report("dropout").facts
    assert facts["dual"] < 1e-14
    assert facts["central"] < 1e-8
