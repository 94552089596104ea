"""The source text of single expressions, cut where it would be long."""

import ast

from planner.source.read import Parsed, decoded

MOST_CHARACTERS = 300
"""An excerpt is for a reader and for tests of words; what is longer is data."""


class Excerpts:
    """Finds the text of nodes in the source that they were parsed from."""

    def __init__(self, source: bytes, parsed: Parsed) -> None:
        self._lines = [] if parsed.is_newer else decoded(source).encode("utf-8", errors="replace").split(b"\n")

    def of(self, node: ast.expr) -> str:
        """The expression as written, at most MOST_CHARACTERS of it; "" where it cannot be had.

        libcst has rewritten newer syntax, so that columns no longer fit the source: there it is written anew.
        """
        text = self._written(node) if self._lines else _unparsed(node)
        return text[:MOST_CHARACTERS]

    def _written(self, node: ast.expr) -> str:
        """Columns count bytes of UTF-8."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if first == last:
            return self._cut(first, node.col_offset, node.end_col_offset)
        found = self._cut(first, node.col_offset, None)
        for number in range(first + 1, last + 1):
            if len(found) > MOST_CHARACTERS:
                break
            found += "\n" + self._cut(number, 0, node.end_col_offset if number == last else None)
        return found

    def _cut(self, number: int, start: int, end: int | None) -> str:
        most = start + 4 * MOST_CHARACTERS
        line = self._lines[number] if number < len(self._lines) else b""
        return line[start : most if end is None else min(end, most)].decode("utf-8", errors="ignore")


def _unparsed(node: ast.expr) -> str:
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return ""
