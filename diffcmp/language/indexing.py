"""What stands between the brackets of `x[…]`: whole numbers and slices, known beforehand."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from diffcmp.errors import Fault
from diffcmp.primitives.shapes import Key
from diffcmp.program.elements import component

MOST_BITS = 256  # of a product of indices, which are to be written in messages
_INDICES = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


class NoIndex(Exception):
    """No index: the fault, the node that has it (None: the whole subscript), and the facts."""

    def __init__(self, fault: Fault, node: ast.AST | None = None, **facts: object) -> None:
        super().__init__(fault)
        self.fault, self.node, self.facts = fault, node, facts


def key_of(node: ast.expr, length: int, length_of: Callable[[ast.expr], int | None]) -> Key:
    """An index, or the start, stop and step of a slice, as they are for that length. `length_of`
    knows what `len` gives. Raises NoIndex where it is out of range, an empty slice, or not a whole
    number.
    """
    if isinstance(node, ast.Slice):
        ends = node.lower, node.upper, node.step
        bounds = [None if end is None else index_of(end, length_of) for end in ends]
        if bounds[2] == 0:
            raise NoIndex(Fault.INDEX_KIND, node)
        start, stop, step = slice(*bounds).indices(length)
        if not range(start, stop, step):
            raise NoIndex(Fault.SLICE_EMPTY, length=length)
        return start, stop, step
    index = index_of(node, length_of)
    if not -length <= index < length:
        raise NoIndex(Fault.INDEX, index=index, length=length, last=length - 1)
    return index % length


def index_of(node: ast.expr, length_of: Callable[[ast.expr], int | None]) -> int:
    """A whole number that is known: a literal, a length, and sums and products of these. Raises
    NoIndex where it is none."""
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub()):
            return -index_of(node.operand, length_of)
        case ast.BinOp() if type(node.op) in _INDICES:
            left, right = index_of(node.left, length_of), index_of(node.right, length_of)
            if right or not isinstance(node.op, ast.FloorDiv):
                index = int(_INDICES[type(node.op)](left, right))
                if index.bit_length() < MOST_BITS:
                    return index
        case ast.Call(func=ast.Name(id="len"), args=[argument], keywords=[]):
            length = length_of(argument)
            if length is not None:
                return length
    raise NoIndex(Fault.INDEX_KIND, node)


def indices_of(node: ast.Subscript) -> list[ast.expr]:
    """What stands between the brackets, separated by commas."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def element_of(node: ast.Subscript) -> str:
    """The name of an element that is an input of its own, `x[0]` or `A[0,1]`; else nothing."""
    parts = indices_of(node)
    constants = [part.value for part in parts if isinstance(part, ast.Constant)]
    index = tuple(value for value in constants if isinstance(value, int))
    if not isinstance(node.value, ast.Name) or len(index) != len(parts):
        return ""
    return component(node.value.id, index)
