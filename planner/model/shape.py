"""What a source file has to count, whatever ran of it: a pure function of its bytes and of coverage.py's rules."""

from dataclasses import dataclass

from planner.model.lines import NO_LINES, Lines, numbers_in

NO_ARC = (0, 0)
"""Stands for an arc that is dropped: no line has the number 0."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what files are counted: patterns of lines and of branches that do not count, and whether branches do."""

    exclude: tuple[str, ...]
    partial: tuple[str, ...] = ()
    has_arcs: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One file as coverage.py sees it before it looks at data. All lines but `coded` and `continued` are first lines.

    `continued` are the lines of statements over several lines, less the first of each: what runs there counts for the
    nearest line above that is none of them. `coded` are lines that may have run: of code, or with any text but a
    comment. With branches, `arcs` are all possible ones, from and to in turn; `jumps` are four numbers each, an arc as
    it is recorded and the one it stands for (NO_ARC for none); `partial` are lines whose branches need not be taken.
    """

    path: str
    statements: Lines
    excluded: Lines
    continued: Lines
    coded: Lines
    arcs: tuple[int, ...] = ()
    jumps: tuple[int, ...] = ()
    partial: Lines = NO_LINES

    def first_lines(self, lines: Lines) -> Lines:
        """The lines with each that is continued replaced by the first of its statement."""
        found = lines & ~self.continued
        odd, below = lines & self.continued, 0
        while odd:
            below = (odd & -odd).bit_length()
            first = (~self.continued & ((1 << below) - 1)).bit_length() - 1
            found |= 1 << first
            end = ~self.continued & -(1 << below)  # the next line that is no part of the statement
            odd &= -(end & -end)
        return found

    def firsts(self) -> dict[int, int]:
        """Continued line -> first line of its statement."""
        found: dict[int, int] = {}
        for line in numbers_in(self.continued):
            found[line] = found.get(line - 1, line - 1)
        return found
