"""The report as one file: nothing of its data becomes markup or script, and the same outcome gives the same bytes."""

import json
import re
from base64 import b64encode
from fractions import Fraction
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from factories import candidate, counts, file_coverage, measurement, option, outcome, step, target
from hypothesis import given
from hypothesis import strategies as st

from planner.model.explanation import Edge, Node
from planner.model.option import Outcome, Rung
from planner.model.plan import Effort, Range
from planner.model.story import Excerpt, Fragment, Milepost, ModulePlace, Moment, PlanImports, Route, Story, UnitPlace
from planner.report.web import render_plan, render_status, script_json

WEB = Path(__file__).parent.parent / "planner" / "report" / "web"

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "{{7*7}}{% raw %}",
    "a\u202eb\x1b[2J\u2028c",
    "<!--<script>",
)


class _Reader(HTMLParser):
    """Notes tags with attributes, and the text of script and title elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "title": []}
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.texts:
            self._within = tag
            self.texts[tag].append("")

    def handle_data(self, data: str) -> None:
        if self._within:
            self.texts[self._within][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._within = ""


def _read(document: str) -> _Reader:
    reader = _Reader()
    reader.feed(document)
    reader.close()
    return reader


def _figures(document: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(_read(document).texts["script"][0])
    return found


def _plan(text: str = "work") -> tuple[Outcome, Story]:
    """An outcome and its story with the text wherever a name may stand."""
    taken = candidate(text, path=f"pkg/{text}.py")
    rungs = (Rung(text, Fraction(55), Fraction(55), 55, 5, None, Effort(1.0, 2.0)),)
    planned = option("A", step(1, taken, gain=10), rungs=rungs)
    measured = measurement((file_coverage(f"pkg/{text}.py", missing="3-7"),), totals=counts(), notices=(text,))
    made = outcome(project=text, measured=measured, goal=target(55), options=(planned,), recommended="A")
    mileposts = (Milepost(0, 0.0, Range(50, 50, 50), 100), Milepost(1, 1.0, Range(52, 60, 64), 100))
    key = taken.key
    story = Story(
        code=(ModulePlace(text, taken.path, counts(10, 5), (UnitPlace(text, 1, 10, 5, 4000, 1.0),)),),
        routes=(Route("A", text, "option", mileposts), Route(text, text, "order", mileposts)),
        imports=PlanImports((Node(text, taken.path, 10, 5, 5, (text,), 0, 0),), (), {text: 10}),
        excerpts={key: Excerpt(*key, (Fragment(3, (text, f"\t{text}")),), 0b1000, 0b10000)},
        moments=(Moment("2026-11-01T12:00:00Z", counts(), text, text),),
        notices=(text,),
    )
    return made, story


@pytest.mark.parametrize("text", HOSTILE)
def test_names_from_outside_change_no_element_of_the_page(text: str) -> None:
    plain, hostile = _read(render_plan(*_plan("work"))), _read(render_plan(*_plan(text)))

    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert not [name for _, attributes in hostile.tags for name in attributes if name.startswith("on")]


@given(text=st.text(max_size=40))
def test_any_name_at_all_leaves_the_structure_as_it_is(text: str) -> None:
    plain, other = _read(render_plan(*_plan("work"))), _read(render_plan(*_plan(f"w{text}")))

    assert [tag for tag, _ in plain.tags] == [tag for tag, _ in other.tags]


def test_what_looks_like_a_template_is_text() -> None:
    document = render_plan(*_plan("{{7*7}}{% raw %}"))

    assert "{{7*7}}{% raw %}" in _read(document).texts["title"][0]
    assert ">49<" not in document


def test_what_cannot_be_seen_is_shown_as_an_escape() -> None:
    code = _figures(render_plan(*_plan("a\u202eb\x1b[2Jc")))["code"]

    assert isinstance(code, list)
    assert code[0][0] == "a\\u202eb\\x1b[2Jc"


def test_the_page_is_ascii_so_that_no_encoding_changes_its_script() -> None:
    assert render_plan(*_plan("\u540d\u524d \u00e9")).isascii()


@given(text=st.text(max_size=80))
def test_data_for_the_script_is_read_back_as_it_was_and_ends_no_element(text: str) -> None:
    written = script_json({"text": text})

    assert json.loads(written) == {"text": text}
    assert written.isascii()
    assert not set("<>&") & set(written)


def test_the_one_script_is_the_one_whose_hash_the_policy_names() -> None:
    document = render_plan(*_plan())
    reader = _read(document)
    (policy,) = [each["content"] for tag, each in reader.tags if each.get("http-equiv") == "Content-Security-Policy"]
    scripts = [attributes for tag, attributes in reader.tags if tag == "script"]
    digest = b64encode(sha256(reader.texts["script"][1].encode()).digest()).decode()

    assert policy is not None
    assert policy.startswith(
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data: blob:"
    )
    assert "unsafe-eval" not in policy
    assert scripts == [{"type": "application/json", "id": "report-data"}, {}]


def test_the_page_names_nothing_that_could_be_loaded() -> None:
    reader = _read(render_plan(*_plan()))

    assert not [each for _, each in reader.tags if "src" in each]
    assert {each["href"] for _, each in reader.tags if each.get("href")} <= {
        *(f"#{place}" for place in ("content", "glance", "frontier", "code", "steps", "ladder", "imports", "burnup")),
        *(f"#part-{number}" for number in range(1, 9)),
    }


def test_same_outcome_same_bytes() -> None:
    assert render_plan(*_plan()) == render_plan(*_plan())


def test_parts_without_anything_to_draw_are_not_there() -> None:
    made, _ = _plan()
    document = render_plan(outcome(goal=target(50), measured=made.measurement), Story())

    assert "met already" in document
    assert not re.search(r'id="(frontier|code|steps|ladder|imports|burnup)"', document)


def test_a_status_has_totals_and_the_map() -> None:
    made, story = _plan()
    document = render_status(outcome(measured=made.measurement), Story(code=story.code))

    assert 'id="code"' in document
    assert 'id="steps"' not in document
    assert "as measured" in document


def test_options_that_go_the_same_way_are_one_curve() -> None:
    made, story = _plan()
    route = story.routes[0]
    twice = Story(routes=(route, Route("mix", "best mix", "option", route.mileposts), story.routes[1]))

    routes = _figures(render_plan(made, twice))["routes"]

    assert isinstance(routes, list)
    assert [(each["keys"], each["name"]) for each in routes] == [(["A", "mix"], "A, mix"), (["work"], "work")]
    assert [each["is_recommended"] for each in routes] == [True, False]


def test_edges_of_the_import_graph_are_by_the_places_of_their_nodes() -> None:
    made, story = _plan()
    nodes = tuple(Node(name, f"{name}.py", 10, 5, 5, (), 0, 0) for name in ("a", "b"))
    imports = PlanImports(nodes, (Edge("b", "a", "lazy", 3),), {"b": 4}, left_out=2)

    found = _figures(render_plan(made, Story(story.code, imports=imports)))["imports"]

    assert found == {
        "nodes": [["a", 10, 5, 5, 0, []], ["b", 10, 5, 5, 4, []]],
        "edges": [[1, 0, "lazy"]],
        "left_out": 2,
    }


def test_units_that_miss_nothing_take_no_room() -> None:
    made, _ = _plan()
    units = (UnitPlace("done", 1, 5, 0), UnitPlace("open", 7, 5, 5, 2500, 0.5))
    story = Story(code=(ModulePlace("pkg.mod", "pkg/mod.py", counts(10, 5), units),))

    code = _figures(render_plan(made, story))["code"]

    assert code == [["pkg.mod", "pkg/mod.py", 10, 5, 5, 1, [["open", 7, 5, 5, 2, 0.5]]]]


def test_the_built_in_part_of_d3_is_the_one_that_is_written_down() -> None:
    noted = (WEB / "vendor" / "VENDORED.md").read_text("utf-8")
    digest = sha256((WEB / "vendor" / "d3.min.js").read_bytes()).hexdigest()

    assert f"SHA-256: {digest} " in noted
    assert "Permission to use, copy, modify" in (WEB / "vendor" / "d3.LICENSE.txt").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((WEB / "assets").glob("*.js")), ids=lambda path: path.name)
def test_our_scripts_have_no_way_from_text_to_markup_or_code(path: Path) -> None:
    text = path.read_text("utf-8").replace("there is no innerHTML in this report", "")

    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|https?://(?!www\.w3\.org/2000/svg)",
        text,
    )
    assert text.count("\n") <= 300


def test_every_script_is_in_the_page() -> None:
    document = render_plan(*_plan())

    for path in (WEB / "assets").glob("*.js"):
        assert path.read_text("utf-8") in document
