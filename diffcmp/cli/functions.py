"""What `diffcmp --functions` prints: the language, from the table of primitives itself."""

from __future__ import annotations

from diffcmp.primitives import ALIASES, TABLE

GENERAL = """\
operators     + - * / ** (or ^), unary + and -, parentheses
constants     pi, e, tau
conditions    < <= > >= == !=, and, or, not; in where(condition, a, b) or a if condition else b
statements    u = sin(x); u**2 + u
variables     any other name
functions
"""


def language() -> str:
    """Operators, constants and every function with its parameters and aliases."""
    lines = []
    for name, entry in sorted(TABLE.items()):
        if not entry.internal:
            aliases = ", ".join(alias for alias, target in ALIASES.items() if target == name)
            call = f"{name}({entry.signature}{', …' if entry.folds else ''})"
            lines.append(f"    {call:<28}{f'also {aliases}' if aliases else ''}".rstrip())
    return GENERAL + "\n".join(lines)
