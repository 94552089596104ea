"""Logic under `if __name__ == "__main__":`: no test can call it, only a process that runs the module does."""

import re
from collections.abc import Iterator

from planner.model.alternatives import Evidence, MainBlock, Processes
from planner.model.facts import ModuleFacts
from planner.model.lines import numbers_in
from planner.model.measurement import FileCoverage

MOST_CALLS = 2
"""Statements of a block that only starts something: a call of main, perhaps one that sets up logging before it."""

PATCH_FROM = (7, 10)
"""From this coverage.py on, `[run] patch = subprocess` measures the processes that tests start."""

_DECIDES = re.compile(r"^\s+(?:if|for|while|with|try|match|async)\b")
_IMPORTS = re.compile(r"^\s+(?:import|from)\s")

_MEASURES = re.compile(r"^\s*(?:\"?patch\"?\s*=[^=]*\bsubprocess\b|COVERAGE_PROCESS_START)", re.MULTILINE)


def logic_in_main(file: FileCoverage, facts: ModuleFacts, text: str) -> int:
    """The statements of the module's `__main__` block when it does more than start something, else 0."""
    if not file.statements & facts.main_block:
        return 0
    lines = text.split("\n")
    inside = [lines[number - 1] for number in numbers_in(file.statements & facts.main_block)]
    steps = [line for line in inside if not _IMPORTS.match(line)]
    decides = any(_DECIDES.match(line) for line in steps)
    return len(inside) if len(steps) > MOST_CALLS or decides else 0


def find_main_blocks(evidence: Evidence) -> tuple[MainBlock, ...]:
    """The blocks with logic that did not run, the largest first."""
    measured = evidence.measured
    found = [
        _block(file, evidence, statements)
        for file in (*measured.files, *measured.unmeasured)
        if file.path in evidence.product and file.path in evidence.facts
        if file.missing_points_in(evidence.facts[file.path].main_block)
        if (statements := logic_in_main(file, evidence.facts[file.path], evidence.python[file.path]))
    ]
    return tuple(sorted(found, key=lambda each: (-each.missing, each.path)))


def find_processes(evidence: Evidence) -> Processes:
    """The test files that start processes, and whether the configuration measures these."""
    settings = evidence.settings
    return Processes(
        files=tuple(_starting_files(evidence)),
        is_measured=bool(_MEASURES.search(settings.text)),
        can_patch=settings.version >= PATCH_FROM,
    )


def _starting_files(evidence: Evidence) -> list[str]:
    """The tests that start processes."""
    return [path for path in sorted(evidence.tests) if evidence.mentions[path].is_starting]


def _block(file: FileCoverage, evidence: Evidence, statements: int) -> MainBlock:
    facts = evidence.facts[file.path]
    lines = list(numbers_in(facts.main_block))
    return MainBlock(
        path=file.path,
        first_line=lines[0],
        last_line=lines[-1],
        statements=statements,
        missing=file.missing_points_in(facts.main_block),
        has_main=any(unit.name == "main" for unit in facts.units),
        started_by=tuple(_starters(facts, evidence)),
    )


def _starters(facts: ModuleFacts, evidence: Evidence) -> Iterator[str]:
    """Where a file that starts processes names the module, by its dotted name in quotes or by its path."""
    named = re.compile(rf"[\"']{re.escape(facts.module)}[\"']|\b{re.escape(facts.path)}\b")
    for path in _starting_files(evidence):
        text = evidence.python[path]
        if match := named.search(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}"
