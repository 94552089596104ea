"""The tables of `gapplan fleet`: what falls to whom, and every test."""

from planner.report.csv.table import COUNTS, EFFORT, Table, table_of

_WORK = f"tests points_gained {EFFORT}"
_ALONE = "alone_hours_p50=alone/effort_hours/p50 alone_hours_p80=alone/effort_hours/p80"

FLEET: tuple[Table, ...] = (
    table_of(
        "components",
        "fleet",
        "components/*",
        f"name root files {COUNTS} {_WORK} points_after points_total_after percent_after builds=builds/*/double "
        f"is_calibrated findings {_ALONE} reaches_alone",
    ),
    table_of("teams", "fleet", "teams/*", f"name files components {COUNTS} {_WORK} {_ALONE}"),
    table_of(
        "goals",
        "fleet",
        "goals/*",
        "of name target_percent meaning points_total points_covered percent points_needed points_after "
        "points_total_after percent_after probability is_met is_reached is_planned is_out_of_reach ceiling_points "
        "ceiling_percent",
    ),
    table_of(
        "steps",
        "fleet",
        "steps/*",
        "order component teams path unit test lines marginal_gain_points=marginal_gain "
        f"import_time_gain_points=import_time_gain {EFFORT} starts_module_tests builds=builds/*/double",
    ),
    table_of("skipped", "fleet", "skipped/*", "component reason"),
    table_of("skipped_files", "fleet", "skipped_files/*", "component path line reason"),
)
