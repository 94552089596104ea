"""A project from its root: configuration and data are found as on the command line."""

from collections.abc import Sequence
from pathlib import Path

from planner.config import read_config
from planner.errors import ConfigError
from planner.frames.plan import several
from planner.frames.project import Project, silently
from planner.pipeline import Request
from planner.pipeline.study import read_study
from planner.state import cache_folder

Paths = str | Path | Sequence[str | Path]


def load_project(
    path: str | Path,
    data: Paths,
    source: Paths,
    rcfile: str | Path | None,
    store: str | Path | None,
    *,
    is_cached: bool,
) -> Project:
    """The project at `path`, measured and read: see `planner.load`."""
    here = Path.cwd()
    root = (here / path).resolve()
    if not root.is_dir():
        raise ConfigError(f"{path}: no such directory; planner.load takes the root of a project")
    config = read_config(root)
    request = Request(
        root,
        data=tuple(str(here / each) for each in several(data)) or config.data,
        source=tuple(str(here / each) for each in several(source)) or config.source,
        rcfile=str(here / rcfile) if rcfile else config.rcfile,
        caches=cache_folder() if is_cached else None,
    )
    study = read_study(request, config.wish, silently)
    return Project(study, config, here / store if store else None)
