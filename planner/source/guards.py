"""Conditions that decide at import time whether a block can run at all under test."""

import ast
import os
import sys
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import TypeAlias

from planner.source.names import dotted_name
from planner.source.nodes import children

Known: TypeAlias = Mapping[str, bool]
"""Names of a module that stand for a condition on the environment, and what it comes to here."""

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})

_COMPARE: dict[type[ast.cmpop], Callable[[object, object], object]] = {
    ast.Eq: eq,
    ast.NotEq: ne,
    ast.GtE: ge,  # type: ignore[dict-item]
    ast.Gt: gt,  # type: ignore[dict-item]
    ast.LtE: le,  # type: ignore[dict-item]
    ast.Lt: lt,  # type: ignore[dict-item]
}

_SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}

_FACTS: dict[str, object] = {
    "sys.platform": sys.platform,
    "os.name": os.name,
    "sys.version_info": sys.version_info[:3],
    "sys.version_info.major": sys.version_info.major,
    "sys.version_info[0]": sys.version_info.major,
    "sys.version_info[:2]": sys.version_info[:2],
    "sys.version_info[:3]": sys.version_info[:3],
    "sys.implementation.name": sys.implementation.name,
    "platform.system()": _SYSTEMS.get(sys.platform),
}
"""What this interpreter would answer; a suite usually runs on the same platform as its plan."""

_ASKED = frozenset({"sys.platform", "os.name", "sys.version_info", "sys.implementation", "sys.implementation.name"}) | {
    "platform.system",
    "platform.machine",
    "platform.python_implementation",
}
"""Names that make a condition one on the environment, whether or not its answer is known here."""

_ANSWERED = frozenset({ast.Name, ast.BoolOp, ast.Compare, ast.Call})
"""Conditions to which there may be an answer."""

_LAST = frozenset(name.rpartition(".")[2] for name in _ASKED)


_SILENT = frozenset({ast.Name, ast.Constant})
"""What has no parts."""


def is_type_checking(test: ast.expr) -> bool:
    """`if TYPE_CHECKING:` or `if typing.TYPE_CHECKING:`."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def is_main_guard(test: ast.expr) -> bool:
    """`if __name__ == "__main__":`, either way round."""
    if type(test) is not ast.Compare or len(test.ops) != 1 or type(test.ops[0]) is not ast.Eq:
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )


def catches_import_error(handler: ast.ExceptHandler) -> bool:
    """`except ImportError:`, alone or in a tuple."""
    if handler.type is None:
        return False
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(each, ast.Name) and each.id in _IMPORT_ERRORS for each in types)


def hollow_block(node: ast.AST, known: Known) -> list[ast.stmt] | list[ast.ExceptHandler]:
    """What of `node` a test in a usual environment does not run; empty for most nodes.

    The line of a guard itself runs, with all that stands on it; that of `except ImportError:` does not.
    """
    if isinstance(node, ast.If):
        if is_type_checking(node.test) or is_main_guard(node.test):
            return below(node, node.body)
        match environment_answer(node.test, known):
            case False:
                return below(node, node.body)
            case True:
                return below(node, node.orelse)
    if isinstance(node, ast.ExceptHandler) and catches_import_error(node):
        return [node]
    return []


def asks_environment(test: ast.expr) -> bool:
    """Whether the condition asks for platform, operating system or Python version, whatever the answer is."""
    waiting: list[ast.AST] = [test]
    while waiting:
        node = waiting.pop()
        if type(node) is ast.Attribute:
            if node.attr in _LAST and dotted_name(node) in _ASKED:
                return True
            waiting.append(node.value)
        elif type(node) is ast.Call and not node.keywords:
            waiting.append(node.func)
            waiting += node.args
        elif type(node) not in _SILENT:
            waiting += children(node)
    return False


def environment_answer(test: ast.expr, known: Known) -> bool | None:
    """What a condition on platform or version comes to here; None when it is no such condition, or a mixed one.

    `known` are constants that the module has set to such conditions: `WIN = sys.platform.startswith("win")`.
    """
    is_negated = False
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, is_negated = test.operand, not is_negated
    answer = _plain_answer(test, known)
    return answer if answer is None else answer != is_negated


def _plain_answer(test: ast.expr, known: Known) -> bool | None:
    if type(test) not in _ANSWERED:
        return None
    match test:
        case ast.Name():
            return known.get(test.id)
        case ast.BoolOp():
            return _joined(test, known)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(left, operator, right)
        case ast.Call(func=ast.Attribute(attr="startswith") as function, args=[argument]):
            return _starts_with(function, argument)
        case _:
            return None


def _joined(test: ast.BoolOp, known: Known) -> bool | None:
    """One false operand settles `and`, one true operand `or`, whatever the others are."""
    settling = isinstance(test.op, ast.Or)
    answers = {environment_answer(each, known) for each in test.values}
    if settling in answers:
        return settling
    return None if None in answers else not settling


def _starts_with(function: ast.Attribute, argument: ast.expr) -> bool | None:
    """`sys.platform.startswith("win")`, or with a tuple of prefixes."""
    fact, value = _FACTS.get(dotted_name(function.value) or ""), _literal(argument)
    if not isinstance(fact, str) or value is None:
        return None
    prefixes = value if isinstance(value, tuple) else (value,)
    return fact.startswith(tuple(each for each in prefixes if isinstance(each, str)))


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
    fact = _FACTS.get(_asked(left))
    value = None if fact is None else _literal(right)
    if fact is None or value is None:
        return None
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(value, tuple) and not isinstance(fact, tuple):
        return (fact in value) == isinstance(operator, ast.In)
    compare = _COMPARE.get(type(operator))
    if compare is None or type(fact) is not type(value):
        return None
    try:
        return bool(compare(fact, value))
    except TypeError:
        return None


def _asked(node: ast.expr) -> str:
    """The fact that an expression asks for, as `_FACTS` writes it; "" for most expressions."""
    if type(node) is ast.Attribute or type(node) is ast.Name:
        return dotted_name(node) or ""
    match node:
        case ast.Call(func=ast.Attribute() as function, args=[], keywords=[]):
            return f"{dotted_name(function)}()"
        case ast.Subscript(slice=ast.Constant(value=index)):
            return f"{dotted_name(node.value)}[{index!r}]"
        case ast.Subscript(slice=ast.Slice(lower=None, upper=ast.Constant(value=upper), step=None)):
            return f"{dotted_name(node.value)}[:{upper!r}]"
        case _:
            return ""


def _literal(node: ast.expr) -> str | int | tuple[object, ...] | None:
    """A text, a number, or several of them such as `(3, 12)`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int):
        return node.value
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and all(isinstance(each, ast.Constant) for each in node.elts):
        return tuple(each.value for each in node.elts if isinstance(each, ast.Constant))
    return None


def below(node: ast.stmt, statements: list[ast.stmt]) -> list[ast.stmt]:
    """Those of the statements that do not stand on the first line of the node."""
    return [each for each in statements if each.lineno > node.lineno]
