"""Benches of what gapplan itself wrote: the store, exports, receipts, plans, recordings, rates."""

import json
import lzma
import random
import sqlite3
import tomllib
import zlib
from collections.abc import Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

from mutated import Bench, Original, Reader, Reading
from mutators import (
    damage_either,
    damage_json,
    damage_json_lines,
    damage_packed,
    damage_sqlite,
    damage_toml,
)
from replays import shop
from snapshots import shot, snapshot

from planner.calibrate.receipts import read_receipts
from planner.errors import InputError
from planner.forecast.rates import SHIPPED, read_fitted_rates
from planner.history.codec import decode_snapshot, encode_snapshot, with_key
from planner.history.papers import keep_plan, list_plans, list_work, note_work
from planner.history.plan_file import read_plan_file
from planner.history.store import keep_snapshot, list_snapshots, read_snapshot
from planner.model.history import Snapshot
from planner.model.lines import Lines, numbers_in
from planner.model.plan import Effort, Range
from planner.model.rates import Rates
from planner.model.receipt import KeptPlan, Task, Work
from planner.replay.data import read_recording
from planner.replay.sources import find_tree, read_tree
from planner.replay.stored import SUFFIX, read_stored, write_stored

GOLDEN_PLAN = Path(__file__).parent / "golden" / "shop-plan-75.json"

SNAPSHOTS = tuple(
    snapshot(shot("a b c d - e", ran, path="shop/desk.py", exits={2: (2, 1)}), shot("f g", "f", path="shop/till.py"))
    for ran in ("a b", "a b c")
)

PLAN = KeptPlan(
    key="",
    kept="2026-11-21T12:00:00Z",
    project="shop",
    snapshot="00",
    option="mix",
    target="80",
    confidence=0.8,
    gain=Range(1, 9, 20),
    need=7,
    effort=Effort(2.0, 3.0),
    tasks=(Task("shop/desk.py", "Desk", (1, 2), 9, 1, Effort(2.0, 3.0), {("shop/desk.py", "Desk.sell"): 9000}),),
)


# The store


def build_store(folder: Path) -> Bench:
    """A store with two snapshots, a plan, and two tests of it."""
    place = folder / "history.sqlite"
    for each in SNAPSHOTS:
        keep_snapshot(place, each)
    plan = keep_plan(place, PLAN)
    for order in (1, 2):
        note_work(place, Work(plan.key, order, "2026-11-22T12:00:00Z", 1.5))
    return Bench((Original(place, place.read_bytes()),), _read_store, _true_store)


def _read_store(place: Path) -> Reading:
    """Everything in it; what is damaged is a notice."""
    kept = list_snapshots(place)
    notices = [each.reason for each in kept.damaged]
    whole: list[Hashable] = []
    for each in kept.snapshots:
        try:
            whole.append(_of_snapshot(read_snapshot(place, each.key)))
        except InputError as error:
            notices.append(str(error))
    plans: list[Hashable] = []
    try:
        plans += [(plan.key, plan.gain.p50, plan.need, len(plan.tasks)) for plan in list_plans(place)]
        plans += [(work.plan, work.order, work.hours) for work in list_work(place)]
    except InputError as error:
        notices.append(str(error))
    return Reading((tuple(whole), tuple(plans)), frozenset(notices))


def _of_snapshot(found: Snapshot) -> Hashable:
    counts = found.totals
    files = tuple((each.path, each.source, each.statements.bit_count()) for each in found.files)
    return found.taken, counts.statements, counts.covered_statements, tuple(sorted(files))


def _true_store(place: Path) -> Hashable:
    """What SQLite, zlib, `json` and hashlib find in it: a name that its content does not give is a forgery."""
    with closing(sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True)) as store:
        rows = store.execute("SELECT number, content FROM snapshot ORDER BY number").fetchall()
        whole = [_true_snapshot(_unpacked(content), _true_shots(store, number)) for number, content in rows]
        papers = store.execute("SELECT kind, key, content FROM paper ORDER BY kind, number").fetchall()
    plans: list[Hashable] = []
    for kind, key, content in papers:
        each = json.loads(zlib.decompress(content))
        if kind == "plan":
            if sha256(zlib.decompress(content)).hexdigest()[:12] != key:
                raise ValueError("a plan under another name")
            plans.append((key, each["gain"][1], each["need"], len(each["tasks"])))
        elif kind == "work":
            plans.append((each["plan"], each["order"], each.get("hours")))
    return tuple(whole), tuple(plans)


