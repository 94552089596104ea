"""Where the work stands: the commit that is checked out, and its branch."""

from pathlib import Path

from planner.git.repository import find_repository, read_branch
from planner.git.sealed import NoHistoryError
from planner.model.churn import Head


def read_head(root: Path) -> Head:
    """The commit and branch of the repository that `root` is in; both empty where there is none to read."""
    try:
        repository = find_repository(root)
        return Head(repository.head, read_branch(repository, root))
    except (NoHistoryError, OSError):
        return Head()
