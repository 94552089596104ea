"""`python -m planner` is the `gapplan` command, and the console script begins here, too."""

import os
import sys


def main() -> None:
    """The `gapplan` command, see `planner.cli.main`. Ctrl-C while it is being loaded is as quiet as later."""
    try:
        from planner.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


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
