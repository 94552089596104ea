"""Whether the measurement is true: one file per check, each saying what is wrong, what it costs and what mends it.

In here: checks, how grave their findings are, configuration lines. Not in here: reading of files, texts of reports.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from planner.doctor import (
    broad_exclusions,
    concurrency_greenlet,
    contexts_lost,
    defaults_replaced,
    dual_paths,
    gate_by_rounding,
    gate_never_run,
    gate_stale,
    gates_disagree,
    include_ignored,
    late_start,
    leftover_data,
    multiprocessing_unmeasured,
    namespace_directories,
    omitted_code,
    other_version,
    part_of_suite,
    paths_missing,
    plugin_missing,
    pragma_on_logic,
    process_exit,
    relative_files,
    source_unset,
    stale_data,
    subprocess_unmeasured,
    switched_off,
    tests_in_total,
    tests_not_run,
    threads_unmeasured,
    unparsable_files,
    xdist_workers,
)
from planner.doctor.check import Check
from planner.doctor.exam import WATCHED, Exam
from planner.doctor.severity import severity_of
from planner.model.findings import SEVERITIES, Diagnosis, Silenced

__all__ = ["CHECKS", "WATCHED", "Check", "Exam", "diagnose"]


CHECKS: tuple[Check, ...] = tuple(
    module.CHECK
    for module in (
        subprocess_unmeasured,
        multiprocessing_unmeasured,
        concurrency_greenlet,
        threads_unmeasured,
        process_exit,
        xdist_workers,
        late_start,
        switched_off,
        part_of_suite,
        tests_not_run,
        stale_data,
        leftover_data,
        other_version,
        contexts_lost,
        source_unset,
        namespace_directories,
        unparsable_files,
        dual_paths,
        paths_missing,
        relative_files,
        include_ignored,
        plugin_missing,
        tests_in_total,
        broad_exclusions,
        pragma_on_logic,
        defaults_replaced,
        omitted_code,
        gates_disagree,
        gate_by_rounding,
        gate_stale,
        gate_never_run,
    )
)
"""All checks, in the order in which equal findings are shown."""


def diagnose(exam: Exam, silenced: Mapping[str, str] | None = None, checks: Iterable[Check] = CHECKS) -> Diagnosis:
    """Run the checks; `silenced` gives a reason for each check whose findings the project does not want to hear of."""
    reasons = silenced or {}
    asked = [each for each in checks if not each.needs(exam)]
    totals = exam.measurement.totals
    found = [finding for check in asked for finding in check.find(exam)]
    graded = [replace(each, severity=each.severity or severity_of(each, totals)) for each in found]
    ranked = sorted(graded, key=lambda each: (-SEVERITIES.index(each.severity or "note"), -each.doubt.swing(totals)))
    return Diagnosis(
        totals=totals,
        findings=tuple(each for each in ranked if each.check not in reasons),
        silenced=tuple(Silenced(each, reasons[each.check]) for each in ranked if each.check in reasons),
        checks=tuple(each.name for each in asked),
        unchecked={each.name: reason for each in checks if (reason := each.needs(exam))},
    )
