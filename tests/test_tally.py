"""What a sequence of tests brings together."""

import random
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest
from factories import CLOCK, DOUBLE, MODULE_START, REDIS, REQUESTS, URLLIB3, candidate, counts, ground, target
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate, Effort, Range, Spread
from planner.model.problem import MILLION, BodyKey
from planner.model.target import MEANINGS
from planner.model.wish import Requirement, Wish
from planner.solve.tally import Ground, Taken, Tally

SEAMS = (REDIS, REQUESTS, URLLIB3, CLOCK)
PATHS = ("a/__init__.py", "a/one.py", "a/two.py", "b.py")
CHANCES = st.sampled_from((0, 1, 250_000, 333_333, 600_000, MILLION))
CORES = (("a/", ""), ("/", ""))
SOME = settings(max_examples=40, deadline=None)
"""Plans are drawn slowly."""

SPREADS = st.builds(
    Spread,
    common=st.sampled_from((0.0, 0.25)),
    single=st.sampled_from((0.0, 0.8)),
    imported=st.sampled_from((0.0, 0.05)),
    noise=st.integers(0, 2),
)


@st.composite
def candidate_sets(draw: st.DrawFn, most: int = 6) -> tuple[Candidate, ...]:
    """Candidates in a few files; those of one file share what importing it runs, and each may reach others."""
    shares = {path: draw(st.integers(0, 9)) for path in PATHS}
    places = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=most))
    keys = [(path, f"unit{number}") for number, path in enumerate(places)]
    made = []
    for path, unit in keys:
        around = [each for each in PATHS if each == path or (path.startswith("a/") and each == "a/__init__.py")]
        others = draw(st.lists(st.sampled_from((*keys, *CORES)), unique=True, max_size=2))
        body = draw(st.integers(0, 20))
        made.append(
            candidate(
                unit,
                path=path,
                body=body,
                hours=draw(st.integers(1, 40)) / 10,
                tests=draw(st.integers(1, 3)) if body else 1,
                entry=draw(CHANCES),
                branch=draw(CHANCES),
                reaches={other: draw(CHANCES) for other in others if other != (path, unit)},
                imports={each: shares[each] for each in around if shares[each]},
                seams=tuple(draw(st.lists(st.sampled_from(SEAMS), unique=True, max_size=2))),
                starts_module=shares[path] > 0,
            )
        )
    return tuple(made)


@st.composite
def grounds(draw: st.DrawFn, wish: Wish | None = None) -> Ground:
    """A project whose counts fit its candidates: what they gain is missing today, and some files are outside."""
    candidates = draw(candidate_sets())
    outside = {path for path in draw(st.sets(st.sampled_from(PATHS), max_size=2)) if _is_new(path, candidates)}
    files = {path: _counts_of(path, candidates, draw(st.integers(0, 30))) for path in PATHS}
    today = sum((files[path] for path in PATHS if path not in outside), Counts(40, draw(st.integers(0, 40))))
    percent = today.percent + draw(st.integers(0, 100)) * (100 - today.percent) / 120
    return ground(
        target(str(Fraction(round(percent * 10), 10)), draw(st.sampled_from(MEANINGS))),
        today,
        {path: files[path].points for path in outside},
        candidates=candidates,
        wish=wish or Wish(confidence=draw(st.sampled_from((0.5, 0.8, 0.95)))),
        spread=draw(SPREADS),
        files={path: files[path] for path in PATHS if path not in outside},
        whole_tree=sum((files[path] for path in outside), today),
        expected=draw(st.sampled_from((800, MILLI))),
        core=draw(st.sampled_from((0, 300))),
    )


def _is_new(path: str, candidates: tuple[Candidate, ...]) -> bool:
    return all(each.imports.get(path) for each in candidates if each.path == path)


