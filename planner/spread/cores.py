"""How many processes can run at once, and whether copies of this one may be among them."""

import os
import sys
import threading

_TASKS = "/proc/self/task"

_LINKS_OF_ONE = 3
"""Links of a folder with one folder in it: its own two, and the way back from that one."""


def available_cores() -> int:
    """Those that this process may use: by its affinity, and by the share that a container has of the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _share()))


def _share(file: str = "/sys/fs/cgroup/cpu.max") -> int:
    """Cores' worth of time that the control group has, rounded up; many where it has no limit.

    See https://docs.kernel.org/admin-guide/cgroup-v2.html: "$MAX $PERIOD", in microseconds, or "max".
    """
    try:
        with open(file, encoding="ascii") as stream:
            most, period = stream.read(64).split()
        return -(-int(most) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return 1 << 16


def is_alone() -> bool:
    """Whether this process has one thread, as Linux itself counts them: then a copy of it lacks nothing.

    Of a process with several, a copy has one. What another one has locked (that of a progress bar, or of numpy) stays
    locked there, so that the copy may hang. On other systems libraries of the system begin threads of their own.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    try:
        return os.stat(_TASKS).st_nlink == _LINKS_OF_ONE  # a look inside would be one more thing that a run reads
    except OSError:
        return False
