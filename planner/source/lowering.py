"""A libcst transformer from newer syntax to what Python 3.11 reads, line by line."""

import libcst as cst


class Lowering(cst.CSTTransformer):
    """Drops type parameters, turns `type X = ...` into an assignment, and puts brackets around `except A, B:`.

    `with_strings` also replaces formatted and template strings, whose quotes nest freely from 3.12 on.
    """

    def __init__(self, *, with_strings: bool) -> None:
        super().__init__()
        self._with_strings = with_strings

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        """`def f[T](x): ...` -> `def f(x): ...`"""
        return updated_node.with_changes(type_parameters=None)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        """`class C[T]: ...` -> `class C: ...`"""
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(self, original_node: cst.TypeAlias, updated_node: cst.TypeAlias) -> cst.Assign:
        """`type X[T] = Y` -> `X = Y`"""
        return cst.Assign([cst.AssignTarget(updated_node.name)], updated_node.value)

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler:
        """`except A, B:` -> `except (A, B):`"""
        if isinstance(updated_node.type, cst.Tuple) and not updated_node.type.lpar:
            bracketed = updated_node.type.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            return updated_node.with_changes(type=bracketed)
        return updated_node

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        """`f"{a["b"]}"` -> `""`, on as many lines."""
        return self._plain(original_node, updated_node)

    def leave_TemplatedString(
        self, original_node: cst.TemplatedString, updated_node: cst.TemplatedString
    ) -> cst.BaseExpression:
        """`t"{a}"` -> `""`, on as many lines."""
        return self._plain(original_node, updated_node)

    def _plain(self, original_node: cst.CSTNode, updated_node: cst.BaseExpression) -> cst.BaseExpression:
        if not self._with_strings:
            return updated_node
        lines = cst.Module([]).code_for_node(original_node).count("\n")
        return cst.SimpleString('""' if not lines else '"""' + "\n" * lines + '"""')
