"""The story of what raises the percent without a test: the same facts, with the texts that name code."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from functools import cache
from pathlib import Path

from planner.alternatives import find_all
from planner.alternatives.texts import read_texts
from planner.graph.shape import find_dead_ends, read_configuration
from planner.measure import is_test_path
from planner.measure.apply import count_shape
from planner.measure.count import COVERAGE_VERSION, count_file
from planner.measure.parsing import has_shapes
from planner.measure.rows import Row
from planner.measure.shapes import rules_of
from planner.model.alternatives import Alternatives, Count, Evidence, Settings
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.shape import Shape
from planner.model.target import version_numbers
from planner.pipeline.shared import Code, product
from planner.settings import CoverageSettings, read_coverage_settings
from planner.source.kinds import MENTIONS
from planner.source.leaving import excluded_by
from planner.source.mentions import readable
from planner.source.read import read_source
from planner.source.shape import plain_text


def find_alternatives(code: Code, measured: Measurement) -> Alternatives:
    """Code to delete, lines that convention excludes, and logic under `__main__`; none of it is in any plan."""
    root = code.request.root
    settings = read_coverage_settings(root, code.request.rcfile)
    facts = {**code.others, **code.facts}
    python, mentions = Texts(root, frozenset(facts)), code.files.read(MENTIONS, sorted(facts))
    return find_all(
        Evidence(
            measured=measured,
            facts=facts,
            python=python,
            mentions={path: each for path, each in mentions.items() if not isinstance(each, Skipped)},
            product=frozenset(file.path for file in product(measured)),
            tests=frozenset(filter(is_test_path, facts)),
            texts=read_texts(root),
            dead_ends=_dead_ends(facts, frozenset(code.facts), root),
            count=_count(code, settings, has_arcs=measured.branch),
            settings=_settings(root, settings, measured),
            is_packaged=_is_packaged(root),
        )
    )


class Texts(Mapping[str, str]):
    """Files as texts with Unix line ends, each read when it is asked for; bytes that are no UTF-8 mention nothing."""

    def __init__(self, root: Path, paths: Set[str]) -> None:
        self._root, self._paths = root, paths
        self._known: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._paths:
            raise KeyError(path)
        if path not in self._known:
            source = read_source(self._root, path)
            self._known[path] = "" if isinstance(source, Skipped) else readable(source)
        return self._known[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _dead_ends(
    facts: Mapping[str, ModuleFacts], own: frozenset[str], root: Path
) -> Callable[[frozenset[str]], frozenset[str]]:
    configuration = read_configuration(root)

    def find(gone: frozenset[str]) -> frozenset[str]:
        return find_dead_ends((each for path, each in facts.items() if path not in gone), configuration) & own

    return find


def _count(code: Code, settings: CoverageSettings, *, has_arcs: bool) -> Count:
    """Counts by the shape of a file and what its text says of other patterns; by coverage.py where these do not do."""
    root, rules = code.request.root, rules_of(settings, has_arcs=has_arcs)

    @cache
    def shape_of(path: str) -> Shape | Skipped:
        return code.files.shapes([path], rules, "counting")[path]

    @cache
    def text_of(path: str) -> str | None:
        source = read_source(root, path)
        return None if isinstance(source, Skipped) else plain_text(source)

    @cache
    def count(path: str, exclude: tuple[str, ...]) -> FileCoverage | Skipped:
        shape = shape_of(path) if has_shapes(rules) else None
        if isinstance(shape, Shape) and exclude != settings.exclude:
            shape = _excluding(exclude, text_of(path), code.facts.get(path) or code.others.get(path), shape)
        if isinstance(shape, Shape):
            return count_shape(shape, Row(), has_arcs=has_arcs).file
        return shape or count_file(root, path, Row(), replace(settings, exclude=exclude), has_arcs=has_arcs)

    return count


def _excluding(exclude: tuple[str, ...], text: str | None, facts: ModuleFacts | None, shape: Shape) -> Shape | None:
    """The shape with more patterns, None where it cannot be told."""
    excluded = None if text is None or facts is None else excluded_by(exclude, text, facts, shape)
    return None if excluded is None else replace(shape, excluded=excluded, statements=shape.statements & ~excluded)


def _settings(root: Path, settings: CoverageSettings, measured: Measurement) -> Settings:
    """Of several versions that recorded data, the oldest: what it knows, all know."""
    versions = [version_numbers(each.version) for each in measured.inputs if each.version]
    installed = version_numbers(COVERAGE_VERSION)
    return Settings(
        file=settings.file,
        text=_configuration_text(root / settings.file) if settings.file else "",
        exclude=settings.exclude,
        version=min(versions, default=installed),
        installed=installed,
        has_pyproject=(root / "pyproject.toml").is_file(),
    )


def _configuration_text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _is_packaged(root: Path) -> bool:
    """Whether the configuration says how to build it, so that others install it and import from it."""
    texts = read_configuration(root)
    return (root / "setup.py").is_file() or any("[build-system]" in text or "[metadata]" in text for text in texts)
