"""Every backend by name: those of the package, and those that third parties add by the entry point
group `diffcmp.backends`.

An entry point names an object that follows `protocol.Backend`, or a function without arguments that
returns one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from diffcmp.backends.protocol import Backend
from diffcmp.errors import Fault, InputError
from diffcmp.names import suggestion

GROUP = "diffcmp.backends"
BUILT_IN = {
    "symbolic": "diffcmp.backends.symbolic:Symbolic",
    "forward": "diffcmp.backends.stencil:STENCILS",
    "backward": "diffcmp.backends.stencil:STENCILS",
    "central": "diffcmp.backends.stencil:STENCILS",
    "central4": "diffcmp.backends.stencil:STENCILS",
    "central6": "diffcmp.backends.stencil:STENCILS",
    "complex-step": "diffcmp.backends.complex_step:ComplexStep",
    "richardson": "diffcmp.backends.richardson:Richardson",
    "dual": "diffcmp.backends.automatic:DualNumbers",
    "tape": "diffcmp.backends.automatic:Tape",
    "dual-over-tape": "diffcmp.backends.automatic:DualOverTape",
    "dual-lhopital": "diffcmp.backends.lhopital:ENGINES",
    "tape-lhopital": "diffcmp.backends.lhopital:ENGINES",
}
STEPPED = ("forward", "backward", "central", "central4", "central6", "complex-step")


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
        found = getattr(import_module(module), attribute)
        made: Backend = (
            next(b for b in found if b.name == name) if isinstance(found, tuple) else found()
        )
        return made
    outside = _third_party()
    if name in outside:
        return outside[name]()
    raise InputError(Fault.BACKEND_UNKNOWN, name=name, hint=suggestion(name, [*BUILT_IN, *outside]))


def chosen(wanted: Sequence[str] | None, order: int = 1) -> list[Backend]:
    """The backends asked for, each once, or all that give derivatives of that order.

    Raises
    ------
    InputError: where one asked for is unknown, or is not for that order.
    """
    if wanted is None:
        return [b for b in map(backend, names()) if order in orders(b)]
    return [able(name, order) for name in dict.fromkeys(wanted)]


def able(name: str, order: int) -> Backend:
    """The backend of that name, for derivatives of that order.

    Raises
    ------
    InputError: where it is unknown, or is not for that order.
    """
    found = backend(name)
    if order not in orders(found):
        others = [n for n in BUILT_IN if order in orders(backend(n))]
        raise InputError(Fault.BACKEND_ORDER, name=name, order=order, names=", ".join(others))
    return found


def orders(method: Backend) -> tuple[int, ...]:
    """The orders of the derivatives that a backend gives: of the first, where it says nothing."""
    found: tuple[int, ...] = getattr(method, "orders", (1,))
    return found


def _third_party() -> dict[str, Callable[[], Backend]]:
    from importlib.metadata import entry_points

    def loader(point: object) -> Callable[[], Backend]:
        def load() -> Backend:
            found = point.load()  # type: ignore[attr-defined]  # an EntryPoint
            made: Backend = found() if callable(found) and not hasattr(found, "prepare") else found
            return made

        return load

    return {
        point.name: loader(point)
        for point in entry_points(group=GROUP)
        if point.name not in BUILT_IN
    }
