"""The house rules: rooms import from lower floors only, libraries enter by their own door, no cycles.

Read with `ast`, never by importing, so that a broken rule is named even when the package does not start.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "planner"

FLOORS = {
    "__init__": 7,
    "__main__": 7,
    "cli": 6,
    "replay": 5,
    "fleet": 5,
    "frames": 5,
    "pipeline": 4,
    "graph": 3,
    "measure": 3,
    "source": 3,
    "forecast": 3,
    "solve": 3,
    "report": 3,
    "alternatives": 3,
    "doctor": 3,
    "suite": 3,
    "history": 3,
    "calibrate": 3,
    "git": 2,
    "settings": 2,
    "spread": 2,
    "state": 2,
    "answers": 3,
    "streams": 1,
    "xml": 2,
    "config": 1,
    "model": 0,
    "errors": 0,
}
"""Room -> floor. A new room takes its floor here, in the same change."""

DOORS = {
    "coverage": {"measure", "settings", "replay/collect/inside"},
    "click": {"cli"},
    "rich": {"cli", "report/terminal"},
    "defusedxml": {"xml"},
    "jinja2": {"report/web"},
    "msgspec": {"history/codec", "history/papers", "history/plan_file"},
    "sqlite3": {
        *("history/store", "history/identity", "history/salvage"),
        *("measure/contexts", "measure/datafile", "replay/data", "replay/collect/table"),
    },
    "yaml": {"settings/codecov"},
    "subprocess": {"git/sealed", "replay/collect/launch"},
    "ast": {"source"},
    "distributed": {"spread/cluster"},
    "pickle": {"spread/cluster"},
    "multiprocessing": {"spread/local", "spread/copies"},
    "libcst": {"source/newer", "source/lowering"},
    "networkx": {"graph"},
    "pandas": {"frames"},
    "matplotlib": {"frames/figures"},
    "PIL": {"frames/figures"},
    "highspy": {"solve/exact"},
    "numpy": {
        *("solve/relax", "solve/lagrange", "solve/play", "solve/bound", "solve/sketch", "solve/glance"),
        *("solve/program", "solve/exact", "solve/many", "solve/flat", "solve/left"),
        *("forecast/rows", "forecast/reached", "graph/together"),
    },
}
"""Library -> where it may be imported. `settings` uses coverage.py's reader of configuration, `measure` its parser."""

ALLOWED_UPWARDS = {("__main__", "cli"), ("cli", "__init__")}
"""`planner.__init__` holds the version and imports nothing until `load` is called, so the command line may read it."""

MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 40


@dataclass(frozen=True)
class Import:
    """One import statement: the place that has it, and the dotted name it asks for."""

    place: str
    line: int
    name: str

    @property
    def room(self) -> str:
        return self.place.partition("/")[0]

    @property
    def other_room(self) -> str | None:
        parts = self.name.split(".")
        if parts[0] != "planner":
            return None
        return parts[1] if len(parts) > 1 and parts[1] in FLOORS else "__init__"


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _place(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix().removesuffix("/__init__")


def _imports_of(path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(_place(path), node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from (Import(_place(path), node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


ALL_IMPORTS = [each for path in _modules() for each in _imports_of(path)]


def test_every_room_has_a_floor() -> None:
    rooms = {_place(path).partition("/")[0] for path in _modules()}

    assert rooms == set(FLOORS)


def test_rooms_import_from_lower_floors_only() -> None:
    broken = [
        each
        for each in ALL_IMPORTS
        if each.other_room
        and each.other_room != each.room
        and (each.room, each.other_room) not in ALLOWED_UPWARDS
        and FLOORS[each.other_room] >= FLOORS[each.room]
    ]

    assert broken == []


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_enters_by_its_own_door(library: str) -> None:
    uses = {each.place for each in ALL_IMPORTS if each.name.partition(".")[0] == library}
    doors = DOORS[library]

    assert {use for use in uses if use not in doors and use.partition("/")[0] not in doors} == set()
    assert uses, f"nothing imports {library}: take its door out"


def test_modules_import_each_other_without_cycles() -> None:
    known = {f"planner.{_place(path).replace('/', '.')}" for path in _modules()}
    graph: dict[str, set[str]] = {}
    for each in ALL_IMPORTS:
        place = f"planner.{each.place.replace('/', '.')}"
        candidates = (each.name, each.name.rpartition(".")[0])
        found = next((name for name in candidates if name in known), None)
        if found and found != place:
            graph.setdefault(place, set()).add(found)

    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")

    assert len(order) == len(set(order))


def test_every_module_says_what_it_is_for_and_stays_small() -> None:
    for path in _modules():
        text = path.read_text("utf-8")

        assert ast.get_docstring(ast.parse(text)), f"{path}: no docstring"
        assert text.count("\n") <= MOST_LINES_OF_A_MODULE, f"{path}: split it by job"


def test_functions_fit_on_a_page() -> None:
    long = [
        f"{path.name}:{node.lineno} {node.name}"
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    ]

    assert long == []


def test_public_names_have_docstrings_that_say_more_than_the_name() -> None:
    bare = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"
        for path in _modules()
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert bare == []
