"""Program to text: as an expression that parses back to it, and as a listing of equations."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from diffcmp.primitives.shapes import Key, Shape, spelled
from diffcmp.program.ir import Equation, Program
from diffcmp.spans import printable

Bound: TypeAlias = tuple[str, int]  # a text, and how tightly it binds
ATOM = 20  # tighter than every operator


def expression(program: Program) -> str:
    """The Program in the expression language. A value used more than once becomes a statement.

    >>> from diffcmp.language.parser import parse
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
        number = decimal(eq.params[0])
        return number, 0 if number[0] in "-(" else ATOM
    operands = [texts[i] for i in eq.inputs]
    if eq.entry.structure is not None:
        return structural_text(eq, operands)
    if eq.entry.infix:
        return operator_text(eq, operands)
    arguments = ", ".join(text for text, _ in operands)
    return f"{eq.primitive}({arguments})" if operands else eq.primitive, ATOM


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


def structural_text(eq: Equation, operands: list[Bound]) -> Bound:
    """A structural primitive as the language writes it; those of derivatives keep their name."""
    inner = ", ".join(text for text, _ in operands)
    match eq.primitive:
        case "take":
            return f"{wrapped(operands[0], ATOM)}[{key_text(eq.static[0])}]", ATOM
        case "sum_to" if eq.shape == ():
            return f"sum({inner})", ATOM
        case "largest" | "smallest":
            return f"{'max' if eq.primitive == 'largest' else 'min'}({inner})", ATOM
        case "stack":
            return f"[{inner}]", ATOM
        case "matmul":
            return f"{wrapped(operands[0], 12)} @ {wrapped(operands[1], 13)}", 12
    fixed = "".join(f", {text}" for text in statics(eq) if text != "forwards")
    return f"{eq.primitive}({inner}{fixed})", ATOM


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
        return f"({Decimal(n)}/{Decimal(d)})"  # str of an int has a limit of 4300 digits
    shift = max(twos, fives)
    digits = str(Decimal(abs(n) * 10**shift // d))
    zeros = len(digits) - len(digits.rstrip("0")) if n else 0
    exponent = len(digits) - shift - 1
    sign = "-" if n < 0 else ""
    if -7 < exponent < 17:
        digits = digits.rjust(shift + 1, "0")
        return f"{sign}{digits[:-shift]}.{digits[-shift:]}" if shift else f"{sign}{digits}"
    head = digits[: len(digits) - zeros]
    mantissa = f"{head[0]}.{head[1:]}" if head[1:] else head
    return f"{sign}{mantissa}e{exponent}"


def listing(program: Program) -> str:
    """One line an equation, in order of evaluation: its value with shape and dtype, and the piece
    of the user's text that it came from.

    >>> from diffcmp.language.parser import parse
    >>> print(listing(parse("sum(x)", shapes={"x": (3,)})))
    program(x: real[3])
        %1: real = sum_to(x, number)    sum(x)
        return %1
    """
    names = dict(enumerate(program.inputs))
    rows = []
    for eq in program.equations:
        names[eq.output] = f"%{eq.output}"
        arguments = [names[i] for i in eq.inputs]
        arguments += [decimal(eq.params[0])] if eq.params else statics(eq)
        value = f"{eq.primitive}({', '.join(arguments)})"
        left = f"{names[eq.output]}: {typed(eq.dtype, eq.shape)} = {value}"
        rows.append((left, printable(program.piece(eq))))
    width = max((len(left) for left, _ in rows), default=0)
    inputs = [f"{name}: {typed('real', program.dims[i])}" for i, name in enumerate(program.inputs)]
    body = [f"    {left:<{width}}    {piece}".rstrip() for left, piece in rows]
    outputs = ", ".join(names[i] for i in program.outputs)
    return "\n".join([f"program({', '.join(inputs)})", *body, f"    return {outputs}"])


def typed(dtype: str, shape: Shape) -> str:
    """`real`, `real[3]`, `bool[3×4]`."""
    return f"{dtype}[{spelled(shape)}]" if shape else dtype


def statics(eq: Equation) -> list[str]:
    """What a structural primitive knows beforehand, in words: an index, a shape, a direction."""
    words = []
    for position, value in enumerate(eq.static):
        if isinstance(value, bool):
            words.append("backwards" if value else "forwards")
        elif not isinstance(value, tuple):
            words.append(str(value))
        elif eq.primitive in ("take", "put") and position == 0:
            words.append(f"[{key_text(value)}]")
        else:
            words.append(spelled(value) if value else "number")
    return words


def key_text(key: tuple[Key, ...]) -> str:
    """An index as it stands between brackets.

    >>> key_text(((1, 4, 1), 0)), key_text(((3, -1, -1),))
    ('1:4, 0', '3::-1')
    """
    parts = []
    for k in key:
        if isinstance(k, tuple):
            start, stop, step = k
            end = stop if stop >= 0 else ""  # a stop of -1 would be the last element
            parts.append(f"{start}:{end}:{step}" if step != 1 else f"{start}:{end}")
        else:
            parts.append(str(k))
    return ", ".join(parts)
