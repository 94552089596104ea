"""Runs commands of gapplan while the system fails below them, each call in turn, and tells what they did wrong.

    python tests/faulty.py [JOB ...]

For each fault and each kind of call the first, the second, .. call below the folder fails until none is left. After
each the rules of `Job` must hold, and the same command without a fault must do what it does on a whole disk. Prints
one JSON object: how many faults there were, how they were answered, and every broken rule.
"""

import gc
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from faults import CALLS, FAULTS, Fault, arm, build, disarm, environment_of
from makers import SHOP, make_project, write_shop

from planner.cli import main as gapplan
from planner.history.papers import list_plans, list_work
from planner.history.store import list_snapshots, read_snapshot

MOST_CALLS = 2000
"""No job makes more calls of one kind; it would mean that a fault is tried again for ever."""

FIRST_CALLS = 4
"""Of a kind, those before this one fail in turn in every version."""

NAMED = ("cannot be read", "skipped", "left out", "not be read")
"""How an output says that something is left out."""

INSIDE = "--inside"
"""The process that suffers is this file, started anew."""

TEMPORARY = (".tmp", ".tmp-journal")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job works: all of it lies below one folder."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "shop"

    @property
    def store(self) -> Path:
        return self.folder / "state" / "history.sqlite"

    @property
    def output(self) -> Path:
        return self.folder / "output.txt"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered; the folder's own name stands as FOLDER, so that two places compare."""

    code: object
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Job:
    """A command, what there must be before it, and whether it must come out the same whatever fails to be written."""

    arguments: Callable[[Place], Sequence[str]]
    prepare: Callable[[Place], None] = lambda place: None
    is_sure: bool = False


def _kept(place: Place) -> None:
    """A store with a snapshot, a plan and an entry; and an output of an earlier run."""
    _quietly(place, "snapshot", "--taken", "2026-11-01", "--label", "first")
    _quietly(place, "plan", "--target", "95", "--save")
    _quietly(place, "done", "1", "--hours", "2")
    place.output.write_text("of an earlier run\n")


def _exported(place: Place) -> None:
    _kept(place)
    _quietly(place, "history", "export", str(place.folder / "lines.jsonl"))
    place.store.unlink()


def _quietly(place: Place, command: str, *rest: str) -> None:
    found = run(place, [command, "--store", str(place.store), *rest])
    if found.code not in (0, 1):
        raise RuntimeError(f"{command}: {found.err}")


def _with_store(command: str, *rest: str) -> Callable[[Place], Sequence[str]]:
    return lambda place: [command, "--store", str(place.store), *(each.format(place=place) for each in rest)]


OUTPUT = ("-o", "{place.output}")
CONFIGURATION = {
    ".coveragerc": "[run]\nrelative_files = true\n[report]\nprecision = 2\n",
    "pyproject.toml": '[tool.gapplan]\nmeaning = "displayed"\ntarget = "90"\n',
}
"""Two files, in both formats: that either is not read changes what is said."""

JOBS = {
    "rank": Job(lambda place: ["rank"], is_sure=True),
    "plan": Job(lambda place: ["plan", "--target", "95"], is_sure=True),
    "doctor": Job(lambda place: ["doctor"], is_sure=True),
    "first snapshot": Job(_with_store("snapshot", "--taken", "2026-11-02")),
    "snapshot": Job(_with_store("snapshot", "--taken", "2026-11-02"), _kept),
    "save": Job(_with_store("plan", "--target", "96", "--save"), _kept),
    "done": Job(_with_store("done", "2", "--hours", "1"), _kept),
    "receipt": Job(_with_store("receipt", "--work", "{place.output}"), _kept),
    "output": Job(_with_store("history", *OUTPUT), _kept),
    "export": Job(_with_store("history", "export", "{place.output}"), _kept),
    "import": Job(_with_store("history", "import", "{place.folder}/lines.jsonl"), _exported),
    "calibrate": Job(lambda place: ["calibrate", "--today", "2026-11-21", "-o", str(place.output)], _kept),
    "history": Job(_with_store("history"), _kept),
    "pace": Job(_with_store("pace"), _kept),
}


@dataclass(slots=True)
class Tally:
    """Faults by how they were answered, and broken rules."""

    answers: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def suffer(name: str, calls: Container[str], folder: Path, every: int = 1) -> Tally:
    """Try the faults of these calls; in a process that was started with the library."""
    job, tally = JOBS[name], Tally()
    template = Place(folder / "template")
    make_project(template.project, {**SHOP, **CONFIGURATION})
    write_shop(template.project, branch=False)
    job.prepare(template)
    whole = _whole(job, template)
    for fault in FAULTS:
        for call in (each for each in fault.calls if each in calls):
            _try_all(job, template, whole, (call, fault, every), tally)
    return tally


def launch(name: str, folder: Path, calls: Sequence[str] = CALLS, every: int = 1) -> Tally:
    """The same in a process of its own. Raises RuntimeError where the library cannot be built, or it dies.

    The first calls of a kind fail in turn, and of those that follow each `every`-th.
    """
    library = build(folder)
    if library is None:
        raise RuntimeError("needs Linux and a C compiler")
    command = [sys.executable, __file__, INSIDE, name, ",".join(calls), str(folder / "work"), str(every)]
    environment = {**environment_of(library), "COLUMNS": "100"}
    found = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    if found.returncode:
        raise RuntimeError(found.stderr)
    told = json.loads(found.stdout)
    return Tally(Counter(told["answers"]), told["broken"])