def _counts_of(path: str, candidates: tuple[Candidate, ...], covered: int) -> Counts:
    own = [each for each in candidates if each.path == path]
    imported = max((each.imports.get(path, 0) for each in candidates), default=0)
    missing = sum(each.coverable for each in own) + imported
    return Counts(missing, 0) if imported else Counts(missing + covered, covered)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Ground, tuple[Candidate, ...]]:
    """A ground, and tests of its candidates in some order, one entry per test."""
    start = draw(grounds())
    places = st.integers(0, len(start.forecast.candidates) - 1)
    tests = [start.forecast.candidates[place] for place in draw(st.lists(places, max_size=8))]
    return start, tuple(each for place, each in enumerate(tests) if tests[:place].count(each) < each.tests)


def tally_of(tests: tuple[Candidate, ...], start: Ground) -> Tally:
    tally = Tally(start)
    for each in tests:
        tally.add(each)
    return tally


def hours_of(taken: Iterable[Taken]) -> list[tuple[float, float]]:
    return [(each.effort.p50, round(each.effort.p80, 9)) for each in taken]


# What tests gain


@SOME
@given(plans())
def test_marginal_gains_add_up_to_the_whole(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    tally = Tally(start)

    taken = [tally.add(each) for each in tests]

    assert sum(each.body for each in taken) == tally.body
    assert sum(each.imported for each in taken) == tally.imported
    assert tally.milli == tally.body + tally.imported
    assert tally.points == tally.milli // MILLI


@SOME
@given(plans())
def test_no_test_takes_anything_away(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    tally = Tally(start)

    assert all(taken.body >= 0 and taken.imported >= 0 for taken in map(tally.add, tests))


@SOME
@given(plans())
def test_import_time_points_are_counted_once_however_many_share_them(
    plan: tuple[Ground, tuple[Candidate, ...]],
) -> None:
    start, tests = plan

    union = {path: points for each in tests for path, points in each.imports.items()}
    assert tally_of(tests, start).imported == sum(union.values()) * MILLI


@SOME
@given(plans(), st.randoms(use_true_random=False))
def test_a_whole_does_not_depend_on_the_order(
    plan: tuple[Ground, tuple[Candidate, ...]], shuffle: random.Random
) -> None:
    start, tests = plan
    shuffled = list(tests)
    shuffle.shuffle(shuffled)

    one, other = tally_of(tests, start), tally_of(tuple(shuffled), start)

    touched = len({key for each in tests for key in each.entry})
    assert abs(one.body - other.body) <= 2 * touched  # each product of chances is cut to a millionth
    assert (one.imported, one.entered, one.files) == (other.imported, other.entered, other.files)
    assert (one.built, one.begun, one.written) == (other.built, other.begun, other.written)


@SOME
@given(plans())
def test_no_body_gives_more_than_it_has(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    tally = tally_of(tests, start)

    assert all(0 <= tally.covered(key) <= weight for key, weight in start.forecast.bodies.items())
    assert tally.gain.range.p90 <= sum(start.forecast.gaps.values()) + tally.imported // MILLI


def test_points_are_rounded_down() -> None:
    one = candidate(body=19, entry=100_000)

    tally = tally_of((one,), ground(candidates=(one,)))

    assert (tally.milli, tally.points) == (1_900, 1)


def test_a_further_test_covers_part_of_what_the_first_one_left() -> None:
    one = candidate(body=10, tests=3, entry=600_000, branch=500_000)

    tally = Tally(ground(candidates=(one,)))

    assert [tally.add(one).body for _ in range(3)] == [6_000, 2_000, 1_000]


def test_a_body_that_several_tests_reach_is_counted_once() -> None:
    helper = candidate("helper", body=10)
    callers = tuple(candidate(name, body=5, reaches={helper.key: 500_000}) for name in ("one", "two"))
    start = ground(candidates=(helper, *callers))

    assert tally_of(callers[:1], start).body == 5_000 + 5_000
    assert tally_of(callers, start).body == 5_000 + 5_000 + 5_000 + 2_500
    assert tally_of((*callers, helper), start).body == 5_000 + 5_000 + 10_000


def test_only_the_first_test_imports() -> None:
    one = candidate(body=10, tests=2, entry=500_000, branch=500_000, imports={"pkg/mod.py": 7})
    tally = Tally(ground(candidates=(one,)))

    assert [tally.add(one).imported for _ in range(2)] == [7_000, 0]


def test_what_tests_run_into_besides_is_shared_by_all_of_them() -> None:
    tests = tuple(candidate(f"u{number}", body=10, entry=0, reaches={("pkg/", ""): 100_000}) for number in range(3))
    tally = Tally(ground(candidates=tests, core=500))  # 15 of the 30 points are the core of pkg

    assert [tally.add(each).body for each in tests] == [1_500, 1_350, 1_215]


# How sure it is


@SOME
@given(plans())
def test_the_gain_is_expected_as_the_tally_has_it(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    tally = tally_of(tests, start)

    assert tally.gain.range.p50 == tally.points
    assert tally.gain.range.p10 <= tally.points <= tally.gain.range.p90


def test_single_tests_even_out_in_the_tally() -> None:
    spread = Spread(single=0.8)
    small = tuple(candidate(f"u{number}", body=10) for number in range(10))
    large = candidate(body=100)

    many = tally_of(small, ground(candidates=small, spread=spread))
    one = tally_of((large,), ground(candidates=(large,), spread=spread))

    assert many.points == one.points == 100
    assert many.gain.body_sigma < one.gain.body_sigma


def test_the_gain_within_files_counts_these_alone() -> None:
    one = candidate("one", path="a.py", body=10, imports={"a.py": 3})
    other = candidate("other", path="b.py", body=20, imports={"b.py": 4}, reaches={one.key: MILLION})
    start = ground(candidates=(one, other))
    tally = tally_of((other,), start)

    assert tally.gain_within(frozenset({"b.py"})).range == Range(24, 24, 24)
    assert tally.gain_within(frozenset({"a.py"})).range == Range(10, 10, 10)
    assert tally.gain_within(frozenset({"c.py"})).range == Range()


@SOME
@given(plans())
def test_gains_within_all_files_are_those_of_bodies_and_imports(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    tally = tally_of(tests, start)

    within = tally.gain_within(frozenset(PATHS))

    assert within.imported == tally.imported
    assert sum(tally.covered(key) for key in start.forecast.gaps) <= within.body <= tally.body


# What tests cost


@SOME
@given(plans())
def test_doubles_and_test_files_are_paid_once(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan
    tally = Tally(start)

    hours = sum((tally.add(each).effort for each in tests), Effort())

    kinds = {seam.kind for each in tests for seam in each.seams if seam.needs_building}
    begun = {each.path for each in tests if each.starts_module}
    pieces = [DOUBLE] * len(kinds) + [MODULE_START] * len(begun)
    for each in {each.key: each for each in tests}.values():
        pieces += [each.first] + [each.further] * (tally.written[each.key] - 1)
    whole = sum(pieces, Effort())
    assert hours.p50 == pytest.approx(whole.p50)
    assert hours.p80 == pytest.approx(whole.p80)
    assert tally.built == kinds


EFFORTS = st.builds(lambda p50, more: Effort(p50, p50 + more), st.floats(0.01, 50), st.floats(0, 50))


@given(st.lists(EFFORTS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_hours_add_up_in_any_order_and_never_go_badly_all_together(
    pieces: list[Effort], shuffle: random.Random
) -> None:
    shuffled = list(pieces)
    shuffle.shuffle(shuffled)

    whole, other = sum(pieces, Effort()), sum(shuffled, Effort())

    assert whole.p50 == pytest.approx(sum(each.p50 for each in pieces))
    assert whole.p50 <= whole.p80
    assert max(each.p80 - each.p50 for each in pieces) * 0.999 <= whole.p80 - whole.p50
    assert whole.p80 <= sum(each.p80 for each in pieces) * 1.001
    assert whole.p80 == pytest.approx(other.p80)


@given(EFFORTS, st.integers(1, 20))
def test_hours_of_so_many_equal_tests_are_their_sum(one: Effort, number: int) -> None:
    whole, times = sum([one] * number, Effort()), one * number

    assert whole.p50 == pytest.approx(times.p50)
    assert whole.p80 == pytest.approx(times.p80)


def test_hours_of_many_tests_are_surer_than_those_of_one() -> None:
    one = Effort(1.0, 2.0)

    assert (one * 20).p80 < 20 * one.p80


def test_the_first_test_costs_the_first_price_and_every_other_the_further_one() -> None:
    one = candidate(hours=2, tests=3)
    tally = Tally(ground(candidates=(one,)))

    assert hours_of(tally.add(one) for _ in range(3)) == [(2, 4), (1, 2), (1, 2)]


def test_a_test_file_is_begun_by_the_first_test_of_its_module() -> None:
    one, other = candidate("one", starts_module=True), candidate("other", starts_module=True)
    elsewhere = candidate("third", path="b.py", starts_module=True)
    tally = Tally(ground(candidates=(one, other, elsewhere)))

    taken = [tally.add(each) for each in (one, other, one, elsewhere)]

    assert [each.starts_module for each in taken] == [True, False, False, True]
    assert hours_of(taken[:1]) == hours_of([replace(taken[0], effort=Effort(1, 2) + MODULE_START)])
    assert hours_of(taken[1:2]) == [(1, 2)]


def test_a_module_with_tests_begins_no_test_file() -> None:
    one = candidate()

    assert Tally(ground(candidates=(one,))).add(one).starts_module is False


def test_two_libraries_of_one_kind_share_their_double() -> None:
    both, other = candidate(seams=(REQUESTS, URLLIB3)), candidate("other", seams=(URLLIB3, REDIS))
    tally = Tally(ground(candidates=(both, other)))

    assert len(tally.add(both).new_seams) == 1
    assert tally.add(other).new_seams == (REDIS,)


def test_what_pytest_brings_is_never_paid() -> None:
    one = candidate(hours=1.5, seams=(CLOCK,))

    taken = Tally(ground(candidates=(one,))).add(one)

    assert hours_of([taken]) == [(1.5, 3.0)]
    assert taken.new_seams == ()


# What the target needs


@SOME
@given(plans())
def test_the_total_grows_by_each_file_that_enters_once(plan: tuple[Ground, tuple[Candidate, ...]]) -> None:
    start, tests = plan

    entered = {path for each in tests for path in (each.path, *each.imports)}
    assert tally_of(tests, start).entered == sum(start.entering.get(path, 0) for path in entered)


@SOME
@given(plans())
def test_the_need_is_that_of_the_target_on_the_total_after_the_tests(
    plan: tuple[Ground, tuple[Candidate, ...]],
) -> None:
    start, tests = plan
    tally = tally_of(tests, start)
    after = Counts(start.today.points + tally.entered, start.today.covered_points)

    assert start.target is not None
    assert tally.need == start.target.shortfall(after)
    assert tally.need >= start.need()


def test_a_file_that_enters_raises_what_the_target_needs_once() -> None:
    new = candidate(path="new.py", body=30, tests=2, imports={"new.py": 10})
    tally = Tally(ground(target(50), counts(100, 40), entering={"new.py": 100}, candidates=(new,)))

    needs = [tally.need]
    for _ in range(2):
        tally.add(new)
        needs.append(tally.need)

    assert needs == [10, 60, 60]


def test_without_a_target_nothing_is_needed() -> None:
    assert replace(ground(target(90), counts(100, 0)), target=None).need() == 0


def test_a_requirement_has_the_counts_and_paths_of_its_files() -> None:
    files = {"live/a.py": counts(30, 10), "live/b.py": counts(10, 10), "c.py": counts(5, 0)}
    wish = Wish(require=(Requirement("live", Fraction(80)), Requirement("gone", Fraction(50))))

    found = ground(wish=wish, files=files).required()

    assert found == [
        ("live", Fraction(80), counts(40, 20), frozenset({"live/a.py", "live/b.py"})),
        ("gone", Fraction(50), Counts(), frozenset()),
    ]


def test_bodies_are_told_apart_by_file() -> None:
    one, other = candidate(path="a.py"), candidate(path="b.py")
    keys: set[BodyKey] = {each.key for each in (one, other)}

    tally = tally_of((one, other), ground(candidates=(one, other)))

    assert {key: tally.covered(key) for key in keys} == dict.fromkeys(keys, 10_000)
