"""The places at which tests can be aimed."""

from dataclasses import replace
from pathlib import Path

import pytest
from factories import candidates_of, facts_of, file_coverage, lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.forecast import Grain, Surroundings, forecast_candidates, read_rates
from planner.forecast.core import core_of
from planner.forecast.gain import MOST_TESTS
from planner.forecast.reached import by_unit
from planner.model.facts import ModuleFacts
from planner.model.plan import MILLI
from planner.model.problem import MILLION
from planner.model.rates import SHARES, Rates

PATH = "pkg/mod.py"
GRAINS: list[Grain] = ["module", "class", "function"]

SOURCE = """\
    import time
    class Thing:
        x = 1
        def method(self):
            return time.time()
        def other(self):
            return 2
    def work():
        def inner():
            return 3
        return inner
    """
STATEMENTS = "1-11"


def facts_by_path(root: Path, **sources: str) -> dict[str, ModuleFacts]:
    """Facts of `pkg/<name>.py` for each named source."""
    paths = {name: f"pkg/{name}.py" for name in sources}
    known = frozenset(paths.values())
    return {paths[name]: facts_of(root, source, paths[name], known) for name, source in sources.items()}


def plain_rates() -> Rates:
    """Everything missing can be covered, and no part of it is core."""
    return replace(read_rates(), coverable_new=1.0, coverable_entered=1.0, plan_yield=1.0, core_share=0.0)


# Which there are


@pytest.mark.parametrize(
    ("grain", "gaps"),
    [
        ("module", {"<module>": "5 7 9-11"}),
        ("class", {"Thing": "5 7", "work": "9-11"}),
        ("function", {"Thing.method": "5", "Thing.other": "7", "work": "9 11", "work.inner": "10"}),
    ],
)
def test_a_grain_groups_the_lines_of_a_module(tmp_path: Path, grain: Grain, gaps: dict[str, str]) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="5 7 9-11")

    found = candidates_of(facts, file, grain=grain)

    assert {name: each.lines for name, each in found.items()} == {name: lines(text) for name, text in gaps.items()}
    assert sum(each.missing for each in found.values()) == sum(each.coverable for each in found.values()) == 5


@pytest.mark.parametrize("grain", GRAINS)
def test_bodies_are_functions_at_every_grain_and_each_has_one_candidate(tmp_path: Path, grain: Grain) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="5 7 9-11")

    forecast = forecast_candidates([file], facts, grain, rates=plain_rates())

    own = [key for each in forecast.candidates for key in each.bodies]
    assert sorted(own) == sorted(forecast.gaps)
    assert forecast.gaps == {
        (PATH, "Thing.method"): 1,
        (PATH, "Thing.other"): 1,
        (PATH, "work"): 2,
        (PATH, "work.inner"): 1,
    }
    assert forecast.bodies == {key: points * MILLI for key, points in forecast.gaps.items()}


def test_a_candidate_carries_the_counts_of_its_unit(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="5", missing_exits={7: 1})

    thing = candidates_of(facts, file)["Thing"]

    assert (thing.path, thing.module, thing.unit) == (PATH, "pkg.mod", "Thing")
    assert (thing.statements, thing.covered_statements) == (5, 4)
    assert (thing.missing, thing.coverable) == (2, 2)
    assert thing.lines_text == "5"
    assert [seam.name for seam in thing.seams] == ["time.time"]
    assert thing.asserts
    assert thing.imports == {}


