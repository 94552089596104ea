"""A plan as notebooks have it: options, steps and the way as DataFrames, and the same plan under assumptions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from planner.errors import ConfigError
from planner.frames.plans import (
    FRONTIER,
    LADDER,
    OPTIONS,
    STEPS,
    frontier_frame,
    ladder_frame,
    options_frame,
    steps_frame,
)
from planner.frames.show import show
from planner.frames.tables import documented
from planner.model.option import Option, Outcome
from planner.model.problem import BodyKey
from planner.model.story import Route
from planner.pipeline import Goal
from planner.pipeline.study import Assumed, Planned, Study, plan_study
from planner.report import words
from planner.report.page import Block, Heading, Sentence
from planner.report.pages.options import options_table
from planner.report.pages.recommendation import decision, how_figures_are_meant
from planner.report.pages.shared import in_doubt
from planner.solve.frontier import find_routes

if TYPE_CHECKING:
    from planner.frames.figures import Drawing

Done = int | str | Iterable[int | str]
"""Tests that count as written: numbers of steps, or `path:unit`, once for each test that is aimed there."""

_One = TypeVar("_One")


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """The ways to a goal. Frames are made anew by each call, so that they can be changed.

    `outcome` are all figures as values, as `gapplan plan --format json` has them.
    """

    study: Study
    goal: Goal
    planned: Planned

    @property
    def outcome(self) -> Outcome:
        return self.planned.outcome

    @property
    @documented(OPTIONS)
    def options(self) -> pd.DataFrame:
        """The ways side by side; empty where the target is met."""
        return options_frame(self.outcome.options, self.outcome.recommended)

    @property
    def recommended(self) -> str | None:
        """The key of the option to take; None where the target is met or nothing gains anything."""
        return self.outcome.recommended

    @property
    def is_met(self) -> bool:
        """Whether the target is met where the plan starts."""
        target = self.outcome.target
        return target is not None and not target.shortfall(self.planned.start)

    @property
    def points_needed(self) -> int:
        """Points that the target lacks where the plan starts; 0 where it is met or there is none."""
        return self.planned.ground.need()

    @documented(STEPS)
    def steps(self, option: str | None = None) -> pd.DataFrame:
        """The tests of an option, the recommended one by default.

        D, the ladder, climbs by the steps of the mix and has none of its own. Raises ConfigError for no such option.
        """
        return steps_frame(self.option(option))

    @documented(LADDER)
    def ladder(self) -> pd.DataFrame:
        """The stops of option D; empty without a target."""
        return ladder_frame(next((each for each in self.outcome.options if each.key == "D"), None))

    @documented(FRONTIER)
    def frontier(self, option: str | None = None) -> pd.DataFrame:
        """What an option has reached after each of its tests, the recommended one by default.

        Raises ConfigError for no such option.
        """
        chosen = self.option(option)
        mine = [route for route in self.routes if route.kind == "option" and chosen and route.key == chosen.key]
        return frontier_frame(mine)

    @documented(FRONTIER)
    def frontiers(self) -> pd.DataFrame:
        """The same of every option that has steps, and of naive orders to compare with."""
        return frontier_frame(self.routes)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The ways as values, as the figure draws them."""
        return find_routes(self.outcome.options, self.planned.choice, self.planned.ground)

    def option(self, key: str | None = None) -> Option | None:
        """The option as a value, the recommended one by default; None where there is none to take.

        Raises ConfigError for a key that no option has.
        """
        wanted = key or self.recommended
        found = next((each for each in self.outcome.options if each.key == wanted), None)
        if key and found is None:
            there = ", ".join(each.key for each in self.outcome.options) or "none: the target is met"
            raise ConfigError(f"there is no option {key!r}; there is {there}")
        return found

    def replan(
        self,
        done: Done = (),
        skip: str | Iterable[str] = (),
        seams_free: str | Iterable[str] = (),
        *,
        option: str | None = None,
    ) -> "Plan":
        """The plan for the same goal, if these tests were written, files left out, and doubles there, beside its own.

        Numbers in `done` are steps of `option`, the recommended one by default; they count as the forecast has them,
        without its spread. What really came of a step is known by measuring: `planner.load` again. Raises ConfigError.
        """
        was = self.planned.assumed
        assumed = Assumed(
            done=(*was.done, *self._keys(done, option)),
            skip=(*was.skip, *several(skip)),
            seams_free=tuple(dict.fromkeys((*was.seams_free, *several(seams_free)))),
        )
        return replace(self, planned=plan_study(self.study, self.goal, assumed))

    def _keys(self, done: Done, option: str | None) -> Iterator[BodyKey]:
        chosen = self.option(option)
        keys = {step.order: step.candidate.key for step in chosen.steps} if chosen else {}
        for each in several(done):
            if isinstance(each, str):
                yield place_of(each)
            elif each in keys:
                yield keys[each]
            else:
                there = f"it has 1 to {len(keys)}" if keys else "it has none"
                raise ConfigError(f"done: {option or self.recommended or 'the plan'} has no step {each}; {there}")

    def frontier_figure(self) -> "Drawing":
        """Percent against hours: a line for each option, the range of the recommended one, the target, naive orders."""
        from planner.frames.figures import draw_frontier

        return draw_frontier(self.outcome, self.routes)

    def _repr_html_(self) -> str:
        return show(self._blocks())

    def __repr__(self) -> str:
        ways = ", ".join(each.key for each in self.outcome.options) or "met"
        return f"<Plan {self.outcome.project}: {words.goal(self.outcome)} ({ways})>"

    def _blocks(self) -> Iterator[Block]:
        outcome, start, ground = self.outcome, self.planned.start, self.planned.ground
        yield Heading(f"{outcome.project}: {words.goal(outcome)}")
        text = f"Covered: {words.count(start.covered_points)} of {words.points_in(start)}, {words.percent(start)}"
        if outcome.target:
            text += f"; the target takes {words.count(ground.need())} more" if ground.need() else "; the target is met"
        yield Sentence(f"{text}.")
        yield from _assumptions(self.planned)
        yield from in_doubt(outcome)
        if outcome.options:
            yield options_table(outcome)
            yield how_figures_are_meant(outcome, "(ranges: .options)")
            yield decision(outcome)


def several(given: str | _One | Iterable[str | _One]) -> tuple[str | _One, ...]:
    """One or several of something as a tuple; a text is one."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        return (given,)
    return tuple(given)


def place_of(text: str) -> BodyKey:
    """`path:unit` as a key. Raises ConfigError."""
    path, colon, unit = text.rpartition(":")
    if not colon or not path or not unit:
        raise ConfigError(f"done: {text!r} is neither the number of a step nor like src/shop/money.py:Money")
    return path, unit


def _assumptions(planned: Planned) -> Iterator[Block]:
    assumed, today = planned.assumed, planned.outcome.judged
    parts = []
    if assumed.done:
        more = planned.start.covered_points - today.covered_points
        parts.append(f"{words.plural(len(assumed.done), 'test')} done, for {words.plural(more, 'point')} as forecast")
    if assumed.skip:
        parts.append(f"no tests in {words.listed(list(assumed.skip))}")
    if assumed.seams_free:
        parts.append(f"doubles there for {words.listed(list(assumed.seams_free))}")
    if parts:
        yield Sentence(f"Assumed: {'; '.join(parts)}.", "quiet")
