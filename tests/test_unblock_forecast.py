"""What tests that run again would cover: by calls, by drift, in the order of the list, each point counted once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import pytest
from factories import file_coverage
from test_unblock_passes import cause

from planner.forecast import forecast_candidates, read_rates
from planner.forecast.mending import mending_rates
from planner.forecast.rerun import Batch, Coverable, Stopped, find_coverable, imports_again, rerun_chances
from planner.forecast.unblock import Rerun, forecast_mendings
from planner.model.blocked import CauseKind, Mending, Passing
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage
from planner.model.plan import MILLI, Effort
from planner.model.problem import MILLION, BodyKey
from planner.source import facts_of_source

DESK = b"""import json

def sell(price):
    price += 1
    return price

def buy(price):
    price -= 1
    return price

def rest():
    return json.dumps(1)
"""

SELL, BUY, REST = ("desk.py", "sell"), ("desk.py", "buy"), ("desk.py", "rest")
TODAY = Passing(90, 100)


def facts_of(source: bytes, path: str = "desk.py") -> ModuleFacts:
    found = facts_of_source(source, path, frozenset({path}))
    assert isinstance(found, ModuleFacts)
    return found


FACTS = facts_of(DESK)
UNTESTED = file_coverage("desk.py", "1 3-5 7-9 11-12", "4-5 8-9 12")
SELL_ENTERED = file_coverage("desk.py", "1 3-5 7-9 11-12", "5 8-9 12")


def ground(file: FileCoverage = UNTESTED, suite: int = 100) -> Coverable:
    known: Mapping[str, ModuleFacts] = {"desk.py": FACTS}
    return find_coverable(forecast_candidates([file], known), [file], known, suite, read_rates())


def batch(
    chances: Mapping[BodyKey, float], tests: int = 1, *, files: tuple[str, ...] = (), stopped: Stopped = "before"
) -> Batch:
    return Batch(tests, chances, files, stopped)


def rerun(
    key: str, tests: int, *batches: Batch, imports: Mapping[str, int] | None = None, kind: CauseKind = "error"
) -> Rerun:
    return Rerun(cause(key, tests, kind), tests, batches=batches, imports=imports or {})


def keys(mendings: tuple[Mending, ...]) -> list[str]:
    return [each.cause.key for each in mendings]


# What tests cover


def test_a_function_that_nothing_entered_is_covered_as_likely_as_its_call_is() -> None:
    assert rerun_chances([batch({SELL: 0.6})], ground())[SELL] == 600_000


def test_each_further_test_covers_a_little_more_of_it() -> None:
    one = rerun_chances([batch({SELL: 0.6})], ground())[SELL]
    ten = rerun_chances([batch({SELL: 0.6}, 10)], ground())[SELL]

    assert one < ten < MILLION


def test_tests_in_one_batch_cover_what_they_cover_in_several() -> None:
    together = rerun_chances([batch({SELL: 0.6}, 3)], ground())
    apart = rerun_chances([batch({SELL: 0.6}), batch({SELL: 0.6}), batch({SELL: 0.6})], ground())

    assert together == apart


def test_the_likeliest_test_counts_as_the_first_wherever_it_stands() -> None:
    first = rerun_chances([batch({SELL: 0.9}), batch({SELL: 0.2})], ground())
    last = rerun_chances([batch({SELL: 0.2}), batch({SELL: 0.9})], ground())

    assert first == last


def test_of_a_function_that_others_enter_less_is_left_to_cover() -> None:
    chances = rerun_chances([batch({SELL: 1.0, BUY: 1.0})], ground(SELL_ENTERED))

    assert chances[SELL] == round(mending_rates().points.entered_share * MILLION) < MILLION
    assert chances[BUY] == MILLION


def test_what_a_test_did_before_it_failed_is_in_the_data_already() -> None:
    chances = rerun_chances(
        [batch({SELL: 1.0, BUY: 0.5}, files=("desk.py",), stopped="at the end")], ground(SELL_ENTERED)
    )

    assert SELL not in chances
    assert chances[BUY] == 500_000


def test_a_test_that_raised_on_its_way_has_half_of_it_ahead() -> None:
    near = ("desk.py",)
    before = rerun_chances([batch({SELL: 1.0}, 9, files=near)], ground(SELL_ENTERED))
    on_the_way = rerun_chances([batch({SELL: 1.0}, 9, files=near, stopped="on the way")], ground(SELL_ENTERED))
    at_the_end = rerun_chances([batch({SELL: 1.0}, 9, files=near, stopped="at the end")], ground(SELL_ENTERED))

    assert 0 < on_the_way[SELL] < before[SELL]
    assert 0 < on_the_way[REST] < before[REST]
    assert at_the_end == {}


def test_tests_drift_into_what_no_call_leads_to_in_the_files_they_import() -> None:
    few = rerun_chances([batch({}, 5, files=("desk.py",))], ground())
    many = rerun_chances([batch({}, 50, files=("desk.py",))], ground())

    assert 0 < few[REST] < many[REST] < MILLION
    assert REST not in rerun_chances([batch({}, 50)], ground())


def test_drift_is_less_where_the_tests_are_few_of_many() -> None:
    small = rerun_chances([batch({}, 20, files=("desk.py",))], ground(suite=100))
    large = rerun_chances([batch({}, 20, files=("desk.py",))], ground(suite=1000))

    assert large[REST] < small[REST]


def test_drift_is_thinned_where_tests_import_more_than_was_ever_measured() -> None:
    thin = replace(ground(), rates=read_rates({"core_statements": 3.0}))

    whole = rerun_chances([batch({}, 20, files=("desk.py",))], ground())
    thinned = rerun_chances([batch({}, 20, files=("desk.py",))], thin)

    assert 0 < thinned[REST] < whole[REST]


def test_drift_that_is_next_to_nothing_is_left_out() -> None:
    assert rerun_chances([batch({}, 1, files=("desk.py",))], ground(suite=100_000)) == {}


def test_functions_of_elsewhere_and_those_without_a_gap_are_not_touched() -> None:
    covered = file_coverage("desk.py", "1 3-5 7-9 11-12", "8-9")

    assert set(rerun_chances([batch({SELL: 1.0, ("far.py", "f"): 1.0})], ground(covered))) == set()


def test_the_core_of_a_folder_is_covered_as_the_functions_that_gave_to_it() -> None:
    everything = rerun_chances([batch({SELL: 1.0, BUY: 1.0, REST: 1.0})], ground())

    assert everything["/", ""] == MILLION


# Imports


def test_a_file_that_was_never_imported_gives_its_import_time_points() -> None:
    never = file_coverage("desk.py", "1 3-5 7-9 11-12", "1 3-5 7-9 11-12")

    assert imports_again([never], {"desk.py": FACTS}) == {"desk.py": 4}


def test_an_import_that_broke_off_gives_what_stands_behind_the_break() -> None:
    broken = file_coverage("desk.py", "1 3-5 7-9 11-12", "3-5 7-9 11-12")

    assert imports_again([broken], {"desk.py": FACTS}) == {"desk.py": 3}


def test_lines_before_the_last_that_ran_were_passed_over_and_not_cut_off() -> None:
    broken = file_coverage("desk.py", "1 3-5 7-9 11-12", "3-5 8-9 11-12")

    assert imports_again([broken], {"desk.py": FACTS}) == {"desk.py": 1}


def test_a_file_that_was_imported_gives_nothing() -> None:
    assert imports_again([UNTESTED], {"desk.py": FACTS}) == {}


# The list


def test_most_tests_per_hour_come_first_and_the_running_forecast_adds_up() -> None:
    reruns = [rerun("few", 2), rerun("many", 6), rerun("slow", 8, kind="fixture")]

    mendings = forecast_mendings(reruns, TODAY, None)

    assert keys(mendings) == ["many", "slow", "few"]
    assert [each.after for each in mendings] == [Passing(96, 100), Passing(104, 100), Passing(106, 100)]


def test_ordered_by_points_the_mending_that_covers_most_per_hour_comes_first() -> None:
    reruns = [rerun("many", 6), rerun("deep", 1, batch({SELL: 1.0, BUY: 1.0}))]

    assert keys(forecast_mendings(reruns, TODAY, ground(), order="points")) == ["deep", "many"]
    assert keys(forecast_mendings(reruns, TODAY, ground())) == ["many", "deep"]


def test_an_order_of_keys_takes_these_causes_alone() -> None:
    reruns = [rerun("one", 1), rerun("two", 2), rerun("three", 3)]

    mendings = forecast_mendings(reruns, TODAY, None, order=("three", "one"))

    assert keys(mendings) == ["three", "one"]
    assert mendings[-1].after == Passing(94, 100)


def test_what_two_causes_hold_back_together_counts_once() -> None:
    reruns = [rerun("first", 2, batch({SELL: 1.0})), rerun("second", 1, batch({SELL: 1.0}))]

    first, second = forecast_mendings(reruns, TODAY, ground())

    assert first.points is not None
    assert second.points is not None
    assert first.points.p50 > 0
    assert second.points.p50 == 0
    assert second.alone_milli == first.alone_milli


def test_import_time_points_that_two_causes_hold_back_count_once() -> None:
    reruns = [rerun("first", 2, imports={"a.py": 7}), rerun("second", 1, imports={"a.py": 7, "b.py": 2})]

    points = [each.points.p50 for each in forecast_mendings(reruns, TODAY, ground()) if each.points]

    assert points == [7, 2]


def test_points_add_up_to_what_the_union_covers() -> None:
    reruns = [rerun(f"c{number}", 1, batch({SELL: 0.3, BUY: 0.4})) for number in range(5)]

    mendings = forecast_mendings(reruns, TODAY, ground())

    left = (1 - 0.3) ** 5, (1 - 0.4) ** 5
    weights = ground().forecast.bodies
    union = weights[SELL] * (1 - left[0]) + weights[BUY] * (1 - left[1])
    core = weights["/", ""]
    assert union / MILLI - 1 <= sum(each.points.p50 for each in mendings if each.points) <= (union + core) / MILLI


def test_a_range_holds_its_middle_and_is_wide() -> None:
    (mending,) = forecast_mendings(
        [rerun("one", 1, batch({SELL: 1.0, BUY: 1.0}), imports={"a.py": 20})], TODAY, ground()
    )

    assert mending.points is not None
    assert mending.points.p10 < mending.points.p50 < mending.points.p90


def test_without_coverage_no_points_are_forecast() -> None:
    (mending,) = forecast_mendings([rerun("one", 1, batch({SELL: 1.0}))], TODAY, None)

    assert mending.points is None
    assert mending.alone_milli == 0
    assert mending.entry == {}


def test_hours_that_are_given_win_over_those_of_the_kind() -> None:
    given, by_kind = forecast_mendings([rerun("one", 9), rerun("two", 1)], TODAY, None, {"one": Effort(0.5, 0.5)})

    assert given.is_given
    assert given.effort == Effort(0.5, 0.5)
    assert by_kind.effort == mending_rates().hours["error"].effort
    assert not by_kind.is_given


@pytest.mark.parametrize("kind", get_args(CauseKind))
def test_every_kind_of_cause_has_hours_with_their_source(kind: CauseKind) -> None:
    found = mending_rates().hours[kind]

    assert 0 < found.effort.p50 <= found.effort.p80
    assert len(found.source) > 20


def test_tests_that_no_report_counted_raise_the_total() -> None:
    hidden = Rerun(cause("import"), tests=12, uncounted=11)

    (mending,) = forecast_mendings([hidden], TODAY, None)

    assert mending.after == Passing(102, 111)
