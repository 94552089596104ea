"""Code that nothing reaches, as far as a compiler can tell: it leaves that out."""

import ast

MOST_DEEP = 15
"""Statements in each other that are looked into; an `elif` stands in all those before it."""

VARIABLE = frozenset(
    {ast.Name, ast.Attribute, ast.Call, ast.Compare, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp}
)
"""Expressions that no compiler takes for a constant."""

_JUMPS = frozenset({ast.Return, ast.Raise, ast.Continue, ast.Break})

LEAVING = _JUMPS | {ast.If, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.Assert}
"""Statements behind which there may be nothing to reach."""

_APART = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_LOOPS = frozenset({ast.For, ast.AsyncFor, ast.While})
_BLOCKS = ("body", "orelse", "finalbody", "handlers")


def may_leave(node: ast.stmt, deep: int = MOST_DEEP) -> bool:
    """Whether what stands behind it may be out of reach. Behind a `with` nothing is: it may swallow an error."""
    if type(node) in _JUMPS or not deep:
        return True
    if isinstance(node, ast.If):
        return bool(node.orelse) and may_leave(node.body[-1], deep - 1) and may_leave(node.orelse[-1], deep - 1)
    if isinstance(node, ast.Try):
        ends = [(node.orelse or node.body)[-1], *(each.body[-1] for each in node.handlers)]
        is_left = bool(node.finalbody) and may_leave(node.finalbody[-1], deep - 1)
        return is_left or all(may_leave(each, deep - 1) for each in ends)
    if isinstance(node, ast.While) and is_endless(node):
        return not _has_break(node)
    if isinstance(node, ast.Assert):
        return is_never(node)
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return bool(node.orelse) and may_leave(node.orelse[-1], deep - 1) and not _has_break(node)
    return False


def _has_break(loop: ast.For | ast.AsyncFor | ast.While) -> bool:
    """Whether a `break` leaves this loop."""
    waiting: list[ast.stmt | ast.ExceptHandler] = [*loop.body]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is ast.Break:
            return True
        if kind not in _APART:
            blocks = ("orelse",) if kind in _LOOPS else _BLOCKS
            waiting += [each for name in blocks for each in getattr(node, name, ())]
    return False


def is_endless(node: ast.While) -> bool:
    """`while True:` or `while 1:`."""
    return isinstance(node.test, ast.Constant) and node.test.value in (True, 1)


def is_never(node: ast.Assert) -> bool:
    """`assert False`, which raises always."""
    return isinstance(node.test, ast.Constant) and node.test.value is False


def may_be_known(test: ast.expr) -> bool:
    """Whether the compiler may know what comes out of a condition."""
    waiting = [test]
    while waiting:
        node = waiting.pop()
        if type(node) in VARIABLE:
            continue
        if isinstance(node, ast.BoolOp):
            waiting += node.values
        elif isinstance(node, ast.UnaryOp):
            waiting.append(node.operand)
        elif isinstance(node, ast.Subscript | ast.NamedExpr | ast.Await):
            waiting.append(node.value)
        elif not isinstance(node, ast.BinOp) or not {type(node.left), type(node.right)} & VARIABLE:
            return True
    return False
