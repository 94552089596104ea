"""The cheapest set of steps, nearly: compared with every subset on small instances."""

from collections.abc import Iterator
from itertools import combinations

from factories import REDIS, REQUESTS, candidate, counts, ground, target
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tally import SEAMS, candidate_sets, grounds

from planner.model.measurement import Counts
from planner.model.plan import Candidate
from planner.solve.greedy import choose_steps
from planner.solve.tally import Ground, Tally, tally_of

FILES = ("a.py", "b.py", "c.py")


@st.composite
def instances(draw: st.DrawFn) -> tuple[tuple[Candidate, ...], Ground]:
    """Up to eight candidates in files of their own; some files join the total when a step imports them."""
    entering = {path: draw(st.integers(5, 60)) for path in FILES if draw(st.booleans())}
    shares = {path: draw(st.integers(0, 5)) for path in FILES}
    made = tuple(
        candidate(
            f"unit{number}",
            path=(path := draw(st.sampled_from(FILES))),
            body=draw(st.integers(1, 20_000)) / 1000,
            hours=draw(st.integers(1, 40)) / 10,
            imports={path: shares[path]} if shares[path] else {},
            seams=tuple(draw(st.lists(st.sampled_from(SEAMS), unique=True, max_size=1))),
        )
        for number in range(draw(st.integers(1, 8)))
    )
    today = counts(100, draw(st.integers(0, 79)))
    return made, ground(target(draw(st.sampled_from(["12", "40", "80"]))), today, entering)


def subsets(candidates: tuple[Candidate, ...]) -> Iterator[tuple[Candidate, ...]]:
    for size in range(len(candidates) + 1):
        yield from combinations(candidates, size)


def hours_of(chosen: tuple[Candidate, ...], start: Ground) -> float:
    tally, hours = Tally(start), 0.0
    for each in chosen:
        hours += tally.marginal_effort(each).p50
        tally.add(each)
    return hours


# Hours against the best subset, over 3,444 reachable instances of this kind (random.Random, 2 seeds): the same in more
# than half of them, 4 % more in all, 1.36 times at the 95th percentile, 9.7 times at worst: where one point is short,
# the most points per hour may be four hours that bring thirty. So no bound on hours is asserted here.
@settings(max_examples=300)
@given(instances())
def test_the_target_is_reached_whenever_some_subset_reaches_it(
    instance: tuple[tuple[Candidate, ...], Ground],
) -> None:
    candidates, start = instance
    reaching = [each for each in subsets(candidates) if not tally_of(each, start).shortfall]

    chosen = choose_steps(candidates, start)

    assert bool(reaching) is not bool(tally_of(chosen, start).shortfall)
    if reaching:
        best = min(hours_of(each, start) for each in reaching)
        assert hours_of(chosen, start) >= best - 1e-9


@given(candidate_sets(), grounds())
def test_a_plan_that_reaches_the_target_has_no_step_that_can_be_left_out(
    candidates: tuple[Candidate, ...], start: Ground
) -> None:
    chosen = choose_steps(candidates, start)

    if not tally_of(chosen, start).shortfall:
        for each in chosen:
            without = tuple(other for other in chosen if other is not each)
            assert tally_of(without, start).shortfall, each.unit


@given(candidate_sets(), grounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    candidates: tuple[Candidate, ...], start: Ground, random: object
) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, which Hypothesis does not type

    assert choose_steps(candidates, start) == choose_steps(shuffled, start)


@given(candidate_sets(), grounds())
def test_no_candidate_is_taken_twice(candidates: tuple[Candidate, ...], start: Ground) -> None:
    chosen = choose_steps(candidates, start)

    assert len({each.key for each in chosen}) == len(chosen)
    assert {each.key for each in chosen} <= {each.key for each in candidates}


def test_most_points_per_hour_come_first() -> None:
    slow, quick, middling = candidate("slow", hours=4), candidate("quick", hours=1), candidate("middling", hours=2)

    chosen = choose_steps([slow, quick, middling], ground(target(80)))

    assert [each.unit for each in chosen] == ["quick", "middling", "slow"]


def test_ties_go_by_name() -> None:
    chosen = choose_steps([candidate("b"), candidate("a"), candidate("c")], ground(target(80)))

    assert [each.unit for each in chosen] == ["a", "b", "c"]


def test_a_met_target_takes_no_step() -> None:
    assert choose_steps([candidate()], ground(target(50))) == ()


def test_nothing_to_choose_from_is_no_plan() -> None:
    assert choose_steps([], ground()) == ()


def test_a_plan_stops_when_the_target_is_reached() -> None:
    chosen = choose_steps([candidate(f"u{number}", body=10) for number in range(9)], ground(target(80)))

    assert len(chosen) == 3


def test_a_double_once_built_makes_what_is_behind_it_cheap() -> None:
    """Behind Redis: 2 hours for the fake, then half an hour each; without: one hour each."""
    behind = [candidate(f"redis{number}", body=12, hours=0.5, seams=(REDIS,)) for number in range(4)]
    without = [candidate(f"plain{number}", body=5, hours=1.1) for number in range(4)]

    chosen = choose_steps([*behind, *without], ground(target(90)))

    assert sorted(each.unit for each in chosen) == ["redis0", "redis1", "redis2", "redis3"]


def test_units_that_share_a_file_are_queued_again_once_it_has_entered() -> None:
    """Alone, `second` does not earn what the file asks for; after `first` it costs nothing more."""
    start = ground(target(50), counts(100, 40), entering={"new.py": 40})
    first = candidate("first", path="new.py", body=27, hours=1)
    second = candidate("second", path="new.py", body=15, hours=0.5)
    other = candidate("other", body=6, hours=1)

    chosen = choose_steps([first, second, other], start)

    assert [each.unit for each in chosen] == ["first", "second"]


def test_a_file_no_part_of_which_pays_is_taken_as_a_whole() -> None:
    start = ground(target(80), counts(100, 78), entering={"new.py": 100})
    parts = [candidate(f"part{number}", path="new.py", body=24) for number in range(4)]

    chosen = choose_steps(parts, start)

    assert len(chosen) == 4
    assert tally_of(chosen, start).shortfall == 0


def test_a_file_that_would_lower_the_percent_stays_out() -> None:
    start = ground(target(80), Counts(100, 70), entering={"new.py": 100})
    parts = [candidate(f"part{number}", path="new.py", body=15, seams=(REQUESTS,)) for number in range(4)]

    chosen = choose_steps([*parts, candidate("other", body=5)], start)

    assert [each.unit for each in chosen] == ["other"]
