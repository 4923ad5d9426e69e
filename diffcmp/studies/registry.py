"""Every study by name, with the question it asks; a study is imported when it is run.

The study `lhopital` is the function `study` in `diffcmp/studies/lhopital.py`; its keyword
parameters are its options.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from diffcmp.errors import Fault, InputError
from diffcmp.names import suggestion
from diffcmp.report.record import Report
from diffcmp.settings import checked, read

QUESTIONS = {
    "smoothness": "What is the derivative of an activation function where it has a kink, and where "
    "does it vanish?",
    "lhopital": "At 0/0, which methods know L'Hôpital's rule, which say nan, and which are "
    "silently wrong?",
    "epsilon-hack": "What does an ε that is added to avoid 0/0 cost, and is there a good one?",
    "known-derivatives": "What is won by putting a known derivative inside, instead of "
    "differentiating the textbook's formula?",
    "step-size": "Which step size is best, what does each rule for it lose, and can theory predict "
    "it?",
    "roundoff": "How fast does rounding error grow along a chain of operations, forward and in "
    "reverse, in three formats?",
    "vanishing": "How fast does the gradient through a chain of layers vanish or explode, and when "
    "is it exactly 0?",
    "swell": "How do the size and the time of a symbolic derivative grow, against dual numbers and "
    "the tape?",
    "newton": "How fast is Newton's method, and how far does it get with the derivatives of each "
    "backend?",
    "right-thing": "An iteration or its answer: which of the two should be differentiated?",
    "softmax": "How does the Jacobian of softmax fade as it is sharpened towards argmax?",
    "hessian": "What do second derivatives cost, in time and memory, as the number of variables "
    "grows?",
    "layers": "Can the sweep that trains a network's parameters also find the input that reaches a "
    "target?",
    "svm": "What must the penalty for a violated constraint look like, so that a gradient finds "
    "the maximum margin?",
    "dropout": "Does training with dropout, or with wrong derivatives, change the test accuracy by "
    "more than chance?",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an option is, in words, and the range of its number: `Bounds("of the chain", 1, 9)`."""

    meaning: str
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a study; choices: of a `Literal`, empty for a number."""

    name: str
    kind: type
    default: Any
    bounds: Bounds
    choices: tuple[str, ...] = ()


def question(name: str) -> str:
    """What a study asks.

    Raises
    ------
    InputError: for a name that no study has.
    """
    if name not in QUESTIONS:
        raise InputError(Fault.STUDY_UNKNOWN, name=name, hint=suggestion(name, list(QUESTIONS)))
    return QUESTIONS[name]


def function(name: str) -> Callable[..., Report]:
    """The function that is the study."""
    question(name)
    module = import_module(f"diffcmp.studies.{name.replace('-', '_')}")
    experiment: Callable[..., Report] = module.study
    return experiment


def options(name: str) -> list[Option]:
    """The options of a study, from its signature."""
    experiment = function(name)
    hints = get_type_hints(experiment, include_extras=True)
    parameters = inspect.signature(experiment).parameters
    return [_option(key, hints[key], given.default) for key, given in parameters.items()]


def _option(name: str, hint: Any, default: Any) -> Option:
    bounds = Bounds("")
    if get_origin(hint) is Annotated:
        hint, bounds = get_args(hint)
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    return Option(name, str if choices else hint, default, bounds, choices)


@checked
def study(name: str, **given: Any) -> Report:
    """Run one study with some of its options.

    Raises
    ------
    InputError: for a study or an option that does not exist, and a value out of range.

    >>> study("lhopital").facts["silently_wrong"]["complex-step"]
    ['(t²−4)/(t−2)', ...]
    """
    by_name = {option.name: option for option in options(name)}
    for key, value in given.items():
        if key not in by_name:
            names = ", ".join(by_name) or "none"
            raise InputError(Fault.STUDY_OPTION, name=name, option=key, names=names)
        given[key] = chosen(by_name[key], value)
    options_of_run = {key: option.default for key, option in by_name.items()} | given
    return replace(
        function(name)(**given), name=name, question=question(name), options=options_of_run
    )


def chosen(option: Option, value: Any) -> Any:
    """The value of an option; raises InputError where it does not take that."""
    value = read(option.name, option.kind.__name__, option.default, value)
    if option.choices and value not in option.choices:
        names = ", ".join(option.choices)
        raise InputError(Fault.STUDY_CHOICE, option=option.name, given=value, names=names)
    low, high = option.bounds.least, option.bounds.most
    if option.kind in (int, float) and not (low <= value <= high and abs(value) < math.inf):
        name, least, most = option.name, f"{low:g}", f"{high:g}"
        raise InputError(Fault.STUDY_RANGE, option=name, given=value, low=least, high=most)
    return value
