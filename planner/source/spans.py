"""The lines that statements of a syntax tree span, decorators included."""

import ast

from planner.model.lines import NO_LINES, Lines, line_range


def first_line(statement: ast.stmt | ast.ExceptHandler) -> int:
    """Where the statement begins: at its first decorator, if it has one."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *[each.lineno for each in decorators]]) if decorators else statement.lineno


def lines_of_statement(statement: ast.stmt | ast.ExceptHandler) -> Lines:
    """All lines of the statement."""
    return line_range(first_line(statement), statement.end_lineno or statement.lineno)


def lines_of_all(statements: list[ast.stmt]) -> Lines:
    """From the first statement to the last; none for no statements."""
    return line_range(first_line(statements[0]), statements[-1].end_lineno or 0) if statements else NO_LINES
