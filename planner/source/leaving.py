"""Which lines other patterns would exclude of a file whose statements are known: the file is not parsed again."""

import re
from collections.abc import Iterator, Sequence

from planner.model.facts import ModuleFacts
from planner.model.lines import Lines, line_range
from planner.model.shape import Shape
from planner.source.excluded import lines_matching, suites_below

_CASE = re.compile(r"^[ \t]*case\b[^\n]*:", re.MULTILINE)


def excluded_by(patterns: Sequence[str], text: str, facts: ModuleFacts, shape: Shape) -> Lines | None:
    """The lines that coverage.py excludes for the patterns, as `excluded_lines` finds them in a tree.

    `text` is that of `plain_text`. None where only the tree would tell: a `case` depends on what is below it. Raises
    ConfigError for a pattern that takes too long.
    """
    if facts.is_newer or _CASE.search(text):
        return None
    matched = lines_matching(text, patterns, shape.path)
    if not matched:
        return matched
    lines = text.split("\n")
    found = shape.first_lines(matched | suites_below(matched, lines, shape.continued))
    for first, head, last in _definitions(facts, lines, shape.continued):
        if found & line_range(first, head):
            found |= line_range(first, last)
    return found


def _definitions(facts: ModuleFacts, lines: Sequence[str], continued: Lines) -> Iterator[tuple[int, int, int]]:
    """The first line of each definition, decorators among it, its head's and its last line."""
    for unit in facts.units:
        if unit.kind != "module":
            head = unit.first_line
            while head < unit.last_line and not _is_head(lines[head - 1], is_continued=bool(continued >> head & 1)):
                head += 1
            yield unit.first_line, head, unit.last_line


def _is_head(line: str, *, is_continued: bool) -> bool:
    return not is_continued and not line.isspace() and line.lstrip()[:1] not in ("", "@", "#")
