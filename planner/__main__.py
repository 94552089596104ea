"""`python -m planner` is the `gapplan` command, and the console script begins here, too."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType


def _end_at_once(_number: int, _frame: FrameType | None) -> None:
    """Nothing is begun yet, and imports lose an interrupt now and then or make another error of it."""
    os._exit(130)


def main() -> None:
    """The `gapplan` command, see `planner.cli.main`. Ctrl-C while it is being loaded is as quiet as later."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end_at_once)
    try:
        if not {"-h", "--help", "-V", "--version"} & set(sys.argv):
            _run_once(sys.argv[1:])
        from planner.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    _begin(run)


def _begin(run: Callable[[], None]) -> None:
    """From here on an interrupt is an exception again, so that whatever was begun is put away."""
    if signal.getsignal(signal.SIGINT) is _end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _run_once(arguments: list[str]) -> None:
    """End the program with the answer that the same call had, while nothing has changed; else with one to keep."""
    from planner.answers import give_again, place_of, watch
    from planner.streams import OutputError, listen, open_streams, put

    open_streams()
    place = place_of(arguments)
    if place is None:
        return
    try:
        code = give_again(place, put)
    except OutputError:
        code = None  # the run itself meets that, too, and says so
    if code is not None:
        sys.exit(code)
    watched = watch(place)
    from planner.cli import main as run

    listen(watched.say)
    try:
        _begin(run)
    except SystemExit as end:
        if end.code in (0, 1):
            watched.keep(int(end.code))
        raise
    watched.keep(0)
    sys.exit(0)


def _leave_current_directory() -> None:
    """Take the current directory off the path, unless the program itself lies there.

    `python -m` looks for modules there first: a `json.py` of the project would run in place of the library's.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and sys.path[0] != home:
        del sys.path[0]


if __name__ == "__main__":
    _leave_current_directory()
    main()
