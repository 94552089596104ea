"""Whole files that nothing imports, starts or names."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from planner.alternatives.customs import is_started
from planner.alternatives.mentions import Mentions
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage

_LOADERS = re.compile(
    r"\b(?:iter_modules|walk_packages|import_module|import_string|__import__|load_module|exec_module)\b"
)
"""Calls that import what no import statement names."""


def find_unimported(
    files: Mapping[str, FileCoverage],
    facts: Mapping[str, ModuleFacts],
    python: Mapping[str, str],
    texts: Iterable[str],
    mentions: Iterable[Mentions],
    dead_ends: Callable[[frozenset[str]], frozenset[str]],
) -> frozenset[str]:
    """The product `files` that are reached by nothing; files that only such files import are among them.

    `python` and `texts` are all texts of the project, `mentions` what those outside of the product mention. What a
    file that is gone names counts no more.
    """
    others = "\n".join(texts)
    quoted = {word for each in mentions for word in each.quoted}
    loaders = {path.rpartition("/")[0] for path, text in python.items() if _LOADERS.search(text)}
    gone: frozenset[str] = frozenset()
    while True:
        searched = "\n".join([others, *(text for path, text in python.items() if path not in gone)])
        more = {
            path
            for path in dead_ends(gone) - gone
            if not files[path].executed
            and files[path].statements
            and not is_started(path, python[path])
            and not _is_loaded(path, facts[path].module, loaders, quoted)
            and not _is_named(path, facts[path].module, searched)
        }
        if not more:
            return gone
        gone |= more


def _is_loaded(path: str, module: str, loaders: set[str], quoted: set[str]) -> bool:
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
