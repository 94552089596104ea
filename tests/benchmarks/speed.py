"""How much time and memory gapplan takes beside coverage.py's report and other tools, on large corpora.

    python tests/benchmarks/speed.py FOLDER [--only CORPUS ...] [--data KIND ...] [--python PATH ...] [--rounds N]
                                            [--quick] [--limit SECONDS] [--json FILE] [--markdown FILE]

Corpora are made below FOLDER where they are not there yet (see corpora.py), with data of the kinds lines, branches and
contexts. All commands of a corpus run one after another in each round, so that a slow moment of the machine meets all
of them; ratios are made within a round, and the median of the rounds is shown. CPU seconds are those of the command and
of all that it starts. `--python` is an interpreter that has gapplan's dependencies (the one that runs this by default);
given several times, the rows are there for each. The gapplan that is measured is the one of this checkout. "warm" is
the same call again, whose answer is kept; "other" asks for another target, when what files hold is known and nothing
else; "edited" comes after a function was added to one file. `--quick` leaves out the other tools and the second core;
`--rounds 0` compares totals only. A command that takes longer than `--limit` is ended, and the table says so.

Totals are compared, too: those of `coverage json` with those of `gapplan status`, on each corpus and kind of data; they
must be equal, or the exit code is 1.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from corpora import KINDS, RECIPES, Corpus
from usage import Failed, Usage, run_command

HOME = Path(__file__).resolve().parents[2]
PEERS = ("grimp==3.19", "radon==6.0.1", "agentic-crap-py==1.0.0")
"""The CRAP ranker is the one on the registry that runs on this size: crap4py 0.1.1 took 101 CPU s for Django."""

STARTS = 9
"""How often programs that do next to nothing are started."""

Figure = Literal["cpu", "wall", "peak", "together"]


@dataclass(frozen=True, slots=True)
class Row:
    """A ratio of the table: `over` and `under` are commands; what issue and README promise at least, and aim for."""

    label: str
    over: str
    under: str
    figure: Figure = "cpu"
    at_least: float | None = None
    aim: float | None = None


ROWS = (
    Row("whole cold plan / `coverage report`, CPU", "cold", "report", "cpu", 0.9, 0.5),
    Row("warm plan / `coverage report`, CPU", "warm", "report", "cpu", 0.06, 0.03),
    Row("warm, another target / `coverage report`, CPU", "other", "report"),
    Row("one file edited / `coverage report`, CPU", "edited", "report", "cpu", 0.07, 0.035),
    Row("cold plan, wall, two cores / one", "cold2", "cold", "wall", 0.65, 0.55),
    Row("cold plan, CPU, two cores / one", "cold2", "cold", "cpu"),
    Row("peak memory, cold plan / `coverage report`", "cold", "report", "peak", 1.5, 1.0),
    Row("memory of all processes, two cores / `coverage report`", "cold2", "report", "together"),
    Row("cold plan, contexts / lines only, CPU", "cold", "cold with lines", "cpu", 1.3, 1.1),
    Row("`coverage json` / `coverage report`, CPU", "json", "report"),
    Row("grimp's import graph / `coverage report`, CPU", "grimp", "report"),
    Row("`radon cc` / `coverage report`, CPU", "radon", "report"),
    Row("`coverage lcov` and a CRAP ranker / `coverage report`, CPU", "crap", "report"),
)
START_ROW = Row("`gapplan --help` / `python -c 'import click'`, CPU", "help", "click", "cpu", 1.5, 1.2)


@dataclass(frozen=True, slots=True)
class Setting:
    """One corpus with one kind of data under one Python: where it lies, and with what it is measured."""

    python: str
    version: str
    corpus: Corpus
    kind: str
    place: Path
    peers: Path | None

    @property
    def tree(self) -> Path:
        return self.place / "tree"

    @property
    def data(self) -> Path:
        return self.place / self.kind

    @property
    def scratch(self) -> Path:
        return self.place / "scratch"


@dataclass(frozen=True, slots=True)
class Command:
    """What is run and measured; `prepare` and `restore` are outside of the time."""

    key: str
    words: tuple[str, ...]
    codes: tuple[int, ...] = (0,)
    prepare: Callable[[], None] = lambda: None
    restore: Callable[[], None] = lambda: None
    is_whole: bool = False


@dataclass(slots=True)
class Measured:
    """What the rounds gave, by command; `failed` has a line for each that could not be measured."""

    setting: Setting
    rounds: list[dict[str, Usage]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    totals: tuple[Mapping[str, int], Mapping[str, int]] = ({}, {})

    @property
    def is_equal(self) -> bool:
        return self.totals[0] == self.totals[1]

    def ratio(self, row: Row) -> float | None:
        """The median over the rounds that have both."""
        found = [
            getattr(each[row.over], row.figure) / getattr(each[row.under], row.figure)
            for each in self.rounds
            if row.over in each and row.under in each
        ]
        return statistics.median(found) if found else None

    def median(self, key: str, figure: Figure) -> float | None:
        found = [getattr(each[key], figure) for each in self.rounds if key in each]
        return statistics.median(found) if found else None


def main() -> int:
    options = read_options()
    os.nice(options.nice)
    found: list[Measured] = []
    starts: dict[str, dict[str, float]] = {}
    for python in options.python or [sys.executable]:
        version = version_of(python)
        # the first run would write what later ones find
        subprocess.run([python, "-m", "compileall", "-q", str(HOME / "planner")], check=True)
        starts[version] = measure_starts(python, options.folder)
        for setting in settings_of(python, version, options):
            found.append(measure(setting, options))
            write_outcomes(found, starts, options)
    return 0 if all(each.is_equal for each in found) else 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where corpora, caches and peers go")
    names = [recipe.name for recipe in RECIPES]
    parser.add_argument("--only", action="append", choices=names, help="only this corpus; may be repeated")
    parser.add_argument("--data", action="append", choices=KINDS, help="only this kind of data; may be repeated")
    parser.add_argument("--python", action="append", metavar="PATH", help="an interpreter; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--quick", action="store_true", help="coverage report and gapplan on one core, nothing else")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="for one command (%(default)s)")
    parser.add_argument("--nice", type=int, default=0, help="run at this niceness")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there, too")
    options = parser.parse_args()
    options.folder = options.folder.resolve()
    return options


def settings_of(python: str, version: str, options: argparse.Namespace) -> Iterator[Setting]:
    """Each corpus of the Python, with each kind of data; made where it is not there."""
    peers = None if options.quick else make_peers(python, options.folder / version / "peers")
    for recipe in RECIPES:
        if options.only and recipe.name not in options.only:
            continue
        command = [python, str(HOME / "tests/benchmarks/corpora.py"), str(options.folder), "--only", recipe.name]
        made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for line in made.splitlines():
            corpus = Corpus(**json.loads(line))
            for kind in options.data or KINDS:
                yield Setting(python, version, corpus, kind, options.folder / version / recipe.name, peers)


def make_peers(python: str, place: Path) -> Path:
    """An environment with the other tools; the path of its `bin`."""
    if not (place / "ready").is_file():
        subprocess.run([python, "-m", "venv", "--clear", str(place)], check=True)
        subprocess.run([place / "bin/python", "-m", "pip", "install", "-q", *PEERS], check=True)
        (place / "ready").touch()
    return place / "bin"


def measure(setting: Setting, options: argparse.Namespace) -> Measured:
    """All commands, round by round."""
    measured = Measured(setting)
    shutil.rmtree(setting.scratch, ignore_errors=True)
    setting.scratch.mkdir()
    measured.totals = compare_totals(setting, options)
    for number in range(options.rounds):
        usages: dict[str, Usage] = {}
        for command in commands_of(setting, number):
            if command.key not in measured.failed:
                _measure_one(command, setting, options.limit, usages, measured.failed)
        measured.rounds.append(usages)
    return measured


def _measure_one(
    command: Command, setting: Setting, limit: float, usages: dict[str, Usage], failed: dict[str, str]
) -> None:
    command.prepare()
    environ = environ_of(setting.scratch)
    codes, is_whole = command.codes, command.is_whole
    try:
        used = run_command(command.words, setting.tree, environ, seconds=limit, codes=codes, is_whole=is_whole)
        usages[command.key] = used
        figures = f"{used.cpu:.2f} CPU s, {used.wall:.2f} s, {used.peak:.0f} MB"
    except Failed as error:
        failed[command.key] = figures = str(error)
    finally:
        command.restore()
    print(setting.version, setting.corpus.name, setting.kind, command.key, figures, sep="\t", file=sys.stderr)


def environ_of(scratch: Path) -> dict[str, str]:
    """This checkout's gapplan, a cache of the benchmark's own, and nothing of the user's."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(HOME),
        "GAPPLAN_CACHE_DIR": str(scratch / "cache"),
    }


