"""The places at which tests can be aimed: modules, classes and top-level functions, or single functions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from planner.forecast.asserts import asserts_of
from planner.forecast.core import Core, find_core
from planner.forecast.doubles import with_doubles
from planner.forecast.effort import double_effort, effort_of_test, features, module_effort
from planner.forecast.gain import (
    body_lines,
    expected_milli,
    import_points,
    own_chances,
    worthwhile_tests,
)
from planner.forecast.project import read_project
from planner.forecast.rates import read_rates
from planner.forecast.runs import Runs, bits_of
from planner.forecast.seams import read_catalogue
from planner.forecast.touches import Touches, direct_touches, seams_of
from planner.model.chance import Gain
from planner.model.facts import MODULE, ModuleFacts, Unit, lines_of_units
from planner.model.lines import numbers_in, ranges_text
from planner.model.measurement import FileCoverage
from planner.model.plan import MILLI, Candidate, Forecast, Spread
from planner.model.problem import BodyKey
from planner.model.rates import Rates
from planner.model.seams import Double

if TYPE_CHECKING:
    from planner.forecast.reached import Entered, Reached
    from planner.forecast.rows import Plain, Rows

Grain = Literal["module", "class", "function"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the units: the seams they touch, the doubles that tests have, and what an import runs.

    `reached` gives the units that a test would enter, None where no calls are known. `noise` are points by which totals
    differ between runs.
    """

    touches: Touches
    doubles: Mapping[str, Double] = field(default_factory=dict)
    runs_on_import: Runs = field(default_factory=Runs)
    reached: "Reached | None" = None
    noise: int = 0


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
        candidates=tuple(maker.candidates(grain)),
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
    from planner.forecast.rows import Rows  # numpy takes 80 ms to load, and `gapplan status` forecasts nothing

    gaps, entered = _gaps(known, facts)
    expected = {key: expected_milli(points, rates, is_new=key not in entered) for key, points in gaps.items()}
    new = {key: weight for key, weight in expected.items() if key not in entered}
    statements = {path: (file.statements & ~facts[path].import_time).bit_count() for path, file in known.items()}
    runs = around.runs_on_import
    files = (*runs.files, *sorted(known.keys() - set(runs.files)))
    bits = bits_of(files)
    core = find_core(new, statements, rates, bits)
    bodies = {**{key: weight - core.gifts.get(key, 0) for key, weight in expected.items()}, **core.weights}
    rows = Rows(bodies, new, core, around.reached)
    shares = {path: import_points(file, facts[path]) for path, file in known.items()}
    paying = sum(bits[path] for path, share in shares.items() if share)
    missing = sum(gaps.values())
    places = _Places(files, bits, paying)
    return _Maker(
        known, facts, around, rates, gaps, missing, entered, frozenset(new), bodies, core, rows, shares, places
    )


def _gaps(
    known: Mapping[str, FileCoverage], facts: Mapping[str, ModuleFacts]
) -> tuple[dict[BodyKey, int], set[BodyKey]]:
    """Missing points in the body of each function with a gap, and the functions that some test has entered."""
    gaps: dict[BodyKey, int] = {}
    entered: set[BodyKey] = set()
    for path, file in known.items():
        behaviour = ~facts[path].import_time & ~facts[path].hollow  # as `body_lines`, for one unit after the other
        for unit in facts[path].units:
            lines = unit.lines & behaviour
            key = path, unit.name  # a property and its setter share it, and definitions by platform
            if points := file.missing_points_in(lines):
                gaps[key] = gaps.get(key, 0) + points
            if file.executed & lines:
                entered.add(key)
    return gaps, entered


class _Places(NamedTuple):
    """All files in order, their bits, and those that an import brings points in."""

    files: Sequence[str]
    bits: Mapping[str, int]
    paying: int


class _Ran(NamedTuple):
    """What importing a file gives by path, and what its first and each further test then do to cores."""

    imports: Mapping[str, int]
    first: "Plain"
    further: "Plain"


