"""A fleet's plan: what it takes is what each component's part takes, no choice is cheaper, and sharing never costs."""

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from factories import candidate, counts, ground, target
from makers import make_project

from planner.fleet.account import account_fleet
from planner.fleet.goals import FleetTarget, find_lost, find_targets, pooled
from planner.fleet.part import Job, Part, read_part
from planner.fleet.roots import Place
from planner.fleet.settings import FleetSetting, TeamSetting
from planner.fleet.story import plan_parts
from planner.fleet.way import chance_of, written
from planner.measure import Request
from planner.model.chance import Gain
from planner.model.fleet import Fleet
from planner.model.measurement import Counts, Skipped
from planner.model.plan import Candidate, Seam, Spread
from planner.pipeline.start import Goal
from planner.pipeline.study import plan_study, read_study
from planner.solve import Ground
from planner.solve.tally import Tally

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"

SEAM = Seam("redis", "cache or queue", "fakeredis", needs_building=True)


def part(
    name: str,
    *candidates: Candidate,
    today: Counts | None = None,
    goal: str | None = None,
    teams: dict[str, frozenset[str]] | None = None,
    team_counts: dict[str, Counts] | None = None,
    start: Ground | None = None,
) -> Part:
    """A component of 100 points, half of them covered, unless said otherwise."""
    base = start or ground(candidates=candidates, today=today or counts())
    return Part(
        name=name,
        root=f"repos/{name}",
        candidates=candidates,
        ground=replace(base, target=None),
        target=target(goal) if goal is not None else None,
        files=3,
        teams=teams or {},
        team_counts=team_counts or {},
    )


def setting(
    percent: str | None = None, *, teams: Sequence[TeamSetting] = (), budget: float | None = None
) -> FleetSetting:
    return FleetSetting((), tuple(teams), percent, 0.8, budget)


def fleet_of(parts: Sequence[Part], asked: FleetSetting) -> Fleet:
    return account_fleet("all", parts, asked, plan_parts(parts, asked, lambda names, _: names))


def aims(*hours_and_points: tuple[float, int], start: int = 0) -> tuple[Candidate, ...]:
    """Candidates in files of their own."""
    return tuple(
        candidate(f"work{number}", path=f"pkg/m{number}.py", body=points, hours=hours)
        for number, (hours, points) in enumerate(hours_and_points, start=start)
    )


# Where the effort goes


def test_effort_goes_where_an_hour_gains_most() -> None:
    cheap, dear = part("cheap", *aims((1, 20), (1, 20))), part("dear", *aims((5, 20), (5, 20)))

    found = fleet_of([cheap, dear], setting("65"))

    assert [(share.name, share.work.tests) for share in found.shares] == [("cheap", 2), ("dear", 0)]
    assert found.work.effort.p50 == 2
    assert [each.component for each in found.steps] == ["cheap", "cheap"]


def test_the_same_percent_on_its_own_is_shown_beside_it_with_what_sharing_saves() -> None:
    cheap, dear = part("cheap", *aims((1, 20), (1, 20))), part("dear", *aims((5, 20), (5, 20)))

    found = fleet_of([cheap, dear], setting("65"))

    assert [share.alone.effort.p50 if share.alone else None for share in found.shares] == [1, 5]
    assert found.alone is not None
    assert found.alone.effort.p50 == 6
    assert found.saved == (4.0, found.alone.effort.p80 - found.work.effort.p80)


def test_nothing_is_said_to_be_saved_where_the_components_on_their_own_do_not_reach_the_goal() -> None:
    rich, poor = part("rich", *aims((1, 15), (1, 15))), part("poor", *aims((5, 1)))

    found = fleet_of([rich, poor], setting("65"))

    assert [share.reaches_alone for share in found.shares] == [True, False]
    assert [share.name for share in found.lagging] == ["poor"]
    assert found.goals[0].is_reached
    assert found.saved is None


def test_a_component_above_the_percent_makes_up_for_one_below() -> None:
    above, below = part("above", today=counts(100, 95)), part("below", *aims((1, 20)), today=counts(100, 60))

    found = fleet_of([above, below], setting("75"))

    assert found.goals[0].is_met
    assert found.steps == ()


# What it comes to


