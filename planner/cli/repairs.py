"""Reports of test runs and hours of mendings, as commands take them."""

from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ConfigError

if TYPE_CHECKING:
    from planner.model.blocked import Repairs
    from planner.model.plan import Effort


def repairs_of(junit: tuple[str, ...], effort: tuple[str, ...]) -> "Repairs | None":
    """What is asked of a plan; None without a report. Raises ConfigError for efforts that cannot be read."""
    if not junit:
        if effort:
            raise ConfigError("--effort is of mendings, which need the report of a test run: --junit reports/junit.xml")
        return None
    from planner.model.blocked import Repairs

    return Repairs(paths_of(junit), efforts_of(effort))


def paths_of(junit: tuple[str, ...]) -> tuple[str, ...]:
    """The reports by absolute path: they are given from where the user is."""
    return tuple(str(Path.cwd() / each) for each in junit)


def efforts_of(given: tuple[str, ...]) -> "dict[str, Effort]":
    """Hours by key of the cause. Raises ConfigError for what cannot be read, and for a cause given twice."""
    from planner.config import parse_cause_effort

    efforts = dict(parse_cause_effort(each) for each in given)
    if len(efforts) < len(given):
        raise ConfigError("--effort: a cause is given twice")
    return efforts
