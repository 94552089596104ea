"""Options A to D and the mix: filters over one solver, with exact arithmetic."""

import pytest
from factories import CLOCK, REDIS, candidate, counts, field, ground, option, step, target
from hypothesis import given
from hypothesis import strategies as st
from test_tally import candidate_sets, grounds

from planner.model.measurement import Counts
from planner.model.plan import Candidate, Effort, Option, OptionKey
from planner.solve import Field, Ground, plan_options, recommend
from planner.solve.options import MEDIUM_MODULE, SMALL_MODULE

WHOLE = Counts(400, 100)


def options_of(chosen_from: Field, start: Ground) -> dict[OptionKey, Option]:
    return {each.key: each for each in plan_options(chosen_from, start, WHOLE)}


def units(of: Option) -> set[str]:
    return {each.candidate.unit for each in of.steps}


def test_there_are_four_options_and_the_mix() -> None:
    assert list(options_of(field(candidate()), ground())) == ["A", "B", "C", "D", "mix"]


@given(candidate_sets(), grounds())
def test_the_arithmetic_of_every_option_is_exact(candidates: tuple[Candidate, ...], start: Ground) -> None:
    for each in plan_options(field(*candidates), start, WHOLE):
        assert each.points_after == start.today.covered_points + each.points_gained
        assert each.whole_tree_points_after == WHOLE.covered_points + each.points_gained
        assert each.whole_tree_total == WHOLE.points
        assert each.shortfall == max(0, start.target.points_needed(each.points_total_after) - each.points_after)
        assert each.reaches_target is (each.shortfall == 0)


@given(candidate_sets(), grounds())
def test_steps_add_up_to_what_the_option_gains_and_costs(candidates: tuple[Candidate, ...], start: Ground) -> None:
    for each in plan_options(field(*candidates), start, WHOLE):
        if each.key == "D":
            continue

        assert sum(taken.marginal_gain for taken in each.steps) == each.points_gained
        assert sum((taken.effort for taken in each.steps), Effort()) == each.effort
        assert [taken.order for taken in each.steps] == list(range(1, len(each.steps) + 1))
        assert all(0 <= taken.import_time_gain <= taken.marginal_gain for taken in each.steps)


@given(candidate_sets(), grounds())
def test_the_total_after_holds_every_file_the_steps_bring_in(candidates: tuple[Candidate, ...], start: Ground) -> None:
    for each in plan_options(field(*candidates), start, WHOLE):
        if each.key == "D":
            continue

        entered = {path for taken in each.steps for path in (taken.candidate.path, *taken.candidate.imports)}
        brought = sum(start.entering.get(path, 0) for path in entered)
        assert each.points_total_after == start.today.points + brought


@given(candidate_sets(), grounds(), st.randoms(use_true_random=False))
def test_options_do_not_depend_on_the_order_of_candidates(
    candidates: tuple[Candidate, ...], start: Ground, random: object
) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, which Hypothesis does not type

    assert plan_options(field(*candidates), start, WHOLE) == plan_options(field(*shuffled), start, WHOLE)


@pytest.mark.parametrize(
    ("missing", "seams", "is_quick"),
    [
        (SMALL_MODULE, (), True),
        (SMALL_MODULE, (CLOCK,), True),
        (SMALL_MODULE + 1, (), False),
        (SMALL_MODULE, (REDIS,), False),
        (SMALL_MODULE, (CLOCK, REDIS), False),
    ],
)
def test_quick_wins_are_small_and_need_no_double(missing: int, seams: tuple[object, ...], is_quick: bool) -> None:
    one = candidate(seams=seams)  # type: ignore[arg-type]  # a table of seams

    found = options_of(field(one, missing_in={one.path: missing}), ground())

    assert bool(found["A"].steps) is is_quick


def test_deepening_stays_where_tests_are() -> None:
    tested, untested = candidate("tested", path="a.py"), candidate("untested", path="b.py")

    found = options_of(field(tested, untested, is_tested={"a.py": True}), ground())

    assert units(found["B"]) == {"tested"}
    assert units(found["mix"]) == {"tested", "untested"}


@pytest.mark.parametrize(
    ("missing", "is_medium"),
    [(MEDIUM_MODULE[0] - 1, False), (MEDIUM_MODULE[0], True), (MEDIUM_MODULE[1], True), (MEDIUM_MODULE[1] + 1, False)],
)
def test_high_return_is_in_modules_of_medium_size(missing: int, is_medium: bool) -> None:
    one = candidate(seams=(REDIS,))

    found = options_of(field(one, missing_in={one.path: missing}), ground())

    assert bool(found["C"].steps) is is_medium


def test_the_ladder_takes_the_steps_of_the_mix() -> None:
    found = options_of(field(*(candidate(f"u{number}") for number in range(4))), ground(target(80)))

    assert found["D"].steps == ()
    assert found["D"].points_gained == found["mix"].points_gained
    assert found["D"].rungs[-1].percent == 80
    assert found["D"].rungs[-1].points_gained == found["mix"].points_gained


def test_a_step_builds_the_double_that_a_later_one_shares() -> None:
    first, second = candidate("a", seams=(REDIS,), hours=1), candidate("b", seams=(REDIS,), hours=1)

    mix = options_of(field(first, second), ground(target(70)))["mix"]

    assert [[seam.name for seam in each.new_seams] for each in mix.steps] == [["redis"], []]
    assert [each.effort.p50 for each in mix.steps] == [3.0, 1.0]


def test_a_step_that_only_imports_is_hollow() -> None:
    registry = candidate("<module>", path="registry.py", body=0, imports={"registry.py": 7})

    mix = options_of(field(registry), ground())["mix"]

    assert [(each.marginal_gain, each.import_time_gain, each.is_hollow) for each in mix.steps] == [(7, 7, True)]
    assert mix.import_time_points == 7


def test_the_cheapest_option_that_reaches_the_target_is_recommended() -> None:
    dear = option("A", step(), effort=Effort(9, 18))
    cheap = option("B", step(), effort=Effort(3, 6))
    short = option("C", step(), shortfall=1, effort=Effort(1, 2))

    assert recommend((dear, cheap, short)) == "B"


def test_where_none_reaches_the_target_the_nearest_is_recommended() -> None:
    assert recommend((option("A", step(), shortfall=5), option("C", step(), shortfall=2))) == "C"


def test_without_steps_there_is_nothing_to_recommend() -> None:
    assert recommend((option("A", shortfall=5), option("D"), option("mix", shortfall=5))) is None


def test_of_two_equal_options_the_first_is_recommended() -> None:
    assert recommend((option("mix", step()), option("A", step()))) == "A"


@given(candidate_sets(), grounds())
def test_the_recommended_option_is_never_beaten(candidates: tuple[Candidate, ...], start: Ground) -> None:
    made = plan_options(field(*candidates), start, WHOLE)

    key = recommend(made)

    best = next((each for each in made if each.key == key), None)
    for other in made:
        if best and other.steps:
            assert (best.shortfall, best.effort.p50 if best.reaches_target else 0) <= (
                other.shortfall,
                other.effort.p50 if best.reaches_target else 0,
            )


def test_a_target_that_is_met_plans_no_step() -> None:
    found = options_of(field(candidate()), ground(target(50), counts(100, 50)))

    assert all(not each.steps and each.reaches_target for each in found.values())
