"""Every backend by name: those of the package, and those that third parties add by the entry point
group `diffcmp.backends` (docs/backends.md).

An entry point has the name of its backend, and leads to a class or an instance of
`protocol.Backend`, or to a function without arguments that returns one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

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


def backend(name: str) -> Backend:
    """The backend of that name.

    Raises
    ------
    InputError: where there is none.
    """
    if name in BUILT_IN:
        module, attribute = BUILT_IN[name].split(":")
        return _made(getattr(import_module(module), attribute))
    outside = _third_party()
    if name in outside:
        return _made(outside[name].load())
    raise InputError(Fault.BACKEND_UNKNOWN, name=name, hint=suggestion(name, [*BUILT_IN, *outside]))


def chosen(wanted: Sequence[str] | None, order: int = 1) -> list[Backend]:
    """The backends asked for, each once, or all that give derivatives of that order.

    Raises
    ------
    InputError: where one asked for is unknown, or is not for that order.
    """
    if wanted is None:
        return [method for method in map(backend, names()) if order in method.orders]
    return [able(name, order) for name in dict.fromkeys(wanted)]


def able(name: str, order: int) -> Backend:
    """The backend of that name, for derivatives of that order.

    Raises
    ------
    InputError: where it is unknown, or is not for that order.
    """
    method = backend(name)
    if order not in method.orders:
        others = ", ".join(n for n in BUILT_IN if order in backend(n).orders)
        raise InputError(Fault.BACKEND_ORDER, name=name, order=order, names=others)
    return method


def _made(entry: Backend | Callable[[], Backend]) -> Backend:
    """The backend that an entry is, or makes."""
    return entry if isinstance(entry, Backend) else entry()


def _third_party() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}