def commands_of(setting: Setting, number: int) -> list[Command]:
    """Those of one round, in their order: a warm plan follows a cold one, and an edit a warm one."""
    python, scratch, data = setting.python, setting.scratch, str(setting.data)
    coverage = (python, "-P", "-m", "coverage")
    given = (f"--data-file={data}", f"--rcfile={os.devnull}")
    plan = (python, "-P", "-m", "planner", "-C", str(setting.tree), "--data", data, "--target", "+2")
    judged = (0, 1)  # 1: no option reaches the target

    def forget() -> None:
        shutil.rmtree(scratch / "cache", ignore_errors=True)

    edited = _middle_file(setting)
    original = edited.read_bytes()
    addition = f"\n\ndef added_{number}(value):\n    if value:\n        return {number}\n    return None\n"
    commands = [
        Command("report", (*coverage, "report", *given)),
        Command("cold", (*plan, "--jobs", "1"), judged, forget),
        Command("warm", (*plan, "--jobs", "1"), judged),
        Command("other", (*plan[:-1], "+3", "--jobs", "1"), judged),
        Command(
            "edited",
            (*plan, "--jobs", "1"),
            judged,
            lambda: _write(edited, original + addition.encode()),
            lambda: _write(edited, original),
        ),
    ]
    if setting.kind == "contexts":
        lines = (*plan[:-3], str(setting.place / "lines"), *plan[-2:], "--jobs", "1")
        commands.insert(1, Command("cold with lines", lines, judged, forget))
    return [*commands, *_others(setting, (*plan, "--jobs", "2"), forget)] if setting.peers else commands


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _others(setting: Setting, plan_on_two: tuple[str, ...], forget: Callable[[], None]) -> list[Command]:
    """The second core and, once for a tree, the tools that answer other questions about it."""
    assert setting.peers
    coverage = (setting.python, "-P", "-m", "coverage")
    given = (f"--data-file={setting.data}", f"--rcfile={os.devnull}")
    lcov = str(setting.scratch / "lcov.info")
    ranker = f"{setting.peers}/agentic-crap-py --json --lcov {lcov} " + " ".join(
        f"--source {name}" for name in _packages(setting)
    )
    own = [
        Command("cold2", plan_on_two, (0, 1), forget, is_whole=True),
        Command("json", (*coverage, "json", "-q", *given, "-o", str(setting.scratch / "report.json"))),
    ]
    if setting.kind != "lines":
        return own
    graph = "import sys, grimp; grimp.build_graph(*sys.argv[1:], cache_dir=None)"
    words = " ".join((*coverage, "lcov", "-q", *given, "-o", lcov))
    return [
        *own,
        Command("grimp", (str(setting.peers / "python"), "-c", graph, *_packages(setting))),
        Command("radon", (str(setting.peers / "radon"), "cc", "-a", str(setting.tree))),
        Command("crap", ("sh", "-c", f"{words} && {ranker}"), (0, 1)),
    ]


