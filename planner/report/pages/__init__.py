"""From an Outcome to a page: one file per report, in the order a reader needs it. No format, no arithmetic."""

from planner.report.pages.plan import options_page, plan_page
from planner.report.pages.rank import rank_page
from planner.report.pages.status import status_page

__all__ = ["options_page", "plan_page", "rank_page", "status_page"]
