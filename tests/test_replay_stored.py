"""Facts kept beside a recording stand in for its sources: same facts, same scores, nothing believed unchecked."""

import copy
import importlib.util
import json
import lzma
import os
import re
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from replays import Toy, shop

from planner.cli.replay import command
from planner.errors import GapplanError
from planner.model.replay import Replay
from planner.replay.data import read_recording
from planner.replay.project import read_project
from planner.replay.sources import SourcesError, find_sources, find_tree, read_sources, read_tree
from planner.replay.stored import (
    FIELDS,
    MAX_BYTES,
    REBUILD,
    SUFFIX,
    Stored,
    read_stored,
    recording_digest,
    this_python,
    write_stored,
)
from planner.replay.story import replay

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "replay"
SDISTS = Path(os.environ.get("GAPPLAN_REPLAY_SOURCES") or Path(tempfile.gettempdir(), "gapplan-replay", "sources"))
"""Where `tests/benchmarks/replay.py` lays out the source distributions."""

NAMES = ("apscheduler", "click", "flask", "jinja2", "marshmallow", "twine", "watchdog", "werkzeug")
NAME = re.compile(r"[\w.]*(<module>|<locals>|[\w.()])*")
LINES = re.compile(r"\d+ [0-9a-f]+|[0-9a-f]+")


def _odd() -> Toy:
    """A project whose sources have what facts are made of, and texts that must not be in them."""
    toy = shop(functions=2, modules=2)
    toy.function("load", path="pkg/größe.py")
    product = toy.files["pkg/größe.py"].text
    product[1] = "    x0 = __import__('secret' + 'ly')  # a remark"
    product[2] = "    x1 = Größe('hidden words').of(requests.get)"
    product += [
        "import requests as asked",
        "class Größe(asked.Session):",
        '    """Documented here."""',
        "    size: int = 3",
    ]
    toy.helper("client", 5, decorator="@pytest.fixture")
    tests = toy.files["tests/conftest.py"].text
    tests += ["import sqlite3, pytest", "from unittest.mock import patch", "@patch('pkg.mod0.f0_0')"]
    tests += ["def test_patched(client, tmp_path):", "    sqlite3.connect(':memory:').execute('select nothing')"]
    return toy


def _stored(folder: Path, toy: Toy) -> tuple[Path, Path, Stored]:
    """The recording with its tree in `folder`, and the facts beside it: paths of both, and what the tree says."""
    data = toy.write(folder)
    stored = read_tree(find_tree(folder, toy.name), read_recording(data))
    write_stored(folder / f"{toy.name}{SUFFIX}", stored)
    return data, folder / f"{toy.name}{SUFFIX}", stored


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lzma.decompress(path.read_bytes()))
    return found


def _write(path: Path, document: object) -> None:
    path.write_bytes(lzma.compress(json.dumps(document).encode(), preset=0))


def _refusal(path: Path, data: Path) -> str:
    with pytest.raises(SourcesError) as caught:
        read_stored(path, read_recording(data))
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def _quick(data: Path, sources: Path) -> Replay:
    return replay([data], sources, lambda names, _: names, is_quick=True, jobs=1)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


@pytest.mark.parametrize("make", [shop, _odd])
def test_facts_that_are_kept_are_those_of_the_tree(tmp_path: Path, make: Callable[[], Toy]) -> None:
    data, path, stored = _stored(tmp_path, make())
    recording = read_recording(data)

    assert read_stored(path, recording) == stored
    assert stored.source == "toy-1.0"
    assert stored.python == this_python()
    assert stored.recording == recording_digest(recording)
    assert set(stored.digests) == {file.path for file in recording.files}


def test_odd_project_has_facts_of_every_kind(tmp_path: Path) -> None:
    _, _, stored = _stored(tmp_path, _odd())
    (conftest,) = (test for test in stored.tests if test.path == "tests/conftest.py")
    (dynamic,) = (facts for facts in stored.facts if facts.dynamic)

    assert [patch.target for patch in conftest.patches] == ["pkg.mod0.f0_0"]
    assert set(conftest.asked) >= {"client", "tmp_path"}
    assert conftest.databases
    assert dynamic.path == "pkg/größe.py"
    assert dynamic.imports
    assert stored.code["tests/conftest.py"]


def test_replay_reads_the_same_project_from_facts_and_from_the_tree(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, _odd())
    recording = read_recording(data)

    from_facts, from_tree = read_sources(path, recording), read_sources(tmp_path / "toy-1.0", recording)

    assert from_facts == from_tree
    assert list(from_facts.facts) == list(from_tree.facts)
    assert list(from_facts.functions) == list(from_tree.functions)


