"""From the lines of a traceback to the project's own: which file of the tree, which unit, product or test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from planner.model.blocked import Definition, Frame
from planner.model.facts import MODULE, ModuleFacts, Unit
from planner.model.seams import TestFacts, UnitKey
from planner.suite.causes.traces import Spot

_INSTALLED = ("site-packages/", "dist-packages/")
_PYTHON = ("/lib/python", "/lib64/python", "/Lib/", "<")
"""What lies behind these is Python's own or made at run time."""

_MOST_PARTS = 40


@dataclass(frozen=True)
class Evidence:
    """What is known of the project. All paths are below the root, with slashes.

    `product` and `tests` are the facts of the files that can be read, `paths` all Python files of the tree,
    `test_paths` those among them that are tests or conftest files. `fixtures` leads from test functions to the
    fixture functions that they use. `read` gives the text of a file, "" where it has none.
    """

    product: Mapping[str, ModuleFacts] = field(default_factory=dict)
    tests: Mapping[str, TestFacts] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()
    test_paths: frozenset[str] = frozenset()
    fixtures: Mapping[UnitKey, tuple[UnitKey, ...]] = field(default_factory=dict)
    read: Callable[[str], str] = lambda path: ""

    @cached_property
    def facts(self) -> Mapping[str, ModuleFacts]:
        """Of product and tests together, by path."""
        return {**self.product, **{path: each.facts for path, each in self.tests.items()}}

    @cached_property
    def files(self) -> frozenset[str]:
        return frozenset({*self.paths, *self.test_paths, *self.facts})

    @cached_property
    def packages(self) -> frozenset[str]:
        """The first parts of the names of the project's modules."""
        tops = {path.partition("/")[0].removesuffix(".py") for path in self.files}
        return frozenset({*tops, *(facts.module.partition(".")[0] for facts in self.facts.values())})

    @cached_property
    def definitions(self) -> Mapping[str, tuple[Definition, ...]]:
        """Where classes, functions and modules are defined, by the last part of their names; modules by whole name."""
        found: dict[str, list[Definition]] = {}
        for path, facts in sorted(self.facts.items()):
            found.setdefault(facts.module, []).append(Definition(facts.module, path, 1))
            for unit in facts.units:
                if unit.kind != "module":
                    found.setdefault(unit.name.rpartition(".")[2], []).append(
                        Definition(unit.name, path, unit.first_line)
                    )
        return {name: tuple(each) for name, each in found.items()}

    def find_definitions(self, name: str) -> tuple[Definition, ...]:
        """Of a module by its whole name, else of classes and functions whose names end so: `Desk.sell`, `sell`."""
        if name in self.definitions and "." in name:
            return self.definitions[name]
        last = name.rpartition(".")[2]
        return tuple(each for each in self.definitions.get(last, ()) if f".{each.name}".endswith(f".{name}"))

    def line(self, frame: Frame) -> str:
        """The source line that the frame is at, "" where it is not known."""
        lines = self.read(frame.path).split("\n")
        return lines[frame.line - 1].strip() if 0 < frame.line <= len(lines) else ""

    def is_test(self, path: str) -> bool:
        """Whether the file is a test or a conftest."""
        return path in self.tests or path in self.test_paths


class Places:
    """Finds the project's files by the paths of tracebacks, which may be of another machine; each is sought once."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._found: dict[str, str | None] = {}
        self._ends: dict[str, list[str]] = {}
        for path in sorted(evidence.files):
            parts = path.split("/")
            for start in range(len(parts)):
                self._ends.setdefault("/".join(parts[start:]), []).append(path)

    def frame(self, spot: Spot) -> Frame | None:
        """The line as one of the project's; None where it is Python's or that of an installed library."""
        path = self.path(spot.path)
        return Frame(path, spot.line, self.unit(path, spot.line)) if path else None

    def path(self, written: str) -> str | None:
        if written not in self._found:
            self._found[written] = self._find(written.replace("\\", "/"))
        return self._found[written]

    def unit(self, path: str, line: int) -> str:
        """The innermost function or class around the line, `<module>` outside of them; "" where nothing is known."""
        facts = self.evidence.facts.get(path)
        if facts is None:
            return ""
        around = [each for each in facts.units if each.first_line <= line <= each.last_line and each.kind != "module"]
        return max(around, key=_depth).name if around else MODULE

    def fixture(self, frame: Frame) -> UnitKey | None:
        """The fixture, or unittest's set-up, that the line is in."""
        facts = self.evidence.facts.get(frame.path)
        if facts is None or not self.evidence.is_test(frame.path):
            return None
        units = {unit.name: unit for unit in facts.units}
        name = frame.unit
        while name:
            if name in units and is_fixture(units[name]):
                return frame.path, name
            name = name.rpartition(".")[0]
        return None

    def _find(self, path: str) -> str | None:
        path = path.removeprefix("./")
        if path in self.evidence.files:
            return path
        for mark in _INSTALLED:
            if mark in path:
                return self._installed(path.rpartition(mark)[2])
        if any(mark in path for mark in _PYTHON):
            return None
        parts = [part for part in path.split("/") if part not in ("", ".", "..")][-_MOST_PARTS:]
        for start in range(len(parts)):
            found = self._ends.get("/".join(parts[start:]), [])
            if found:
                return found[0] if len(found) == 1 and "/".join(parts[start:]) == found[0] else self._shortest(found)
        return None

    def _shortest(self, found: list[str]) -> str | None:
        """The one that is nearest to the root, if there is one such."""
        depths = sorted((path.count("/"), path) for path in found)
        return depths[0][1] if len(depths) == 1 or depths[0][0] < depths[1][0] else None

    def _installed(self, rest: str) -> str | None:
        """The project itself may be installed beside its libraries: then module and file have the same name."""
        dotted = rest.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        return self._modules.get(dotted)

    @cached_property
    def _modules(self) -> dict[str, str]:
        return {facts.module: path for path, facts in self.evidence.product.items()}


def is_fixture(unit: Unit) -> bool:
    """Whether pytest or unittest runs the function before a test."""
    last = unit.name.rpartition(".")[2]
    if last in ("setUp", "setUpClass", "setUpModule", "asyncSetUp", "setup_method", "setup_class", "setup_module"):
        return True
    if last in ("tearDown", "tearDownClass", "tearDownModule", "asyncTearDown", "teardown_method", "setUpTestData"):
        return True
    return unit.is_body and any(each.rpartition(".")[2] in ("fixture", "yield_fixture") for each in unit.decorators)


def _depth(unit: Unit) -> tuple[int, int]:
    return unit.first_line, -unit.last_line
