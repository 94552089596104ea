"""A source file that is at hand: its bytes, its place, its tree and its facts, which are made once for all who ask."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.source.names import module_name
from planner.source.read import Parsed, parse_source
from planner.source.walk import walk_tree
from planner.source.walked import Walk


@dataclass(frozen=True)
class Text:
    """The bytes of the file at `path`, which is imported as `module`."""

    source: bytes
    path: str
    module: str

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.module if self.path.endswith("__init__.py") else self.module.rpartition(".")[0]

    @cached_property
    def parsed(self) -> Parsed | Skipped:
        """The tree, or why there is none."""
        return parse_source(self.source, self.path)

    @cached_property
    def walk(self) -> Walk | Skipped:
        """What a pass over the tree found, or why there was none."""
        parsed = self.parsed
        if isinstance(parsed, Skipped):
            return parsed
        last_line = max((node.end_lineno or 1 for node in parsed.tree.body), default=1)
        try:
            return walk_tree(parsed.tree, self.package, last_line, self.module)
        except RecursionError:
            return Skipped(self.path, "nested too deeply to be read")

    @cached_property
    def facts(self) -> ModuleFacts | Skipped:
        """What the code is, or why that cannot be told."""
        parsed, walk = self.parsed, self.walk
        if isinstance(parsed, Skipped):
            return parsed
        if isinstance(walk, Skipped):
            return walk
        return ModuleFacts(
            path=self.path,
            module=self.module,
            units=walk.units(),
            import_time=walk.import_time,
            hollow=walk.hollow,
            guarded=walk.guarded,
            main_block=walk.main_block,
            imports=tuple(walk.imports),
            dynamic=tuple(walk.dynamic),
            is_newer=parsed.is_newer,
        )


def text_at(source: bytes, path: str, known: Set[str]) -> Text:
    """The text of a file; `known` are the paths of the tree, to tell packages."""
    return Text(source, path, module_name(path, known))
