"""From a file's path to the module name it is imported by, and from local names to absolute ones."""

import ast
from collections.abc import Iterator, Set

LAYOUT_FOLDERS = ("src", "lib", "python")
"""Folders that hold packages without being one: a `src` layout."""


def module_name(path: str, known: Set[str]) -> str:
    """The dotted name of the file at `path` (relative, forward slashes); `known` are all paths of the tree.

    A leading layout folder without an `__init__.py` is no package; `pkg/__init__.py` is `pkg`.
    """
    parts = path.removesuffix(".pyw").removesuffix(".py").split("/")
    if len(parts) > 1 and parts[0] in LAYOUT_FOLDERS and f"{parts[0]}/__init__.py" not in known:
        parts = parts[1:]
    if parts[-1] == "__init__" and len(parts) > 1:
        parts = parts[:-1]
    return ".".join(parts)


def bindings_of(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """(local name, absolute dotted name) of each name that an import statement binds.

    `package` is the dotted name of the package the file lies in, for relative imports.
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, alias.name
            else:
                top = alias.name.partition(".")[0]
                yield top, top
        return
    base = absolute_base(node, package)
    for alias in node.names:
        if alias.name != "*":
            yield alias.asname or alias.name, f"{base}.{alias.name}" if base else alias.name


def absolute_base(node: ast.ImportFrom, package: str) -> str:
    """The module that `from ... import` names, made absolute; as many levels up as there are."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    kept = parts[: max(0, len(parts) - (node.level - 1))]
    return ".".join([*kept, *([node.module] if node.module else [])])


def dotted_name(node: ast.expr) -> str | None:
    """`a.b.c` for a chain of attributes that starts at a name, else None."""
    if type(node) is ast.Name:
        return node.id
    parts: list[str] = []
    while type(node) is ast.Attribute:
        parts.append(node.attr)
        node = node.value
    if type(node) is not ast.Name:
        return None
    parts.append(node.id)
    return ".".join(parts[::-1])


def raised_name(node: ast.Raise) -> str:
    """The last part of the name of the error that is raised; "" for a bare `raise` or anything computed."""
    error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    name = dotted_name(error) if error else None
    last = (name or "").rpartition(".")[2]
    return last if last[:1].isupper() else ""


def is_none(node: ast.expr) -> bool:
    """Whether the expression is the constant None."""
    return isinstance(node, ast.Constant) and node.value is None
