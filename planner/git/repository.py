"""Which git, which repository, which commit: found with git's own rules, and nothing of the project is run for it.

What is read is what git takes for the repository of the root: its `.git`, one of a parent folder, or the place that
a `.git` file names (worktrees and submodules), and the object stores that it borrows from. A `.git` that leads to an
unrelated place gives wrong numbers, and no more.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from planner.git.sealed import NoHistoryError, kept, read_output, temporary_folder

ID = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?"
"""The name of an object by its hash, SHA-1 or SHA-256: a regular expression."""

MAX_SHALLOW_BYTES = 16 * 1024 * 1024
"""Of the list of commits where a shallow clone ends, 41 bytes each; a clone of one branch has a few."""

_OF_THE_USER = ("HOME", "XDG_CONFIG_HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "PROGRAMDATA", "SUDO_UID")
"""What leads git to `safe.directory`: whether a repository of somebody else may be read is the user's word."""

_NO_CONFIGURATION = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}

_QUESTIONS = ("--is-inside-work-tree", "HEAD", "--git-path", "objects", "--show-prefix")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as it was found.

    `git` is the program, `head` the commit that is checked out. `prefix` is the place of the project root in the
    repository: empty, or with a slash at its end. `boundary` holds the commits where a shallow clone ends.
    """

    git: str
    objects: Path
    head: str
    prefix: bytes
    boundary: frozenset[bytes]


def find_repository(root: Path) -> Repository:
    """The repository that `root` is in. Raises NoHistoryError or OSError, with the reason, when there is none."""
    git = _find_git(root)
    command = (git, "-C", str(root), "-c", "safe.bareRepository=explicit", "rev-parse", *_QUESTIONS)
    answers = b"".join(read_output(command, kept(_OF_THE_USER))).removesuffix(b"\n").split(b"\n")
    if len(answers) != 4 or not re.fullmatch(ID, answers[1]):
        raise NoHistoryError("git does not say where the history is (is there a line break in its path?)")
    inside, head, place, prefix = answers
    if inside != b"true":
        raise NoHistoryError("the project root is not in the repository's work tree")
    objects = Path(root, os.fsdecode(place)).absolute()
    return Repository(git, objects, head.decode("ascii"), prefix, _read_boundary(objects.parent / "shallow"))


def read_branch(repository: Repository, root: Path) -> str:
    """The branch that is checked out; "" where none is."""
    command = (
        repository.git,
        "-C",
        str(root),
        "-c",
        "safe.bareRepository=explicit",
        "rev-parse",
        "--abbrev-ref",
        "HEAD",
    )
    name = b"".join(read_output(command, kept(_OF_THE_USER))).strip().decode("utf-8", "surrogateescape")
    return "" if name == "HEAD" else name


@contextmanager
def own_repository(repository: Repository) -> Iterator[Mapping[str, str]]:
    """The environment that makes git read the project's objects, and nothing else of it."""
    with tempfile.TemporaryDirectory(prefix="gapplan-", dir=temporary_folder()) as name:
        folder = Path(name)
        (folder / "refs").mkdir()
        (folder / "HEAD").write_bytes(b"ref: refs/heads/none\n")
        (folder / "config").write_bytes(_configuration(repository.head))
        if repository.boundary:
            (folder / "shallow").write_bytes(b"".join(each + b"\n" for each in sorted(repository.boundary)))
        yield _NO_CONFIGURATION | {"GIT_DIR": name, "GIT_OBJECT_DIRECTORY": str(repository.objects)}


def _find_git(root: Path) -> str:
    """The first git on PATH that is not a file of the project, as an absolute path."""
    project = _project_of(Path(os.path.realpath(root)))
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    outside = [each for each in folders if os.path.isabs(each) and not _is_below(each, project)]
    found = shutil.which("git", path=os.pathsep.join(outside)) if outside else None
    if found is None or not os.path.isabs(found) or _is_below(found, project):  # Windows begins where it stands
        raise NoHistoryError("no git on PATH outside the project")
    return found


def _project_of(place: Path) -> Path:
    for folder in (place, *place.parents):
        if (folder / ".git").exists():
            return folder
    raise NoHistoryError("not in a git repository")


def _is_below(path: str, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(folder)


def _read_boundary(file: Path) -> frozenset[bytes]:
    if not file.is_file():
        return frozenset()
    with file.open("rb") as stream:
        return frozenset(each for each in stream.read(MAX_SHALLOW_BYTES).split() if re.fullmatch(ID, each))


def _configuration(head: str) -> bytes:
    """The one thing to know of the project's configuration is its hash, and the length of a name tells it."""
    hashes = b"sha1" if len(head) == 40 else b"sha256"
    return b"[core]\nrepositoryFormatVersion = 1\nbare = true\n[extensions]\nobjectFormat = %b\n" % hashes
