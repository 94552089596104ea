"""Large corpora with coverage data to measure speed on: real packages from the registry, lines that seeded chance runs.

    python tests/benchmarks/corpora.py FOLDER [--only NAME ...]

Makes, for the Python that runs it, FOLDER/VERSION/NAME with

- tree/       the packages' Python files, from their wheels (pip fetches them; nothing is installed or run)
- lines, branches, contexts   coverage data files of the same tests, made through coverage.py's own `CoverageData`
- corpus.json  packages, files, lines

A wheel is what people measure: the product without its tests. The data is what a suite of 2,000 tests could leave: all
module-level lines run, 45 % of functions are entered, each by one to sixteen tests; a function that is entered runs
whole or loses the blocks below some of its conditions. The three files of a corpus hold the same lines. What is there
already is used again. Needs `coverage` and pip.
"""

import argparse
import ast
import json
import random
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from coverage import CoverageData
from coverage.exceptions import CoverageException
from coverage.parser import PythonParser

SEED = 11
CONTEXTS = 2000
ENTERED = 0.45
"""Share of functions that any test enters."""

SKIPPED_BLOCK = 0.25
"""Share of conditions of an entered function whose block no test runs."""

MOST_TESTS_OF_A_FUNCTION = 16
KINDS = ("lines", "branches", "contexts")

VERSION = ".".join(map(str, sys.version_info[:2]))

Arc = tuple[int, int]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Recipe:
    """Pinned packages that make one corpus, and the oldest Python that they are for."""

    name: str
    packages: tuple[tuple[str, str], ...]
    oldest: tuple[int, int] = (3, 11)


