"""`python -m planner` is the `gapplan` command, and the console script begins here, too."""

import os
import sys
import time
from _thread import interrupt_main, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_AGAIN = 0.002  # seconds; an interrupt that met an import comes again after this


def main() -> None:
    """The `gapplan` command, see `planner.cli.main`. Ctrl-C while it is being loaded is as quiet as later."""
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    try:
        if not {"-h", "--help", "-V", "--version"} & set(sys.argv):
            _run_once(sys.argv[1:])
        from planner.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


def _interrupted(number: int, frame: "FrameType | None") -> None:
    """Raise KeyboardInterrupt, but not inside an import: Python itself swallows it there now and then.

    (A weak reference's callback of a module's lock prints it, `__set_name__` makes a RuntimeError of it.)
    """
    if not _is_importing(frame):
        raise KeyboardInterrupt
    start_new_thread(_interrupt_again, ())


def _is_importing(frame: "FrameType | None") -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _interrupt_again() -> None:
    time.sleep(_AGAIN)
    interrupt_main()


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
        run()
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
