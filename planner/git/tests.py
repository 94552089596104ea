"""How many test functions each commit wrote and took out: one `git log` of changed lines, counted.

A line that defines a function whose name begins with `test` counts as one, by its text: parametrised tests are one,
and a function that is moved or only renamed comes and goes in the same commit.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from planner.git.churn import Days, day_of_head
from planner.git.repository import ID, Repository, find_repository, own_repository
from planner.git.sealed import NoHistoryError, read_output
from planner.model.measurement import Skipped
from planner.model.pace import TestCommit, TestGrowth

_LOG = (
    *("-p", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-merges"),
    *("--full-history", "--src-prefix=a/", "--dst-prefix=b/", "-G", "def[[:space:]]+test", "--format=/%H %ct"),
)
"""Only commits and files with a line that may define a test are printed, without the lines around."""

_HEADER = re.compile(rb"/(%b) ([0-9]*)" % ID)
_FILE = re.compile(rb'(?:---|\+\+\+) "?[ab]/(.*?)"?\t?')
_HUNK = re.compile(rb"@@ -[0-9]+(?:,([0-9]{1,9}))? \+[0-9]+(?:,([0-9]{1,9}))? @@.*", re.DOTALL)
_TEST = re.compile(rb"[+-]\s*(?:async\s+)?def\s+test\w*\s*[(\[]")

_SECONDS_OF_A_DAY = 86_400
_FIRST_DAY = date(1970, 1, 1).toordinal()

MAX_LINE_BYTES = 1024 * 1024
"""Longer lines define no test; their beginning is looked at alone."""

IsTest = Callable[[str], bool]
"""Path relative to the project root -> whether it is a test file."""


@dataclass(slots=True)
class _Draft:
    commit: bytes
    seconds: int
    added: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Reader:
    """Where in the output the reading stands: so many lines of the hunk are still to come, of a file that counts."""

    prefix: bytes
    is_test: IsTest
    commits: list[_Draft] = field(default_factory=list)
    left: int = 0
    counts: bool = False

    def read(self, line: bytes) -> None:
        if self.left:
            self._read_changed(line)
        elif header := _HEADER.fullmatch(line):
            self.commits.append(_Draft(header[1], int(header[2] or 0)))
        elif line.startswith(b"diff "):
            self.counts = False
        elif file := _FILE.fullmatch(line):
            self.counts = self.counts or self._is_counted(file[1])
        elif hunk := _HUNK.fullmatch(line):
            self.left = sum(int(each if each is not None else 1) for each in hunk.groups())

    def _read_changed(self, line: bytes) -> None:
        if not line.startswith((b"+", b"-")):  # "\ No newline at end of file"
            return
        self.left -= 1
        if self.counts and self.commits and _TEST.match(line):
            draft = self.commits[-1]
            draft.added += line.startswith(b"+")
            draft.removed += line.startswith(b"-")

    def _is_counted(self, path: bytes) -> bool:
        inside = path.removeprefix(self.prefix)
        return path.startswith(self.prefix) and self.is_test(os.fsdecode(inside))


def read_test_growth(
    root: Path, is_test: IsTest, *, until: date | None = None, days: int = 365
) -> TestGrowth | Skipped:
    """Test functions by commit in the `days` days that end with `until`; by default with the day of HEAD's commit.

    Merges are not counted, and nothing of the repository is run (see `churn`). Where there is no history to read the
    reason comes back instead.
    """
    try:
        repository = find_repository(root)
        with own_repository(repository) as own:
            last = until.toordinal() if until else day_of_head(repository, own)
            return _count(repository, own, Days(max(_FIRST_DAY, last - days + 1), last), is_test)
    except NoHistoryError as error:
        return Skipped(".git", str(error))
    except OSError as error:
        return Skipped(".git", f"cannot be read ({error.strerror or error})")


def _count(repository: Repository, own: Mapping[str, str], window: Days, is_test: IsTest) -> TestGrowth:
    reader = _Reader(repository.prefix, is_test)
    for line in _lines(_read_log(repository, own, window)):
        reader.read(line)
    found = [each for each in reader.commits if window.hold(each.seconds) and (each.added or each.removed)]
    whole = [each for each in found if each.commit not in repository.boundary]  # there every file seems to be new
    commits = tuple(
        TestCommit(each.commit.decode("ascii"), _day(each.seconds), each.added, each.removed) for each in whole
    )
    first, last = date.fromordinal(window.first), date.fromordinal(window.last)
    return TestGrowth(repository.head, first, last, commits, len(whole) < len(found))


def _day(seconds: int) -> date:
    return date.fromordinal(_FIRST_DAY + seconds // _SECONDS_OF_A_DAY)


def _read_log(repository: Repository, own: Mapping[str, str], window: Days) -> Iterator[bytes]:
    since = f"--since=@{window.since_seconds} +0000"
    below = re.sub(r"([*?\[\]\\])", r"\\\1", os.fsdecode(repository.prefix))
    names = [f":(glob,icase){below}**/*test*.py", f":(glob,icase){below}**/*test*/**/*.py"]
    command = (repository.git, "log", *_LOG, since, f"{repository.head}^{{commit}}", "--", *names)
    return read_output(command, own)


def _lines(output: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for each in output:
        *whole, rest = (rest + each).split(b"\n")
        yield from (line[:MAX_LINE_BYTES] for line in whole)
        if len(rest) > MAX_LINE_BYTES:  # so that the next pieces of a long line are not copied again and again
            rest = rest[:MAX_LINE_BYTES]
    if rest:
        yield rest
