"""Which module an import means, in every layout, and the graph that all imports make."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from planner.graph.imports import Duplicate, ImportEdge, Modules, find_edges, import_graph, index_modules
from planner.model.facts import ModuleFacts
from planner.source import read_facts


def facts_in(root: Path, files: dict[str, str]) -> list[ModuleFacts]:
    """The facts of a small tree that the test writes."""
    for path, source in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(source), "utf-8")
    found = [read_facts(root, path, frozenset(files)) for path in files]
    assert all(isinstance(each, ModuleFacts) for each in found)
    return [each for each in found if isinstance(each, ModuleFacts)]


def modules_in(root: Path, files: dict[str, str]) -> Modules:
    return index_modules(facts_in(root, files))


def edges_in(root: Path, files: dict[str, str]) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in find_edges(modules_in(root, files))}


def test_a_name_from_a_package_is_its_module_when_there_is_one(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/a.py": "", "main.py": "from pkg import a, other\n"}

    assert edges_in(tmp_path, files) == {("main", "pkg.a"), ("main", "pkg")}


def test_the_longest_known_module_counts(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "",
        "one.py": "import pkg.a.Class",
        "two.py": "import pkg.compiled",
        "three.py": "import pk",
    }

    assert edges_in(tmp_path, files) == {("one", "pkg.a"), ("two", "pkg")}


@pytest.mark.parametrize(
    ("path", "statement", "target"),
    [
        ("pkg/sub/mod.py", "from . import near", "pkg.sub.near"),
        ("pkg/sub/mod.py", "from .near import name", "pkg.sub.near"),
        ("pkg/sub/mod.py", "from .. import far", "pkg.far"),
        ("pkg/sub/mod.py", "from ..far import name", "pkg.far"),
        ("pkg/sub/deep/mod.py", "from ...far import name", "pkg.far"),
        ("pkg/sub/deep/mod.py", "from ... import name", "pkg"),
        ("pkg/sub/__init__.py", "from .near import name", "pkg.sub.near"),
        ("pkg/sub/__init__.py", "from ..far import name", "pkg.far"),
    ],
)
def test_relative_imports_of_any_level(tmp_path: Path, path: str, statement: str, target: str) -> None:
    files = {"pkg/__init__.py": "", "pkg/far.py": "", "pkg/sub/__init__.py": "", "pkg/sub/near.py": ""}
    files |= {"pkg/sub/deep/__init__.py": "", path: statement}

    assert {there for _, there in edges_in(tmp_path, files)} == {target}


def test_a_star_import_is_an_import_of_the_module(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "from .a import *\nfrom pkg.b import *\n", "pkg/a.py": "", "pkg/b.py": ""}

    assert edges_in(tmp_path, files) == {("pkg", "pkg.a"), ("pkg", "pkg.b")}


def test_a_module_that_asks_for_its_own_names_imports_nothing(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "from . import settings\nfrom pkg import other\nsettings = 1\n"}

    assert edges_in(tmp_path, files) == set()


@pytest.mark.parametrize("folder", ["src/", "lib/", ""])
def test_layout_folders_are_no_part_of_the_name(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}pkg/__init__.py": "", f"{folder}pkg/a.py": "", "tests/test_a.py": "import pkg.a"}

    assert edges_in(tmp_path, files) == {("tests.test_a", "pkg.a")}


def test_folders_without_an_init_are_packages_too(tmp_path: Path) -> None:
    files = {"space/one/a.py": "from space.two import b\n", "space/two/b.py": "", "main.py": "import space"}

    assert edges_in(tmp_path, files) == {("space.one.a", "space.two.b")}


def test_a_package_below_a_folder_is_found_by_its_own_name(tmp_path: Path) -> None:
    files = {
        "backend/app/__init__.py": "",
        "backend/app/models.py": "",
        "backend/app/main.py": "from app.models import User\nfrom app import models\n",
        "tests/test_main.py": "import app.main",
    }

    assert edges_in(tmp_path, files) == {
        ("backend.app.main", "backend.app.models"),
        ("tests.test_main", "backend.app.main"),
    }


def test_the_rest_of_a_name_below_a_folder_is_what_the_module_has(tmp_path: Path) -> None:
    modules = modules_in(tmp_path, {"backend/app/__init__.py": "", "backend/app/models.py": ""})

    assert modules.split("app.models.User.save", "main") == ("backend.app.models", "User.save")
    assert modules.split("backend.app.models.User", "main") == ("backend.app.models", "User")
    assert modules.split("app", "main") == ("backend.app", "")
    assert modules.split("apps.models", "main") is None


def test_several_packages_of_one_repository_see_each_other(tmp_path: Path) -> None:
    files = {
        "packages/one/src/one/__init__.py": "",
        "packages/one/src/one/api.py": "from two.core import run",
        "packages/two/src/two/__init__.py": "",
        "packages/two/src/two/core.py": "",
    }

    assert edges_in(tmp_path, files) == {("packages.one.src.one.api", "packages.two.src.two.core")}


def test_of_equal_names_below_two_folders_the_one_around_the_importer_counts(tmp_path: Path) -> None:
    files = {
        "one/app/__init__.py": "",
        "one/app/a.py": "",
        "one/main.py": "import app.a",
        "two/app/__init__.py": "",
        "two/app/a.py": "",
        "two/main.py": "import app.a",
        "elsewhere.py": "import app.a",
    }

    assert edges_in(tmp_path, files) == {("one.main", "one.app.a"), ("two.main", "two.app.a")}


def test_modules_inside_a_package_are_not_found_by_their_last_name(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/redis.py": "import redis\n", "app/main.py": "import redis\n"}

    assert edges_in(tmp_path, files) == set()


def test_a_library_is_not_the_module_of_its_name_in_a_folder_used_as_a_package(tmp_path: Path) -> None:
    files = {"app/redis.py": "", "app/main.py": "import redis\n", "run.py": "import app.redis\n"}

    assert edges_in(tmp_path, files) == {("run", "app.redis")}


def test_scripts_of_one_folder_import_each_other(tmp_path: Path) -> None:
    files = {"scripts/run.py": "import tools\nimport json\n", "scripts/tools.py": "", "scripts/json.py": ""}

    assert edges_in(tmp_path, files) == {("scripts.run", "scripts.tools")}


def test_cycles_are_kept(tmp_path: Path) -> None:
    files = {"a.py": "import b", "b.py": "import a"}

    assert edges_in(tmp_path, files) == {("a", "b"), ("b", "a")}


def test_of_two_files_with_one_name_the_one_at_the_root_is_used_and_said(tmp_path: Path) -> None:
    files = {"src/pkg/__init__.py": "", "src/pkg/a.py": "", "pkg/a.py": "", "b/__init__.py": "", "b.py": ""}

    modules = modules_in(tmp_path, files)

    assert modules.duplicates == (
        Duplicate("b", "b/__init__.py", ("b.py",)),
        Duplicate("pkg.a", "pkg/a.py", ("src/pkg/a.py",)),
    )
    assert modules.by_name["pkg.a"].path == "pkg/a.py"


def test_an_edge_has_the_first_line_of_each_kind(tmp_path: Path) -> None:
    source = """\
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import b
        def work():
            import b
        import b
        from b import name
        """

    edges = find_edges(modules_in(tmp_path, {"a.py": source, "b.py": ""}))

    assert edges == (
        ImportEdge("a", "b", "lazy", 5),
        ImportEdge("a", "b", "top level", 6),
        ImportEdge("a", "b", "type checking", 3),
    )


def test_the_graph_has_paths_and_the_strongest_kind(tmp_path: Path) -> None:
    files = {"src/pkg/__init__.py": "", "src/pkg/a.py": "def f():\n    import pkg\nimport pkg\n"}

    graph = import_graph(modules_in(tmp_path, files))

    assert {name: graph.nodes[name]["path"] for name in graph} == {
        "pkg": "src/pkg/__init__.py",
        "pkg.a": "src/pkg/a.py",
    }
    assert list(graph.edges(data=True)) == [
        ("pkg.a", "pkg", {"kind": "top level", "line": 3, "lines": {"lazy": 2, "top level": 3}})
    ]


def test_networkx_is_loaded_only_for_the_graph() -> None:
    script = "import sys, planner.graph.closure, planner.graph.imports, planner.graph.shape; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "planner.graph.shape" in done.stdout.split()
    assert "networkx" not in done.stdout.split()
