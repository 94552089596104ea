"""Candidates to delete: found by what names code, and counted as coverage.py counts without them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner
from makers import coverage_totals, make_project, write_arcs, write_lines

from planner.alternatives.mentions import text_words
from planner.alternatives.texts import read_texts
from planner.cli import gapplan
from planner.measure import Request
from planner.measure.parsing import parsed_shape
from planner.model.alternatives import Alternatives
from planner.model.facts import ModuleFacts
from planner.model.mentions import FileMentions
from planner.model.shape import Rules, Shape
from planner.pipeline.alternatives import find_alternatives
from planner.pipeline.shared import measure_project
from planner.source import facts_of_source
from planner.source.codec import pack_mentions, unpack_mentions
from planner.source.leaving import excluded_by
from planner.source.mentions import mentions_of
from planner.source.shape import plain_text
from planner.source.text import Text


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


def alternatives(root: Path) -> Alternatives:
    """What there is to do instead of tests in the project at `root`."""
    taken, code = measure_project(Request(root), _quietly)
    return find_alternatives(code, taken.measurement)


APP = {
    "app/__init__.py": "",
    "app/work.py": (
        "from app.tools import add\n\n\ndef work(one):\n    return add(one)\n\n\n"
        "def _left(one):\n    if one:\n        return 1\n    return _right(one)\n\n\n"
        "def _right(one):\n    return _left(one)\n"
    ),
    "app/tools.py": "def add(one):\n    return one + 1\n\n\ndef subtract(one):\n    return one - 1\n",
    "tests/test_work.py": "from app.work import work\n\n\ndef test_work():\n    assert work(1) == 2\n",
}
"""`_left` and `_right` only call each other; nothing names `subtract`."""


def _app(root: Path, files: Mapping[str, str] | None = None) -> Path:
    make_project(root, {**APP, **(files or {})})
    rows = {name: [1] for name in {**APP, **(files or {})} if name.startswith("app/") and name.endswith(".py")}
    write_lines(root / ".coverage", {str(root / name): lines for name, lines in rows.items()})
    return root


def deleted(found: Alternatives) -> dict[str, str]:
    """Name of each candidate -> confidence; a whole file by its path."""
    return {each.unit or each.path: each.confidence for each in (*found.deletions, *found.unused_api)}


def test_functions_that_nothing_names_but_each_other_are_candidates(tmp_path: Path) -> None:
    found = alternatives(_app(tmp_path))

    assert deleted(found) == {"_left": "high", "_right": "high", "subtract": "medium"}


def test_what_users_of_a_package_may_call_is_not_counted(tmp_path: Path) -> None:
    root = _app(tmp_path, {"pyproject.toml": "[build-system]\nrequires = []\n"})

    found = alternatives(root)

    assert [each.unit for each in found.unused_api] == ["subtract"]
    assert {each.unit for each in found.deletions} == {"_left", "_right"}
    assert found.after_deletions == found.after_sure


def test_a_private_function_is_no_surer_than_the_public_one_that_calls_it(tmp_path: Path) -> None:
    source = "def public(one):\n    return _private(one)\n\n\ndef _private(one):\n    return one\n"
    root = _app(tmp_path, {"app/more.py": source, "setup.py": "import app.more\n"})

    found = deleted(alternatives(root))

    assert (found["public"], found["_private"]) == ("low", "low")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_more.py", "from app import tools\n\n\ndef test_it():\n    assert tools.subtract(1) == 0\n"),
        ("tests/test_more.py", "def test_it(monkeypatch):\n    monkeypatch.setattr('app.tools.subtract', None)\n"),
        ("app/cli.py", "import app.tools\n\nCOMMANDS = {'minus': app.tools.subtract}\n"),
        ("app/cli.py", "import app.tools\n\nprint(getattr(app.tools, 'subtract')(1))\n"),
        ("app/cli.py", "import app.tools\n\nprint(getattr(app.tools, 'sub_' + kind))\n"),
        ("pyproject.toml", "[project.scripts]\nminus = 'app.tools:subtract'\n"),
        ("config/logging.yaml", "filter: app.tools.subtract\n"),
        ("Makefile", "minus:\n\tpython -c 'import app.tools; app.tools.subtract(1)'\n"),
        ("docs/usage.md", "Call `subtract` with a number.\n"),
    ],
)
def test_a_name_that_anything_in_the_project_mentions_is_no_candidate(tmp_path: Path, path: str, text: str) -> None:
    files = {path: text, "app/tools.py": APP["app/tools.py"].replace("subtract", "sub_tract")}
    is_joined = "'sub_'" in text

    found = deleted(alternatives(_app(tmp_path, files if is_joined else {path: text})))

    assert not {"subtract", "sub_tract"} & set(found)


@pytest.mark.parametrize(("path", "format"), [("report.html", "html"), ("plan.json", "json")])
def test_a_report_of_our_own_that_lies_in_the_project_changes_no_plan(tmp_path: Path, path: str, format: str) -> None:
    root = _app(tmp_path)
    result = CliRunner().invoke(gapplan, ["-C", str(root), "plan", "--target", "90", "--format", format])
    assert "subtract" in result.stdout
    (root / path).write_text(result.stdout)

    assert deleted(alternatives(root)) == {"_left": "high", "_right": "high", "subtract": "medium"}


@pytest.mark.parametrize(
    "text", ["# subtract(1) was used once\n", '"""We subtract in a cell."""\n', "subtract_more = 1\n"]
)
def test_comments_and_plain_words_mention_nothing(tmp_path: Path, text: str) -> None:
    found = deleted(alternatives(_app(tmp_path, {"app/cli.py": text + "print()\n"})))

    assert "subtract" in found


@pytest.mark.parametrize(
    "source",
    [
        "def create_app():\n    return 1\n",
        "import click\n\n\n@click.command()\ndef unnamed():\n    return 1\n",
        "import registry\n\n\n@registry[0].add\ndef unnamed():\n    return 1\n",
        "import library\n\n\nclass Kept(library.Base):\n    def unnamed(self):\n        return 1\n\n\nKept()\n",
        "class Kept:\n    def write(self, text):\n        return 1\n\n\nKept()\n",
        "class Kept:\n    def __len__(self):\n        return 1\n\n\nKept()\n",
        "class Kept(dict):\n    def copy(self):\n        return 1\n\n\nKept()\n",
        "class Kept:\n    def run(self, kind):\n        return getattr(self, kind)()\n\n    def unnamed(self):\n"
        "        return 1\n\n\nKept().run('x')\n",
        "class Base:\n    def __init_subclass__(cls):\n        print(cls)\n\n\n"
        "class Unnamed(Base):\n    def run(self):\n        return 1\n",
        "def unnamed():\n    return 1\n\n\nprint(globals()['un' + 'named'])\n",
        "import sys\n\nif sys.platform == 'win32':\n    def unnamed():\n        return 1\n",
    ],
    ids=[
        "factory",
        "command",
        "odd",
        "base",
        "file",
        "dunder",
        "builtin",
        "reflecting",
        "registered",
        "globals",
        "platform",
    ],
)
def test_what_is_called_without_being_named_is_kept(tmp_path: Path, source: str) -> None:
    found = deleted(alternatives(_app(tmp_path, {"app/kept.py": source, "tests/test_k.py": "import app.kept\n"})))

    assert set(found) == {"_left", "_right", "subtract"}


def test_a_base_of_the_same_name_from_outside_is_not_the_class_itself(tmp_path: Path) -> None:
    source = (
        "import textwrap\n\n\nclass TextWrapper(textwrap.TextWrapper):\n    def _wrap_chunks(self):\n        return 1\n"
    )
    files = {"app/text.py": source, "tests/test_t.py": "import app.text\n\napp.text.TextWrapper()\n"}

    assert "TextWrapper._wrap_chunks" not in deleted(alternatives(_app(tmp_path, files)))


def test_three_unnamed_classes_of_one_base_are_collected_by_something(tmp_path: Path) -> None:
    one = "class {}(Setting):\n    def show(self):\n        return 1\n\n\n"
    source = "class Setting:\n    pass\n\n\n" + "".join(one.format(name) for name in ("Bind", "Port", "User"))
    files = {"app/options.py": source, "tests/test_o.py": "import app.options\n"}

    found = deleted(alternatives(_app(tmp_path, files)))

    assert not {"Bind", "Port", "User"} & set(found)
    assert {found[f"{name}.show"] for name in ("Bind", "Port", "User")} == {"low"}


def test_several_unnamed_methods_of_a_living_class_may_be_called_by_a_library(tmp_path: Path) -> None:
    source = "class Listener:\n    def added(self):\n        return 1\n\n    def removed(self):\n        return 1\n"
    files = {"app/listen.py": source, "tests/test_l.py": "import app.listen\n\nwatch(app.listen.Listener())\n"}

    found = deleted(alternatives(_app(tmp_path, files)))

    assert found["Listener.added"] == found["Listener.removed"] == "low"


def test_code_that_ran_is_no_candidate_whatever_names_it(tmp_path: Path) -> None:
    root = _app(tmp_path)
    write_lines(root / ".coverage", {str(root / "app/tools.py"): [6]})

    assert "subtract" not in deleted(alternatives(root))


LONE = "def lone(one):\n    return one\n"


def test_a_file_that_nothing_imports_is_a_candidate_and_what_only_it_imports_too(tmp_path: Path) -> None:
    root = _app(tmp_path, {"app/lone.py": "import app.below\n\n\n" + LONE, "app/below.py": LONE})
    (root / ".coverage").unlink()
    write_lines(root / ".coverage", {str(root / "app/tools.py"): [1], str(root / "app/work.py"): [1]})

    found = deleted(alternatives(root))

    assert found["app/lone.py"] == found["app/below.py"] == "medium"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("setup.cfg", "[options.entry_points]\nplugins =\n    lone = app.lone\n"),
        ("run.sh", "python -m app.lone\n"),
        ("run.sh", "python app/lone.py\n"),
        ("tests/test_lone.py", "from app import lone\n"),
        ("app/loader.py", "import importlib\n\nprint(importlib.import_module('app.' + name))\n"),
        ("tests/test_lone.py", "import importlib\n\nimportlib.import_module('app.lone')\n"),
    ],
)
def test_a_file_that_something_starts_or_loads_is_no_candidate(tmp_path: Path, path: str, text: str) -> None:
    root = _app(tmp_path, {"app/lone.py": LONE, path: text})
    (root / ".coverage").unlink()
    write_lines(root / ".coverage", {str(root / "app/tools.py"): [1], str(root / "app/work.py"): [1]})

    assert "app/lone.py" not in deleted(alternatives(root))


def _without(root: Path, found: Alternatives) -> None:
    """Really delete the candidates from the sources."""
    for path in {each.path for each in found.deletions}:
        gone = [each for each in found.deletions if each.path == path]
        lines = (root / path).read_text().split("\n")
        kept = [line for number, line in enumerate(lines, 1) if not any(each.lines >> number & 1 for each in gone)]
        (root / path).write_text("\n".join(kept))


BRANCHES = (
    "def used(one):\n    if one:\n        return 1\n    return 2\n\n\n"
    "class _Unused:\n    size = 1\n\n    def run(self, one):\n        for each in one:\n            if each:\n"
    "                return each\n        return None\n"
)


def test_the_percent_after_deleting_is_coverage_pys_own_for_the_shorter_source(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"app/__init__.py": "", "app/both.py": BRANCHES, "tests/test_b.py": "used(1)\n"})
    arcs = [(-1, 1), (1, 7), (7, -1), (-7, 7), (7, 8), (8, 10), (10, -7), (-1, 2), (2, 3), (3, -1)]
    write_arcs(root / ".coverage", {str(root / "app/both.py"): arcs})
    found = alternatives(root)

    assert deleted(found) == {"_Unused": "high"}
    assert found.today.measured == coverage_totals(root)
    _without(root, found)
    kept = [(start, end) for start, end in arcs if max(abs(start), abs(end)) < 7]
    (root / ".coverage").unlink()
    write_arcs(root / ".coverage", {str(root / "app/both.py"): kept})
    assert found.after_deletions.measured == found.after_sure.measured == coverage_totals(root)


def mentions(text: str) -> FileMentions:
    """What the text of a file mentions."""
    found = mentions_of(Text(text.encode(), "m.py", "m"))
    assert isinstance(found, FileMentions)
    return found


def words_by_place(found: FileMentions) -> dict[int, set[str]]:
    return {place: set(words.split(" ")) for place, words in found.words}


def test_text_is_read_for_what_it_means() -> None:
    text = "value = 'plain words here'  # comment\nother = f'{alpha} b'\nname = 'one.two'\ncall('see `gamma`')\n"

    words = words_by_place(mentions(text))

    assert words == {0: {"value", "other", "alpha", "b", "name", "one", "two", "call", "gamma"}}
    assert text_words("notes.md", "A report by make_it and `run`.") == {"make_it", "run"}
    assert text_words("ci.yml", "run: report") == {"run", "report"}


def test_a_definition_is_no_mention_and_names_put_together_are_seen() -> None:
    found = mentions("def visit(self):\n    getattr(self, 'do_' + x)(f'{x}_hook')\n")

    assert words_by_place(found) == {1: {"self", "getattr", "do_", "x", "_hook"}}
    assert (found.defined, found.beginnings, found.endings, found.reflecting) == ("visit", "do_", "_hook", (1,))


def test_words_belong_to_the_innermost_unit_around_them() -> None:
    text = """
        import os  # ignored

        @register(key=alpha)
        class Shop(Base):
            limit = beta

            def sell(self, item):
                '''Sells an Item.

                Calls `quote` once, and not def or class: see os.path.'''
                def inner(): return gamma
                return r"\\d+", delta, 1e5, 0xFF

        def last(): return b"epsilon"
        zeta = "über `größe` naïve"
    """

    found = mentions(dedent(text).lstrip())

    assert words_by_place(found) == {
        0: {"os", "zeta", "größe"},
        1: {"register", "key", "alpha", "Base", "limit", "beta"},
        2: {"self", "item", "quote", "os", "path", "delta", "d", "e5", "xFF"},
        3: {"gamma"},
        4: {"epsilon"},
    }
    assert found.defined.split() == ["Shop", "sell", "inner", "last"]


def test_a_file_says_what_it_looks_up_loads_starts_and_decorates() -> None:
    text = "import subprocess\n\n@app.route('/')(1)\n@plain\ndef f():\n    globals()['x']\n    import_module('y')\n"

    found = mentions(text)

    assert (found.is_listing, found.is_loading, found.is_starting) == (True, True, True)
    assert found.registered == (1,)
    assert not mentions("x = my_globals_(1)\nimport_modules = 2\nsubprocesses = 3\n").is_loading
    assert mentions("if TYPE_CHECKING:\n    ...\n").has_sign("TYPE_CHECKING")
    assert not mentions("pass\n").has_sign("TYPE_CHECKING")


def test_what_a_file_mentions_is_kept_and_read_back() -> None:
    found = mentions("class A:\n    def b(self):\n        return getattr(self, 'do_' + self.kind), 'x'\n")

    rows = json.loads(json.dumps([pack_mentions(found)]))

    assert unpack_mentions(rows) == [found]
    with pytest.raises(ValueError, match="not all str"):
        unpack_mentions([[0, *rows[0][1:]]])


EXCLUDED = """
    import abc

    if TYPE_CHECKING:
        import a
        from b import (
            c,
        )
    else:
        d = 1


    @deco(
        1
    )
    # why
    @abc.abstractmethod
    def f(
        x,
    ):
        '''
        if TYPE_CHECKING:
        '''
        if x: return 1
        ...


    class P(Protocol):
        x: int = 0

        def g(self): ...
