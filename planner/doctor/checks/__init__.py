"""The checks, one a file: each asks one question of an exam and says what is wrong, what it costs, what mends it.

In here: checks. Not in here: what several of them need, which lies one folder up.
"""

from planner.doctor.check import Check
from planner.doctor.checks import (
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
