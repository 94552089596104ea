"""The tables that each report has as CSV: which rows of its JSON, and which columns, with their units in the names.

What a column holds is said by the JSON Schema of the report, where its path leads. Columns are only ever added, at the
end of a table, as keys are to the JSON.
"""

from collections.abc import Mapping

from planner.report.csv.fleet import FLEET
from planner.report.csv.over_time import CALIBRATE, HISTORY, NOISE, PACE, RECEIPT, REPLAY, REPORT, RESUME, WHY
from planner.report.csv.stopped import UNBLOCK
from planner.report.csv.suite import SUITE
from planner.report.csv.table import COUNTS, EFFORT, GAIN, SEAMS, TESTS, Table, inputs_of, skipped_of, table_of

_STEP = (
    "option=^^key order path module unit test lines missing_points=missing marginal_gain_points=marginal_gain "
    f"import_time_gain_points=import_time_gain is_hollow {EFFORT} {GAIN} starts_module_tests "
    f"builds=builds/*/double {SEAMS} assert_on because"
)

_OPTION = (
    f"key name reaches_target probability points_gained {GAIN} points_after points_total_after percent_after "
    f"whole_tree_percent_after shortfall_points ceiling_points ceiling_percent is_out_of_reach bound_gap {TESTS} "
    f"import_time_points {EFFORT} builds=new_seams/*/double measure_after story"
)

_RUNG = (
    f"option=^^key label percent fail_under points points_gained {TESTS} {EFFORT} due "
    "periods=periods/*/count periods_of=periods/*/period"
)

_DELETION = "sort=^@ path unit first_line last_line points missing_points confidence is_measured why"


_PLAN = (
    table_of("steps", "plan", "options/=recommended/steps/*", _STEP),
    table_of("options", "plan", "options/*", _OPTION),
    table_of("all_steps", "plan", "options/*/steps/*", _STEP),
    table_of("ladder", "plan", "options/*/rungs/*", _RUNG),
    table_of("ceilings", "plan", "ceilings/*", "points points_total percent without_doubles_for"),
    table_of("doubles", "plan", "options/*/new_seams/*", "option=^^key name kind double points"),
    table_of("left_out", "plan", "options/*/left_out/*", "option=^^key reason points files"),
    table_of(
        "requirements",
        "plan",
        "options/*/requirements/*",
        "option=^^key files percent points points_covered points_after is_met",
    ),
    table_of("claims", "plan", "options/*/claims/*", "option=^^key of claimed found holds"),
    table_of("deletions", "plan", "alternatives/delete/candidates|unused_api/*", _DELETION),
    table_of(
        "exclusions",
        "plan",
        "alternatives/exclude/patterns/*",
        "kind pattern missing_points covered_points files example",
    ),
    table_of(
        "main_blocks",
        "plan",
        "alternatives/main_blocks/blocks/*",
        "path first_line last_line statements missing_points has_main started_by",
    ),
    inputs_of("plan"),
    skipped_of("plan"),
)

_STATUS = (
    table_of("files", "status", "files/*", f"path is_measured {COUNTS}"),
    table_of("totals", "status", "measured|whole_tree|import_time|behaviour", f"total=@ {COUNTS}"),
    inputs_of("status"),
    skipped_of("status"),
)

_RANK = (
    table_of(
        "candidates",
        "rank",
        "items/*",
        "path module unit statements covered_statements=covered percent missing_points=missing lines "
        f"{GAIN} tests import_time_gain_points=import_time_gain {EFFORT} gain_points_per_hour=gain_per_hour "
        f"{SEAMS} because",
    ),
    skipped_of("rank"),
)

_RELATED = "imports|imported_by|enters|entered_by/*"

_EXPLAIN = (
    table_of(
        "units",
        "explain",
        "units/*",
        "path=^^path name kind first_line last_line statements covered_statements missing_points=missing lines "
        "complexity is_import_time is_stub seams=seams/*/name seam_kinds=seams/*/kind doubles=seams/*/double "
        "seam_lines=seams/*/line",
    ),
    table_of("related", "explain", _RELATED, "relation=^@ name line how confidence"),
    table_of("runs_on_import", "explain", "runs_on_import/*", "path statements"),
)

_DOCTOR = (
    table_of(
        "findings",
        "doctor",
        "findings/*",
        "check severity title confidence percent_low=doubt/percent_low percent_high=doubt/percent_high "
        "covered_points_least=doubt/covered/least covered_points_most=doubt/covered/most "
        "entering_points_least=doubt/entering/least entering_points_most=doubt/entering/most "
        "statements=doubt/statements why basis=doubt/basis mend_kind=mend/kind mend_file=mend/file mend=mend/text "
        "mend_note=mend/note evidence=evidence/*/text",
    ),
    table_of("evidence", "doctor", "findings/*/evidence/*", "check=^^check path line text"),
    table_of("silenced", "doctor", "silenced/*", "check=finding/check title=finding/title reason"),
    table_of("unchecked", "doctor", "unchecked/*", "check reason"),
    inputs_of("doctor"),
    skipped_of("doctor"),
)

_GRAPH = (
    table_of(
        "nodes",
        "graph",
        "nodes/*",
        "module path statements covered_statements percent missing_points=missing seams fan_in fan_out is_dead_end",
    ),
    table_of("edges", "graph", "edges/*", "source target kind line"),
)

TABLES: Mapping[str, tuple[Table, ...]] = {
    "plan": _PLAN,
    "options": (_PLAN[1], _PLAN[0], *_PLAN[2:]),
    "status": _STATUS,
    "doctor": _DOCTOR,
    "suite": SUITE,
    "rank": _RANK,
    "explain": _EXPLAIN,
    "history": HISTORY,
    "why": WHY,
    "noise": NOISE,
    "pace": PACE,
    "receipt": RECEIPT,
    "resume": RESUME,
    "report": REPORT,
    "graph": _GRAPH,
    "calibrate": CALIBRATE,
    "replay": REPLAY,
    "unblock": UNBLOCK,
    "fleet": FLEET,
}
"""Report -> its tables; the first is written where none is asked for."""
