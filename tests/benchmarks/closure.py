"""Proof on real packages of what importing a module runs, and of the import graph.

    python tests/benchmarks/closure.py [--work DIR] [--only NAME] [--json FILE]

Each package's source distribution is fetched with pip and installed from its tree into an environment
of its own. The truth: every module is imported in a fresh process under coverage.py, and the lines that
ran in the package's files are noted. Two rules are compared with it, over all pairs of module and file:
the naive one (what the module and its top-level imports have outside function bodies) and gapplan's
`import_closures`. Modules whose import fails are left out and counted. The import graph is compared with
that of grimp, installed in the same environment; differences are sorted into classes. Prints two Markdown
tables; exit 1 when an edge differs for no known reason. What lies below DIR already is used again.
Needs Python 3.11 and gapplan's own dependencies.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sdists import build_environment, read_options, unpack

from planner.graph.closure import import_closures
from planner.graph.imports import Modules, find_edges, index_modules
from planner.model.facts import ModuleFacts
from planner.model.lines import Lines, line_range, lines_of
from planner.source import read_facts

COVERAGE = "coverage==7.10.7"
GRIMP = "grimp==3.19"
SECONDS_PER_IMPORT = 60
LEFT_OUT = ("tests", "test")
"""Folders of a package that are not imported one by one."""

PROBE = """\
import importlib, json, sys
import coverage
package, module = sys.argv[1:]
cover = coverage.Coverage(data_file=None, config_file=False, source=[package])
cover.start()
error = ""
try:
    importlib.import_module(module)
except BaseException as problem:
    error = repr(problem)
cover.stop()
data = cover.get_data()
sys.stdout = sys.__stdout__
print("\\n" + json.dumps({"error": error, "ran": {path: data.lines(path) for path in data.measured_files()}}))
"""
STATEMENTS = """\
import json, sys
import coverage
cover = coverage.Coverage(data_file=None, config_file=False)
print(json.dumps({path: cover.analysis2(path)[1] for path in sys.stdin.read().split("\\n") if path}))
"""
GRIMP_EDGES = """\
import json, sys
import grimp
graph = grimp.build_graph(sys.argv[1], cache_dir=None)
print(json.dumps([[a, b] for a in graph.modules for b in graph.find_modules_directly_imported_by(a)]))
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A pinned source distribution, the folder of its package, and what its modules need to be imported."""

    name: str
    version: str
    folder: str
    needs: tuple[str, ...] = ()

    @property
    def package(self) -> str:
        return self.folder.rpartition("/")[2]


PROJECTS = (
    Project(
        *("apscheduler", "3.11.0", "src/apscheduler"),
        needs=("sqlalchemy", "pymongo", "redis", "kazoo", "rethinkdb", "tornado", "gevent", "twisted", "pytz"),
    ),
    Project("attrs", "25.3.0", "src/attr"),
    Project("click", "8.1.8", "src/click"),
    Project("flask", "3.1.0", "src/flask", needs=("werkzeug==3.1.3", "click==8.1.8", "asgiref", "python-dotenv")),
    Project("httpx", "0.28.1", "httpx", needs=("h2", "socksio", "brotli", "zstandard", "rich", "click", "pygments")),
    Project("jinja2", "3.1.6", "src/jinja2"),
    Project("marshmallow", "3.26.1", "src/marshmallow"),
    Project("networkx", "3.4.2", "networkx", needs=("numpy",)),
    Project("rich", "14.0.0", "rich"),
    Project("twine", "6.1.0", "twine"),
    Project("watchdog", "6.0.0", "src/watchdog", needs=("pyyaml",)),
    Project("werkzeug", "3.1.3", "src/werkzeug", needs=("cryptography", "watchdog")),
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What ran: statements by file, the files and lines of each module that could be imported, and who could not."""

    statements: Mapping[str, Lines]
    ran: Mapping[str, Mapping[str, Lines]]
    failed: Mapping[str, str]


@dataclass(slots=True)
class Score:
    """How well sets were told: what was right, told but wrong, and not told."""

    right: int = 0
    wrong: int = 0
    untold: int = 0

    def add(self, told: Lines, true: Lines) -> None:
        self.right += (told & true).bit_count()
        self.wrong += (told & ~true).bit_count()
        self.untold += (true & ~told).bit_count()

    @property
    def precision(self) -> str:
        return _percent(self.right, self.right + self.wrong)

    @property
    def recall(self) -> str:
        return _percent(self.right, self.right + self.untold)

    @property
    def error(self) -> str:
        """Signed error of the total: statements told in percent of those that ran, less 100."""
        return f"{100 * (self.wrong - self.untold) / (self.right + self.untold):+.1f}"


