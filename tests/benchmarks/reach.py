"""How often the call graph's edges really happen, and how well it tells what a test enters, on real projects.

    python tests/benchmarks/reach.py --data DIR --sources DIR [--only NAME ...] [--missed N]

DIR of the data holds NAME.sqlite (replay/*.sqlite.xz, unpacked), that of the sources NAME-VERSION (source
distributions). Truth is per-test coverage: a unit is entered by a test when any line of its body runs in the test
itself (its set-up aside). Prints Markdown tables:

1. rates: of the tests that enter an edge's caller, the share that enters its callee; the mean over edges, by rule, for
   calls that stand straight in the body and in a block. These are the constants of `planner.graph.rules.RATES`.
2. held out: the same rates from the other projects, applied to each project: mean confidence given and found.
3. reach: of the units that a test's own text leads to, by confidence, the share that it enters ("from the test"), and
   for each unit that the test calls and enters, the share of that unit's reach ("from an entry"), which is what a plan
   uses. By project: precision, recall, and what of the test's run lies outside every entry's reach.

`--missed N` also names the N units per project that tests enter most often without an entered caller in the graph.
"""

import argparse
import json
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from planner.graph.calls import CallGraph, Edge, call_graph
from planner.graph.reach import reach
from planner.graph.rules import RATES
from planner.model.facts import ModuleFacts
from planner.model.lines import Lines
from planner.model.measurement import Skipped
from planner.source import read_facts

BANDS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
LIKELY = 0.5


@dataclass(frozen=True)
class Project:
    """A project's graph over its own units, and over those with its tests' (which have the same numbers first).

    `bodies` are the units that have statements to enter; `entered` are those of each test, `tests` the number of
    each test's function in `wide`.
    """

    name: str
    graph: CallGraph
    wide: CallGraph
    bodies: Set[int]
    entered: Mapping[str, Set[int]]
    tests: Mapping[str, int]
    seconds: float

    def runs(self) -> Mapping[int, Set[str]]:
        """Unit -> the tests that enter it."""
        found: dict[int, set[str]] = defaultdict(set)
        for test, units in self.entered.items():
            for unit in units:
                found[unit].add(test)
        return found

    def measured(self) -> Iterator[tuple[Edge, bool, float]]:
        """(edge, whether it stands in a block, share of the caller's tests that enter the callee)."""
        runs = self.runs()
        for edge in (edge for edges in self.graph.edges for edge in edges):
            if edge.caller in runs and edge.callee in self.bodies:
                callers = runs[edge.caller]
                share = len(callers & runs.get(edge.callee, set())) / len(callers)
                yield edge, bool(self.graph.units[edge.caller].conditional >> edge.line & 1), share


# Reading


def read_project(data: Path, root: Path) -> Project:
    base = sqlite3.connect(f"file:{data}?mode=ro&immutable=1", uri=True)
    files = list(base.execute("select id, path, kind from file where path like '%.py'"))
    known = {path for _, path, _ in files}
    facts = {number: read_facts(root, path, known) for number, path, _ in files}
    kinds = {number: kind for number, _, kind in files}
    read = {number: each for number, each in facts.items() if not isinstance(each, Skipped)}
    own = {number: each for number, each in read.items() if kinds[number] == "src"}
    others = [each for number, each in read.items() if kinds[number] != "src"]
    start = time.process_time()
    graph = call_graph(own.values())
    seconds = time.process_time() - start
    bodies = _bodies(own, base)
    return Project(
        name=data.stem,
        graph=graph,
        wide=call_graph([*own.values(), *others]),
        bodies={unit for places in bodies.values() for _, unit in places},
        entered=_entered(bodies, base),
        tests=_tests(others, len(graph.units), base),
        seconds=seconds,
    )


def _numbits(bits: bytes) -> Lines:
    return int.from_bytes(bits, "little")


def _bodies(own: Mapping[int, ModuleFacts], base: sqlite3.Connection) -> Mapping[int, Sequence[tuple[Lines, int]]]:
    """File -> (statements, number) of its functions."""
    statements = {number: _numbits(bits) for number, bits in base.execute("select id, statements from file")}
    found: dict[int, list[tuple[Lines, int]]] = defaultdict(list)
    units = ((file, unit) for file, facts in own.items() for unit in facts.units)
    for number, (file, unit) in enumerate(units):
        if unit.is_body and unit.lines & statements[file]:
            found[file].append((unit.lines & statements[file], number))
    return found


