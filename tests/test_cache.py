"""Facts from the cache are the facts of the bytes, whatever happened to the cache; and there and back loses nothing."""

import contextlib
import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click
import coverage
import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.facts import Call, Import, ModuleFacts, Unit
from planner.model.lines import MAX_LINE
from planner.model.measurement import Skipped
from planner.source import cache, tables
from planner.source.cache import facts_file, facts_key, facts_stamp
from planner.source.codec import Facts, pack_facts, unpack_facts
from planner.source.kinds import FACTS
from planner.source.library import read_all
from planner.state import read_shelf, write_shelf

ROOT = Path(__file__).parent.parent
REAL_PACKAGES = [Path(package.__file__ or "").parent for package in (click, coverage, networkx)]
LINES = frozenset({"lines", "conditional", "import_time", "hollow", "guarded", "main_block"})
"""The fields that are sets of lines; as types they are numbers."""

ANY_TEXT = st.text(st.characters(), max_size=8)  # lone surrogates too: a source can spell them
ANY_LINES = st.one_of(
    st.just(0),
    st.integers(0, 1 << 200),
    st.builds(lambda first, length: ((1 << length) - 1) << first, st.integers(0, 30_000), st.integers(1, 30_000)),
    st.just(1 << MAX_LINE),
)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Every value that a field of this type may have; a type that is new here needs a line here."""
    simple: dict[object, st.SearchStrategy[Any]] = {str: ANY_TEXT, int: st.integers(0, MAX_LINE), bool: st.booleans()}
    if hint in simple:
        return simple[hint]
    if hint in (Call, Import, Unit):
        return instances_of(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is dict:
        return st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=3)
    if origin is tuple and inner[-1] is ...:
        return st.lists(values_of(inner[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, inner))
    return st.sampled_from(inner)


def instances_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Instances in which every field has a value of its own, so that one forgotten in the codec shows."""
    hints = get_type_hints(kind)
    return st.builds(
        kind, **{each.name: ANY_LINES if each.name in LINES else values_of(hints[each.name]) for each in fields(kind)}
    )


def through_json(values: list[Facts]) -> list[Facts]:
    texts = [cache._write_json(pack_facts(each)).encode("utf-8", "surrogatepass") for each in values]
    return unpack_facts([json.loads(text.decode("utf-8", "surrogatepass")) for text in texts])


@given(st.lists(instances_of(ModuleFacts), max_size=3))
def test_facts_survive_there_and_back(facts: list[ModuleFacts]) -> None:
    assert through_json([*facts]) == facts


@given(st.lists(st.builds(Skipped, ANY_TEXT, ANY_TEXT, st.integers(0, MAX_LINE)), max_size=3))
def test_reasons_survive_there_and_back(skips: list[Skipped]) -> None:
    assert through_json([*skips]) == skips


def test_facts_and_reasons_come_back_in_their_order(tmp_path: Path) -> None:
    read = read_all(FACTS, *project(tmp_path, {"a.py": "x = 1\n", "b.py": "def (:\n", "c.py": "def f(): ...\n"}))

    assert through_json(list(read.values())) == list(read.values())
    assert [type(each) for each in read.values()] == [ModuleFacts, Skipped, ModuleFacts]


def test_the_order_of_names_in_a_dictionary_is_kept() -> None:
    uses = {"z.b": 1, "a.c": 2}
    facts = ModuleFacts("a.py", "a", (Unit("f", "function", 1, 2, 2, first_use=uses),), 0, 0)

    (back,) = through_json([facts])

    assert isinstance(back, ModuleFacts)
    assert list(back.units[0].first_use) == ["z.b", "a.c"]


def test_a_field_that_the_codec_does_not_know_stops_it() -> None:
    @dataclass
    class Grown:
        name: str
        new: str

    with pytest.raises(TypeError, match=r"Grown has other fields than its table in planner\.source\.tables: new"):
        tables.Table(Grown, name=tables.TEXT)


def test_a_class_that_does_something_when_it_is_made_is_refused() -> None:
    """Instances are filled without `__init__`."""

    @dataclass
    class Checked:
        name: str

        def __post_init__(self) -> None: ...

    with pytest.raises(TypeError, match="would not run here"):
        tables.Table(Checked, name=tables.TEXT)


