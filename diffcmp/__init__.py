"""diffcmp: which way of differentiating can be trusted, to how many digits, and why do the others
fail?

The public names are loaded when they are first used, so that importing the package costs nothing.

>>> import diffcmp
>>> diffcmp.grad("x**2", 3)
6.0
>>> diffcmp.derivative("sin(x)/x")(1.5)
-0.396172...
>>> diffcmp.compare("(t**2-4)/(t-2)", 2, backends=["dual"]).truth.kind.value
'removable'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from diffcmp.version import __version__

if TYPE_CHECKING:
    from diffcmp.accuracy.compare import compare
    from diffcmp.accuracy.explain import explain
    from diffcmp.accuracy.explanation import Explanation
    from diffcmp.accuracy.map import map
    from diffcmp.accuracy.record import Comparison, Map, Sweep
    from diffcmp.accuracy.sweep import sweep
    from diffcmp.derivatives.arrays import gradient, hessian, hvp, jacobian, jvp, vjp
    from diffcmp.derivatives.numbers import derivative, grad
    from diffcmp.errors import DiffcmpError, InputError
    from diffcmp.language.parser import parse
    from diffcmp.program.ir import Program
    from diffcmp.program.tracer import trace
    from diffcmp.report.record import Report
    from diffcmp.speed.record import Bench
    from diffcmp.speed.run import bench
    from diffcmp.studies.registry import study
    from diffcmp.truth.certify import certify
    from diffcmp.truth.record import Kind, Truth

_HOMES = {
    "map": "accuracy.map",
    "compare": "accuracy.compare",
    "Comparison": "accuracy.record",
    "Map": "accuracy.record",
    "explain": "accuracy.explain",
    "Explanation": "accuracy.explanation",
    "Report": "report.record",
    "study": "studies.registry",
    "Sweep": "accuracy.record",
    "sweep": "accuracy.sweep",
    "certify": "truth.certify",
    "derivative": "derivatives.numbers",
    "grad": "derivatives.numbers",
    "DiffcmpError": "errors",
    "InputError": "errors",
    "Program": "program.ir",
    "parse": "language.parser",
    "trace": "program.tracer",
    "Kind": "truth.record",
    "Truth": "truth.record",
    "Bench": "speed.record",
    "bench": "speed.run",
    **dict.fromkeys(("gradient", "hessian", "hvp", "jacobian", "jvp", "vjp"), "derivatives.arrays"),
}

__all__ = [
    "Bench",
    "Comparison",
    "DiffcmpError",
    "Explanation",
    "InputError",
    "Kind",
    "Map",
    "Program",
    "Report",
    "Sweep",
    "Truth",
    "__version__",
    "bench",
    "certify",
    "compare",
    "derivative",
    "explain",
    "grad",
    "gradient",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "map",
    "parse",
    "study",
    "sweep",
    "trace",
    "vjp",
]


_OLD_NAMES = {"along": "map"}


def __getattr__(name: str) -> object:
    if name in _OLD_NAMES:
        import warnings

        new = _OLD_NAMES[name]
        message = (
            f"diffcmp.{name} is called diffcmp.{new} now; the old name goes with the next version"
        )
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return __getattr__(new)
    if name not in _HOMES:
        raise AttributeError(f"module 'diffcmp' has no attribute '{name}'")
    found = globals()[name] = getattr(import_module(f"diffcmp.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
