"""All that the checks may look at, as one value. Nothing in it was run, and no check reads a file by itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from planner.model.calls import WatchedCall
from planner.model.facts import ModuleFacts, Unit
from planner.model.gates import Gate, SteeringText
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.outcomes import TestOutcome
from planner.model.problem import BodyKey
from planner.model.seams import UnitKey
from planner.model.trail import Trail
from planner.settings import CoverageSettings, PytestSettings

WATCHED = (
    *("subprocess.", "os._exit", "os.exec", "os.fork", "os.spawn", "os.posix_spawn", "os.kill", "os.system"),
    *("multiprocessing.", "concurrent.futures.ProcessPoolExecutor", "asyncio.create_subprocess", "billiard."),
    *("greenlet.", "gevent.", "eventlet.", "sqlalchemy.ext.asyncio.", "threading.", "_thread."),
    *("pytest.mark.", "pytest.skip", "pytest.xfail", "pytest.importorskip"),
    *("unittest.skip", "unittest.expectedFailure", "unittest.SkipTest"),
    *("sys.settrace", "sys.setprofile", "sys.path.", "threading.settrace", "coverage.", "importlib."),
    *("signal.", "click.testing.", "runpy."),
)
"""Names whose calls are collected from product and tests, by how they begin."""

CHECKOUT_SECONDS = 60.0
"""Files of one checkout are written within a minute or so: smaller differences of time say nothing."""


@dataclass(frozen=True)
class Exam:
    """A project as the checks see it. All mappings from files are by path below the root, with forward slashes.

    `facts` are of the product, `test_facts` of tests and conftest files, both only of files that can be parsed.
    `texts` are the files that steer tools (tox.ini, noxfile.py, Makefile, workflows, pre-commit, codecov.yml), also
    pyproject.toml, setup.cfg and conftest files. `tree` are all Python files below the root. `outcomes` come from JUnit
    XML; None where none was given. `reach` tells which functions of the product tests would enter, with how likely each
    is (0 to 1), for units of test files; a class or module of one stands for its tests. `recount` counts a measured
    file anew under other settings, on the same rows. `source` is the text of a Python file, "" when it cannot be read.
    """

    project: str
    measurement: Measurement
    settings: CoverageSettings
    pytest: PytestSettings = field(default_factory=PytestSettings)
    trail: Trail = field(default_factory=Trail)
    tree: tuple[str, ...] = ()
    facts: Mapping[str, ModuleFacts] = field(default_factory=dict)
    test_facts: Mapping[str, ModuleFacts] = field(default_factory=dict)
    calls: tuple[WatchedCall, ...] = ()
    gates: tuple[Gate, ...] = ()
    texts: tuple[SteeringText, ...] = ()
    outcomes: tuple[TestOutcome, ...] | None = None
    modified: Mapping[str, float] = field(default_factory=dict)
    reach: Callable[[Iterable[UnitKey]], Mapping[BodyKey, float]] = lambda units: {}
    recount: Callable[[str, CoverageSettings], FileCoverage | Skipped | None] = lambda path, settings: None
    source: Callable[[str], str] = lambda path: ""

    @cached_property
    def product(self) -> tuple[FileCoverage, ...]:
        """Measured files of the product: those with facts."""
        return tuple(file for file in self.measurement.files if file.path in self.facts)

    @cached_property
    def measured(self) -> Mapping[str, FileCoverage]:
        """The files that the data has, by path; of several with one path the first."""
        return {file.path: file for file in reversed(self.measurement.files)}

    @cached_property
    def made(self) -> float | None:
        """When the data was made, if most measured files were written well before; else, or without data files, None.

        Where they were not, all may have come with one checkout, whose order says nothing.
        """
        if not self.trail.files:
            return None
        made = max(each.modified for each in self.trail.files)
        times = [self.modified[file.path] for file in self.measurement.files if file.path in self.modified]
        return made if sum(1 for time in times if time < made - CHECKOUT_SECONDS) * 2 > len(times) else None

    @cached_property
    def files(self) -> Mapping[str, FileCoverage]:
        """The product's files by path, measured or not."""
        outside = {file.path: file for file in self.measurement.unmeasured if file.path in self.facts}
        return outside | {file.path: file for file in self.product}

    @cached_property
    def bodies(self) -> Mapping[BodyKey, Unit]:
        """All functions and methods of the product."""
        return {(path, unit.name): unit for path, facts in self.facts.items() for unit in facts.units if unit.is_body}

    @cached_property
    def bodies_by_name(self) -> Mapping[str, BodyKey]:
        """The keys of the same by their absolute names: `shop.desk.Desk.sell`."""
        return {f"{self.facts[path].module}.{name}": (path, name) for path, name in self.bodies}

    def text_of(self, path: str) -> SteeringText | None:
        """The steering text at that path, None where there is none."""
        return next((each for each in self.texts if each.path == path), None)

    def line_of(self, path: str, needle: str) -> int | None:
        """The first line of a steering text that holds `needle`; None where none does."""
        text = self.text_of(path)
        lines = text.text.split("\n") if text else []
        return next((number for number, line in enumerate(lines, 1) if needle in line), None)