def nodes_of(tree: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield from nodes_of(child, (*place, key))


OTHER_JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        ANY_TEXT,
        st.sampled_from(["-1 1", "1 -1", "1 1 1", "99999999999 1", "1 g", "", " "]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=6,
)


@given(instances_of(ModuleFacts), OTHER_JSON, st.data())
def test_any_other_json_anywhere_is_refused_or_facts_of_the_right_types(
    facts: ModuleFacts, other: object, data: st.DataObject
) -> None:
    row = json.loads(json.dumps(pack_facts(facts)))
    place = data.draw(st.sampled_from(list(nodes_of(row))))
    changed = _replaced(row, place, other)

    try:
        (read,) = unpack_facts([changed])
    except ValueError:
        return

    assert through_json([read]) == [read]


def _replaced(tree: Any, place: tuple[Any, ...], other: object) -> Any:
    if not place:
        return other
    tree = copy.copy(tree)
    tree[place[0]] = _replaced(tree[place[0]], place[1:], other)
    return tree


@given(st.lists(OTHER_JSON, max_size=3))
def test_rows_of_any_json_are_refused_or_read(rows: list[object]) -> None:
    with contextlib.suppress(ValueError):
        unpack_facts(rows)


SOURCES = {
    "pkg/__init__.py": "from .near import work\n",
    "pkg/near.py": "import os\n\n\ndef work(path):\n    return os.stat(path)\n",
    "pkg/far.py": "from . import near\n\n\nclass Far(near.Near):\n    def go(self):\n        return self.walk()\n",
    "broken.py": "x = (\n",
}
Project = tuple[Path, list[str], frozenset[str]]


def project(tmp_path: Path, sources: dict[str, str] = SOURCES) -> Project:
    """(root, paths, known) as `read_all` takes them."""
    root = tmp_path / "project"
    for path, source in sources.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(source, "utf-8")
    return again(root)


def again(root: Path) -> Project:
    paths = sorted(each.relative_to(root).as_posix() for each in root.rglob("*.py"))
    return root, paths, frozenset(paths)


def identity(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_a_second_run_parses_nothing_and_says_the_same(tmp_path: Path, parsed: list[str]) -> None:
    at = project(tmp_path)
    cold = read_all(FACTS, *at, tmp_path / "cache")
    assert sorted(parsed) == at[1]
    parsed.clear()

    warm = read_all(FACTS, *at, tmp_path / "cache")

    assert parsed == []
    assert warm == cold == read_all(FACTS, *at)
    assert list(warm) == list(cold) == at[1]


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    at = project(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    read_all(FACTS, *at)

    assert sorted(tmp_path.rglob("*")) == before


def test_only_an_edited_file_is_parsed_again(tmp_path: Path, parsed: list[str]) -> None:
    at = project(tmp_path)
    read_all(FACTS, *at, tmp_path / "cache")
    parsed.clear()
    times = (at[0] / "pkg/near.py").stat()
    (at[0] / "pkg/near.py").write_text(SOURCES["pkg/near.py"].replace("stat", "mkno"))
    os.utime(at[0] / "pkg/near.py", ns=(times.st_atime_ns, times.st_mtime_ns))  # as archives and mirrors do

    warm = read_all(FACTS, *at, tmp_path / "cache")

    assert parsed == ["pkg/near.py"]
    assert warm == read_all(FACTS, *at)


def test_the_file_is_only_written_when_there_is_news(tmp_path: Path) -> None:
    at = project(tmp_path)
    read_all(FACTS, *at, tmp_path / "cache")
    file = facts_file(tmp_path / "cache", at[0])
    before = identity(file)

    read_all(FACTS, *at, tmp_path / "cache")
    (at[0] / "broken.py").unlink()
    read_all(FACTS, *again(at[0]), tmp_path / "cache")

    assert identity(file) == before


def test_deleted_files_are_dropped_with_the_next_news(tmp_path: Path) -> None:
    at = project(tmp_path)
    read_all(FACTS, *at, tmp_path / "cache")
    (at[0] / "broken.py").unlink()
    (at[0] / "new.py").write_text("x = 1\n")

    read_all(FACTS, *again(at[0]), tmp_path / "cache")

    stamp = facts_stamp()
    assert stamp
    assert set(read_shelf(facts_file(tmp_path / "cache", at[0]), stamp)) == (set(SOURCES) | {"new.py"}) - {"broken.py"}


def test_a_run_over_a_few_files_keeps_what_is_known_of_the_others(tmp_path: Path, parsed: list[str]) -> None:
    root, paths, known = project(tmp_path)
    read_all(FACTS, root, paths, known, tmp_path / "cache")
    (root / "pkg/near.py").write_text("x = 1\n")
    read_all(FACTS, root, ["pkg/near.py"], known, tmp_path / "cache")
    parsed.clear()

    read_all(FACTS, root, paths, known, tmp_path / "cache")

    assert parsed == []


def test_a_moved_file_has_the_names_of_its_new_place(tmp_path: Path) -> None:
    at = project(tmp_path)
    read_all(FACTS, *at, tmp_path / "cache")
    (at[0] / "other").mkdir()
    (at[0] / "pkg/far.py").rename(at[0] / "other/far.py")

    moved = read_all(FACTS, *again(at[0]), tmp_path / "cache")["other/far.py"]

    assert isinstance(moved, ModuleFacts)
    assert moved.module == "other.far"
    assert moved.units[1].bases == ("other.near.Near",)


def test_equal_bytes_in_two_places_are_two_modules(tmp_path: Path) -> None:
    at = project(tmp_path, {"a/__init__.py": "from .x import y\n", "b/__init__.py": "from .x import y\n"})
    read_all(FACTS, *at, tmp_path / "cache")

    warm = read_all(FACTS, *at, tmp_path / "cache")

    assert [each.imports[0].module for each in warm.values() if isinstance(each, ModuleFacts)] == ["a.x", "b.x"]


def test_a_file_whose_module_changes_with_the_folders_above_is_read_anew(tmp_path: Path) -> None:
    at = project(tmp_path, {"src/mod.py": "from . import x\n"})
    read_all(FACTS, *at, tmp_path / "cache")
    (at[0] / "src/__init__.py").touch()

    warm = read_all(FACTS, *again(at[0]), tmp_path / "cache")["src/mod.py"]

    assert isinstance(warm, ModuleFacts)
    assert warm.module == "src.mod"
    assert warm.imports[0].module == "src"


def test_what_was_skipped_for_reasons_of_the_moment_is_tried_again(tmp_path: Path, parsed: list[str]) -> None:
    at = project(tmp_path, {"broken.py": "x = (\n", "deep.py": "x = " + "-" * 50_000 + "1\n"})
    cold = read_all(FACTS, *at, tmp_path / "cache")
    (at[0] / "gone.py").symlink_to("nowhere")
    parsed.clear()

    warm = read_all(FACTS, *again(at[0]), tmp_path / "cache")

    assert parsed == ["deep.py"]
    assert warm == {**cold, "gone.py": Skipped("gone.py", "cannot be read (No such file or directory)")}


def test_facts_made_by_other_rules_are_ignored(
    tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = project(tmp_path)
    cold = read_all(FACTS, *at, tmp_path / "cache")
    parsed.clear()
    monkeypatch.setattr(cache, "facts_stamp", lambda: "0" * 32)

    assert read_all(FACTS, *at, tmp_path / "cache") == cold
    assert sorted(parsed) == at[1]


def stamp_here() -> str | None:
    return facts_stamp.__wrapped__()


@pytest.mark.parametrize(("place", "value"), [("version", "3.11.8"), ("platform", "win32")])
def test_another_interpreter_or_platform_has_another_stamp(
    monkeypatch: pytest.MonkeyPatch, place: str, value: str
) -> None:
    before = stamp_here()
    monkeypatch.setattr(sys, place, value)

    assert stamp_here() not in (None, before)


def test_any_change_of_our_own_source_has_another_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "planner", tmp_path / "planner")
    monkeypatch.setattr(cache, "_PACKAGE", tmp_path / "planner")
    stamps = {stamp_here()}
    for path in ("source/walk.py", "source/cache.py", "model/facts.py"):
        with (tmp_path / "planner" / path).open("a") as file:
            file.write("# changed\n")
        stamps.add(stamp_here())

    assert len(stamps) == 4
    assert stamps - {None} == stamps


def test_where_our_source_is_not_to_be_had_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_PACKAGE", tmp_path / "gapplan.zip" / "planner")

    assert stamp_here() is None
    monkeypatch.setattr(cache, "facts_stamp", lambda: None)
    assert read_all(FACTS, *project(tmp_path), tmp_path / "cache").keys() == SOURCES.keys()
    assert not (tmp_path / "cache").exists()


def test_the_stamp_covers_all_that_the_source_room_imports() -> None:
    """A rule that comes from another room would not change the stamp."""
    rooms = {
        line.split()[1].split(".")[1]
        for file in (ROOT / "planner/source").glob("*.py")
        for line in map(str.strip, file.read_text("utf-8").splitlines())
        if line.startswith(("from planner.", "import planner."))
    }

    decide_nothing = {"state", "settings", "spread"}  # where things are kept, how long patterns may take, who works
    assert rooms <= {"source", "model"} | decide_nothing
    assert not [each for each in (ROOT / "planner/source").iterdir() if each.is_dir() and each.name != "__pycache__"]


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(tmp_path: Path) -> None:
    at = project(tmp_path)
    (tmp_path / "file").touch()

    assert read_all(FACTS, *at, tmp_path / "file" / "cache") == read_all(FACTS, *at)


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = project(tmp_path)
    (tmp_path / "cache").mkdir(mode=0o500)
    open_file = os.open

    def refuse(path: Path, flags: int, *mode: int) -> int:
        """As for anyone but root, who may be running the tests."""
        if flags & os.O_CREAT:
            raise PermissionError(13, "Permission denied")
        return open_file(path, flags, *mode)

    monkeypatch.setattr(os, "open", refuse)

    assert read_all(FACTS, *at, tmp_path / "cache") == read_all(FACTS, *at)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_full_disk_costs_nothing_but_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = project(tmp_path)

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", fail)

    assert read_all(FACTS, *at, tmp_path / "cache") == read_all(FACTS, *at)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="links, pipes and owners of POSIX")
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "full folder", "other's", "loop"])
def test_an_odd_thing_in_place_of_the_file_is_never_followed(tmp_path: Path, kind: str) -> None:
    at = project(tmp_path)
    file = facts_file(tmp_path / "cache", at[0])
    cold = read_all(FACTS, *at, tmp_path / "cache")
    _make_odd(file, kind)

    assert read_all(FACTS, *at, tmp_path / "cache") == cold
    assert read_all(FACTS, *at, tmp_path / "cache") == cold
    if kind == "link":
        assert (tmp_path / "target").read_bytes() == b"precious"
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def _make_odd(file: Path, kind: str) -> None:
    if kind == "other's":
        try:
            os.chown(file, 12345, -1)
        except PermissionError:
            pytest.skip("only root can give a file away")
        return
    file.unlink()
    if kind == "link":
        (file.parents[1] / "target").write_bytes(b"precious")
        file.symlink_to(file.parents[1] / "target")
    elif kind == "loop":
        file.symlink_to(file.name)
    elif kind == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
        if kind == "full folder":
            (file / "inside").touch()


