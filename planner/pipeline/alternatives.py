"""The story of what raises the percent without a test: the same facts, with the texts that name code."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from planner.alternatives import find_all
from planner.alternatives.texts import read_texts
from planner.graph.shape import find_shape, read_configuration
from planner.measure import is_test_path
from planner.measure.count import COVERAGE_VERSION, count_file
from planner.measure.rows import Row
from planner.model.alternatives import Alternatives, Count, Evidence, Settings
from planner.model.facts import ModuleFacts
from planner.model.measurement import FileCoverage, Measurement, Skipped
from planner.model.target import version_numbers
from planner.pipeline.shared import Code, product
from planner.settings import CoverageSettings, read_coverage_settings
from planner.source.read import read_source


def find_alternatives(code: Code, measured: Measurement) -> Alternatives:
    """Code to delete, lines that convention excludes, and logic under `__main__`; none of it is in any plan."""
    root = code.request.root
    settings = read_coverage_settings(root, code.request.rcfile)
    facts = {**code.others, **code.facts}
    return find_all(
        Evidence(
            measured=measured,
            facts=facts,
            python={path: _text(root, path) for path in facts},
            product=frozenset(file.path for file in product(measured)),
            tests=frozenset(filter(is_test_path, facts)),
            texts=read_texts(root),
            dead_ends=_dead_ends(facts, frozenset(code.facts), root),
            count=_count(root, settings, has_arcs=measured.branch),
            settings=_settings(root, settings, measured),
            is_packaged=_is_packaged(root),
        )
    )


def _text(root: Path, path: str) -> str:
    """The file as text with Unix line ends; bytes that are no UTF-8 mention nothing."""
    source = read_source(root, path)
    text = "" if isinstance(source, Skipped) else source.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _dead_ends(
    facts: Mapping[str, ModuleFacts], own: frozenset[str], root: Path
) -> Callable[[frozenset[str]], frozenset[str]]:
    configuration = read_configuration(root)

    def find(gone: frozenset[str]) -> frozenset[str]:
        shape = find_shape((each for path, each in facts.items() if path not in gone), configuration)
        ends = {shape.modules[name].path for name in shape.dead_ends}
        return frozenset(ends & own)

    return find


def _count(root: Path, settings: CoverageSettings, *, has_arcs: bool) -> Count:
    @cache
    def count(path: str, exclude: tuple[str, ...]) -> FileCoverage | Skipped:
        return count_file(root, path, Row(), replace(settings, exclude=exclude), has_arcs=has_arcs)

    return count


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