def _packages(setting: Setting) -> list[str]:
    return sorted(each.name for each in setting.tree.iterdir() if (each / "__init__.py").is_file())


def _middle_file(setting: Setting) -> Path:
    """The file of middle size among those that hold code."""
    files = sorted(setting.tree.rglob("*.py"), key=lambda each: (each.stat().st_size, each))
    full = [each for each in files if each.stat().st_size]
    return full[len(full) // 2]


def compare_totals(setting: Setting, options: argparse.Namespace) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Statements and branches, all and covered: of coverage.py, and of gapplan."""
    shutil.rmtree(setting.scratch / "cache", ignore_errors=True)
    report, status = setting.scratch / "totals.json", setting.scratch / "status.json"
    given = (f"--data-file={setting.data}", f"--rcfile={os.devnull}", "-q", "-o", str(report))
    ours = ("-C", str(setting.tree), "--data", str(setting.data), "--format", "json", "-o", str(status), "-q")
    environ = environ_of(setting.scratch)
    for words in (("coverage", "json", *given), ("planner", "status", *ours)):
        run_command((setting.python, "-P", "-m", *words), setting.tree, environ, seconds=options.limit)
    theirs = json.loads(report.read_text("utf-8"))["totals"]
    own = json.loads(status.read_text("utf-8"))["measured"]
    names = {
        "statements": "num_statements",
        "covered_statements": "covered_lines",
        "branches": "num_branches",
        "covered_branches": "covered_branches",
    }
    return {ours: theirs.get(name, 0) for ours, name in names.items()}, {name: own[name] for name in names}


def measure_starts(python: str, folder: Path) -> dict[str, float]:
    """The ratio of `gapplan --help` to `import click`, and the CPU seconds of both."""
    folder.mkdir(parents=True, exist_ok=True)
    words = {"help": ("-P", "-m", "planner", "--help"), "click": ("-P", "-c", "import click")}
    rounds = [
        {key: run_command((python, *each), folder, environ_of(folder), seconds=60).cpu for key, each in words.items()}
        for _ in range(STARTS)
    ]
    found = {key: statistics.median(each[key] for each in rounds) for key in words}
    return {**found, "ratio": statistics.median(each["help"] / each["click"] for each in rounds)}


def version_of(python: str) -> str:
    """As in 3.11."""
    code = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def write_outcomes(
    found: Sequence[Measured], starts: Mapping[str, Mapping[str, float]], options: argparse.Namespace
) -> None:
    """What is known so far: a long run can be ended."""
    text = render(found, starts)
    if options.markdown:
        options.markdown.write_text(text, "utf-8")
    if options.json:
        values = {"machine": machine(), "starts": starts, "corpora": [_as_json(each) for each in found]}
        options.json.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
    if len(found) == 1 or not options.markdown:
        print(text, flush=True)


def _as_json(measured: Measured) -> dict[str, object]:
    setting = measured.setting
    return {
        "python": setting.version,
        "corpus": asdict(setting.corpus),
        "data": setting.kind,
        "rounds": [{key: asdict(each) for key, each in usages.items()} for usages in measured.rounds],
        "failed": measured.failed,
        "totals": {"coverage": measured.totals[0], "gapplan": measured.totals[1], "equal": measured.is_equal},
    }


def machine() -> str:
    """Processor, cores and system, as far as the system tells."""
    names = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {platform.system()}"


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines() if file.is_file() else []


def render(found: Sequence[Measured], starts: Mapping[str, Mapping[str, float]]) -> str:
    """Three tables: ratios beside what is promised, the figures behind them, and totals."""
    heads = [f"{each.setting.corpus.name}, {each.setting.kind}, {each.setting.version}" for each in found]
    parts = [f"{machine()}; medians of {max((len(each.rounds) for each in found), default=0)} rounds."]
    parts.append(render_table(["", "at least", "aim", *heads], list(_ratio_rows(found, starts))))
    parts.append(render_table(["CPU s / wall s / MB", *heads], list(_figure_rows(found))))
    parts += [
        f"- {head}: {key}: {reason}"
        for head, each in zip(heads, found, strict=True)
        for key, reason in each.failed.items()
    ]
    equal = sum(each.is_equal for each in found)
    parts.append(f"Totals equal to coverage.py's: {equal} of {len(found)}.")
    return "\n\n".join(parts) + "\n"


def _ratio_rows(found: Sequence[Measured], starts: Mapping[str, Mapping[str, float]]) -> Iterator[list[str]]:
    for row in ROWS:
        ratios = [each.ratio(row) for each in found]
        if any(ratio is not None for ratio in ratios):
            yield [row.label, _promise(row.at_least), _promise(row.aim), *map(_ratio, ratios)]
    helps = [_ratio(starts[each.setting.version]["ratio"]) for each in found]
    yield [START_ROW.label, _promise(START_ROW.at_least), _promise(START_ROW.aim), *helps]


def _figure_rows(found: Sequence[Measured]) -> Iterator[list[str]]:
    yield ["lines of text", *(f"{each.setting.corpus.lines:,}" for each in found)]
    keys = dict.fromkeys(key for each in found for usages in each.rounds for key in usages)
    for key in keys:
        yield [key, *(_figures(each, key) for each in found)]


def _figures(measured: Measured, key: str) -> str:
    cpu, wall, peak = (measured.median(key, figure) for figure in ("cpu", "wall", "peak"))
    return "" if cpu is None or wall is None or peak is None else f"{cpu:.2f} / {wall:.2f} / {peak:.0f}"


def _promise(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if value < 0.2 else f"{value:.2f}"


def render_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """In Markdown, the first column to the left."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(each)} |" for each in lines)


if __name__ == "__main__":
    sys.exit(main())