def test_a_damaged_file_is_ignored_and_made_anew(tmp_path: Path, parsed: list[str]) -> None:
    at = project(tmp_path)
    cold = read_all(FACTS, *at, tmp_path / "cache")
    file = facts_file(tmp_path / "cache", at[0])
    whole = file.read_bytes()
    damages = [whole[:cut] for cut in range(0, len(whole), 97)]
    damages += [
        whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :] for at in range(0, len(whole), 89) for bit in (1, 128)
    ]
    damages += [b"", b"\0" * 1000, b"{}", b"[" * 100_000, whole + b"\n", whole * 2, os.urandom(1000)]

    for damage in damages:
        file.write_bytes(damage)
        parsed.clear()

        assert read_all(FACTS, *at, tmp_path / "cache") == cold
        assert sorted(parsed) == at[1]
        assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "text",
    [
        *("", "[", "[]", "{}", "null", "1", '"x"', "[1,2,3]", "[" * 100_000, "1" * 5000, '["a.py","b",NaN]'),
        *('["pkg/near.py","reason",1.5]', '["pkg/near.py","reason",true]', '["other.py","reason",1]'),
        *('["pkg/near.py","reason",-1]', '["pkg/near.py","reason",99999999999]', "[],[]", "1],[2"),
    ],
    ids=lambda text: text[:30],
)
def test_entries_that_are_no_facts_are_ignored_even_with_key_and_checksum(
    tmp_path: Path, parsed: list[str], text: str
) -> None:
    at = project(tmp_path)
    cold = read_all(FACTS, *at, tmp_path / "cache")
    file, stamp = facts_file(tmp_path / "cache", at[0]), facts_stamp()
    assert stamp
    shelf = read_shelf(file, stamp)
    write_shelf(file, stamp, {**shelf, "pkg/near.py": (shelf["pkg/near.py"][0], text)})
    parsed.clear()

    assert read_all(FACTS, *at, tmp_path / "cache") == cold
    assert parsed == ["pkg/near.py"]


