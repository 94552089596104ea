"""What tests of a unit would newly cover: bodies by chance, its own and those it reaches; import-time lines whole.

A test covers part of what is left of each body it touches. Bodies are covered independently, so together tests cover
`1 - product of (1 - chance)` of each. The chances are measured: see rates.toml.
"""

from collections.abc import Collection, Iterable, Mapping

from planner.model.facts import ModuleFacts, Unit, lines_of_units
from planner.model.lines import Lines
from planner.model.measurement import FileCoverage
from planner.model.plan import MILLI
from planner.model.problem import MILLION, BodyKey
from planner.model.rates import Rates

_WORTHWHILE = MILLI // 2
"""Half a point: tests that are expected to cover less of what they are aimed at are not counted on."""

MOST_TESTS = 12
"""More tests of one class or function are no plan: measure again before."""


def body_lines(facts: ModuleFacts, units: Iterable[Unit]) -> Lines:
    """Lines of the units that run when called, less those that no usual test runs."""
    return lines_of_units(units) & ~facts.import_time & ~facts.hollow


def expected_milli(points: int, rates: Rates, *, is_new: bool) -> int:
    """Thousandths of points that tests are expected to be able to cover, of so many missing in a body."""
    share = rates.coverable_new if is_new else rates.coverable_entered
    return int(points * share * rates.plan_yield * MILLI)


def import_points(file: FileCoverage, facts: ModuleFacts) -> int:
    """Points that importing the module would cover; 0 when it was imported already.

    Of a branch at import time one exit is taken, so each line with missing exits gives one.
    """
    if file.executed:
        return 0
    lines = facts.import_time
    exits = sum(1 for line in file.missing_exits if lines >> line & 1)
    return (file.missing & lines).bit_count() + exits


Chances = dict[BodyKey, int]
"""Body -> the part of what is left of it that a test covers, in parts per million."""


def own_chances(
    own: Collection[BodyKey], new: Collection[BodyKey], rates: Rates, *, is_new: bool
) -> tuple[Chances, Chances]:
    """The chances of its first and of each further test for each of its own bodies.

    `new` are bodies that no test has entered; it is new itself where all of them are. The first test of something new
    covers more than any other. The more bodies with gaps, the less of each.
    """
    count = max(1, len(own))
    if is_new:
        entry = in_millionths(rates.entry_share / count**rates.entry_power)
        branch = in_millionths(rates.branch_share / count**rates.branch_power)
        return dict.fromkeys(own, entry), dict.fromkeys(own, branch)
    fresh = in_millionths(rates.entered_new_share / count**rates.entered_new_power)
    part = in_millionths(rates.entered_part_share / count**rates.entered_part_power)
    chances = {key: fresh if key in new else part for key in own}
    return chances, chances


def in_millionths(chance: float) -> int:
    """A chance in parts per million, within 0 and 1."""
    return max(0, min(MILLION, round(chance * MILLION)))


def worthwhile_tests(own: Mapping[BodyKey, int], entry: Mapping[BodyKey, int], branch: Mapping[BodyKey, int]) -> int:
    """How many tests of it are expected to cover at least half a point of its own each, one at least."""
    left = {key: weight * (MILLION - entry.get(key, 0)) // MILLION for key, weight in own.items()}
    count = 1
    while count < MOST_TESTS:
        covered = {key: weight * branch.get(key, 0) // MILLION for key, weight in left.items()}
        if sum(covered.values()) < _WORTHWHILE:
            break
        left = {key: weight - covered[key] for key, weight in left.items()}
        count += 1
    return count
