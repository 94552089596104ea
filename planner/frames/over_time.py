"""Tables over time: kept snapshots, what changed between two, and what came of a kept plan."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

import pandas as pd

from planner.frames.columns import (
    COVERED_STATEMENTS,
    HOURS_P50,
    HOURS_P80,
    PATH,
    PERCENT,
    STATEMENTS,
    UNIT,
)
from planner.frames.tables import Column, Row, Table, make_frame
from planner.model.history import CAUSES, Change, Part, Snapshot
from planner.model.lines import ranges_text
from planner.model.receipt import Receipt, State, TaskReceipt

HISTORY = Table(
    "history",
    "kept snapshot, in the order in which they were kept; a column metric_NAME (Float64) for each metric follows",
    (
        Column("key", "string", "names the snapshot: @1, why and receipt take it"),
        Column("taken", "datetime64[ns, UTC]", "when it was measured"),
        Column("label", "string", "what it was labelled with; <NA> for nothing"),
        Column("commit", "string", "commit of the tree; <NA> where git tells none"),
        Column("branch", "string", "branch of git; <NA> where there is none"),
        STATEMENTS,
        COVERED_STATEMENTS,
        Column("branches", "Int64", "branch exits; 0 where branches were not measured"),
        Column("covered_branches", "Int64", "exits that were taken"),
        Column("points", "Int64", "statements and branch exits together"),
        Column("covered_points", "Int64", "points that are covered"),
        PERCENT,
        Column("counted_by", "string", "coverage.py version whose rules counted; <NA> where the data says none"),
    ),
)

CHANGES = Table(
    "changes",
    "cause in one unit; covered_points and points add up to the whole change",
    (
        Column("cause", "category", "why, in the order in which causes are applied", CAUSES, is_ordered=True),
        PATH,
        Column("unit", "string", "class or function; <NA> outside of all"),
        Column("covered_points", "Int64", "covered points more; below 0 for less"),
        Column("points", "Int64", "points in all more; below 0 for less"),
        Column("covered_by_import_points", "Int64", "part of covered_points that merely importing explains"),
        Column("old_lines", "string", "lines by the old file's numbers"),
        Column("new_lines", "string", "lines by the new file's numbers"),
        Column("old_path", "string", "the file's name before it was renamed; <NA> where it was not"),
    ),
)

TASKS = Table(
    "tasks",
    "class or function that a kept plan aims tests at, in the order of the plan",
    (
        PATH,
        UNIT,
        Column("state", "category", "done, or open", get_args(State)),
        Column("tests", "Int64", "tests that the plan asks for"),
        Column("predicted_points", "Int64", "points that they were expected to bring"),
        Column("actual_points", "Int64", "newly covered points that are put down to it"),
        Column("own_points", "Int64", "those of them in what it was aimed at"),
        HOURS_P50,
        HOURS_P80,
        Column("tests_entered", "Int64", "tests that somebody entered as written"),
        Column("hours_entered", "Float64", "hours that were entered with them; <NA> for none"),
    ),
)

METRIC = "metric_"
"""Columns of metrics begin so."""


def history_frame(snapshots: Sequence[Snapshot]) -> pd.DataFrame:
    """HISTORY of kept snapshots."""
    names = sorted({name for each in snapshots for name in each.metrics})
    more = [Column(f"{METRIC}{name}", "Float64", "what was noted with the snapshot") for name in names]
    return make_frame(HISTORY, (_snapshot(each, names) for each in snapshots), more)


def changes_frame(change: Change) -> pd.DataFrame:
    """CHANGES between two snapshots."""
    return make_frame(CHANGES, map(_part, change.parts))


def tasks_frame(receipt: Receipt) -> pd.DataFrame:
    """TASKS of a kept plan with what came of each."""
    return make_frame(TASKS, map(_task, receipt.tasks))


def _snapshot(snapshot: Snapshot, names: Iterable[str]) -> Row:
    totals = snapshot.totals
    return (
        snapshot.key,
        datetime.fromisoformat(snapshot.taken),
        snapshot.label or None,
        snapshot.commit or None,
        snapshot.git_branch or None,
        totals.statements,
        totals.covered_statements,
        totals.branches,
        totals.covered_branches,
        totals.points,
        totals.covered_points,
        float(totals.percent),
        snapshot.circumstances.counted_by,
        *(snapshot.metrics.get(name) for name in names),
    )


def _part(part: Part) -> Row:
    return (
        part.cause,
        part.path,
        part.unit or None,
        part.covered,
        part.points,
        part.imported,
        ranges_text(part.old_lines),
        ranges_text(part.new_lines),
        part.old_path if part.old_path and part.old_path != part.path else None,
    )


def _task(found: TaskReceipt) -> Row:
    task = found.task
    return (
        task.path,
        task.unit,
        found.state,
        len(task.orders),
        task.points,
        found.actual,
        found.own,
        task.effort.p50,
        task.effort.p80,
        found.written,
        found.hours,
    )