def test_sums_are_those_of_the_components_and_the_steps() -> None:
    parts = [part(name, *aims((1, 7), (2, 9), (3, 11)), today=counts(200, 90)) for name in ("a", "b", "c")]

    found = fleet_of(parts, setting("53"))

    assert found.today == Counts(600, 270)
    assert found.work.tests == sum(share.work.tests for share in found.shares) == len(found.steps)
    assert found.work.points == sum(share.work.points for share in found.shares)
    assert found.work.points == sum(each.step.marginal_gain for each in found.steps)
    assert found.work.effort.p50 == pytest.approx(sum(each.step.effort.p50 for each in found.steps))
    assert found.goals[0].points_after == 270 + found.work.points
    assert [each.order for each in found.steps] == list(range(1, len(found.steps) + 1))


def test_a_double_is_bought_once_in_each_repository() -> None:
    behind = [candidate(f"w{n}", path=f"pkg/m{n}.py", body=10, hours=1, seams=(SEAM,)) for n in range(2)]
    parts = [part("a", *behind), part("b", *behind)]

    found = fleet_of(parts, setting("70"))

    assert [len(share.new_seams) for share in found.shares] == [1, 1]
    assert found.work.tests == 4


def test_files_that_enter_the_total_raise_the_need_of_their_own_component_only() -> None:
    enters = candidate("new", path="pkg/new.py", body=0, hours=0.1, imports={"pkg/new.py": 10})
    start = ground(candidates=(enters,), today=counts(100, 50), entering={"pkg/new.py": 30})
    parts = [part("a", enters, start=start), part("b", *aims((1, 20)), today=counts(100, 50))]

    found = fleet_of(parts, setting("55"))

    assert [share.total_after for share in found.shares] == [100, 100]
    assert found.work.effort.p50 == 1, "10 points more of 30 more are no help"


def test_components_that_share_no_goal_are_planned_apart_and_each_reaches_its_own() -> None:
    parts = [part("a", *aims((1, 10)), goal="55"), part("b", *aims((2, 30)), goal="75"), part("c", *aims((1, 10)))]

    found = fleet_of(parts, setting())

    assert [(goal.name, goal.is_reached) for goal in found.goals] == [("a", True), ("b", True)]
    assert [share.work.tests for share in found.shares] == [1, 1, 0]
    assert found.alone is None
    assert found.bound_gap == 0


def test_a_goal_out_of_reach_is_named_with_its_ceiling_and_the_others_are_planned_for() -> None:
    parts = [part("a", *aims((1, 10), (50, 5)), goal="90"), part("b", *aims((2, 30)), goal="75")]

    found = fleet_of(parts, setting())

    assert [(goal.is_planned, goal.is_out_of_reach, goal.ceiling) for goal in found.goals] == [
        (False, True, 65),
        (True, False, 80),
    ]
    assert [share.work.tests for share in found.shares] == [0, 1]
    assert not found.is_reached


def test_where_the_only_goal_is_out_of_reach_the_plan_goes_as_far_as_it_can() -> None:
    found = fleet_of([part("a", *aims((1, 10), (50, 5)), goal="90")], setting())

    assert found.goals[0].points_after == 65
    assert not found.is_reached


def test_with_a_budget_the_hours_go_where_they_gain_most() -> None:
    cheap, dear = part("cheap", *aims((1, 20), (1, 10))), part("dear", *aims((1, 15), (3, 20)))

    found = fleet_of([cheap, dear], setting(budget=2.0))

    assert [share.work.points for share in found.shares] == [20, 15]
    assert found.work.effort.p50 == 2
    assert found.is_reached, "nothing else was asked"


def test_a_goal_that_takes_less_than_the_budget_is_all_that_is_planned() -> None:
    parts = [part("a", *aims((1, 20), (1, 10)))]

    assert fleet_of(parts, setting("60", budget=9.0)).work.effort.p50 == 1
    assert fleet_of(parts, setting("80", budget=1.0)).work.effort.p50 == 1


# Teams


def owned(name: str, *files: int) -> dict[str, frozenset[str]]:
    return {name: frozenset(f"pkg/m{number}.py" for number in files)}


