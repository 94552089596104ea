"""gapplan: the names we promise. Light on purpose: importing `planner` loads nothing else, and pandas only `load`."""

TYPE_CHECKING = False  # type checkers take it for true; `typing` itself would be the slowest thing loaded here

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.errors import GapplanError
    from planner.frames import Plan, Project

__version__ = "0.1.0"

__all__ = ["GapplanError", "Plan", "Project", "__version__", "load"]

_HOMES = {"GapplanError": "planner.errors", "Plan": "planner.frames", "Project": "planner.frames"}


def load(
    path: "str | Path" = ".",
    *,
    data: "str | Path | Sequence[str | Path]" = (),
    source: "str | Path | Sequence[str | Path]" = (),
    rcfile: "str | Path | None" = None,
    store: "str | Path | None" = None,
    cache: bool = True,
) -> "Project":
    """The project whose root is `path`, measured and read, as DataFrames and plans for notebooks.

    Data, source and configuration are found as on the command line, unless they are given; `store` is where snapshots
    and plans are kept. Nothing of the project is run or changed. Raises GapplanError: one line that says what to do.
    """
    try:
        from planner.frames import load_project
    except ModuleNotFoundError as error:
        if error.name != "pandas":
            raise
        from planner.errors import GapplanError

        raise GapplanError("planner.load needs pandas: pip install pandas") from error
    return load_project(path, data, source, rcfile, store, is_cached=cache)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
