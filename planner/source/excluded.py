"""Lines that patterns exclude, with the suites below them, as coverage.py decides it: by lines and indentation."""

import ast
import re
from collections.abc import Callable, Iterable, Sequence

from planner.model.lines import NO_LINES, Lines, line_range, numbers_in
from planner.model.shape import Shape
from planner.settings.patience import limited
from planner.source.logical import Carrier, Outline

_ENDS_IN_DOTS = re.compile(r"\.\.\.\s*(?:#|$)", re.MULTILINE)


def _has_pragma(text: str) -> bool:
    return ("pragma" in text or "PRAGMA" in text) and ("cover" in text or "COVER" in text)


def _has_dots(text: str) -> bool:
    return "..." in text and _ENDS_IN_DOTS.search(text) is not None


def _asks_for_types(text: str) -> bool:
    return "TYPE_CHECKING:" in text


def _has_branch_pragma(text: str) -> bool:
    return ("pragma" in text or "PRAGMA" in text) and ("branch" in text or "BRANCH" in text)


_MAY_MATCH: dict[str, Callable[[str], bool]] = {
    r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(cover|COVER)": _has_pragma,
    r"#\s*(pragma|PRAGMA)[:\s]?\s*(no|NO)\s*(branch|BRANCH)": _has_branch_pragma,
    r"^\s*(((async )?def .*?)?[\])]+(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)": _has_dots,
    r"^\s*(((async )?def .*?)?\)(\s*->.*?)?:\s*)?\.\.\.\s*(#|$)": _has_dots,
    r"^\s*if (typing\.)?TYPE_CHECKING:": _asks_for_types,
    r"if (typing\.)?TYPE_CHECKING:": _asks_for_types,
}
"""coverage.py's own patterns, as 7.14 to 7.17 have them, with a test that is true of all that they match.

A pattern that can match nowhere takes nothing away from the others, so most files are not searched at all.
"""


def lines_matching(text: str, patterns: Iterable[str], path: str) -> Lines:
    """The lines on which one of the patterns matches, as they are. Raises ConfigError when that takes too long."""
    asked = [each for each in patterns if each not in _MAY_MATCH or _MAY_MATCH[each](text)]
    if not asked:
        return NO_LINES
    regex = asked[0] if len(asked) == 1 else "|".join(f"(?:{each})" for each in asked)
    found, line, end = NO_LINES, 1, 0
    with limited(f"one of the patterns {regex[:300]} on {path}"):
        for match in re.finditer(regex, text, flags=re.MULTILINE):
            line += text.count("\n", end, match.start())
            end = match.start()
            found |= line_range(line, line + text.count("\n", end, match.end()))
    return found


def excluded_lines(matched: Lines, text: str, outline: Outline, raw: Lines, *, with_cases: bool) -> Lines:
    """All lines that are excluded where these are matched: suites, decorated bodies, and `case _:` of such a suite.

    `raw` are the lines that byte code names. `with_cases` is the rule of coverage.py 7.17 and later.
    """
    if not matched:
        return NO_LINES
    shape = Shape("", NO_LINES, NO_LINES, outline.continued, NO_LINES)
    found = shape.first_lines(matched | suites_below(matched, text.split("\n"), outline.continued))
    for node in outline.carriers:
        found |= _cases(node, found, raw) if isinstance(node, ast.match_case) and with_cases else _bodies(node, found)
    return found


def suites_below(matched: Lines, lines: Sequence[str], continued: Lines) -> Lines:
    """The first lines of all statements below the heads with a matched line."""
    found, done = NO_LINES, 0
    for line in numbers_in(matched):
        if line <= done or line > len(lines):
            continue
        first = line
        while continued >> first & 1:
            first -= 1
        if _is_code(lines[first - 1]):
            below, done = _suite(first, lines, continued)
            found |= below
    return found


def _suite(first: int, lines: Sequence[str], continued: Lines) -> tuple[Lines, int]:
    """The first lines of the statements that stand deeper than the one at `first`, up to one that does not.

    And the last line that lies within, where patterns have nothing more to exclude.
    """
    indent, found, last = _indent(lines[first - 1]), NO_LINES, 0
    for number in range(first + 1, len(lines) + 1):
        if continued >> number & 1 or not _is_code(lines[number - 1]):
            continue
        if _indent(lines[number - 1]) <= indent:
            break
        found |= 1 << number
        last = number
    return found, last


def _is_code(line: str) -> bool:
    text = line.lstrip()
    return bool(text) and not text.startswith("#")


def _indent(line: str) -> int:
    wide = line.expandtabs()
    return len(wide) - len(wide.lstrip())


def _bodies(node: Carrier, excluded: Lines) -> Lines:
    """All of a function or class of which a decorator or the head is excluded."""
    if isinstance(node, ast.match_case):
        return NO_LINES
    first = min((each.lineno for each in node.decorator_list), default=node.lineno)
    return line_range(first, node.end_lineno or first) if excluded & line_range(first, node.lineno) else NO_LINES


def _cases(node: ast.match_case, excluded: Lines, raw: Lines) -> Lines:
    """The line of a `case` that always matches, when all below it is excluded."""
    last = node.body[-1].end_lineno or 0
    body = raw & line_range(node.body[0].lineno, last)
    if not body or body & ~excluded or not _is_irrefutable(node):
        return NO_LINES
    return line_range(node.pattern.lineno, node.pattern.end_lineno or 0)


def _is_irrefutable(case: ast.match_case) -> bool:
    """Whether it is `case _:` or `case name:`, the last of several or under another name, and has no guard."""
    pattern = case.pattern
    while isinstance(pattern, ast.MatchOr):
        pattern = pattern.patterns[-1]
    while isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    return case.guard is None and isinstance(pattern, ast.MatchAs)
