"""Proof that nothing acknowledged is lost: every kind of writer is killed at random moments, and many write at once.

    python tests/benchmarks/crashes.py [--kills 1000] [--writers 8] [--rounds 50] [--seed 7] [--work DIR]

The writers are those of the facts cache, of snapshots, of kept plans, of work that is entered (`done`), and of files
that are replaced (exports, receipts). One writes round after round and acknowledges each on a pipe; then it gets
SIGKILL, 0 to 40 ms after its first acknowledgement, one in five before it. After every kill all that was ever
acknowledged in that folder must be there, whole; nothing half may be there; and the next one goes on in the same
folder, BATCH times. Then `--writers` write `--rounds` rounds of every kind at once. Prints one line of figures; exit 1
at the first loss. A kill ends a process, not the machine: what a power failure does is not shown here. Needs
`os.fork`. `store.py` beside this one does it for snapshots alone, and looks into the store with SQLite's own check.
"""

import argparse
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from snapshots import shot, snapshot

from planner.errors import InputError
from planner.history.codec import with_key
from planner.history.papers import keep_plan, list_plans, list_work, note_work
from planner.history.store import keep_snapshot, list_snapshots, read_snapshot
from planner.model.history import Snapshot
from planner.model.plan import Effort, Range
from planner.model.receipt import KeptPlan, Task, Work
from planner.source.cache import facts_file, facts_stamp
from planner.source.kinds import FACTS
from planner.source.library import read_all
from planner.state import read_bounded, read_shelf, write_atomic

LONGEST_AFTER = 0.040
"""Seconds after the first acknowledgement: several rounds are written in so many."""

BATCH = 20
"""So many writers of each kind are killed in one folder before the next is begun."""

SOURCES = 6

EXPORT_LINES = 400
"""A file of some 4 kB: more than one page, so that it could be half written."""


class Loss(Exception):
    """Something that was acknowledged is not there, or something half is."""


@dataclass(frozen=True, slots=True)
class Place:
    """The files that the writers share."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "state" / "history.sqlite"

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def export(self) -> Path:
        return self.folder / "exports" / "lines.txt"


def make_place(folder: Path) -> Place:
    """A project of a few modules; everything else is made by the writers."""
    place = Place(folder)
    place.root.mkdir(parents=True)
    for number in range(SOURCES):
        (place.root / f"m{number}.py").write_text(f"def work_{number}(a):\n" + "    a += 1\n" * 50)
    return place


def write_cache(place: Place, name: str, number: int) -> str:
    """A file of the project changes, and the facts of all are read; what comes back tells the changed file's name."""
    path = f"{name}.py"
    draft = place.root / f"{name}.draft"
    draft.write_text(f"def work_{number}(a):\n" + "    a += 1\n" * (number % 90 + 1))
    os.replace(draft, place.root / path)
    paths = sorted(each.name for each in place.root.glob("*.py"))
    facts = read_all(FACTS, place.root, paths, frozenset(paths), place.cache)
    if facts[path].units[1].name != f"work_{number}":  # type: ignore[union-attr]
        raise Loss(f"{path}: the facts of other bytes")
    return path


def write_snapshot(place: Place, name: str, number: int) -> str:
    """One snapshot; its key."""
    return keep_snapshot(place.store, _snapshot(name, number)).key


def write_plan(place: Place, name: str, number: int) -> str:
    """One kept plan; its key."""
    return keep_plan(place.store, _plan(name, number)).key


def write_work(place: Place, name: str, number: int) -> str:
    """One entry of a written test."""
    note_work(place.store, Work(name, number + 1, "2026-11-21T12:00:00Z", 1.5))
    return f"{name}/{number + 1}"


def write_export(place: Place, name: str, number: int) -> str:
    """A file that is replaced by many lines which all say the same."""
    write_atomic(place.export, f"{name} {number}\n".encode() * EXPORT_LINES)
    return f"{name} {number}"


KINDS: dict[str, Callable[[Place, str, int], str]] = {
    "cache": write_cache,
    "snapshot": write_snapshot,
    "plan": write_plan,
    "done": write_work,
    "export": write_export,
}


