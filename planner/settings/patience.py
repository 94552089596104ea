"""Patterns of a configuration, run for a limited time: some take twice as long for every further character.

Python's `re` has no limit of its own, but asks for signals while it searches. Where there are none (Windows, threads
other than the first) nothing is limited.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from planner.errors import ConfigError

MOST_SECONDS = 5.0
"""User CPU time; coverage.py's own patterns take a thousandth of a second over 1,000 lines."""


@contextmanager
def limited(what: str, seconds: float | None = None) -> Iterator[None]:
    """Raises ConfigError, one line about `what`, when the block takes more CPU time than that, MOST_SECONDS else."""
    most = MOST_SECONDS if seconds is None else seconds
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise ConfigError(
            f"coverage configuration: {what} is still at it after {most:g} s: "
            "it backtracks; write the pattern without a repetition in a repetition"
        )

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, most)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
