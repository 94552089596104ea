"""The tables of `gapplan suite`: the tests there are."""

from planner.report.csv.table import skipped_of, table_of

_COUNTS = "tests cases files lines statements sufficient_tests"

SUITE = (
    table_of(
        "tests",
        "suite",
        "tests/*",
        "path name written_in line runner kind cases is_cases_known is_async marks fixtures=fixtures/*/name lines "
        "about told_by statements alone has_assertion only_subprocess",
    ),
    table_of("kinds", "suite", "kinds/*", f"kind {_COUNTS}"),
    table_of("modules", "suite", "modules/*", f"path {_COUNTS} missing_points=missing percent=coverage/percent"),
    table_of("fixtures", "suite", "fixtures/*", "name path line scope is_autouse is_async params tests"),
    table_of("skips", "suite", "skips/*", "kind reason condition path line tests"),
    table_of("shadowed", "suite", "shadowed/*", "path name line by_line"),
    table_of("marks", "suite", "marks/*", "mark tests"),
    skipped_of("suite"),
)
