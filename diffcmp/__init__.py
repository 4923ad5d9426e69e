"""diffcmp: which way of differentiating can be trusted, to how many digits, and why do the others
fail?

The public names are loaded when they are first used, so that importing the package costs nothing.
One thread at a time loads them.

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

from diffcmp.locks import lock
from diffcmp.version import __version__ as __version__

if TYPE_CHECKING:
    from diffcmp.accuracy.compare import compare as compare
    from diffcmp.accuracy.explain import explain as explain
    from diffcmp.accuracy.explaining.explanation import Explanation as Explanation
    from diffcmp.accuracy.limit import limit as limit
    from diffcmp.accuracy.limits.record import Limit as Limit
    from diffcmp.accuracy.map import map as map
    from diffcmp.accuracy.judging.record import Comparison as Comparison, Map as Map, Sweep as Sweep
    from diffcmp.accuracy.sweep import sweep as sweep
    from diffcmp.derivatives.arrays import gradient as gradient, hessian as hessian, hvp as hvp
    from diffcmp.derivatives.arrays import jacobian as jacobian, jvp as jvp, vjp as vjp
    from diffcmp.derivatives.numbers import derivative as derivative, grad as grad
    from diffcmp.errors import ComputationError as ComputationError, DiffcmpError as DiffcmpError
    from diffcmp.errors import InputError as InputError, PrecisionWarning as PrecisionWarning
    from diffcmp.language.parser import parse as parse
    from diffcmp.program.ir import Program as Program
    from diffcmp.program.tracer import trace as trace
    from diffcmp.report.record import Report as Report
    from diffcmp.speed.record import Bench as Bench
    from diffcmp.speed.run import bench as bench
    from diffcmp.studies.registry import study as study
    from diffcmp.truth.certify import certify as certify
    from diffcmp.truth.record import Kind as Kind, Truth as Truth

_MODULES = {
    "accuracy.compare": "compare",
    "accuracy.explain": "explain",
    "accuracy.explaining.explanation": "Explanation",
    "accuracy.limit": "limit",
    "accuracy.limits.record": "Limit",
    "accuracy.map": "map",
    "accuracy.judging.record": "Comparison Map Sweep",
    "accuracy.sweep": "sweep",
    "derivatives.arrays": "gradient hessian hvp jacobian jvp vjp",
    "derivatives.numbers": "derivative grad",
    "errors": "ComputationError DiffcmpError InputError PrecisionWarning",
    "language.parser": "parse",
    "program.ir": "Program",
    "program.tracer": "trace",
    "report.record": "Report",
    "speed.record": "Bench",
    "speed.run": "bench",
    "studies.registry": "study",
    "truth.certify": "certify",
    "truth.record": "Kind Truth",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = sorted([*_HOMES, "__version__"])

_OLD_NAMES = {"along": "map"}

_loading = lock()

# Python takes the lock of a submodule before that of its package: two threads that begin at
# opposite ends of a package which imports its own submodules get it half done
_BEFORE_ALL = ("diffcmp.primitives", "diffcmp.program")


def __getattr__(name: str) -> object:
    if name in _OLD_NAMES:
        import warnings

        new = _OLD_NAMES[name]
        message = f"diffcmp.{name} is called diffcmp.{new} now; the next version drops the old name"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return __getattr__(new)
    if name not in _HOMES:
        raise AttributeError(f"module 'diffcmp' has no attribute '{name}'")
    with _loading:
        if _HOMES[name] != "errors":
            for package in _BEFORE_ALL:
                import_module(package)
        public = globals()[name] = getattr(import_module(f"diffcmp.{_HOMES[name]}"), name)
    return public


def __dir__() -> list[str]:
    return __all__
