"""What the facts cache costs and saves on a real tree, beside other ways to keep the same facts.

    python tests/benchmarks/cache.py [--root DIR] [--rounds N] [--json FILE]

Prints a Markdown table: CPU and wall milliseconds per 1,000 files, the least of N rounds with the garbage collector
paused, as the command line does. Before any number it checks that every way gives back equal facts. Files are in the
page cache. The default tree is Django 5.1.4's `django`, unpacked in the current directory.
"""

import argparse
import gc
import json
import os
import pickle
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.model.measurement import Skipped
from planner.source import cache, module_name
from planner.source.cache import facts_file, facts_key, facts_stamp
from planner.source.codec import Facts, pack_facts, unpack_facts
from planner.source.kinds import FACTS
from planner.source.library import read_all
from planner.source.read import read_source
from planner.state import read_shelf, write_shelf

Work = Callable[[], object]


def main() -> None:
    """Measure, print, and write the JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path("Django-5.1.4/django"))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    gc.disable()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(options.root, Path(folder) / "cache", options.rounds)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


def measure(root: Path, folder: Path, rounds: int) -> dict[str, object]:
    """Milliseconds per 1,000 files by what is done."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    known = frozenset(paths)
    facts = read_all(FACTS, root, paths, known)
    assert read_all(FACTS, root, paths, known, folder) == facts
    assert read_all(FACTS, root, paths, known, folder) == facts
    file = facts_file(folder, root)
    size = sum((root / path).stat().st_size for path in paths)
    lines = sum((root / path).read_bytes().count(b"\n") for path in paths)
    print(
        f"{root}: {len(paths):,} files, {lines:,} lines, {size:,} bytes; cache {file.stat().st_size:,} bytes; "
        f"Python {platform.python_version()}, {os.cpu_count()} processors\n"
    )
    print("| what | CPU ms per 1,000 files | wall ms |\n| --- | ---: | ---: |")
    table = {
        name: shown(name, work, len(paths), count)
        for works, count in (
            (whole(root, paths, known, folder), max(2, rounds // 4)),
            (parts(root, paths, known, file), rounds),
            (others(folder, list(facts.values())), rounds),
        )
        for name, work in works.items()
    }
    return {"root": str(root), "files": len(paths), "lines": lines, "python": platform.python_version(), "ms": table}


def shown(name: str, work: Work, files: int, rounds: int) -> tuple[float, float]:
    """The least CPU and wall milliseconds per 1,000 files, printed as a row."""
    times = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = (min(each) * 1e6 / files for each in zip(*times, strict=True))
    print(f"| {name} | {cpu:.1f} | {wall:.1f} |", flush=True)
    return cpu, wall


def whole(root: Path, paths: list[str], known: frozenset[str], folder: Path) -> dict[str, Work]:
    """Runs as a command makes them."""
    edited = paths[len(paths) // 2]
    file = facts_file(folder, root)

    def with_one_edited() -> None:
        stamp = facts_stamp()
        assert stamp
        shelf = read_shelf(file, stamp)
        write_shelf(file, stamp, {**shelf, edited: ("another key", shelf[edited][1])})

    def cold() -> None:
        shutil.rmtree(folder)
        read_all(FACTS, root, paths, known, folder)

    def one_edited() -> None:
        with_one_edited()
        read_all(FACTS, root, paths, known, folder)

    return {
        "parse, no cache": lambda: read_all(FACTS, root, paths, known),
        "parse and write the cache": cold,
        "all from the cache": lambda: read_all(FACTS, root, paths, known, folder),
        "one file edited (and the cost of faking it: shelf read and written once more)": one_edited,
    }


def parts(root: Path, paths: list[str], known: frozenset[str], file: Path) -> dict[str, Work]:
    """What a warm run consists of, and what a look at size and time alone would cost instead."""
    stamp = facts_stamp()
    assert stamp
    shelf = read_shelf(file, stamp)
    texts = [(path, text) for path, (_, text) in shelf.items()]
    sources = {path: source for path in paths if not isinstance(source := read_source(root, path), Skipped)}

    def plain_read() -> None:
        for path in paths:
            with open(f"{root}/{path}", "rb", buffering=0) as source:
                source.read()

    return {
        "· stamp of the rules": facts_stamp.__wrapped__,
        "· read the sources": lambda: [read_source(root, path) for path in paths],
        "· (read them with plain open)": plain_read,
        "· hash them": lambda: [facts_key(text, path, module_name(path, known)) for path, text in sources.items()],
        "· (stat them instead)": lambda: [os.stat(f"{root}/{path}") for path in paths],
        "· read the shelf": lambda: read_shelf(file, stamp),
        "· unpack": lambda: cache.unpacked(FACTS, texts),
        "· (write the shelf)": lambda: write_shelf(file, stamp, shelf),
    }


def others(folder: Path, facts: list[Facts]) -> dict[str, Work]:
    """Other ways to keep and load the same facts; pickle only as a yardstick, since loading one runs code."""
    kept = [each for each in facts if not isinstance(each, Skipped) or each.line is not None]
    texts = [cache._write_json(pack_facts(each)) for each in kept]
    data = folder.with_name("facts.sqlite")
    with sqlite3.connect(data) as connection:
        connection.execute("create table facts (path text primary key, key text, text text)")
        rows = [(each.path, "0" * 32, text) for each, text in zip(kept, texts, strict=True)]
        connection.executemany("insert into facts values (?, ?, ?)", rows)
    connection.close()
    pickled = pickle.dumps(kept, pickle.HIGHEST_PROTOCOL)

    def by_one() -> list[Facts]:
        return [facts for text in texts for facts in unpack_facts([json.loads(text)])]

    def at_once() -> list[Facts]:
        return unpack_facts(json.loads(f"[{','.join(texts)}]"))

    def from_sqlite() -> dict[str, tuple[str, str]]:
        connection = sqlite3.connect(f"file:{data}?mode=ro&immutable=1", uri=True)
        found = {path: (key, text) for path, key, text in connection.execute("select path, key, text from facts")}
        connection.close()
        return found

    assert by_one() == at_once() == pickle.loads(pickled) == kept
    return {
        "unpack each file alone": by_one,
        "unpack all files at once": at_once,
        "json.loads alone": lambda: json.loads(f"[{','.join(texts)}]"),
        "read the same texts from sqlite3, without a checksum": from_sqlite,
        "pickle.loads (never used: it runs code)": lambda: pickle.loads(pickled),
    }


if __name__ == "__main__":
    main()
