"""The sources of a recorded project, as a tree or as facts kept of one: the product's facts, and the tests' code."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from planner.model.facts import ModuleFacts, Unit
from planner.model.lines import NO_LINES, Lines, line_range
from planner.model.measurement import Skipped
from planner.model.seams import TestFacts
from planner.replay.code import code_lines, written_lines
from planner.replay.data import RecordedFile, Recording
from planner.replay.stored import SUFFIX, SourcesError, Stored, read_stored, recording_digest, this_python
from planner.source import read_facts, read_test_facts

__all__ = [
    "Sources",
    "SourcesError",
    "TestFunction",
    "all_bodies",
    "find_sources",
    "find_tree",
    "outermost_bodies",
    "read_sources",
    "read_tree",
]


@dataclass(frozen=True, slots=True)
class TestFunction:
    """A function of a test file, methods and fixtures among them: its body's lines, and its lines of code."""

    __test__ = False

    first_line: int
    last_line: int
    body: Lines
    code: Lines


@dataclass(frozen=True, slots=True)
class Sources:
    """What is read of a project's sources, by path: facts of the product, and of the tests facts and functions.

    Of facts kept in a file, `root` says where the tree would lie; it need not exist.
    """

    root: Path
    facts: Mapping[str, ModuleFacts]
    tests: Mapping[str, TestFacts]
    functions: Mapping[str, tuple[TestFunction, ...]]


def find_sources(folder: Path, name: str) -> Path:
    """The kept facts `folder/NAME.facts.json.xz`, else the tree there. Raises SourcesError as `find_tree` does."""
    facts = folder / f"{name}{SUFFIX}"
    return facts if facts.is_file() else find_tree(folder, name)


def find_tree(folder: Path, name: str) -> Path:
    """`folder/NAME`, else the one `folder/NAME-VERSION`. Raises SourcesError when there is none, or several."""
    if (folder / name).is_dir():
        return folder / name
    try:
        found = sorted(each for each in folder.iterdir() if _is_version_of(name, each.name) and each.is_dir())
    except OSError as error:
        raise SourcesError(
            f"{folder}: cannot be read ({error.strerror}); give the folder that has the sources"
        ) from error
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(each.name for each in found)
        raise SourcesError(f"{folder}: several sources of {name} ({names}); leave the recorded version alone there")
    raise SourcesError(f"{folder}: no sources of {name}; unpack its source distribution there as {name}-VERSION")


def _is_version_of(name: str, folder: str) -> bool:
    return folder.startswith(f"{name}-") and folder[len(name) + 1 :][:1].isdecimal()


def read_sources(place: Path, recording: Recording) -> Sources:
    """Facts and code of every file of the recording, out of a tree or of kept facts: from both the same.

    Raises SourcesError for sources of another version, and for facts that are damaged or do not fit.
    """
    is_tree = place.is_dir()
    stored = read_tree(place, recording) if is_tree else read_stored(place, recording)
    return Sources(
        root=place if is_tree else place.with_name(stored.source),
        facts={facts.path: facts for facts in stored.facts},
        tests={test.path: test for test in stored.tests},
        functions={test.path: tuple(_functions(test.facts, stored.code[test.path])) for test in stored.tests},
    )


def read_tree(root: Path, recording: Recording) -> Stored:
    """What is kept of a source tree. Raises SourcesError for sources of another version."""
    known = frozenset(file.path for file in recording.files)
    product = [file for file in recording.files if not file.is_test]
    tests = [file for file in recording.files if file.is_test and file.path.endswith(".py")]
    facts = tuple(_product_facts(root, product, known))
    read = [each for file in tests if not isinstance(each := read_test_facts(root, file.path, known), Skipped)]
    seen = tuple(replace(test, facts=_without_text(test.facts)) for test in read)
    paths = [*(each.path for each in facts), *(each.path for each in seen)]
    sources = {path: (root / path).read_bytes() for path in paths}
    return Stored(
        source=root.name,
        python=this_python(),
        recording=recording_digest(recording),
        facts=facts,
        tests=seen,
        code={test.path: code_lines(sources[test.path]) for test in seen},
        digests={path: hashlib.sha256(source).hexdigest() for path, source in sources.items()},
    )


def _product_facts(root: Path, files: Iterable[RecordedFile], known: frozenset[str]) -> Iterator[ModuleFacts]:
    for file in files:
        facts = read_facts(root, file.path, known)
        if isinstance(facts, Skipped):
            raise SourcesError(f"{root / file.path}: {facts.reason}; the recording of this project has the file")
        if file.statements & ~written_lines((root / file.path).read_bytes()):
            raise SourcesError(f"{root / file.path}: not the version that was recorded; take that one")
        yield _without_text(facts)


def _without_text(facts: ModuleFacts) -> ModuleFacts:
    """The text of dynamic imports is the only source text in facts, and nothing in replay asks for it."""
    return replace(facts, dynamic=tuple((line, "") for line, _ in facts.dynamic))


def _functions(facts: ModuleFacts, code: Lines) -> Iterator[TestFunction]:
    """The outermost functions, with what is nested in them."""
    for unit, span in outermost_bodies(facts):
        yield TestFunction(unit.first_line, unit.last_line, span, code & line_range(unit.first_line, unit.last_line))


def outermost_bodies(facts: ModuleFacts) -> Iterator[tuple[Unit, Lines]]:
    """Functions and methods that lie in no other function, each with the lines of its body, nested units included.

    All other lines of a file are import-time.
    """
    bodies: dict[str, tuple[Unit, Lines]] = {}
    last: tuple[int, str] = 0, ""
    for unit in facts.units:
        if unit.first_line <= last[0]:
            outer, lines = bodies[last[1]]
            bodies[last[1]] = outer, lines | unit.lines
        elif unit.is_body:
            key = f"{unit.name}:{unit.first_line}"
            bodies[key] = unit, unit.lines
            last = unit.last_line, key
    yield from bodies.values()


def all_bodies(facts: ModuleFacts) -> Lines:
    """The lines of all those bodies together."""
    lines = NO_LINES
    for _, each in outermost_bodies(facts):
        lines |= each
    return lines
