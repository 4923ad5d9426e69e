"""Names as they are typed for other libraries: `np.sin(x)`, `torch.clamp(x, 0, 1)`, `x.sum()` and
`A.T` say the same as `sin(x)`, `clip(x, 0, 1)`, `sum(x)` and `transpose(A)`."""

from __future__ import annotations

import ast

from diffcmp.language.vectors import FUNCTIONS

# fmt: off
LIBRARIES = frozenset({
    "np", "numpy", "np.linalg", "numpy.linalg", "math", "jnp", "jax.numpy", "jnp.linalg", "jax.nn",
    "jax.scipy.special", "torch", "torch.special", "torch.linalg", "torch.nn.functional",
    "sp", "scipy", "scipy.special", "special",
})
# fmt: on
METHODS = frozenset(name for name, one in FUNCTIONS.items() if len(one.parameters) < 3)
TRANSPOSED = ("T", "mT")


NORMALISED = frozenset("np numpy jnp jax.numpy torch torch.special sp scipy".split())
"""The libraries whose sinc(x) is sin(πx)/(πx)."""
OTHERS = frozenset({("jax.nn", "gelu")})  # an approximation there, and not the function itself


def spelled_here(tree: ast.Module) -> ast.Module:
    """The tree with prefixes of libraries dropped, and methods of arrays as functions. What is none
    of these stays an attribute, for the parser to refuse."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, field, [_here(one) for one in value])
            elif isinstance(value, ast.AST):
                setattr(node, field, _here(value))
        waiting.extend(ast.iter_child_nodes(node))
    return tree


def _here(node: ast.AST) -> ast.AST:
    """One node, spelled here."""
    match node:
        case ast.Call(func=ast.Attribute(attr="sinc") as function, args=[x]) if (
            _dotted(function.value) in NORMALISED
        ):
            pi = ast.copy_location(ast.Name("pi", ast.Load()), node)
            scaled = ast.copy_location(ast.BinOp(pi, ast.Mult(), x), x)
            return ast.copy_location(_called("sinc", [scaled], node), node)
        case ast.Attribute(attr=name) if name in TRANSPOSED:
            return ast.copy_location(_called("transpose", [node.value], node), node)
        case ast.Attribute() if (_dotted(node.value), node.attr) in OTHERS:
            return node
        case ast.Attribute() if _dotted(node.value) in LIBRARIES:
            return ast.copy_location(ast.Name(node.attr, ast.Load()), node)
        case ast.Call(func=ast.Attribute() as method) if method.attr in METHODS:
            if _dotted(method.value) not in LIBRARIES:
                named = ast.copy_location(ast.Name(method.attr, ast.Load()), node)
                return ast.copy_location(
                    ast.Call(named, [method.value, *node.args], node.keywords), node
                )
    return node


def _called(name: str, arguments: list[ast.expr], node: ast.AST) -> ast.Call:
    return ast.Call(ast.copy_location(ast.Name(name, ast.Load()), node), arguments, [])


def _dotted(node: ast.AST) -> str:
    """`jax.numpy` of a name and attributes of it; of anything else no name of a library."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
