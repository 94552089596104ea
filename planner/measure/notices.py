"""What a reader must know before believing the totals: each a sentence, in the order of weight."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from planner.errors import NothingMatchesError
from planner.measure.assemble import BY_PLUGIN, Assembled, Project
from planner.measure.count import COVERAGE_VERSION
from planner.measure.inputs import Read
from planner.measure.paths import Placed, as_pure, paths_section
from planner.measure.tree import is_test_path
from planner.model.measurement import FileCoverage, Skipped
from planner.model.target import rule_band
from planner.settings import CoverageSettings


def skipped_of(read: Read, assembled: Assembled, unmeasured: tuple[FileCoverage | Skipped, ...]) -> tuple[Skipped, ...]:
    """Everything that was left out, each with its reason; generated names are one line."""
    placed = assembled.placed
    outside = [Skipped(name, _reason(name, placed)) for name in placed.outside] if read.rows else []
    generated = []
    if placed.generated:
        reason = f"{len(placed.generated)} generated name(s) such as this: no source file to read"
        generated = [Skipped(placed.generated[0], reason)]
    unreadable = [each for each in unmeasured if isinstance(each, Skipped)]
    return (*read.skipped, *assembled.skipped, *outside, *generated, *unreadable)


def _reason(row: str, placed: Placed) -> str:
    if row in placed.gone:
        return "no such file below the project root (deleted, moved, or a link that leads out)"
    return "outside the project root"


def notices_of(
    read: Read,
    assembled: Assembled,
    unmeasured: tuple[FileCoverage | Skipped, ...],
    settings: CoverageSettings,
) -> tuple[str, ...]:
    """The sentences, each once."""
    sentences = [
        *_about_totals(read, assembled, settings),
        *_about_paths(read, assembled, settings),
        *_about_rules(read),
        *_about_exits(read),
        *_about_tree(unmeasured, settings),
        *assembled.notices,
        *read.notices,
        *settings.notices,
    ]
    return tuple(dict.fromkeys(sentences))


def check_placed(placed: Placed, project: Project) -> None:
    """Data of which nothing lies below the root means a wrong root or absent `[paths]`, never a quiet 0 %.

    Raises NothingMatchesError with an example and the lines that mend it.
    """
    if placed.files or not placed.outside:
        return
    row = placed.outside[0]
    file = next((path for path in project.tree.files if not is_test_path(path)), None)
    raise NothingMatchesError(
        f"none of the {len(placed.outside)} files in the data lies below {project.root}: the data names {row}, "
        f"and the tree has {file or 'no Python file'}; give the right root with -C, or map the paths in "
        f"coverage.py's configuration: [paths] source = ., {_above_package(row, project)}"
    )


def _above_package(row: str, project: Project) -> str:
    """The part of a row before a folder that the tree has at its top too; the row's own folder where there is none."""
    top = {part for path in project.tree.files for part in path.split("/")[:-1][:2]}
    parts = row.replace("\\", "/").split("/")
    for place, part in enumerate(parts[:-1]):
        if part in top:
            return "/".join(parts[:place]) or "/"
    return "/".join(parts[:-1]) or "/"


def _about_totals(read: Read, assembled: Assembled, settings: CoverageSettings) -> Iterator[str]:
    """Why the total differs from what `coverage report` prints, if it does."""
    if not read.rows:
        return
    skipped = [each for each in assembled.skipped if _is_python(each.path) or BY_PLUGIN in each.reason]
    lost = len(skipped) + sum(1 for name in assembled.placed.outside if _is_python(name))
    if lost:
        yield f"{lost} measured file(s) are skipped and not in the total; 'coverage report' would count them or fail"
    if settings.plugins:
        names = ", ".join(settings.plugins)
        yield f"coverage.py's plugins ({names}) are not loaded; where they change exclusions or files, totals differ"
    if not settings.relative_files and any(map(_is_relative, assembled.placed.files)):
        yield "the data has relative paths but the configuration no relative_files: 'coverage report' may match nothing"


def _is_relative(name: str) -> bool:
    """Whether a file of the data is named from the root, by the rules of the system that it was measured on."""
    return not name.startswith(("/", "<")) and not as_pure(name).is_absolute()


def _is_python(name: str) -> bool:
    """Whether coverage.py would expect Python there; it passes over templates and the like without a word."""
    ending = PurePosixPath(name.replace("\\", "/")).suffix
    return not ending or ending.startswith(".py")


def _about_paths(read: Read, assembled: Assembled, settings: CoverageSettings) -> Iterator[str]:
    placed = assembled.placed
    guessed = sum(placed.guessed.values())
    if guessed:
        example = next(iter(sorted(placed.guessed)))
        yield (
            f"{guessed} file(s) of the data were matched by the end of their path ({example[0]} is "
            f"{example[1] or 'the root'} here); coverage.py needs {paths_section(placed, settings.file)}"
        )
    in_all = len(placed.files) + len(placed.outside)
    if placed.outside and len(placed.files) * 2 < in_all:
        kind = "are not in the total" if read.rows else "count, but no step can be planned for them"
        yield (
            f"only {len(placed.files)} of {in_all} files of the data lie below the root; the others {kind} "
            f"(for example {placed.outside[0]})"
        )


def _about_rules(read: Read) -> Iterator[str]:
    if not read.rows:
        return
    for version in sorted({part.version for part in read.rows if part.version}):
        for each in version.split(", "):
            if rule_band(each) != rule_band(COVERAGE_VERSION):
                yield (
                    f"the data was recorded by coverage.py {each} and counted by {COVERAGE_VERSION}, "
                    "whose rules differ: the total may too"
                )


def _about_exits(read: Read) -> Iterator[str]:
    """Older reports count the exits that were not taken, but do not say, or not rightly, on which lines they are."""
    files = [file for report in read.reports for file in report.files]
    missing = sum(file.counts.branches - file.counts.covered_branches for file in files)
    placed = sum(sum(file.missing_exits.values()) for file in files)
    if placed < missing:
        yield f"{missing - placed} of {missing} missing branch exits have no line in the report: no step aims at them"


def _about_tree(unmeasured: tuple[FileCoverage | Skipped, ...], settings: CoverageSettings) -> Iterator[str]:
    counted = [each for each in unmeasured if isinstance(each, FileCoverage) and each.counts.points]
    if counted:
        statements = sum(each.counts.statements for each in counted)
        is_set = settings.source or settings.source_pkgs or settings.source_dirs
        why = "no test imports them and 'source' is not set"
        if is_set:
            why = "no test imports them, and 'source' finds packages without __init__.py only under "
            why += "'include_namespace_packages'"
        yield (
            f"{len(counted)} source file(s) with {statements} statements are not in the data at all: "
            f"{why} (for example {counted[0].path})"
        )
