"""Constants fitted by replay: estimates against figures worked out by hand, and whole fits against what was planted."""

import json
import re
from dataclasses import asdict, replace
from functools import cache
from math import isfinite
from pathlib import Path

import pytest
from click.testing import CliRunner
from replays import Toy, shop

from planner.cli.replay import command
from planner.forecast import read_rates
from planner.forecast.rates import SHIPPED, RatesError, project_name, read_fitted_rates
from planner.model.rates import FITTED, NOT_FITTED, FittedRates, Origin, Rates
from planner.replay.executor import start
from planner.replay.fit.estimate import mean_ratio, power_law, slope, smallest_inside
from planner.replay.fit.first import CORES, best_core, core_rates, first_rates
from planner.replay.fit.observe import Lone, Sums, observe
from planner.replay.fit.page import render_fitted
from planner.replay.fit.spread import complete, effort_spread, find_inside, item_factors, plan_yields
from planner.replay.fit.story import FitError, Trace, fit
from planner.replay.fit.terms import view
from planner.replay.fit.trial import Effort, LoneTrial, Moment, PlanTrial
from planner.replay.score import arenas

RECORDINGS = Path(__file__).parent.parent / "fixtures" / "replay"
TRACE = Trace("2026-11-21", "gapplan replay fit")


def _fit(*data: Path) -> FittedRates:
    return fit(data, data[0].parent, lambda names, _: names, TRACE, is_quick=True, jobs=1)


@cache
def _two() -> FittedRates:
    return _fit(RECORDINGS / "apscheduler.sqlite.xz", RECORDINGS / "twine.sqlite.xz")


# Estimates


def test_projects_weigh_the_same_however_much_was_observed_of_them() -> None:
    assert mean_ratio([[(0, 1, 2)], [(0, 900, 1000)]]) == pytest.approx(0.7)
    assert mean_ratio([[], [(0, 1, 4)]]) == 0.25
    assert mean_ratio([]) == 0


@pytest.mark.parametrize(("share", "power"), [(0.8, 0.25), (1.0, 0.7), (0.3, 0.0), (0.62, 1.4)])
def test_power_law_that_rows_follow_is_found(share: float, power: float) -> None:
    rows = [[(float(n), size * share / n**power, float(size)) for n in (1, 2, 3, 5, 8, 20)] for size in (10, 1000)]

    assert list(power_law(rows)) == pytest.approx([share, power])


def test_share_of_a_power_law_is_at_most_what_it_may_be() -> None:
    rows = [[(2.0, 6.0, 10.0), (4.0, 3.0, 10.0)]]

    assert list(power_law(rows, most=9.0)) == pytest.approx([1.2, 1.0])
    assert power_law(rows)[0] == 1.0
    assert power_law(rows)[1] < 1.0


def test_nothing_observed_gives_nothing() -> None:
    assert power_law([]) == power_law([[(1.0, 0.0, 5.0)]]) == (0.0, 0.0)
    assert slope([]) == slope([[(0.5, 1.0, 2.0)]]) == 0.0


def test_slope_is_how_ratios_rise_within_projects_not_between_them() -> None:
    low = [(x, 10 * (0.1 + 0.5 * x), 10.0) for x in (0.2, 0.4)]
    high = [(x, 900 * (-0.2 + 0.5 * x), 900.0) for x in (0.6, 1.0)]

    assert slope([low, high]) == pytest.approx(0.5)


def test_smallest_width_that_holds_often_enough_is_taken_and_else_the_widest() -> None:
    widths = (0.0, 0.1, 0.2, 0.3)

    assert smallest_inside(widths, lambda width: 4 * width, 0.8) == 0.2
    assert smallest_inside(widths, lambda width: 1.0, 0.8) == 0.0
    assert smallest_inside(widths, lambda width: 0.0, 0.8) == 0.3


# Observations


def _chain() -> Toy:
    """Functions of 10 statements, each one an item: the first test covers 6 of them, the second 2 of the 4 left."""
    toy = Toy("chain")
    for module in range(6):
        for number in range(4):
            toy.function(f"f{module}_{number}", 10, f"pkg/mod{module}.py")
    for module in range(6):
        path = f"tests/test_mod{module}.py"
        for number in range(4):
            for part, covers in enumerate((6, 8)):
                toy.test(f"test_{module}_{number}_{part}", {f"f{module}_{number}": covers}, 7, path=path)
    return toy


