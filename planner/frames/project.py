"""A project as notebooks have it: what was measured as DataFrames, and plans made from it without reading it again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.config import Config
from planner.errors import ConfigError
from planner.forecast import Grain
from planner.frames.code import (
    FILES,
    GAPS,
    IMPORTS,
    SEAMS,
    UNITS,
    files_frame,
    gaps_frame,
    imports_frame,
    seams_frame,
    units_frame,
)
from planner.frames.goal import Ask, Figure, make_goal
from planner.frames.over_time import CHANGES, HISTORY, TASKS, changes_frame, history_frame, tasks_frame
from planner.frames.plan import Done, Plan, place_of, several
from planner.frames.plans import FRONTIER, OPTIONS, STEPS
from planner.frames.show import show
from planner.frames.tables import documented
from planner.history.codec import TIME
from planner.history.lines import import_snapshots
from planner.model.measurement import Measurement
from planner.pipeline.history import NOW, Note, default_store, make_change, make_history, take_snapshot
from planner.pipeline.picture import map_code
from planner.pipeline.receipt import make_receipt, save_plan
from planner.pipeline.study import Assumed, Study, plan_study, rank_study
from planner.report import words
from planner.report.page import Block, Heading, Sentence
from planner.report.pages.shared import todays_totals

if TYPE_CHECKING:
    from planner.frames.figures import Colour, Drawing


def silently(paths: Iterable[str], _: str) -> Iterable[str]:
    """Progress that nobody is shown."""
    return paths


@dataclass(frozen=True, eq=False, repr=False)
class Project:
    """A project as it was measured when it was loaded. Frames are copies: they can be changed, and nothing follows."""

    study: Study
    config: Config
    _store: Path | None = None
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.study.request.root.name

    @property
    def measurement(self) -> Measurement:
        """Totals, inputs, notices and what was skipped, as values."""
        return self.study.measured

    @property
    @documented(FILES)
    def files(self) -> pd.DataFrame:
        """All source files; those of the data add up to its totals."""
        return self._frame("files", lambda: files_frame(self.study))

    @property
    @documented(GAPS)
    def gaps(self) -> pd.DataFrame:
        """Where points are missing that tests can reach: `rank("class")`."""
        return self.rank("class")

    @property
    @documented(UNITS)
    def units(self) -> pd.DataFrame:
        """All code by unit, with what is missing in it and what it touches."""
        return self._frame("units", lambda: units_frame(self.study))

    @property
    @documented(IMPORTS)
    def imports(self) -> pd.DataFrame:
        """The import graph of the project, edge by edge."""
        return self._frame("imports", lambda: imports_frame(self.study))

    @property
    @documented(SEAMS)
    def seams(self) -> pd.DataFrame:
        """What the code touches outside: network, database, clock and so on."""
        return self._frame("seams", lambda: seams_frame(self.study))

    @property
    @documented(HISTORY)
    def history(self) -> pd.DataFrame:
        """The kept measurements; empty where nothing is kept yet.

        Raises InputError for a store that cannot be read.
        """
        place = self._place()
        return history_frame(make_history(place).snapshots if place and place.exists() else ())

    @property
    @documented(OPTIONS)
    def options(self) -> pd.DataFrame:
        """Those of the plan for the configured target. Raises ConfigError where there is none."""
        return self._configured.options

    @documented(STEPS)
    def steps(self, option: str | None = None) -> pd.DataFrame:
        """Those of the plan for the configured target. Raises ConfigError where there is none."""
        return self._configured.steps(option)

    @documented(FRONTIER)
    def frontier(self, option: str | None = None) -> pd.DataFrame:
        """That of the plan for the configured target. Raises ConfigError where there is none."""
        return self._configured.frontier(option)

    @documented(GAPS)
    def rank(self, by: Grain = "class") -> pd.DataFrame:
        """The gaps by module, by class and top-level function, or by function.

        Raises ConfigError for any other grain.
        """
        if by not in ("module", "class", "function"):
            raise ConfigError(f"rank: {by!r} is none of module, class, function")
        return self._frame(f"rank {by}", lambda: gaps_frame(rank_study(self.study, by)))

    def plan(
        self,
        target: Figure | None = None,
        *,
        meaning: str | None = None,
        total: str | None = None,
        confidence: Figure | None = None,
        budget: Figure | None = None,
        stretch: Figure | None = None,
        ladder: Sequence[Figure] | None = None,
        pace: Sequence[str] | str | None = None,
        by: date | None = None,
        today: date | None = None,
        junit: "str | Path | Sequence[str | Path]" = (),
    ) -> Plan:
        """The ways to a percent (12, 12.5 or "+2"), or the most for a budget in hours; the rest as on the command line.

        What is not given is taken from `[tool.gapplan]`. With reports of a test run (`junit`), mendings of what stops
        tests stand beside new ones. Raises ConfigError or InputError.
        """
        reports = tuple(str(Path.cwd() / each) for each in several(junit))
        ask = Ask(target, meaning, total, confidence, budget, stretch, ladder, pace, by, today, reports)
        return self._plan(ask, Assumed())

    def what_if(
        self,
        target: Figure | None = None,
        *,
        done: Done = (),
        skip: str | Iterable[str] = (),
        seams_free: str | Iterable[str] = (),
        budget: Figure | None = None,
        confidence: Figure | None = None,
    ) -> Plan:
        """The plan, if these tests were written, no test were planned in these files, and these seams had doubles.

        `done` names what tests are aimed at, `path:unit`, once for each test; numbers are steps of the option that is
        recommended without assumptions. They count as the forecast has them. `skip` are paths or patterns, `seams_free`
        kinds of seams. Raises ConfigError.
        """
        ask = Ask(target, budget=budget, confidence=confidence)
        tests = several(done)
        if any(not isinstance(each, str) for each in tests):
            return self._plan(ask, Assumed()).replan(tests, several(skip), several(seams_free))
        keys = tuple(place_of(str(each)) for each in tests)
        return self._plan(ask, Assumed(keys, several(skip), several(seams_free)))

    def snapshot(
        self, label: str = "", metrics: Mapping[str, float] | None = None, taken: datetime | None = None
    ) -> str:
        """Measure the project as it is now, and keep that; its key comes back. Raises InputError or ConfigError."""
        moment = (taken or datetime.now(UTC)).astimezone(UTC).strftime(TIME)
        note = Note(moment, {name: _metric(name, value) for name, value in (metrics or {}).items()}, label)
        return take_snapshot(self.study.request, self._kept_at(), note, silently).key

    def keep(self, file: str | Path) -> int:
        """Keep the snapshots of a file that `gapplan history export` wrote; how many were new. Raises InputError."""
        return import_snapshots(self._kept_at(), Path.cwd() / file)[0]

    @documented(CHANGES)
    def why(self, old: str = "@1", new: str = NOW) -> pd.DataFrame:
        """Why the total changed from one measurement to another.

        Each is `@1` (the last kept one), `@2`, .., a key, commit or label, a data file, or `now`. Raises InputError.
        """
        return changes_frame(make_change(self.study.request, self._kept_at(), old, new, _now(), silently))

    def save(self, plan: Plan, option: str | None = None) -> str:
        """Keep an option of a plan, the recommended one by default, with today's measurement; its key comes back.

        Raises ConfigError for an option without steps, or a plan with tests that are only assumed to be done.
        """
        if plan.planned.assumed.done:
            raise ConfigError("this plan takes tests for done that nothing has measured: measure, load and plan again")
        rates = self.config.wish.rates
        note = Note(_now().taken, plan_yield=rates.get("plan_yield"))
        return save_plan(self.study.request, self._kept_at(), plan.outcome, option, note, silently).key

    @documented(TASKS)
    def receipt(self, plan: str | None = None) -> pd.DataFrame:
        """What came of a kept plan, the last one by default, by now.

        Raises InputError for a plan that is not kept.
        """
        return tasks_frame(make_receipt(self.study.request, self._kept_at(), plan, _now(), silently))

    def treemap(self, colour: "Colour" = "share covered") -> "Drawing":
        """The code as a picture: the area of a module is what it misses, its colour as asked. Raises ConfigError."""
        from planner.frames.figures import draw_treemap

        places = map_code(self.measurement, self.study.code.facts, self.study.forecast().candidates)
        return draw_treemap(self.name, tuple(places), colour)

    @cached_property
    def _configured(self) -> Plan:
        return self.plan()

    def _plan(self, ask: Ask, assumed: Assumed) -> Plan:
        goal = make_goal(ask, self.config)
        return Plan(self.study, goal, plan_study(self.study, goal, assumed))

    def _frame(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = make()
        return self._frames[name].copy()

    def _place(self) -> Path | None:
        """Where snapshots are kept; None where this user has no place for them."""
        if self._store:
            return self._store
        try:
            return default_store(self.study.request.root)
        except ConfigError:
            return None

    def _kept_at(self) -> Path:
        return self._store or default_store(self.study.request.root)

    def _repr_html_(self) -> str:
        return show(self._blocks())

    def __repr__(self) -> str:
        return f"<Project {self.name}: {words.percent(self.measurement.totals)}>"

    def _blocks(self) -> Iterator[Block]:
        measured = self.measurement
        yield Heading(self.name)
        yield from todays_totals(measured)
        files = [file for file in (*measured.files, *measured.unmeasured) if file.counts.missing_points]
        missing = words.plural(measured.whole_tree.missing_points, "point")
        yield Sentence(f"{missing} missing in {words.plural(len(files), 'file')}: see .files, .gaps, .plan(target).")


def _now() -> Note:
    return Note(datetime.now(UTC).strftime(TIME))


def _metric(name: str, value: float) -> float:
    if not name.strip() or not isfinite(value):
        raise ConfigError(f"metric {name!r}: {value} is no number that can be kept under a name")
    return float(value)
