"""How often each file has changed, by the project's git history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Churn:
    """Commits per file in the days from `since` to `until`, both included (UTC, by committer date).

    `commits_by_path` maps a path, relative to the project root with forward slashes, to the number of
    `commits` that added, changed or deleted it. Merges are not counted, and renames are not followed:
    a moved file starts anew. `head` is the commit that the history was read from. `shallow`: the clone
    ends within these days, so that every number is the least it can be.
    """

    head: str
    since: date
    until: date
    commits: int
    commits_by_path: Mapping[str, int]
    shallow: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The commit that is checked out, by its hash, and its branch; both empty where there is no repository."""

    commit: str = ""
    branch: str = ""
