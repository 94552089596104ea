"""The catalogue of seams is well-formed, and names find theirs."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from factories import facts_of

from planner.forecast.seams import catalogue, find_seams


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return tomllib.loads((files("planner.forecast") / "seams.toml").read_text("utf-8"))


def kinds_of(*names: str) -> list[tuple[str, str]]:
    return [(seam.name, seam.kind) for seam in find_seams(names)]


def test_every_kind_is_declared_with_a_meaning_and_a_setup(document: dict[str, Any]) -> None:
    used = {entry["kind"] for entry in document["seam"]}

    assert used == set(document["kind"])
    for kind in document["kind"].values():
        assert kind.keys() == {"meaning", "setup"}
        assert kind["setup"] in ("fixture", "builtin")
        assert kind["meaning"]


def test_every_entry_has_a_double_and_the_documentation_of_both(document: dict[str, Any]) -> None:
    for entry in document["seam"]:
        assert entry.keys() == {"import", "kind", "double", "docs", "double_docs"}, entry
        assert entry["double"].strip(), entry
        assert entry["docs"].startswith("https://"), entry
        assert entry["double_docs"].startswith("https://"), entry


def test_entries_are_importable_names_each_once_and_sorted(document: dict[str, Any]) -> None:
    entries = [(entry["kind"], entry["import"]) for entry in document["seam"]]
    names = [name for _, name in entries]

    assert entries == sorted(entries)
    assert len(names) == len(set(names))
    assert all(part.isidentifier() for name in names for part in name.split("."))


def test_the_catalogue_holds_every_entry(document: dict[str, Any]) -> None:
    assert catalogue().keys() == {entry["import"] for entry in document["seam"]}


def test_the_longest_prefix_wins() -> None:
    known = catalogue()
    nested = {name for name in known if any(name.startswith(f"{other}.") for other in known)}

    assert kinds_of("sqlite3.connect.anything") == [("sqlite3", "sql")]
    for name in nested:
        assert kinds_of(name) == [(name, known[name].kind)]
        assert kinds_of(f"{name}.call") == [(name, known[name].kind)]


def test_there_are_entries_inside_others_for_the_longest_to_win() -> None:
    known = catalogue()

    assert any(name.startswith(f"{other}.") for name in known for other in known)


@pytest.mark.parametrize(
    "name",
    ["os.path.join", "os", "os.sep", "json.dumps", "re.compile", "datetime.timedelta", "requestsx.get", "redis_", ""],
)
def test_pure_code_is_no_seam(name: str) -> None:
    assert find_seams([name]) == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("redis.Redis.from_url", "cache or queue"),
        ("requests.get", "http client"),
        ("subprocess.run", "subprocess"),
        ("sqlite3.connect", "sql"),
        ("builtins.open", "file system"),
        ("time.sleep", "clock"),
        ("random.random", "randomness"),
        ("os.environ.get", "environment and argv"),
    ],
)
def test_what_reaches_outside_is_a_seam_of_its_kind(name: str, kind: str) -> None:
    assert [each for _, each in kinds_of(name)] == [kind]


def test_only_kinds_that_take_a_fixture_need_building() -> None:
    assert find_seams(["redis.Redis"])[0].needs_building
    assert not find_seams(["datetime.datetime.now"])[0].needs_building


def test_each_seam_is_found_once_and_in_order() -> None:
    found = kinds_of("redis.a", "requests.b", "redis.c", "redis")

    assert found == [("redis", "cache or queue"), ("requests", "http client")]


def test_a_call_through_aliases_is_found_in_source(tmp_path: Path) -> None:
    source = """\
        import datetime as d
        from datetime import datetime as dt, timedelta
        import os
        def one():
            return d.datetime.now() + timedelta(1)
        def two():
            return dt.now()
        def three(a):
            return os.path.join(a)
        """

    facts = facts_of(tmp_path, source)

    found = {unit.name: [seam.name for seam in find_seams(unit.uses)] for unit in facts.units}
    assert found == {"<module>": [], "one": ["datetime.datetime.now"], "two": ["datetime.datetime.now"], "three": []}
