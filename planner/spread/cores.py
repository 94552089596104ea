"""How many processes can run at once."""

import os


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
