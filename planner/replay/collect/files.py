"""Which files a recording has, and which of them are the product: by gapplan's own rules for a measurement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from planner.measure.select import Selection
from planner.measure.tree import SourceTree, is_test_path, never_heard_of, source_roots
from planner.settings import CoverageSettings
from planner.source.names import module_name


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A Python file of the project; `module` is None for what is no product. `statements` are lines in hexadecimal."""

    path: str
    module: str | None
    statements: str


def choose_files(
    tree: SourceTree,
    ran: Iterable[str],
    statements: Mapping[str, str],
    settings: CoverageSettings,
    source: Iterable[str] = (),
) -> tuple[ProjectFile, ...]:
    """The product, the tests, and whatever else ran below the root, by path; of those only what can be parsed.

    The product is what lies below `source`, else the settings' sources, else the folders of which something ran.
    """
    ran = frozenset(ran)
    configured = tuple(source) or (*settings.source, *settings.source_pkgs, *settings.source_dirs)
    selection = Selection(tree.root, settings)
    roots = source_roots(tree, ran, configured)
    product = {path for path in never_heard_of(tree, frozenset(), roots) if selection.would_measure(path)}
    chosen = sorted(product | {path for path in tree.files if path in ran or is_test_path(path)})
    return tuple(
        ProjectFile(path, module_name(path, tree.known) if path in product else None, statements[path])
        for path in chosen
        if path in statements
    )


def project_name(root: Path) -> str:
    """`click` for the folder `click-8.1.8`: the name under which `replay score` finds the sources again."""
    name, dash, version = root.name.rpartition("-")
    return name if dash and name and version[:1].isdecimal() else root.name
