"""Text to Program: Python's `ast` against an allow-list. Nothing is evaluated, nothing is
simplified.

How the text becomes a tree, with spans that point into what was typed, is in `source`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction

from diffcmp.errors import Fault, InputError
from diffcmp.language import vectors
from diffcmp.language.elsewhere import spelled_here
from diffcmp.language.indexing import NoIndex, element_of, indices_of, key_of
from diffcmp.language.source import MAX_DEPTH, SUPERSCRIPTS, Source, read, respelled
from diffcmp.language.writer import Writer
from diffcmp.names import suggestion
from diffcmp.primitives import CALLABLE, TABLE, Primitive
from diffcmp.primitives.shapes import Shape, ShapeMismatch, spelled
from diffcmp.program.ir import Builder, Program
from diffcmp.settings import checked
from diffcmp.spans import Span

MAX_LENGTH = 20_000
MAX_DIGITS = 1_000
MAX_EXPONENT = 5_000
MAX_ELEMENTS = 10_000_000
SMALLEST, LARGEST = Fraction(1, 10**MAX_EXPONENT), Fraction(10**MAX_EXPONENT)

CONSTANTS = {"pi": "the constant π", "e": "Euler's number", "tau": "the constant 2π"}
FUNCTIONS = (*CALLABLE, *(name for name in vectors.FUNCTIONS if name not in CALLABLE))

# fmt: off
_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div",
              ast.Pow: "pow", ast.MatMult: "matmul"}
_COMPARISONS = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
                ast.Eq: "eq", ast.NotEq: "ne"}
# fmt: on
_DOT = re.compile(r"[.]\s*[^\W\d]")  # of an attribute
_VARIABLE = re.compile(r"[^\W\d]\w*(\[[\d, ]+\])?")  # elements such as x[0] are inputs too
# one way to read every text, so that what is none is known in one pass
_DECIMAL = re.compile(r"(?:\d+(?:_\d+)*)?(?:\.(?:\d+(?:_\d+)*)?)?([eE][+-]?\d+)?")


@checked
def parse(
    text: str,
    variables: tuple[str, ...] = (),
    shapes: Mapping[str, Shape] | None = None,
    *,
    rule: bool = False,
) -> Program:
    """The Program of an expression, or of `name = …;` statements that end in one.

    Parameters
    ----------
    text: in the language of `docs/language.md`.
    variables: names to take as inputs first, in this order, whether or not the text has them;
        others follow in the order in which they appear.
    shapes: of the variables that are vectors or matrices; the others are numbers.
    rule: a rule of the table of primitives, which may also call internal primitives.

    Raises
    ------
    InputError: with the fault and the span of the sub-expression.

    >>> parse("x**2 + y").inputs
    ('x', 'y')
    >>> parse("sum(x)*x", shapes={"x": (3,)}).equations[-1].shape
    (3,)
    """
    source, tree = _read(text)
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            raise InputError(Fault.RESERVED, name=name, why="it is no name")
    lowering = _Lowering(source, rule)
    seen = [*variables, *(n for n in lowering.free_names(tree, variables) if n not in variables)]
    return lowering.program(tree, tuple(seen), shapes or {})


def variables_of(text: str) -> tuple[str, ...]:
    """The variables of an expression in the order in which they first appear, whatever their
    shapes.

    Raises
    ------
    InputError: where the text cannot be read.
    """
    source, tree = _read(text)
    return tuple(_Lowering(source, rule=False).free_names(tree))


def _read(text: str) -> tuple[Source, ast.Module]:
    if not isinstance(text, str):
        raise InputError(Fault.NO_TEXT, given=type(text).__name__)
    length = len(text)
    if length > MAX_LENGTH:
        beyond = Span(MAX_LENGTH, length)
        raise InputError(Fault.TOO_LONG, text, beyond, length=length, limit=MAX_LENGTH)
    if not text.strip():
        raise InputError(Fault.EMPTY)
    source = respelled(text)
    tree = read(source)
    return source, spelled_here(tree) if _DOT.search(source.python) else tree


class _Lowering:
    """Walks the tree once and appends equations to a builder."""

    def __init__(self, source: Source, rule: bool) -> None:
        self.source = source
        self.rule = rule
        self.builder = Builder()
        self.names: dict[str, int] = {}
        self.labels: list[tuple[str, int]] = []

    # names

    def free_names(self, tree: ast.Module, given: Collection[str] = ()) -> list[str]:
        """The variables, in the order in which they first appear. An assigned name is free before
        its assignment.

        `given` may name elements (`x[0]`): these are variables of their own.
        """
        bound: set[str] = set()
        free: dict[str, None] = {}
        for statement in tree.body:
            nodes = list(ast.walk(statement))
            other = {id(n.func) for n in nodes if isinstance(n, ast.Call)}
            if given:
                parts = (n for n in nodes if isinstance(n, ast.Subscript))
                other |= {id(n.value) for n in parts if element_of(n) in given}
            names = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
            for node in sorted(names, key=lambda n: (n.lineno, n.col_offset)):
                if id(node) not in other and node.id not in bound and node.id not in CONSTANTS:
                    self.check_name(node)
                    free[node.id] = None
            if isinstance(statement, ast.Assign):
                bound.update(t.id for t in statement.targets if isinstance(t, ast.Name))
        return list(free)

    def check_name(self, node: ast.Name) -> None:
        name = node.id
        if name in FUNCTIONS:
            raise self.fault(Fault.FUNCTION_AS_VALUE, node, name=name)
        if name.startswith("__"):
            raise self.fault(Fault.RESERVED, node, name=name, why="it begins with two underscores")

    def fault(self, fault: Fault, node: ast.AST, **facts: object) -> InputError:
        return InputError(fault, self.source.text, self.source.span(node), **facts)

    def foreign(self, node: ast.AST, what: str) -> InputError:
        return self.fault(Fault.NOT_IN_LANGUAGE, node, what=what)

    # statements

    def program(
        self, tree: ast.Module, variables: tuple[str, ...], shapes: Mapping[str, Shape]
    ) -> Program:
        self.builder = Builder(variables, tuple(shapes.get(name, ()) for name in variables))
        self.names = {name: i for i, name in enumerate(variables)}
        if not tree.body:
            raise InputError(Fault.EMPTY)
        *statements, last = tree.body
        for statement in statements:
            if isinstance(statement, ast.Expr):
                raise self.foreign(statement, "a second expression")
            if not isinstance(statement, ast.Assign):
                raise self.foreign(statement, "this statement")
            self.assign(statement)
        if isinstance(last, ast.Assign):
            raise self.fault(Fault.NO_VALUE, last)
        if not isinstance(last, ast.Expr):
            raise self.foreign(last, "this statement")
        output = self.number(last.value)
        return self.builder.program([output], self.source.text, self.labels)

    def assign(self, statement: ast.Assign) -> None:
        target = statement.targets[0]
        if len(statement.targets) != 1 or not isinstance(target, ast.Name):
            raise self.foreign(statement, "this kind of assignment")
        if target.id in CONSTANTS:
            why = f"it is {CONSTANTS[target.id]}"
            raise self.fault(Fault.RESERVED, target, name=target.id, why=why)
        if target.id.startswith("__"):
            self.check_name(target)
        slot = self.lower(statement.value)
        self.names[target.id] = slot
        self.labels.append((target.id, slot))

    # expressions

    def is_condition(self, slot: int) -> bool:
        first = len(self.builder.inputs)
        return slot >= first and self.builder.equations[slot - first].entry.condition

    def number(self, node: ast.expr, depth: int = 0) -> int:
        """Lower `node`, which must be a number."""
        slot = self.lower(node, depth)
        if self.is_condition(slot):
            raise self.fault(Fault.CONDITION_AS_NUMBER, node)
        return slot

    def condition(self, node: ast.expr, depth: int = 0) -> int:
        """Lower `node`, which must be a condition."""
        slot = self.lower(node, depth)
        # the rule of `where` has its condition as an argument
        given = self.rule and slot < len(self.builder.inputs)
        if not given and not self.is_condition(slot):
            raise self.fault(Fault.NUMBER_AS_CONDITION, node, piece=self.piece(node))
        return slot

    def piece(self, node: ast.expr) -> str:
        """The user's text of a node."""
        return self.source.span(node).cut(self.source.text)

    def lower(self, node: ast.expr, depth: int = 0) -> int:
        """The slot of `node`. Left-leaning chains (x + x + x …) are walked in a loop, all else by
        recursion."""
        if depth > MAX_DEPTH:
            raise self.fault(Fault.TOO_DEEP, node, limit=MAX_DEPTH)
        spine: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp):
            spine.append(node)
            node = node.left
        if not spine:
            return self.simple(node, depth)
        slot = self.number(node, depth + 1)
        for operation in reversed(spine):
            slot = self.operation(operation, slot, depth)
        return slot

    def simple(self, node: ast.expr, depth: int) -> int:
        """The slot of a node that is no arithmetic operation of two operands."""
        match node:
            case ast.Constant():
                return self.literal(node)
            case ast.Name():
                return self.name(node)
            case ast.UnaryOp(op=ast.USub()):
                return self.add("neg", [self.number(node.operand, depth + 1)], node)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.number(node.operand, depth + 1)
            case ast.UnaryOp(op=ast.Not()):
                return self.add("not", [self.condition(node.operand, depth + 1)], node)
            case ast.Compare():
                return self.comparison(node, depth)
            case ast.BoolOp():
                slots = [self.condition(value, depth + 1) for value in node.values]
                return self.chain("and" if isinstance(node.op, ast.And) else "or", slots, node)
            case ast.IfExp():
                return self.choice([node.test, node.body, node.orelse], node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Subscript():
                return self.subscript(node, depth)
            case ast.List() if node.elts:
                slots = self.numbers(node.elts, depth)
                with self.shapes_checked(node):
                    return vectors.stacked(self.writer(node), slots)
        raise self.foreign(node, _described(node))

    def numbers(self, nodes: Sequence[ast.expr], depth: int) -> list[int]:
        """Lower nodes one level deeper, which must be numbers."""
        return [self.number(node, depth + 1) for node in nodes]

    def choice(self, parts: Sequence[ast.expr], node: ast.expr, depth: int) -> int:
        """`where` of a condition and what is chosen from."""
        test, *branches = parts
        condition = self.condition(test, depth + 1)
        return self.add("where", [condition, *self.numbers(branches, depth)], node)

    def add(self, name: str, slots: list[int], node: ast.AST) -> int:
        with self.shapes_checked(node):
            return self.builder.add(name, slots, span=self.source.span(node))

    @contextmanager
    def shapes_checked(self, node: ast.AST) -> Iterator[None]:
        """Shapes that do not go together, and arrays that are too large, are a fault of `node`."""
        try:
            yield
        except ShapeMismatch as mismatch:
            fault = Fault.SHAPES_OF_PRODUCT if _is_product(node) else Fault.SHAPES
            raise self.fault(fault, node, shapes=mismatch) from None
        except InputError as refused:
            if refused.span is not None:
                raise
            raise self.fault(refused.fault, node, **refused.facts) from None
        shape = self.builder.dims[-1]
        if len(shape) > 2:
            raise self.fault(Fault.AXES, node, shape=spelled(shape))
        if vectors.count(shape) > MAX_ELEMENTS:
            raise self.fault(Fault.TOO_LARGE, node, shape=spelled(shape), limit=MAX_ELEMENTS)

    def writer(self, node: ast.AST) -> Writer:
        return Writer(self.builder, self.source.span(node))

    def chain(self, name: str, slots: list[int], node: ast.AST) -> int:
        """a op b op c as (a op b) op c."""
        slot = slots[0]
        for other in slots[1:]:
            slot = self.add(name, [slot, other], node)
        return slot

    def operation(self, node: ast.BinOp, left: int, depth: int) -> int:
        name = _OPERATORS.get(type(node.op))
        if name is None:
            raise self.foreign(node, _described(node.op))
        if self.is_condition(left):
            raise self.fault(Fault.CONDITION_AS_NUMBER, node.left)
        return self.add(name, [left, self.number(node.right, depth + 1)], node)

    def comparison(self, node: ast.Compare, depth: int) -> int:
        slots = self.numbers([node.left, *node.comparators], depth)
        parts = []
        for operator, left, right in zip(node.ops, slots, slots[1:], strict=False):
            name = _COMPARISONS.get(type(operator))
            if name is None:
                raise self.foreign(node, _described(operator))
            parts.append(self.add(name, [left, right], node))
        return self.chain("and", parts, node)

    def literal(self, node: ast.Constant) -> int:
        span = self.source.span(node)
        written = span.cut(self.source.text).translate(SUPERSCRIPTS)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float | complex):
            what = "text in quotes" if isinstance(node.value, str | bytes) else f"'{node.value}'"
            raise self.foreign(node, what)
        value = _decimal(written)
        if value is None:
            limits = {"digits": MAX_DIGITS, "exponent": MAX_EXPONENT}
            raise self.fault(Fault.NUMBER, node, number=written[:40], **limits)
        return self.builder.literal(value, span)

    def name(self, node: ast.Name) -> int:
        if node.id in self.names:
            return self.names[node.id]
        self.check_name(node)
        # only the constants are left: `free_names` made all else an input
        return self.add(node.id, [], node)

    # calls

    def call(self, node: ast.Call, depth: int) -> int:
        """A call of a primitive, or of a function of arrays."""
        if not isinstance(node.func, ast.Name):
            raise self.foreign(node.func, "calling this")
        name = node.func.id
        if name in self.names:
            raise self.unknown_function(node.func)
        entry = TABLE.get(CALLABLE.get(name, name if self.rule else ""))
        if name in vectors.FUNCTIONS and (entry is None or len(node.args) == 1):
            return self.array_call(node, vectors.FUNCTIONS[name], entry, depth)
        if entry is None:
            raise self.unknown_function(node.func)
        unpacked = any(keyword.arg is None for keyword in node.keywords)
        if unpacked or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.foreign(node, "unpacking with *")
        given = self.arguments(node, entry, name)
        if entry.selects:
            return self.choice(node.args, node, depth)
        if len(node.args) > len(entry.parameters):
            return self.chain(entry.name, self.numbers(node.args, depth), node)
        slots = []
        for parameter in entry.parameters:
            if parameter in given:
                slots.append(self.number(given[parameter], depth + 1))
            else:
                default = Fraction(entry.defaults[parameter])
                slots.append(self.builder.literal(default, self.source.span(node)))
        return self.add(entry.name, slots, node)

    def arguments(self, node: ast.Call, entry: Primitive, name: str) -> dict[str, ast.expr]:
        """The arguments of a primitive by its parameters, checked for their number."""
        given = dict(zip(entry.parameters, node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg not in entry.defaults or keyword.arg in given:
                facts = {"name": name, "keyword": keyword.arg, "parameters": entry.signature}
                raise self.fault(Fault.KEYWORD, keyword, **facts)
            given[keyword.arg] = keyword.value
        count = len(node.args)
        if count < entry.required or (count > len(entry.parameters) and not entry.folds):
            raise self.wrong_number(node, entry)
        return given

    def array_call(
        self, node: ast.Call, function: vectors.ArrayFunction, entry: Primitive | None, depth: int
    ) -> int:
        """A function of arrays; where its name is that of a primitive too, that one is meant by a
        lone number."""
        name = function.name
        if node.keywords:
            facts = {"keyword": node.keywords[0].arg or "**", "parameters": function.signature}
            raise self.fault(Fault.KEYWORD, node.keywords[0], name=name, **facts)
        if len(node.args) != len(function.parameters):
            raise self.wrong_number(node, function)
        slots = self.numbers(node.args, depth)
        for argument, slot in zip(node.args, slots, strict=True):
            shape = self.builder.dims[slot]
            if entry is not None and not shape:
                raise self.wrong_number(node, entry)
            if not function.least_axes <= len(shape) <= function.most_axes:
                facts = {"wanted": function.kind, "shape": spelled(shape)}
                raise self.fault(Fault.ARRAY_NEEDED, argument, name=name, **facts)
        with self.shapes_checked(node):
            return function.write(self.writer(node), *slots)

    # elements and slices

    def subscript(self, node: ast.Subscript, depth: int) -> int:
        element = self.names.get(element_of(node))
        if element is not None:
            return element
        slot = self.number(node.value, depth + 1)
        shape = self.builder.dims[slot]
        parts = indices_of(node)
        if len(parts) > len(shape):
            fault = Fault.INDICES if shape else Fault.NOT_INDEXABLE
            facts = {"piece": self.piece(node.value), "shape": spelled(shape)}
            raise self.fault(fault, node, count=len(parts), **facts)
        try:
            key = tuple(key_of(part, n, self.length) for part, n in zip(parts, shape, strict=False))
        except NoIndex as no:
            raise self.fault(no.fault, no.node or node, **no.facts) from None
        except RecursionError:
            raise self.fault(Fault.TOO_DEEP, node, limit=MAX_DEPTH) from None
        return self.builder.add("take", [slot], span=self.source.span(node), static=(key,))

    def length(self, node: ast.expr) -> int | None:
        """The length of a vector; None of a number."""
        shape = self.builder.dims[self.number(node)]
        return shape[0] if shape else None

    # what is wrong

    def wrong_number(self, node: ast.Call, callee: Primitive | vectors.ArrayFunction) -> InputError:
        least, most = callee.required, len(callee.parameters)
        plural = "" if least == most == 1 else "s"
        count = f"{least} to {most}" if least < most else f"{most}"
        facts = {"wanted": f"{count} argument{plural}", "parameters": callee.signature}
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        return self.fault(Fault.ARGUMENTS, node, name=name, given=len(node.args), **facts)

    def unknown_function(self, node: ast.Name) -> InputError:
        if node.id in CONSTANTS or node.id in self.names:
            what = "a variable" if node.id in self.names else CONSTANTS[node.id]
            return self.fault(Fault.NOT_A_FUNCTION, node, name=node.id, what=what)
        near = suggestion(node.id, list(FUNCTIONS))
        return self.fault(Fault.UNKNOWN_FUNCTION, node, name=node.id, hint=near)


def _decimal(written: str) -> Fraction | None:
    """The number that a decimal names, or None where it is none or beyond the limits: of digits,
    and of the exponent as it is written and once more with one digit before the point, so that what
    can be read can be printed and read again."""
    plain = _DECIMAL.fullmatch(written)
    if plain is None or len(plain[1] or "") > MAX_DIGITS:
        return None
    mantissa = written[: plain.start(1)] if plain[1] else written
    exponent = int((plain[1] or "e0")[1:])
    if sum(c.isdigit() for c in mantissa) > MAX_DIGITS or abs(exponent) > MAX_EXPONENT:
        return None
    value = Fraction(written)
    return value if value == 0 or SMALLEST <= value < 10 * LARGEST else None


def _is_product(node: ast.AST) -> bool:
    """Whether it is `a @ b` or `dot(a, b)`."""
    match node:
        case ast.BinOp(op=ast.MatMult()) | ast.Call(func=ast.Name(id="dot")):
            return True
    return False


# fmt: off
_DESCRIPTIONS = {
    ast.Attribute: "the dot of an attribute",   ast.Lambda: "lambda",
    ast.Dict: "a dictionary",                   ast.Set: "a set",
    ast.ListComp: "a comprehension",            ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",            ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",               ast.Tuple: "a tuple",
    ast.FloorDiv: "floor division",             ast.Mod: "the remainder %",
    ast.LShift: "the shift <<",                 ast.RShift: "the shift >>",
    ast.BitOr: "the bit operator |",            ast.BitAnd: "the bit operator &",
    ast.UnaryOp: "the bit operator ~",          ast.NamedExpr: "the walrus :=",
    ast.Is: "is",                               ast.IsNot: "is not",
    ast.In: "in",                               ast.NotIn: "not in",
    ast.Starred: "unpacking with *",
}
# fmt: on


def _described(node: ast.AST) -> str:
    """What a node is that the language does not have, in words."""
    return _DESCRIPTIONS.get(type(node), type(node).__name__.lower())
