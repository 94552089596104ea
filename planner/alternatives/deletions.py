"""Candidates to delete: code that nothing reaches and nothing tests, with what was looked for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from planner.alternatives.confidence import SUREST_FIRST, confidence_of_file, confidences
from planner.alternatives.mentions import Roots, roots_of
from planner.alternatives.modules import find_unimported
from planner.alternatives.recount import counts_on
from planner.alternatives.sweep import find_unreached
from planner.model.alternatives import Deletion, Evidence
from planner.model.lines import line_range
from planner.model.measurement import FileCoverage, Skipped
from planner.model.outline import Place


def find_deletions(evidence: Evidence) -> tuple[Deletion, ...]:
    """All candidates, the surest first, then the largest; none lies inside another."""
    measured = (*evidence.measured.files, *evidence.measured.unmeasured)
    files = {file.path: file for file in measured if file.path in evidence.product and file.path in evidence.facts}
    outside = roots_of(evidence.texts, (evidence.mentions[path] for path in evidence.mentions.keys() - files.keys()))
    whole = [_whole_file(files[path], evidence) for path in sorted(find_unimported(files, evidence, outside.quoted))]
    gone = {each.path: each for each in whole if each.confidence != "low"}
    found = [*whole, *_units(evidence, {path: files[path] for path in files.keys() - gone.keys()}, outside, gone)]
    inside = {each.path for each in whole if each.confidence == "low"}
    kept = [each for each in found if not (each.unit and each.path in inside)]
    return tuple(
        sorted(kept, key=lambda e: (SUREST_FIRST.index(e.confidence), -e.points, e.path, e.first_line, e.unit))
    )


def _units(
    evidence: Evidence, files: Mapping[str, FileCoverage], outside: Roots, gone: Mapping[str, Deletion]
) -> Iterator[Deletion]:
    """The unreached units of `files`; what a file that is `gone` names is no surer than that file."""
    sources = [(evidence.facts[path], evidence.mentions[path], files[path].executed) for path in sorted(files)]
    unreached = find_unreached(sources, outside)
    modules = [evidence.facts[place.path].module for place, _ in unreached]
    named = {path: roots_of({}, [replace(evidence.mentions[path], defined="")]).words for path in gone}
    for (place, namers), confidence in zip(
        unreached, confidences(unreached, modules, is_packaged=evidence.is_packaged), strict=True
    ):
        by = [path for path, words in named.items() if place.short in words]
        names = [*(each.unit.name for each in namers if each.unit.name != place.unit.name), *by]
        least = max([confidence, *(gone[path].confidence for path in by)], key=SUREST_FIRST.index)
        for found in _unit(place, names, files[place.path], evidence):
            yield replace(found, confidence=least)


def _whole_file(file: FileCoverage, evidence: Evidence) -> Deletion:
    last = evidence.python[file.path].count("\n") + 1
    return Deletion(
        path=file.path,
        unit="",
        first_line=1,
        last_line=last,
        lines=line_range(1, last),
        counts=file.counts,
        confidence=confidence_of_file(evidence.facts[file.path].module, is_packaged=evidence.is_packaged),
        why=(
            "no module or test imports it",
            "no configuration, script or text names it",
            "it has no __main__ block and its top level starts nothing",
        ),
        is_measured=_is_measured(file, evidence),
    )


def _unit(place: Place, names: list[str], file: FileCoverage, evidence: Evidence) -> Iterator[Deletion]:
    """The unit as a candidate, unless it holds nothing that is missing."""
    counts = counts_on(place.span, file, _exits(file, evidence))
    if counts.missing_points:
        yield Deletion(
            path=place.path,
            unit=place.unit.name,
            first_line=place.unit.first_line,
            last_line=place.unit.last_line,
            lines=place.span,
            counts=counts,
            confidence="high",
            why=_why(names, evidence),
            is_measured=_is_measured(file, evidence),
        )


def _why(names: list[str], evidence: Evidence) -> tuple[str, ...]:
    by = ", ".join(dict.fromkeys(names[:3]))
    read = f"{len(evidence.python)} Python and {len(evidence.texts)} other files read"
    named = f"named only by {by}, which nothing reaches either" if names else "named nowhere else"
    return (named, read, "no decorator or base registers it", "nothing of it ran")


def _is_measured(file: FileCoverage, evidence: Evidence) -> bool:
    return file.path in evidence.data_has


def _exits(file: FileCoverage, evidence: Evidence) -> Mapping[int, int]:
    if not file.counts.branches:
        return {}
    counted = evidence.count(file.path, evidence.settings.exclude)
    return {} if isinstance(counted, Skipped) else counted.missing_exits
