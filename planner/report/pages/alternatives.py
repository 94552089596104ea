"""What to do instead of tests: delete, exclude by convention, move out of `__main__`. Never part of a gain."""

from collections.abc import Iterator, Sequence

from planner.model.alternatives import Alternatives, Deletion, Exclusion, MainBlock, Processes, Totals, Withheld
from planner.model.measurement import Counts
from planner.report import words
from planner.report.page import Block, Bullets, Column, Heading, Sentence, Table

MOST_EXAMPLES = 1
"""Of each kind, without --detail."""

UNLIKELY_SHARE = 10
"""When more than a tenth of all points seems unreached, something that was not read probably reaches them."""


def alternatives_blocks(found: Alternatives, *, is_detailed: bool = False) -> tuple[Block, ...]:
    """Up to three short sections under one heading; nothing at all where there is nothing to say."""
    sections = (
        *_delete(found, is_detailed=is_detailed),
        *_exclude(found, is_detailed=is_detailed),
        *_call(found, is_detailed=is_detailed),
    )
    if not sections:
        return ()
    apart = "None of this is in any gain: it changes what is counted, or what a test can reach."
    return (Heading("Instead of tests"), Sentence(apart, "quiet"), *sections)


def alternatives_in_short(found: Alternatives) -> str:
    """All of them in a clause: `exclude 9 missing points by convention and make ...`; "" where there are none."""
    parts = []
    if found.deletions:
        points = sum(each.points for each in found.deletions)
        unreached = f"{_kinds(found.deletions)} that nothing reaches ({words.plural(points, 'point')})"
        parts.append(f"see whether {unreached} can go")
    if found.change and found.exclusions:
        missing = sum(each.missing for each in found.exclusions)
        parts.append(f"exclude {words.plural(missing, 'missing point')} by convention")
    if found.main_blocks:
        missing = sum(each.missing for each in found.main_blocks)
        blocks = words.plural(len(found.main_blocks), "__main__ block")
        parts.append(f"make {blocks} callable ({words.plural(missing, 'point')} that no test can reach)")
    return words.listed(parts)


def _delete(found: Alternatives, *, is_detailed: bool) -> Iterator[Block]:
    if found.deletions:
        points = sum(each.points for each in found.deletions)
        yield Sentence(
            f"Delete? Nothing reaches and nothing tests {_kinds(found.deletions)} ({words.plural(points, 'point')}). "
            f"{_effect('Without them', found.today, found.after_deletions)}{_sure(found)}"
        )
        if points * UNLIKELY_SHARE > found.today.whole_tree.points:
            yield Sentence("That is much: does another repository, a job or a shell start some of them?", "bad")
        yield Bullets(_cut([_deletion(each, is_detailed=is_detailed) for each in found.deletions], is_detailed))
    if found.unused_api and is_detailed:
        points = sum(each.points for each in found.unused_api)
        yield Sentence(
            f"Ask first: {words.plural(len(found.unused_api), 'more name')} ({words.plural(points, 'point')}) that the "
            "project does not use, but its users, or a library that calls it, may."
        )
        yield Bullets([_deletion(each, is_detailed=True) for each in found.unused_api])


def _kinds(deletions: Sequence[Deletion]) -> str:
    """`2 files and 9 functions or classes`."""
    files = sum(1 for each in deletions if not each.unit)
    units = len(deletions) - files
    parts = [words.plural(files, "file")] if files else []
    return words.listed([*parts, f"{words.plural(units, 'unit')} of code"] if units else parts)


def _sure(found: Alternatives) -> str:
    sure = sum(1 for each in found.deletions if each.confidence == "high")
    if sure in (0, len(found.deletions)):
        return ""
    ones = f"Without the {words.plural(sure, 'sure one')}"
    return f" {_effect(ones, found.today, found.after_sure)}"


def _deletion(each: Deletion, *, is_detailed: bool) -> str:
    place = f"{each.path}:{each.first_line} {each.unit}" if each.unit else each.path
    why = "; ".join(each.why if is_detailed else each.why[:1])
    return f"{place} ({words.plural(each.points, 'point')}, {each.confidence} confidence): {why}"