def main(arguments: Sequence[str]) -> int:
    """One line for each job, and every rule that was broken; 1 if one was."""
    if arguments[:1] == [INSIDE]:
        name, calls, folder, every = arguments[1:]
        tally = suffer(name, calls.split(","), Path(folder), int(every))
        print(json.dumps({"answers": tally.answers, "broken": tally.broken}))
        return 0
    tallies = []
    for name in arguments or JOBS:
        with tempfile.TemporaryDirectory() as place:
            tallies.append(tally := launch(name, Path(place)))
        answers = ", ".join(f"{count} {kind}" for kind, count in tally.answers.most_common())
        print(f"{name}: {tally.answers.total()} faults: {answers}; {len(tally.broken)} rules broken", flush=True)
        print(*tally.broken, sep="\n", end="\n" * bool(tally.broken), flush=True)
    print(f"{sum(each.answers.total() for each in tallies)} faults, {sum(len(each.broken) for each in tallies)} broken")
    return int(any(each.broken for each in tallies))


@dataclass(frozen=True, slots=True)
class _Whole:
    """What the job answers and leaves on a disk that is whole, the second time too, and what was kept before."""

    first: Answer
    second: Answer
    output: str
    kept: tuple[object, ...]


def _whole(job: Job, template: Place) -> _Whole:
    place = _copied(template)
    kept = _acknowledged(place) if place.store.exists() else ()
    first = run(place, job.arguments(place))
    output = _text(place.output)
    return _Whole(first, run(place, job.arguments(place)), output, kept)


def _try_all(job: Job, template: Place, whole: _Whole, which: tuple[str, Fault, int], tally: Tally) -> None:
    call, fault, every = which
    for nth in (*range(1, FIRST_CALLS), *range(FIRST_CALLS, MOST_CALLS, every)):
        place = _copied(template)
        arm(place.folder, call, nth, fault)
        found = run(place, job.arguments(place))
        if disarm() < nth:
            return
        what = f"{fault.name} at {call} {nth}"
        tally.answers[_kind(found, whole)] += 1
        tally.broken += [f"{what}: {each}" for each in _wrong(job, place, found, whole, call, template)]
    tally.broken.append(f"{fault.name} at {call}: tried again for ever")


def _kind(found: Answer, whole: _Whole) -> str:
    if (found.code, found.out) == (whole.first.code, whole.first.out):
        return "answered as ever"
    return "refused in one line" if found.code == 2 else "answered, with what was left out named"


def _wrong(job: Job, place: Place, found: Answer, whole: _Whole, call: str, template: Place) -> Iterator[str]:
    """The rules that an answer to a fault breaks."""
    is_read = call in ("read", "open")
    if found.code not in (0, 1, 2) or "Traceback" in found.err:
        yield f"ended with {found.code}: {found.err[-600:]}"
    if found.code == 2 and (found.err.count("\n") != 1 or not found.err.startswith("gapplan: ")):
        yield f"did not say it in one line: {found.err!r}"
    if found.code != 2 and found.out != whole.first.out and not any(each in found.out + found.err for each in NAMED):
        yield f"another answer, and nothing is named: {found.out[:300]!r}, {found.err!r}"
    if job.is_sure and not is_read and (found.code, found.out) != (whole.first.code, whole.first.out):
        yield f"could not be written, and cost the answer: {found.code} {found.err!r}"
    if _text(place.output) not in (_text(template.output), whole.output) and found.code == 2:
        yield "half an output"
    yield from _left(place, is_unlink=call == "unlink")
    yield from _lost(place, whole, is_done=found.code != 2)
    yield from _again(job, place, found, whole)


def _left(place: Place, *, is_unlink: bool) -> Iterator[str]:
    """Temporary files; the one that could not be deleted is not counted."""
    names = [str(each.relative_to(place.folder)) for each in place.folder.rglob("*")]
    left = [name for name in names if name.endswith(TEMPORARY) or "/.gapplan-" in f"/{name}"]
    if len(left) > is_unlink:
        yield f"left behind: {left}"


def _lost(place: Place, whole: _Whole, *, is_done: bool) -> Iterator[str]:
    if not whole.kept:
        return
    missing = [each for each in whole.kept if each not in _acknowledged(place)]
    if missing:
        yield f"lost: {missing}"


def _acknowledged(place: Place) -> tuple[object, ...]:
    """Everything that a store holds, read whole."""
    listed = list_snapshots(place.store)
    snapshots = [read_snapshot(place.store, each.key) for each in listed.snapshots]
    return (*snapshots, *list_plans(place.store), *list_work(place.store), *listed.damaged)


def _again(job: Job, place: Place, found: Answer, whole: _Whole) -> Iterator[str]:
    """A second run, on a disk that is whole again, repairs: it answers as the first would have, or as a second does."""
    again = run(place, job.arguments(place))
    if (again.code, again.out) not in [(each.code, each.out) for each in (whole.first, whole.second)]:
        yield f"a second run answers {again.code} {again.out[:300]!r} {again.err!r}"
    if _text(place.output) != whole.output and whole.output:
        yield "a second run leaves another output"
    yield from (f"after a second run, {each}" for each in _left(place, is_unlink=True))


def run(place: Place, arguments: Sequence[str]) -> Answer:
    """The command line in this process, as a process of its own would answer."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    os.environ["GAPPLAN_CACHE_DIR"] = str(place.folder / "cache")
    before, sys.argv = sys.argv, ["gapplan", "-C", str(place.project), *arguments]
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            gapplan()
    except SystemExit as end:
        code = end.code or 0
    except Exception as error:
        code = f"{type(error).__name__}: {error}"
    finally:
        sys.argv = before
    gc.collect()
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Answer(code, *(text.replace(str(place.folder), "FOLDER") for text in texts))


def _copied(template: Place) -> Place:
    place = Place(template.folder.with_name("place"))
    shutil.rmtree(place.folder, ignore_errors=True)
    shutil.copytree(template.folder, place.folder, symlinks=True)
    return place


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
