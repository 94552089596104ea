"""The way of an option: the cheapest tests that are sure enough to reach the target, or the most for a budget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from planner.model.chance import Gain
from planner.model.plan import Candidate
from planner.model.problem import Choice
from planner.solve.choose import Draft, draft_fill, fill_best, prove_cheapest
from planner.solve.frame import SECONDS, Frame, Guess
from planner.solve.instance import Instance
from planner.solve.tally import Ground, Tally

ROUNDS = 6
"""The spread of a plan is known once the plan is; so often at most the choice is made again with what was learned."""

PROOFS = 2
"""Proofs of a plan at most: a second one where the first finds tests that are cheaper but stray more."""

SLACK, TINY = 60, 1e-9
"""Seconds by which rounded prices may exceed a budget in all, and hours by which sums of floats may."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Candidates in the order in which tests of them are written, one entry per test, and what is proven of them."""

    candidates: tuple[Candidate, ...]
    bound_gap: float | None


@dataclass(frozen=True, slots=True)
class _Trial:
    """A choice, what it is by the guess it was made with, and its tally and P50 hours."""

    guess: Guess
    draft: Draft
    choice: Choice
    tally: Tally
    hours: float

    @property
    def is_sure(self) -> bool:
        return probability_of(self.tally) >= self.tally.ground.wish.confidence


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to choose from, and for what."""

    candidates: Sequence[Candidate]
    ground: Ground
    frame: Frame

    def instance(self, guess: Guess | None) -> Instance:
        return self.frame.instance(self.candidates, self.ground, guess)


def choose_way(candidates: Sequence[Candidate], ground: Ground, frame: Frame | None = None) -> Chosen:
    """The cheapest tests that meet target and requirements with the asked confidence, or all that help.

    With a budget the most points for it instead, unless the target takes less. `frame` is of these candidates and
    perhaps more, and of a ground with the same forecast and wish.
    """
    asked = _Asked(candidates, ground, frame or Frame(candidates, ground))
    chosen = _cheapest(asked) if ground.target or ground.wish.require else None
    budget = ground.wish.budget
    if budget is None or (chosen and _hours(chosen, ground) <= budget):
        return chosen or Chosen((), None)
    return _best(asked, budget)


def probability_of(tally: Tally) -> float:
    """The chance that the tally's tests meet the target and every requirement; they are taken to stray together."""
    return min((gain.chance_of(need) for gain, need in goals_of(tally)), default=1.0)


def tally_of(candidates: Sequence[Candidate], ground: Ground) -> Tally:
    """The union of all of them, in order."""
    tally = Tally(ground)
    for candidate in candidates:
        tally.add(candidate)
    return tally


def _cheapest(asked: _Asked) -> Chosen:
    """Drafts, each made by what was learned from the one before; the cheapest that is sure enough is then proven.

    Of equals the last, whose guess is nearest to what it is itself.
    """
    guess, best = Guess(asked.ground.forecast.spread.common), None
    for _ in range(ROUNDS):
        trial = _try(asked, guess)
        if trial.is_sure:
            best = best if best and best.hours < trial.hours else trial
        elif not trial.choice.is_met:
            break
        learned = _learn(guess, trial.tally, is_sure=trial.is_sure)
        if trial.is_sure and guess.is_same(learned):
            break
        guess = learned
    return _chosen(_proven(best or trial, asked).choice, asked.candidates)


def _try(asked: _Asked, guess: Guess) -> _Trial:
    draft = draft_fill(asked.instance(guess))
    return _trial(guess, draft, draft.choice, asked)


def _trial(guess: Guess, draft: Draft, choice: Choice, asked: _Asked) -> _Trial:
    tally, hours, candidates = Tally(asked.ground), 0.0, asked.candidates
    order = sorted(choice.tests, key=lambda index: not candidates[index].mends)  # the order decides how sure it is
    for index in order:
        hours += tally.add(candidates[index]).effort.p50
    return _Trial(guess, draft, replace(choice, tests=tuple(order)), tally, hours)


def _proven(trial: _Trial, asked: _Asked, proofs: int = PROOFS) -> _Trial:
    """The trial with its bound, or what the proof finds to be cheaper where that is as sure.

    Where it is not, the proof is made again by what was learned from that: it may yet be cheaper than the trial.
    """
    choice = prove_cheapest(trial.draft)
    if choice.tests == trial.draft.choice.tests:
        return replace(trial, choice=replace(trial.choice, bound=choice.bound, method=choice.method))
    found = _trial(trial.guess, trial.draft, choice, asked)
    if found.is_sure or not trial.is_sure:
        return found
    sure = [replace(trial, choice=replace(trial.choice, bound=choice.bound))]
    if proofs > 1:
        again = _try(asked, _learn(trial.guess, found.tally, is_sure=False))
        sure += [each for each in [_proven(again, asked, proofs - 1)] if each.is_sure]
    return min(sure, key=lambda each: each.hours)


def _learn(guess: Guess, tally: Tally, *, is_sure: bool) -> Guess:
    """The numbers of this plan; where they were used already and it is still not sure, what lacks comes on top."""
    learned = Guess.after(tally, guess.extra)
    if is_sure or not guess.is_same(learned):
        return learned
    return learned.asking_more(goals_of(tally), tally.ground.wish.confidence)


def goals_of(tally: Tally) -> list[tuple[Gain, int]]:
    """The gain that counts for the target and for each requirement, and the points that it has to be."""
    goals = [(tally.gain, tally.need)] if tally.ground.target else []
    for _, percent, counts, paths in tally.ground.required():
        goals.append((tally.gain_within(paths), ceil(percent * counts.points / 100) - counts.covered_points))
    return goals


def _best(asked: _Asked, budget: float) -> Chosen:
    """The most for the budget, with the forecast as it is and every hour at its full price.

    The best tests first, as long as their hours fit, what the first test of a module takes on top included; with the
    hours that are left then, whatever fits.
    """
    candidates, price = asked.candidates, ceil(budget * SECONDS) + SLACK
    choice = fill_best(asked.instance(None), price)
    tally, hours = Tally(asked.ground), 0.0
    fitting: list[Candidate] = []
    for candidate in (*(candidates[index] for index in choice.tests), *_by_ratio(candidates)):
        takes = tally.effort_of(candidate).p50
        is_left = tally.written.get(candidate.key, 0) < candidate.tests
        if is_left and hours + takes <= budget + TINY:
            tally.add(candidate)
            fitting.append(candidate)
            hours += takes
    return Chosen(tuple(fitting), max(0.0, (choice.bound - tally.milli) / choice.bound) if choice.bound else 0.0)


def _by_ratio(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each candidate once, most points alone per hour first."""
    return sorted(candidates, key=lambda each: (-each.gain_milli / each.effort.p50, each.key))


def _chosen(choice: Choice, candidates: Sequence[Candidate]) -> Chosen:
    gap = (choice.price - choice.bound) / choice.price if choice.is_met and choice.price else None
    return Chosen(tuple(candidates[index] for index in choice.tests), gap)


def _hours(chosen: Chosen, ground: Ground) -> float:
    tally = Tally(ground)
    return sum(tally.add(candidate).effort.p50 for candidate in chosen.candidates)
