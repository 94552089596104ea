"""The tables of what stops tests."""

from planner.report.csv.table import EFFORT, Table, inputs_of, table_of

_AFTER = "passed_after=after/passed tests_after=after/of percent_after=after/percent"

UNBLOCK: tuple[Table, ...] = (
    table_of(
        "causes",
        "unblock",
        "causes/*",
        "key kind phase tests_blocked tests_run_again share points_p10=points/p10 points_p50=points/p50 "
        f"points_p90=points/p90 {EFFORT} effort_is_given tests_per_hour points_per_hour {_AFTER} "
        "first_path=first_place/path first_line=first_place/line exception message messages fixture",
    ),
    table_of("tests", "unblock", "causes/*/tests/*", "cause=^^key scope name path unit"),
    table_of("definitions", "unblock", "causes/*/definitions/*", "cause=^^key name path line"),
    table_of("options", "unblock", "options/*", f"key name reaches_target tests_lacking {_AFTER} {EFFORT} story"),
    table_of("ladder", "unblock", "options/*/rungs/*", f"option=^^key cause {_AFTER} {EFFORT}"),
    table_of("unblamed", "unblock", "unblamed/*", "scope name path unit"),
    table_of("skips", "unblock", "skips/*", "reason tests"),
    inputs_of("unblock"),
)
