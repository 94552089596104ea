"""What ran of a file laid on its shape: the arithmetic of coverage.py's analysis, on sets of lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.measure.rows import Arc, Row
from planner.model.lines import NO_LINES, Lines, numbers_in
from planner.model.measurement import Counts, FileCoverage
from planner.model.shape import NO_ARC, Shape


@dataclass(frozen=True, slots=True)
class Counted:
    """A file's counts, and the lines on which its row says that something ran where the file of today has no code.

    A line with any text but a comment may have run, also where this Python makes no statement of it: `else:`,
    `finally:` or an annotation are traced by some versions. Where a file has no code at all, line 1 stands for it.
    """

    file: FileCoverage
    astray: Lines = NO_LINES


def count_shape(shape: Shape, row: Row, *, has_arcs: bool) -> Counted:
    """The file's counts and gaps for what `row` says ran; equal to coverage.py's own for the versions it is used of."""
    executed = shape.first_lines(row.lines) & shape.statements
    total, missing = _branches(shape, row.arcs) if has_arcs else (Counter(), Counter())
    file = FileCoverage(
        path=shape.path,
        counts=Counts(
            shape.statements.bit_count(), executed.bit_count(), total.total(), total.total() - missing.total()
        ),
        statements=shape.statements,
        missing=shape.statements & ~executed,
        missing_exits=dict(missing),
        exits=dict(total),
        excluded=shape.excluded,
    )
    return Counted(file, row.lines & ~shape.coded & ~1)


def _branches(shape: Shape, ran: Iterable[Arc]) -> tuple[Counter[int], Counter[int]]:
    """All exits and those not taken, by line, of lines with more than one; in the order of lines."""
    excluded = frozenset(numbers_in(shape.excluded))
    possible = list(_pairs(shape.arcs))
    counted = [arc for arc in possible if excluded.isdisjoint(arc)] if excluded else possible
    exits = Counter([source for source, _ in counted])
    total = Counter({line: count for line, count in exits.items() if count > 1})
    taken, partial = _taken(shape, possible, ran), frozenset(numbers_in(shape.partial))
    missing = [arc[0] for arc in counted if arc not in taken and arc[0] in total and arc[0] not in partial]
    return total, Counter(missing)


def _taken(shape: Shape, possible: Iterable[Arc], ran: Iterable[Arc]) -> set[Arc]:
    """The recorded arcs as arcs between first lines; one from a line to itself is its only exit, if it has one."""
    firsts, jumps = _signed(shape.firsts()), _jumps(shape)
    found = set(_between_firsts(ran, firsts, jumps))
    circles = {source for source, target in found if source == target}
    if circles:
        targets: dict[int, list[int]] = defaultdict(list)
        for source, target in possible:
            targets[source].append(target)
        found = {(source, target) for source, target in found if source != target}
        found |= {(source, targets[source][0]) for source in circles if len(targets.get(source, ())) == 1}
    return set(_between_firsts(found, firsts, jumps))


def _signed(firsts: Mapping[int, int]) -> dict[int, int]:
    """The same for exits, which are negative."""
    return {**firsts, **{-line: -first for line, first in firsts.items()}}


def _between_firsts(arcs: Iterable[Arc], firsts: Mapping[int, int], jumps: Mapping[Arc, Arc]) -> Iterator[Arc]:
    for arc in arcs:
        source, target = jumps.get(arc, arc)
        if source or target or arc == NO_ARC:
            yield firsts.get(source, source), firsts.get(target, target)


def _pairs(flat: Sequence[int]) -> Iterator[Arc]:
    return zip(flat[::2], flat[1::2], strict=True)


def _jumps(shape: Shape) -> dict[Arc, Arc]:
    pairs = list(_pairs(shape.jumps))
    return dict(zip(pairs[::2], pairs[1::2], strict=True))
