"""What only one branch of a condition needs."""

from __future__ import annotations

from diffcmp.language.parser import parse
from diffcmp.passes.expand import guards


def test_what_only_one_branch_needs() -> None:
    """y is needed by one branch, but made before the condition is known; what two branches need has
    no guard; a branch within a branch has the inner condition."""
    text = "y = sin(x); z = tan(x); where(x > 0, where(x > 1, exp(x), cos(x)) + y, log(x) + z) + z"
    program = parse(text)
    found = guards(program)
    outer, inner = (eq.output for eq in program.equations if eq.primitive == "gt")
    known = {eq.primitive: found.get(eq.output) for eq in program.equations if not eq.params}
    assert known == {
        "sin": None,
        "tan": None,
        "gt": (outer, True),
        "exp": (inner, True),
        "cos": (inner, False),
        "log": (outer, False),
        "where": None,
        "add": None,
    }
