"""Proof that the store of snapshots loses nothing: writers killed at random moments, and many writers at once.

    python tests/benchmarks/store.py [--kills 500] [--writers 8] [--seed 7] [--work DIR]

A writer keeps one snapshot after the other and acknowledges each on a pipe; then it gets SIGKILL. One in five is
killed before its first acknowledgement, on a store that is not there yet; the others 0 to 60 ms after it, on a store
that BATCH of them share one after the other. After every kill the store must open, be whole by SQLite's own check,
hold all that was acknowledged, and hold nothing half: each snapshot is read back and equals what was written. Then
`--writers` of them keep SNAPSHOTS_EACH at once. Prints one line of figures; exit 1 at the first loss. A kill ends a
process, not the machine: what a power failure does is not shown here. Needs `os.fork`.
"""

import argparse
import contextlib
import os
import random
import select
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.errors import InputError
from planner.history.codec import with_key
from planner.history.store import keep_snapshot, list_snapshots, read_snapshot
from planner.model.history import FileShot, Snapshot
from planner.model.lines import NO_LINES, lines_of
from planner.model.measurement import Counts

LONGEST_AFTER = 0.060
"""Seconds after the first acknowledgement: several snapshots are written in so many."""

BATCH = 20
"""So many writers are killed on one store before the next is begun."""

SNAPSHOTS_EACH = 50

FILES, STATEMENTS = 20, 150
"""The size of each snapshot; a few milliseconds of writing."""


class Loss(Exception):
    """Something that was acknowledged is not there, or something half is."""


@dataclass(slots=True)
class Tally:
    """What was found: acknowledged snapshots, those kept but not acknowledged any more, and where the kills fell."""

    acknowledged: int = 0
    unacknowledged: int = 0
    moments: Counter[str] = field(default_factory=Counter)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500, help="(%(default)s)")
    parser.add_argument("--writers", type=int, default=8, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="of the moments (%(default)s)")
    parser.add_argument("--work", type=Path, default=None, help="where the stores lie for the time being")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.work) as place:
        try:
            print(_measure(options, Path(place)))
        except (Loss, InputError) as error:
            print(f"LOST: {error}")
            return 1
    return 0


def _measure(options: argparse.Namespace, place: Path) -> str:
    began = time.monotonic()
    tally = _kill_all(options.kills, random.Random(options.seed), place)
    moments = ", ".join(f"{count} {moment}" for moment, count in sorted(tally.moments.items()))
    killed = f"{options.kills} writers killed ({moments}): {tally.acknowledged} snapshots acknowledged, none lost, "
    killed += f"{tally.unacknowledged} kept though killed before they said so, none half"
    seconds = _crowd(options.writers, place / "crowd.sqlite")
    crowd = f"{options.writers} writers at once: all {options.writers * SNAPSHOTS_EACH} there after {seconds:.1f} s"
    drafts = sum(path.suffix == ".tmp" for path in place.iterdir())
    return f"{killed}; {drafts} drafts left beside; {crowd}; {time.monotonic() - began:.0f} s in all"


def _kill_all(kills: int, chance: random.Random, place: Path) -> Tally:
    tally = Tally()
    first = _seconds_to_first(place / "first.sqlite")
    known: dict[Path, set[str]] = {}
    for number in range(kills):
        is_early = number % 5 == 0
        path = place / (f"early{number}.sqlite" if is_early else f"shared{number // BATCH}.sqlite")
        delay = chance.uniform(0, 1.2 * first if is_early else LONGEST_AFTER)
        said = _killed(path, f"kill{number}", delay, is_early=is_early)
        _check(path, said, known.setdefault(path, set()), tally)
    return tally


def _seconds_to_first(path: Path) -> float:
    """How long a writer takes to its first acknowledgement, the store being made; the longest of five."""
    longest = 0.0
    for number in range(5):
        began = time.monotonic()
        process, pipe = _start(path.with_stem(f"{path.stem}{number}"), str(number), 1)
        select.select([pipe], [], [])
        longest = max(longest, time.monotonic() - began)
        _end(process, pipe)
    return longest


def _killed(path: Path, name: str, delay: float, *, is_early: bool) -> list[str]:
    """Let a writer write, kill it, and tell what it had acknowledged."""
    process, pipe = _start(path, name, sys.maxsize)
    if not is_early:
        select.select([pipe], [], [])
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    return _end(process, pipe)


