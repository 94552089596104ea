"""Puts hidden tests back, one for each step that a planner asks for, and keeps the account of gain and effort."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.model.lines import Lines
from planner.model.measurement import FileCoverage
from planner.model.problem import BodyKey
from planner.model.seams import TestFacts
from planner.replay.layout import Packed
from planner.replay.project import Project
from planner.replay.seen import existing_tests, measured_files
from planner.replay.splits import Split
from planner.replay.state import Grain, Item, Planner, Receipt, State, Step

Executor = Literal["realistic", "optimistic"]
"""Which test a step gets: the first in source order that adds a statement of the item, or the one with most own
statements per line of test code."""

EXECUTORS: tuple[Executor, ...] = ("realistic", "optimistic")

Candidate = tuple[int, Lines]
"""A hidden test by number, and the missing statements of the item that it covers."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A split at one grain, before the first step: the items that hidden tests add to, and which tests these are.

    `paid` is the test code that the kept tests use.
    """

    project: Project
    split: Split
    items: tuple[Item, ...]
    waiting: Mapping[BodyKey, tuple[Candidate, ...]]
    paid: Packed
    files: Mapping[str, FileCoverage]
    tests: tuple[TestFacts, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A test that was put back: for which item, how many statements it added, what lines of test code it cost.

    `step` is the number of the planner's step, from 1; steps that found no test left cost nothing and are not here.
    """

    key: BodyKey
    test: int
    gain: int
    effort: int
    step: int


def prepare(project: Project, split: Split, grain: Grain) -> Ground:
    """The split, ready for any number of runs."""
    waiting: dict[BodyKey, tuple[Candidate, ...]] = {}
    items = project.by_grain[grain]
    missing = {item.key: project.layout.take(item.key[0], ~split.present) & item.lines for item in items}
    by_path = {path: _running(project, split, path) for path in project.layout.places}
    for item in items:
        found = ((number, lines & missing[item.key]) for number, lines in by_path[item.key[0]])
        waiting[item.key] = tuple((number, own) for number, own in found if own)
    paid = project.code_of(split.kept)
    return Ground(
        project=project,
        split=split,
        items=tuple(item for item in items if waiting[item.key]),
        waiting={key: tests for key, tests in waiting.items() if tests},
        paid=paid,
        files=measured_files(project, split.present),
        tests=existing_tests(project, paid),
    )


def _running(project: Project, split: Split, path: str) -> list[Candidate]:
    """The hidden tests that run anything of the file, with what they run."""
    found = ((number, project.layout.take(path, project.tests[number].lines)) for number in split.hidden)
    return [(number, lines) for number, lines in found if lines]


@dataclass(slots=True)
class Run:
    """A split in the middle of a plan. `waiting` are the tests that may still add to each item, in source order."""

    ground: Ground
    executor: Executor
    present: Packed
    paid: Packed
    waiting: dict[BodyKey, list[Candidate]]
    places: dict[BodyKey, Item]
    finished: set[BodyKey] = field(default_factory=set)
    efforts: dict[int, int] = field(default_factory=dict)
    files: Mapping[str, FileCoverage] = field(default_factory=dict)
    written: list[Receipt] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return all(key in self.finished for key in self.waiting)

    def state(self) -> State:
        """What a planner sees now."""
        project, ground = self.ground.project, self.ground
        is_first = self.paid == ground.paid and self.present == ground.split.present
        self.files = ground.files if is_first else measured_files(project, self.present, self.files)
        tests = ground.tests if is_first else existing_tests(project, self.paid)
        written = tuple(self.written)
        return State(project.code_facts, self.files, tests, ground.items, frozenset(self.finished), written)

    def find_test(self, key: BodyKey) -> int | None:
        """The test that a step at the item gets now; None when none adds to it, and the item is done."""
        tests = self.waiting.get(key, []) if key not in self.finished else []
        missing = self.missing(key) if tests else 0
        if self.executor == "realistic":
            while tests and not tests[-1][1] & missing:
                tests.pop()
        else:
            tests[:] = [each for each in tests if each[1] & missing]
        if not tests:
            self.finished.add(key)
            return None
        return tests[-1][0] if self.executor == "realistic" else self._best(tests, missing)

    def missing(self, key: BodyKey) -> Lines:
        """The statements of the item that are missing now."""
        return self.ground.project.layout.take(key[0], ~self.present) & self.places[key].lines

    def _best(self, tests: list[Candidate], missing: Lines) -> int:
        """Ties go to the first in source order."""
        ratios = [((own & missing).bit_count() / self.effort_of(number), -number) for number, own in tests]
        return -max(ratios)[1]

    def gain_of(self, number: int) -> int:
        """The statements that the test would add now."""
        return (self.ground.project.added_by(number) & ~self.present).bit_count()

    def effort_of(self, number: int) -> int:
        """The lines of test code that the test would cost now, at least 1."""
        if number not in self.efforts:
            self.efforts[number] = max(1, (self.ground.project.tests[number].code & ~self.paid).bit_count())
        return self.efforts[number]

    def put_back(self, number: int, key: BodyKey, step: int) -> Done:
        """The test is part of the suite from now on, and its code is paid for."""
        done = Done(key, number, self.gain_of(number), self.effort_of(number), step)
        self.present |= self.ground.project.added_by(number)
        self.paid |= self.ground.project.tests[number].code
        self.efforts.clear()
        self.written.append(Receipt(key, done.gain, done.effort))
        return done


def start(ground: Ground, executor: Executor = "realistic", *, only: BodyKey | None = None) -> Run:
    """A run before its first step; with `only`, of one item alone."""
    return Run(
        ground=ground,
        executor=executor,
        present=ground.split.present,
        paid=ground.paid,
        waiting={key: list(reversed(tests)) for key, tests in ground.waiting.items() if only in (None, key)},
        places={item.key: item for item in ground.items},
    )


def follow(planner: Planner, run: Run) -> Iterator[Done]:
    """Follow the planner until it has no more steps, or nothing is left to gain: each test as it is put back."""
    return _follow_list(planner, run) if planner.mode == "plan" else _follow_answers(planner, run)


def _follow_list(planner: Planner, run: Run) -> Iterator[Done]:
    return follow_steps(planner.choose(run.state()), run)


def follow_steps(steps: Iterable[Step], run: Run) -> Iterator[Done]:
    """Follow a list of steps."""
    for number, step in enumerate(steps, 1):
        test = run.find_test(step.key)
        if test is not None:
            yield run.put_back(test, step.key, number)
        elif run.is_over:
            return


def _follow_answers(planner: Planner, run: Run) -> Iterator[Done]:
    """A planner that names an item which is done has nothing better to say, and ends."""
    count = 0
    while step := next(iter(planner.choose(run.state())), None):
        if step.key in run.finished:
            return
        test = run.find_test(step.key)
        if test is not None:
            count += 1
            yield run.put_back(test, step.key, count)


def follow_oracle(run: Run) -> Iterator[Done]:
    """Hindsight: the step with most statements per line of test code now, over all items. No planner can know it."""
    count = 0
    while True:
        tests = ((key, test) for key in run.waiting if (test := run.find_test(key)) is not None)
        best = max(((run.gain_of(test) / run.effort_of(test), key, test) for key, test in tests), default=None)
        if best is None:
            return
        count += 1
        yield run.put_back(best[2], best[1], count)
