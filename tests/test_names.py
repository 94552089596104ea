"""From paths to module names, and from local names to absolute ones."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.source.names import absolute_base, bindings_of, dotted_name, module_name

PACKAGE = frozenset({"src/__init__.py"})


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("pkg/mod.py", "pkg.mod"),
        ("pkg/__init__.py", "pkg"),
        ("pkg/sub/__init__.py", "pkg.sub"),
        ("src/pkg/mod.py", "pkg.mod"),
        ("lib/pkg/mod.py", "pkg.mod"),
        ("python/pkg/mod.py", "pkg.mod"),
        ("mod.py", "mod"),
        ("src/mod.py", "mod"),
        ("src.py", "src"),
        ("gui.pyw", "gui"),
        ("pkg/src/mod.py", "pkg.src.mod"),
        ("__init__.py", "__init__"),
    ],
)
def test_a_path_is_imported_by_its_dotted_name(path: str, module: str) -> None:
    assert module_name(path, frozenset({path})) == module


def test_a_layout_folder_that_is_a_package_stays_in_the_name() -> None:
    assert module_name("src/pkg/mod.py", PACKAGE) == "src.pkg.mod"
    assert module_name("src/__init__.py", PACKAGE) == "src"


def bindings(source: str, package: str = "pkg.sub") -> dict[str, str]:
    (statement,) = ast.parse(source).body
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    return dict(bindings_of(statement, package))


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("import os", {"os": "os"}),
        ("import os.path", {"os": "os"}),
        ("import os.path as p, sys", {"p": "os.path", "sys": "sys"}),
        ("from os import path", {"path": "os.path"}),
        ("from datetime import datetime as dt", {"dt": "datetime.datetime"}),
        ("from . import mod", {"mod": "pkg.sub.mod"}),
        ("from .mod import work as w", {"w": "pkg.sub.mod.work"}),
        ("from .. import mod", {"mod": "pkg.mod"}),
        ("from ..other.deep import work", {"work": "pkg.other.deep.work"}),
        ("from ... import mod", {"mod": "mod"}),
        ("from os import *", {}),
    ],
)
def test_an_import_binds_local_names_to_absolute_ones(source: str, bound: dict[str, str]) -> None:
    assert bindings(source) == bound


def test_more_levels_than_there_are_packages_still_give_a_name() -> None:
    assert bindings("from ..... import mod") == {"mod": "mod"}
    assert bindings("from .mod import work", package="") == {"work": "mod.work"}


@given(st.lists(st.sampled_from("abc"), max_size=5), st.integers(1, 8), st.sampled_from([None, "mod", "mod.deep"]))
def test_levels_climb_as_importlib_climbs(packages: list[str], level: int, module: str | None) -> None:
    from importlib.util import resolve_name

    package = ".".join(packages)
    node = ast.ImportFrom(module, [ast.alias("work")], level)

    base = absolute_base(node, package)

    if level <= len(packages):
        assert base == resolve_name("." * level + (module or ""), package)
    else:
        assert base == (module or "")


@pytest.mark.parametrize(
    ("source", "name"),
    [("a", "a"), ("a.b.c", "a.b.c"), ("a().b", None), ("a[0].b", None), ("'x'.join", None), ("(a.b).c", "a.b.c")],
)
def test_a_dotted_name_starts_at_a_name(source: str, name: str | None) -> None:
    assert dotted_name(ast.parse(source, mode="eval").body) == name
