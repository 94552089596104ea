"""`python -m planner` is the `gapplan` command."""

from planner.cli import main

if __name__ == "__main__":
    main()
