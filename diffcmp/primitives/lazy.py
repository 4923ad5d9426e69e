"""NumPy, loaded when an array is first met: a Program of numbers does without it."""

from __future__ import annotations

from typing import Any


class _NumPy:
    """Stands for the module; what has been asked for once is an attribute from then on."""

    def __getattr__(self, name: str) -> Any:
        import numpy

        attribute = getattr(numpy, name)
        setattr(self, name, attribute)
        return attribute


np: Any = _NumPy()