@dataclass(frozen=True, slots=True)
class ClosureOutcome:
    """One package: the naive rule and gapplan's, in percent over all pairs of imported module and file."""

    package: str
    modules: int
    failed: int
    naive_file_precision: str
    naive_file_recall: str
    file_precision: str
    file_recall: str
    naive_precision: str
    naive_recall: str
    precision: str
    recall: str
    naive_error: str
    error: str
    milliseconds: str


@dataclass(frozen=True, slots=True)
class GraphOutcome:
    """One package: edges in both graphs, and those in one by the reason."""

    package: str
    equal: int
    only_ours: str
    only_grimp: str
    unexplained: int


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments, (__doc__ or "").partition("\n")[0], Path("closure-work"))
    wanted = [project for project in PROJECTS if not options.only or project.name in options.only]
    closures: list[ClosureOutcome] = []
    graphs: list[GraphOutcome] = []
    print(_heads(ClosureOutcome), file=sys.stderr)
    for project in wanted:
        tree = unpack(project.name, project.version, options.work)
        python = build_environment(project.name, tree, options.work, (COVERAGE, GRIMP, *project.needs))
        facts = _read_facts(project, tree)
        closures.append(_compare_closures(project, facts, _truth(project, tree, python, options.work, facts)))
        graphs.append(_compare_graph(project, facts, _grimp_edges(project, python, options.work)))
        print(_row(closures[-1]), file=sys.stderr, flush=True)
    print("\n".join([*_table(closures), "", *_table(graphs)]))
    if options.json:
        found = {"closures": [asdict(each) for each in closures], "graphs": [asdict(each) for each in graphs]}
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 1 if any(each.unexplained for each in graphs) else 0


def _read_facts(project: Project, tree: Path) -> tuple[ModuleFacts, ...]:
    paths = sorted(path.relative_to(tree).as_posix() for path in (tree / project.folder).rglob("*.py"))
    kept = [path for path in paths if not any(part in LEFT_OUT for part in path.split("/")[:-1])]
    found = (read_facts(tree, path, frozenset(kept)) for path in kept)
    return tuple(each for each in found if isinstance(each, ModuleFacts))


def _truth(project: Project, tree: Path, python: Path, work: Path, facts: Sequence[ModuleFacts]) -> Truth:
    """Read from the file of an earlier run, if there is one; else each module is imported in a fresh process."""
    place = work / "truths" / f"{project.name}.json"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(_import_all(project, tree, python, facts)), "utf-8")
    known = json.loads(place.read_bytes())
    statements = {path: lines_of(numbers) for path, numbers in known["statements"].items()}
    ran = {
        module: {path: lines_of(numbers) & statements[path] for path, numbers in found["ran"].items()}
        for module, found in known["modules"].items()
        if not found["error"]
    }
    failed = {module: found["error"] for module, found in known["modules"].items() if found["error"]}
    return Truth(statements, ran, failed)


def _import_all(project: Project, tree: Path, python: Path, facts: Sequence[ModuleFacts]) -> dict[str, object]:
    modules = [each.module for each in facts if not each.module.endswith("__main__")]
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda module: _run(python, PROBE, project.package, module), modules)
        modules_found = dict(zip(modules, found, strict=True))
    known = {str(tree / each.path): each.path for each in facts}
    for each in modules_found.values():
        each["ran"] = {known[path]: numbers for path, numbers in each["ran"].items() if path in known}
    statements = _run(python, STATEMENTS, typed="\n".join(known))
    return {"modules": modules_found, "statements": {known[path]: found for path, found in statements.items()}}


def _run(python: Path, script: str, *arguments: str, typed: str = "") -> dict[str, dict[str, list[int]]]:
    """What the script prints last, read as JSON."""
    command = [str(python), "-I", "-W", "ignore", "-c", script, *arguments]
    done = subprocess.run(
        command, input=typed, capture_output=True, text=True, check=True, timeout=SECONDS_PER_IMPORT, cwd="/"
    )
    answer: dict[str, dict[str, list[int]]] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return answer


def _grimp_edges(project: Project, python: Path, work: Path) -> set[tuple[str, str]]:
    place = work / "truths" / f"{project.name}-grimp.json"
    if not place.is_file():
        command = [str(python), "-I", "-c", GRIMP_EDGES, project.package]
        place.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return {(source, target) for source, target in json.loads(place.read_bytes())}


