"""What raises the percent without a test, kept apart from all gains: delete, exclude, or make callable.

In here: who names what, what convention excludes, exact counts after. Not in here: any plan, any text for people.
"""

from planner.alternatives.blocks import find_main_blocks, find_processes
from planner.alternatives.configuration import configuration_change
from planner.alternatives.conventions import excluded_counts, find_exclusions
from planner.alternatives.deletions import find_deletions
from planner.alternatives.recount import totals_today, totals_without
from planner.model.alternatives import Alternatives, Evidence

__all__ = ["find_all"]


def find_all(evidence: Evidence) -> Alternatives:
    """The three kinds, each with the totals before and after it alone."""
    today = totals_today(evidence.measured)
    found = find_deletions(evidence)
    deletions = tuple(each for each in found if each.confidence != "low")
    exclusions, withheld = find_exclusions(evidence, today)
    patterns = tuple(each.pattern for each in exclusions)
    return Alternatives(
        today=today,
        deletions=deletions,
        unused_api=tuple(each for each in found if each.confidence == "low"),
        after_sure=totals_without(
            today, ((each.counts, each.is_measured) for each in deletions if each.confidence == "high")
        ),
        after_deletions=totals_without(today, ((each.counts, each.is_measured) for each in deletions)),
        exclusions=exclusions,
        withheld=withheld,
        change=configuration_change(patterns, evidence.settings),
        after_exclusions=totals_without(today, excluded_counts(patterns, evidence)),
        main_blocks=find_main_blocks(evidence),
        processes=find_processes(evidence),
    )
