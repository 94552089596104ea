"""A plan as one HTML file that opens offline: pictures, tables and source, for a meeting, a desk or paper.

The file runs one script, named by its hash, and can load nothing. `figures` are what the script draws, `head` what the
page says without it, `template.html` the frame, `assets` style and script, `vendor` the part of D3 that is built in.
"""

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from planner.model.option import Outcome
from planner.model.story import Story
from planner.report.escape import visible
from planner.report.html import block_html
from planner.report.json import Json
from planner.report.web.figures import figures_json
from planner.report.web.head import Head, plan_head, status_head

_SCRIPTS = ("base", "theme", "axes", "treemap", "frontier", "ladder", "burnup", "imports", "source", "steps", "main")
"""In this order: later ones use what earlier ones define."""


def render_plan(outcome: Outcome, story: Story) -> str:
    """The report of a plan as a whole document. Same outcome and story, same text."""
    return _document(plan_head(outcome, story), figures_json(outcome, story))


def render_status(outcome: Outcome, story: Story) -> str:
    """What is measured and the map of the code as a whole document."""
    return _document(status_head(outcome, story), figures_json(outcome, story))


def _document(head: Head, figures: Json) -> str:
    """In ASCII throughout: the script keeps its hash whatever encoding the text is written in."""
    script = _script()
    text = _template().render(
        head=head,
        policy=_policy(script),
        style=_asset("assets/report.css"),
        script=script,
        figures=script_json(figures),
    )
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def script_json(document: Json) -> str:
    """JSON in ASCII that stands in a script element: no character of it can end the element, or begin another."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _policy(script: str) -> str:
    """Nothing is loaded, and nothing runs but the script of this hash. Data blocks are no scripts."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _script() -> str:
    own = "\n".join(_asset(f"assets/{name}.js") for name in _SCRIPTS)
    return f'{_asset("vendor/d3.min.js")}\n(() => {{\n"use strict";\n{own}}})();\n'


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


@cache
def _template() -> Template:
    """Every text is escaped, and what cannot be seen in it shown; only what is marked `safe` stands as it is."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"block": block_html, "shown": visible}
    return environment.from_string(_asset("template.html"))
