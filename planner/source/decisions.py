"""What each kind of decision means for its unit.

They count, what stands below them is conditional, and they may hide or show lines by what the environment is.
"""

import ast

from planner.model.lines import Lines
from planner.source.guards import (
    asks_environment,
    below,
    catches_import_error,
    environment_answer,
    is_main_guard,
    is_type_checking,
)
from planner.source.nodes import put_children
from planner.source.spans import lines_of_all, lines_of_statement
from planner.source.visits import take_implied, visit_block
from planner.source.walked import Place, Walk


def visit_branch(node: ast.AST, walk: Walk) -> None:
    """A decision below which imports are as unconditional as before."""
    unit = walk.place.unit
    unit.complexity += 1
    if isinstance(node, ast.AsyncFor):
        unit.conditional |= _conditional(node)
    elif isinstance(node, ast.match_case):
        unit.conditional |= lines_of_all(node.body)
    elif isinstance(node, ast.comprehension) and node.is_async:
        walk.is_odd = True
    take_implied(node, unit)
    put_children(node, walk.waiting)


def visit_for(node: ast.For, walk: Walk) -> None:
    """A loop."""
    take_implied(node, walk.place.unit)
    visit_while(node, walk)


def visit_while(node: ast.If | ast.For | ast.While, walk: Walk) -> None:
    """A loop, or a branch whose condition was looked at."""
    unit = walk.place.unit
    unit.complexity += 1
    unit.conditional |= _conditional(node)
    visit_block(node, walk)


def _conditional(node: ast.If | ast.For | ast.AsyncFor | ast.While) -> Lines:
    """The lines below: entering the function need not run them."""
    return lines_of_all(node.body) | lines_of_all(node.orelse) if node.orelse else lines_of_all(node.body)


def visit_with(node: ast.With, walk: Walk) -> None:
    """It calls special methods."""
    take_implied(node, walk.place.unit)
    visit_block(node, walk)


def visit_operands(node: ast.BoolOp, walk: Walk) -> None:
    """A decision between each two operands."""
    walk.place.unit.complexity += len(node.values) - 1
    walk.waiting += node.values[::-1]


def visit_if(node: ast.If, walk: Walk) -> None:
    """A branch, whose condition may be one on the environment, or on type checking."""
    is_type_check = is_type_checking(node.test)
    if is_type_check or type(node.test) is not ast.Name or node.test.id in walk.constants:
        _take_condition(node, walk, is_type_check=is_type_check)
    if not is_type_check:
        visit_while(node, walk)
        return
    walk.waiting += node.orelse[::-1]
    walk.waiting.append(node.test)
    walk.visit_later(node.body, Place(walk.place.unit, is_conditional=True, is_type_checking=True))


def _take_condition(node: ast.If, walk: Walk, *, is_type_check: bool) -> None:
    """Note the lines that a condition on the environment hides or shows."""
    is_main = is_main_guard(node.test)
    answer = environment_answer(node.test, walk.constants)
    hidden = node.body if is_type_check or is_main or answer is False else node.orelse if answer else []
    for block in below(node, hidden):
        walk.hollow |= lines_of_statement(block)
    if is_main:
        walk.main_block |= lines_of_all(node.body)
    elif answer is not None or asks_environment(node.test):
        walk.guarded |= _conditional(node)


def visit_try(node: ast.Try, walk: Walk) -> None:
    """All of it is guarded where it lets an import fail."""
    if any(map(catches_import_error, node.handlers)):
        walk.guarded |= lines_of_statement(node)
    visit_block(node, walk)


def visit_handler(node: ast.ExceptHandler, walk: Walk) -> None:
    """A branch. Outside of functions it runs when the module is imported or never: it is hollow, whatever it catches.

    So it is in functions where it catches an error of an import.
    """
    unit = walk.place.unit
    if (unit.kind in ("module", "class") and not unit.is_local) or catches_import_error(node):
        walk.hollow |= lines_of_statement(node)
    unit.complexity += 1
    unit.conditional |= lines_of_all(node.body)
    put_children(node, walk.waiting)
