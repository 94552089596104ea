"""git runs here, with an environment of its own and with limits of time, output and memory."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from subprocess import DEVNULL, PIPE, Popen
from threading import Event, Timer

if sys.platform == "linux":
    import resource

MAX_SECONDS = 30.0
"""For one command. 20,000 commits take half a second; what takes longer than this is not worth the wait."""

MAX_BYTES = 128 * 1024 * 1024
"""Of one command's output. 20,000 commits print 1.8 MB."""

MAX_MEMORY_BYTES = 1024 * 1024 * 1024
"""Of one command, on Linux. 20,000 commits take 70 MB; a forged tree that holds itself ten times over, nine levels
deep, took 2.7 GB in 20 seconds without a limit."""

_SEALED = {
    "LC_ALL": "C",
    "PATH": os.devnull,
    "GIT_EXEC_PATH": os.devnull,
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
}
"""git's whole environment. Without a place to find programs it starts none by name, not even another git to fetch;
two of git's own words say so again. The language is that of `_REASONS`, and the user's tracing writes nothing."""

_OF_THE_SYSTEM = ("SYSTEMROOT",)
"""Without it few programs start on Windows."""

_OTHERS = "it belongs to another user; `git config --global --add safe.directory` with its path allows reading it"
_REASONS = {
    b"dubious ownership": _OTHERS,
    b"owned by someone else": _OTHERS,
    b"not a git repository": "not in a git repository",
    b"ambiguous argument": "HEAD names no commit (an empty or a broken repository)",
    b"unable to read tree": "parts of the history are missing (a partial clone, or a broken one)",
}
"""What git says -> what we say. Anything else is passed on in git's words."""


_USUAL_TEMPORARY = frozenset({"/tmp", "/var/tmp", "/usr/tmp"})
"""Where Python looks before it takes the current directory; see https://docs.python.org/3/library/tempfile.html."""


class NoHistoryError(Exception):
    """Why there is no history to be had, in one line; it never leaves this room."""


def read_output(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[bytes]:
    """What git prints, in pieces of up to a megabyte.

    `command` begins with git's absolute path; `environment` is added to the sealed one. Raises NoHistoryError
    when git fails, is slow or prints too much, and OSError when it does not start.
    """
    with (
        tempfile.TemporaryFile(dir=temporary_folder()) as errors,
        Popen(
            command,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=errors,
            env={**_SEALED, **kept(_OF_THE_SYSTEM), **environment},
        ) as process,
    ):
        _limit_memory(process)
        with _killed_in_time(process):
            yield from _limited(process)
            process.wait()
        if process.returncode:
            errors.seek(0)
            raise NoHistoryError(_reason(errors.read(4096), process.returncode))


def temporary_folder() -> str:
    """Where temporary files go. Raises NoHistoryError, or OSError, where there is no place for them.

    Where nothing else can be written Python turns to the current directory, which may be the project's.
    """
    found = tempfile.gettempdir()
    named = {os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")}
    if found not in named | _USUAL_TEMPORARY and os.path.realpath(found) == os.path.realpath(os.curdir):
        raise NoHistoryError("no folder for temporary files: give one in TMPDIR")
    return found


def kept(names: Sequence[str]) -> dict[str, str]:
    """Those of the caller's environment variables that are set."""
    return {name: os.environ[name] for name in names if name in os.environ}


def _limit_memory(process: Popen[bytes]) -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # it has ended already, or has a lower limit
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))


@contextmanager
def _killed_in_time(process: Popen[bytes]) -> Iterator[None]:
    """Kill the process when its time is over, or when nobody wants its output any more."""
    late = Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = Timer(MAX_SECONDS, stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        process.kill()
    if late.is_set():
        raise NoHistoryError(f"git took more than {MAX_SECONDS:g} seconds")


def _limited(process: Popen[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None
    left = MAX_BYTES
    while piece := process.stdout.read(1024 * 1024):
        left -= len(piece)
        if left < 0:
            raise NoHistoryError(f"git printed more than {MAX_BYTES:,} bytes")
        yield piece


def _reason(errors: bytes, code: int) -> str:
    for words, reason in _REASONS.items():
        if words in errors:
            return reason
    lines = errors.decode("utf-8", "replace").splitlines()
    if not lines:
        return f"git ended with code {code}"
    line = next((each for each in lines if each.startswith("fatal: ")), lines[0])
    return f"git says: {line.removeprefix('fatal: ')[:200]}"
