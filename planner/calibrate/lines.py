"""Lines of a test, from the project's own tests: one factor on what is shipped, and how far single tests stray."""

from collections.abc import Mapping, Sequence
from math import log, sqrt
from statistics import fmean

from planner.calibrate.judge import Judged, judge
from planner.calibrate.shrink import shrunk, weight_of
from planner.model.calibration import Case, HeldOut, Refit, TestCost
from planner.model.rates import Rates

SUITE_TEST_LINES, SUITE_FILE_LINES = 12.1, 9.6
"""Lines of each test of whole suites, and on top of the first one of a file: means of the projects, their geometric
means over the eight recorded ones (9.3 to 14.2 a further test; 13.9 to 39.6 the first). Tests that plans ask for take
more, `test_lines`, since suites have many that only vary another; so a project is compared with suites, and the ratio
is the factor on what is shipped for plans."""

HALF_FILES = 12
"""So many test files weigh as much as what is shipped. The variance of the logarithm is 0.32 for a file within a
project, and 0.04 for plans between projects (eight recordings), which gives 8; errors of plans for hidden tests were
lowest, and flat, from 8 to 16."""

FEWEST_FILES = 5
"""With 3 or 4 test files a verdict says nothing: of what it took there, 1 in 4 made plans better (eight recordings)."""

FEWEST_PLANS = 4
"""Plans for hidden tests that a verdict needs; they overlap, so that few of them say little."""

SUITE_SPREAD = 0.96
"""The spread of single tests that `spread_of` finds in whole suites (geometric mean over the eight; 0.78 to 1.23)."""

Files = Mapping[str, Sequence[int]]
"""Path of a test file -> the lines of its tests, in source order."""


def by_file(costs: Sequence[TestCost]) -> dict[str, list[int]]:
    """The lines of each file's tests."""
    files: dict[str, list[int]] = {}
    for cost in costs:
        files.setdefault(cost.file, []).append(cost.lines)
    return files


def own_factor(files: Files) -> float:
    """Lines that these tests took by those of other suites: totals, so that a file of many tests says more."""
    tests = sum(map(len, files.values()))
    return sum(map(sum, files.values())) / (SUITE_TEST_LINES * tests + SUITE_FILE_LINES * len(files))


def line_factor(files: Files) -> float:
    """The factor on `test_lines` and `module_lines` that is believed; 1 without tests."""
    return shrunk(1.0, own_factor(files), weight_of(len(files), HALF_FILES)) if files else 1.0


def refit_lines(costs: Sequence[TestCost], rates: Rates, trials: Sequence[HeldOut] = ()) -> list[Refit]:
    """`test_lines` and `module_lines`.

    They share one factor, that of all tests: one of the first tests of files alone says next to nothing of plans (in
    full it raised their mean error from 0.16 to 0.51, that of all tests to 0.21). They are judged by `trials`, plans
    for hidden tests, where there are any, and else by test files, each forecast from the others.
    """
    files = by_file(costs)
    judged = judge(trials, FEWEST_PLANS) if trials else judge(_by_others(files), FEWEST_FILES)
    judged = judged if len(files) >= FEWEST_FILES or not files else _too_few(judged)
    held_out_of: Case = "plan" if trials else "test file"
    return [_line_refit(name, files, rates, judged, held_out_of) for name in ("test_lines", "module_lines")]


def _too_few(judged: Judged) -> Judged:
    return Judged("too few", judged.cases, judged.before, judged.after, judged.noise)


def _line_refit(name: str, files: Files, rates: Rates, judged: Judged, held_out_of: Case) -> Refit:
    shipped: float = getattr(rates, name)
    return Refit(
        name=name,
        shipped=shipped,
        of="test file",
        verdict=judged.verdict if files else "no cases",
        own=shipped * own_factor(files) if files else None,
        shrunk=shipped * line_factor(files) if files else None,
        cases=len(files),
        held_out=judged.cases,
        held_out_of=held_out_of,
        before=judged.before,
        after=judged.after,
        noise=judged.noise,
    )


def spread_refit(costs: Sequence[TestCost], rates: Rates) -> Refit:
    """`effort_spread`, which is shown and never taken.

    Refitted like lines, it made P80 of plans for hidden tests worse (pinball loss 0.103 against 0.102 over 21 splits
    of the eight recordings, and 0.058 either way over 32 thinner ones), and held-out test files couldn't tell where:
    of 4 that they took, 1 was right.
    """
    files, shipped = by_file(costs), rates.effort_spread
    if not files:
        return Refit("effort_spread", shipped, "test file", "no cases")
    own = shipped * spread_of(files) / SUITE_SPREAD
    return Refit("effort_spread", shipped, "test file", "does not carry over", own, cases=len(files))


def _by_others(files: Files) -> list[HeldOut]:
    """Each file as the shipped constants forecast it, and as they do with the factor of the other files."""
    found = []
    for path, others in _left_out(files):
        actual = log(own_factor({path: files[path]}))
        found.append(HeldOut(abs(actual), abs(actual - log(line_factor(others)))))
    return found


def _left_out(files: Files) -> list[tuple[str, Files]]:
    """Each file's path with all the other files; nothing where there are no others."""
    rest = [(path, {each: lines for each, lines in files.items() if each != path}) for path in files]
    return [(path, others) for path, others in rest if others]


def spread_of(files: Files) -> float:
    """Root mean square of what single tests miss their expected lines by, relative to those of a further test.

    Measured beside the project's own factor: how long its tests are is no spread.
    """
    test, first = own_factor(files) * SUITE_TEST_LINES, own_factor(files) * SUITE_FILE_LINES
    missed = [lines - test - (0 if place else first) for each in files.values() for place, lines in enumerate(each)]
    return sqrt(fmean(each**2 for each in missed)) / test
