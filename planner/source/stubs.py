"""Functions and classes without behaviour of their own: abstract, overloaded, or only declared."""

import ast

from planner.source.names import dotted_name

_DECLARING = frozenset({"abstractmethod", "overload", "abstractproperty"})


def is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a test has nothing to enter here: `...`, a docstring alone, `raise NotImplementedError`, an overload."""
    if isinstance(node, ast.ClassDef):
        return False
    if any((dotted_name(each) or "").rpartition(".")[2] in _DECLARING for each in node.decorator_list):
        return True
    return _says_nothing(node.body[0]) and all(map(_says_nothing, node.body))


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return statement.value.value is ... or isinstance(statement.value.value, str)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(error, ast.Name) and error.id == "NotImplementedError"
    return False
