"""The constants of the forecast as one value: what `forecast/rates.toml` ships and `[tool.gapplan.rates]` overrides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Rates:
    """Each constant is explained, with its source, in `forecast/rates.toml`.

    Chances and shares lie between 0 and 1; spreads are standard deviations of the natural logarithm.
    """

    coverable_new: float
    coverable_entered: float
    plan_yield: float
    entry_share: float
    entry_power: float
    branch_share: float
    branch_power: float
    entered_new_share: float
    entered_new_power: float
    entered_part_share: float
    entered_part_power: float
    reach_entry: float
    reach_branch: float
    core_share: float
    core_entry: float
    core_branch: float
    core_statements: float
    test_lines: float
    module_lines: float
    lines_per_hour: float
    effort_spread: float
    double_hours: float
    double_hours_p80: float
    common_spread: float
    single_spread: float
    import_spread: float
    item_factor: float
    item_spread: float
    item_import_spread: float


SHARES = frozenset(
    {
        *("coverable_new", "coverable_entered", "plan_yield", "entry_share", "branch_share"),
        *("entered_new_share", "entered_part_share"),
        *("reach_entry", "reach_branch", "core_share", "core_entry", "core_branch"),
    }
)
"""Constants that lie between 0 and 1."""

DIVISORS = frozenset({"test_lines", "lines_per_hour", "core_statements"})
"""Constants that something is divided by."""

NOT_FITTED = ("core_statements", "lines_per_hour", "double_hours", "double_hours_p80", "import_spread")
"""Constants that no replay tells; each has its own source beside it. All others are fitted."""

FITTED = tuple(each.name for each in fields(Rates) if each.name not in NOT_FITTED)
"""Constants that `gapplan replay fit` fits, in their order."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where fitted rates come from: the day, the command, and what was observed.

    `projects` are those that took part, with their versions: `click-8.1.8`.
    """

    fitted_on: str
    command: str
    projects: tuple[str, ...]
    splits: int
    tests: int
    items: int


@dataclass(frozen=True, slots=True)
class FittedRates:
    """Rates, and those fitted without each project in turn, by its name: what it may be scored with.

    `by_project` has figures of each project alone, in the order of `origin.projects`: of constants, and how often
    forecasts held. NaN where a project tells nothing. `origin` is None for rates that nobody fitted.
    """

    rates: Rates
    without: Mapping[str, Rates] = field(default_factory=dict)
    by_project: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    origin: Origin | None = None

    def held_out(self, project: str) -> Rates:
        """The rates for a project to be scored with: it has no part in them."""
        return self.without.get(project, self.rates)
