"""Program to text: as an expression that parses back to the same Program, and as a listing of its equations."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from diffcmp.program.ir import Equation, Program
from diffcmp.spans import printable

Bound: TypeAlias = tuple[str, int]  # a text, and how tightly it binds
ATOM = 20  # tighter than every operator


def expression(program: Program) -> str:
    """The Program in the expression language. A value used more than once becomes a statement.

    >>> from diffcmp.program.parser import parse
    >>> expression(parse("u = sin(x); u**2 + u"))
    'u = sin(x); u**2 + u'
    """
    texts: dict[int, Bound] = {i: (name, ATOM) for i, name in enumerate(program.inputs)}
    names = _statement_names(program)
    statements = []
    for eq in program.equations:
        texts[eq.output] = _equation_text(eq, texts)
        if eq.output in names:
            statements.append(f"{names[eq.output]} = {texts[eq.output][0]}; ")
            texts[eq.output] = (names[eq.output], ATOM)
    return "".join(statements) + ", ".join(texts[i][0] for i in program.outputs)


def _statement_names(program: Program) -> dict[int, str]:
    """The slots that need a name: those that the user named, and those used more than once."""
    uses = Counter(i for eq in program.equations for i in eq.inputs) + Counter(program.outputs)
    wanted = {slot: label for label, slot in reversed(program.labels) if slot in program.by_output}
    for eq in program.equations:
        if uses[eq.output] > 1 and eq.inputs:
            wanted.setdefault(eq.output, "v")
    taken = set(program.inputs)
    names: dict[int, str] = {}
    for slot, base in sorted(wanted.items()):
        name, n = base, 0
        while name in taken or name == "v":
            n += 1
            name = f"{base}{n}"
        taken.add(name)
        names[slot] = name
    return names


def _equation_text(eq: Equation, texts: dict[int, Bound]) -> Bound:
    """The text of one equation and how tightly it binds."""
    if eq.params:
        return decimal(eq.params[0]), ATOM if eq.params[0] >= 0 and "(" not in decimal(eq.params[0]) else 0
    entry = eq.entry
    if not entry.infix:
        return f"{eq.primitive}({', '.join(texts[i][0] for i in eq.inputs)})" if eq.inputs else eq.primitive, ATOM
    return operator_text(eq, [texts[i] for i in eq.inputs])


def operator_text(eq: Equation, operands: list[Bound]) -> Bound:
    """An operator between its operands, in as few parentheses as keep the order of evaluation."""
    infix, level = eq.entry.infix, eq.entry.precedence
    if len(operands) == 1:
        return f"{infix}{wrapped(operands[0], level)}", level
    left, right = operands
    if infix == "**":  # binds to the right, and less tightly than a sign on its right
        return f"{wrapped(left, level + 1)}**{wrapped(right, 13)}", level
    if level == 6:  # a chain of comparisons would mean something else
        return f"{wrapped(left, level + 1)}{infix}{wrapped(right, level + 1)}", level
    return f"{wrapped(left, level)}{infix}{wrapped(right, level + 1)}", level


def wrapped(text: Bound, level: int) -> str:
    """The text, in parentheses where it binds less tightly than `level`."""
    return text[0] if text[1] >= level else f"({text[0]})"


def decimal(value: Fraction) -> str:
    """An exact decimal of `value` where it has one, else a quotient in parentheses.

    >>> decimal(Fraction(1, 8)), decimal(Fraction(10) ** 30), decimal(Fraction(1, 3))
    ('0.125', '1e30', '(1/3)')
    """
    n, d = value.numerator, value.denominator
    twos = (d & -d).bit_length() - 1
    fives, rest = 0, d >> twos
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    if rest != 1:
        return f"({n}/{d})"
    shift = max(twos, fives)
    digits = str(Decimal(abs(n) * 10**shift // d))  # str of an int has a limit of 4300 digits
    zeros = len(digits) - len(digits.rstrip("0")) if n else 0
    exponent = len(digits) - shift - 1
    sign = "-" if n < 0 else ""
    if -7 < exponent < 17:
        digits = digits.rjust(shift + 1, "0")
        return f"{sign}{digits[:-shift]}.{digits[-shift:]}" if shift else f"{sign}{digits}"
    head = digits[: len(digits) - zeros]
    return f"{sign}{head[0]}{'.' + head[1:] if head[1:] else ''}e{exponent}"


def listing(program: Program) -> str:
    """One line an equation, in order of evaluation, with the piece of the user's text that it came from."""
    names = dict(enumerate(program.inputs)) | {eq.output: f"%{eq.output}" for eq in program.equations}
    rows = []
    for eq in program.equations:
        arguments = ", ".join(names[i] for i in eq.inputs) if not eq.params else decimal(eq.params[0])
        rows.append((f"{names[eq.output]} = {eq.primitive}({arguments})", printable(program.piece(eq))))
    width = max((len(row[0]) for row in rows), default=0)
    head = f"program({', '.join(program.inputs)})"
    body = [f"    {left:<{width}}    {piece}".rstrip() for left, piece in rows]
    return "\n".join([head, *body, f"    return {', '.join(names[i] for i in program.outputs)}"])