@dataclass(slots=True)
class Tally:
    """By kind: kills, what had been acknowledged, and what was kept although nobody had said so yet."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    early: int = 0
    drafts: int = 0


def kill_all(kills: int, chance: random.Random, folder: Path) -> Tally:
    """Kill so many writers, of each kind in turn, and check after each. Raises Loss."""
    tally, said, place = Tally(), {kind: set[str]() for kind in KINDS}, Place(folder)
    for number in range(kills):
        kind = list(KINDS)[number % len(KINDS)]
        if number % (BATCH * len(KINDS)) == 0:
            place, said = make_place(folder / f"place{number}"), {each: set() for each in KINDS}
        is_early = number // len(KINDS) % 5 == 0
        heard = _killed(place, kind, f"k{number}", chance.uniform(0, LONGEST_AFTER), is_early=is_early)
        tally.kills[kind] += 1
        tally.acknowledged[kind] += len(heard)
        tally.early += not heard
        said[kind] |= set(heard)
        check(place, said, last_export=heard[-1] if kind == "export" and heard else "")
    tally.drafts = sum(path.suffix == ".tmp" for path in folder.rglob("*"))
    return tally


def _killed(place: Place, kind: str, name: str, delay: float, *, is_early: bool) -> list[str]:
    process, pipe = start(place, [kind], name, sys.maxsize)
    if not is_early:
        select.select([pipe], [], [])
    time.sleep(delay / 4 if is_early else delay)
    os.kill(process, signal.SIGKILL)
    return [line.partition(" ")[2] for line in end(process, pipe)]


def start(place: Place, kinds: Sequence[str], name: str, rounds: int) -> tuple[int, int]:
    """A writer: its process, and the pipe on which it says the kind and name of all that it has written."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    code = 1
    try:
        os.close(reading)
        for number in range(rounds):
            for kind in kinds:
                os.write(writing, f"{kind} {KINDS[kind](place, name, number)}\n".encode())
        code = 0
    except BaseException:  # a child must end here whatever happens, and still say what did
        traceback.print_exc()
    finally:
        os._exit(code)


