"""Calls of watched names: resolved through imports and variables, with their role, unit and what they are given."""

import ast
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from makers import damaged, make_project

from planner.doctor.exam import WATCHED
from planner.model.calls import WatchedCall
from planner.model.measurement import Skipped
from planner.source.calls import MOST_STRINGS, calls_of_source, read_calls
from planner.source.excerpts import MOST_CHARACTERS

KNOWN = frozenset({"shop/__init__.py", "shop/desk.py", "tests/test_desk.py"})


def found(source: str | bytes, watched: Sequence[str] = WATCHED, path: str = "shop/desk.py") -> list[WatchedCall]:
    content = source if isinstance(source, bytes) else source.encode()
    calls = calls_of_source(content, path, KNOWN, watched)
    assert not isinstance(calls, Skipped), calls
    return list(calls)


def names(source: str, watched: Sequence[str] = WATCHED) -> list[str]:
    return [each.name for each in found(source, watched)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import subprocess\nsubprocess.run([])\n", "subprocess.run"),
        ("import subprocess as sp\nsp.run([])\n", "subprocess.run"),
        ("from subprocess import run\nrun([])\n", "subprocess.run"),
        ("from subprocess import run as start\nstart([])\n", "subprocess.run"),
        ("from subprocess import (\n    PIPE,\n    run,\n)\nrun([])\n", "subprocess.run"),
        ("import os, \\\n    subprocess\nsubprocess.run([])\n", "subprocess.run"),
        ("import os; import subprocess\nsubprocess.run([])\n", "subprocess.run"),
        ("def go():\n    import subprocess\n    subprocess.run([])\n", "subprocess.run"),
        ("def go():\n    return run([])\nfrom subprocess import run\n", "subprocess.run"),
        ("class A:\n    from subprocess import run\n    run([])\n", "subprocess.run"),
        ("try:\n    from os import _exit\nexcept ImportError:\n    _exit = None\n_exit(1)\n", "os._exit"),
        ("import os\nos.execvp('a', [])\n", "os.execvp"),
        ("from os import execvp\nexecvp('a', [])\n", "os.execvp"),
        ("import os as system\nsystem.fork()\n", "os.fork"),
        (
            "import concurrent.futures\nconcurrent.futures.ProcessPoolExecutor(2)\n",
            "concurrent.futures.ProcessPoolExecutor",
        ),
        ("from concurrent import futures\nfutures.ProcessPoolExecutor()\n", "concurrent.futures.ProcessPoolExecutor"),
        ("import sys\nsys.path.insert(0, 'src')\n", "sys.path.insert"),
        ("from sys import path\npath.insert(0, 'src')\n", "sys.path.insert"),
        ("import unittest\n@unittest.skipIf(1, 'no')\ndef test(): ...\n", "unittest.skipIf"),
        ("import subprocess\nrun = subprocess.run\nrun([])\n", "subprocess.run"),
        ("import subprocess\ndef go():\n    for x in [subprocess.run([])]: pass\n", "subprocess.run"),
        ("import multiprocessing\nmultiprocessing.get_context('spawn').Pool()\n", "multiprocessing.get_context().Pool"),
        ("import os\nlambda: os._exit(0)\n", "os._exit"),
        ("import os\nasync def go():\n    await (lambda: os._exit(0))()\n", "os._exit"),
        ("import os\nx = f'{os.fork()}'\n", "os.fork"),
        ("import os\nmatch os.fork():\n    case 0: pass\n", "os.fork"),
    ],
)
def test_a_name_is_absolute_however_it_was_imported(source: str, name: str) -> None:
    assert name in names(source)


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess\n",
        "subprocess.run([])\n",
        "from shop import subprocess\nsubprocess.run([])\n",
        "from . import subprocess\nsubprocess.run([])\n",
        "import subprocess\ndef go(subprocess):\n    subprocess.run([])\n",
        "import subprocess\ndef go():\n    subprocess = make()\n    subprocess.run([])\n",
        "class A:\n    from subprocess import run\n    def go(self):\n        run([])\n",
        "import os\nos.getcwd()\n",
        "import os\nos.path.exists('x')\n",
        "import os\ncursor.execute('x')\n",
        "'''import subprocess; subprocess.run([])'''\n",
        "# import subprocess; subprocess.run([])\n",
    ],
)
def test_what_only_looks_like_a_watched_call_is_none(source: str) -> None:
    assert names(source) == []


