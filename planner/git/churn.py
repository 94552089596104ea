"""How often each file has changed: one `git log` of names, counted."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from planner.git.repository import ID, Repository, find_repository, own_repository
from planner.git.sealed import NoHistoryError, read_output
from planner.model.churn import Churn
from planner.model.measurement import Skipped

_LOG = ("-z", "--name-only", "--no-renames", "--no-merges", "--full-history", "--format=/%H %ct")
"""Names alone need no file contents: a partial clone has them, and there is nothing to filter or convert."""

_HEADER = re.compile(rb"/(%b) ([0-9]*)" % ID)
"""A commit in what `_LOG` prints. No path begins with a slash."""

_SECONDS_OF_A_DAY = 86_400
_FIRST_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class _Commit:
    id: bytes
    seconds: int
    paths: list[bytes]


@dataclass(frozen=True, slots=True)
class Days:
    """A span of days from `first` to `last`, both included, as proleptic ordinals."""

    first: int
    last: int

    @property
    def since_seconds(self) -> int:
        return (self.first - _FIRST_DAY) * _SECONDS_OF_A_DAY

    def hold(self, seconds: int) -> bool:
        return self.since_seconds <= seconds < (self.last + 1 - _FIRST_DAY) * _SECONDS_OF_A_DAY


def read_churn(root: Path, *, until: date | None = None, days: int = 365) -> Churn | Skipped:
    """The commits per file of the `days` days that end with `until`; by default with the day of HEAD's commit.

    The clock is not asked, so the same history gives the same numbers. Dates are those of the committer, when a
    change came into this history. Where there is none to read (no repository, no commits, no git outside the
    project, somebody else's files, damage, a limit passed) the reason comes back instead.
    """
    try:
        repository = find_repository(root)
        with own_repository(repository) as own:
            last = until.toordinal() if until else day_of_head(repository, own)
            return _count(repository, own, Days(max(_FIRST_DAY, last - days + 1), last))
    except NoHistoryError as error:
        return Skipped(".git", str(error))
    except OSError as error:
        return Skipped(".git", f"cannot be read ({error.strerror or error})")


def day_of_head(repository: Repository, own: Mapping[str, str]) -> int:
    """The day of the checked-out commit, as an ordinal. Raises NoHistoryError."""
    command = (repository.git, "log", "-1", "--format=%ct", f"{repository.head}^{{commit}}")
    seconds = b"".join(read_output(command, own)).strip()
    return min(date.max.toordinal(), _FIRST_DAY + int(seconds if seconds.isdigit() else 0) // _SECONDS_OF_A_DAY)


def _count(repository: Repository, own: Mapping[str, str], window: Days) -> Churn:
    counts: Counter[bytes] = Counter()
    commits = 0
    shallow = False
    for commit in _commits(_pieces(_read_log(repository, own, window))):
        if commit.id in repository.boundary:  # its parents are not here, so it seems to add every file
            shallow = True
        elif window.hold(commit.seconds):
            commits += 1
            counts.update(commit.paths)
    by_path = {_relative(path, repository.prefix): count for path, count in sorted(counts.items()) if _is_plain(path)}
    first, last = date.fromordinal(window.first), date.fromordinal(window.last)
    return Churn(repository.head, first, last, commits, by_path, shallow)


def _read_log(repository: Repository, own: Mapping[str, str], window: Days) -> Iterator[bytes]:
    since = f"--since=@{window.since_seconds} +0000"  # without the zone git guesses, by the clock
    below = os.fsdecode(repository.prefix) or "."
    command = (repository.git, "--literal-pathspecs", "log", *_LOG, since, f"{repository.head}^{{commit}}", "--", below)
    return read_output(command, own)


def _pieces(output: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for each in output:
        *whole, rest = (rest + each).split(b"\0")
        yield from whole


def _commits(pieces: Iterable[bytes]) -> Iterator[_Commit]:
    """A header, then the paths, of which the first has a line break before it."""
    commit = None
    for piece in pieces:
        if header := _HEADER.fullmatch(piece):
            if commit:
                yield commit
            commit = _Commit(header[1], int(header[2] or 0), [])
        elif commit:
            commit.paths.append(piece if commit.paths else piece.removeprefix(b"\n"))
    if commit:
        yield commit


def _is_plain(path: bytes) -> bool:
    """Forged folders can hold names that lead out of the project."""
    return {b"", b".", b".."}.isdisjoint(path.split(b"/"))


def _relative(path: bytes, prefix: bytes) -> str:
    return path.removeprefix(prefix).decode("utf-8", "surrogateescape")
