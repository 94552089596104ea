"""The answer of a run that only read, given again while all that it read is as it was.

What a run reads is not listed by hand but watched, by an audit hook: files, folders, databases. A run that writes
outside the cache, starts a program or opens a connection has no answer that could be given again. Copies of the process
itself only compute, or tell what they read (`planner.spread.copies`). Nothing here loads a library: a run whose answer
is kept is over before click would be there.
"""

import contextlib
import hashlib
import json
import os
import stat
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from planner.state import cache_folder, read_bounded, state_folder, write_atomic

MOST_ANSWERS = 64
"""Kept at a time; the oldest goes first."""

MOST_BYTES = 16 * 1024 * 1024
"""A longer answer is made anew."""

SETTLED_SECONDS = 2.0
"""A file that was changed this shortly before the run, or during it, may change again within the same tick of its file
system's clock (2 s on FAT, where ticks are longest), so that nobody could tell."""

_HEAD = b"gapplan answer 1 "

_FOLDER = "answers"
"""In the user's cache."""

_NEVER = frozenset({"--no-cache", "-v", "--verbose", "--debug"})
"""Options that ask for the run itself. Help and versions never come here: they are sooner said than looked up."""

_OF_THE_SHELL = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "RANDOM", "LINENO", "SECONDS"})
"""Variables that change from call to call and say nothing; the current directory counts by itself."""

_IMPURE = frozenset(
    {
        *("subprocess.Popen", "os.forkpty", "os.posix_spawn", "os.exec", "os.spawn", "os.system"),
        *("socket.connect", "socket.bind", "socket.sendto"),
        "gapplan.read_elsewhere",
    }
)
_CHANGES = frozenset(
    {
        *("os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"),
        *("os.truncate", "os.utime"),
    }
)
LOOKED_FOR = "gapplan.looked_for"
"""Audit event of a path outside the project: whether it is there was asked, and Python tells of no such question."""

_PACKAGE = os.path.dirname(os.path.abspath(__file__))

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

Said = tuple[str, str]
"""(stream, text): `out` for standard output, `csv` for the same byte by byte, `err` for standard error."""

Put = Callable[[str, str], None]


class Watch:
    """What one run reads and says. `is_pure` until it does anything else."""

    def __init__(self, place: Path) -> None:
        self.is_pure = True
        self.said: list[Said] = []
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._place, self._cache = place, str(place.parents[1])
        self._start = time.time()
        self._installed = tuple(f"{path}{os.sep}" for path in _libraries())

    def say(self, stream: str, text: str) -> None:
        """Note what goes to a stream."""
        self.said.append((stream, text))

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """An audit event: see the table of audit events in Python's documentation."""
        if event == "open":
            self._open(*args)
        elif event in ("os.scandir", "os.listdir"):
            self._list("." if args[0] is None else args[0], is_walk=event == "os.scandir")
        elif event == LOOKED_FOR:
            self._take(self._files, args[0])
        elif event == "sqlite3.connect":
            self._connect(args[0])
        elif event in _CHANGES:
            self.is_pure = self.is_pure and all(self._is_ours(each) for each in args if not isinstance(each, int))
        elif event in _IMPURE:
            self.is_pure = False

    def _open(self, path: Any, mode: str | None, flags: int) -> None:
        if path == os.devnull or (isinstance(path, int) and path > 0):  # its opening by name was heard
            return
        if (mode and set(mode) & set("wax+")) or flags & _WRITING:
            self.is_pure = self.is_pure and self._is_ours(path)
        else:
            self._take(self._files, path)

    def _list(self, path: Any, *, is_walk: bool) -> None:
        """What is installed changes by being installed anew, unless it is the project itself, whose folders are walked.

        Imports list folders, too, but by the other call.
        """
        self._take(self._folders, path)
        if is_walk and not isinstance(path, int):
            place = f"{os.path.abspath(os.fsdecode(path))}{os.sep}"
            self.is_pure = self.is_pure and (place.startswith(_PACKAGE) or not place.startswith(self._installed))

    def _connect(self, database: Any) -> None:
        text = os.fsdecode(database)
        path = unquote(text.removeprefix("file:").partition("?")[0]) if text.startswith("file:") else text
        if path != ":memory:":
            for beside in ("", "-wal", "-journal"):
                self._take(self._files, path + beside)

    def _take(self, to: set[str], path: Any) -> None:
        if isinstance(path, int):  # standard input, or a folder without a name
            self.is_pure = False
            return
        place = os.path.abspath(os.fsdecode(path))
        if not (place.startswith(self._installed) or self._is_ours(place)):
            to.add(place)

    def _is_ours(self, path: Any) -> bool:
        """Whether it is the cache, or in it."""
        if isinstance(path, int):
            return False
        return f"{os.path.abspath(os.fsdecode(path))}{os.sep}".startswith(f"{self._cache}{os.sep}")

    def keep(self, code: int) -> None:
        """Keep the answer, where it may be given again. What cannot be written costs time and nothing else."""
        if not (self.is_pure and self.said) or sum(len(text) for _, text in self.said) > MOST_BYTES:
            return
        files = {path: _file_mark(path, self._start) for path in sorted(self._files)}
        folders = {path: _folder_mark(path, self._start) for path in sorted({*self._folders, *_always()})}
        if "" in files.values() or "" in folders.values():
            return
        document = {"files": files, "folders": folders, "said": self.said, "code": code}
        body = json.dumps(document).encode()
        with contextlib.suppress(OSError):
            write_atomic(self._place, _HEAD + _digest(body) + b"\n" + body)
            _forget_old(self._place.parent)