def test_terms_say_what_is_new_and_what_begins_a_module(tmp_path: Path) -> None:
    project = shop().project(tmp_path)
    arena = next(each for each in arenas(project) if each.split.name == "quarter-0")

    seen = view(start(arena.grounds["class"]))

    entered = {key for key, terms in seen.items.items() if not terms.is_new}
    assert entered
    assert {key[0] for key in entered}.isdisjoint(key[0] for key, terms in seen.items.items() if terms.starts_module)
    assert all((terms.is_new and set(terms.own) <= seen.new) or not terms.is_new for terms in seen.items.values())
    assert seen.behaviour & seen.present == 0


def test_what_tests_covered_is_summed_by_what_it_depends_on(tmp_path: Path) -> None:
    arena = next(each for each in arenas(_chain().project(tmp_path)) if each.split.name == "zero-0")

    sums = observe(arena.grounds["class"]).sums

    assert sums.of("coverable_new") == [(0, 24 * 8, 24 * 10)]
    (entry,), (branch,) = sums.of("entry"), sums.of("branch")
    assert entry[1] / entry[2] == 6 / 8
    assert branch[1] / branch[2] == 1
    assert sums.of("first_lines") == [(0, 6 * 7, 6)]
    assert sums.of("other_lines") == [(0, 42 * 7, 42)]


def test_planted_constants_are_recovered(tmp_path: Path) -> None:
    rates = _fit(_chain().write(tmp_path)).rates

    assert (rates.coverable_new, rates.entry_share, rates.entry_power) == (0.8, 0.75, 0.0)
    assert (rates.branch_share, rates.branch_power) == (1.0, 0.0)
    assert (rates.test_lines, rates.module_lines) == (7.0, 0.0)


def test_set_up_of_test_files_is_found_as_lines_of_their_first_tests(tmp_path: Path) -> None:
    toy = Toy("setup")
    for module in range(8):
        for number in range(3):
            toy.function(f"f{module}_{number}", 10, f"pkg/mod{module}.py")
    for module in range(8):
        path = f"tests/test_mod{module}.py"
        toy.helper(f"make{module}", 11, path)
        for number in range(3):
            runs = {f"f{module}_{number}": 9}
            toy.test(f"test_{module}_{number}", runs, 5, path=path, uses=[f"make{module}"])

    rates = _fit(toy.write(tmp_path)).rates

    assert (rates.test_lines, rates.module_lines) == (5.0, 11.0)


def test_what_was_never_observed_stays_as_it_is() -> None:
    nothing = replace(read_rates(), plan_yield=1.0, item_factor=1.0)

    assert first_rates(read_rates(), [Sums()]) == nothing


def test_recordings_with_nothing_to_plan_are_refused(tmp_path: Path) -> None:
    toy = Toy("tiny")
    toy.function("f", 3)
    toy.test("test_f", {"f": 3})

    with pytest.raises(FitError, match="too little is left"):
        _fit(toy.write(tmp_path))


# The core


def test_core_is_that_of_the_trial_that_errs_least_with_all_projects_weighing_the_same() -> None:
    trials = core_rates(read_rates(), [Sums()])
    errors = {
        "large": [[0.3] * 50 if place == 4 else [0.4] * 50 for place in range(len(CORES))],
        "small": [[0.1] if place == 7 else [0.5] for place in range(len(CORES))],
    }

    best = best_core(trials, errors)

    assert (best.core_share, best.core_entry) == CORES[7]


def test_further_tests_run_into_the_core_as_much_less_often_as_into_everything_aside() -> None:
    sums = Sums()
    sums.add(("aside_entry", 0), 10, 100)
    sums.add(("aside_branch", 0), 3, 100)

    assert all(each.core_branch == pytest.approx(0.3 * each.core_entry) for each in core_rates(read_rates(), [sums]))


# Yield and spreads


def _trial(*gains: int, forecast: int = 100, effort: Effort | None = None) -> PlanTrial:
    """Plans of one test each that were forecast to gain so many points."""
    milli = forecast * 1000
    moments = [Moment(milli, 0, milli**2, 10 * milli, gain, gain) for gain in gains]
    lone = [LoneTrial(milli, 0, 10 * milli, Lone(gain, 0)) for gain in gains]
    return PlanTrial(tuple(moments), effort, tuple(lone))


PLAIN = replace(read_rates(), plan_yield=1.0, item_factor=1.0)


