"""The tables of the reports over time, and of calibrate and replay."""

from planner.report.csv.table import COUNTS, EFFORT, skipped_of, table_of

_SNAPSHOT = (
    "key taken commit branch label statements=totals/statements covered_statements=totals/covered_statements "
    "branches=totals/branches covered_branches=totals/covered_branches percent=totals/percent counted_by recorded_by "
    "branch_mode metric_*=metrics/*"
)

HISTORY = (
    table_of("snapshots", "history", "snapshots/*", _SNAPSHOT),
    table_of("damaged", "history", "damaged/*", "snapshot reason"),
)

WHY = (
    table_of(
        "parts",
        "why",
        "parts/*",
        "cause path old_path unit covered_points=covered points covered_by_import_points=covered_by_import "
        "old_lines new_lines",
    ),
    table_of("causes", "why", "causes/*", "cause covered_points=covered points percent_points=percent"),
    table_of("snapshots", "why", "old|new", f"which=@ {_SNAPSHOT}"),
)

NOISE = (
    table_of("flips", "noise", "flips/*", "path unit points covered_points_by_run=covered_by_run lines reasons"),
    table_of("runs", "noise", "totals/*", f"run=@ {COUNTS}"),
)


def _wave(unit: str, one: str) -> str:
    return (
        f"{unit}={unit}/amount points_by_{unit}={unit}/points points_per_{one}={unit}/rate "
        f"share_of_missing_by_{unit}={unit}/share_of_missing {unit}_are_entered={unit}/is_entered"
    )


PACE = (
    table_of(
        "waves",
        "pace",
        "waves/*",
        f"from to taken points left_out {_wave('tests', 'test')} {_wave('hours', 'hour')} {_wave('weeks', 'week')}",
    ),
    table_of(
        "burn_up",
        "pace",
        "burn_up/*",
        "snapshot label taken covered_points=covered points percent goal_points=goal tests hours_so_far",
    ),
    table_of("readings", "pace", "readings/*", "of law from points amount needed stated"),
    table_of("forecast", "pace", "forecast/tests|hours|weeks", "of=@ low high due_low due_high"),
    table_of("claims", "pace", "claims/*", "of claimed found holds"),
    table_of("tests_by_day", "pace", "tests_by_git/days/*", "day net_tests=net"),
    table_of("tests_by_commit", "pace", "tests_by_git/commits/*", "commit day added_tests=added removed_tests=removed"),
)

RECEIPT = (
    table_of(
        "tasks",
        "receipt",
        "tasks/*",
        f"task path unit tests state predicted_points actual_points own_points {EFFORT} tests_entered hours_entered",
    ),
    table_of("outside", "receipt", "outside/*", "path unit points"),
    table_of("snapshots", "receipt", "then|now", f"which=@ {_SNAPSHOT}"),
)

RESUME = (
    table_of(
        "steps",
        "resume",
        "steps/*",
        f"order path unit test marginal_gain_points=gain {EFFORT}",
    ),
    table_of(
        "tasks",
        "resume",
        "done|overtaken|stays|goes_on|new|dropped/*",
        "state=^@ path unit tests points actual_points hours_entered reason",
    ),
    skipped_of("resume"),
)

CALIBRATE = (
    table_of(
        "constants",
        "calibrate",
        "constants/*",
        "name shipped own refit cases cases_of held_out held_out_of error_shipped error_refit standard_error verdict "
        "is_taken",
    ),
)

REPLAY = (
    table_of(
        "scores",
        "replay",
        "projects/*/scores/*",
        "project=^^project executor order split kind gap_points=gap effort relative_effort area is_won",
    ),
    table_of("orders", "replay", "orders/*", "executor order aims_at mode relative_effort area won splits"),
    table_of(
        "accuracy",
        "replay",
        "accuracy/*",
        "order items gain_rank gain_error gain_inside effort_rank effort_error effort_inside plan_percent_points "
        "plan_gain_error plan_effort_error plan_inside",
    ),
    table_of(
        "projects",
        "replay",
        "projects/*",
        "project sources is_held_out statements covered_statements=covered tests splits too_small_splits",
    ),
)

_CHANGE = "covered_points_change points_change percent_points_change"
_OPTION = "reaches_target probability points_gained=gain/p50 points_after points_total_after percent_after"
_AMOUNT = "tests_p50=tests/p50 tests_p80=tests/p80"


def _sides(words: str) -> str:
    """The columns for the old report, and again for the new one."""
    parts = [word.partition("=") for word in words.split()]
    return " ".join(f"{side}_{name}={side}/{path or name}" for side in ("old", "new") for name, _, path in parts)


REPORT = (
    table_of("options", "report", "options/*", f"key name {_sides(f'{_OPTION} {_AMOUNT} {EFFORT}')}"),
    table_of("steps", "report", "steps/*", f"state path unit {_sides(f'tests points {EFFORT}')}"),
    table_of("ladder", "report", "ladder/*", f"label {_sides(f'points_gained {_AMOUNT} {EFFORT} due')}"),
    table_of("ceilings", "report", "ceilings/*", f"without_doubles_for {_sides('points points_total percent')}"),
    table_of("totals", "report", "totals/*", f"total {_sides(COUNTS)} {_CHANGE}"),
    table_of("files", "report", "files/*", f"path {_sides(COUNTS)} {_CHANGE}"),
    table_of("metrics", "report", "metrics/*", "name old new"),
)