def _start(path: Path, name: str, count: int) -> tuple[int, int]:
    """A writer of `count` snapshots: its process, and the pipe on which it acknowledges each by its key."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        for number in range(count):
            kept = keep_snapshot(path, _snapshot(name, number))
            os.write(writing, f"{kept.key}\n".encode())
        code = 0
    except BaseException:  # a child must end here whatever happens, and still say what did
        traceback.print_exc()
    finally:
        os._exit(code)


def _end(process: int, pipe: int) -> list[str]:
    """The keys that were acknowledged; a last one that was cut off has not been."""
    with open(pipe, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(process, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise Loss("a writer gave up; its traceback is above")
    return said[: said.rfind(b"\n") + 1].decode().split()


def _snapshot(name: str, number: int) -> Snapshot:
    """What writer `name` keeps as its `number`th: no other is equal, and it can be made again to compare."""
    files = tuple(_shot(place, number) for place in range(FILES))
    totals = sum((file.counts for file in files), Counts())
    return Snapshot("", "2026-11-21T12:00:00Z", "shop", totals, files, label=f"{name} {number}")


def _shot(place: int, number: int) -> FileShot:
    """Every second file differs from one snapshot to the next; the others are kept once."""
    missing = lines_of([1 + (number * (place % 2) + place) % STATEMENTS])
    statements = lines_of(range(1, STATEMENTS + 1))
    marks = tuple(range(1, STATEMENTS + 1))
    return FileShot(
        f"shop/{place}.py", Counts(STATEMENTS, STATEMENTS - 1), statements, missing, NO_LINES, {}, str(place), marks
    )


def _check(path: Path, said: Sequence[str], known: set[str], tally: Tally) -> None:
    """Open the store after a kill and read what is new; `known` are the keys that were there before."""
    tally.moments[_moment(path, said)] += 1
    if not path.exists() and not said:
        known.add(keep_snapshot(path, _snapshot("after", 0)).key)  # killed before it was made: it can be made now
    found = {each.key: each.label for each in _whole_list(path)}
    if lost := (known | {*said}) - found.keys():
        raise Loss(f"{path.name}: {sorted(lost)} acknowledged, and not there")
    for key in found.keys() - known:
        _compare(path, key, found[key])
    tally.acknowledged += len(said)
    tally.unacknowledged += len(found.keys() - known - {*said})
    known.update(found)
    _check_whole(path)


def _moment(path: Path, said: Sequence[str]) -> str:
    """Where a kill fell, by what it left: a journal is taken back by the next who opens the store."""
    if not path.exists():
        return "before the store was made"
    journal = path.with_name(f"{path.name}-journal")
    with contextlib.suppress(FileNotFoundError):
        return "amid a transaction" if journal.stat().st_size else "at the edge of one"
    return "between transactions"


def _whole_list(path: Path) -> tuple[Snapshot, ...]:
    kept = list_snapshots(path)
    if kept.damaged:
        raise Loss(f"{path.name}: {kept.damaged[0].reason}")
    return kept.snapshots


def _compare(path: Path, key: str, label: str) -> None:
    """Read a snapshot back; it must be what its writer had, every file of it."""
    name, _, number = label.partition(" ")
    wanted = with_key(_snapshot(name, int(number)))
    found = read_snapshot(path, key)
    if sorted(found.files, key=_path) != sorted(wanted.files, key=_path) or found.key != wanted.key:
        raise Loss(f"{path.name}: {label} is not what was written")


def _path(file: FileShot) -> str:
    return file.path


def _check_whole(path: Path) -> None:
    """SQLite's own check, and rows of a snapshot that is not there."""
    with contextlib.closing(sqlite3.connect(path)) as store:
        answer = store.execute("PRAGMA integrity_check").fetchone()[0]
        orphans = store.execute(
            "SELECT (SELECT count(*) FROM part WHERE snapshot NOT IN (SELECT number FROM snapshot))"
            " + (SELECT count(*) FROM shot WHERE key NOT IN (SELECT shot FROM part))"
        ).fetchone()[0]
    if answer != "ok" or orphans:
        raise Loss(f"{path.name}: {answer}, {orphans} rows of no snapshot")


def _crowd(writers: int, path: Path) -> float:
    """All writers at once, from the making of the store on: seconds until all have ended."""
    began = time.monotonic()
    started = [_start(path, f"crowd{number}", SNAPSHOTS_EACH) for number in range(writers)]
    said: list[str] = []
    for process, pipe in started:
        said += _end(process, pipe)
    seconds = time.monotonic() - began
    found = {each.key: each.label for each in _whole_list(path)}
    if sorted(said) != sorted(found) or len(said) != writers * SNAPSHOTS_EACH:
        raise Loss(f"{writers} writers acknowledged {len(said)}, and {len(found)} are there")
    for key, label in found.items():
        _compare(path, key, label)
    _check_whole(path)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