def test_scores_from_facts_alone_are_those_from_the_tree(tmp_path: Path) -> None:
    trees, facts = tmp_path / "trees", tmp_path / "facts"
    trees.mkdir()
    facts.mkdir()
    data, path, _ = _stored(trees, shop())
    path.rename(facts / path.name)

    scores = _quick(data, facts)

    assert scores == _quick(data, trees)
    assert scores.projects[0].source == "toy-1.0"
    assert scores.projects[0].splits


def test_facts_beside_the_recording_are_used_and_a_folder_of_trees_has_none(tmp_path: Path) -> None:
    _, path, _ = _stored(tmp_path, shop())

    assert find_sources(tmp_path, "toy") == path
    assert find_tree(tmp_path, "toy").name == "toy-1.0"
    path.unlink()
    assert find_sources(tmp_path, "toy").name == "toy-1.0"


def test_facts_hold_names_but_no_comments_docstrings_or_texts(tmp_path: Path) -> None:
    _, path, _ = _stored(tmp_path, _odd())

    content = json.dumps(_document(path), ensure_ascii=False)

    assert not [text for text in ("secret", "remark", "hidden", "Documented", "memory", "nothing") if text in content]
    assert "Größe" in content
    assert "requests.Session" in content


def test_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    _, path, stored = _stored(tmp_path, _odd())
    before = path.read_bytes()

    write_stored(path, stored)

    assert path.read_bytes() == before


def test_facts_with_other_fields_are_refused_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop())
    older, reordered, newer = (_document(path) for _ in range(3))
    older["fields"]["Unit"].remove("is_async")
    reordered["fields"]["CallKind"].reverse()
    newer["format"] = 2
    strange = _document(path)
    strange["fields"]["Call"].append("two\nlines")
    other = _document(path)
    other["fields"]["Two\nlines"] = []

    for document, reason in (
        (older, "Unit without is_async"),
        (reordered, "CallKind in another order"),
        (strange, "Call with 1 more"),
        (other, "9 lists of fields belong there"),
    ):
        _write(path, document)
        assert f"facts of another gapplan ({reason}); {REBUILD}" in _refusal(path, data)
    _write(path, newer)
    assert "facts of another gapplan (this one reads format 1)" in _refusal(path, data)


def test_fields_name_all_that_rows_are_made_of() -> None:
    assert FIELDS["Unit"][:3] == ["name", "kind", "first_line"]
    assert FIELDS["TestFacts"] == ["facts", "patches", "asked", "databases"], "pack and unpack the new field, too"
    assert FIELDS["Patch"] == ["target", "line"], "pack and unpack the new field, too"
    assert set(FIELDS) == {
        *("ModuleFacts", "Unit", "Import", "Call", "TestFacts", "Patch"),
        *("UnitKind", "ImportKind", "CallKind"),
    }


def test_facts_of_another_recording_are_refused(tmp_path: Path) -> None:
    _, path, _ = _stored(tmp_path, shop())
    (tmp_path / "b").mkdir()
    other = shop(functions=3).write(tmp_path / "b")

    assert "facts of another recording than toy (other files or statements)" in _refusal(path, other)


def test_facts_that_lack_a_file_of_the_product_or_have_tests_unknown_are_refused(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop())
    lacking, strange = _document(path), _document(path)
    gone = lacking["facts"].pop()[0]
    del lacking["digests"][gone]
    test = copy.deepcopy(strange["tests"][0])
    test[0][0] = "tests/other.py"
    strange["tests"].append(test)
    strange["digests"]["tests/other.py"] = "0" * 64

    _write(path, lacking)
    assert "other files of the product" in _refusal(path, data)
    _write(path, strange)
    assert "test files that it does not have: 1" in _refusal(path, data)


def test_what_is_no_facts_file_is_refused_in_one_line(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop())
    whole = path.read_bytes()

    path.write_bytes(b"plain")
    assert "is not packed by xz, or damaged" in _refusal(path, data)
    path.write_bytes(whole[:-20])
    assert "it ends too early" in _refusal(path, data)
    path.write_bytes(lzma.compress(b"no json"))
    assert "no facts, or damaged" in _refusal(path, data)
    path.write_bytes(lzma.compress(b"[" * 100_000))
    assert "no facts, or damaged" in _refusal(path, data)
    path.write_bytes(lzma.compress(b"\xff{}"))
    assert "no facts, or damaged" in _refusal(path, data)
    path.unlink()
    assert "cannot be read (No such file or directory)" in _refusal(path, data)