def _entered(bodies: Mapping[int, Sequence[tuple[Lines, int]]], base: sqlite3.Connection) -> Mapping[str, Set[int]]:
    rows = "select ctx.name, file_id, bits from cov join ctx on ctx.id = ctx_id where ctx.name like 'T|%|run'"
    found: dict[str, set[int]] = defaultdict(set)
    for name, file, bits in base.execute(rows):
        ran = _numbits(bits)
        found[name[2:-4]] |= {unit for lines, unit in bodies.get(file, ()) if lines & ran}
    return {test: units for test, units in found.items() if units}


def _tests(others: Iterable[ModuleFacts], first: int, base: sqlite3.Connection) -> Mapping[str, int]:
    places: dict[tuple[str, int], int] = {}
    for number, (path, unit) in enumerate(((each.path, unit) for each in others for unit in each.units), first):
        places.setdefault((path, unit.first_line), number)
    rows = base.execute("select fid, code_file, code_line from test")
    return {test: places[path, line] for test, path, line in rows if (path, line) in places}


# 1 and 2: edges

Rates = Mapping[tuple[str, bool], Sequence[float]]


def rates_of(projects: Iterable[Project]) -> Rates:
    found: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for project in projects:
        for edge, is_in_block, share in project.measured():
            found[edge.rule, is_in_block].append(share)
    return found


def mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else float("nan")


def print_rates(projects: Sequence[Project]) -> None:
    rates, by_project = rates_of(projects), [rates_of([each]) for each in projects]
    print_row("rule", "straight", "edges", "RATES", "in a block", "edges", "RATES", *(each.name for each in projects))
    print_row(*["---"] * (7 + len(projects)))
    for rule, rate in RATES.items():
        straight, inside = rates.get((rule, False), ()), rates.get((rule, True), ())
        shares = [[*each.get((rule, False), ()), *each.get((rule, True), ())] for each in by_project]
        cells = [f"{mean(each):.2f} ({len(each)})" if each else "" for each in shares]
        first = (f"{mean(straight):.2f}", str(len(straight)), f"{rate.straight:.2f}")
        print_row(rule, *first, f"{mean(inside):.2f}", str(len(inside)), f"{rate.in_block:.2f}", *cells)


def print_edge_bands(projects: Sequence[Project]) -> None:
    print("\nEdges by the confidence that they carry\n")
    rows = [(edge.confidence, share) for project in projects for edge, _, share in project.measured()]
    print_bands([(chance, share, 1) for chance, share in rows], "edges")


def print_held_out(projects: Sequence[Project]) -> None:
    print("\nRates of the other projects, on the project left out\n")
    print_row("project", "edges", "given", "found", "mean error", "error of one rate for all")
    print_row(*["---"] * 6)
    for project in projects:
        others = rates_of(each for each in projects if each is not project)
        flat = mean(share for shares in others.values() for share in shares)
        known = [(edge.rule, block, share) for edge, block, share in project.measured() if (edge.rule, block) in others]
        given = [mean(others[rule, block]) for rule, block, _ in known]
        found = [share for _, _, share in known]
        error = mean(abs(guess - share) for guess, share in zip(given, found, strict=True))
        plain = mean(abs(flat - share) for share in found)
        print_row(project.name, str(len(known)), *(f"{each:.3f}" for each in (mean(given), mean(found), error, plain)))


# 3: reach


@dataclass
class Score:
    """Predicted units of one project's tests, as (confidence, whether the test entered it, how often)."""

    from_test: Counter[tuple[float, bool]]
    from_entry: Counter[tuple[float, bool]]
    true: int = 0
    outside: int = 0
    tests: int = 0
    with_entry: int = 0


