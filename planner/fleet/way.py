"""The way of a fleet: the cheapest tests that are sure enough to reach all its goals, or the most for a budget.

As for a single project (`planner.solve.way`), but each component has a tally of its own, and goals are judged on what
they gain together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from planner.fleet.board import Board, Spot, make_board
from planner.fleet.goals import FleetTarget, Place, pooled
from planner.fleet.part import Part
from planner.model.problem import Choice
from planner.solve.choose import Draft, choose_best, draft_cheapest, prove_cheapest
from planner.solve.frame import SECONDS, Guess
from planner.solve.tally import Tally
from planner.solve.way import PROOFS, ROUNDS, SLACK, TINY


@dataclass(frozen=True, slots=True)
class Way:
    """Tests in their order, one entry each, the tallies by place, P50 hours, and what is proven of them."""

    spots: tuple[Spot, ...]
    tallies: Mapping[Place, Tally]
    hours: float
    bound_gap: float | None = None


@dataclass(frozen=True, slots=True)
class _Trial:
    """A choice, the guess it was made with, and the way that it is."""

    guess: Guess
    draft: Draft
    choice: Choice
    way: Way
    is_sure: bool


def find_way(parts: Sequence[Part], places: Sequence[Place], goals: Sequence[FleetTarget], confidence: float) -> Way:
    """The cheapest tests of these components that reach the goals with the confidence, or all that help."""
    board = make_board(parts, places, goals, confidence)
    trial = _proven(_drafted(board), board)
    choice = trial.choice
    gap = (choice.price - choice.bound) / choice.price if choice.is_met and choice.price else None
    return replace(trial.way, bound_gap=gap)


def best_way(parts: Sequence[Part], places: Sequence[Place], confidence: float, budget: float) -> Way:
    """The most points for the hours, with the forecast as it is, as a single project has it."""
    board = make_board(parts, places, (), confidence, is_even=True)
    choice = choose_best(board.problem(Guess(), is_even=True), ceil(budget * SECONDS) + SLACK)
    tallies, hours = _tallies(parts, places), 0.0
    fitting: list[Spot] = []
    for place, candidate in (*(board.spots[index] for index in choice.tests), *_by_ratio(board.spots)):
        tally = tallies[place]
        takes = tally.effort_of(candidate).p50
        if tally.written.get(candidate.key, 0) < candidate.tests and hours + takes <= budget + TINY:
            tally.add(candidate)
            fitting.append((place, candidate))
            hours += takes
    weight = sum(tally.milli for tally in tallies.values())
    gap = max(0.0, (choice.bound - weight) / choice.bound) if choice.bound else 0.0
    return Way(tuple(fitting), tallies, hours, gap)


def written(spots: Iterable[Spot], parts: Sequence[Part], places: Iterable[Place]) -> Way:
    """The way that these tests are, with nothing proven."""
    tallies, hours, taken = _tallies(parts, places), 0.0, tuple(spots)
    for place, candidate in taken:
        hours += tallies[place].add(candidate).effort.p50
    return Way(taken, tallies, hours)


def can_reach(goal: FleetTarget, parts: Sequence[Part], confidence: float) -> bool:
    """Whether some tests reach the goal with the confidence, at whatever price."""
    places = tuple(goal.within)
    every = ((place, each) for place in places for each in parts[place].candidates for _ in range(each.tests))
    if chance_of(goal, written(every, parts, places).tallies, parts) >= confidence:
        return True
    if not any(goal.entering(place, parts) for place in places):
        return False
    # Fewer tests may do where all do not: what they import may add more to the total than they cover.
    return _drafted(make_board(parts, places, [goal], confidence)).is_sure


def chance_of(goal: FleetTarget, tallies: Mapping[Place, Tally], parts: Sequence[Part]) -> float:
    """The chance that the tests reach the goal."""
    return goal.gain(tallies).chance_of(goal.need(tallies, parts))


def _tallies(parts: Sequence[Part], places: Iterable[Place]) -> dict[Place, Tally]:
    return {place: Tally(parts[place].ground) for place in places}


def _by_ratio(spots: Iterable[Spot]) -> list[Spot]:
    """Each candidate once, most points alone per hour first."""
    return sorted(spots, key=lambda spot: (-spot[1].gain_milli / spot[1].effort.p50, spot[0], spot[1].key))


def _drafted(board: Board) -> _Trial:
    """Drafts, each made by what was learned from the one before: the cheapest that is sure enough, else the last."""
    commons = [board.parts[place].ground.forecast.spread.common for place in board.places]
    guess, best = Guess(max(commons, default=0.0)), None
    for _ in range(ROUNDS):
        trial = _try(board, guess)
        if trial.is_sure:
            best = best if best and best.way.hours < trial.way.hours else trial
        elif not trial.choice.is_met:
            break
        learned = _learn(board, trial)
        if trial.is_sure and guess.is_same(learned):
            break
        guess = learned
    return best or trial


def _try(board: Board, guess: Guess) -> _Trial:
    draft = draft_cheapest(board.problem(guess))
    return _trial(board, guess, draft, draft.choice)


def _trial(board: Board, guess: Guess, draft: Draft, choice: Choice) -> _Trial:
    way = written((board.spots[index] for index in choice.tests), board.parts, board.places)
    is_sure = all(chance_of(goal, way.tallies, board.parts) >= board.confidence for goal in board.goals)
    return _Trial(guess, draft, choice, way, is_sure)


def _proven(trial: _Trial, board: Board, proofs: int = PROOFS) -> _Trial:
    """The trial with its bound, or what the proof finds to be cheaper where that is as sure; else once more."""
    choice = prove_cheapest(trial.draft)
    found = _trial(board, trial.guess, trial.draft, choice)
    if found.is_sure or not trial.is_sure:
        return found
    sure = [replace(trial, choice=replace(trial.choice, bound=choice.bound))]
    if proofs > 1:
        again = _proven(_try(board, _learn(board, found)), board, proofs - 1)
        sure += [again] if again.is_sure else []
    return min(sure, key=lambda each: each.way.hours)


def _learn(board: Board, trial: _Trial) -> Guess:
    """The numbers of this plan; where they were used already and it is still not sure, what lacks comes on top."""
    tallies, extra = trial.way.tallies, trial.guess.extra
    tests = sum(sum(tally.written.values()) for tally in tallies.values())
    learned = Guess(pooled([tally.gain for tally in tallies.values()]).body_sigma, tests, extra)
    if trial.is_sure or not trial.guess.is_same(learned):
        return learned
    return learned.asking_more(
        [(goal.gain(tallies), goal.need(tallies, board.parts)) for goal in board.goals], board.confidence
    )
