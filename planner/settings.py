"""coverage.py's and pytest's configuration, read as text: nothing it names is imported or run.

coverage.py's own reader does the reading (`coverage.config.CoverageConfig.from_file`), so that lists,
`exclude_also`, TOML and environment variables mean what they mean there; reading loads no plugin, only
building a `Coverage` from a file would. Files are sought below the project root, never in the current directory.
"""

import configparser
import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ConfigError

if TYPE_CHECKING:
    from coverage.config import CoverageConfig

SEARCHED = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")
"""Where coverage.py looks, in its order; the first that has settings is used (coverage 7.13 and later)."""

MAX_PRECISION = 10
"""The most decimals that coverage.py's documentation allows."""

_OWN_FILES = frozenset(SEARCHED[:2])


_UNREADABLE = (OSError, ValueError, LookupError, OverflowError, RecursionError, AttributeError, TypeError)
"""What coverage.py's reader lets through, beside its own exceptions, for values of another type than it expects."""


@dataclass(frozen=True, slots=True)
class CoverageSettings:
    """coverage.py's settings that change what is measured or how it is counted.

    `file` is where they come from (None: coverage.py's defaults). Lists are as written, not made
    absolute. `exclude` and `partial` are complete: defaults or replacements, plus the `_also` lists.
    """

    file: str | None = None
    branch: bool = False
    data_file: str = ".coverage"
    source: tuple[str, ...] = ()
    source_pkgs: tuple[str, ...] = ()
    source_dirs: tuple[str, ...] = ()
    run_include: tuple[str, ...] = ()
    run_omit: tuple[str, ...] = ()
    report_include: tuple[str, ...] = ()
    report_omit: tuple[str, ...] = ()
    report_contexts: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    reports: tuple[str, ...] = ("coverage.json", "coverage.xml", "coverage.lcov")
    relative_files: bool = False
    include_namespace_packages: bool = False
    precision: int = 0
    fail_under: Fraction | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PytestSettings:
    """What the project tells pytest: its options (`addopts`, split), test paths, and the file they are in."""

    file: str | None = None
    addopts: tuple[str, ...] = ()
    testpaths: tuple[str, ...] = ()

    def option(self, name: str) -> str | None:
        """The value of `--name=value` or `--name value` in addopts; the last one wins, None when absent."""
        value = None
        for place, word in enumerate(self.addopts):
            if word.startswith(f"{name}="):
                value = word.partition("=")[2]
            elif word == name and place + 1 < len(self.addopts):
                value = self.addopts[place + 1]
        return value


def read_coverage_settings(root: Path, rcfile: str | None = None) -> CoverageSettings:
    """coverage.py's settings for the project at `root`.

    Order: `rcfile`, the environment's COVERAGE_RCFILE, `--cov-config` in pytest's addopts (if below the
    root), then SEARCHED. A file asked for by name that cannot be read is a ConfigError; one that was
    found and is broken becomes a notice and defaults, since `coverage report` would not run at all.
    """
    asked = rcfile or os.environ.get("COVERAGE_RCFILE")
    if asked:
        return _read_one(root / asked, asked, is_own=True)
    configured = read_pytest_settings(root).option("--cov-config")
    if configured and _lies_below(root, configured):
        return _read_one(root / configured, configured, is_own=True)
    for name in SEARCHED:
        if os.path.isfile(root / name):
            try:
                settings = _read_one(root / name, name, is_own=name in _OWN_FILES)
            except ConfigError as error:
                return _defaults(f"{error}; counted with coverage.py's defaults ('coverage report' stops there)")
            if settings.file:
                return settings
    return _defaults()


def read_pytest_settings(root: Path) -> PytestSettings:
    """pytest's options for the project at `root`; files that cannot be read count as absent."""
    for name, table in _pytest_tables(root):
        words = _words(table.get("addopts", ""))
        return PytestSettings(name, words, tuple(_listed(table.get("testpaths", ()))))
    return PytestSettings()


def _words(addopts: object) -> tuple[str, ...]:
    if not isinstance(addopts, str):
        return tuple(_listed(addopts))
    try:
        return tuple(shlex.split(addopts))
    except ValueError:  # a quote that is not closed
        return tuple(addopts.split())