def test_yield_is_what_plans_gained_by_what_was_forecast_and_at_most_one() -> None:
    assert complete(PLAIN, {"one": [_trial(60)], "two": [_trial(90)]}).plan_yield == pytest.approx(5400**0.5 / 100)
    assert complete(PLAIN, {"one": [_trial(150)]}).plan_yield == 1.0
    assert plan_yields({"one": [_trial(50, 200)]}) == {"one": pytest.approx(0.0)}


def test_factor_of_items_alone_is_that_of_the_middle_project() -> None:
    trials = {"low": [_trial(120)], "middle": [_trial(200, 210, 5000)], "high": [_trial(900)]}

    assert complete(PLAIN, trials).item_factor == pytest.approx(2.1)
    assert item_factors(trials)["high"] == pytest.approx(2.197, abs=1e-3)


def test_spread_is_wide_enough_for_four_of_five_plans_and_no_wider_than_that() -> None:
    trials = {name: [_trial(60, 80, 90, 100, 100, 100, 110, 120, 150, 300)] for name in ("one", "two", "three")}

    rates = complete(PLAIN, trials)

    held = find_inside(dict.fromkeys(trials, rates), trials)
    assert set(held.plans.values()) == {0.8}
    assert rates.common_spread**2 + rates.single_spread**2 > 0


def test_spread_covers_the_error_of_projects_that_the_yield_is_not_fitted_to() -> None:
    same = {name: [_trial(80, 80, 80, 80)] for name in ("one", "two", "three", "four")}
    apart = {name: [_trial(gain, gain)] for name, gain in (("one", 50), ("two", 80), ("three", 80), ("four", 100))}

    narrow, wide = complete(PLAIN, same), complete(PLAIN, apart)

    assert (narrow.common_spread, narrow.single_spread) == (0, 0)
    assert wide.common_spread + wide.single_spread > 0.1


def test_effort_of_one_test_strays_as_errors_of_whole_plans_tell() -> None:
    twice = _trial(100, effort=Effort(tests=1, forecast=10.0, lines=20))
    many = _trial(100, effort=Effort(tests=100, forecast=10.0, lines=20))

    assert effort_spread({"one": [twice]}) == pytest.approx(0.693, abs=1e-3)
    assert effort_spread({"one": [many]}) == pytest.approx(0.693 / (0.05 + 0.95 / 100) ** 0.5, abs=1e-2)


# The whole


def test_rates_without_a_project_are_those_fitted_to_the_others_alone() -> None:
    both = _two()

    alone = _fit(RECORDINGS / "twine.sqlite.xz")

    assert both.without["apscheduler"] == both.held_out("apscheduler") == alone.rates
    assert both.held_out("twine") != alone.rates
    assert both.held_out("unknown") == both.rates


def test_projects_differ_and_so_do_their_constants() -> None:
    both = _two()

    for name in ("coverable_entered", "entry_share", "test_lines", "entered_part_share"):
        first, second = both.by_project[name]
        assert first != second, name
    for name in ("coverable_new", "coverable_entered", "test_lines"):
        assert getattr(both.rates, name) == pytest.approx(sum(both.by_project[name]) / 2, rel=0.01)
    assert both.origin
    assert both.origin.projects == ("apscheduler-3.11.0", "twine-6.1.0")
    assert (both.origin.splits, both.origin.command) == (8, TRACE.command)


def test_what_no_replay_tells_stays_as_it_is() -> None:
    rates = _two().rates

    assert [getattr(rates, name) for name in NOT_FITTED] == [getattr(read_rates(), name) for name in NOT_FITTED]
    assert set(NOT_FITTED) | set(FITTED) == set(asdict(rates))


def test_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    both = _two()
    (tmp_path / "rates.toml").write_text(render_fitted(both), "utf-8")

    assert read_fitted_rates(tmp_path / "rates.toml") == both


def test_file_of_one_project_has_no_rates_without_it(tmp_path: Path) -> None:
    alone = _fit(_chain().write(tmp_path))
    (tmp_path / "rates.toml").write_text(render_fitted(alone), "utf-8")

    read = read_fitted_rates(tmp_path / "rates.toml")

    assert read.without == {}
    assert read.held_out("chain") == alone.rates


def test_shipped_file_is_what_is_written_from_its_own_values() -> None:
    shipped = read_fitted_rates(SHIPPED)

    assert render_fitted(shipped) == SHIPPED.read_text("utf-8")


def test_shipped_rates_are_fitted_to_the_recordings_in_the_repository() -> None:
    shipped = read_fitted_rates(SHIPPED)

    assert shipped.origin
    names = [project_name(each) for each in shipped.origin.projects]
    assert names == sorted(path.name.partition(".")[0] for path in RECORDINGS.glob("*.sqlite.xz"))
    assert list(shipped.without) == names
    assert all(isfinite(value) for rates in shipped.without.values() for value in asdict(rates).values())
    assert len({tuple(asdict(rates).values()) for rates in shipped.without.values()}) == len(names)


