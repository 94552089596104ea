"""Proof on real releases that the causes of a change add up to coverage.py's own totals, to the point.

    python tests/benchmarks/releases.py [--work DIR] [--only NAME] [--json FILE]

Two successive releases of each project are fetched with pip as source distributions; each runs its own tests with
branches under its own coverage configuration (offline where `unshare` is there, 10 minutes at most; failing tests do
not matter, data does). `gapplan snapshot` keeps both in one store and `gapplan why` splits the change, as a user
would call them. The truth is `coverage json` on a copy of the data, by the coverage.py that recorded it. Prints a
Markdown table: covered points and points by cause; exit 1 when anything does not add up. Data already below DIR is
used again. Needs Python 3.11, `coverage`, and gapplan's own dependencies.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

import coverage

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from projects import PROJECTS, Project
from sdists import build_environment, read_options, unpack
from totals import OFFLINE, PYTEST, SECONDS_FOR_TESTS, SUMMARY

from planner.model.history import CAUSES
from planner.model.measurement import Counts
from planner.model.percent import exact_percent

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(tempfile.gettempdir(), "gapplan-releases")

EARLIER = {
    "click": "8.1.7",
    "flask": "3.0.3",
    "itsdangerous": "2.1.2",
    "jinja2": "3.1.5",
    "markupsafe": "3.0.1",
    "marshmallow": "3.26.0",
    "packaging": "24.2",
    "pluggy": "1.5.0",
    "sqlparse": "0.5.2",
    "tomlkit": "0.13.1",
}
"""The release before the one of PROJECTS, of those whose tests are quick."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Two releases: coverage.py's totals, the (covered points, points) of each cause, and what does not add up."""

    project: str
    versions: tuple[str, str]
    totals: tuple[Counts, Counts]
    causes: dict[str, tuple[int, int]]
    faults: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments, (__doc__ or "").partition("\n")[0], WORK)
    store = options.work / "releases.sqlite"
    store.unlink(missing_ok=True)
    outcomes: list[Outcome] = []
    left_out: list[str] = []
    for project in PROJECTS:
        if project.name in EARLIER and (not options.only or project.name in options.only):
            try:
                outcomes.append(_split(project, options.work, store))
            except (subprocess.SubprocessError, OSError) as error:
                left_out.append(f"- {project.name} left out: {error}")
    print("\n".join([render(outcomes), *left_out]))
    if options.json:
        options.json.write_text(json.dumps([asdict(each) for each in outcomes], indent=1) + "\n", "utf-8")
    return 1 if left_out or any(each.faults for each in outcomes) else 0


def _split(project: Project, work: Path, store: Path) -> Outcome:
    """Measure both releases, keep both, and ask why."""
    releases = [replace(project, version=version) for version in (EARLIER[project.name], project.version)]
    keys, totals = [], []
    for release in releases:
        tree, data = _measure(release, work / release.version)
        label = f"{release.name} {release.version}"
        keys.append(_gapplan("snapshot", tree, store, "--data", str(data), "--label", label).strip())
        totals.append(_truth(tree, data))
    answer = json.loads(_gapplan("why", tree, store, *keys, "--format", "json"))
    (work / f"why-{project.name}.json").write_text(json.dumps(answer, indent=1) + "\n", "utf-8")
    causes = {each["cause"]: (each["covered"], each["points"]) for each in answer["causes"]}
    versions, found = (releases[0].version, releases[1].version), (totals[0], totals[1])
    outcome = Outcome(project.name, versions, found, causes, tuple(_faults(answer, *found)))
    print(_row(outcome, CAUSES), *outcome.faults, sep="\n", file=sys.stderr, flush=True)
    return outcome


def _measure(release: Project, work: Path) -> tuple[Path, Path]:
    """The tree, and the data of its own tests; what was recorded earlier is not repeated."""
    tree = unpack(release.name, release.version, work)
    data = tree.parent / "branch" / ".coverage"
    if not data.is_file():
        needs = (f"coverage=={coverage.__version__}", PYTEST, *release.needs)
        python = build_environment(release.name, tree, work, needs)
        _run_tests([str(python), "-m", "coverage"], release.options, tree, data)
    return tree, data


