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
from planner.source.read import Parsed, parse_source, read_source
from planner.source.walk import walk_tree

__all__ = ["facts_of_source", "facts_of_test", "module_name", "read_facts", "read_test_facts"]


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
    parsed = parse_source(source, path)
    return parsed if isinstance(parsed, Skipped) else _facts_of(parsed, path, known)


def read_test_facts(root: Path, path: str, known: Set[str]) -> TestFacts | Skipped:
    """The facts of a test file or conftest, with what it patches, asks for and keeps in memory."""
    source = read_source(root, path)
    return source if isinstance(source, Skipped) else facts_of_test(source, path, known)


def facts_of_test(source: bytes, path: str, known: Set[str]) -> TestFacts | Skipped:
    """As `read_test_facts`, of a file whose bytes are at hand."""
    parsed = parse_source(source, path)
    if isinstance(parsed, Skipped):
        return parsed
    facts = _facts_of(parsed, path, known)
    return facts if isinstance(facts, Skipped) else patches_of(parsed.tree, facts)


def _facts_of(parsed: Parsed, path: str, known: Set[str]) -> ModuleFacts | Skipped:
    module = module_name(path, known)
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    last_line = max((node.end_lineno or 1 for node in parsed.tree.body), default=1)
    try:
        walk = walk_tree(parsed.tree, package, last_line, module)
    except RecursionError:
        return Skipped(path, "nested too deeply to be read")
    return ModuleFacts(
        path=path,
        module=module,
        units=walk.units(),
        import_time=walk.import_time,
        hollow=walk.hollow,
        guarded=walk.guarded,
        main_block=walk.main_block,
        imports=tuple(walk.imports),
        dynamic=tuple(walk.dynamic),
        is_newer=parsed.is_newer,
    )
