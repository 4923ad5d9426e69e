"""Every backend by name: those of the package, and those that third parties add by the entry point
group `diffcmp.backends` (docs/backends.md).

An entry point has the name of its backend, and leads to a class or an instance of
`protocol.Backend`, or to a function without arguments that returns one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from diffcmp.backends.protocol import Backend
from diffcmp.errors import Fault, InputError
from diffcmp.names import suggestion

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "diffcmp.backends"
BUILT_IN = {
    "symbolic": "diffcmp.backends.symbolic.method:Symbolic",
    "forward": "diffcmp.backends.stencil:forward",
    "backward": "diffcmp.backends.stencil:backward",
    "central": "diffcmp.backends.stencil:central",
    "central4": "diffcmp.backends.stencil:central4",
    "central6": "diffcmp.backends.stencil:central6",
    "complex-step": "diffcmp.backends.complex_step:ComplexStep",
    "richardson": "diffcmp.backends.richardson:Richardson",
    "dual": "diffcmp.backends.automatic:DualNumbers",
    "tape": "diffcmp.backends.automatic:Tape",
    "dual-over-tape": "diffcmp.backends.automatic:DualOverTape",
    "dual-lhopital": "diffcmp.backends.lhopital:dual_lhopital",
    "tape-lhopital": "diffcmp.backends.lhopital:tape_lhopital",
}


def names() -> list[str]:
    """The names of all backends that are installed."""
    return [*BUILT_IN, *_third_party()]


def installed() -> list[Backend]:
    """All backends; one that cannot be loaded is left out, and a line says so."""
    methods = []
    for name in names():
        try:
            methods.append(backend(name))
        except InputError as error:
            _tell(f"diffcmp: {error.sentence}; it is left out")
    return methods


@cache
def _tell(message: str) -> None:
    """Log a line, once: on standard error, where the program has no handler of its own."""
    logging.getLogger(GROUP).warning(message)


def backend(name: str) -> Backend:
    """The backend of that name; raises InputError where there is none, or it cannot be loaded."""
    if name in BUILT_IN:
        module, attribute = BUILT_IN[name].split(":")
        built_in: Backend = _made(getattr(import_module(module), attribute))
        return built_in
    outside = _third_party()
    if name in outside:
        return _loaded(outside[name])
    raise InputError(Fault.BACKEND_UNKNOWN, name=name, hint=suggestion(name, [*BUILT_IN, *outside]))


def chosen(wanted: Sequence[str] | None, order: int = 1) -> list[Backend]:
    """The backends asked for, each once, or all that give derivatives of that order; raises
    InputError where one asked for is unknown, cannot be loaded, or is not for that order."""
    if wanted is None:
        return [method for method in installed() if order in method.orders]
    return [able(name, order) for name in dict.fromkeys(wanted)]


def able(name: str, order: int) -> Backend:
    """The backend of that name, for derivatives of that order, as `chosen`."""
    method = backend(name)
    if order not in method.orders:
        others = ", ".join(n for n in BUILT_IN if order in backend(n).orders)
        raise InputError(Fault.BACKEND_ORDER, name=name, order=order, names=others)
    return method


def _made(entry: Any) -> Any:
    """The backend that an entry is, or makes."""
    return entry if isinstance(entry, Backend) else entry()


def _loaded(point: EntryPoint) -> Backend:
    """The backend of a third party."""
    try:
        method = _made(point.load())
    except Exception as error:  # it is foreign code: anything may come
        reason = f"{type(error).__name__}: {error}"
        raise InputError(Fault.BACKEND_BROKEN, name=point.name, reason=reason) from error
    if isinstance(method, Backend):
        return method
    reason = f"{point.value} is no Backend"
    raise InputError(Fault.BACKEND_BROKEN, name=point.name, reason=reason)


def _third_party() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}
