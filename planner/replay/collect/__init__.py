"""Records what each test of a project runs. THIS RUNS THE PROJECT'S CODE: the one room of gapplan that does.

No other command comes here. The project's own Python runs it, in processes of its own, see `launch` and `inside`.
"""

import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.measure import scan_tree
from planner.replay.collect.files import ProjectFile, choose_files, project_name
from planner.replay.collect.inside import Answer
from planner.replay.collect.launch import CollectError, ProbeKind, Say, Workshop, open_workshop
from planner.replay.collect.table import Collected, render_recording
from planner.settings import CoverageSettings, read_coverage_settings
from planner.state import write_atomic

__all__ = ["CollectError", "Order", "Probed", "collect", "project_name", "record", "write_recording"]


@dataclass(frozen=True, slots=True)
class Order:
    """What to collect: the project at `root`, by which Python, with which further arguments for pytest.

    `root` is absolute, without links. `source` and `rcfile` stand in for what is found in its configuration.
    """

    root: Path
    python: str
    arguments: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    rcfile: str | None = None


@dataclass(frozen=True, slots=True)
class Probed:
    """What fresh processes ran, lines by path for each name, and of those that failed the reason."""

    lines: Mapping[str, Mapping[str, str]]
    errors: Mapping[str, str]
    seconds: float


def record(order: Order, path: Path, say: Say = lambda _: None) -> None:
    """Collect the project, and write the recording to `path`. Raises as `collect` and `write_recording` do."""
    if not path.parent.is_dir() or path.is_dir():  # known now, not after the suite has run for an hour
        raise CollectError(f"{path}: cannot be written (no such folder, or one itself)")
    write_recording(collect(order, say), path)
    say(f"wrote {path}")


def collect(order: Order, say: Say = lambda _: None) -> Collected:
    """Run the project's suite once, then a fresh process for each module and each test file.

    `say` gets a line at every stage. Raises CollectError when there is nothing to record, ConfigError for a coverage
    configuration that cannot be read.
    """
    root = order.root
    settings = read_coverage_settings(root, order.rcfile)
    tree = scan_tree(root)
    with open_workshop(root, order.python, str(root / settings.file) if settings.file else "") as workshop:
        say(f"the test suite of {root.name} runs")
        suite = workshop.run_suite(order.arguments, tree.files, say)
        say(f"{len(suite['tests'])} test functions ran in {suite['seconds']:.1f} s")
        files = choose_files(tree, _ran(suite), suite["statements"], settings, order.source)
        _check_product(files, suite, order)
        modules = _modules(files)
        say(f"{len(modules)} modules are imported, each in a fresh process")
        imports = _probe(workshop, modules, "import")
        test_files = sorted({test["file"] for test in suite["tests"]})
        say(f"{len(test_files)} test files are collected, each in a fresh process")
        collected = _probe(workshop, test_files, "collect", [each for each in order.arguments if each.startswith("-")])
    about = _about(order, settings, suite, files, (imports, collected))
    return Collected(about, files, suite["tests"], suite["lines"], imports.lines, collected.lines)


def write_recording(collected: Collected, path: Path) -> None:
    """Write the recording whole or not at all, packed where the name ends in `.xz`. Raises CollectError."""
    try:
        write_atomic(path, render_recording(collected, is_packed=path.suffix == ".xz"))
        os.chmod(path, 0o666 & ~_umask())
    except OSError as error:
        raise CollectError(f"{path}: cannot be written ({error.strerror or error})") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _ran(suite: Answer) -> set[str]:
    return {path for rows in suite["lines"].values() for path in rows}


def _check_product(files: Sequence[ProjectFile], suite: Answer, order: Order) -> None:
    """Raises CollectError when the product is not what ran: another copy is installed, or there is none."""
    product = {file.path for file in files if file.module is not None}
    if not product:
        raise CollectError(f"{order.root}: no source file there; say where the product lies with --source")
    if not product & _ran(suite):
        command = f"{order.python} -m pip install -e {order.root}"
        raise CollectError(f"{order.root}: the tests ran no line of it, so another copy is installed; run `{command}`")


def _modules(files: Iterable[ProjectFile]) -> list[str]:
    """What can be imported for the sake of it; `__main__` is a program."""
    names = (file.module for file in files if file.module is not None)
    return sorted({name for name in names if name.rpartition(".")[2] != "__main__"})


def _probe(workshop: Workshop, names: Sequence[str], kind: ProbeKind, options: Sequence[str] = ()) -> Probed:
    """A fresh process for each name. One that fails says why; what it ran until then counts."""
    start = time.perf_counter()
    answers = workshop.probe(names, kind, options)
    failed = {name: each for name, each in answers.items() if isinstance(each, str)}
    lines = {name: _all_lines(each) for name, each in answers.items() if not isinstance(each, str)}
    partly = {name: "; ".join(each["errors"].values()) for name, each in answers.items() if not isinstance(each, str)}
    errors = failed | {name: reason for name, reason in partly.items() if reason}
    return Probed(lines, dict(sorted(errors.items())), time.perf_counter() - start)


def _all_lines(answer: Answer) -> dict[str, str]:
    """The lines of all contexts together."""
    found: dict[str, int] = {}
    for rows in answer["lines"].values():
        for path, bits in rows.items():
            found[path] = found.get(path, 0) | int(bits, 16)
    return {path: f"{bits:x}" for path, bits in found.items()}


def _about(
    order: Order, settings: CoverageSettings, suite: Answer, files: Sequence[ProjectFile], probed: Sequence[Probed]
) -> dict[str, object]:
    """What was collected and by what, so that a reader can judge it; nothing of it names the machine."""
    outcomes: Counter[str] = Counter()
    for test in suite["tests"]:
        outcomes.update(test["outcomes"])
    product = {file.path: int(file.statements, 16) for file in files if file.module is not None}
    covered = _all_lines(suite)
    return {
        "name": project_name(order.root),
        "project": {"dir": order.root.name, "args": list(order.arguments), "settings": Path(settings.file or "").name},
        "timings": {"suite": suite["seconds"], "probe": sum(each.seconds for each in probed)},
        "outcomes": dict(sorted(outcomes.items())),
        "n_test_funcs": len(suite["tests"]),
        "n_test_files": len({test["file"] for test in suite["tests"]}),
        "src_statements": sum(bits.bit_count() for bits in product.values()),
        "covered": sum((bits & int(covered.get(path, "0"), 16)).bit_count() for path, bits in product.items()),
        "collect_errors": dict(sorted(suite["errors"].items())),
        "probe_errors": {name: reason for each in probed for name, reason in each.errors.items()},
        **suite["versions"],
    }
