"""Thresholds that coverage must pass somewhere, and the texts of a project that steer its tools."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Gate:
    """One threshold in percent: `setting` is how it is written (`fail_under`, `--cov-fail-under`), and where."""

    percent: Fraction
    setting: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class SteeringText:
    """A file that says how tests are run: tox.ini, a CI workflow, a Makefile. `text` has Unix line ends."""

    path: str
    text: str
