"""The places at which tests can be aimed: modules, classes and top-level functions, or single functions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.forecast.doubles import with_doubles
from planner.forecast.effort import features, forecast_effort
from planner.forecast.gain import behaviour_milli, import_points
from planner.forecast.project import read_project
from planner.forecast.seams import read_catalogue
from planner.forecast.touches import Touches, direct_touches, seams_of
from planner.model.facts import MODULE, ModuleFacts, Unit, lines_of_units
from planner.model.lines import ranges_text
from planner.model.measurement import FileCoverage
from planner.model.plan import Candidate
from planner.model.seams import Double

Grain = Literal["module", "class", "function"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the units: the seams they touch, the doubles that tests have, and what an import runs.

    `runs_on_import` gives the files of the project that importing a file runs, itself included.
    """

    touches: Touches
    doubles: Mapping[str, Double] = field(default_factory=dict)
    runs_on_import: Mapping[str, Collection[str]] = field(default_factory=dict)


def forecast_candidates(
    files: Iterable[FileCoverage],
    facts: Mapping[str, ModuleFacts],
    grain: Grain = "class",
    around: Surroundings | None = None,
) -> tuple[Candidate, ...]:
    """Every unit with a gap that tests are expected to close, at the given grain, ordered by path and line.

    Files without facts have no candidates. Where a module is import-time code alone, it is one candidate. Without
    `around`, seams are those of the shipped catalogue, and an import runs the file and the packages it lies in.
    """
    around = around or Surroundings(direct_touches(facts.values(), read_project(facts.values()), read_catalogue()))
    known = {file.path: file for file in files if file.path in facts}
    shares = {path: import_points(file, facts[path]) for path, file in known.items()}
    found: list[Candidate] = []
    for path, file in known.items():
        imported = around.runs_on_import.get(path) or _packages_of(path, known)
        imports = {each: shares[each] for each in sorted(imported) if shares.get(each)}
        units = _grouped(file, facts[path], grain)
        for name, group in units:
            candidate = _candidate(name, group, file, facts[path], imports, around)
            if candidate.gain_milli > 0 and (candidate.body_milli or _is_import_only(name, units, file, facts[path])):
                found.append(candidate)
    return tuple(found)


def _packages_of(path: str, known: Mapping[str, FileCoverage]) -> set[str]:
    """The file and the packages around it, whose `__init__.py` run first."""
    folders = path.split("/")[:-1]
    packages = ("/".join(folders[:depth]) + "/__init__.py" for depth in range(1, len(folders) + 1))
    return {path, *(package for package in packages if package in known)}


def _grouped(file: FileCoverage, facts: ModuleFacts, grain: Grain) -> list[tuple[str, tuple[Unit, ...]]]:
    """Units by the name that a test aims at, in the order of their lines; the module level alone is one of them."""
    groups: dict[str, list[Unit]] = {}
    for unit in facts.units:
        if grain == "module" or unit.kind == "module":
            name = MODULE
        elif grain == "class":
            name = unit.target
        else:
            name = _around(unit, groups) if unit.kind == "class" else unit.name
        groups.setdefault(name, []).append(unit)
    return [(name, tuple(group)) for name, group in groups.items()]


def _around(unit: Unit, functions: Collection[str]) -> str:
    """The function that a local class is defined in; the module level for any other class."""
    name = unit.name
    while name:
        name = name.rpartition(".")[0]
        if name in functions:
            return name
    return MODULE


def _is_import_only(
    name: str, groups: list[tuple[str, tuple[Unit, ...]]], file: FileCoverage, facts: ModuleFacts
) -> bool:
    """Whether the module level stands for a module that has no behaviour to test, such as a registry."""
    return name == MODULE and all(behaviour_milli(file, facts, group) == 0 for _, group in groups)


def _candidate(
    name: str,
    units: tuple[Unit, ...],
    file: FileCoverage,
    facts: ModuleFacts,
    imports: Mapping[str, int],
    around: Surroundings,
) -> Candidate:
    lines = lines_of_units(units)
    seams = with_doubles(seams_of([(file.path, unit.name) for unit in units], around.touches), around.doubles)
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
