"""What a command costs: CPU and wall seconds, and its peak of memory, with all processes that it starts."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 0.1
"""How often the memory of a command's processes is added up."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of CPU (children included) and of wall; MB of memory.

    `peak` is that of the largest process, as the kernel counts it. `together` is what all processes of the command
    held at one moment, pages that they share counted once; the same as `peak` where nobody asked.
    """

    cpu: float
    wall: float
    peak: float
    together: float


class Failed(Exception):
    """The command ended with a code that it should not end with, or did not end in time."""


def run_command(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    *,
    seconds: float,
    codes: Sequence[int] = (0,),
    output: Path | None = None,
    is_whole: bool = False,
) -> Usage:
    """What it used. Raises Failed for a code that is none of `codes`, or more wall than `seconds`.

    `is_whole` adds up the memory of all its processes: that costs CPU beside it, so it is for comparing memory.
    """
    began = time.perf_counter()
    with (output or Path(os.devnull)).open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdout=stream, stderr=subprocess.PIPE, start_new_session=True
        )
        timer = threading.Timer(seconds, _end, [process.pid])
        sums = _Sums(process.pid, is_whole=is_whole)
        timer.start()
        sums.start()
        errors = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
        timer.cancel()
        sums.stop()
        if process.stderr:
            process.stderr.close()
    if code not in codes or b"Traceback" in errors:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Failed(f"exit {code} after {wall:.0f} s: {' '.join(last)[:300]}")
    peak = used.ru_maxrss / 1024
    return Usage(used.ru_utime + used.ru_stime, wall, peak, max(peak, sums.most))


def _end(pid: int) -> None:
    """The command with its workers: they are of one session."""
    os.killpg(pid, signal.SIGKILL)


class _Sums(threading.Thread):
    """The largest sum of the memory of a session's processes, in MB."""

    def __init__(self, session: int, *, is_whole: bool) -> None:
        super().__init__(daemon=True)
        self._session, self._is_whole = session, is_whole
        self._over = threading.Event()
        self.most = 0.0

    def run(self) -> None:
        while self._is_whole and not self._over.wait(EVERY_SECONDS):
            self.most = max(self.most, sum(map(_proportional, _members(self._session))))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _members(session: int) -> list[Path]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            found.append(place)
    return found


def _proportional(process: Path) -> float:
    """Pages that it shares with n others count as one n-th: so the sum over processes is true."""
    try:
        lines = (process / "smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
