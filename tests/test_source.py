"""Source bytes become facts, or a reason why not."""

import sys
from pathlib import Path

import pytest

from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.size import MAX_SOURCE_BYTES
from planner.source import read_facts


def read(root: Path, source: bytes, path: str = "mod.py") -> ModuleFacts | Skipped:
    (root / path).write_bytes(source)
    return read_facts(root, path, frozenset({path}))


def reason(root: Path, source: bytes) -> tuple[str, int | None]:
    skipped = read(root, source)
    assert isinstance(skipped, Skipped)
    assert skipped.path == "mod.py"
    return skipped.reason, skipped.line


def test_a_syntax_error_is_skipped_with_its_line(tmp_path: Path) -> None:
    text, line = reason(tmp_path, b"x = 1\n\ndef work(:\n")

    assert text.startswith("not valid Python for this interpreter: ")
    assert line == 3


def test_the_syntax_of_python_2_is_skipped(tmp_path: Path) -> None:
    text, line = reason(tmp_path, b"import os\nprint 'hello'\n")

    assert "not valid Python" in text
    assert line == 2


def test_null_bytes_are_skipped(tmp_path: Path) -> None:
    text, _ = reason(tmp_path, b"x = 1\n\x00\n")

    assert "null bytes" in text


@pytest.mark.parametrize("source", [b"# coding: klingon\nx = 1\n", b"\xff\xfe x", b"x = '\xe9'\n"])
def test_bytes_that_do_not_decode_are_skipped(tmp_path: Path, source: bytes) -> None:
    assert isinstance(read(tmp_path, source), Skipped)


def test_a_declared_encoding_is_honoured(tmp_path: Path) -> None:
    facts = read(tmp_path, "# -*- coding: latin-1 -*-\nname = 'é'\ndef é(): pass\n".encode("latin-1"))

    assert isinstance(facts, ModuleFacts)
    assert [unit.name for unit in facts.units] == ["<module>", "é"]


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, b"\xef\xbb\xbfx = 1\n"), ModuleFacts)


def test_an_empty_file_is_a_module_level_alone(tmp_path: Path) -> None:
    facts = read(tmp_path, b"")

    assert isinstance(facts, ModuleFacts)
    assert [unit.name for unit in facts.units] == ["<module>"]


def test_form_feeds_and_unicode_separators_do_not_shift_lines(tmp_path: Path) -> None:
    facts = read(tmp_path, "x = '\u2028\x85\x1c'\n\x0c\ndef work():\n    return 1\n".encode())

    assert isinstance(facts, ModuleFacts)
    assert facts.units[1].lines == 1 << 4


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "+".join(["1"] * 50_000),
        "x = " + "-" * 50_000 + "1",
        "x = a" + ".b()" * 20_000,
        "".join(" " * depth + "if x:\n" for depth in range(150)) + " " * 150 + "pass",
    ],
    ids=["parentheses", "sum", "signs", "calls", "indents"],
)
def test_what_the_parser_cannot_nest_is_skipped(tmp_path: Path, source: str) -> None:
    assert isinstance(read(tmp_path, source.encode()), Skipped)


def test_a_missing_file_is_skipped(tmp_path: Path) -> None:
    assert read_facts(tmp_path, "gone.py", frozenset()) == Skipped(
        "gone.py", "cannot be read (No such file or directory)"
    )


def test_a_directory_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "odd.py").mkdir()

    assert isinstance(read_facts(tmp_path, "odd.py", frozenset()), Skipped)


def test_a_file_too_large_to_be_source_is_skipped_unread(tmp_path: Path) -> None:
    with (tmp_path / "mod.py").open("wb") as file:
        file.truncate(MAX_SOURCE_BYTES + 1)

    assert read_facts(tmp_path, "mod.py", frozenset()) == Skipped("mod.py", "larger than 8 MiB")


def test_reading_runs_and_imports_nothing(tmp_path: Path) -> None:
    (tmp_path / "trap_of_gapplan.py").write_text("raise SystemExit('imported')\n")
    marker = tmp_path / "ran"

    facts = read(tmp_path, f"import trap_of_gapplan\nopen({str(marker)!r}, 'w').close()\n".encode())

    assert isinstance(facts, ModuleFacts)
    assert not marker.exists()
    assert "trap_of_gapplan" not in sys.modules


def test_odd_source_raises_no_warning(tmp_path: Path) -> None:
    """`filterwarnings = error` makes the parser's own warnings fail here."""
    assert isinstance(read(tmp_path, b"x = '\\d'\nassert (x, 'always true')\ny = 1 is 1\n"), ModuleFacts)


def test_relative_imports_of_a_package_start_at_the_package_itself(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()

    package = read(tmp_path, b"from .near import a\nx = a()\n", "pkg/__init__.py")
    module = read(tmp_path, b"from .near import a\nx = a()\n", "pkg/mod.py")

    assert isinstance(package, ModuleFacts)
    assert isinstance(module, ModuleFacts)
    assert package.units[0].uses == module.units[0].uses == {"pkg.near.a"}
    assert (package.module, module.module) == ("pkg", "pkg.mod")
