"""Import-time and behaviour apart: how much of what is covered ran only because a module was imported."""

from collections.abc import Iterable, Mapping

from planner.model.facts import ModuleFacts
from planner.model.measurement import Counts, FileCoverage
from planner.model.option import ImportShare


def import_share(files: Iterable[FileCoverage], facts: Mapping[str, ModuleFacts]) -> ImportShare | None:
    """Statements of the files with facts, split by when they run; None when no file has facts.

    Lines that no usual test runs count as behaviour.
    """
    on_import, on_call, count = Counts(), Counts(), 0
    for file in files:
        if file.path in facts:
            lines = facts[file.path].import_time
            on_import += _statements(file, lines)
            on_call += _statements(file, ~lines)
            count += 1
    return ImportShare(on_import, on_call, count) if count else None


def _statements(file: FileCoverage, lines: int) -> Counts:
    return Counts((file.statements & lines).bit_count(), (file.executed & lines).bit_count())
