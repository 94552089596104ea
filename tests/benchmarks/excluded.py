"""Which lines patterns exclude, by `excluded_by` and by coverage.py's parser, file by file: they must be equal.

    python tests/benchmarks/excluded.py FOLDER...

Prints the number of files and of comparisons, those that were left to coverage.py, CPU seconds of both, and each
difference; exits with 1 where there is one.
"""

import re
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from coverage.exceptions import CoverageException
from coverage.misc import join_regex
from coverage.parser import PythonParser

from planner.alternatives.conventions import PATTERNS
from planner.doctor.conventions import CONVENTIONS
from planner.doctor.hidden import DEFAULT_EXCLUDE
from planner.measure.parsing import parsed_shape
from planner.model.lines import Lines, lines_of
from planner.model.measurement import Skipped
from planner.model.shape import Rules
from planner.source import facts_of_source
from planner.source.leaving import excluded_by
from planner.source.shape import plain_text

LISTS = (
    DEFAULT_EXCLUDE,
    *((*DEFAULT_EXCLUDE, pattern) for _, pattern in PATTERNS),
    *((pattern,) for pattern in CONVENTIONS),
    (r"def \w+\((?:.|\n)*?\):",),
    (r"(?s)\(.*?\)",),
    (r"else:|finally:|^\s*try:",),
    (r"=",),
    (r"^\s*$", r"^\s*#"),
    (r"[\"']",),
)


def expected(path: Path, patterns: tuple[str, ...]) -> Lines | None:
    """What coverage.py excludes, None for a file that it cannot read."""
    parser = PythonParser(filename=str(path), exclude=join_regex(patterns))
    try:
        parser.parse_source()
    except (CoverageException, ValueError, RecursionError, MemoryError, LookupError):
        return None
    return lines_of(parser.excluded)


def compare(path: Path, spent: dict[str, float]) -> Iterator[str]:
    """The differences in one file; `spent` counts comparisons and CPU seconds."""
    source = path.read_bytes()
    text, facts = plain_text(source), facts_of_source(source, path.as_posix(), frozenset())
    shape = parsed_shape(path.parent, path.name, Rules(DEFAULT_EXCLUDE))
    spent["files"] += 1
    if text is None or isinstance(facts, Skipped) or isinstance(shape, Skipped):
        spent["left"] += 1
        return
    for patterns in LISTS:
        before = time.process_time()
        ours = excluded_by(patterns, text, facts, shape)
        between = time.process_time()
        spent["ours"] += between - before
        if ours is None:
            spent["left"] += 1
            return
        theirs = expected(path, patterns) if re.search(join_regex(patterns), text, re.MULTILINE) else 0
        spent["theirs"] += time.process_time() - between
        spent["compared"] += 1
        if theirs is not None and ours != theirs:
            yield f"{path}: {patterns[-1]}: ours {ours & ~theirs:b}, theirs {theirs & ~ours:b}"


def main(folders: list[str]) -> int:
    """Compare every Python file below the folders."""
    warnings.simplefilter("ignore")
    spent = dict.fromkeys(("files", "left", "compared", "ours", "theirs"), 0.0)
    different = 0
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            for difference in compare(path, spent):
                different += 1
                print(difference[:300])
    print(", ".join(f"{name} {value:.10g}" for name, value in spent.items()))
    print(f"{different} differences")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
