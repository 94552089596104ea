"""Source bytes in, ModuleFacts out: what the code is, by reading it alone.

In here: parsing and one walk. Not in here: coverage, graphs over several files, any judgement.
"""

from collections.abc import Set
from pathlib import Path

from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.source.names import module_name
from planner.source.read import parse_file
from planner.source.walk import walk_tree

__all__ = ["module_name", "read_facts"]


def read_facts(root: Path, path: str, known: Set[str]) -> ModuleFacts | Skipped:
    """The facts of the file at `path` below `root`; `known` are the paths of the tree, to tell packages.

    A file that cannot be read or parsed is Skipped with its reason, never an exception.
    """
    tree = parse_file(root, path)
    if isinstance(tree, Skipped):
        return tree
    module = module_name(path, known)
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    last_line = max((node.end_lineno or 1 for node in tree.body), default=1)
    walk = walk_tree(tree, package, last_line)
    units = walk.units()
    return ModuleFacts(path, module, units, walk.import_time, walk.hollow)
