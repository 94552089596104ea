"""What a set of steps brings together, exactly."""

from fractions import Fraction

from factories import CLOCK, REDIS, REQUESTS, URLLIB3, candidate, counts, ground, target
from hypothesis import given
from hypothesis import strategies as st

from planner.model.measurement import Counts
from planner.model.plan import MILLI, Candidate, Effort
from planner.model.target import MEANINGS
from planner.solve.tally import Ground, Tally, tally_of

SEAMS = (REDIS, REQUESTS, URLLIB3, CLOCK)
PATHS = ("a/__init__.py", "a/one.py", "a/two.py", "b.py")


@st.composite
def candidate_sets(draw: st.DrawFn, most: int = 7) -> tuple[Candidate, ...]:
    """Candidates in a few files; those of one file share what importing it runs."""
    shares = {path: draw(st.integers(0, 9)) for path in PATHS}
    made = []
    for number in range(draw(st.integers(1, most))):
        path = draw(st.sampled_from(PATHS))
        around = [each for each in PATHS if each == path or (path.startswith("a/") and each == "a/__init__.py")]
        made.append(
            candidate(
                f"unit{number}",
                path=path,
                body=draw(st.integers(0, 20_000)) / 1000,
                hours=draw(st.integers(1, 40)) / 10,
                imports={each: shares[each] for each in around if shares[each]},
                seams=tuple(draw(st.lists(st.sampled_from(SEAMS), unique=True, max_size=2))),
            )
        )
    return tuple(made)


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    points = draw(st.integers(1, 300))
    goal = target(draw(st.sampled_from(["0.4", "12", "12.5", "60", "80", "99.99"])), draw(st.sampled_from(MEANINGS)))
    entering = {path: draw(st.integers(0, 60)) for path in draw(st.lists(st.sampled_from(PATHS), unique=True))}
    return ground(goal, Counts(points, draw(st.integers(0, points))), entering)


@given(candidate_sets(), grounds())
def test_marginal_gains_add_up_to_the_whole(chosen: tuple[Candidate, ...], start: Ground) -> None:
    tally, added = Tally(start), 0

    for each in chosen:
        added += tally.marginal_milli(each)
        tally.add(each)

    assert added == tally.milli
    assert tally.points == added // MILLI


@given(candidate_sets(), grounds())
def test_import_time_points_are_counted_once_however_many_share_them(
    chosen: tuple[Candidate, ...], start: Ground
) -> None:
    tally = tally_of(chosen, start)

    union = {path: points for each in chosen for path, points in each.imports.items()}
    assert tally.import_points == sum(union.values())
    assert tally.milli == sum(each.body_milli for each in chosen) + sum(union.values()) * MILLI


@given(candidate_sets(), grounds(), st.randoms(use_true_random=False))
def test_a_whole_does_not_depend_on_the_order(chosen: tuple[Candidate, ...], start: Ground, random: object) -> None:
    shuffled = list(chosen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, which Hypothesis does not type

    one, other = tally_of(chosen, start), tally_of(tuple(shuffled), start)

    assert one == other


@given(candidate_sets(), grounds())
def test_the_denominator_grows_by_each_file_that_enters_once(chosen: tuple[Candidate, ...], start: Ground) -> None:
    tally = tally_of(chosen, start)

    entered = {path for each in chosen for path in (each.path, *each.imports)}
    assert tally.entered == sum(start.entering.get(path, 0) for path in entered)


@given(candidate_sets(), grounds())
def test_the_shortfall_is_zero_exactly_when_the_target_is_met_after_the_steps(
    chosen: tuple[Candidate, ...], start: Ground
) -> None:
    tally = tally_of(chosen, start)

    covered, total = start.today.covered_points + tally.points, start.today.points + tally.entered
    assert (tally.shortfall == 0) is (covered >= start.target.points_needed(total))
    assert tally.shortfall == max(0, start.target.points_needed(total) - covered)


@given(candidate_sets(), grounds())
def test_a_double_is_paid_once_for_each_kind_of_seam(chosen: tuple[Candidate, ...], start: Ground) -> None:
    tally, hours = Tally(start), Effort()

    for each in chosen:
        hours += tally.marginal_effort(each)
        tally.add(each)

    kinds = {seam.kind for each in chosen for seam in each.seams if seam.needs_building}
    own = sum((each.effort for each in chosen), Effort())
    assert abs(hours.p50 - own.p50 - len(kinds) * start.double.p50) < 1e-9
    assert tally.built == kinds


def test_two_libraries_of_one_kind_share_their_double() -> None:
    tally = Tally(ground())

    assert tally.new_seams(candidate(seams=(REQUESTS, URLLIB3))) == (REQUESTS,)
    tally.add(candidate(seams=(REQUESTS,)))
    assert tally.new_seams(candidate("other", seams=(URLLIB3, REDIS))) == (REDIS,)


def test_what_pytest_brings_is_never_paid() -> None:
    assert Tally(ground()).marginal_effort(candidate(hours=1.5, seams=(CLOCK,))) == Effort(1.5, 3.0)


def test_points_are_rounded_down() -> None:
    tally = tally_of((candidate("a", body=0.6), candidate("b", body=0.6), candidate("c", body=0.7)), ground())

    assert tally.milli == 1_900
    assert tally.points == 1


def test_a_file_that_enters_raises_what_the_target_needs() -> None:
    start = ground(target(50), counts(100, 40), entering={"new.py": 100})
    step = candidate(path="new.py", body=30, imports={"new.py": 10})

    assert Tally(start).marginal_need(step) == 50 * MILLI
    assert Tally(start).shortfall == 10
    assert tally_of((step,), start).shortfall == 100 - 80
    assert tally_of((step,), ground(target(50), counts(100, 40))).shortfall == 0


def test_a_file_that_is_in_the_total_already_raises_nothing() -> None:
    start = ground(target(50), counts(100, 40), entering={"new.py": 100})
    tally = tally_of((candidate("a", path="new.py"),), start)

    assert tally.marginal_need(candidate("b", path="new.py")) == 0


def test_the_need_follows_the_target_exactly() -> None:
    start = ground(target("12.5"), counts(1_000, 0), entering={"new.py": 16})

    assert Fraction(Tally(start).marginal_need(candidate(path="new.py")), MILLI) == 2
