"""Runs one gapplan command under an audit hook that writes down whatever it should never do.

    GAPPLAN_AUDIT=rules.json python tests/audited.py plan --target 80

The rules are those of `Rules`. Each misdeed is a line of the log, and so are the beginning and the end of each process,
so that a silent hook is not taken for a clean run. Worker processes run this file again and are watched, too.
"""

import _posixsubprocess
import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeAlias

RULES = "GAPPLAN_AUDIT"
"""The variable that names the file with the rules."""

Arguments: TypeAlias = tuple[object, ...]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_CHANGES = {
    "os.remove": 1, "os.rmdir": 1, "os.mkdir": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.truncate": 1,
    "os.chmod": 1, "os.chown": 1, "os.utime": 1, "os.setxattr": 1, "os.removexattr": 1,
}  # fmt: skip
"""Event -> how many of its arguments are paths."""

_PROCESSES = ("os.exec", "os.spawn", "os.system", "os.fork", "os.forkpty", "os.startfile", "pty.spawn")

_NETWORK = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.gethostbyaddr", "urllib.Request",
)  # fmt: skip

_SEALED = {"PATH": os.devnull, "GIT_EXEC_PATH": os.devnull, "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}
"""What git's environment must hold: it finds no program to start, no hook, no helper, no other git."""

_OWN_CONFIGURATION = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the project lies, where alone may be written, where the log is, and whether worker processes are due."""

    root: str
    writable: tuple[str, ...]
    log: str
    has_workers: bool = False

    def write(self, path: str) -> None:
        """Keep the rules in a file."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)


def install(rules: Rules) -> None:
    """Watch this process from now on; the log gets a line for each misdeed."""
    log = os.open(rules.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    state = {"events": 0}

    def say(text: str) -> None:
        os.write(log, f"{text}\n".encode("utf-8", "backslashreplace"))

    def hook(event: str, arguments: Arguments) -> None:
        state["events"] += 1
        if misdeed := _misdeed(rules, event, arguments):
            say(misdeed)

    start = _posixsubprocess.fork_exec
    _posixsubprocess.fork_exec = _watched_start(start, rules, say)  # what multiprocessing calls, which has no event
    sys.addaudithook(hook)
    say("began")
    atexit.register(lambda: say(f"ended after {'many' if state['events'] > 100 else 'few'} events"))


def _watched_start(start: Callable[..., int], rules: Rules, say: Callable[[str], None]) -> Callable[..., int]:
    def watched(arguments: list[str | bytes], *more: object) -> int:
        words = [os.fsdecode(each) for each in arguments]
        is_worker = words[0] == sys.executable and any(each.startswith("from multiprocessing.") for each in words)
        if not (is_worker and rules.has_workers):
            say(f"process: {words}")
        if not os.environ.get("PYTHONSAFEPATH") and "-P" not in words:
            say(f"worker that imports from the current directory: {words}")
        return start(arguments, *more)

    return watched


def _misdeed(rules: Rules, event: str, arguments: Arguments) -> str:
    """What is wrong with an event; "" where nothing is."""
    if event == "open":
        return _written(rules, arguments)
    if count := _CHANGES.get(event):
        return _changed(rules, event, arguments, count)
    if event == "sqlite3.connect":
        return _connected(rules, arguments)
    if event in ("exec", "import", "ctypes.dlopen"):
        return _executed(rules, event, arguments)
    if event in ("subprocess.Popen", "os.posix_spawn"):
        return _started(rules, event, arguments)
    return f"{event}: {arguments}" if event in _PROCESSES or event in _NETWORK else ""


def _written(rules: Rules, arguments: Arguments) -> str:
    path, _, flags = arguments
    if isinstance(path, int) or not isinstance(flags, int) or not flags & _WRITES:
        return ""
    return "" if _may_write(rules, _place(path)) else f"open for writing: {path!r}"


def _changed(rules: Rules, event: str, arguments: Arguments, count: int) -> str:
    folders = arguments[-count:] if event in ("os.remove", "os.rmdir", "os.rename", "os.mkdir") else (-1,) * count
    for path, folder in zip(arguments[:count], folders, strict=True):
        if not isinstance(path, int) and not _may_write(rules, _place(path, folder)):
            return f"{event}: {path!r}"
    return ""


def _connected(rules: Rules, arguments: Arguments) -> str:
    """SQLite opens files without an event: anywhere but in the state it has to be told to leave them alone."""
    name = os.fsdecode(arguments[0])  # type: ignore[arg-type]
    is_safe = name == ":memory:" or "mode=ro&immutable=1" in name
    path = name.removeprefix("file:").partition("?")[0]
    return "" if is_safe or _may_write(rules, _place(path)) else f"sqlite3.connect: {name}"


def _executed(rules: Rules, event: str, arguments: Arguments) -> str:
    if event != "exec":
        names = [each for each in arguments[:2] if isinstance(each, str) and os.sep in each]
        return f"{event}: {names}" if any(_is_below(_place(each), rules.root) for each in names) else ""
    name = str(getattr(arguments[0], "co_filename", arguments[0]))
    if name.startswith("<"):
        caller = sys._getframe(3).f_code.co_filename
        return f"exec of a text by {caller}" if f"{os.sep}planner{os.sep}" in caller else ""
    return f"exec: {name}" if _is_below(_place(name), rules.root) else ""


def _started(rules: Rules, event: str, arguments: Arguments) -> str:
    words = [os.fsdecode(each) for each in arguments[1]]  # type: ignore[attr-defined]
    environment = arguments[-1]
    program = words[0]
    is_git = os.path.basename(program) == "git" and os.path.isabs(program) and not _is_below(program, rules.root)
    is_sealed = isinstance(environment, Mapping) and environment.items() >= _SEALED.items()
    if event == "os.posix_spawn":  # the second event of one start
        return "" if is_git else f"{event}: {words}"
    return "" if is_git and is_sealed and _is_harmless(words, environment, rules) else f"{event}: {words} {environment}"


def _is_harmless(words: list[str], environment: object, rules: Rules) -> bool:
    """It only asks for names (`rev-parse`), or works in a repository of our own with a configuration of our own."""
    assert isinstance(environment, Mapping)
    if "rev-parse" in words and "safe.bareRepository=explicit" in words:
        return True
    own = str(environment.get("GIT_DIR") or "")
    return bool(own) and not _is_below(own, rules.root) and environment.items() >= _OWN_CONFIGURATION.items()


def _place(path: object, folder: object = -1) -> str:
    """The real path; `folder` is the descriptor that a relative one begins at, -1 for the current directory."""
    name = os.fsdecode(path)  # type: ignore[arg-type]
    if isinstance(folder, int) and folder >= 0:
        name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
    return os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(name))), os.path.basename(name))


def _may_write(rules: Rules, path: str) -> bool:
    return path in (os.devnull, "/dev/full") or any(_is_below(path, each) for each in rules.writable)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _read_rules(path: str) -> Rules:
    with open(path, encoding="utf-8") as file:
        found = json.load(file)
    return Rules(found["root"], tuple(found["writable"]), found["log"], found["has_workers"])


if RULES in os.environ:
    assert subprocess  # imported before its way to start processes is watched: its own starts have an event
    install(_read_rules(os.environ[RULES]))

if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file; a console script has none of the project's there either
    sys.argv[0] = "gapplan"
    from planner.cli import main

    main()
