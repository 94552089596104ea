"""Conditions that decide at import time whether a block can run at all under test."""

import ast

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})


def is_type_checking(test: ast.expr) -> bool:
    """`if TYPE_CHECKING:` or `if typing.TYPE_CHECKING:`."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def is_main_guard(test: ast.expr) -> bool:
    """`if __name__ == "__main__":`, either way round."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq)):
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


def hollow_block(node: ast.AST) -> list[ast.stmt] | list[ast.ExceptHandler]:
    """What of `node` a test in a usual environment does not run; empty for most nodes.

    The line of a guard itself runs, with all that stands on it; that of `except ImportError:` does not.
    """
    if isinstance(node, ast.If) and (is_type_checking(node.test) or is_main_guard(node.test)):
        return [each for each in node.body if each.lineno > node.lineno]
    if isinstance(node, ast.ExceptHandler) and catches_import_error(node):
        return [node]
    return []
