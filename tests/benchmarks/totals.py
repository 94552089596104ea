"""Proof on real projects that gapplan's totals equal coverage.py's own, to the statement and the branch.

    python tests/benchmarks/totals.py [--work DIR] [--only NAME] [--json FILE]

Each project's source distribution is fetched with pip, its own tests run under its own coverage
configuration, once for lines and once with branches (offline where `unshare` is there, 10 minutes at
most; failing tests do not matter, data does). Then coverage.py's totals are compared with what gapplan
reads from `.coverage`, JSON, XML and LCOV, in total and file by file. Prints a Markdown table; exit 1
when anything differs. coverage.py's report commands combine and delete their inputs, so they only see
copies. Data already below DIR is used again. Needs Python 3.11, `coverage`, and gapplan's own dependencies.
"""

import contextlib
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import coverage

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects import PROJECTS, Project
from sdists import build_environment, read_options, unpack

from planner.errors import GapplanError
from planner.measure import Request, read_measurement
from planner.model.measurement import Counts

WORK = Path(tempfile.gettempdir(), "gapplan-totals")
SECONDS_FOR_TESTS = 600
CONFIGURATIONS = (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml")
REPORTS = ("json", "xml", "lcov")
MODES = ("lines", "branch")
HEADS = (
    *("package", "version", "data", "files", "statements", "covered", "branches", "covered branches"),
    *(".coverage", *REPORTS, "json CPU s", "gapplan CPU s"),
)
SUMMARY = ("num_statements", "covered_lines", "num_branches", "covered_branches")
PYTEST = "pytest==8.3.5"
BRANCH_SETTING = re.compile(r"(?mi)^branch\s*=\s*(true|1|yes|on)\s*$")
OFFLINE = ("unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
IMPORT_ALL = """\
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, sys.argv[1] + ".", onerror=lambda _: None):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except BaseException as error:
            print(module.name, repr(error))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One project in one mode: coverage.py's totals and, per format, "equal" or what differs."""

    project: str
    version: str
    data: str
    files: int
    totals: Counts
    answers: dict[str, str]
    remarks: tuple[str, ...]
    coverage_seconds: float
    gapplan_seconds: float

    @property
    def is_equal(self) -> bool:
        return set(self.answers.values()) == {"equal"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments, (__doc__ or "").partition("\n")[0], WORK)
    wanted = [project for project in PROJECTS if not options.only or project.name in options.only]
    outcomes: list[Outcome] = []
    left_out: list[str] = []
    for project in wanted:
        try:
            outcomes += _measure(project, options.work)
        except (subprocess.SubprocessError, OSError) as error:
            left_out.append(f"- {project.name} left out: {error}")
    print("\n".join([render(outcomes), *left_out]))
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in outcomes], indent=1) + "\n", "utf-8")
    return 0 if all(each.is_equal for each in outcomes) and not left_out else 1


def _measure(project: Project, work: Path) -> list[Outcome]:
    tree = unpack(project.name, project.version, work)
    needs = (f"coverage=={coverage.__version__}", PYTEST, *project.needs)
    python = build_environment(project.name, tree, work, needs)
    outcomes = []
    for mode in MODES:
        data = _record(project, tree, python, mode)
        outcomes.append(_compare(project, tree, data, python))
        print(_row(outcomes[-1]), file=sys.stderr, flush=True)
    return outcomes


def _record(project: Project, tree: Path, python: Path, mode: str) -> Path:
    """The directory with the data of one run; a run that was recorded earlier is not repeated."""
    place = tree.parent / mode
    if list(place.glob(".coverage*")):
        return place
    place.mkdir(exist_ok=True)
    switches = ["--branch"] if mode == "branch" else _without_branch(tree, place.parent)
    if project.imports:
        script = place.parent / "import_all.py"
        script.write_text(IMPORT_ALL, "utf-8")
        what = [f"--source={project.imports}", str(script), project.imports]
    else:
        what = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *project.options]
    _run_limited([str(python), "-m", "coverage", "run", *switches, *what], tree, place)
    if not list(place.glob(".coverage*")):
        raise FileNotFoundError(f"no data was recorded; see {place}.log")
    return place


def _without_branch(tree: Path, place: Path) -> list[str]:
    """coverage.py's option for a copy of the project's configuration without `branch`, if that switches it on."""
    for name in CONFIGURATIONS:
        file = tree / name
        text = file.read_text("utf-8") if file.is_file() else ""
        if BRANCH_SETTING.search(text):
            changed = place / f"lines-{name.lstrip('.')}"
            changed.write_text(BRANCH_SETTING.sub("branch = false", text), "utf-8")
            return [f"--rcfile={changed}"]
    return []


