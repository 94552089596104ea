"""The constants of the forecast as one value: what `forecast/rates.toml` ships and `[tool.gapplan.rates]` overrides."""

from dataclasses import dataclass


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
