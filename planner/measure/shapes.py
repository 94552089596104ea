"""How what files have to count is found, and by what rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from planner.measure.parsing import parsed_shape
from planner.measure.tree import SourceTree, scan_tree
from planner.model.measurement import Skipped
from planner.model.shape import Rules, Shape
from planner.settings import CoverageSettings

Progress: TypeAlias = Callable[[Iterable[str], str], Iterable[str]]
"""Wraps a loop over paths with a label, for a progress bar; the identity where none is wanted."""

Shapes: TypeAlias = Callable[[Sequence[str], Rules, str], Mapping[str, Shape | Skipped]]
"""Finds the shapes of files by path, in a loop with a label."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a project, and how their shapes are found."""

    tree: SourceTree
    shapes: Shapes


def parsed_sources(root: Path, progress: Progress) -> Sources:
    """The files below `root`, each parsed by coverage.py when its shape is asked for."""

    def shapes(paths: Sequence[str], rules: Rules, label: str) -> dict[str, Shape | Skipped]:
        return {path: parsed_shape(root, path, rules) for path in progress(paths, label)}

    return Sources(scan_tree(root), shapes)


def rules_of(settings: CoverageSettings, *, has_arcs: bool) -> Rules:
    """What of the settings decides how a file counts."""
    return Rules(settings.exclude, settings.partial if has_arcs else (), has_arcs)