RECIPES = (
    Recipe("django", (("Django", "5.1.4"),)),
    Recipe("three", (("SQLAlchemy", "2.0.36"), ("celery", "5.4.0"), ("ansible-core", "2.18.1"))),
    Recipe("homeassistant", (("homeassistant", "2025.4.4"),), (3, 13)),
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was made: where it lies and how large it is; `files` are those with data, `lines` all lines of text."""

    name: str
    packages: tuple[str, ...]
    files: int
    lines: int


@dataclass(frozen=True, slots=True)
class Ran:
    """What ran of one file: outside of functions, by everybody, and of each entered function, by some tests."""

    module: frozenset[int]
    functions: tuple[tuple[frozenset[int], tuple[int, ...]], ...]
    arcs: frozenset[Arc]

    @property
    def lines(self) -> set[int]:
        return set(self.module).union(*(lines for lines, _ in self.functions))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the corpora go")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this corpus; may be repeated")
    options = parser.parse_args()
    for recipe in RECIPES:
        if (not options.only or recipe.name in options.only) and recipe.oldest <= sys.version_info[:2]:
            print(json.dumps(asdict(make_corpus(recipe, options.folder.resolve()))), flush=True)
    return 0


def make_corpus(recipe: Recipe, folder: Path) -> Corpus:
    """The corpus below the folder; made where it is not there yet, by its seed."""
    place = folder / VERSION / recipe.name
    if not (place / "corpus.json").is_file():
        shutil.rmtree(place, ignore_errors=True)
        for name, version in recipe.packages:
            unpack_wheel(fetch_wheel(name, version, folder / VERSION / "wheels"), place / "tree")
        add_data_to(place, recipe.name, *(f"{name} {version}" for name, version in recipe.packages))
    return Corpus(**json.loads((place / "corpus.json").read_text("utf-8")))


def fetch_wheel(name: str, version: str, folder: Path) -> Path:
    """The package's wheel, alone."""
    place = folder / f"{name}-{version}"
    if not list(place.glob("*.whl")):
        command = ["pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(place)]
        subprocess.run([sys.executable, "-m", *command, f"{name}=={version}"], check=True)
    return next(place.glob("*.whl"))


def unpack_wheel(wheel: Path, tree: Path) -> None:
    """Its Python files, below the tree."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tree, [name for name in archive.namelist() if name.endswith(".py")])


def add_data_to(place: str | Path, name: str, *packages: str) -> None:
    """Data files of all kinds for the tree of the place, and, when that is done, what they speak of."""
    place = Path(place)
    tree = place / "tree"
    ran: dict[str, Ran] = {}
    lines = 0
    for path in sorted(tree.rglob("*.py")):
        found = _run(path, path.relative_to(tree).as_posix())
        if found:
            ran[str(path)] = found
            lines += path.read_bytes().count(b"\n")
    for kind in KINDS:
        _write(place / kind, kind, ran)
    (place / "corpus.json").write_text(json.dumps(asdict(Corpus(name, packages, len(ran), lines))), "utf-8")


def _run(path: Path, name: str) -> Ran | None:
    """What ran of a file; None where coverage.py cannot parse it."""
    chance = random.Random(f"{SEED} {name}")
    try:
        text = path.read_text("utf-8")
        parser = PythonParser(text=text, filename=str(path))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parser.parse_source()
            tree = ast.parse(text)
            arcs = parser.arcs()
    except (CoverageException, SyntaxError, ValueError, RecursionError, AssertionError):
        return None
    statements = parser.statements
    functions = list(_functions(tree))
    inner = {line for function in functions for line in _body(function)}
    entered = [
        (frozenset(lines), _tests(chance))
        for function in functions
        if chance.random() < ENTERED and (lines := _entered(function, statements, chance))
    ]
    module = frozenset(statements - inner)
    found = set(module).union(*(lines for lines, _ in entered))
    kept = frozenset(arc for arc in arcs if all(end < 0 or end in found for end in arc) and max(arc) > 0)
    return Ran(module, tuple(entered), _reaching(kept, found, arcs))


def _reaching(kept: frozenset[Arc], found: set[int], arcs: Iterable[Arc]) -> frozenset[Arc]:
    """The arcs, so that each line that ran has one: coverage.py reads lines from arcs where there are arcs."""
    ended = {end for arc in kept for end in arc if end > 0}
    return kept | {(-1, line) for line in found - ended} | {arc for arc in arcs if arc[1] < 0 and arc[0] in found}


def _functions(tree: ast.Module) -> Iterator[Function]:
    """Functions that stand in no other one; a nested one runs with that around it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif not isinstance(node, ast.expr):
            waiting += ast.iter_child_nodes(node)


def _body(function: Function) -> range:
    return range(function.body[0].lineno, (function.end_lineno or 0) + 1)


def _entered(function: Function, statements: set[int], chance: random.Random) -> set[int]:
    lines = statements.intersection(_body(function))
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.ExceptHandler) and chance.random() < SKIPPED_BLOCK:
            lines.difference_update(range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1))
    return lines


def _tests(chance: random.Random) -> tuple[int, ...]:
    """Numbers of the tests that enter a function: half of them few, as in real suites."""
    most = chance.choice((1, 2, 4, MOST_TESTS_OF_A_FUNCTION))
    return tuple(chance.sample(range(CONTEXTS), most))


def _write(file: Path, kind: str, ran: Mapping[str, Ran]) -> None:
    file.unlink(missing_ok=True)
    data = CoverageData(str(file))
    if kind == "lines":
        data.add_lines({path: sorted(each.lines) for path, each in ran.items()})
    elif kind == "branches":
        data.add_arcs({path: sorted(each.arcs) for path, each in ran.items()})
    else:
        for context, lines in _by_context(ran):
            data.set_context(context)
            data.add_lines(lines)
    data.write()
    data.close()


def _by_context(ran: Mapping[str, Ran]) -> Iterator[tuple[str, Mapping[str, Sequence[int]]]]:
    """Context -> the lines that ran in it, by file: imports in "", the tests in names as pytest-cov writes them."""
    yield "", {path: sorted(each.module) for path, each in ran.items()}
    by_test: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for path, each in ran.items():
        for lines, tests in each.functions:
            for test in tests:
                by_test[test][path] |= lines
    for test, found in sorted(by_test.items()):
        name = f"tests/test_part{test // 20}.py::test_case_{test}|run"
        yield name, {path: sorted(lines) for path, lines in found.items()}


if __name__ == "__main__":
    sys.exit(main())
