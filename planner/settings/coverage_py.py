"""coverage.py's configuration, read as text: nothing it names is imported or run.

coverage.py's own reader does the reading (`coverage.config.CoverageConfig.from_file`), so that lists,
`exclude_also`, TOML and environment variables mean what they mean there; reading loads no plugin, only
building a `Coverage` from a file would. Files are sought below the project root, never in the current directory.
"""

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ConfigError
from planner.settings.pytest_options import read_pytest_settings
from planner.settings.text import MAX_BYTES, ini_key_lines, is_readable, toml_key_lines
from planner.settings.values import CoverageSettings

if TYPE_CHECKING:
    from coverage.config import CoverageConfig

SEARCHED = (".coveragerc", ".coveragerc.toml", "setup.cfg", "tox.ini", "pyproject.toml")
"""Where coverage.py looks, in its order; the first that has settings is used (coverage 7.13 and later)."""

MAX_PRECISION = 10
"""The most decimals that coverage.py's documentation allows."""

_OWN_FILES = frozenset(SEARCHED[:2])

_UNREADABLE = (OSError, ValueError, LookupError, OverflowError, RecursionError, AttributeError, TypeError)
"""What coverage.py's reader lets through, beside its own exceptions, for values of another type than it expects."""


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


def _defaults(*notices: str) -> CoverageSettings:
    from coverage.config import CoverageConfig

    return _from_coverage(CoverageConfig(), None, notices)


def _read_one(path: Path, name: str, *, is_own: bool) -> CoverageSettings:
    """The settings in one file; `file` is None in the answer when it holds none for coverage.py."""
    from coverage.config import CoverageConfig
    from coverage.exceptions import ConfigError as CoverageConfigError
    from coverage.exceptions import CoverageException

    config = CoverageConfig()
    default_lines = config.exclude_list
    warnings: list[str] = []
    if not os.path.isfile(path):
        raise ConfigError(f"coverage configuration {name}: no such file")
    if not is_readable(path):
        raise ConfigError(f"coverage configuration {name}: larger than {MAX_BYTES // 1024} kB, so no configuration")
    try:
        has_settings = config.from_file(os.fspath(path), warnings.append, our_file=is_own)
        if not config.config_files_read:  # coverage.py takes what it cannot read for a file that says nothing
            raise OSError("it cannot be opened or read")
        exclude_lines = None if config.exclude_list is default_lines else tuple(config.exclude_list)
        config.post_process()
        _check_numbers(config)
    except (CoverageConfigError, CoverageException, *_UNREADABLE) as error:
        reason = " ".join(str(error).replace(os.fspath(path), name).splitlines()[:1]) or type(error).__name__
        raise ConfigError(f"coverage configuration {name} cannot be read: {reason}") from error
    notices = tuple(warning.replace(os.fspath(path), name) for warning in sorted(warnings))
    settings = _from_coverage(config, name if has_settings else None, notices)
    return replace(settings, exclude_lines=exclude_lines, lines=_lines(path, is_own=is_own) if has_settings else {})


def _lines(path: Path, *, is_own: bool) -> dict[str, int]:
    """Where coverage.py's keys stand: "run.branch" -> line. Its own files may have its sections without a prefix."""
    if path.suffix == ".toml":
        named = [(".".join(key), line) for key, line in toml_key_lines(path).items()]
        prefix = "tool.coverage."
    else:
        named = [(f"{name}.{key}", line) for name, keys in ini_key_lines(path).items() for key, line in keys.items()]
        prefix = "coverage:"
    found = {name.removeprefix(prefix): line for name, line in named if name.startswith(prefix)}
    taken = {name.partition(".")[0] for name in found}
    bare = {name: line for name, line in named if is_own and not name.startswith(prefix)}
    found |= {name: line for name, line in bare.items() if name.partition(".")[0] not in taken}
    return {name: line for name, line in found.items() if name.count(".") == 1}


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
        concurrency=tuple(config.concurrency),
        patch=tuple(config.patch),
        sigterm=config.sigterm,
        parallel=config.parallel,
        core=config.core,
        dynamic_context=config.dynamic_context,
        timid=config.timid,
        cover_pylib=config.cover_pylib,
        exclude_also=tuple(config.exclude_also),
        partial_also=tuple(config.partial_also),
        skip_empty=config.skip_empty,
        ignore_errors=config.ignore_errors,
    )


def _lies_below(root: Path, name: str) -> bool:
    """Whether the path leads below the root; one that no file system could hold does not."""
    try:
        return (root / name).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError):
        return False
