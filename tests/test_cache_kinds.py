"""What is kept of tests and of watched calls between runs: the same as a first reading says, and nothing stale."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import make_project

from planner.model.calls import WatchedCall
from planner.model.measurement import Skipped
from planner.model.seams import TestFacts
from planner.source import cache, facts_of_test, read_test_facts
from planner.source.cache import facts_file
from planner.source.calls import read_calls
from planner.source.codec import pack_calls, pack_tests, unpack_calls, unpack_tests
from planner.source.kinds import TESTS, calls_kind
from planner.source.library import Library, read_all

FILES = {
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef gateway(monkeypatch, tmp_path): ...\n",
    "tests/test_desk.py": (
        "import subprocess, sqlite3\nfrom unittest import mock\n\n\n@mock.patch('shop.desk.label')\n"
        "def test_it(label, gateway):\n    sqlite3.connect(':memory:')\n"
        "    subprocess.run(['a\\tb', 'ü'], check=True)\n"
    ),
    "tests/test_bad.py": "import subprocess\ndef (:\n",
    "tests/test_calm.py": "def test_calm(): pass\n",
}
WATCHED = ("subprocess.", "pytest.")


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop", FILES)


def kept_tests(root: Path, folder: Path | None) -> dict[str, TestFacts | Skipped]:
    return read_all(TESTS, root, sorted(FILES), frozenset(FILES), folder, _quietly)


def kept_calls(root: Path, folder: Path | None, watched: tuple[str, ...] = WATCHED) -> dict[str, object]:
    found = read_all(calls_kind(watched), root, sorted(FILES), frozenset(FILES), folder, _quietly)
    return dict(found)


def test_what_is_kept_is_what_a_first_reading_says(root: Path, tmp_path: Path, parsed: list[str]) -> None:
    folder = tmp_path / "cache"
    cold = kept_tests(root, folder), kept_calls(root, folder)
    parsed.clear()

    warm = kept_tests(root, folder), kept_calls(root, folder)

    assert parsed == []
    assert warm == cold
    assert warm[0] == {path: read_test_facts(root, path, frozenset(FILES)) for path in sorted(FILES)}
    assert warm[1] == {path: read_calls(root, path, frozenset(FILES), WATCHED) for path in sorted(FILES)}
    assert isinstance(warm[0]["tests/test_bad.py"], Skipped)


def test_only_what_was_edited_is_parsed_again(root: Path, tmp_path: Path, parsed: list[str]) -> None:
    kept_tests(root, tmp_path / "cache")
    kept_calls(root, tmp_path / "cache")
    (root / "tests/test_desk.py").write_text("import subprocess\nsubprocess.call([])\n")
    parsed.clear()

    tests, calls = kept_tests(root, tmp_path / "cache"), kept_calls(root, tmp_path / "cache")

    assert parsed == ["tests/test_desk.py"] * 2
    assert (tests, calls) == (kept_tests(root, None), kept_calls(root, None))


def test_calls_of_other_names_are_looked_for_anew(root: Path, tmp_path: Path) -> None:
    kept_calls(root, tmp_path / "cache")

    found = kept_calls(root, tmp_path / "cache", ("sqlite3.",))

    assert found == kept_calls(root, None, ("sqlite3.",))
    assert [path for path, each in found.items() if each] == ["tests/test_desk.py"]


@pytest.mark.parametrize("kind", ["tests", "calls"])
def test_a_damaged_file_costs_time_and_nothing_else(root: Path, tmp_path: Path, kind: str) -> None:
    kept_tests(root, tmp_path / "cache")
    kept_calls(root, tmp_path / "cache")
    file = facts_file(tmp_path / "cache", root, kind)
    file.write_bytes(file.read_bytes().replace(b"subprocess", b"subproces"))

    assert kept_tests(root, tmp_path / "cache") == kept_tests(root, None)
    assert kept_calls(root, tmp_path / "cache") == kept_calls(root, None)


TEXTS = st.text(st.characters(), max_size=8)
LINES = st.integers(0, 10_000_000)
CALLS = st.builds(
    WatchedCall,
    path=TEXTS,
    line=LINES,
    name=TEXTS,
    unit=TEXTS,
    role=st.sampled_from(("call", "context", "decorator")),
    arguments=st.lists(TEXTS, max_size=3).map(tuple),
    keywords=st.dictionaries(TEXTS, TEXTS, max_size=3),
    strings=st.lists(TEXTS, max_size=3).map(tuple),
)


@given(st.lists(st.lists(CALLS, max_size=4).map(tuple) | st.builds(Skipped, TEXTS, TEXTS, LINES), max_size=5))
def test_calls_survive_there_and_back(values: list[tuple[WatchedCall, ...] | Skipped]) -> None:
    texts = [cache._write_json(pack_calls(each)) for each in values]

    assert unpack_calls([json.loads(text) for text in texts]) == values


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=30,
)


@given(st.lists(JSON, max_size=4))
def test_any_other_json_is_refused_or_read(rows: list[object]) -> None:
    for unpack in (unpack_calls, unpack_tests):
        try:
            found = list(unpack(rows))
        except ValueError:
            continue
        assert len(found) == len(rows)


@given(st.data())
def test_one_odd_value_in_a_row_of_tests_is_refused_or_another_row(data: st.DataObject) -> None:
    facts = facts_of_test(FILES["tests/test_desk.py"].encode(), "tests/test_desk.py", frozenset(FILES))
    row = pack_tests(facts)
    place = data.draw(st.integers(0, len(row) - 1))
    row[place] = data.draw(JSON)

    try:
        (found,) = unpack_tests([row])
    except ValueError:
        return

    assert isinstance(found, TestFacts)
    assert all(isinstance(each.target, str) and isinstance(each.line, int) for each in found.patches)


def test_what_is_known_of_other_files_is_found_when_all_is_written(
    root: Path, tmp_path: Path, parsed: list[str]
) -> None:
    kept_tests(root, tmp_path / "cache")
    (root / "tests/test_calm.py").write_text("def test_storm(): pass\n")
    parsed.clear()
    library = Library(root, frozenset(FILES), tmp_path / "cache")

    library.read(TESTS, ["tests/test_calm.py"])
    library.keep()
    library.read(TESTS, ["tests/conftest.py", "tests/test_desk.py"])
    library.keep()

    assert parsed == ["tests/test_calm.py"]
    assert library.read(TESTS, FILES) == kept_tests(root, tmp_path / "cache") == kept_tests(root, None)
