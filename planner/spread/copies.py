"""One thing made in a copy of this process, which has all that it is made of, while this one does another."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from planner.spread.local import begin_worker, starting

Made = TypeVar("Made")

Event = tuple[str, tuple[object, ...]]
"""Name and arguments of an audit event."""

_TOLD = ("open", "os.", "sqlite3.connect", "socket.", "subprocess.", "gapplan.")
"""Beginnings of the names of those that tell what a process reads and does; others tell how Python does it."""


@contextmanager
def copied(make: Callable[[], Made]) -> Iterator[Callable[[], Made | None]]:
    """Waits for what `make` gives in a copy; None where there is none, and where it ended without a result.

    The copy ends with the block at the latest. What it reads counts as read by this process: who listens to audit
    events here hears those of the copy when the result is taken.
    """
    context = get_context("fork")
    try:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_make, args=(make, theirs), daemon=True)
        with starting("fork"):
            process.start()
    except OSError:
        yield lambda: None
        return
    theirs.close()

    @cache
    def found() -> Made | None:
        try:
            made, heard = ours.recv()
        except (EOFError, OSError):
            return None
        for event, args in heard:
            sys.audit(event, *args)
        return made  # type: ignore[no-any-return]

    try:
        yield found
    finally:
        ours.close()
        process.kill()
        process.join()


def _make(make: Callable[[], object], theirs: Connection) -> None:
    """In the copy: all that is said is for nobody, since bars of two processes would run over each other.

    Whatever goes wrong ends it without a result: the first process then makes it itself, and says what is wrong.
    """
    begin_worker()
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    heard: list[Event] = []
    sys.addaudithook(lambda event, args: heard.append((event, args)) if event.startswith(_TOLD) else None)
    made = make()
    theirs.send((made, heard))
