"""The places at which tests can be aimed: modules, classes and top-level functions, or single functions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from planner.forecast.effort import features, forecast_effort
from planner.forecast.gain import behaviour_milli, import_points
from planner.forecast.seams import find_seams
from planner.model.facts import MODULE, ModuleFacts, Unit
from planner.model.lines import NO_LINES, ranges_text
from planner.model.measurement import FileCoverage
from planner.model.plan import Candidate

Grain = Literal["module", "class", "function"]


def forecast_candidates(
    files: Iterable[FileCoverage], facts: Mapping[str, ModuleFacts], grain: Grain = "class"
) -> tuple[Candidate, ...]:
    """Every unit with a gap that tests are expected to close, at the given grain, ordered by path and line.

    Files without facts have no candidates. Where a module is import-time code alone, it is one candidate.
    """
    known = {file.path: file for file in files if file.path in facts}
    shares = {path: import_points(file, facts[path]) for path, file in known.items()}
    found: list[Candidate] = []
    for path, file in known.items():
        imports = {each: shares[each] for each in _runs_on_import(path, known) if shares[each]}
        units = _grouped(file, facts[path], grain)
        for name, group in units:
            candidate = _candidate(name, group, file, facts[path], imports)
            if candidate.gain_milli > 0 and (candidate.body_milli or _is_import_only(name, units, file, facts[path])):
                found.append(candidate)
    return tuple(found)


def _runs_on_import(path: str, known: Mapping[str, FileCoverage]) -> Iterator[str]:
    """The module and the packages around it, whose `__init__.py` run first."""
    folders = path.split("/")[:-1]
    for depth in range(1, len(folders) + 1):
        package = "/".join(folders[:depth]) + "/__init__.py"
        if package in known and package != path:
            yield package
    yield path


def _grouped(file: FileCoverage, facts: ModuleFacts, grain: Grain) -> list[tuple[str, tuple[Unit, ...]]]:
    """Units by the name that a test aims at, in the order of their lines; the module level alone is one of them."""
    groups: dict[str, list[Unit]] = {}
    for unit in facts.units:
        if grain == "module" or unit.kind == "module" or (grain == "function" and unit.kind == "class"):
            groups.setdefault(MODULE, []).append(unit)
        else:
            groups.setdefault(unit.target if grain == "class" else unit.name, []).append(unit)
    return [(name, tuple(group)) for name, group in groups.items()]


def _is_import_only(
    name: str, groups: list[tuple[str, tuple[Unit, ...]]], file: FileCoverage, facts: ModuleFacts
) -> bool:
    """Whether the module level stands for a module that has no behaviour to test, such as a registry."""
    return name == MODULE and all(behaviour_milli(file, facts, group) == 0 for _, group in groups)


def _candidate(
    name: str, units: tuple[Unit, ...], file: FileCoverage, facts: ModuleFacts, imports: Mapping[str, int]
) -> Candidate:
    lines = NO_LINES
    for unit in units:
        lines |= unit.lines
    seams = find_seams(used for unit in units for used in unit.uses)
    counts = features(file, facts, units, seams)
    return Candidate(
        path=file.path,
        module=facts.module,
        unit=name,
        statements=(file.statements & lines).bit_count(),
        covered_statements=(file.executed & lines).bit_count(),
        missing=file.missing_points_in(lines),
        lines=file.missing & lines,
        lines_text=ranges_text(file.missing & lines, file.statements),
        body_milli=behaviour_milli(file, facts, units),
        effort=forecast_effort(counts),
        imports=imports,
        seams=seams,
        features=counts,
    )