def test_what_a_result_gives_is_followed_one_step_only() -> None:
    source = "import importlib, subprocess\nsubprocess.run([]).stdout.decode()\nimportlib.import_module('x').run()\n"

    assert names(source) == ["subprocess.run", "importlib.import_module"]
    assert names("import subprocess\nsubprocess.Popen([]).wait()\n") == ["subprocess.Popen().wait", "subprocess.Popen"]


def test_unit_line_arguments_keywords_and_strings_are_those_of_the_call() -> None:
    source = (
        "import subprocess, sys\n\n\nclass Desk:\n    def open(self):\n"
        "        done = subprocess.run(\n            [sys.executable, '-m', 'shop', *self.more],\n"
        "            check=True, env={'A': f'b{1}'}, **self.options,\n        )\n"
    )

    assert found(source) == [
        WatchedCall(
            path="shop/desk.py",
            line=6,
            name="subprocess.run",
            unit="Desk.open",
            arguments=("[sys.executable, '-m', 'shop', *self.more]",),
            keywords={"check": "True", "env": "{'A': f'b{1}'}", "**": "self.options"},
            strings=("-m", "shop", "A", "b"),
        )
    ]


def test_contexts_and_decorators_are_told_from_calls_and_come_once() -> None:
    source = (
        "import pytest\nfrom multiprocessing import Pool\n\n\n@pytest.mark.skip\n@pytest.mark.slow(why='x')\n"
        "class TestDesk:\n    @pytest.mark.skipif(Pool(), reason='y')\n    async def test_it(self):\n"
        "        with Pool(2) as pool, open('f'):\n            pool.map(work, [])\n"
    )

    calls = found(source)

    assert [(each.name, each.role, each.unit, each.line) for each in calls] == [
        ("pytest.mark.skip", "decorator", "TestDesk", 5),
        ("pytest.mark.slow", "decorator", "TestDesk", 6),
        ("pytest.mark.skipif", "decorator", "TestDesk.test_it", 8),
        ("multiprocessing.Pool", "call", "TestDesk", 8),
        ("multiprocessing.Pool", "context", "TestDesk.test_it", 10),
        ("multiprocessing.Pool().map", "call", "TestDesk.test_it", 11),
    ]
    assert calls[5].arguments == ("work", "[]")


def test_a_mark_kept_in_a_variable_decorates_with_what_it_was_given() -> None:
    source = (
        "import pytest, sys\nmark = pytest.mark\nslow = mark.slow\n"
        "posix = pytest.mark.skipif(sys.platform == 'win32', reason='posix only')\n\n\n"
        "@slow\n@posix\ndef test_it(): ...\n"
    )

    decorators = [each for each in found(source) if each.role == "decorator"]

    assert [(each.name, each.unit, each.line) for each in decorators] == [
        ("pytest.mark.slow", "test_it", 7),
        ("pytest.mark.skipif", "test_it", 8),
    ]
    assert decorators[1].arguments == ("sys.platform == 'win32'",)
    assert decorators[1].keywords == {"reason": "'posix only'"}


def test_pytestmark_decorates_the_module_or_class_it_stands_in() -> None:
    source = (
        "import pytest\npytestmark = pytest.mark.skip\n\n\nclass TestDesk:\n"
        "    pytestmark = [pytest.mark.slow, pytest.mark.skipif(1, reason='x')]\n"
    )

    assert [(each.name, each.role, each.unit) for each in found(source)] == [
        ("pytest.mark.skip", "decorator", "<module>"),
        ("pytest.mark.slow", "decorator", "TestDesk"),
        ("pytest.mark.skipif", "decorator", "TestDesk"),
    ]


def test_long_arguments_are_cut_and_tables_of_strings_bounded() -> None:
    rows = ", ".join(f"'row {number}'" for number in range(3 * MOST_STRINGS))
    lines = "\n".join("    'x'," for _ in range(500))

    (call,) = found(f"import subprocess\nsubprocess.run([{rows}], more=[\n{lines}\n])\n")

    assert len(call.arguments[0]) == MOST_CHARACTERS
    assert len(call.keywords["more"]) == MOST_CHARACTERS
    assert call.strings == tuple(f"row {number}" for number in range(MOST_STRINGS))