def _compare_closures(project: Project, facts: Sequence[ModuleFacts], truth: Truth) -> ClosureOutcome:
    start = time.perf_counter()
    closures = import_closures(facts)
    told = {module: closures.of(module).lines for module in truth.ran}
    seconds = time.perf_counter() - start
    naive = _naive_closures(facts)
    ours, files = _score(told, truth)
    theirs, naive_files = _score({module: naive[module] for module in truth.ran}, truth)
    return ClosureOutcome(
        *(f"{project.name} {project.version}", len(truth.ran), len(truth.failed)),
        *(naive_files.precision, naive_files.recall, files.precision, files.recall),
        *(theirs.precision, theirs.recall, ours.precision, ours.recall, theirs.error, ours.error),
        f"{1000 * seconds:.0f}",
    )


def _score(told: Mapping[str, Mapping[str, Lines]], truth: Truth) -> tuple[Score, Score]:
    """Of statements, and of files; files without a statement count for nothing."""
    statements, files = Score(), Score()
    for module, ran in truth.ran.items():
        for path, counted in truth.statements.items():
            lines, true = told[module].get(path, 0) & counted, ran.get(path, 0)
            statements.add(lines, true)
            files.add(int(bool(lines)), int(bool(true)))
    return statements, files


def _naive_closures(facts: Sequence[ModuleFacts]) -> dict[str, dict[str, Lines]]:
    """All lines outside function bodies, of the module and of all that top-level imports lead to.

    Imports in a `__main__` block are not followed: they would more than double the figures of rich.
    """
    modules = index_modules(facts)
    following: dict[str, set[str]] = {module: set(modules.parents(module)) for module in modules.by_name}
    for module, each in modules.by_name.items():
        for asked in each.imports:
            target = modules.target(asked, module)
            if target and asked.kind == "top level" and not each.main_block >> asked.line & 1:
                following[module] |= {target, *modules.parents(target)}
    lines = {each.module: _outside_bodies(each) for each in facts}
    paths = {each.module: each.path for each in facts}
    return {module: {paths[each]: lines[each] for each in _closure_of(module, following)} for module in modules.by_name}


def _closure_of(module: str, following: Mapping[str, Iterable[str]]) -> set[str]:
    found, waiting = {module}, [module]
    while waiting:
        more = set(following[waiting.pop()]) - found
        found |= more
        waiting += more
    return found


def _outside_bodies(facts: ModuleFacts) -> Lines:
    bodies = lines_of(())
    for unit in facts.units:
        bodies |= unit.lines if unit.is_body else 0
    return line_range(1, facts.units[0].last_line) & ~bodies


def _compare_graph(project: Project, facts: Sequence[ModuleFacts], grimp: set[tuple[str, str]]) -> GraphOutcome:
    modules = index_modules(facts)
    ours = {(edge.source, edge.target) for edge in find_edges(modules)}
    theirs = {edge for edge in grimp if set(edge) <= modules.by_name.keys()}
    only_ours = Counter(_why_only_ours(edge, modules) for edge in ours - theirs)
    only_grimp = Counter("a module that imports itself" if a == b else "unexplained" for a, b in theirs - ours)
    return GraphOutcome(
        *(f"{project.name} {project.version}", len(ours & theirs), _listed(only_ours), _listed(only_grimp)),
        only_ours["unexplained"] + only_grimp["unexplained"],
    )


def _why_only_ours(edge: tuple[str, str], modules: Modules) -> str:
    """grimp leaves out folders without an `__init__.py`, and takes no notice of calls."""
    for module in edge:
        packages = {module.rpartition(".")[0]} - {""}
        if packages - modules.by_name.keys():
            return "a folder without `__init__.py`"
    imports = modules.by_name[edge[0]].imports
    by_call = [each for each in imports if not each.alias and modules.target(each, edge[0]) == edge[1]]
    return "an import by a call with a constant name" if by_call else "unexplained"


def _listed(reasons: Counter[str]) -> str:
    return "; ".join(f"{count}: {reason}" for reason, count in sorted(reasons.items())) or "0"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def _table(outcomes: Sequence[ClosureOutcome] | Sequence[GraphOutcome]) -> list[str]:
    heads = _heads(type(outcomes[0]))
    return [heads, "|" + " --- |" * (heads.count("|") - 1), *map(_row, outcomes)]


def _heads(kind: type[ClosureOutcome | GraphOutcome]) -> str:
    return "| " + " | ".join(each.name.replace("_", " ") for each in fields(kind)) + " |"


def _row(outcome: ClosureOutcome | GraphOutcome) -> str:
    return "| " + " | ".join(str(value) for value in asdict(outcome).values()) + " |"


if __name__ == "__main__":
    sys.exit(main())
