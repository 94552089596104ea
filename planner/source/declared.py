"""`global` and `nonlocal`, where it is plain that the compiler has nothing to say against them."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

Declaration: TypeAlias = ast.Global | ast.Nonlocal

_WORD = re.compile(r"\w+")


def may_declare(node: Declaration, functions: Sequence[Function], text: str) -> bool:
    """Whether the innermost of the functions around may declare the names, as far as the text of the file tells.

    They may stand nowhere before, not even as parameters, and what is `nonlocal` has to be set further out.
    """
    head = "\n".join(text.split("\n")[functions[-1].lineno - 1 : node.end_lineno])
    words = _WORD.findall(head)
    if not head.isascii() or any(name.startswith("__") or words.count(name) != 1 for name in node.names):
        return False
    return isinstance(node, ast.Global) or {*node.names} <= {name for each in functions[:-1] for name in _set_in(each)}


def _set_in(function: Function) -> Iterator[str]:
    """Names of a function's own: parameters, and what its first level of statements assigns."""
    several = function.args
    for each in (*several.posonlyargs, *several.args, *several.kwonlyargs, several.vararg, several.kwarg):
        if each:
            yield each.arg
    for statement in function.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
