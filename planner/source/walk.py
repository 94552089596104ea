"""One pass over a syntax tree, with an explicit stack: a recursive visitor dies at 492 `elif` arms."""

import ast
from collections.abc import Callable
from typing import Any, TypeAlias

from planner.model.facts import MODULE
from planner.model.lines import line_range
from planner.source.decisions import (
    visit_branch,
    visit_for,
    visit_handler,
    visit_if,
    visit_operands,
    visit_try,
    visit_while,
    visit_with,
)
from planner.source.draft import Draft
from planner.source.nodes import FIELDS
from planner.source.visits import (
    visit_all,
    visit_annotated,
    visit_arguments,
    visit_assert,
    visit_assign,
    visit_attribute,
    visit_block,
    visit_call,
    visit_comparison,
    visit_definition,
    visit_formatted,
    visit_implied,
    visit_import,
    visit_inner,
    visit_name,
    visit_outer,
    visit_raise,
    visit_result,
    visit_sequence,
    visit_starred,
    visit_value,
    visit_yield,
)
from planner.source.walked import Place, Walk

_Visit: TypeAlias = Callable[[Any, Walk], None]


def walk_tree(tree: ast.Module, package: str, last_line: int, module: str = "") -> Walk:
    """Units, imports, names, calls and guards of the tree. `package` is where relative imports start."""
    top = Draft(MODULE, "module", 1, last_line, line_range(1, last_line), module)
    walk = Walk([top], Place(top), package)
    waiting = walk.waiting
    waiting += tree.body[::-1]
    visit_of = _VISITS.get
    while waiting:
        node = waiting.pop()
        visit = visit_of(type(node))
        if visit:
            visit(node, walk)
    return walk


def _go_to(place: Place, walk: Walk) -> None:
    walk.place = place


_VISITS: dict[type, _Visit] = {
    **dict.fromkeys(FIELDS, visit_all),
    **dict.fromkeys((ast.Expr, ast.keyword), visit_value),
    ast.Starred: visit_starred,
    **dict.fromkeys((ast.Tuple, ast.List), visit_sequence),
    ast.FormattedValue: visit_formatted,
    **dict.fromkeys((ast.Await, ast.NamedExpr), visit_inner),
    **dict.fromkeys((ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), visit_outer),
    Place: _go_to,
    ast.Name: visit_name,
    ast.Attribute: visit_attribute,
    ast.Call: visit_call,
    ast.arguments: visit_arguments,
    **dict.fromkeys((ast.Import, ast.ImportFrom), visit_import),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), visit_definition),
    ast.If: visit_if,
    ast.Try: visit_try,
    **dict.fromkeys((ast.TryStar, ast.Match), visit_block),
    ast.ExceptHandler: visit_handler,
    ast.For: visit_for,
    ast.While: visit_while,
    ast.With: visit_with,
    **dict.fromkeys((ast.AsyncFor, ast.IfExp, ast.comprehension, ast.match_case), visit_branch),
    **dict.fromkeys((ast.AsyncWith, ast.Subscript), visit_implied),
    ast.Compare: visit_comparison,
    ast.BoolOp: visit_operands,
    ast.Assert: visit_assert,
    ast.Assign: visit_assign,
    **dict.fromkeys((ast.AnnAssign, ast.withitem), visit_annotated),
    ast.Raise: visit_raise,
    ast.Return: visit_result,
    **dict.fromkeys((ast.Yield, ast.YieldFrom), visit_yield),
}
"""What is done with a node: what it means for its unit is noted, and its children are put before all that waits."""
