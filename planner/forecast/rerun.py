"""What tests that run again cover: the chances for functions, by calls, by what others cover, and by drift."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

from planner.forecast.gain import body_lines, import_points, in_millionths
from planner.forecast.mending import PointRates, mending_rates
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage
from planner.model.plan import Forecast, folder_of
from planner.model.problem import MILLION, BodyKey
from planner.model.rates import Rates

Stopped = Literal["before", "on the way", "at the end"]
"""Where tests stopped: before they were called, where an error was raised on their way, or at an assertion or later."""

Entering = Mapping[BodyKey, float]
"""Function -> how likely a test enters it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Tests that run again and enter the same functions of the product, `tests` of them.

    `files` are those of the product that they import. `stopped` says how far they came: what they covered until then is
    in the data, and of functions that other tests enter, too, so much less is still ahead of them.
    """

    tests: int
    entered: Entering
    files: Collection[str] = ()
    stopped: Stopped = "before"


@dataclass(frozen=True, slots=True)
class Coverable:
    """What can be covered: the forecast of the product, its functions that no test has entered, and how large it is.

    `statements` of behaviour are by file, `suite` is the number of all tests that do not skip themselves.
    """

    forecast: Forecast
    new: Collection[BodyKey]
    statements: Mapping[str, int]
    suite: int
    rates: Rates


def find_coverable(
    forecast: Forecast, files: Iterable[FileCoverage], facts: Mapping[str, ModuleFacts], suite: int, rates: Rates
) -> Coverable:
    """The ground that mendings are forecast on, from the files and facts that the forecast was made of."""
    known = [file for file in files if file.path in facts]
    statements = {file.path: (file.statements & ~facts[file.path].import_time).bit_count() for file in known}
    return Coverable(forecast, _new(known, facts), statements, suite, rates)


def _new(files: Iterable[FileCoverage], facts: Mapping[str, ModuleFacts]) -> frozenset[BodyKey]:
    """The functions of which no line has run."""
    found, entered = set[BodyKey](), set[BodyKey]()
    for file in files:
        for unit in facts[file.path].units:
            ran = file.executed & body_lines(facts[file.path], [unit])
            (entered if ran else found).add((file.path, unit.name))
    return frozenset(found - entered)


def rerun_chances(batches: Sequence[Batch], ground: Coverable) -> dict[BodyKey, int]:
    """What all the batches together cover of each function with a gap, and of each core, in parts per million."""
    found = _Chances(ground, mending_rates().points)
    for batch in batches:
        found.enter(batch)
    chances = found.by_calls(_drift(batches, ground))
    return {**chances, **_of_cores(chances, ground.forecast)}


class _Chances:
    """What the likeliest test covers of each function, and what all tests leave of it as further ones."""

    def __init__(self, ground: Coverable, rates: PointRates) -> None:
        self._ground, self._rates = ground, rates
        self._best: dict[BodyKey, tuple[float, float]] = {}
        self._left: dict[BodyKey, float] = {}

    def enter(self, batch: Batch) -> None:
        """Let the tests of the batch run."""
        ahead = self._rates.ahead_of(batch.stopped)
        for key, chance in batch.entered.items():
            first, further = self._covers(key, chance, ahead)
            if first and key in self._ground.forecast.gaps:
                self._best[key] = max((first, further), self._best.get(key, (0.0, 0.0)))
                self._left[key] = self._left.get(key, 1.0) * (1.0 - further) ** batch.tests

    def by_calls(self, drift: Mapping[str, float]) -> dict[BodyKey, int]:
        """The chances of all functions, with what tests drift into by file."""
        kept = {path: part for path, part in drift.items() if part >= self._rates.least_drift}
        near = [key for key in self._ground.forecast.gaps if key[0] in kept]
        shares = {key: 1.0 - self._leave(key) * (1.0 - kept.get(key[0], 0.0)) for key in {*near, *self._best}}
        return {key: in_millionths(shares[key]) for key in sorted(shares)}

    def _covers(self, key: BodyKey, chance: float, ahead: float) -> tuple[float, float]:
        """The part of a function that a test covers as the first one, and as a further one."""
        rates = self._rates
        if key in self._ground.new:
            return chance, rates.further_new * chance
        return ahead * rates.entered_share * chance**rates.entered_power, ahead * rates.further_entered * chance

    def _leave(self, key: BodyKey) -> float:
        """What the tests leave of a function: the likeliest counts as first, and not as a further one."""
        if key not in self._best:
            return 1.0
        first, further = self._best[key]
        return (1.0 - first) * min(1.0, self._left[key] / (1.0 - further))


def _drift(batches: Iterable[Batch], ground: Coverable) -> dict[str, float]:
    """File -> the part of what is missing there that tests run into although no call that is known leads there.

    Thinned, as in a plan, where tests import more code than was ever measured.
    """
    near: dict[str, float] = {}
    rates = mending_rates().points
    for batch in batches:
        size = sum(ground.statements.get(path, 0) for path in batch.files)
        thin = min(1.0, ground.rates.core_statements / size) if size else 0.0
        tests = batch.tests * thin * rates.ahead_of(batch.stopped)
        for path in batch.files if tests else ():
            near[path] = near.get(path, 0.0) + tests
    return {path: 1.0 - exp(-rates.drift * tests / (ground.suite + rates.drift_tests)) for path, tests in near.items()}


def _of_cores(covered: Mapping[BodyKey, int], forecast: Forecast) -> dict[BodyKey, int]:
    """What functions have given to the core of their folder is covered as they are."""
    gained: dict[BodyKey, int] = {}
    for key, chance in covered.items():
        if gift := forecast.gifts.get(key):
            core = f"{folder_of(key[0])}/", ""
            gained[core] = gained.get(core, 0) + gift * chance
    return {core: min(MILLION, gain // forecast.bodies[core]) for core, gain in sorted(gained.items())}


def imports_again(files: Iterable[FileCoverage], facts: Mapping[str, ModuleFacts]) -> dict[str, int]:
    """File -> points of import-time lines that importing all of the files would add; those that add none left out."""
    found = {file.path: import_points(file, facts[file.path]) or _rest(file, facts[file.path]) for file in files}
    return {path: points for path, points in found.items() if points}


def _rest(file: FileCoverage, facts: ModuleFacts) -> int:
    """Of an import that broke off: the missing import-time lines behind the last one that ran."""
    lines = facts.import_time & ~facts.hollow
    behind = (file.executed & lines).bit_length()
    return (file.missing & lines >> behind << behind).bit_count()