def test_two_roots_have_two_files_and_a_link_to_a_root_has_its_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "link").symlink_to("a")

    assert facts_file(tmp_path, tmp_path / "a") != facts_file(tmp_path, tmp_path / "b")
    assert facts_file(tmp_path, tmp_path / "a") == facts_file(tmp_path, tmp_path / "link")


def test_path_module_and_bytes_cannot_be_taken_for_each_other() -> None:
    keys = {facts_key(b"c", "a", "b"), facts_key(b"", "a", "bc"), facts_key(b"bc", "a", ""), facts_key(b"c", "ab", "")}

    assert len(keys) == 4


WRITER = """\
import os, sys
from pathlib import Path
from planner.source import facts_of_source
from planner.source.kinds import FACTS
from planner.source.library import read_all
root, folder, me, rounds = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
paths = sorted(path.name for path in root.glob("*.py"))
for number in range(rounds):
    source = f"import os\\n\\n\\ndef work_{me}_{number}(a):\\n" + "    a += 1\\n" * (number + 1)
    (root / f"{me}.draft").write_text(source)
    os.replace(root / f"{me}.draft", root / f"{me}.py")
    facts = read_all(FACTS, root, paths, frozenset(paths), folder)
    assert facts[f"{me}.py"] == facts_of_source(source.encode(), f"{me}.py", frozenset(paths))
    assert all(each.units[1].name.startswith(f"work_{path[:-3]}_") for path, each in facts.items()), facts
"""