def test_missing_lines_at_import_time_are_missing_but_not_coverable(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)

    thing = candidates_of(facts, file_coverage(statements=STATEMENTS, missing=STATEMENTS))["Thing"]

    assert (thing.missing, thing.coverable) == (5, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(missing=st.sets(st.integers(1, 11)), grain=st.sampled_from(GRAINS))
def test_no_candidate_is_without_gain(tmp_path: Path, missing: set[int], grain: Grain) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing=" ".join(map(str, missing)))

    found = forecast_candidates([file], facts, grain).candidates

    assert all(each.gain_milli > 0 for each in found)
    assert all(1 <= each.tests <= MOST_TESTS for each in found)
    assert all(each.gain.p10 <= each.gain.p50 <= each.gain.p90 for each in found)
    assert all(each.gain.p50 == each.gain_milli // MILLI for each in found)
    assert bool(found) is bool(missing & {5, 7, 9, 10, 11})


def test_a_covered_module_has_no_candidates(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)

    assert forecast_candidates([file_coverage(statements=STATEMENTS)], facts).candidates == ()


def test_import_time_gaps_alone_of_an_imported_module_are_no_candidate(tmp_path: Path) -> None:
    """Of a module that ran, no import brings the rest of its module level."""
    facts = facts_by_path(tmp_path, mod="import sys\nif sys.platform == 'win32':\n    x = 1\ny = 2\n")

    assert forecast_candidates([file_coverage(statements="1-4", missing="3")], facts).candidates == ()


def test_the_body_of_a_local_class_is_behaviour_of_its_function(tmp_path: Path) -> None:
    source = """\
        def work():
            class Local:
                x = 1
            return Local
        """
    facts = facts_by_path(tmp_path, mod=source)
    file = file_coverage(statements="1-4", missing="2-4")

    assert candidates_of(facts, file)["work"].lines == lines("2-4")
    assert candidates_of(facts, file, grain="function").keys() == {"work"}


def test_functions_of_one_name_are_one_candidate_and_one_body(tmp_path: Path) -> None:
    source = """\
        import sys
        if sys.platform == "win32":
            def work():
                return 1
        else:
            def work():
                return 2
        """
    facts = facts_by_path(tmp_path, mod=source)

    found = candidates_of(facts, file_coverage(statements="1-4 6-7", missing="4 7"), grain="function")

    assert {name: each.lines for name, each in found.items()} == {"work": lines("4 7")}
    assert len(found["work"].bodies) == 1


def test_hollow_lines_alone_are_no_candidate(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod="def work():\n    pass\nif __name__ == '__main__':\n    work()\n")

    assert forecast_candidates([file_coverage(statements="1-4", missing="4")], facts).candidates == ()


def test_files_without_facts_have_no_candidates() -> None:
    forecast = forecast_candidates([file_coverage(missing="1-10")], {})

    assert (forecast.candidates, forecast.bodies, forecast.gaps) == ((), {}, {})


def test_candidates_are_ordered_by_file_and_line(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, a=SOURCE, b=SOURCE)
    files = [file_coverage(path, STATEMENTS, STATEMENTS) for path in ("pkg/a.py", "pkg/b.py")]

    keys = [each.key for each in forecast_candidates(files, facts).candidates]

    assert keys == [("pkg/a.py", "Thing"), ("pkg/a.py", "work"), ("pkg/b.py", "Thing"), ("pkg/b.py", "work")]


# What importing brings


def test_a_module_never_imported_gains_its_import_with_every_candidate(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    new, known = (file_coverage(statements=STATEMENTS, missing=missing) for missing in (STATEMENTS, "5 7 9-11"))

    forecast = forecast_candidates([new], facts)
    found, imported = candidates_of(facts, new), candidates_of(facts, known)

    assert forecast.imports == {PATH: 6}
    assert [each.imports for each in found.values()] == [{PATH: 6}, {PATH: 6}]
    for name in ("Thing", "work"):
        assert found[name].gain_milli == imported[name].gain_milli + 6 * MILLI


def test_importing_a_module_runs_the_packages_around_it(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, __init__="x = 1\ny = 2\n", mod=SOURCE)
    package = file_coverage("pkg/__init__.py", "1-2", "1-2")
    module = file_coverage(PATH, STATEMENTS, STATEMENTS)

    work = candidates_of(facts, package, module)["work"]

    assert work.imports == {"pkg/__init__.py": 2, PATH: 6}
    assert work.import_points == 8


def test_a_package_that_ran_already_is_not_gained_again(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, __init__="x = 1\n", mod=SOURCE)
    files = file_coverage("pkg/__init__.py", "1"), file_coverage(PATH, STATEMENTS, STATEMENTS)

    assert candidates_of(facts, *files)["work"].imports == {PATH: 6}


REGISTRY = "import os\nNAMES = {\n    'a': 1,\n}\nclass Kind:\n    one = 1\nTABLE = sorted(NAMES)\n"


@pytest.mark.parametrize("grain", GRAINS)
def test_a_registry_is_one_candidate_that_only_imports(tmp_path: Path, grain: Grain) -> None:
    facts = facts_by_path(tmp_path, mod=REGISTRY)

    found = candidates_of(facts, file_coverage(statements="1 2 5 6 7", missing="1 2 5 6 7"), grain=grain)

    assert found.keys() == {"<module>"}
    registry = found["<module>"]
    assert (registry.bodies, registry.tests) == ((), 1)
    assert registry.gain_milli == registry.import_points * MILLI == 5 * MILLI


def test_a_module_with_behaviour_has_no_step_that_only_imports(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=REGISTRY + "def work():\n    return 1\n")

    found = candidates_of(facts, file_coverage(statements="1 2 5 6 7 8 9", missing="1 2 5 6 7 8 9"))

    assert found.keys() == {"work"}


# What tests have entered already


def test_a_module_of_which_no_function_was_entered_is_begun_by_its_first_test(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)

    only_imported, entered = (
        candidates_of(facts, file_coverage(statements=STATEMENTS, missing=missing))
        for missing in ("5 7 9-11", "5 9-11")
    )

    assert [each.starts_module for each in only_imported.values()] == [True, True]
    assert [each.starts_module for each in entered.values()] == [False, False]


def test_the_first_test_of_what_none_has_entered_covers_more_of_it(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)

    thing, work = (
        candidates_of(facts, file_coverage(statements=STATEMENTS, missing="5 9-11"))[name] for name in ("Thing", "work")
    )

    assert all(work.entry[key] > work.branch[key] for key in work.bodies)
    assert all(thing.entry[key] == thing.branch[key] for key in thing.bodies)


def test_functions_that_no_test_has_entered_give_to_the_core_of_their_folder(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    rates = replace(plain_rates(), core_share=0.5)

    forecast = forecast_candidates([file_coverage(statements=STATEMENTS, missing="5 9-11")], facts, rates=rates)

    assert forecast.bodies == {
        (PATH, "Thing.method"): 500,
        (PATH, "work"): 1_000,
        (PATH, "work.inner"): 500,
        core_of(PATH): 2_000,
    }
    assert sum(forecast.bodies.values()) == sum(forecast.gaps.values()) * MILLI
    assert core_of(PATH) not in forecast.gaps
    assert all(core_of(PATH) in each.entry for each in forecast.candidates)


def test_functions_that_tests_have_entered_give_nothing_to_a_core(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod="def work(x):\n    if x:\n        return 1\n    return 2\n")
    rates = replace(plain_rates(), core_share=0.5)

    forecast = forecast_candidates([file_coverage(statements="1-4", missing="3")], facts, rates=rates)

    assert forecast.bodies == {(PATH, "work"): MILLI}


# What tests reach


def around(reached: dict[tuple[str, str], dict[tuple[str, str], float]], noise: int = 0) -> Surroundings:
    return Surroundings({}, reached=by_unit(reached), noise=noise)


CALLS = "def caller():\n    return helper()\ndef helper():\n    a = 1\n    return a\n"


def reaching(root: Path, missing: str, chance: float = 1.0) -> dict[str, int]:
    """By name, the chances of a test of the caller for functions."""
    facts = facts_by_path(root, mod=CALLS)
    reached = {(PATH, "caller"): {(PATH, "helper"): chance}}
    forecast = forecast_candidates(
        [file_coverage(statements="1-5", missing=missing)], facts, around=around(reached), rates=plain_rates()
    )
    (caller,) = (each for each in forecast.candidates if each.unit == "caller")
    return {name: chance for (_, name), chance in caller.entry.items()}


def test_a_test_covers_part_of_what_it_reaches_through_calls(tmp_path: Path) -> None:
    sure, unsure = (reaching(tmp_path, "2 4-5", chance) for chance in (1.0, 0.5))

    assert 0 < unsure["helper"] < sure["helper"] < MILLION


def test_what_tests_have_entered_already_is_not_reached_once_more(tmp_path: Path) -> None:
    assert "helper" not in reaching(tmp_path, "2 5")


def test_further_tests_reach_less_than_the_first(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=CALLS)
    reached = {(PATH, "caller"): {(PATH, "helper"): 1.0}}

    forecast = forecast_candidates([file_coverage(statements="1-5", missing="2 4-5")], facts, around=around(reached))

    caller = next(each for each in forecast.candidates if each.unit == "caller")
    assert caller.branch[PATH, "helper"] < caller.entry[PATH, "helper"]


# Constants


def test_the_constants_of_the_project_are_those_of_the_forecast(tmp_path: Path) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    rates = replace(
        read_rates(), test_lines=45.0, lines_per_hour=45.0, common_spread=0.3, single_spread=0.4, import_spread=0.5
    )

    forecast = forecast_candidates(
        [file_coverage(statements=STATEMENTS, missing="5")], facts, around=around({}, noise=7), rates=rates
    )

    assert forecast.candidates[0].first.p50 == 1.0
    spread = forecast.spread
    assert (spread.common, spread.single, spread.imported, spread.noise) == (0.3, 0.4, 0.5, 7)
    assert forecast.double.p50 == rates.double_hours
    assert forecast.module.p50 == rates.module_lines / 45
    assert not forecast.is_calibrated


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("name", sorted(SHARES))
def test_a_project_may_set_a_share_to_none_or_all(tmp_path: Path, name: str, value: float) -> None:
    facts = facts_by_path(tmp_path, mod=SOURCE)
    file = file_coverage(statements=STATEMENTS, missing="5 9-11")

    forecast = forecast_candidates([file], facts, rates=read_rates({name: value}))

    assert [each.unit for each in forecast.candidates] == ["Thing", "work"]
    assert sum(forecast.bodies.values()) <= sum(forecast.gaps.values()) * MILLI
    assert all(0 <= chance <= MILLION for each in forecast.candidates for chance in each.entry.values())
