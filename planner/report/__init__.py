"""Outcomes in, text out. One file per format, and the words they share; no number is computed here.

Nothing here reads or writes a file, and every text from outside passes the one escape of its format.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planner.model.option import Outcome
from planner.report.page import Page

if TYPE_CHECKING:
    from planner.model.explanation import Explanation, ImportMap
    from planner.model.findings import Examination
    from planner.model.story import Story

__all__ = [
    "DOCTOR_FORMATS",
    "FORMATS",
    "DoctorFormat",
    "Format",
    "Look",
    "Subject",
    "render",
    "render_examination",
    "render_explanation",
    "render_import_map",
    "set_page",
]

Format = Literal["terminal", "markdown", "html", "json"]
DoctorFormat = Literal["terminal", "markdown", "json", "github"]
Subject = Literal["plan", "options", "status", "rank"]

FORMATS: tuple[Format, ...] = ("terminal", "markdown", "json")
DOCTOR_FORMATS: tuple[DoctorFormat, ...] = ("terminal", "markdown", "json", "github")


@dataclass(frozen=True, slots=True)
class Look:
    """How a report is set: `width` in columns, colour, ASCII lines only, at most `most` ranked rows.

    Detailed is everything there is to say, short what fits a comment on a pull request.
    """

    width: int = 100
    has_colour: bool = False
    is_ascii: bool = False
    is_detailed: bool = False
    most: int | None = 20
    is_short: bool = False


def render(outcome: Outcome, subject: Subject, format: Format, look: Look, story: "Story | None" = None) -> str:
    """The report as text, ending in a newline. Same outcome, look and story, same text.

    With a story, HTML has its pictures; without one it is the page that the terminal shows.
    """
    if format == "html" and story is not None and subject != "rank":
        from planner.report import web

        return web.render_status(outcome, story) if subject == "status" else web.render_plan(outcome, story)
    if format == "json":
        from planner.report import json, plan_json

        plan = plan_json.render_plan
        return {"plan": plan, "options": plan, "status": json.render_status, "rank": json.render_rank}[subject](outcome)
    page = _plan_page(outcome, format, look) if subject == "plan" else _page(outcome, subject, look)
    return set_page(page, format, look)


def set_page(page: Page, format: Format, look: Look) -> str:
    """A page as text in a format that is set in type: terminal, Markdown or HTML."""
    if format == "html":
        from planner.report.html import render_html

        return render_html(page)
    if format == "markdown":
        from planner.report.markdown import render_markdown

        return render_markdown(page)
    from planner.report.terminal import render_terminal

    return render_terminal(page, width=look.width, has_colour=look.has_colour, is_ascii=look.is_ascii)


def _plan_page(outcome: Outcome, format: Format, look: Look) -> Page:
    """One screen in a terminal unless it is to be detailed, a page for a meeting in Markdown, all of it in HTML."""
    from planner.report.pages import glance_page, meeting_page, plan_page, short_page

    if look.is_short:
        return short_page(outcome)
    if format == "markdown":
        return meeting_page(outcome, is_detailed=look.is_detailed)
    if format == "terminal" and not look.is_detailed:
        return glance_page(outcome)
    return plan_page(outcome, is_detailed=True)


def _page(outcome: Outcome, subject: Literal["options", "status", "rank"], look: Look) -> Page:
    from planner.report.pages import options_page, rank_page, status_page

    match subject:
        case "options":
            return options_page(outcome, is_detailed=look.is_detailed)
        case "status":
            return status_page(outcome, is_detailed=look.is_detailed)
        case "rank":
            return rank_page(outcome, look.most, is_detailed=look.is_detailed)


def render_examination(found: "Examination", format: DoctorFormat, look: Look) -> str:
    """What the doctor found as text, ending in a newline."""
    match format:
        case "json":
            from planner.report.diagnosis_json import render_diagnosis

            return render_diagnosis(found)
        case "github":
            from planner.report.github import render_github

            return render_github(found)
        case _:
            from planner.report.pages.diagnosis import diagnosis_page

            return set_page(diagnosis_page(found, is_detailed=look.is_detailed), format, look)


def render_explanation(found: "Explanation", format: Format, look: Look) -> str:
    """One module or unit as text, ending in a newline."""
    if format == "json":
        from planner.report.explain_json import render_explain

        return render_explain(found)
    from planner.report.pages.explain import explain_page

    return set_page(explain_page(found, is_detailed=look.is_detailed), format, look)


def render_import_map(found: "ImportMap", format: str) -> str:
    """The import graph in one of GRAPH_FORMATS: dot, graphml, mermaid, json."""
    from planner.report.graphs import GRAPH_FORMATS

    return GRAPH_FORMATS[format](found)
