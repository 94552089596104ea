"""The shipped hours of mendings by kind of cause, with their sources, and how far their points stray."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from planner.model.blocked import CauseKind
from planner.model.plan import Effort

SHIPPED = Path(__file__).with_name("unblock.toml")


@dataclass(frozen=True, slots=True)
class MendingHours:
    """Hours of mending one cause of a kind, uncalibrated, and what they were taken from."""

    effort: Effort
    source: str


@dataclass(frozen=True, slots=True)
class PointRates:
    """How much of what is missing tests cover that run again; each constant is explained in `unblock.toml`.

    Behaviour that is forecast strays by `spread` where that is next to nothing, by half of it at `spread_points`.
    """

    further_new: float
    entered_share: float
    entered_power: float
    further_entered: float
    drift: float
    drift_tests: float
    least_drift: float
    spread: float
    spread_points: float
    spread_offset: float
    ahead: float

    def ahead_of(self, stopped: str) -> float:
        """The part of their way that is still ahead of tests that stopped there (`planner.forecast.rerun.Stopped`)."""
        return {"before": 1.0, "on the way": self.ahead, "at the end": 0.0}[stopped]

    def spread_of(self, points: float) -> float:
        """The standard deviation of the natural logarithm of points gained, where so many are forecast."""
        return self.spread / (1.0 + points / self.spread_points)


@dataclass(frozen=True, slots=True)
class MendingRates:
    """Hours by kind of cause, and the constants of points."""

    hours: Mapping[CauseKind, MendingHours]
    points: PointRates


@cache
def mending_rates() -> MendingRates:
    """What `forecast/unblock.toml` ships: every kind of cause has its hours."""
    document = tomllib.loads(SHIPPED.read_text("utf-8"))
    rows = {kind: document["hours"][kind] for kind in get_args(CauseKind)}
    hours = {kind: MendingHours(Effort(row["p50"], row["p80"]), row["source"]) for kind, row in rows.items()}
    return MendingRates(hours, PointRates(**document["points"]))
