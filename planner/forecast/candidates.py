"""The places at which tests can be aimed: modules, classes and top-level functions, or single functions."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Literal

from planner.forecast.asserts import asserts_of
from planner.forecast.core import Core, find_core
from planner.forecast.doubles import with_doubles
from planner.forecast.effort import double_effort, effort_of_test, features, module_effort
from planner.forecast.gain import (
    Chances,
    Reached,
    best_reached,
    body_lines,
    covered_by,
    expected_milli,
    import_points,
    own_chances,
    shared_chances,
    worthwhile_tests,
)
from planner.forecast.project import read_project
from planner.forecast.rates import read_rates
from planner.forecast.seams import read_catalogue
from planner.forecast.touches import Touches, direct_touches, seams_of
from planner.model.chance import Gain
from planner.model.facts import MODULE, ModuleFacts, Unit, lines_of_units
from planner.model.lines import ranges_text
from planner.model.measurement import FileCoverage
from planner.model.plan import MILLI, Candidate, Forecast, Spread
from planner.model.problem import MILLION, BodyKey
from planner.model.rates import Rates
from planner.model.seams import Double

Grain = Literal["module", "class", "function"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the units: the seams they touch, the doubles that tests have, and what an import runs.

    `runs_on_import` gives the files of the project that importing a file runs, itself included; `reached` the units
    that a test of a unit would enter besides. `noise` are points by which totals differ between runs. Files with one
    number in `groups` run the same on import.
    """

    touches: Touches
    doubles: Mapping[str, Double] = field(default_factory=dict)
    runs_on_import: Mapping[str, Collection[str]] = field(default_factory=dict)
    reached: Reached = field(default_factory=dict)
    noise: int = 0
    groups: Mapping[str, int] = field(default_factory=dict)


def forecast_candidates(
    files: Iterable[FileCoverage],
    facts: Mapping[str, ModuleFacts],
    grain: Grain = "class",
    around: Surroundings | None = None,
    rates: Rates | None = None,
) -> Forecast:
    """Every unit with a gap that tests are expected to close, at the given grain, ordered by path and line.

    Files without facts have no candidates. Where a module is import-time code alone, it is one candidate. Without
    `around`, seams are those of the shipped catalogue, and an import runs the file and the packages it lies in.
    """
    around = around or Surroundings(direct_touches(facts.values(), read_project(facts.values()), read_catalogue()))
    known = {file.path: file for file in files if file.path in facts}
    maker = _maker(known, facts, around, rates or read_rates())
    return Forecast(
        candidates=tuple(each for path in known for each in maker.candidates(path, grain)),
        bodies=maker.bodies,
        gaps=maker.gaps,
        imports=maker.shares,
        gifts=maker.core.gifts,
        spread=maker.spread,
        module=module_effort(maker.rates),
        double=double_effort(maker.rates),
    )


def _maker(
    known: Mapping[str, FileCoverage], facts: Mapping[str, ModuleFacts], around: Surroundings, rates: Rates
) -> "_Maker":
    """What is true of the whole project, before any candidate: gaps, what can be expected of them, the core."""
    gaps, entered = _gaps(known, facts)
    expected = {key: expected_milli(points, rates, is_new=key not in entered) for key, points in gaps.items()}
    new = {key: weight for key, weight in expected.items() if key not in entered}
    statements = {path: (file.statements & ~facts[path].import_time).bit_count() for path, file in known.items()}
    core = find_core(new, statements, rates)
    bodies = {**{key: weight - core.gifts.get(key, 0) for key, weight in expected.items()}, **core.weights}
    shares = {path: import_points(file, facts[path]) for path, file in known.items()}
    paying = frozenset(path for path, share in shares.items() if share)
    missing = sum(gaps.values())
    return _Maker(known, facts, around, rates, gaps, missing, entered, frozenset(new), bodies, core, shares, paying)