def test_a_team_is_judged_on_its_files_in_all_components() -> None:
    parts = [
        part("a", *aims((1, 10), (1, 20)), teams=owned("us", 0), team_counts={"us": Counts(20, 10)}),
        part("b", *aims((3, 10), (1, 20)), teams=owned("us", 0), team_counts={"us": Counts(20, 10)}),
    ]

    found = fleet_of(parts, setting(teams=[TeamSetting("us", "75")]))

    assert [(goal.kind, goal.name, goal.today) for goal in found.goals] == [("team", "us", Counts(40, 20))]
    assert [each.step.candidate.path for each in found.steps] == ["pkg/m0.py"]
    assert found.shares[0].work.tests == 1
    (team,) = found.teams
    assert (team.files, team.components, team.work.tests, team.work.points) == (2, 2, 1, 10)
    assert team.alone is not None
    assert team.alone.effort.p50 == 4


def test_what_tests_of_others_cover_counts_for_the_team_but_its_hours_do_not() -> None:
    far = candidate("far", path="pkg/far.py", body=0, hours=1, reaches={("pkg/m0.py", "work0"): 1_000_000})
    mine = part("a", *aims((9, 10)), far, teams=owned("us", 0), team_counts={"us": Counts(20, 10)})

    found = fleet_of([mine], setting(teams=[TeamSetting("us", "90")]))

    assert [each.step.candidate.path for each in found.steps] == ["pkg/far.py"]
    assert (found.teams[0].work.tests, found.teams[0].work.points) == (0, 10)


def test_a_team_with_a_target_and_no_file_is_lost_and_said_to_be() -> None:
    asked = setting("60", teams=[TeamSetting("nobody", "80"), TeamSetting("quiet")])

    assert [each.path for each in find_lost(asked, [part("a", *aims((1, 20)))])] == ["team nobody"]


# No choice is cheaper


def every_choice(parts: Sequence[Part]) -> Iterator[list[tuple[int, Candidate]]]:
    spots = [(place, each) for place, one in enumerate(parts) for each in one.candidates]
    for times in product(*(range(each.tests + 1) for _, each in spots)):
        yield [spot for spot, count in zip(spots, times, strict=True) for _ in range(count)]


