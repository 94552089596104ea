"""Source bytes in, ModuleFacts out: what the code is, by reading it alone.

In here: parsing and one walk. Not in here: coverage, graphs over several files, any judgement.
"""

from collections.abc import Set
from pathlib import Path

from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.seams import TestFacts
from planner.source.names import module_name
from planner.source.patches import patches_of
from planner.source.read import read_source
from planner.source.text import Text, text_at

__all__ = [
    "facts_of",
    "facts_of_source",
    "facts_of_test",
    "module_name",
    "read_facts",
    "read_test_facts",
    "tests_of",
]


def read_facts(root: Path, path: str, known: Set[str]) -> ModuleFacts | Skipped:
    """The facts of the file at `path` below `root`; `known` are the paths of the tree, to tell packages.

    A file that cannot be read or parsed is Skipped with its reason, never an exception.
    """
    source = read_source(root, path)
    if isinstance(source, Skipped):
        return source
    return facts_of_source(source, path, known)


def facts_of_source(source: bytes, path: str, known: Set[str]) -> ModuleFacts | Skipped:
    """The facts of a file whose bytes are at hand."""
    return facts_of(text_at(source, path, known))


def read_test_facts(root: Path, path: str, known: Set[str]) -> TestFacts | Skipped:
    """The facts of a test file or conftest, with what it patches, asks for and keeps in memory."""
    source = read_source(root, path)
    return source if isinstance(source, Skipped) else facts_of_test(source, path, known)


def facts_of_test(source: bytes, path: str, known: Set[str]) -> TestFacts | Skipped:
    """As `read_test_facts`, of a file whose bytes are at hand."""
    return tests_of(text_at(source, path, known))


def tests_of(text: Text) -> TestFacts | Skipped:
    """As `facts_of_test`, of a text that others look at, too."""
    parsed = text.parsed
    if isinstance(parsed, Skipped):
        return parsed
    facts = facts_of(text)
    return facts if isinstance(facts, Skipped) else patches_of(parsed.tree, facts)


def facts_of(text: Text) -> ModuleFacts | Skipped:
    """As `facts_of_source`, of a text that others look at, too."""
    return text.facts