def _defaults(*notices: str) -> CoverageSettings:
    from coverage.config import CoverageConfig

    return _from_coverage(CoverageConfig(), None, notices)


def _read_one(path: Path, name: str, *, is_own: bool) -> CoverageSettings:
    """The settings in one file; `file` is None in the answer when it holds none for coverage.py."""
    from coverage.config import CoverageConfig
    from coverage.exceptions import ConfigError as CoverageConfigError
    from coverage.exceptions import CoverageException

    config = CoverageConfig()
    warnings: list[str] = []
    if not os.path.isfile(path):
        raise ConfigError(f"coverage configuration {name}: no such file")
    try:
        has_settings = config.from_file(os.fspath(path), warnings.append, our_file=is_own)
        config.post_process()
        _check_numbers(config)
    except (CoverageConfigError, CoverageException, *_UNREADABLE) as error:
        reason = " ".join(str(error).replace(os.fspath(path), name).splitlines()[:1]) or type(error).__name__
        raise ConfigError(f"coverage configuration {name} cannot be read: {reason}") from error
    notices = tuple(warning.replace(os.fspath(path), name) for warning in sorted(warnings))
    return _from_coverage(config, name if has_settings else None, notices)


def _check_numbers(config: "CoverageConfig") -> None:
    """Raises ValueError for numbers that coverage.py reads, but stops at when it reports."""
    if not 0 <= config.precision <= MAX_PRECISION:
        raise ValueError(f"[report] precision = {config.precision} is not in 0..{MAX_PRECISION}")
    if not 0 <= config.fail_under <= 100:
        raise ValueError(f"[report] fail_under = {config.fail_under} is not in 0..100")


def _from_coverage(config: "CoverageConfig", file: str | None, notices: tuple[str, ...]) -> CoverageSettings:
    return CoverageSettings(
        file=file,
        branch=config.branch,
        data_file=os.environ.get("COVERAGE_FILE") or config.data_file,
        source=tuple(config.source or ()),
        source_pkgs=tuple(config.source_pkgs),
        source_dirs=tuple(getattr(config, "source_dirs", ())),
        run_include=tuple(config.run_include),
        run_omit=tuple(config.run_omit),
        report_include=tuple(config.report_include or ()),
        report_omit=tuple(config.report_omit or ()),
        report_contexts=tuple(config.report_contexts or ()),
        exclude=tuple(config.exclude_list),
        partial=tuple(config.partial_list + config.partial_always_list),
        paths={name: tuple(places) for name, places in config.paths.items()},
        plugins=tuple(config.plugins),
        reports=(config.json_output, config.xml_output, config.lcov_output),
        relative_files=config.relative_files,
        include_namespace_packages=config.include_namespace_packages,
        precision=config.precision,
        fail_under=Fraction(str(config.fail_under)) if config.fail_under else None,
        notices=notices,
    )


def _pytest_tables(root: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """pytest's own order: its own files count even when empty, the others when they have a section of it."""
    for name in ("pytest.toml", ".pytest.toml"):
        if os.path.isfile(root / name):
            yield name, _toml_table(root / name, "pytest")
    for name in ("pytest.ini", ".pytest.ini"):
        if os.path.isfile(root / name):
            yield name, _ini_section(root / name, "pytest")
    if table := _toml_pytest(root / "pyproject.toml"):
        yield "pyproject.toml", table
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if table := _ini_section(root / name, section):
            yield name, table


def _ini_section(path: Path, section: str) -> Mapping[str, object]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        return dict(parser[section]) if parser.has_section(section) else {}
    except (configparser.Error, OSError, ValueError):
        return {}


def _toml_pytest(path: Path) -> Mapping[str, object]:
    table = _toml_table(path, "tool", "pytest")
    options = table.get("ini_options", table)
    return options if isinstance(options, dict) else {}


def _toml_table(path: Path, *keys: str) -> Mapping[str, object]:
    """The table under `keys`; empty when there is none or the file cannot be read."""
    try:
        document: object = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    for key in keys:
        document = document.get(key, {}) if isinstance(document, dict) else {}
    return document if isinstance(document, dict) else {}


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _lies_below(root: Path, name: str) -> bool:
    """Whether the path leads below the root; one that no file system could hold does not."""
    try:
        return (root / name).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError):
        return False
