"""A recorded project ready for replay: what each test covers and costs, as sets of lines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from planner.model.facts import lines_of_units
from planner.model.lines import Lines
from planner.replay.data import PHASES, RecordedTest, Recording, read_recording
from planner.replay.layout import Layout, Packed, lay_out
from planner.replay.sources import Sources, all_bodies, find_sources, read_sources
from planner.replay.state import Code, Grain, Item


@dataclass(frozen=True, slots=True)
class Test:
    """One test function: the statements it covers, and the lines of test code it needs, fixtures and helpers too."""

    __test__ = False

    name: str
    file: str
    lines: Packed
    code: Packed


@dataclass(frozen=True, eq=False)
class Project:
    """Tests in source order over the files of the product. `collected` is what collecting a test file runs."""

    name: str
    root: Path
    modules: Mapping[str, str]
    layout: Layout
    statements: Packed
    bodies: Packed
    tests: tuple[Test, ...]
    collected: Mapping[str, Packed]
    code: Layout
    sources: Sources

    @cached_property
    def code_facts(self) -> Code:
        """The product's code as planners see it."""
        return Code(self.sources.facts)

    @cached_property
    def full(self) -> Packed:
        """What the whole suite covers."""
        return self.covered_by(self.tests)

    def covered_by(self, tests: Iterable[Test]) -> Packed:
        """The union of the tests and of what collecting their files runs."""
        covered, seen = 0, set()
        for test in tests:
            covered |= test.lines
            if test.file not in seen:
                seen.add(test.file)
                covered |= self.collected.get(test.file, 0)
        return covered

    def added_by(self, number: int) -> Packed:
        """What putting a test back covers: its own statements, and what collecting its file runs."""
        test = self.tests[number]
        return test.lines | self.collected.get(test.file, 0)

    def code_of(self, numbers: Iterable[int]) -> Packed:
        """The test code that these tests use together."""
        code = 0
        for number in numbers:
            code |= self.tests[number].code
        return code

    @cached_property
    def by_grain(self) -> Mapping[Grain, tuple[Item, ...]]:
        """All items of either grain, by path and line."""
        return {"module": tuple(self._modules()), "class": tuple(self._classes())}

    def _modules(self) -> Iterator[Item]:
        for path in self.layout.places:
            yield Item((path, ""), self.layout.take(path, self.statements))

    def _classes(self) -> Iterator[Item]:
        for path, facts in self.sources.facts.items():
            statements = self.layout.take(path, self.statements & self.bodies)
            for target in dict.fromkeys(unit.target for unit in facts.units if unit.kind != "module"):
                units = [unit for unit in facts.units if unit.target == target]
                if lines := lines_of_units(units) & statements:
                    yield Item((path, target), lines)


def read_project(data: Path, sources: Path) -> Project:
    """The project recorded at `data`, with the sources found in the folder `sources`.

    Raises RecordingError or SourcesError in one line.
    """
    recording = read_recording(data)
    return make_project(recording, read_sources(find_sources(sources, recording.name), recording))


def make_project(recording: Recording, sources: Sources) -> Project:
    """The project of a recording and its sources; tests that did not pass or ran nothing are left out."""
    product = [file for file in recording.files if not file.is_test]
    layout = lay_out((file.path, file.statements) for file in product)
    maker = _Maker(recording, sources, layout, lay_out(_test_code(sources)))
    statements = layout.pack({file.path: file.statements for file in product})
    tests = (maker.test(each) for each in sorted(recording.tests, key=_source_order) if each.has_passed)
    return Project(
        name=recording.name,
        root=sources.root,
        modules={file.path: file.module for file in product},
        layout=layout,
        statements=statements,
        bodies=statements & layout.pack({path: all_bodies(facts) for path, facts in sources.facts.items()}),
        tests=tuple(test for test in tests if test.lines),
        collected={path: maker.packed(rows) for path, rows in recording.collected.items()},
        code=maker.code,
        sources=sources,
    )


def _source_order(test: RecordedTest) -> tuple[str, int, str]:
    return test.code_file, test.code_line, test.name


def _test_code(sources: Sources) -> Iterator[tuple[str, Lines]]:
    for path, functions in sources.functions.items():
        code = 0
        for function in functions:
            code |= function.code
        yield path, code


@dataclass(frozen=True)
class _Maker:
    """Turns recorded rows into packed lines."""

    recording: Recording
    sources: Sources
    layout: Layout
    code: Layout

    @cached_property
    def paths(self) -> Mapping[int, str]:
        return {file.number: file.path for file in self.recording.files}

    @cached_property
    def statements(self) -> Mapping[int, Lines]:
        return {file.number: file.statements for file in self.recording.files}

    @cached_property
    def closures(self) -> Mapping[str, Packed]:
        """Path -> what a fresh process runs when it imports the file's module."""
        imports = {module: self.packed(rows) for module, rows in self.recording.imports.items()}
        return {file.path: imports.get(file.module, 0) for file in self.recording.files if not file.is_test}

    def packed(self, rows: Mapping[int, Lines]) -> Packed:
        """Rows of the product as statements that ran."""
        return self.layout.pack({self.paths[number]: bits & self.statements[number] for number, bits in rows.items()})

    def test(self, test: RecordedTest) -> Test:
        rows = [self.recording.ran.get(context, {}) for context in _contexts(test)]
        lines = 0
        for each in rows:
            lines |= self.packed(each)
        for path in self.layout.files_in(lines):
            lines |= self.closures[path]
        return Test(test.name, test.file, lines, self._code(test, rows))

    def _code(self, test: RecordedTest, rows: Iterable[Mapping[int, Lines]]) -> Packed:
        """The code of the test function, and of every function of the test files that it enters."""
        entered: dict[str, Lines] = {}
        for each in rows:
            for number, bits in each.items():
                entered[self.paths[number]] = entered.get(self.paths[number], 0) | bits
        code = 0
        for path, functions in self.sources.functions.items():
            ran = entered.get(path, 0)
            own = test.code_line if path == test.code_file else -1
            for function in functions:
                if function.body & ran or function.first_line == own:
                    code |= self.code.put(path, function.code)
        return code


def _contexts(test: RecordedTest) -> Iterator[str]:
    yield from (f"T|{test.name}|{phase}" for phase in PHASES)
    yield from (f"F|{each.name}" for each in test.fixtures if each.scope != "function")
