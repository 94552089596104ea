"""Which files a report shows: coverage.py's `include` and `omit`, matched below the project root."""

import os
from dataclasses import replace
from pathlib import Path

from coverage.exceptions import ConfigError as CoverageConfigError
from coverage.files import GlobMatcher

from planner.errors import ConfigError
from planner.measure.paths import Placed
from planner.settings import CoverageSettings


class Selection:
    """The patterns of one configuration, compiled once by coverage.py's own matcher.

    Rows are matched as coverage.py matches them: by their own name under `relative_files`, else by
    absolute path. Paths below the root that no data mentions are also held against `[run]` patterns.
    """

    def __init__(self, root: Path, settings: CoverageSettings) -> None:
        self._root = root.resolve()
        self._is_relative = settings.relative_files
        self._report = (self._matcher(settings.report_include), self._matcher(settings.report_omit))
        run_include = () if settings.source or settings.source_pkgs else settings.run_include
        self._run = (self._matcher(run_include), self._matcher(settings.run_omit))

    def reports_row(self, row: str) -> bool:
        """Whether `coverage report` shows a row of the data."""
        name = row if self._is_relative or os.path.isabs(row) else str(self._root / row)
        return _passes(self._report, name)

    def choose(self, placed: Placed) -> Placed:
        """What `coverage report` shows of the rows; a row that was mapped is matched by where it lies here."""
        return replace(
            placed,
            files={row: path for row, path in placed.files.items() if self._reports_placed(row, path)},
            generated=tuple(row for row in placed.generated if self.reports_row(row)),
            outside=tuple(row for row in placed.outside if self.reports_row(row)),
        )

    def _reports_placed(self, row: str, path: str) -> bool:
        absolute = str(self._root / path)
        if not self._is_relative:
            return _passes(self._report, absolute)
        is_mapped = os.path.normpath(self._root / row) != absolute
        return _passes(self._report, path if is_mapped else row)

    def would_measure(self, path: str) -> bool:
        """Whether a run would measure, and a report show, the file at `path` below the root."""
        absolute = str(self._root / path)
        return _passes(self._run, absolute) and _passes(self._report, path if self._is_relative else absolute)

    def _matcher(self, patterns: tuple[str, ...]) -> GlobMatcher | None:
        prepared = [each for pattern in patterns for each in self._prepared(pattern)]
        try:
            return GlobMatcher(prepared, "pattern") if prepared else None
        except CoverageConfigError as error:
            raise ConfigError(f"coverage configuration: {error}") from error

    def _prepared(self, pattern: str) -> list[str]:
        """As coverage.py's `prep_patterns`, with the project root in place of the current directory."""
        if pattern.startswith(("*", "?")):
            return [pattern]
        return [pattern, os.path.normpath(self._root / pattern)]


def _passes(matchers: tuple[GlobMatcher | None, GlobMatcher | None], name: str) -> bool:
    include, omit = matchers
    return (include is None or include.match(name)) and (omit is None or not omit.match(name))
