"""Makes many calls of gapplan in one process, with folders listed in an order of chance.

    GAPPLAN_ORDER=7 python tests/in_a_row.py calls.json out

`calls.json` holds name -> arguments; what each prints goes to a file of that name in `out`. Without GAPPLAN_ORDER the
folders are listed as the system gives them.
"""

import contextlib
import gc
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ORDER = "GAPPLAN_ORDER"
"""The variable with the seed of the order."""


class _Entries(contextlib.AbstractContextManager["_Entries"]):
    """What `os.scandir` gives, in another order."""

    def __init__(self, entries: list["os.DirEntry[Any]"]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator["os.DirEntry[Any]"]:
        return self

    def __next__(self) -> "os.DirEntry[Any]":
        return next(self._entries)

    def __exit__(self, *of_error: object) -> None:
        return None

    def close(self) -> None:
        """Nothing is open any more."""


def shuffle_folders(seed: int) -> None:
    """List every folder in an order of chance from now on."""
    chance = random.Random(seed)
    listed, scanned = os.listdir, os.scandir

    def shuffled(list_all: Callable[[Any], list[Any]]) -> Callable[..., list[Any]]:
        def of_chance(path: Any = ".") -> list[Any]:
            found = list_all(path)
            chance.shuffle(found)
            return found

        return of_chance

    def scan(path: Any) -> list["os.DirEntry[Any]"]:
        with scanned(path) as entries:
            return list(entries)

    shuffled_scan = shuffled(scan)
    os.listdir = shuffled(listed)
    os.scandir = lambda path=".": _Entries(shuffled_scan(path))  # type: ignore[assignment]


def call(arguments: list[str], output: Path) -> None:
    """One call; its exit code and what it printed go to the file."""
    from planner.cli import gapplan

    code: object = 0
    with output.open("w", encoding="utf-8", newline="") as file, contextlib.redirect_stdout(file):
        try:
            gapplan.main(arguments, prog_name="gapplan", standalone_mode=False)
        except SystemExit as stop:
            code = stop.code
        print(f"exit code {code}")


def main() -> None:
    """Make the calls."""
    calls, output = json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2])
    if seed := os.environ.get(ORDER):
        shuffle_folders(int(seed))
    gc.disable()
    for name, arguments in calls.items():
        call(arguments, output / name)


if __name__ == "__main__":
    main()