def drawn(draw: random.Random, name: str) -> Part:
    """Two or three places to aim at, some behind a double, some of two tests; a team owns the first file."""
    made = [
        candidate(
            f"work{number}",
            path=f"pkg/m{number}.py",
            body=draw.randint(3, 20),
            hours=draw.choice((0.5, 1.0, 1.5, 2.0, 3.0)),
            tests=draw.randint(1, 2),
            entry=draw.choice((400_000, 700_000, 1_000_000)),
            branch=draw.choice((0, 500_000)),
            seams=draw.choice(((), (), (SEAM,))),
        )
        for number in range(draw.randint(2, 3))
    ]
    size = draw.randint(60, 120)
    spread = Spread(0.0, 0.0, 0.0, 0)
    start = ground(candidates=tuple(made), today=counts(size, size // 2), spread=spread)
    return part(name, *made, start=start, teams=owned("us", 0), team_counts={"us": Counts(30, 8)})


@pytest.mark.parametrize("seed", range(25))
def test_no_choice_over_all_components_is_cheaper(seed: int) -> None:
    draw = random.Random(seed)
    parts = [drawn(draw, name) for name in ("a", "b")]
    asked = setting(str(draw.randint(52, 60)), teams=[TeamSetting("us", str(draw.randint(30, 45)))])
    goals = find_targets(asked, parts)
    ways = (written(spots, parts, (0, 1)) for spots in every_choice(parts))
    met = [way.hours for way in ways if reaches(goals, way.tallies, parts)]

    found = fleet_of(parts, asked)

    if met:
        assert found.work.effort.p50 == pytest.approx(min(met))
        assert all(goal.is_reached for goal in found.goals)
    else:
        assert not found.is_reached


def reaches(goals: Sequence[FleetTarget], tallies: Mapping[int, Tally], parts: Sequence[Part]) -> bool:
    return all(chance_of(goal, tallies, parts) >= 0.8 for goal in goals)


@pytest.mark.parametrize("seed", range(40))
def test_sharing_out_never_takes_more_than_the_components_on_their_own(seed: int) -> None:
    draw = random.Random(1_000 + seed)
    parts = [drawn(draw, name) for name in ("a", "b", "c")]

    found = fleet_of(parts, setting(str(draw.randint(52, 62))))

    if found.alone and found.alone_reaches:
        assert found.work.effort.p50 <= found.alone.effort.p50 + 1e-9


# How sure


def test_several_gains_of_the_same_rates_are_as_sure_as_one_that_has_all_their_tests() -> None:
    spread = Spread(0.2, 1.0, 0.1, 3)
    gains = [Gain(4_000, 1_000, 2_000_000, 90_000, spread), Gain(6_000, 0, 5_000_000, 50_000, spread)]

    found = pooled(gains)

    assert (found.body, found.imported, found.squares, found.most) == (10_000, 1_000, 7_000_000, 140_000)
    assert found.spread == Spread(0.2, 1.0, 0.1, 6)
    assert pooled(gains[:1]) == gains[0]


def test_components_with_rates_of_their_own_are_weighed_by_what_they_gain() -> None:
    gains = [Gain(3_000, 0, 1_000, 9_000, Spread(0.1, 0.5)), Gain(1_000, 0, 3_000, 9_000, Spread(0.5, 1.5))]

    found = pooled(gains)

    assert found.spread.common == pytest.approx(0.2)
    assert found.spread.single**2 * found.squares == pytest.approx(0.25 * 1_000 + 2.25 * 3_000)


# A real component


@pytest.fixture(scope="module")
def shop() -> Part:
    found = read_part(Job(Place("shop", SHOP, "shop", ("coverage.json",))))
    assert isinstance(found, Part)
    return found


@pytest.mark.parametrize("percent", ["65", "75", "85"])
def test_a_fleet_of_one_component_is_the_plan_of_that_project(percent: str, shop: Part) -> None:
    study = read_study(Request(SHOP, ("coverage.json",)), Goal(None).wish, lambda paths, _: paths)
    mix = next(each for each in plan_study(study, Goal(percent)).outcome.options if each.key == "mix")

    found = fleet_of([shop], setting(percent))

    assert [(each.step.candidate.key, each.step.marginal_gain) for each in found.steps] == [
        (step.candidate.key, step.marginal_gain) for step in mix.steps
    ]
    assert found.work.effort == mix.effort
    assert found.gain == mix.gain
    assert found.bound_gap == mix.bound_gap
    assert found.goals[0].probability == mix.probability
    assert (found.goals[0].ceiling, found.goals[0].ceiling_total) == (mix.ceiling, mix.ceiling_total)


def test_a_component_reads_its_own_configuration(tmp_path: Path) -> None:
    text = '[tool.gapplan]\nmeaning = "gate"\nnoise = 4\n[tool.gapplan.leave_out]\n"src/shop/cli" = "by hand"\n'
    root = make_project(tmp_path, {"pyproject.toml": text})
    shutil.copytree(SHOP / "src", root / "src")
    shutil.copyfile(SHOP / "coverage.json", root / "coverage.json")

    found = read_part(Job(Place("shop", root, "shop", ("coverage.json",), "70")))

    assert isinstance(found, Part)
    assert found.target is not None
    assert (found.target.percent, found.target.meaning) == (Fraction(70), "gate")
    assert found.ground.forecast.spread.noise == 4
    assert not any(each.path.startswith("src/shop/cli/") for each in found.candidates)


@pytest.mark.parametrize("content", [b"", b"{}", b"\0" * 100, b'{"meta": []}'])
def test_a_component_without_usable_data_is_skipped_with_the_reason(content: bytes, tmp_path: Path) -> None:
    root = make_project(tmp_path / "odd", {"src/a.py": "x = 1\n", "coverage.json": content})

    found = read_part(Job(Place("odd", root, "odd", ("coverage.json",))))

    assert isinstance(found, Skipped)
    assert found.path == "odd"
    assert str(tmp_path) not in found.reason


def test_effort_of_nothing_is_none() -> None:
    found = fleet_of([part("a", today=counts(10, 10))], setting("50"))

    assert (found.work.tests, found.work.effort.p50, found.work.effort.p80) == (0, 0, 0)
    assert found.goals[0].is_met


def test_goals_tie_components_together_that_are_else_planned_apart() -> None:
    parts = [
        part("a", *aims((1, 10)), goal="55"),
        part("b", *aims((1, 10)), teams=owned("us", 0), team_counts={"us": Counts(20, 10)}),
        part("c", *aims((1, 10)), goal="55"),
        part("d", *aims((1, 10)), teams=owned("us", 0), team_counts={"us": Counts(20, 10)}, goal="55"),
    ]

    found = fleet_of(parts, setting(teams=[TeamSetting("us", "75")]))

    assert [share.reaches_alone for share in found.shares] == [None, True, None, True]
    assert [share.work.tests for share in found.shares] == [1, 0, 1, 1]