def test_facts_that_unpack_to_far_too_much_are_refused(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop())

    path.write_bytes(lzma.compress(bytes(MAX_BYTES + 1), preset=0))
    assert "unpacks to more than 16 MiB" in _refusal(path, data)


def test_unpacking_takes_no_more_memory_than_xz_itself_would_ask_for(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop())
    packed = bytearray(path.read_bytes())
    assert packed[12:16] == b"\x02\x00\x21\x01", "a header of one block with one filter, LZMA2"
    packed[16] = 40  # a dictionary of 4 GiB
    packed[20:24] = zlib.crc32(packed[12:20]).to_bytes(4, "little")

    path.write_bytes(packed)

    assert "is not packed by xz, or damaged (Memory usage limit exceeded)" in _refusal(path, data)


def test_small_texts_cannot_stand_for_sets_of_lines_beyond_memory(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop())
    document = _document(path)
    document["tests"][0][2] = {f"{9_000_000 + number} 1": 1 for number in range(300)}
    document["tests"][0][1] = [[f"{9_000_000 + number} 1", 1] for number in range(300)]

    _write(path, document)

    assert "sets of lines beyond any project" in _refusal(path, data)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.pop("digests"), "no object"),
        (lambda document: document.update(fields=[]), "no object"),
        (lambda document: document.update(source="../up"), "'../up' is impossible there"),
        (lambda document: document.update(source="."), "'.' is impossible there"),
        (lambda document: document.update(source=["a"]), "no text"),
        (lambda document: document.update(python=""), "'' is impossible there"),
        (lambda document: document["tests"][0].pop(), "no list of that length"),
        (lambda document: document["tests"][0].__setitem__(1, [["a.b", -1]]), "no line number"),
        (lambda document: document["tests"][0].__setitem__(1, [["a.b"]]), "no list of that length"),
        (lambda document: document["tests"][0].__setitem__(2, {"client": True}), "no line number"),
        (lambda document: document["tests"][0].__setitem__(4, "-1"), "'-1' is impossible there"),
        (lambda document: document["tests"][0].__setitem__(4, "f" * 3_000_000), "no set of lines"),
        (lambda document: document["facts"].__setitem__(0, ["pkg/mod0.py", "unreadable", 1]), "without facts"),
        (lambda document: document["facts"].append(document["facts"][0]), "a file twice"),
        (lambda document: document["digests"].popitem(), "without digest"),
        (lambda document: document["digests"].update({"pkg/mod0.py": "0"}), "'0' is impossible there"),
        (lambda document: document["facts"][0][2].__setitem__(2, 0), "a unit on no line"),
    ],
)
def test_impossible_values_are_refused_in_one_line(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    data, path, _ = _stored(tmp_path, shop())
    document = _document(path)
    change(document)
    _write(path, document)

    message = _refusal(path, data)

    assert reason in message
    assert message.endswith(REBUILD)


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])  # type: ignore[index]


WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2**70), st.floats(), st.text(max_size=8), st.just([]), st.just({})
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording with facts beside it, in a folder without its tree."""
    folder = tmp_path_factory.mktemp("small")
    data, path, _ = _stored(folder, shop(functions=1, modules=1))
    (folder / "facts").mkdir()
    path.rename(folder / "facts" / path.name)
    return data.rename(folder / "facts" / data.name)


def _outcome(data: Path) -> str:
    """The refusal in words, or the paths of the product's files and the number of items."""
    try:
        project = read_project(data, data.parent)
    except SourcesError as error:
        return str(error)
    return f"{list(project.sources.facts)}: {len(project.by_grain['class'])}"


@settings(max_examples=200, deadline=None)
@given(choice=st.integers(0, 2**32), wrong=WRONG)
def test_any_value_in_any_place_is_refused_in_one_line_or_read_as_a_project(
    small: Path, choice: int, wrong: object
) -> None:
    path = small.with_name(f"toy{SUFFIX}")
    before = path.read_bytes()
    document = _document(path)
    places = list(_places(document))
    container, key = places[choice % len(places)]
    container[key] = wrong
    _write(path, document)

    outcome = _outcome(small)
    path.write_bytes(before)

    assert "\n" not in outcome
    assert outcome.startswith(("['pkg/mod0.py']: ", f"{path}: "))


