"""Fan-in, fan-out, depth, cycles and dead ends of a project's imports."""

from pathlib import Path

import pytest
from test_import_graph import facts_in

from planner.graph.shape import Shape, find_shape, read_configuration


def shape_of(root: Path, files: dict[str, str]) -> Shape:
    return find_shape(facts_in(root, files), read_configuration(root))


def test_fan_in_and_fan_out_count_modules_and_not_imports(tmp_path: Path) -> None:
    files = {
        "a.py": "import c\nfrom c import x\nimport d\n",
        "b.py": "def f():\n    import c\n",
        "c.py": "",
        "d.py": "",
    }

    shape = shape_of(tmp_path, files)

    assert {name: (each.fan_in, each.fan_out) for name, each in shape.modules.items()} == {
        "a": (0, 2),
        "b": (0, 1),
        "c": (2, 0),
        "d": (1, 0),
    }


def test_imports_for_type_checking_count_as_use_but_not_as_fan_in(tmp_path: Path) -> None:
    files = {"a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b\n", "b.py": "import a\n"}

    shape = shape_of(tmp_path, files)

    assert shape.modules["b"].fan_in == 0
    assert shape.cycles == ()
    assert shape.dead_ends == ()


def test_depth_is_the_longest_chain_below_and_a_cycle_counts_once(tmp_path: Path) -> None:
    files = {
        "top.py": "import left, bottom",
        "left.py": "import right",
        "right.py": "import left, bottom",
        "bottom.py": "",
        "alone.py": "",
    }

    shape = shape_of(tmp_path, files)

    depths = {name: each.depth for name, each in shape.modules.items()}
    assert depths == {"top": 2, "left": 1, "right": 1, "bottom": 0, "alone": 0}
    assert shape.cycles == (("left", "right"),)
    assert shape.modules["left"].cycle == ("left", "right")
    assert shape.modules["top"].cycle == ()


def test_the_largest_cycle_comes_first(tmp_path: Path) -> None:
    files = {"a.py": "import b", "b.py": "import a", "x.py": "import y", "y.py": "import z", "z.py": "import x"}

    assert shape_of(tmp_path, files).cycles == (("x", "y", "z"), ("a", "b"))


def test_a_module_that_nothing_imports_or_starts_is_a_dead_end(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/used.py": "",
        "pkg/left.py": "import pkg.used",
        "pkg/__main__.py": "",
        "pkg/script.py": "if __name__ == '__main__':\n    print()\n",
        "tests/conftest.py": "",
        "tests/test_it.py": "",
        "setup.py": "",
    }

    assert shape_of(tmp_path, files).dead_ends == ("pkg.left",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project.scripts]\nrun = "pkg.cli:main"\n'),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    run = pkg.cli:main\n"),
        ("setup.py", "setup(entry_points={'console_scripts': ['run=pkg.cli:main']})"),
        ("pyproject.toml", '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "pkg.cli"\n'),
    ],
)
def test_what_the_configuration_names_is_no_dead_end(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    shape = shape_of(tmp_path, {"pkg/__init__.py": "", "pkg/cli.py": "", "pkg/client.py": ""})

    assert shape.dead_ends == ("pkg.client",)


def test_a_word_of_the_configuration_is_no_entry_point(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\nscripts = {run = "tool:main"}\n', "utf-8")

    shape = shape_of(tmp_path, {"app.py": "", "tool.py": ""})

    assert shape.dead_ends == ("app",)


def test_a_configuration_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    (tmp_path / "setup.cfg").write_bytes(b"\xff pkg.cli:main")

    assert read_configuration(tmp_path) == ("\ufffd pkg.cli:main",)


def test_a_project_without_modules_has_an_empty_shape() -> None:
    assert find_shape([]) == Shape({}, ())
