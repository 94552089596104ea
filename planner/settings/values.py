"""What coverage.py and pytest are told, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class CoverageSettings:
    """coverage.py's settings that change what is measured or how it is counted.

    `file` is where they come from (None: coverage.py's defaults). Lists are as written, not made
    absolute. `exclude` and `partial` are complete: defaults or replacements, plus the `_also` lists, which also stand
    by themselves as written (`exclude_lines` None: not set). `parallel` is on with `patch = subprocess` too. `lines`
    tell where keys stand in `file`: "run.concurrency" -> 12; what was not found is not in it.
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
    concurrency: tuple[str, ...] = ()
    patch: tuple[str, ...] = ()
    sigterm: bool = False
    parallel: bool = False
    core: str | None = None
    dynamic_context: str | None = None
    timid: bool = False
    cover_pylib: bool = False
    exclude_lines: tuple[str, ...] | None = None
    exclude_also: tuple[str, ...] = ()
    partial_also: tuple[str, ...] = ()
    skip_empty: bool = False
    ignore_errors: bool = False
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PytestSettings:
    """What the project tells pytest: its options (`addopts`, split), test paths, markers as written, and their file.

    `lines` tell where keys stand in it: "addopts" -> 12; what was not found is not in it. `notices` name the files and
    values that could not be read and count as absent.
    """

    file: str | None = None
    addopts: tuple[str, ...] = ()
    testpaths: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    def option(self, name: str) -> str | None:
        """The value of `--name=value` or `--name value` in addopts; the last one wins, None when absent."""
        value = None
        for place, word in enumerate(self.addopts):
            if word.startswith(f"{name}="):
                value = word.partition("=")[2]
            elif word == name and place + 1 < len(self.addopts):
                value = self.addopts[place + 1]
        return value

    @property
    def plugins(self) -> tuple[str, ...]:
        """What `-p` names in addopts, in its order: "no:cov" switches pytest-cov off."""
        pairs = pairwise((*self.addopts, ""))
        named = [after if word == "-p" else word[2:] for word, after in pairs if word.startswith("-p")]
        return tuple(name for name in named if name)