def test_fixtures_are_the_eight_projects_and_stay_small() -> None:
    files = {path.name: path.stat().st_size for path in FIXTURES.glob("*.xz")}

    assert set(files) == {f"{name}{suffix}" for name in NAMES for suffix in (".sqlite.xz", SUFFIX)}
    assert sum(files.values()) < 3_000_000


@pytest.mark.parametrize("name", NAMES)
def test_fixtures_are_what_this_gapplan_makes_of_facts_and_fit_their_recording(name: str) -> None:
    recording = read_recording(FIXTURES / f"{name}.sqlite.xz")

    stored = read_stored(FIXTURES / f"{name}{SUFFIX}", recording)

    assert stored.source.startswith(f"{name}-")
    assert stored.tests
    assert sum(facts.import_time.bit_count() for facts in stored.facts) > 0


@pytest.mark.parametrize("name", NAMES)
def test_fixtures_hold_no_source_text(name: str) -> None:
    document = _document(FIXTURES / f"{name}{SUFFIX}")
    paths = set(document["digests"])
    rows = [document["facts"], document["tests"]]

    texts = {text for text in _texts(rows) if text not in paths}

    assert [text for text in texts if not NAME.fullmatch(text) and not LINES.fullmatch(text)] == []


def test_quick_score_needs_nothing_but_the_fixtures() -> None:
    arguments = ["score", "-C", str(ROOT), "--quick", "--only", "twine", "--jobs", "1", "--format", "json"]

    result = CliRunner().invoke(command, arguments, obj={}, catch_exceptions=False)

    assert result.exit_code == 0
    (project,) = json.loads(result.stdout)["projects"]
    assert project["project"] == "twine"
    assert project["scores"]


def test_scores_are_never_written_over_the_facts(tmp_path: Path) -> None:
    data, path, _ = _stored(tmp_path, shop(functions=2, modules=2))
    before = path.read_bytes()

    with pytest.raises(GapplanError, match=r"toy\.facts\.json\.xz"):
        CliRunner().invoke(
            command, ["score", str(data), "--quick", "--jobs", "1", "-o", str(path)], obj={}, catch_exceptions=False
        )

    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["twine", "watchdog"])
def test_scores_from_fixtures_are_those_from_source_distributions(name: str) -> None:
    try:
        tree = find_tree(SDISTS, name)
    except SourcesError as error:
        pytest.skip(f"no source distribution at hand; tests/benchmarks/replay.py fetches them ({error})")
    data = FIXTURES / f"{name}.sqlite.xz"
    kept = read_stored(FIXTURES / f"{name}{SUFFIX}", read_recording(data))
    if kept.python != this_python():
        pytest.skip(f"the facts follow Python {kept.python}, this is {this_python()}: conditions on it differ")

    assert kept == read_tree(tree, read_recording(data))
    assert _quick(data, FIXTURES) == _quick(data, SDISTS)


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`build.py`, imported by path; what it does to `sys.path` is undone."""
    monkeypatch.setattr("sys.path", [*sys.path])
    spec = importlib.util.spec_from_file_location("replay_build", FIXTURES / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_builder_makes_both_files_from_recording_and_tree(
    tmp_path: Path, builder: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "made").mkdir()
    data = shop().write(tmp_path)
    arguments = ["--sources", str(tmp_path), "--recordings", str(tmp_path), "--to", str(tmp_path / "made")]

    status = builder.main(arguments)

    assert (status, capsys.readouterr().out.startswith("toy-1.0: ")) == (0, True)
    assert read_recording(tmp_path / "made" / "toy.sqlite.xz") == read_recording(data)
    assert _quick(tmp_path / "made" / "toy.sqlite.xz", tmp_path / "made") == _quick(data, tmp_path)


def test_builder_renews_facts_in_place_from_the_packed_recording(tmp_path: Path, builder: ModuleType) -> None:
    (tmp_path / "made").mkdir()
    data = shop().write(tmp_path, packed=True).rename(tmp_path / "made" / "toy.sqlite.xz")
    before = data.read_bytes()
    facts = tmp_path / "made" / f"toy{SUFFIX}"
    facts.write_bytes(b"stale")
    made = str(tmp_path / "made")

    assert builder.main(["--sources", str(tmp_path), "--recordings", made, "--to", made]) == 0

    assert data.read_bytes() == before
    assert read_stored(facts, read_recording(data)).source == "toy-1.0"


def test_builder_without_sources_says_so_in_one_line(
    tmp_path: Path, builder: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    status = builder.main(["--sources", str(tmp_path), "--only", "click", "--to", str(tmp_path)])

    assert status == 2
    assert "no sources of click" in capsys.readouterr().err