def _run_limited(command: Sequence[str], tree: Path, place: Path) -> None:
    """Run in the tree; after the time limit interrupt as Ctrl-C would, so that coverage.py still saves its data."""
    offline = OFFLINE if shutil.which("unshare") and shutil.which("ip") else ()
    environment = os.environ | {"COVERAGE_FILE": str(place / ".coverage"), "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONPATH", None)
    with (place.parent / f"{place.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [*offline, *command], cwd=tree, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait(SECONDS_FOR_TESTS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # servers that tests left running


def _compare(project: Project, tree: Path, data: Path, python: Path) -> Outcome:
    began = _child_seconds()
    reports = _write_reports(tree, data, python, REPORTS[:1])
    coverage_seconds = _child_seconds() - began
    _write_reports(tree, data, python, REPORTS[1:])
    totals, by_file = _read_truth(reports / "report.json")
    recorded = [path for path in data.iterdir() if path.name.startswith(".coverage")]
    inputs = {".coverage": recorded[0] if len(recorded) == 1 else data}
    inputs |= {name: reports / f"report.{name}" for name in REPORTS}
    answers, remarks, seconds = {}, [], {}
    for name, path in inputs.items():
        before, start = _digests(data, reports), time.process_time()
        answers[name], notices = _difference(tree, path, totals, by_file)
        seconds[name] = time.process_time() - start
        if _digests(data, reports) != before:
            answers[name] += "; AN INPUT WAS CHANGED"
        remarks += [f"{name}: {notice}" for notice in notices if answers[name] != "equal"]
    kind = f"{'import only' if project.imports else 'tests'}, {data.name}"
    return Outcome(
        *(project.name, project.version, kind, len(by_file), totals, answers, tuple(remarks)),
        *(coverage_seconds, seconds[".coverage"]),
    )


def _write_reports(tree: Path, data: Path, python: Path, kinds: Iterable[str]) -> Path:
    """coverage.py's own reports on a copy of the data, seen from the tree and with its configuration."""
    place = data.with_name(f"{data.name}-reports")
    for kind in kinds:
        copy = place / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(data, copy)
        environment = os.environ | {"COVERAGE_FILE": str(copy / ".coverage")}
        report = place / f"report.{kind}"
        command = [str(python), "-m", "coverage", kind, "-q", "-o", str(report)]
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        if not report.is_file():
            print(f"{tree.name}: {kind} needs -i: {(done.stdout + done.stderr).strip()}", file=sys.stderr)
            subprocess.run([*command, "-i"], cwd=tree, env=environment, capture_output=True, check=False)
        shutil.rmtree(copy)
    return place


def _read_truth(report: Path) -> tuple[Counts, dict[str, Counts]]:
    """What coverage.py's JSON states: the totals, and every file's summary."""
    document = json.loads(report.read_bytes())
    by_file = {name: _counts(entry["summary"]) for name, entry in document["files"].items()}
    return _counts(document["totals"]), by_file


def _counts(summary: dict[str, int]) -> Counts:
    return Counts(*(summary.get(key, 0) for key in SUMMARY))


def _difference(tree: Path, path: Path, totals: Counts, by_file: dict[str, Counts]) -> tuple[str, list[str]]:
    """What differs (or "equal"), and what gapplan says beside its totals."""
    try:
        found = read_measurement(Request(root=tree, data=(str(path),)))
    except GapplanError as error:
        return f"ERROR {error}", []
    remarks = [*found.notices, *(f"{each.path}: {each.reason}" for each in found.skipped)]
    ours = {each.path: each.counts for each in found.files if each.counts.points}
    theirs = {name: counts for name, counts in by_file.items() if counts.points}  # XML may leave empty files out
    differing = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    if found.totals == totals and not differing:
        return "equal", remarks
    shown = [f"{name} {_short(ours.get(name))} for {_short(theirs.get(name))}" for name in differing[:3]]
    return f"{_short(found.totals)} for {_short(totals)}, {len(differing)} files: {'; '.join(shown)}", remarks


def _short(counts: Counts | None) -> str:
    if counts is None:
        return "absent"
    return f"{counts.covered_statements}/{counts.statements}+{counts.covered_branches}/{counts.branches}"


def _digests(*places: Path) -> dict[Path, str]:
    files = (path for place in places for path in sorted(place.rglob("*")) if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _child_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def render(outcomes: Sequence[Outcome]) -> str:
    """The Markdown table, and below it what gapplan said where anything differs."""
    lines = ["| " + " | ".join(HEADS) + " |", "|" + " --- |" * len(HEADS), *map(_row, outcomes)]
    lines += ["", *(f"- {each.project}, {each.data}: {remark}" for each in outcomes for remark in each.remarks)]
    equal = sum(each.is_equal for each in outcomes)
    return "\n".join([*lines, f"{equal} of {len(outcomes)} equal in all formats; coverage.py {coverage.__version__}"])


def _row(outcome: Outcome) -> str:
    totals = outcome.totals
    cells: list[object] = [outcome.project, outcome.version, outcome.data, outcome.files]
    cells += [totals.statements, totals.covered_statements, totals.branches, totals.covered_branches]
    cells += [*outcome.answers.values(), f"{outcome.coverage_seconds:.1f}", f"{outcome.gapplan_seconds:.1f}"]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