def _exclude(found: Alternatives, *, is_detailed: bool) -> Iterator[Block]:
    if found.change and found.exclusions:
        missing = sum(each.missing for each in found.exclusions)
        verb = f"add to {found.change.option} in" if found.change.is_added_to else f"set {found.change.option} in"
        yield Sentence(
            f"Exclude: {words.plural(missing, 'missing point')} {'is' if missing == 1 else 'are'} left out by "
            f"convention; {verb} [{found.change.section}] of {found.change.file}. "
            f"{_effect('With these lines', found.today, found.after_exclusions)}"
        )
        yield _patterns(found.exclusions)
        if is_detailed:
            yield Sentence(found.change.text)
        yield from (Sentence(f"{note}.", "quiet") for note in found.change.notes)
    for each in found.withheld:
        if each.kind != "main block" or not found.main_blocks:
            yield Sentence(f"Not excluded: {each.pattern} {_hides(each)}.", "quiet")


def _hides(each: Withheld) -> str:
    more = f" and {words.plural(each.places - 1, 'more place')}" if each.places > 1 else ""
    return f"would hide logic, at {each.place}{more}"


def _patterns(exclusions: Sequence[Exclusion]) -> Table:
    columns = [Column("line", is_name=True), Column("missing", is_number=True), Column("covered too", is_number=True)]
    return Table(
        [*columns, Column("files", is_number=True, drop=2), Column("such as", is_name=True, drop=1)],
        [
            (
                each.pattern,
                words.count(each.missing),
                words.count(each.covered) if each.covered else "",
                words.count(each.files),
                each.example,
            )
            for each in exclusions
        ],
    )


def _call(found: Alternatives, *, is_detailed: bool) -> Iterator[Block]:
    if not found.main_blocks:
        return
    missing = sum(each.missing for each in found.main_blocks)
    number = len(found.main_blocks)
    yield Sentence(
        f"Make callable: {words.plural(missing, 'missing point')} of logic in {words.plural(number, '__main__ block')} "
        "that no test can call. Move it into main(argv=None), leave sys.exit(main()) in the block, and test "
        f"main([...]).{_excluded_instead(found)}"
    )
    started = sorted(found.main_blocks, key=lambda each: not each.started_by)
    yield Bullets(_cut([_block(each) for each in started], is_detailed))
    if any(each.started_by for each in found.main_blocks) and not found.processes.is_measured:
        yield Sentence(_processes(found.main_blocks, found.processes), "quiet")


def _excluded_instead(found: Alternatives) -> str:
    withheld = any(each.kind == "main block" for each in found.withheld)
    return " Excluding the blocks would only hide it." if withheld else ""


def _block(each: MainBlock) -> str:
    more = f" and {words.count(len(each.started_by) - 1)} more" if len(each.started_by) > 1 else ""
    details = [words.plural(each.missing, "point")]
    details += ["it has a main() already"] if each.has_main else []
    details += [f"started by {each.started_by[0]}{more}"] if each.started_by else []
    return f"{each.path}:{each.first_line} ({'; '.join(details)})"


def _processes(blocks: Sequence[MainBlock], processes: Processes) -> str:
    started = words.count(sum(1 for each in blocks if each.started_by))
    seen = (
        "[run] patch = subprocess"
        if processes.can_patch
        else "[run] patch = subprocess (coverage.py 7.10; before, COVERAGE_PROCESS_START and parallel = true)"
    )
    return f"Tests start {started} of them in processes that this measurement does not see; {seen} makes it see them."


def _effect(condition: str, before: Totals, after: Totals) -> str:
    """Both percentages, before and after."""
    text = f"{condition}: {_change(before.measured, after.measured)}"
    if before.whole_tree != before.measured:
        text += f"; whole tree {_change(before.whole_tree, after.whole_tree)}"
    return f"{text}."


def _change(before: Counts, after: Counts) -> str:
    return (
        f"{words.percent(before)} of {words.count(before.points)} points becomes {words.percent(after)} of "
        f"{words.count(after.points)}"
    )


def _cut(lines: list[str], is_detailed: bool) -> list[str]:
    if is_detailed or len(lines) <= MOST_EXAMPLES + 1:
        return lines
    return [*lines[:MOST_EXAMPLES], f"and {words.count(len(lines) - MOST_EXAMPLES)} more"]
