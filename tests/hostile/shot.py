"""Runs one command as a shell would: in this process where that is safe, with limits in one of its own for bombs."""

import contextlib
import gc
import hashlib
import io
import os
import re
import signal
import stat
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.cli import main

PACKAGES = Path(__file__).resolve().parents[2]

MOST_MEGABYTES = 1024
MOST_CPU_SECONDS = 30
MOST_SECONDS = 240
"""By the clock: it is there for what waits for ever, and several others may be working on the machine."""

PATIENCE_SECONDS = 0.5
"""In place of gapplan's own limit, for the pattern that never ends is stopped by any: see test_patience."""

_ROOM_FOR_LIBRARIES = 1024
"""MB of addresses that numpy and HiGHS reserve and never touch; what is really used has its own bound."""

_MOST_HASHED = 64 * 1024 * 1024
"""Bytes; of larger files, which are sparse here, size and time of change must do."""

_LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEGABYTES + _ROOM_FOR_LIBRARIES} << 20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_CPU_SECONDS}, {MOST_CPU_SECONDS} + 5))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.argv[0] = "gapplan"
from planner.cli import main
from planner.settings import patience
patience.MOST_SECONDS = {PATIENCE_SECONDS}
main()
"""

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
"""Of the environment around the tests; all else would make outcomes differ from machine to machine."""


@dataclass(frozen=True, slots=True)
class Shot:
    """What came of a command. `faults` are breaches that no expectation may allow, in words."""

    code: int | None
    out: str
    err: str
    seconds: float
    megabytes: float | None
    faults: tuple[str, ...] = ()


def shoot(arguments: Sequence[str], root: Path, environment: Mapping[str, str], *, is_bomb: bool) -> Shot:
    """Run gapplan in `root`; what lies below the folder around it must be the same before and after."""
    around = {name: os.environ[name] for name in _KEPT if name in os.environ}
    whole = {**around, "GAPPLAN_CACHE_DIR": str(root.parent.parent / "cache"), **environment}
    before = fingerprint(root.parent)
    shot = (_apart if is_bomb else _inside)(arguments, root, whole)
    after = fingerprint(root.parent)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if not changed:
        return shot
    return Shot(shot.code, shot.out, shot.err, shot.seconds, shot.megabytes, (*shot.faults, f"changed: {changed}"))


def fingerprint(folder: Path) -> dict[str, tuple[object, ...]]:
    """Every entry below the folder: its kind, size, time of change and content."""
    return {name: _print_of(folder, name) for name in _names(folder)}


def _names(folder: Path) -> Iterator[str]:
    for directory, folders, names in os.walk(folder):
        yield from (os.path.relpath(os.path.join(directory, name), folder) for name in (*folders, *names))


def _print_of(folder: Path, name: str) -> tuple[object, ...]:
    path = os.path.join(folder, name)
    found = os.lstat(path)
    if stat.S_ISLNK(found.st_mode):
        return ("link", os.readlink(path))
    if not stat.S_ISREG(found.st_mode):
        return (stat.S_IFMT(found.st_mode),)
    if found.st_size > _MOST_HASHED or not os.access(path, os.R_OK):
        return (found.st_size, found.st_mtime_ns)
    with open(path, "rb") as stream:
        return (found.st_size, found.st_mtime_ns, hashlib.file_digest(stream, "sha256").hexdigest())


def _inside(arguments: Sequence[str], root: Path, environment: Mapping[str, str]) -> Shot:
    out, err = _stream(), _stream()
    faults: tuple[str, ...] = ()
    code: int | None = 0
    started = time.perf_counter()
    with _surroundings(arguments, root, environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1 if stop.code else 0
        except Exception:  # a traceback is what the corpus looks for
            code, faults = None, (traceback.format_exc()[-3000:],)
    return Shot(code, _text(out), _text(err), time.perf_counter() - started, None, faults)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.reconfigure(errors="backslashreplace")
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _surroundings(arguments: Sequence[str], root: Path, environment: Mapping[str, str]) -> Iterator[None]:
    kept, argv = dict(os.environ), sys.argv
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gapplan", *arguments]
    try:
        with contextlib.chdir(root):
            yield
    finally:
        gc.enable()  # the command line pauses it for its own process
        sys.argv = argv
        os.environ.clear()
        os.environ.update(kept)


def _apart(arguments: Sequence[str], root: Path, environment: Mapping[str, str]) -> Shot:
    limits = {
        "PYTHONPATH": str(PACKAGES),
        "PYTHONSAFEPATH": "1",
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
    folder = root.parent.parent
    started = time.perf_counter()
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        command = [sys.executable, "-c", _LIMITED, *arguments]
        run = subprocess.Popen(
            command, cwd=root, env={**environment, **limits}, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        code, kilobytes = _wait(run)
        seconds = time.perf_counter() - started
        out.seek(0)
        err.seek(0)
        texts = [each.read(64 << 20).decode("utf-8", "backslashreplace") for each in (out, err)]
    megabytes = kilobytes / 1024
    faults = [f"{megabytes:.0f} MB"] if megabytes > MOST_MEGABYTES else []
    if code < 0:
        faults.append(f"ended by {signal.Signals(-code).name} after {seconds:.0f} s")
    return Shot(code, texts[0], texts[1], seconds, megabytes, tuple(faults))


_HIGHEST = re.compile(r"VmHWM:\s*(\d+) kB")


def _in_use(pid: int) -> int:
    """The most so far by Linux's own count, for `ru_maxrss` counts what the parent had, too. 0 where there is none."""
    try:
        found = _HIGHEST.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _wait(run: subprocess.Popen[bytes]) -> tuple[int, int]:
    """The exit code, and the most kilobytes that were in use at once."""
    end = time.monotonic() + MOST_SECONDS
    most = 0
    while True:
        most = max(most, _in_use(run.pid))
        pid, status, usage = os.wait4(run.pid, os.WNOHANG)
        if pid:
            run.returncode = os.waitstatus_to_exitcode(status)
            return run.returncode, most or usage.ru_maxrss
        if time.monotonic() > end:
            run.kill()
        time.sleep(0.01)