def end(process: int, pipe: int) -> list[str]:
    """What was acknowledged; a last line that was cut off has not been."""
    with open(pipe, "rb") as stream:
        said = stream.read()
    _, status = os.waitpid(process, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise Loss("a writer gave up; its traceback is above")
    return said[: said.rfind(b"\n") + 1].decode().splitlines()


def check(place: Place, said: dict[str, set[str]], last_export: str = "") -> None:
    """All that was said is there, and all that is there is whole. Raises Loss."""
    _check_store(place, said)
    _check_export(place, last_export)
    _check_cache(place)


def _check_store(place: Place, said: dict[str, set[str]]) -> None:
    wanted = {kind: said[kind] for kind in ("snapshot", "plan", "done")}
    if not place.store.exists():
        if any(wanted.values()):
            raise Loss(f"{place.store.name}: there is none, and {wanted} acknowledged")
        return
    listed = list_snapshots(place.store)
    if listed.damaged:
        raise Loss(listed.damaged[0].reason)
    for each in listed.snapshots:
        _check_snapshot(place, each)
    plans = list_plans(place.store)
    if wrong := [each.key for each in plans if each != _named(each)]:
        raise Loss(f"{wrong}: plans that are not what was written")
    found = {
        "snapshot": {each.key for each in listed.snapshots},
        "plan": {each.key for each in plans},
        "done": {f"{each.plan}/{each.order}" for each in list_work(place.store)},
    }
    for kind, names in wanted.items():
        if names - found[kind]:
            raise Loss(f"{kind}: {sorted(names - found[kind])} acknowledged, and not there")


def _check_snapshot(place: Place, listed: Snapshot) -> None:
    name, _, number = listed.label.partition(" ")
    if read_snapshot(place.store, listed.key) != with_key(_snapshot(name, int(number))):
        raise Loss(f"{listed.label} is not what was written")


def _check_export(place: Place, last: str) -> None:
    content = read_bounded(place.export, 1 << 20)
    lines = (content or b"").decode().splitlines()
    if len(set(lines)) > 1 or len(lines) not in (0, EXPORT_LINES):
        raise Loss(f"{place.export.name}: {len(lines)} lines, {len(set(lines))} of them different")
    if last and (not lines or int(lines[0].split()[1]) < int(last.split()[1])):
        raise Loss(f"{place.export.name}: {last} was acknowledged, {lines[:1]} is there")


def _check_cache(place: Place) -> None:
    """What the cache says is what a first reading says; and its file is whole, for it may only be that or absent."""
    paths = sorted(each.name for each in place.root.glob("*.py"))
    file, stamp = facts_file(place.cache, place.root), facts_stamp() or ""
    if file.exists() and not read_shelf(file, stamp):
        raise Loss("half a cache")
    cold = read_all(FACTS, place.root, paths, frozenset(paths), None)
    if read_all(FACTS, place.root, paths, frozenset(paths), place.cache) != cold:
        raise Loss("the cache says something else than the source")


def crowd(writers: int, rounds: int, folder: Path) -> float:
    """All writers at once, every kind each round: seconds until all have ended and all is there. Raises Loss."""
    place = make_place(folder / "crowd")
    began = time.monotonic()
    started = [start(place, list(KINDS), f"c{number}", rounds) for number in range(writers)]
    lines = [line for process, pipe in started for line in end(process, pipe)]
    seconds = time.monotonic() - began
    if len(set(lines)) < writers * (rounds * (len(KINDS) - 1) + 1):
        raise Loss(f"{len(set(lines))} different acknowledgements of {writers} writers")
    said = {kind: {line.partition(" ")[2] for line in lines if line.startswith(f"{kind} ")} for kind in KINDS}
    check(place, said)
    if left := [path.name for path in place.folder.rglob("*.tmp*")]:
        raise Loss(f"left behind: {left}")
    return seconds


def _snapshot(name: str, number: int) -> Snapshot:
    """What writer `name` keeps as its `number`th: no other is equal, and it can be made again to compare."""
    files = (shot(f"a b c d{number % 7} " * 30, "a b", path=f"shop/{each}.py") for each in range(6))
    return replace(snapshot(*files), label=f"{name} {number}")


def _plan(name: str, number: int) -> KeptPlan:
    tasks = tuple(
        Task(f"shop/{each}.py", name, (each + 1,), number + each, 0, Effort(1.0, 2.0), {("shop/a.py", ""): each}, ())
        for each in range(30)
    )
    return KeptPlan(
        "",
        "2026-11-21T12:00:00Z",
        f"{name} {number}",
        "0",
        "mix",
        "80",
        0.8,
        Range(1, 2, 3),
        2,
        Effort(1, 2),
        tasks,
        None,
    )


def _named(found: KeptPlan) -> KeptPlan:
    """The plan of that name as it was written, with the key that it has."""
    name, _, number = found.project.partition(" ")
    return replace(_plan(name, int(number)), key=found.key)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000, help="(%(default)s)")
    parser.add_argument("--writers", type=int, default=8, help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=50, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="of the moments (%(default)s)")
    parser.add_argument("--work", type=Path, default=None, help="where the files lie for the time being")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.work) as place:
        try:
            print(_measure(options, Path(place)))
        except (Loss, InputError) as error:
            print(f"LOST: {error}")
            return 1
    return 0


def _measure(options: argparse.Namespace, folder: Path) -> str:
    began = time.monotonic()
    tally = kill_all(options.kills, random.Random(options.seed), folder)
    kinds = ", ".join(f"{kind} {tally.kills[kind]} ({tally.acknowledged[kind]} acknowledged)" for kind in KINDS)
    killed = f"{options.kills} writers killed, {tally.early} before their first word: {kinds}; none lost, none half; "
    seconds = crowd(options.writers, options.rounds, folder)
    count = options.writers * options.rounds * len(KINDS)
    at_once = f"{options.writers} writers x {options.rounds} rounds at once: all {count} there after {seconds:.1f} s"
    return f"{killed}{tally.drafts} drafts left beside; {at_once}; {time.monotonic() - began:.0f} s in all"


if __name__ == "__main__":
    sys.exit(main())
