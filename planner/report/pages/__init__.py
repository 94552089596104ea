"""From an Outcome to a page: one file per report, in the order a reader needs it. No format, no arithmetic."""

from planner.report.pages.glance import glance_page
from planner.report.pages.meeting import meeting_page, short_page
from planner.report.pages.plan import options_page, plan_page
from planner.report.pages.rank import rank_page
from planner.report.pages.status import status_page

__all__ = [
    "glance_page",
    "meeting_page",
    "options_page",
    "plan_page",
    "rank_page",
    "short_page",
    "status_page",
]
