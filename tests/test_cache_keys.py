"""What is kept of a source file has a key for every name there may be, and comes back when it was written elsewhere."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from factories import facts_of

from planner.source import cache as caching
from planner.source.cache import Kept, facts_key, unpacked, written
from planner.source.kinds import FACTS


def test_a_name_that_is_no_text_has_a_key_of_its_own() -> None:
    keys = [facts_key(b"x = 1", path, "mod") for path in ("mod.py", "\udcff.py", "\udcfe.py")]

    assert len(set(keys)) == 3


def test_a_text_that_another_process_wrote_is_kept_as_if_written_here(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "def f():\n    return 1\n", "mod.py")
    text = written(FACTS, facts)
    assert text is not None
    kept = Kept(FACTS, tmp_path / "cache", tmp_path)

    kept.add_text("mod.py", "key", text)
    kept.write({"mod.py"})

    again = Kept(FACTS, tmp_path / "cache", tmp_path)
    again.load(["mod.py", "other.py"])
    assert again.find("mod.py", "key") == facts
    assert again.find("mod.py", "another key") is None
    assert again.find("other.py", "key") is None


def test_what_is_no_longer_known_is_dropped_with_the_next_news(tmp_path: Path) -> None:
    text = written(FACTS, facts_of(tmp_path, "x = 1\n", "mod.py")) or ""
    first = Kept(FACTS, tmp_path / "cache", tmp_path)
    first.add_text("mod.py", "key", text)
    first.write({"mod.py"})

    second = Kept(FACTS, tmp_path / "cache", tmp_path)
    second.add_text("new.py", "key", text)
    second.write({"new.py"})

    third = Kept(FACTS, tmp_path / "cache", tmp_path)
    third.load(["mod.py"])
    assert third.find("mod.py", "key") is None


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    kept = Kept(FACTS, None, tmp_path)

    kept.add_text("mod.py", "key", "[]")
    kept.write({"mod.py"})
    kept.load(["mod.py"])

    assert kept.find("mod.py", "key") is None


def test_news_take_the_place_of_what_was_loaded_before(tmp_path: Path) -> None:
    old, new = (facts_of(tmp_path, f"def {name}():\n    return 1\n", "mod.py") for name in ("f", "g"))
    same = facts_of(tmp_path, "x = 1\n", "same.py")
    kept = Kept(FACTS, tmp_path / "cache", tmp_path)
    kept.add("mod.py", "old", old)
    kept.add("same.py", "key", same)
    kept.write({"mod.py", "same.py"})
    kept.load(["mod.py", "same.py"])
    assert kept.find("mod.py", "old") == old

    kept.add("mod.py", "new", new)
    kept.write({"mod.py", "same.py"})

    assert kept.find("mod.py", "old") is kept.find("mod.py", "new") is None  # not before it is loaded again
    assert kept.find("same.py", "key") == same
    kept.load(["mod.py"])
    assert kept.find("mod.py", "new") == new
    assert kept.find("mod.py", "old") is None


def test_without_news_nothing_is_written(tmp_path: Path) -> None:
    kept = Kept(FACTS, tmp_path / "cache", tmp_path)

    kept.write({"mod.py"})

    assert not (tmp_path / "cache").exists()


def test_the_stamp_changes_with_the_version_of_libcst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = caching.facts_stamp.__wrapped__
    version, found = tmp_path / "_version.py", SimpleNamespace(origin=str(tmp_path / "__init__.py"))

    def stamp(spec: SimpleNamespace | None) -> str | None:
        monkeypatch.setattr(caching, "find_spec", lambda _: spec)
        return make()

    version.write_text("1.0")
    first = stamp(found)
    version.write_text("1.1")
    second = stamp(found)
    version.write_bytes(b"\xff")
    odd = stamp(found)
    version.unlink()

    assert len({first, second, stamp(None)}) == 3
    assert odd == stamp(found) == stamp(None) == stamp(SimpleNamespace(origin=None))


def test_one_text_that_is_broken_does_not_cost_the_other(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, "x = 1\n", "mod.py")
    text = written(FACTS, facts) or ""

    assert unpacked(FACTS, [("bad.py", "{]"), ("mod.py", text)]) == {"mod.py": facts}
    assert unpacked(FACTS, [("other.py", text), ("mod.py", text)]) == {"mod.py": facts}
    assert unpacked(FACTS, [("bad.py", "{]")]) == unpacked(FACTS, []) == {}
