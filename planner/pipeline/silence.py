"""Which findings a project does not want to hear of, and why."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from planner.config import read_config
from planner.doctor.check import Check
from planner.doctor.checks import CHECKS
from planner.errors import ConfigError


def read_silenced(root: Path, checks: Iterable[Check] = CHECKS) -> Mapping[str, str]:
    """Check -> reason, from `[tool.gapplan.doctor]`. Raises ConfigError for a check that does not exist."""
    silence = read_config(root).doctor.silence
    known = sorted(check.name for check in checks)
    if unknown := sorted(set(silence) - set(known)):
        raise ConfigError(
            f"pyproject.toml: [tool.gapplan.doctor] silence: there is no check {unknown[0]!r}; "
            f"the checks are {', '.join(known)}"
        )
    return silence