def test_eight_processes_write_at_once_and_each_reads_the_truth(tmp_path: Path) -> None:
    root, paths, known = project(tmp_path, {f"w{number}.py": f"\ndef work_w{number}_x(): ...\n" for number in range(8)})
    command = [sys.executable, "-c", WRITER, str(root), str(tmp_path / "cache")]
    writers = [
        subprocess.Popen([*command, path[:-3], "20"], cwd=ROOT, stderr=subprocess.PIPE, text=True) for path in paths
    ]
    errors = [writer.communicate(timeout=120)[1] for writer in writers]

    assert errors == [""] * 8
    assert read_all(FACTS, root, paths, known, tmp_path / "cache") == read_all(FACTS, root, paths, known)
    file, stamp = facts_file(tmp_path / "cache", root), facts_stamp()
    assert stamp
    assert read_shelf(file, stamp).keys() == known
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("folder", [ROOT / "fixtures" / "shop", *REAL_PACKAGES], ids=lambda folder: folder.name)
def test_cold_and_warm_are_equal_on_real_projects(tmp_path: Path, parsed: list[str], folder: Path) -> None:
    at = again(folder)
    cold = read_all(FACTS, *at, tmp_path)
    parsed.clear()

    warm = read_all(FACTS, *at, tmp_path)

    assert [path for path in parsed if cold[path] not in _momentary(cold)] == []
    assert warm == cold == read_all(FACTS, *at)


def _momentary(facts: dict[str, Facts]) -> list[Facts]:
    return [each for each in facts.values() if isinstance(each, Skipped) and each.line is None]