def _run_tests(program: Sequence[str], options: Iterable[str], tree: Path, data: Path) -> None:
    offline = OFFLINE if shutil.which("unshare") and shutil.which("ip") else ()
    environment = os.environ | {"COVERAGE_FILE": str(data), "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONPATH", None)
    data.parent.mkdir(exist_ok=True)
    command = [*offline, *program, "run", "--branch", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    with data.with_name("tests.log").open("wb") as log:
        subprocess.run(
            command, cwd=tree, env=environment, stdout=log, stderr=log, timeout=SECONDS_FOR_TESTS, check=False
        )
    if not data.is_file() and list(data.parent.glob(".coverage.*")):
        subprocess.run([*program, "combine", "-q"], cwd=tree, env=environment, check=True)
    if not data.is_file():
        raise FileNotFoundError(f"no data was recorded; see {data.with_name('tests.log')}")


def _truth(tree: Path, data: Path) -> Counts:
    """coverage.py's own totals of a copy of the data, seen from the tree and with its configuration."""
    with tempfile.TemporaryDirectory() as place:
        copy, report = Path(place, ".coverage"), Path(place, "report.json")
        shutil.copyfile(data, copy)
        command = [sys.executable, "-m", "coverage", "json", "-q", "-i", "-o", str(report)]
        environment = os.environ | {"COVERAGE_FILE": str(copy)}
        subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
        summary = json.loads(report.read_bytes())["totals"]
    return Counts(*(summary.get(key, 0) for key in SUMMARY))


def _gapplan(command: str, tree: Path, store: Path, *arguments: str) -> str:
    """What the command prints, called from the tree as its user would."""
    line = [sys.executable, "-m", "planner", command, *arguments, "-C", str(tree), "--store", str(store), "-q"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(line, env=environment, cwd=tree.parent, check=True, stdout=subprocess.PIPE, text=True).stdout


def _faults(answer: dict[str, list[dict[str, list[int]]]], old: Counts, new: Counts) -> Iterable[str]:
    """What does not add up from coverage.py's old totals to its new ones: causes, parts, or percents."""
    wanted = new.covered_points - old.covered_points, new.points - old.points
    for kind in ("causes", "parts"):
        found = tuple(sum(int(str(each[key])) for each in answer[kind]) for key in ("covered", "points"))
        if found != wanted:
            yield f"- {kind} add up to {found}, coverage.py says {wanted}"
    percent = sum((Fraction(*each["percent_exact"]) for each in answer["causes"]), Fraction(0))
    if percent != exact_percent(new.covered_points, new.points) - exact_percent(old.covered_points, old.points):
        yield f"- the percents by cause add up to {percent}"


def render(outcomes: Sequence[Outcome]) -> str:
    """The Markdown table, with a column for each cause that any change has, and below it what does not add up."""
    causes = [cause for cause in CAUSES if any(cause in each.causes for each in outcomes)]
    heads = ("project", "releases", "percent", "covered", "points", *causes)
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += [_row(each, causes) for each in outcomes]
    lines += ["", *(f"{fault} ({each.project})" for each in outcomes for fault in each.faults)]
    exact = sum(not each.faults for each in outcomes)
    ending = f"covered points / points by cause; {exact} of {len(outcomes)} add up exactly"
    return "\n".join([*lines, f"{ending}; coverage.py {coverage.__version__}"])


def _row(outcome: Outcome, causes: Sequence[str]) -> str:
    old, new = outcome.totals
    cells = [outcome.project, " -> ".join(outcome.versions)]
    cells.append(" -> ".join(f"{float(exact_percent(each.covered_points, each.points)):.3f}" for each in (old, new)))
    cells.append(f"{old.covered_points} -> {new.covered_points}")
    cells.append(f"{old.points} -> {new.points}")
    for cause in causes:
        covered, points = outcome.causes.get(cause, (0, 0))
        cells.append(f"{covered:+} / {points:+}" if cause in outcome.causes else "")
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
