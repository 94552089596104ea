"""The story of an inventory: read what the tests say of themselves, and put it beside the code and the data."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from planner.errors import NoDataError
from planner.measure import Progress, Request, Taken, is_test_path
from planner.measure.contexts import read_contexts
from planner.measure.tree import NOT_PRODUCT, SourceTree, source_roots
from planner.model.inventory import Inventory
from planner.model.measurement import Skipped
from planner.model.suite import SuiteFacts
from planner.pipeline.entered import Entered
from planner.pipeline.reading import open_files
from planner.pipeline.shared import Code, measure_project, product
from planner.settings import read_coverage_settings
from planner.settings.collection import CollectionSettings, read_collection_settings
from planner.source.kinds import FACTS, SUITES
from planner.suite.collection import Collection
from planner.suite.fixtures import fixtures_used
from planner.suite.inventory import Data, Sight, take_inventory

_DATA_FILE = "coverage data"
"""The kind of an input that may have contexts; reports have none."""

_MOST_ROUNDS = 5
"""Plugins that name plugins, and bases of bases, are followed so far."""


def make_inventory(request: Request, progress: Progress) -> Inventory:
    """The tests of a project, beside its coverage data where there is some.

    Raises InputError or ConfigError, one line each, for data that was given and cannot be read.
    """
    code, data = _code_and_data(request, progress)
    settings = read_collection_settings(request.root)
    suites, unread = _read(code, settings)
    classes = {f"{facts.module}.{unit.name}": unit.bases for facts in code.facts.values() for unit in facts.units}
    tests = {path: each.facts for path, each in code.tests.items()}
    entered = Entered(code.facts, tests, fixtures_used(suites))
    return take_inventory(
        Sight(
            project=request.root.name,
            collection=Collection(suites, settings, classes),
            product=code.facts,
            tests=tests,
            reached=entered.reached_by_calls,
            with_fixtures=entered.reached,
            data=data,
            unread=unread,
        )
    )


def read_suite(code: Code) -> Mapping[str, SuiteFacts]:
    """What each test file and conftest says of its tests, by path; those that cannot be read are left out."""
    return _read(code, read_collection_settings(code.request.root))[0]


def entered_by_tests(code: Code) -> Entered:
    """What tests would enter, by calls in product and tests and by the fixtures that pytest runs for each test."""
    tests = {path: each.facts for path, each in code.tests.items()}
    return Entered(code.facts, tests, fixtures_used(read_suite(code)))


# Reading


def _read(code: Code, settings: CollectionSettings) -> tuple[dict[str, SuiteFacts], tuple[Skipped, ...]]:
    """All test files and those that pytest's own patterns name; also files of the product that tests build on."""
    wanted = [path for path in code.tree.files if is_test_path(path) or _is_named(path, settings.files)]
    modules = {facts.module: path for path, facts in code.facts.items()}
    found: dict[str, SuiteFacts | Skipped] = {}
    for _ in range(_MOST_ROUNDS):
        read = code.files.read(SUITES, wanted)
        found |= read
        named = {*settings.plugins, *(name for each in found.values() for name in _built_on(each))}
        wanted = sorted({modules[name] for name in named if name in modules} - found.keys())
        if not wanted:
            break
    suites = {path: each for path, each in found.items() if isinstance(each, SuiteFacts)}
    return suites, tuple(each for each in found.values() if isinstance(each, Skipped))


def _built_on(suite: SuiteFacts | Skipped) -> Iterator[str]:
    """Modules that a test file uses as plugins, or takes base classes of its tests from."""
    if isinstance(suite, SuiteFacts):
        yield from suite.plugins
        yield from (base.rpartition(".")[0] for each in suite.written for base in each.bases)


def _is_named(path: str, patterns: Iterable[str]) -> bool:
    name = path.rpartition("/")[2]
    return any(fnmatchcase(path if "/" in each else name, each) for each in patterns)


def _code_and_data(request: Request, progress: Progress) -> tuple[Code, Data]:
    """The product as it was measured; without any data, as the tree has it. Data that was asked for must be there."""
    try:
        taken, code = measure_project(request, progress)
    except NoDataError as error:
        return _unmeasured(request, progress), Data(reason=str(error))
    measured = taken.measurement
    files = {file.path: file for file in product(measured) if file.path in code.facts}
    return code, Data(files, _contexts(request, taken), measured.totals, measured.inputs)


def _contexts(request: Request, taken: Taken) -> dict[str, dict[str, int]]:
    """What each context ran of the files below the root."""
    wanted = {row.name: row.path for row in taken.trail.rows if row.path and not row.tracer}
    paths = [request.root / each.path for each in taken.trail.files if each.path in _data_files(taken)]
    return read_contexts(paths, wanted) if taken.trail.contexts else {}


def _data_files(taken: Taken) -> frozenset[str]:
    return frozenset(each.path for each in taken.measurement.inputs if each.kind == _DATA_FILE)


def _unmeasured(request: Request, progress: Progress) -> Code:
    """The product without data: the configured source, `src`, or packages at the root; else all that is no test."""
    files = open_files(request, progress)
    tree = files.tree
    settings = read_coverage_settings(request.root, request.rcfile)
    configured = request.source or (*settings.source, *settings.source_pkgs, *settings.source_dirs)
    roots = source_roots(tree, _packages(tree), configured)
    paths = [path for path in tree.files if _is_product(path) and any(_is_below(path, each) for each in roots)]
    read = files.read(FACTS, paths, frozenset(paths))
    facts = {path: each for path, each in read.items() if not isinstance(each, Skipped)}
    return Code(request, facts, progress, read=files)


def _packages(tree: SourceTree) -> list[str]:
    """A file of each place that holds source: `src`, else the packages at the root, else all modules."""
    files = [path for path in tree.files if _is_product(path)]
    below = [path for path in files if path.startswith("src/")]
    packages = [path for path in files if path.count("/") == 1 and path.endswith("/__init__.py")]
    return below or packages or files


def _is_product(path: str) -> bool:
    return not is_test_path(path) and path.rpartition("/")[2] not in NOT_PRODUCT


def _is_below(path: str, root: str) -> bool:
    return "/" not in path if root == "." else path.startswith(root)
