"""Syntax newer than the running interpreter is read all the same, on the lines where it stands."""

import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import gapplan
from planner.model.facts import ModuleFacts
from planner.model.lines import numbers_in
from planner.model.measurement import Skipped
from planner.source import facts_of_source
from planner.source.newer import parse_newer

SOURCE = b'''import os

type Pair[T] = tuple[T, T]


class Box[T](dict):
    def get[U](self, wanted: U) -> U:
        try:
            found = f"{wanted["name"]} {os.getcwd()}"
        except ValueError, KeyError:
            return f"""{
                wanted
            }"""
        return found


def template():
    return t"{1}"
'''


def test_a_module_with_syntax_up_to_3_14_has_units_on_their_lines() -> None:
    facts = facts_of_source(SOURCE, "pkg/box.py", {"pkg/box.py"})

    assert isinstance(facts, ModuleFacts)
    assert [(unit.name, unit.first_line, unit.last_line) for unit in facts.units] == [
        ("<module>", 1, 18),
        ("Box", 6, 14),
        ("Box.get", 7, 14),
        ("template", 17, 18),
    ]
    assert list(numbers_in(facts.units[2].lines)) == list(range(8, 15))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="ast reads it from 3.12 on")
def test_names_outside_strings_are_kept() -> None:
    facts = facts_of_source(b"import os\ntype X = int\n\ndef here():\n    return os.getcwd()\n", "m.py", {"m.py"})

    assert isinstance(facts, ModuleFacts)
    assert facts.units[1].uses == {"os.getcwd"}


def test_what_no_python_reads_is_skipped_with_its_line() -> None:
    skipped = facts_of_source(b"x = 1\ndef broken(:\n    pass\n", "m.py", {"m.py"})

    assert isinstance(skipped, Skipped)
    assert skipped.line == 2


@pytest.mark.parametrize(
    "source",
    [
        b"type X = 1\nx = " + b"(" * 3_000 + b")" * 3_000,
        b"type X = 1\nx = " + b"a + " * 9_000 + b"a",
        b"type X = 1\nx = a" + b".b()" * 5_000,
        b"type X = 1\n" + b"x = 1\n" * 400_000,
    ],
    ids=["nested brackets", "a long sum", "a long chain", "a large file"],
)
def test_what_libcst_dies_of_is_not_given_to_it(source: bytes) -> None:
    start = time.process_time()

    assert parse_newer(source) is None
    assert time.process_time() - start < 5


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="ast reads all of it from 3.14 on")
def test_what_libcst_had_to_read_is_said_in_the_plan_and_in_the_explanation(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "box.py").write_bytes(SOURCE)
    (tmp_path / "lcov.info").write_text("SF:shop/box.py\nDA:1,1\nDA:8,0\nDA:9,0\nLF:3\nLH:1\nend_of_record\n")

    status = CliRunner().invoke(gapplan, ["-C", str(tmp_path), "status"]).stdout
    explained = CliRunner().invoke(gapplan, ["-C", str(tmp_path), "explain", "shop/box.py"]).stdout

    assert "read with libcst (such as shop/box.py)" in " ".join(status.split())
    assert "read with libcst" in " ".join(explained.split())
