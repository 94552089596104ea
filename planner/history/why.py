"""Why a total changed: every point that came, went, or turned, under one cause each, so that the parts add up.

A point is a statement or a branch exit. Lines of a file that both snapshots have are matched by their text
(`match`), so a statement that only stands elsewhere has not changed. What the lists of a snapshot do not tell (reports
of other tools say how many exits there are, but not where) is left to the file as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from planner.history.match import Matching, match_lines
from planner.history.renames import find_renamed
from planner.model.history import CAUSES, Cause, Change, Circumstances, FileShot, Part, Snapshot
from planner.model.lines import NO_LINES, Lines, numbers_in
from planner.model.measurement import Counts
from planner.model.percent import exact_percent


def explain_change(old: Snapshot, new: Snapshot) -> Change:
    """Every difference between the two, by cause, file and unit; the parts add up to the change of the total."""
    renamed = find_renamed(old.files, new.files)
    before = {file.path: file for file in old.files}
    terms = _terms(old.circumstances, new.circumstances)
    parts: list[Part] = []
    for file in new.files:
        was = before.pop(renamed.get(file.path, file.path), None)
        found = _Pair(was, file, terms).parts() if was else list(_whole(file, "file entered", 1))
        parts += found
    parts += [part for file in before.values() for part in _whole(file, "file left", -1)]
    parts += _stated(old, new, parts)
    order = {cause: place for place, cause in enumerate(CAUSES)}
    changed = [part for part in parts if part.covered or part.points or part.cause == "source moved"]
    return Change(old, new, tuple(sorted(changed, key=lambda part: (order[part.cause], part.path, part.unit))), renamed)


def percents_by_cause(change: Change) -> dict[Cause, Fraction]:
    """What each cause did to the percent, when they are applied in the order of CAUSES; together the whole change.

    A percent is no sum, so its split depends on an order: the one is stated, and the split is exact.
    """
    covered, points = change.old.totals.covered_points, change.old.totals.points
    shares: dict[Cause, Fraction] = {}
    for cause in CAUSES:
        mine = [part for part in change.parts if part.cause == cause]
        if mine:
            before = exact_percent(covered, points)
            covered += sum(part.covered for part in mine)
            points += sum(part.points for part in mine)
            shares[cause] = exact_percent(covered, points) - before
    return shares


def _whole(file: FileShot, cause: Cause, sign: int) -> Iterator[Part]:
    """All of a file by unit, and what its counts say beyond its lists."""
    units: dict[str, Part] = {}
    for line in numbers_in(_counted(file)):
        each, unit = _line(file, line), file.unit_at(line)
        imported = sign * each.covered if file.import_time >> line & 1 else 0
        lines = (1 << line, NO_LINES) if sign < 0 else (NO_LINES, 1 << line)
        part = Part(cause, file.path, unit, sign * each.covered, sign * each.points, *lines, imported=imported)
        units[unit] = _together(units[unit], part) if unit in units else part
    yield from units.values()
    rest = _rest(file)
    if rest.points or rest.covered:
        yield Part(cause, file.path, "", sign * rest.covered, sign * rest.points)


def _stated(old: Snapshot, new: Snapshot, parts: Iterable[Part]) -> Iterator[Part]:
    """What the totals of the data say beyond the sums of their files."""
    covered = new.totals.covered_points - old.totals.covered_points - sum(part.covered for part in parts)
    points = new.totals.points - old.totals.points - sum(part.points for part in parts)
    if covered or points:
        yield Part("stated totals", "", "", covered, points)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Which circumstances differ between the snapshots."""

    is_new_mode: bool
    has_new_exclusions: bool