@pytest.mark.parametrize(
    "content",
    [
        "import os\nos.kill('é', 'ü')\n".encode("utf-8-sig"),
        "# coding: latin-1\nimport os\nos.kill('é', 'ü')\n".encode("latin-1"),
        "import os\r\nos.kill('é', 'ü')\r\n".encode(),
        "import os\rx = 'ö'; os.kill('é', 'ü')\r".encode(),
        "import os\n\x0cx = '\u2028'; os.kill('é', 'ü')\n".encode(),
    ],
    ids=["mark", "latin-1", "crlf", "cr", "form feed"],
)
def test_excerpts_are_right_in_any_encoding_and_with_any_line_ends(content: bytes) -> None:
    (call,) = found(content)

    assert call.arguments == ("'é'", "'ü'")


def test_newer_syntax_is_read_with_excerpts_written_anew() -> None:
    source = "import os\ntype Pair[T] = tuple[T, T]\nos.kill(1, 'x')\n"

    (call,) = found(source)

    assert (call.line, call.arguments, call.strings) == (3, ("1", "'x'"), ("x",))


def test_files_without_a_watched_word_are_not_parsed_and_others_say_why_they_cannot_be(tmp_path: Path) -> None:
    root = make_project(
        tmp_path, {"calm.py": "import json\n((((", "odd.py": "import subprocess\n((((", "bin.py": b"\0"}
    )

    assert read_calls(root, "calm.py", frozenset(), WATCHED) == ()
    assert read_calls(root, "bin.py", frozenset(), WATCHED) == ()
    assert isinstance(read_calls(root, "odd.py", frozenset(), WATCHED), Skipped)
    assert isinstance(read_calls(root, "gone.py", frozenset(), WATCHED), Skipped)


HOSTILE = {
    "deep nesting": "import os\n" + "os.kill(" * 90 + "'x'" + ")" * 90,
    "long chain": "import os\nos" + ".fork()" * 5_000,
    "many arms": "import os\nif os.fork(): pass\n" + "elif os.fork(): pass\n" * 3_000,
    "long sum": "import os\nx = " + " + ".join(["os.fork()"] * 3_000),
    "variables in a ring": "import os\na = b\nb = a\na.fork()\n@a\ndef c(): os.fork()\n",
    "one long line": "import os; " + "import os, " * 20_000 + "os\nos.fork()",
    "open brackets": "import (\n" * 20_000 + "os fork",
    "towers of calls": "import os\n" + ("os.kill(" * 90 + "'x'" + ")" * 90 + "\n") * 200,
    "backslashes": "import os\nos.fork()\n" + "\\\n" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_bounded_time(name: str) -> None:
    started = time.process_time()

    calls = calls_of_source(HOSTILE[name].encode(), "a.py", frozenset(), WATCHED)

    assert isinstance(calls, Skipped) or all(each.name.startswith("os.") for each in calls)
    assert time.process_time() - started < 10


SAMPLE = (
    b"import os, pytest\nfrom subprocess import run as r\n@pytest.mark.skipif(os.fork(), reason='x')\n"
    b"class A:\n    pytestmark = [pytest.mark.slow]\n    def f(self, *a, **k):\n        with r(['a'], **k) as p:\n"
    b"            p.wait(lambda: os.kill(1, 2))\n"
)


@settings(max_examples=200, deadline=None)
@given(damaged(SAMPLE))
def test_damaged_text_gives_calls_or_a_reason(content: bytes) -> None:
    calls = calls_of_source(content, "a.py", frozenset(), WATCHED)

    assert isinstance(calls, Skipped) or all(each.name.startswith(tuple(WATCHED)) for each in calls)


def test_every_plain_call_of_this_file_s_own_imports_is_found() -> None:
    """The truth from a plain walk over all nodes: `pytest.mark.parametrize` stands in this file as often as found."""
    source = Path(__file__).read_text("utf-8")
    said = [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.parametrize"
    ]

    assert sorted(each.line for each in found(source, ["pytest.mark.parametrize"])) == sorted(said)
