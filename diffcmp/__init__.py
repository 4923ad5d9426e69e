"""diffcmp: which way of differentiating can be trusted, to how many digits, and why do the others fail?

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
    from diffcmp.accuracy.along import along
    from diffcmp.accuracy.compare import compare
    from diffcmp.accuracy.explain import explain
    from diffcmp.accuracy.explanation import Explanation
    from diffcmp.accuracy.record import Comparison, Map, Sweep
    from diffcmp.accuracy.sweep import sweep
    from diffcmp.api import derivative, grad
    from diffcmp.errors import DiffcmpError, InputError
    from diffcmp.operators import gradient, hessian, hvp, jacobian, jvp, vjp
    from diffcmp.program.ir import Program
    from diffcmp.program.parser import parse
    from diffcmp.program.tracer import trace
    from diffcmp.report.record import Report
    from diffcmp.speed.record import Bench
    from diffcmp.speed.run import bench
    from diffcmp.studies.registry import study
    from diffcmp.truth.asked import certify
    from diffcmp.truth.record import Kind, Truth

_HOMES = {
    "along": "accuracy.along", "compare": "accuracy.compare", "Comparison": "accuracy.record", "Map": "accuracy.record",
    "explain": "accuracy.explain", "Explanation": "accuracy.explanation",
    "Report": "report.record", "study": "studies.registry", "Sweep": "accuracy.record", "sweep": "accuracy.sweep",
    "certify": "truth.asked", "derivative": "api", "grad": "api", "DiffcmpError": "errors", "InputError": "errors",
    "Program": "program.ir", "parse": "program.parser", "trace": "program.tracer", "Kind": "truth.record",
    "Truth": "truth.record", "Bench": "speed.record", "bench": "speed.run",
    **dict.fromkeys(("gradient", "hessian", "hvp", "jacobian", "jvp", "vjp"), "operators"),
}  # fmt: skip

__all__ = [
    "Bench", "Comparison", "DiffcmpError", "Explanation", "InputError", "Kind", "Map", "Program", "Report", "Sweep", "Truth",
    "__version__", "along", "bench", "certify", "compare", "derivative", "explain", "grad", "gradient", "hessian", "hvp",
    "jacobian", "jvp", "parse", "study", "sweep", "trace", "vjp",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'diffcmp' has no attribute '{name}'")
    found = globals()[name] = getattr(import_module(f"diffcmp.{_HOMES[name]}"), name)
    return found


def __dir__() -> list[str]:
    return __all__