def watch(place: Path) -> Watch:
    """Begin to watch this run, whose answer has that place."""
    watched = Watch(place)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        watched.hear(event, args)

    sys.addaudithook(hook)
    return watched


def give_again(place: Path, put: Put) -> int | None:
    """Say what the same call said before, and its exit code; None where nobody knows, or a file has changed since."""
    kept = _read(place)
    if kept is None:
        return None
    try:
        is_same = all(_file_mark(path) == mark for path, mark in kept["files"].items())
        is_same = is_same and all(_folder_mark(path) == mark for path, mark in kept["folders"].items())
        said, code = [(str(stream), str(text)) for stream, text in kept["said"]], int(kept["code"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if not is_same:
        return None
    for stream, text in said:
        put(stream, text)
    return code


def place_of(arguments: list[str]) -> Path | None:
    """Where the answer of this call is kept; None where there is no cache, or its answer is of no use later."""
    folder = cache_folder()
    if folder is None or not hasattr(os, "geteuid") or _NEVER & set(arguments):
        return None
    try:
        return folder / _FOLDER / _key(arguments)
    except OSError:  # the current directory is gone
        return None


def _read(path: Path) -> dict[str, Any] | None:
    """The checksum is for bits that fall over, as that of a shelf."""
    head, _, body = (read_bounded(path, 4 * MOST_BYTES) or b"").partition(b"\n")
    if head != _HEAD + _digest(body):
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _key(arguments: list[str]) -> str:
    """All that an answer depends on but files: the call, where and when it is made, by whom, and with what."""
    environment = sorted((name, value) for name, value in os.environ.items() if name not in _OF_THE_SHELL)
    streams = [(each.isatty(), each.encoding) if each else None for each in (sys.stdin, sys.stdout, sys.stderr)]
    about = (arguments, os.getcwd(), environment, streams, _width(), os.geteuid(), time.strftime("%Y-%m-%d"))
    program = (sys.version, sys.executable, sys.flags.utf8_mode, __file__)
    return hashlib.blake2b(repr((about, program)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 0


def _libraries() -> set[str]:
    """Where Python and the installed packages lie: they change by being installed anew."""
    return {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}


def _always() -> Iterator[str]:
    """Folders that count in every answer: the program's own, what is installed, and the user's state."""
    yield from (folder for folder, _, _ in os.walk(_PACKAGE) if not folder.endswith("__pycache__"))
    yield from (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    if state := state_folder():
        yield str(state)


def _file_mark(path: str, start: float = float("inf")) -> str | None:
    """What tells a file from what it was; None where there is none. Empty where it cannot be relied on."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return _mark(found) if stat.S_ISREG(found.st_mode) and _is_settled(found, start) else ""


def _folder_mark(path: str, start: float = float("inf")) -> str | None:
    """The same of a folder: the names in it, and the marks of the files among them."""
    marks = []
    try:
        with os.scandir(path) as entries:
            for each in entries:
                found = _stat_of(each)
                is_file = found is not None and stat.S_ISREG(found.st_mode)
                if found is None or not (is_file or _is_quiet(each.name)):
                    marks.append(f"{each.name}/")
                elif is_file and not _is_settled(found, start):
                    return ""
                else:
                    marks.append(f"{each.name} {_mark(found)}")
    except (OSError, ValueError):
        return None
    return hashlib.blake2b("\n".join(sorted(marks)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _is_quiet(name: str) -> bool:
    """Whether a folder changes only when the project does: not one of a tool, such as `.git` or `__pycache__`."""
    return not name.startswith(".") and name != "__pycache__"


def _stat_of(entry: "os.DirEntry[str]") -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:  # a link that leads nowhere
        return None


def _mark(found: os.stat_result) -> str:
    return f"{found.st_mode:o} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _is_settled(found: os.stat_result, start: float) -> bool:
    return start == float("inf") or max(found.st_mtime, found.st_ctime) < start - SETTLED_SECONDS


def _forget_old(folder: Path) -> None:
    with os.scandir(folder) as entries:
        by_age = sorted(((each.stat().st_mtime, each.path) for each in entries if each.is_file()), reverse=True)
    for _, path in by_age[MOST_ANSWERS:]:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode()