def test_every_constant_has_its_line_and_no_placeholder_is_left() -> None:
    text, _, _ = render_fitted(_two()).partition("[fitted]")

    assert not re.search(r"[{}]", text)
    for name in asdict(read_rates()):
        assert len(re.findall(rf"^{name} = ", text, re.MULTILINE)) == 1
    assert max(map(len, text.splitlines())) <= 120


def test_text_in_the_origin_cannot_leave_its_place(tmp_path: Path) -> None:
    odd = 'fit "a\\b"\n[evil]'
    origin = Origin("2026-11-21", odd, ("toy-1.0",), 1, 1, 1)
    (tmp_path / "rates.toml").write_text(render_fitted(FittedRates(read_rates(), origin=origin)), "utf-8")

    read = read_fitted_rates(tmp_path / "rates.toml")

    assert read.origin == origin


# Files


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("entry_share = ", "entry_shore = "), "entry_share"),
        (lambda text: "more = 1\n" + text, "more"),
        (lambda text: text.replace("test_lines = ", "test_lines = -"), "test_lines"),
        (lambda text: text.replace("test_lines = ", "test_lines = nan #"), "test_lines"),
        (lambda text: text.replace("[without]", "[with]"), "with"),
        (lambda text: text.replace("projects = [", "projects = [3, "), "projects"),
        (lambda text: text.replace("core_share         = [", "core_share = [1, "), "core_share"),
        (lambda text: "= 3", "no file of rates"),
    ],
)
def test_file_that_holds_no_rates_is_refused_in_one_line(tmp_path: Path, change: object, message: str) -> None:
    assert callable(change)
    path = tmp_path / "rates.toml"
    path.write_text(change(SHIPPED.read_text("utf-8")), "utf-8")

    with pytest.raises(RatesError, match=message) as error:
        read_fitted_rates(path)

    assert "\n" not in str(error.value)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RatesError, match="cannot be read"):
        read_fitted_rates(tmp_path / "none.toml")


@pytest.mark.parametrize(("source", "name"), [("click-8.1.8", "click"), ("click", "click"), ("my-app", "my-app")])
def test_name_of_a_project_is_what_stands_before_its_version(source: str, name: str) -> None:
    assert project_name(source) == name


# The commands


def test_fitted_file_is_what_scores_are_made_with_and_says_who_took_part(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shop(name).write(tmp_path)
    chosen = ["--only", "one", "--only", "two", "--quick", "--jobs", "1"]

    made = CliRunner().invoke(command, ["fit", str(tmp_path), *chosen, "-o", str(tmp_path / "r.toml")], obj={})
    shop("three", modules=5).write(tmp_path)
    arguments = [str(tmp_path), "--quick", "--jobs", "1", "--rates", str(tmp_path / "r.toml"), "--format", "markdown"]
    scored = CliRunner().invoke(command, ["score", *arguments], obj={})

    assert (made.exit_code, scored.exit_code) == (0, 0), (made.output, scored.output)
    assert read_fitted_rates(tmp_path / "r.toml").without.keys() == {"one", "two"}
    assert "| one | `one-1.0` | fitted without it |" in scored.output
    assert "| three | `three-1.0` | took no part |" in scored.output
    assert "the rates of r.toml; 2 of 3 projects took part" in scored.output


def test_project_that_took_part_is_planned_for_with_the_rates_without_it(tmp_path: Path) -> None:
    """The rates without it forecast next to no gain, and so do the reports."""
    shop("one").write(tmp_path)
    weak: Rates = replace(read_rates(), plan_yield=0.01)
    origin = Origin("2026-11-21", "by hand", ("one-1.0",), 1, 1, 1)
    (tmp_path / "r.toml").write_text(render_fitted(FittedRates(read_rates(), {"one": weak}, {}, origin)), "utf-8")

    points = []
    for more in ([], ["--rates", str(tmp_path / "r.toml")]):
        result = CliRunner().invoke(
            command, ["score", str(tmp_path), "--quick", "--jobs", "1", "--format", "json", *more], obj={}
        )
        plans = json.loads(result.output)["projects"][0]["accuracy"][0]["plans"]
        points.append(max(each["expected_points"]["p50"] for each in plans))

    assert 5 * points[1] < points[0]