def _terms(old: Circumstances, new: Circumstances) -> _Terms:
    patterns = [each.settings.get("exclude") for each in (old, new)]
    return _Terms(old.branch != new.branch, patterns[0] != patterns[1])


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of one side: its points and the covered ones of them, 0 where it holds none."""

    points: int = 0
    covered: int = 0
    exits: int = 0


@dataclass(frozen=True)
class _Pair:
    """One file before and after."""

    old: FileShot
    new: FileShot
    terms: _Terms

    def parts(self) -> list[Part]:
        """The parts of this file, by cause and unit."""
        found: dict[tuple[Cause, str], Part] = {}
        for part in (*self._of_lines(), *self._without_lines()):
            key = part.cause, part.unit
            found[key] = _together(found[key], part) if key in found else part
        return list(found.values())

    def _of_lines(self) -> Iterator[Part]:
        matching = self._matching()
        places = {**matching.kept, **matching.moved}
        for line in numbers_in(_counted(self.old)):
            yield from self._of_old(line, places.get(line), is_moved=line in matching.moved)
        matched = {*places.values()}
        for line in numbers_in(_counted(self.new)):
            if line not in matched:
                yield self._part("source added", None, line, _Line(), _line(self.new, line))

    def _matching(self) -> Matching:
        """Where the source is the same, or not known, each line is itself."""
        if not self._has_changed or not (self.old.marks and self.new.marks):
            numbers = numbers_in(_counted(self.old) | _counted(self.new))
            return Matching({line: line for line in numbers}, {})
        return match_lines(self.old.marks, self.new.marks)

    @property
    def _has_changed(self) -> bool:
        return self.old.source != self.new.source

    def _of_old(self, line: int, place: int | None, *, is_moved: bool) -> Iterator[Part]:
        was = _line(self.old, line)
        if place is None:
            yield self._part("source removed", line, None, was, _Line())
            return
        now = _line(self.new, place)
        if is_moved:
            yield self._part("source moved", line, place, was, now)
        elif (was.points, was.covered) != (now.points, now.covered):
            yield from self._differing(line, place, was, now)

    def _differing(self, line: int, place: int, was: _Line, now: _Line) -> Iterator[Part]:
        """A line that stands where it stood. With other points it is counted otherwise; else it ran or not."""
        if was.points == now.points:
            yield self._part(self._why_it_ran(line, place, was, now), line, place, was, now)
            return
        if self.terms.is_new_mode and was.points - was.exits == now.points - now.exits:
            yield from self._other_mode(line, place, was, now)
            return
        yield self._part(self._why_counted_otherwise(line, place), line, place, was, now)

    def _other_mode(self, line: int, place: int, was: _Line, now: _Line) -> Iterator[Part]:
        """The exits came or went with branch mode; the statement itself is judged alone."""
        bare_was, bare_now = _statement(self.old, line), _statement(self.new, place)
        exits_was = _Line(was.exits, was.covered - bare_was.covered)
        exits_now = _Line(now.exits, now.covered - bare_now.covered)
        yield self._part("branch mode", line, place, exits_was, exits_now)
        if bare_was.covered != bare_now.covered:
            yield self._part(self._why_it_ran(line, place, bare_was, bare_now), line, place, bare_was, bare_now)

    def _why_it_ran(self, line: int, place: int, was: _Line, now: _Line) -> Cause:
        """A line whose unit still stands, but without it, has moved; where the unit was renamed, it has not."""
        unit = self.old.unit_at(line)
        knows_units = self._has_changed and self.old.spans and self.new.spans
        if knows_units and unit != self.new.unit_at(place) and unit in {"", *(span.name for span in self.new.spans)}:
            return "source moved"
        return "newly covered" if now.covered > was.covered else "lost"

    def _why_counted_otherwise(self, line: int, place: int) -> Cause:
        is_excluded_anew = (self.old.excluded >> line & 1) != (self.new.excluded >> place & 1)
        if is_excluded_anew and (self._has_changed or self.terms.has_new_exclusions):
            return "exclusions"
        return "source added" if self._has_changed else "counting rules"

    def _part(self, cause: Cause, line: int | None, place: int | None, was: _Line, now: _Line) -> Part:
        shot, number = (self.new, place) if place is not None else (self.old, line or 0)
        return Part(
            cause,
            self.new.path,
            shot.unit_at(number or 0),
            now.covered - was.covered,
            now.points - was.points,
            1 << line if line is not None else NO_LINES,
            1 << place if place is not None else NO_LINES,
            self.old.path if self.old.path != self.new.path else "",
            now.covered - was.covered if number and shot.import_time >> number & 1 else 0,
        )

    def _without_lines(self) -> Iterator[Part]:
        """What the counts of the files say beyond their lists."""
        was, now = _rest(self.old), _rest(self.new)
        covered, points = now.covered - was.covered, now.points - was.points
        if not covered and not points:
            return
        cause: Cause = "newly covered" if covered > 0 else "lost"
        if points:
            cause = (
                "branch mode" if self.terms.is_new_mode else "source added" if self._has_changed else "counting rules"
            )
        yield Part(cause, self.new.path, "", covered, points)


def _counted(file: FileShot) -> Lines:
    return file.statements | _lines(file.exits)


def _lines(exits: Mapping[int, tuple[int, int]]) -> Lines:
    lines = NO_LINES
    for line in exits:
        lines |= 1 << line
    return lines


def _line(file: FileShot, line: int) -> _Line:
    bare = _statement(file, line)
    exits, taken = file.exits.get(line, (0, 0))
    return _Line(bare.points + exits, bare.covered + taken, exits)


def _statement(file: FileShot, line: int) -> _Line:
    is_statement = file.statements >> line & 1
    return _Line(is_statement, is_statement & ~(file.missing >> line) & 1)


def _rest(file: FileShot) -> _Line:
    """The counts of the file less what its lists hold."""
    listed = Counts(
        file.statements.bit_count(),
        (file.statements & ~file.missing).bit_count(),
        sum(exits for exits, _ in file.exits.values()),
        sum(taken for _, taken in file.exits.values()),
    )
    return _Line(file.counts.points - listed.points, file.counts.covered_points - listed.covered_points)


def _together(one: Part, other: Part) -> Part:
    return replace(
        one,
        covered=one.covered + other.covered,
        points=one.points + other.points,
        old_lines=one.old_lines | other.old_lines,
        new_lines=one.new_lines | other.new_lines,
        imported=one.imported + other.imported,
    )
