"""Import statements as facts: what they ask for, when they run, and which only running would resolve."""

import ast
from collections.abc import Iterator

from planner.model.facts import Import, ImportKind
from planner.source.names import absolute_base, dotted_name

DYNAMIC = frozenset({"importlib.import_module", "import_module", "__import__", "importlib.__import__"})
"""Functions that import what they are given the name of."""


def imports_of(
    node: ast.Import | ast.ImportFrom, package: str, kind: ImportKind, *, is_conditional: bool
) -> Iterator[Import]:
    """One Import for each name of the statement. `package` is where relative imports start."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            yield Import(alias.name, "", local, node.lineno, kind, 0, is_conditional)
        return
    base = absolute_base(node, package)
    for alias in node.names:
        yield Import(base, alias.name, alias.asname or alias.name, node.lineno, kind, node.level, is_conditional)


def dynamic_import(node: ast.Call, package: str) -> str | None:
    """The module that a call imports by a constant name; "" when the name is not constant, None for other calls."""
    if dotted_name(node.func) not in DYNAMIC or not node.args:
        return None
    name = node.args[0]
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
        return ""
    level = len(name.value) - len(name.value.lstrip("."))
    if not level:
        return name.value
    return absolute_base(ast.ImportFrom(module=name.value[level:] or None, names=[], level=level), package)