def _unpacked(content: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(zlib.decompress(content))
    return found


def _true_shots(store: sqlite3.Connection, number: int) -> dict[str, object]:
    query = "SELECT path, content FROM part JOIN shot ON shot.key = part.shot WHERE snapshot = ?"
    return {path: _unpacked(content) for path, content in store.execute(query, (number,))}


def _true_snapshot(head: dict[str, object], files: dict[str, object]) -> Hashable:
    totals = head["totals"]
    assert isinstance(totals, list)
    found = tuple(sorted((path, *_true_shot(each)) for path, each in files.items()))
    return head["taken"], totals[0], totals[1], found


def _true_shot(each: object) -> tuple[str, int]:
    """The source and the number of statements."""
    assert isinstance(each, dict)
    spans = [part.split("-") for part in each.get("statements", "").split(",") if part]
    numbers = {number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)}
    return each.get("source", ""), len(numbers)


# Exported snapshots


def build_export(folder: Path) -> Bench:
    """Two snapshots as JSON lines."""
    content = b"".join(encode_snapshot(with_key(each)) + b"\n" for each in SNAPSHOTS)
    return Bench((Original(folder / "history.jsonl", content),), _read_export, _true_export)


def _read_export(place: Path) -> Reading:
    lines = place.read_bytes().split(b"\n")
    found = [decode_snapshot(line, f"{place}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    return Reading(tuple(map(_of_snapshot, found)))


def _true_export(place: Path) -> Hashable:
    documents = [json.loads(line) for line in place.read_bytes().split(b"\n") if line.strip()]
    return tuple(_true_snapshot(each, each["files"]) for each in documents)


# Receipts

RECEIPTS = b"".join(
    json.dumps(
        {"format": 1, "date": f"2026-11-{day}", "tests": 12, "hours": 6.5, "lines": 190, "predicted_points": 240}
        | {"points": 221, "plan_yield": 0.6}
    ).encode()
    + b"\n"
    for day in (19, 20, 21)
)


def build_receipts(folder: Path) -> Bench:
    """Three receipts as JSON lines."""
    return Bench((Original(folder / "receipts.jsonl", RECEIPTS),), _read_receipts, _true_receipts)


def _read_receipts(place: Path) -> Reading:
    found = read_receipts(place)
    return Reading(tuple((str(e.day), e.tests, e.hours, e.predicted_points, e.points, e.lines) for e in found))


def _true_receipts(place: Path) -> Hashable:
    rows = [json.loads(line) for line in place.read_bytes().split(b"\n") if line.strip()]
    return tuple((e["date"], e["tests"], e["hours"], e["predicted_points"], e["points"], e.get("lines")) for e in rows)


# Plans


def build_plan(folder: Path) -> Bench:
    """Two options of a plan as `gapplan plan --format json` writes it, with a few of their steps."""
    document = json.loads(GOLDEN_PLAN.read_bytes())
    document["options"] = [{**each, "steps": each["steps"][:3]} for each in document["options"][:2]]
    document = {key: value for key, value in document.items() if len(json.dumps(value)) < 9000 or key == "options"}
    content = json.dumps(document, indent=1).encode()
    return Bench((Original(folder / "plan.json", content),), _read_plan, _true_plan)


def _read_plan(place: Path) -> Reading:
    """A file that is none is measured as coverage data instead, which refuses it."""
    found = read_plan_file(place, "plan")
    if found is None:
        return Reading(None, frozenset({"no plan"}))
    options = tuple((each.key, each.gain.p50, each.tests.p50, each.effort.p50, each.after) for each in found.options)
    return Reading((found.project, found.recommended, options))


def _true_plan(place: Path) -> Hashable:
    document = json.loads(place.read_bytes())
    return document.get("project", ""), document.get("recommended"), tuple(map(_true_option, document["options"]))


def _true_option(each: dict[str, dict[str, float]]) -> Hashable:
    after = each.get("points_after"), each.get("points_total_after")
    return (
        each["key"],
        each.get("gain", {}).get("p50", 0),
        each.get("tests", {}).get("p50", 0),
        each.get("effort_hours", {}).get("p50", 0.0),
        None if None in after else after,
    )


# Recordings


def build_recording(folder: Path) -> Bench:
    """The recording of a small project, plain and packed by xz."""
    plain = shop(modules=2, functions=2).write(folder)
    packed = folder / "packed.sqlite.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes(), preset=0))
    return Bench((Original(plain, plain.read_bytes()), Original(packed, packed.read_bytes())), _read_run, _true_run)


def _read_run(place: Path) -> Reading:
    found = read_recording(place)
    names = {each.number: each.path for each in found.files}
    ran = {(name, names[number]): lines for name, rows in found.ran.items() for number, lines in rows.items()}
    return Reading(
        (
            tuple(sorted((each.path, _numbers(each.statements)) for each in found.files)),
            tuple(sorted((each.name, each.has_passed) for each in found.tests)),
            tuple(sorted((*key, _numbers(lines)) for key, lines in ran.items())),
        )
    )


def _numbers(lines: Lines) -> tuple[int, ...]:
    return tuple(numbers_in(lines))


@contextmanager
def _database(place: Path) -> Iterator[sqlite3.Connection]:
    content = place.read_bytes()
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(lzma.decompress(content) if place.suffix == ".xz" else content)
        yield database


def _true_run(place: Path) -> Hashable:
    """What SQLite says of files, tests and contexts, every row of it."""
    with _database(place) as database:
        files = database.execute("SELECT path, statements FROM file").fetchall()
        tests = database.execute("SELECT fid, outcomes FROM test").fetchall()
        ran = database.execute(
            "SELECT ctx.name, file.path, bits FROM cov "
            "LEFT JOIN ctx ON ctx.id = ctx_id LEFT JOIN file ON file.id = file_id"
        ).fetchall()
    return (
        tuple(sorted((path, _bits(bits)) for path, bits in files)),
        tuple(sorted((name, bool(json.loads(outcomes).get("passed"))) for name, outcomes in tests)),
        tuple(sorted((name, path, _bits(bits)) for name, path, bits in ran)),
    )


def _bits(bits: bytes) -> tuple[int, ...]:
    return tuple(place * 8 + bit for place, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1)


def _damage_recording(draw: random.Random, content: bytes) -> bytes:
    if content.startswith(b"\xfd7zXZ"):
        return damage_packed(damage_sqlite, by_xz=True)(draw, content)
    return damage_sqlite(draw, content)


def build_stored(folder: Path) -> Bench:
    """The facts kept beside a recording."""
    data = shop(modules=1, functions=2).write(folder)
    recording = read_recording(data)
    place = folder / f"kept{SUFFIX}"
    write_stored(place, read_tree(find_tree(folder, recording.name), recording))
    document = lzma.decompress(place.read_bytes())

    def read(path: Path) -> Reading:
        return Reading(repr(read_stored(path, recording)))

    def truth(path: Path) -> Hashable:
        """What is read is written anew: it must be the document that was there, but for keys that nobody knows."""
        found = read_stored(path, recording)
        again = folder / f"again{SUFFIX}"
        write_stored(again, found)
        there, here = (json.loads(lzma.decompress(each.read_bytes())) for each in (path, again))
        return repr(found) if all(there[key] == value for key, value in here.items()) else None

    return Bench((Original(place, lzma.compress(document, preset=0)),), read, truth)


# Rates


def build_rates(folder: Path) -> Bench:
    """The shipped rates, as a file of a user's own."""
    return Bench((Original(folder / "rates.toml", SHIPPED.read_bytes()),), _read_rates, _true_rates)


_CONSTANTS = sorted(each.name for each in fields(Rates))


def _read_rates(place: Path) -> Reading:
    found = read_fitted_rates(place)
    constants = tuple(getattr(found.rates, name) for name in _CONSTANTS)
    origin = found.origin
    return Reading((constants, origin and (origin.projects, origin.fitted_on), tuple(sorted(found.by_project))))


def _true_rates(place: Path) -> Hashable:
    document = tomllib.loads(place.read_bytes().decode())
    constants = tuple(float(document[name]) for name in _CONSTANTS)
    fitted = document.get("fitted")
    origin = fitted and (tuple(fitted["projects"]), fitted["on"])
    return constants, origin, tuple(sorted(document.get("alone", {}) if fitted else ()))


PAPERS = (
    Reader("store", damage_either(damage_sqlite), build_store),
    Reader("exported snapshots", damage_either(damage_json_lines), build_export),
    Reader("receipts", damage_either(damage_json_lines), build_receipts),
    Reader("plan JSON", damage_either(damage_json), build_plan),
    Reader("recording", damage_either(_damage_recording), build_recording),
    Reader("stored facts", damage_either(damage_packed(damage_json, by_xz=True), 0.8), build_stored),
    Reader("rates", damage_either(damage_toml, 0.7), build_rates),
)
