"""Plans under assumptions go on exactly where the tests that are taken for done leave off."""

from collections.abc import Mapping

import pytest
from factories import REDIS, REQUESTS, candidate, counts, field, ground, target
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tally import candidate_sets

from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate
from planner.model.problem import MILLION
from planner.solve import Field, Ground
from planner.solve.assume import ASSUMED, with_done, with_free_seams
from planner.solve.tally import Tally
from planner.solve.way import tally_of

SOME = settings(max_examples=60, deadline=None)


@st.composite
def split_plans(draw: st.DrawFn) -> tuple[tuple[Candidate, ...], list[Candidate], list[Candidate]]:
    """Candidates, and tests of them in an order, cut in two."""
    candidates = draw(candidate_sets())
    tests = draw(st.permutations([each for each in candidates for _ in range(each.tests)]))
    cut = draw(st.integers(0, len(tests)))
    return candidates, tests[:cut], tests[cut:]


def _start(candidates: tuple[Candidate, ...]) -> tuple[Field, Ground]:
    entering = {path: 7 for each in candidates for path in each.imports if path != "b.py"}
    start = ground(target(90), counts(200, 20), entering, candidates=candidates)
    return field(*candidates), start


@given(split_plans())
@SOME
def test_what_is_done_and_the_rest_are_the_whole_plan(
    plan: tuple[tuple[Candidate, ...], list[Candidate], list[Candidate]],
) -> None:
    candidates, done, rest = plan
    choice, start = _start(candidates)
    whole, first = tally_of([*done, *rest], start), tally_of(done, start)

    left, assumed = with_done(choice, start, [each.key for each in done])
    by_key = {each.key: each for each in left.candidates}
    second = tally_of([by_key[each.key] for each in rest], assumed)

    assert second.imported == whole.imported - first.imported
    assert second.entered == whole.entered - first.entered
    # Each test's share of each body is rounded down to a thousandth of a point.
    assert abs(first.body + second.body - whole.body) <= len(rest) * len(start.forecast.bodies) + 1
    assert assumed.today.points + second.entered == start.today.points + whole.entered
    assert assumed.today.covered_points == start.today.covered_points + first.points


@given(split_plans())
@SOME
def test_the_rest_takes_the_hours_that_the_whole_plan_takes_for_it(
    plan: tuple[tuple[Candidate, ...], list[Candidate], list[Candidate]],
) -> None:
    candidates, done, rest = plan
    choice, start = _start(candidates)
    tally = tally_of(done, start)
    hours = [tally.add(each).effort.p50 for each in rest]

    left, assumed = with_done(choice, start, [each.key for each in done])
    by_key = {each.key: each for each in left.candidates}
    tally = Tally(assumed)

    assert [tally.add(by_key[each.key]).effort.p50 for each in rest] == pytest.approx(hours)


def test_nothing_done_changes_nothing() -> None:
    choice, start = _start((candidate("a", path="a/one.py", tests=2), candidate("b", path="b.py", imports={"b.py": 3})))

    left, assumed = with_done(choice, start, ())

    assert left == choice
    assert assumed == start


def test_all_tests_of_a_candidate_done_leave_none_to_choose() -> None:
    one, other = candidate("one"), candidate("other", path="pkg/other.py")
    choice, start = _start((one, other))

    left, assumed = with_done(choice, start, [one.key])

    assert [each.key for each in left.candidates] == [other.key]
    assert assumed.forecast.gaps[one.key] == 0
    assert left.missing_in[one.path] == choice.missing_in[one.path] - 10
    assert left.is_tested[one.path]
    assert not left.is_tested[other.path]


def test_points_that_are_more_than_the_missing_statements_count_as_exits() -> None:
    one = candidate("one", body=30)
    start = ground(today=Counts(100, 90, 40, 10), candidates=(one,))

    _, assumed = with_done(field(one), start, [one.key])

    assert assumed.today == Counts(100, 100, 40, 30)


def test_a_file_that_a_done_test_imports_has_entered_the_total() -> None:
    one = candidate("one", path="a/new.py", body=5, imports={"a/new.py": 4})
    start = ground(today=counts(100, 50), entering={"a/new.py": 20}, candidates=(one,))

    _, assumed = with_done(field(one), start, [one.key])

    assert assumed.today == counts(120, 59)
    assert assumed.entering == {}
    assert assumed.files["a/new.py"] == counts(20, 9)
    assert assumed.forecast.imports == {}


def test_the_double_of_a_done_test_is_there_for_the_others() -> None:
    one, other = candidate("one", seams=(REDIS,)), candidate("other", path="pkg/other.py", seams=(REDIS, REQUESTS))
    choice, start = _start((one, other))

    left, _ = with_done(choice, start, [one.key])

    assert [seam.name for seam in left.candidates[0].needs_building] == ["requests"]


def test_half_of_a_core_that_is_covered_halves_what_was_given_to_it() -> None:
    one, other = candidate("one", body=10, tests=2), candidate("other", path="pkg/other.py", body=6)
    core = ("pkg/", "")
    one = candidate("one", body=10, tests=2, entry=0, reaches={core: MILLION // 2})
    start = ground(candidates=(one, other), core=200)

    _, assumed = with_done(field(one, other), start, [one.key])

    assert start.forecast.bodies[core] == 16 * 200
    assert assumed.forecast.bodies[core] == 8 * 200
    assert sum(assumed.forecast.gifts.values()) == 8 * 200


def test_what_a_candidate_gains_alone_shrinks_with_what_is_left_of_it() -> None:
    one = candidate("one", body=10, tests=3, entry=MILLION // 2, branch=MILLION // 2)
    start = ground(candidates=(one,))

    left, _ = with_done(field(one), start, [one.key])

    # 10 * (1/2 + 1/4 + 1/8) = 8.75 points before, 3.75 of them after the first test
    assert left.candidates[0].gain_milli == 10 * MILLI * 3750 // 8750
    assert left.candidates[0].tests == 2


def test_more_tests_than_there_are_is_an_error() -> None:
    one = candidate("one")

    with pytest.raises(ValueError, match="one"):
        with_done(field(one), ground(candidates=(one,)), [one.key, one.key])


def test_free_seams_need_no_building_and_say_that_they_are_assumed() -> None:
    features: Mapping[str, int] = {"seams": 2, "missing": 1}
    one = candidate("one", seams=(REDIS, REQUESTS), features=features)

    (freed,) = with_free_seams([one], ["cache or queue"])

    assert [(seam.name, seam.needs_building, seam.have) for seam in freed.seams] == [
        ("redis", False, ASSUMED),
        ("requests", True, ""),
    ]
    assert freed.features == {"seams": 1, "missing": 1}
