"""A project's files as every story reads them: once each, for what they count, what they are, and what they call."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from planner.measure import Progress, Request, Sources, is_test_path, scan_tree
from planner.measure.count import COVERAGE_VERSION
from planner.measure.parsing import has_case_rule, parsed_shape, with_arcs
from planner.measure.tree import SourceTree
from planner.model.measurement import Skipped
from planner.model.shape import Rules, Shape
from planner.source.codec import pack_shape, unpack_shapes
from planner.source.kinds import FACTS, TESTS, Kind
from planner.source.library import Library
from planner.source.read import Parsed
from planner.source.shape import draw_shape
from planner.source.text import Text
from planner.source.walked import Walk

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Files:
    """The tree of a project, scanned once, and what its files say, read once.

    `more` are kinds that the story asks for later, beside shapes and facts, of product and tests.
    """

    tree: SourceTree
    library: Library
    more: tuple[Kind[Any], ...] = ()

    def read(
        self, kind: Kind[Found], paths: Iterable[str], known: Set[str] | None = None
    ) -> dict[str, Found | Skipped]:
        """What each file says of that kind, as `Library.read` does; what is new is kept for the next run."""
        later = self.more if kind in (FACTS, TESTS) else ()
        found = self.library.read(kind, paths, known=known, also=lambda _: later)
        self.library.keep()
        return found

    @property
    def sources(self) -> Sources:
        """The same for a measurement."""
        return Sources(self.tree, self.shapes)

    def shapes(self, paths: Sequence[str], rules: Rules, label: str) -> Mapping[str, Shape | Skipped]:
        """What each file has to count. Facts are found in the same reading, since every story asks for them next."""
        root = self.tree.root
        kind = shapes_kind(root, rules)
        found = self.library.read(kind, paths, label=label, also=self._later)
        return {path: _named(root, path, each, rules) for path, each in found.items()}

    def _later(self, path: str) -> tuple[Kind[Any], ...]:
        return (TESTS if is_test_path(path) else FACTS, *self.more)


def open_files(request: Request, progress: Progress, more: tuple[Kind[Any], ...] = ()) -> Files:
    """The files below the root of the request; `more` as in `Files`."""
    tree = scan_tree(request.root)
    return Files(tree, Library(request.root, tree.known, request.caches, progress, request.spread), more)


def shapes_kind(root: Path, rules: Rules) -> Kind[Shape]:
    """What files have to count by these rules and the installed coverage.py."""
    text = "\0".join((COVERAGE_VERSION, str(rules.has_arcs), *rules.exclude, "", *rules.partial))
    return Kind("shapes", "counting", partial(shape_of, root=root, rules=rules), pack_shape, unpack_shapes, text)


def shape_of(text: Text, root: Path, rules: Rules) -> Shape | Skipped:
    """What the file has to count: from its tree, or where that does not tell, by coverage.py's own parser."""
    parsed = text.parsed
    if isinstance(parsed, Parsed) and not parsed.is_newer:
        drawn = draw_shape(
            text.source, parsed.tree, text.path, rules, with_cases=has_case_rule(), yields=yields_in(text)
        )
        if drawn:
            return with_arcs(drawn.shape, drawn.text, drawn.raw, parsed.tree, rules) if rules.has_arcs else drawn.shape
    return parsed_shape(root, text.path, rules, text.source)


def yields_in(text: Text) -> int | None:
    """How many `yield` are in it; None where the compiler may have something to say against an expression."""
    return text.walk.yields if isinstance(text.walk, Walk) and text.walk.is_plain else None


def _named(root: Path, path: str, found: Shape | Skipped, rules: Rules) -> Shape | Skipped:
    """Of a file that cannot be read, coverage.py says why."""
    is_unread = isinstance(found, Skipped) and found.reason.startswith("cannot be read")
    return parsed_shape(root, path, rules) if is_unread else found
