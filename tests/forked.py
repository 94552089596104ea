"""Makes many calls of gapplan, each in a fork of one process that has loaded it: a start takes longer than most calls.

    python tests/forked.py calls.json out

`calls.json` holds name -> (directory, variables, arguments). Of each call NAME.out, NAME.err and NAME.code come into
the folder `out`. How the streams of this process are when it starts (their encoding, or closed), so they are in each
call; Python ends each fork as it ends any process.
"""

import gc
import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

Calls: TypeAlias = Mapping[str, tuple[str, Mapping[str, str], Sequence[str]]]

LOADED = (
    "planner.pipeline.plan", "planner.pipeline.doctor", "planner.report.terminal", "planner.solve.options", "coverage",
    "msgspec", "networkx", "rich.console",
)  # fmt: skip
"""What most calls need; HiGHS is not among them, for it has threads."""


def load() -> None:
    """All commands and what they need."""
    from planner.cli import gapplan

    for name in gapplan.list_commands(None):  # type: ignore[arg-type]
        gapplan.get_command(None, name)  # type: ignore[arg-type]
    for name in LOADED:
        import_module(name)
    gc.freeze()


def become(directory: str, variables: Mapping[str, str], arguments: Sequence[str], output: Path) -> None:
    """Make this process that of the call. A closed standard output stays closed."""
    if sys.stdout is not None:
        os.dup2(os.open(f"{output}.out", os.O_WRONLY | os.O_CREAT), 1)
    errors = os.open(f"{output}.err", os.O_WRONLY | os.O_CREAT)  # 1 where that is free
    os.dup2(errors, 2)
    if errors != 2:
        os.close(errors)
    os.environ.update(variables)
    os.chdir(directory)
    sys.argv = ["gapplan", *arguments]


def main() -> None:
    """Make the calls one after the other."""
    calls: Calls = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    output = Path(sys.argv[2])
    load()
    for name, (directory, variables, arguments) in calls.items():
        child = os.fork()
        if not child:
            become(directory, variables, arguments, output / name)
            from planner.__main__ import main as run

            run()
            return
        _, status = os.waitpid(child, 0)
        (output / f"{name}.code").write_text(str(os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    main()