def score(project: Project) -> Score:
    found = Score(Counter(), Counter())
    reaches: dict[int, Mapping[int, float]] = {}
    own = len(project.graph.units)
    for test, unit in project.tests.items():
        truth = project.entered.get(test)
        if not truth:
            continue
        _add(found.from_test, reach(unit, project.wide), truth, project.bodies)
        entries = [edge.callee for edge in project.wide.edges[unit] if edge.callee < own and edge.callee in truth]
        within: set[int] = set()
        for entry in entries:
            if entry not in reaches:
                reaches[entry] = reach(entry, project.graph)
            within |= reaches[entry].keys()
            _add(found.from_entry, reaches[entry], truth, project.bodies - {entry})
        found.true += len(truth)
        found.tests += 1
        found.with_entry += bool(entries)
        found.outside += len(truth - within)
    return found


def _add(counter: Counter[tuple[float, bool]], reached: Mapping[int, float], truth: Set[int], bodies: Set[int]) -> None:
    counter.update((chance, unit in truth) for unit, chance in reached.items() if unit in bodies)


def print_reach(projects: Sequence[Project]) -> None:
    heads = ("tests", "that call a known unit", "precision", "recall", f"precision >= {LIKELY}", f"recall >= {LIKELY}")
    print_row("project", *heads, "entry precision", f"entry precision >= {LIKELY}", "outside", "graph CPU s")
    print_row(*["---"] * 11)
    scores = {project.name: score(project) for project in projects}
    for project in projects:
        each = scores[project.name]
        likely, entry_likely = _above(each.from_test), _above(each.from_entry)
        true = max(each.true, 1)
        shares = (
            *(_precision(each.from_test), _hits(each.from_test) / true, _precision(likely), _hits(likely) / true),
            *(_precision(each.from_entry), _precision(entry_likely), each.outside / true, project.seconds),
        )
        print_row(project.name, str(each.tests), str(each.with_entry), *(f"{share:.2f}" for share in shares))
    for name, counters in (
        ("From the test", [each.from_test for each in scores.values()]),
        ("From an entry", [each.from_entry for each in scores.values()]),
    ):
        print(f"\n{name}: confidence given, and the share that was entered\n")
        print_bands([(chance, float(hit), n) for each in counters for (chance, hit), n in each.items()], "pairs")


def _above(counter: Counter[tuple[float, bool]]) -> Counter[tuple[float, bool]]:
    return Counter({key: count for key, count in counter.items() if key[0] >= LIKELY})


def _hits(counter: Counter[tuple[float, bool]]) -> int:
    return sum(count for (_, hit), count in counter.items() if hit)


def _precision(counter: Counter[tuple[float, bool]]) -> float:
    return _hits(counter) / max(counter.total(), 1)


# Printing


def print_row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |")


def print_bands(rows: Sequence[tuple[float, float, int]], what: str) -> None:
    """Rows of (confidence, share, weight) by band."""
    print_row("confidence from", what, "mean given", "found")
    print_row(*["---"] * 4)
    for upper, lower in zip((1.01, *BANDS), BANDS, strict=False):
        band = [row for row in rows if lower <= row[0] < upper]
        weight = sum(count for _, _, count in band)
        if weight:
            given = sum(chance * count for chance, _, count in band) / weight
            found = sum(share * count for _, share, count in band) / weight
            print_row(f"{lower:.2f}", str(weight), f"{given:.2f}", f"{found:.2f}")


def print_missed(project: Project, most: int) -> None:
    missed: Counter[int] = Counter()
    for units in project.entered.values():
        missed.update(u for u in units if not {edge.caller for edge in project.graph.callers[u]} & units)
    names = [f"{project.graph.modules[u]}:{project.graph.units[u].name} {n}" for u, n in missed.most_common(most)]
    print(f"\n{project.name}: {json.dumps(names)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--missed", type=int, default=0)
    options = parser.parse_args()
    found = sorted(each for each in options.data.glob("*.sqlite") if not options.only or each.stem in options.only)
    roots = {each.stem: next(iter(sorted(options.sources.glob(f"{each.stem}-*/"))), None) for each in found}
    projects = [read_project(each, root) for each in found if (root := roots[each.stem])]
    print_rates(projects)
    print_edge_bands(projects)
    print_held_out(projects)
    print("\nReach\n")
    print_reach(projects)
    for project in projects if options.missed else ():
        print_missed(project, options.missed)


if __name__ == "__main__":
    main()
