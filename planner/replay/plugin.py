"""pytest plugin: names the context of every line that a suite runs, and lists its tests.

Runs inside the project's own interpreter, as a copy: it needs pytest (7 or later) and nothing of gapplan. gapplan
itself never imports it. Python 3.8 or later.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Callable, Iterator  # noqa: UP035  (Python 3.8 has no other place for them)

import pytest

if TYPE_CHECKING:
    from planner.replay.collect.inside import TestRow


class Suite:
    """The hooks of one run.

    `switch` names the context from now on; `tell` hears how many tests are done, and of how many.
    """

    def __init__(self, root: str, switch: Callable[[str], object], tell: Callable[[int, int], None]) -> None:
        self.root = root
        self.rows: dict[str, TestRow] = {}
        self.errors: dict[str, str] = {}
        self._switch = switch
        self._tell = tell
        self._contexts = [""]
        self._fids: dict[str, str] = {}
        self._done = 0
        self._told = 0.0

    # Plugins that would run tests elsewhere, in another order, or trace them too are told to do nothing, not left
    # out: `-p no:xdist` and its like make pytest refuse the options that the project's configuration gives them.

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Iterator[None]:
        """pytest-cov looks at its options here."""
        early_config.known_args_namespace.no_cov = True
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Iterator[None]:
        """pytest-xdist looks at its options here, pytest-randomly later. The first failure ends no run."""
        quiet = {"numprocesses": 0, "dist": "no", "tx": [], "randomly_reorganize": False, "maxfail": 0}
        for name, value in quiet.items():
            if hasattr(config.option, name):
                setattr(config.option, name, value)
        yield

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the last line of why a file cannot be collected."""
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
            self.errors[report.nodeid] = lines[-1].strip() if lines else "not collected"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """List the tests that are going to run."""
        for item in session.items:
            fid = _function_id(item)
            self._fids[item.nodeid] = fid
            row = self.rows.setdefault(fid, self._row(fid, item))
            row["nparams"] += 1
            self._add_fixtures(row, item)

    def _row(self, fid: str, item: pytest.Item) -> TestRow:
        parts = fid.split("::")
        path, line, _ = item.location
        return {
            "fid": fid,
            "file": parts[0],
            "cls": "::".join(parts[1:-1]) or None,
            "func": parts[-1],
            "nparams": 0,
            "code_file": self._relative(os.path.join(str(item.config.rootpath), path)),
            "code_line": (line or 0) + 1,
            "fixtures": [],
            "outcomes": {},
            "dur": 0.0,
        }

    def _relative(self, path: str) -> str:
        """Below the root, from `site-packages` on, or the bare name: no path names the machine."""
        inside = os.path.relpath(os.path.realpath(path), self.root).replace(os.sep, "/")
        if not inside.startswith("../") and not os.path.isabs(inside):
            return inside
        _, found, after = inside.rpartition("site-packages/")
        return found + after if found else inside.rpartition("/")[2]

    def _add_fixtures(self, row: TestRow, item: pytest.Item) -> None:
        known = {name for name, _, _, _ in row["fixtures"]}
        for definition in _fixtures_of(item):
            name = _fixture_name(definition)
            code = getattr(definition.func, "__code__", None)
            if name not in known:
                known.add(name)
                path = self._relative(code.co_filename) if code else ""
                row["fixtures"].append((name, str(definition.scope), path, code.co_firstlineno if code else 0))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Fixtures of function scope run here, and shared ones on first use."""
        self._enter(f"T|{self._fids[item.nodeid]}|setup")
        yield
        self._leave()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """The test itself."""
        self._enter(f"T|{self._fids[item.nodeid]}|run")
        yield
        self._leave()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        """What the test asked for while it ran (`getfixturevalue`) is known now."""
        fid = self._fids[item.nodeid]
        self._add_fixtures(self.rows[fid], item)
        self._enter(f"T|{fid}|teardown")
        yield
        self._leave()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        """A shared fixture has a context of its own: neither its first user pays for it nor its last.

        Finalizers run last in, first out, so the fixture's own lies between these two.
        """
        if fixturedef.scope == "function":
            yield
            return
        context = f"F|{_fixture_name(fixturedef)}"
        fixturedef.addfinalizer(lambda: self._leave(context))
        self._enter(context)
        yield
        self._leave()
        fixturedef.addfinalizer(lambda: self._enter(context))

    def _enter(self, context: str) -> None:
        self._contexts.append(context)
        self._switch(context)

    def _leave(self, context: str | None = None) -> None:
        """Back to the context before; not out of a context that was never entered, as after a failed setup."""
        if len(self._contexts) > 1 and context in (None, self._contexts[-1]):
            self._contexts.pop()
            self._switch(self._contexts[-1])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase's outcome, in pytest's own words, and its seconds."""
        row = self.rows[self._fids[report.nodeid]]
        row["dur"] += report.duration
        if outcome := _outcome(report):
            row["outcomes"][outcome] = row["outcomes"].get(outcome, 0) + 1
        if report.when == "teardown":
            self._done += 1
            self._tell_in_time()

    def _tell_in_time(self) -> None:
        if time.monotonic() - self._told > 1:
            self._told = time.monotonic()
            self._tell(self._done, len(self._fids))


def _function_id(item: pytest.Item) -> str:
    """The node id without parameters. A name may have brackets of its own, so they are not just cut off."""
    name = getattr(item, "originalname", None) or item.name
    return f"{item.parent.nodeid}::{name}" if item.parent else item.nodeid


def _fixture_name(definition: pytest.FixtureDef[object]) -> str:
    return f"{definition.baseid}::{definition.argname}"


def _fixtures_of(item: pytest.Item) -> Iterator[pytest.FixtureDef[object]]:
    """The closure of what a test asks for; of fixtures that override each other, those that are used."""
    info = getattr(item, "_fixtureinfo", None)
    if info is not None:
        for name in info.names_closure:
            yield from _used(info.name2fixturedefs.get(name, ()))
    request = getattr(item, "_request", None)
    yield from (each for each in getattr(request, "_fixture_defs", {}).values() if hasattr(each, "baseid"))


def _used(definitions: tuple[pytest.FixtureDef[object], ...]) -> Iterator[pytest.FixtureDef[object]]:
    """The last one wins; one that asks for its own name gets the one before."""
    for definition in reversed(tuple(definitions)):
        yield definition
        if definition.argname not in definition.argnames:
            return


def _outcome(report: pytest.TestReport) -> str:
    """Nothing for a phase that has nothing of its own to say."""
    is_expected = hasattr(report, "wasxfail")
    if report.skipped:
        return "xfailed" if is_expected else "skipped"
    if report.when == "call":
        return "xpassed" if is_expected and report.passed else str(report.outcome)
    return "error" if report.failed else ""
