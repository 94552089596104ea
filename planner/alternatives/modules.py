"""Whole files that nothing imports, starts or names."""

import re
from collections.abc import Mapping, Set
from pathlib import PurePosixPath

from planner.alternatives.customs import calls_at_top, is_started
from planner.model.alternatives import Evidence
from planner.model.measurement import FileCoverage


def find_unimported(files: Mapping[str, FileCoverage], evidence: Evidence, quoted: Set[str]) -> frozenset[str]:
    """The product `files` that are reached by nothing; files that only such files import are among them.

    `quoted` are words in strings of what is outside of the product. What a file that is gone names counts no more.
    """
    loaders = {path.rpartition("/")[0] for path, each in evidence.mentions.items() if each.is_loading}
    gone: frozenset[str] = frozenset()
    while True:
        idle = {
            path
            for path in evidence.dead_ends(gone) - gone
            if not files[path].executed
            and files[path].statements
            and not is_started(path)
            and not _is_loaded(path, evidence.facts[path].module, loaders, quoted)
            and not calls_at_top(evidence.python[path])
        }
        more = idle and _unnamed(idle, evidence, gone)
        if not more:
            return gone
        gone |= more


def _unnamed(paths: Set[str], evidence: Evidence, gone: Set[str]) -> set[str]:
    """Those of the paths that no text names but of files that are gone."""
    texts = [*evidence.texts.values(), *(evidence.python[path] for path in sorted(evidence.python.keys() - gone))]
    searched = "\n".join(texts)
    return {path for path in paths if not _is_named(path, evidence.facts[path].module, searched)}


def _is_loaded(path: str, module: str, loaders: Set[str], quoted: Set[str]) -> bool:
    """Whether a loader in its folder or above may import it, or one anywhere by a name that some string has."""
    folder = path.rpartition("/")[0]
    is_below = any(folder == each or folder.startswith(f"{each}/") for each in loaders)
    return is_below or (bool(loaders) and module.rpartition(".")[2] in quoted)


def _is_named(path: str, module: str, searched: str) -> bool:
    """Whether any text has its dotted name, its path, or its file's name."""
    names = {module, path, path.removesuffix(".py"), PurePosixPath(path).name}
    names |= {".".join(module.split(".")[-2:])} if "." in module else set()
    shaped = (name for name in names if ("." in name or "/" in name) and name in searched)
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", searched) for name in shaped)