def _gaps(
    known: Mapping[str, FileCoverage], facts: Mapping[str, ModuleFacts]
) -> tuple[dict[BodyKey, int], set[BodyKey]]:
    """Missing points in the body of each function with a gap, and the functions that some test has entered."""
    gaps: dict[BodyKey, int] = {}
    entered: set[BodyKey] = set()
    for path, file in known.items():
        for unit in facts[path].units:
            lines = body_lines(facts[path], [unit])
            key = path, unit.name  # a property and its setter share it, and definitions by platform
            if points := file.missing_points_in(lines):
                gaps[key] = gaps.get(key, 0) + points
            if file.executed & lines:
                entered.add(key)
    return gaps, entered


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the candidates of a file, knowing the rest of the project."""

    known: Mapping[str, FileCoverage]
    facts: Mapping[str, ModuleFacts]
    around: Surroundings
    rates: Rates
    gaps: Mapping[BodyKey, int]
    missing: int
    entered: Collection[BodyKey]
    new: Collection[BodyKey]
    bodies: Mapping[BodyKey, int]
    core: Core
    shares: Mapping[str, int]
    paying: Set[str]
    ran: dict[int, tuple[Mapping[str, int], Mapping[BodyKey, float]]] = field(default_factory=dict)

    @property
    def spread(self) -> Spread:
        rates = self.rates
        return Spread(rates.common_spread, rates.single_spread, rates.import_spread, self.around.noise)

    def candidates(self, path: str, grain: Grain) -> Iterable[Candidate]:
        """Those of one file that gain anything."""
        imports, within_reach = self._run_with(path)
        groups = _grouped(self.facts[path], grain)
        has_behaviour = any((path, unit.name) in self.gaps for unit in self.facts[path].units)
        for name, units in groups:
            own = self._own(path, units)
            if own or (name == MODULE and imports.get(path) and not has_behaviour):
                yield self._candidate(name, units, own, path, imports, within_reach)

    def imported(self, path: str) -> Set[str]:
        """The files that importing this one runs, as far as is known."""
        return frozenset(self.around.runs_on_import.get(path) or self._packages_of(path))

    def _run_with(self, path: str) -> tuple[Mapping[str, int], Mapping[BodyKey, float]]:
        """What importing the file gives, and the parts of cores that it leads to; once for files that run the same."""
        group = self.around.groups.get(path)
        if group is not None and group in self.ran:
            return self.ran[group]
        imported = self.imported(path)
        found = ({each: self.shares[each] for each in sorted(self.paying & imported)}, self.core.reach(imported))
        if group is not None:
            self.ran[group] = found
        return found

    def _packages_of(self, path: str) -> set[str]:
        """The file and the packages around it, whose `__init__.py` run first."""
        folders = path.split("/")[:-1]
        packages = ("/".join(folders[:depth]) + "/__init__.py" for depth in range(1, len(folders) + 1))
        return {path, *(package for package in packages if package in self.known)}

    def _own(self, path: str, units: Iterable[Unit]) -> dict[BodyKey, int]:
        keys = ((path, unit.name) for unit in units)
        return {key: self.bodies[key] for key in keys if key in self.gaps}

    def _chances(
        self, own: Mapping[BodyKey, int], within_reach: Mapping[BodyKey, float], *, is_new: bool
    ) -> tuple[Chances, Chances]:
        """The chances of its first and of each further test, for bodies and cores."""
        rates, new = self.rates, self.new
        entry, branch = own_chances(own, new, rates, is_new=is_new)
        entered = best_reached(own, self.around.reached, new)
        again = shared_chances(entered, rates.reach_branch)
        first = shared_chances(entered, rates.reach_entry) if is_new else again
        entry, branch = {**entry, **first}, {**branch, **again}
        left = {key: chance * (MILLION - entry[key]) // MILLION for key, chance in branch.items()}
        core = self.core.chances(within_reach, entry, rates.core_entry if is_new else rates.core_branch)
        return {**entry, **core}, {**branch, **self.core.chances(within_reach, left, rates.core_branch)}

    def _candidate(
        self,
        name: str,
        units: tuple[Unit, ...],
        own: Mapping[BodyKey, int],
        path: str,
        imports: Mapping[str, int],
        within_reach: Mapping[BodyKey, float],
    ) -> Candidate:
        file, facts = self.known[path], self.facts[path]
        lines = lines_of_units(units)
        seams = with_doubles(seams_of([(path, unit.name) for unit in units], self.around.touches), self.around.doubles)
        is_new = not any((path, unit.name) in self.entered for unit in units)
        entry, branch = self._chances(own, within_reach, is_new=is_new)
        tests = worthwhile_tests(own, entry, branch)
        gain = self._gain(covered_by(tests, entry, branch, self.bodies), imports)
        return Candidate(
            path=path,
            module=facts.module,
            unit=name,
            statements=(file.statements & lines).bit_count(),
            covered_statements=(file.executed & lines).bit_count(),
            missing=file.missing_points_in(lines),
            coverable=file.missing_points_in(body_lines(facts, units)),
            lines=file.missing & lines,
            lines_text=ranges_text(file.missing & lines, file.statements),
            tests=tests,
            first=effort_of_test(self.rates),
            further=effort_of_test(self.rates),
            gain_milli=gain.body + gain.imported,
            gain=gain.range,
            bodies=tuple(own),
            entry=entry,
            branch=branch,
            imports=imports,
            seams=seams,
            starts_module=not file.executed & ~facts.import_time,
            features=features(file, facts, units, seams),
            asserts=asserts_of(units, file, seams),
        )

    def _gain(self, covered: Mapping[BodyKey, int], imports: Mapping[str, int]) -> Gain:
        """What its tests gain alone, when nothing else is written: the yield of plans is none of theirs."""
        imported = sum(imports.values()) * MILLI
        most = self.missing * MILLI + imported
        alone = sum(covered.values()) * self.rates.item_factor / (self.rates.plan_yield or 1.0)
        body = min(int(alone), most - imported)
        spread = Spread(self.rates.item_spread, 0.0, self.rates.item_import_spread, self.around.noise)
        return Gain(body, imported, 0, most, spread)


def _grouped(facts: ModuleFacts, grain: Grain) -> list[tuple[str, tuple[Unit, ...]]]:
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
