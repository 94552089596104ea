"""Work for the tests of spreading: functions of a module's top level, as workers need them."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from planner.errors import InputError

AT_WORK = "at-work"


@dataclass(frozen=True, slots=True)
class Task:
    """A number to square, and for how long to be busy; `folder` is where to say so."""

    number: int
    seconds: float = 0.0
    folder: str = ""


def square(task: Task) -> tuple[int, int]:
    """The square, and the process that made it."""
    if task.folder:
        Path(task.folder, f"{AT_WORK}-{os.getpid()}").touch()
    time.sleep(task.seconds)
    return task.number**2, os.getpid()


def in_words(task: Task) -> tuple[str, int]:
    """The same as `square` gives, the number as text."""
    number, process = square(task)
    return str(number), process


def refuse_seven(task: Task) -> int:
    """The number, unless it is 7."""
    if task.number == 7:
        raise InputError("7 is not wanted: take another")
    return task.number


def break_at_seven(task: Task) -> int:
    """The number, unless it is 7: then something is wrong with us."""
    if task.number == 7:
        raise ZeroDivisionError("seven")
    return task.number


def die_in_a_worker(task: Task) -> int:
    """The number; but any process other than that of the folder's name is killed."""
    if task.number == 7 and os.getpid() != int(task.folder):
        os.kill(os.getpid(), signal.SIGKILL)
    return task.number


def where_from(task: Task) -> tuple[str, ...]:
    """Modules that were imported from the folder."""
    import sys

    time.sleep(task.seconds)
    files = (getattr(module, "__file__", None) or "" for module in list(sys.modules.values()))
    return tuple(sorted(file for file in files if file.startswith(task.folder)))
