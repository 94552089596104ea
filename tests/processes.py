"""Waiting for processes that tests have started: until they are at work, or gone."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to be so, and fail where it does not become so in time."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    """Whether there is such a process; on Linux, one that only waits for its parent to ask for it is none."""
    try:
        os.kill(process, 0)
        return sys.platform != "linux" or _state_of(process) != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _state_of(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