class _Group(NamedTuple):
    """Units of a file that a candidate is made of, by the name that its tests aim at, and their bodies with gaps.

    `ran` is what importing the file does.
    """

    path: str
    name: str
    units: tuple[Unit, ...]
    own: Mapping[BodyKey, int]
    ran: _Ran


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
    new: frozenset[BodyKey]
    bodies: Mapping[BodyKey, int]
    core: Core
    rows: "Rows"
    shares: Mapping[str, int]
    places: _Places
    ran: dict[int, _Ran] = field(default_factory=dict)

    @property
    def spread(self) -> Spread:
        rates = self.rates
        return Spread(rates.common_spread, rates.single_spread, rates.import_spread, self.around.noise)

    def candidates(self, grain: Grain) -> Iterator[Candidate]:
        """Those of all files that gain anything."""
        groups = [each for path in self.known for each in self._groups(path, grain)]
        entered = self.rows.entered(group.own for group in groups)
        return map(self._candidate, groups, entered)

    def _groups(self, path: str, grain: Grain) -> Iterator[_Group]:
        ran = self._run_with(path)
        has_behaviour = any((path, unit.name) in self.gaps for unit in self.facts[path].units)
        for name, units in _grouped(self.facts[path], grain):
            own = self._own(path, units)
            if own or (name == MODULE and not has_behaviour and ran.imports.get(path)):
                yield _Group(path, name, units, own, ran)

    def _run_with(self, path: str) -> _Ran:
        """What importing the file does; once for files that run the same."""
        files = self.around.runs_on_import.sets.get(path) or self._packages_of(path)
        if files not in self.ran:
            paying = (self.places.files[place] for place in numbers_in(files & self.places.paying))
            parts = self.core.reach(files)
            first, further = (self.rows.plain(parts, base) for base in (self.rates.core_entry, self.rates.core_branch))
            self.ran[files] = _Ran({each: self.shares[each] for each in paying}, first, further)
        return self.ran[files]

    def _packages_of(self, path: str) -> int:
        """The file and the packages around it, whose `__init__.py` run first: all that is known without its imports."""
        folders = path.split("/")[:-1]
        packages = ("/".join(folders[:depth]) + "/__init__.py" for depth in range(1, len(folders) + 1))
        return sum(self.places.bits[each] for each in {path, *packages} if each in self.known)

    def _own(self, path: str, units: Iterable[Unit]) -> dict[BodyKey, int]:
        keys = ((path, unit.name) for unit in units)
        return {key: self.bodies[key] for key in keys if key in self.gaps}

    def _candidate(self, group: _Group, entered: "Entered") -> Candidate:
        path, name, units, own, ran = group
        file, facts = self.known[path], self.facts[path]
        lines = lines_of_units(units)
        seams = with_doubles(seams_of([(path, unit.name) for unit in units], self.around.touches), self.around.doubles)
        is_new = not any((path, unit.name) in self.entered for unit in units)
        alone = own_chances(own, self.new, self.rates, is_new=is_new)
        tests = worthwhile_tests(own, *alone)
        reach = (self.rates.reach_entry if is_new else self.rates.reach_branch, self.rates.reach_branch)
        plain = (ran.first if is_new else ran.further, ran.further)
        drawn = self.rows.draw(alone, entered, reach, plain)
        entry, branch = self.rows.chances(drawn)
        gain = self._gain(self.rows.covered(drawn, tests), ran.imports)
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
            imports=ran.imports,
            seams=seams,
            starts_module=not file.executed & ~facts.import_time,
            features=features(file, facts, units, seams),
            asserts=asserts_of(units, file, seams),
        )

    def _gain(self, covered: int, imports: Mapping[str, int]) -> Gain:
        """What its tests gain alone, when nothing else is written: the yield of plans is none of theirs."""
        imported = sum(imports.values()) * MILLI
        most = self.missing * MILLI + imported
        alone = covered * self.rates.item_factor / (self.rates.plan_yield or 1.0)
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
