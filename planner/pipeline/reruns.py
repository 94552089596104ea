"""Which tests run again when a cause is mended, what they would enter, and the imports that only run then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from planner.forecast.rerun import Batch, Stopped, imports_again
from planner.forecast.unblock import Rerun
from planner.graph.closure import Closures, import_closures
from planner.model.blocked import BlockedTest, Cause
from planner.model.facts import MODULE
from planner.model.inventory import CollectedTest
from planner.model.measurement import FileCoverage, Measurement
from planner.model.outcomes import Phase
from planner.model.problem import BodyKey
from planner.model.seams import UnitKey
from planner.pipeline.entered import Entered
from planner.pipeline.shared import Code, product
from planner.suite.collection import conftests_above

TestName = tuple[str, str]
"""Scope and name of a test case in a report."""

_BEFORE_CALL: frozenset[Phase] = frozenset({"collection", "setup"})
"""What ends in these has run nothing of the test itself."""


@dataclass(frozen=True)
class Reruns:
    """Makes the reruns of causes. `phases` are those in which tests ended; each is looked up once.

    `collected` are the tests that are written in the tree, by their runners' rules.
    """

    code: Code
    measured: Measurement | None
    phases: Mapping[TestName, Phase]
    collected: tuple[CollectedTest, ...]
    entered: Entered
    _reached: dict[UnitKey, Mapping[BodyKey, float]] = field(default_factory=dict)
    _near: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, causes: Iterable[Cause]) -> list[Rerun]:
        """One for each cause."""
        return [self._rerun(cause) for cause in causes]

    def _rerun(self, cause: Cause) -> Rerun:
        counted: dict[tuple[UnitKey, Stopped], int] = {}
        for blocked in cause.tests:
            for key, cases in self._tests(blocked):
                group = key, self._stopped(cause, blocked)
                counted[group] = counted.get(group, 0) + cases
        tests = sum(counted.values())
        return Rerun(
            cause=cause,
            tests=tests,
            uncounted=tests - cause.tests_blocked,
            batches=[self._batch(key, count, stopped) for (key, stopped), count in counted.items()],
            imports=self._imports(cause),
        )

    def _stopped(self, cause: Cause, blocked: BlockedTest) -> Stopped:
        phase = self._phase(blocked)
        if phase in _BEFORE_CALL:
            return "before"
        return "on the way" if phase == "call" and cause.kind != "assertion" else "at the end"

    def _phase(self, blocked: BlockedTest) -> Phase:
        return self.phases.get((blocked.scope, blocked.name), "call")

    def _tests(self, blocked: BlockedTest) -> Iterable[tuple[UnitKey, int]]:
        """The test itself; in place of a file or class the tests that are written in it, with their cases."""
        key = blocked.path or "", blocked.unit or ""
        inside = self._inside.get(key) if self._phase(blocked) in _BEFORE_CALL else None
        return inside or [(key, 1)]

    @cached_property
    def _inside(self) -> Mapping[UnitKey, list[tuple[UnitKey, int]]]:
        """Test file (its module level) or class -> the tests in it."""
        found: dict[UnitKey, list[tuple[UnitKey, int]]] = {}
        for test in self.collected:
            owner = test.name.rpartition(".")[0]
            for around in {MODULE, *([owner] if owner else [])}:
                found.setdefault((test.path, around), []).append((test.written, test.cases))
        return found

    def _batch(self, key: UnitKey, tests: int, stopped: Stopped) -> Batch:
        if self.measured is None:
            return Batch(tests, {})
        if key not in self._reached:
            self._reached[key] = self.entered([key])
        return Batch(tests, self._reached[key], self._imported(key[0]), stopped)

    def _imported(self, path: str) -> frozenset[str]:
        """The files of the product that a test file and the conftest files above it import."""
        if path not in self._near:
            modules = [self.code.tests[each].facts.module for each in (path, *conftests_above(path)) if self._has(each)]
            files = {file for module in modules for file in self._closures.of(module).files}
            self._near[path] = frozenset(files & self.code.facts.keys())
        return self._near[path]

    def _has(self, path: str) -> bool:
        return path in self.code.tests

    @cached_property
    def _closures(self) -> Closures:
        return import_closures([*self.code.facts.values(), *(each.facts for each in self.code.tests.values())])

    @cached_property
    def _files(self) -> Mapping[str, FileCoverage]:
        return {file.path: file for file in product(self.measured)} if self.measured else {}

    def _imports(self, cause: Cause) -> dict[str, int]:
        """Points of import-time lines that only the test files run that could not be imported."""
        paths = {each.path for each in cause.tests if each.path and self._phase(each) == "collection"}
        files = {file for path in paths for file in self._imported(path)}
        return imports_again((self._files[path] for path in sorted(files) if path in self._files), self.code.facts)