"""


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\s*if (typing\.)?TYPE_CHECKING:",
        r"^\s*@(abc\.)?abstractmethod\b",
        r"^\s*class .*\bProtocol(\[.*\])?\):",
        r"^\s*\.\.\.\s*$",
        r"^\s*x,$",
        r"^\s*c,$",
        r"# why",
        "nothing",
    ],
)
def test_other_patterns_exclude_what_coverage_py_excludes(pattern: str, tmp_path: Path) -> None:
    source = dedent(EXCLUDED).lstrip().encode()
    (tmp_path / "m.py").write_bytes(source)
    shape = parsed_shape(tmp_path, "m.py", Rules(("# none",)))
    expected = parsed_shape(tmp_path, "m.py", Rules((pattern,)))
    text, facts = plain_text(source), facts_of_source(source, "m.py", frozenset())
    assert isinstance(shape, Shape)
    assert isinstance(expected, Shape)
    assert isinstance(facts, ModuleFacts)
    assert text is not None

    found = excluded_by((pattern,), text, facts, shape)

    assert found == expected.excluded
    assert bool(found) is (pattern != "nothing")


def test_a_file_with_cases_is_left_to_coverage_py() -> None:
    source = b"match x:\n    case _:\n        y = 1\n"
    facts = facts_of_source(source, "m.py", frozenset())
    assert isinstance(facts, ModuleFacts)

    assert excluded_by(("y",), source.decode(), facts, Shape("m.py", 0, 0, 0, 0)) is None


def test_texts_of_environments_builds_and_hidden_folders_are_not_read(tmp_path: Path) -> None:
    kept = ("README.md", "build/__init__.py", "build/kept.txt", "docs/a/b.rst", ".github/workflows/test.yml")
    left = ("env/pyvenv.cfg", "env/lib/left.txt", "dist/left.txt", ".tox/left.txt", "a.egg-info/left.txt", "data.bin")
    for path in (*kept, *left):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("text", "utf-8")
    (tmp_path / "docs/link").symlink_to(tmp_path / "docs/a", target_is_directory=True)

    assert list(read_texts(tmp_path)) == sorted(path for path in kept if not path.endswith(".py"))
