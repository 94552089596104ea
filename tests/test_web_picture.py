"""The story beside a plan: the same outcome, a map that adds up, source below the root alone, the way so far."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from blocked_projects import broken_desk
from makers import make_project, write_lines

from planner.measure import Request
from planner.model.blocked import Repairs
from planner.model.lines import numbers_in
from planner.model.option import Outcome
from planner.model.story import REST, Story
from planner.pipeline import Goal, make_plan, make_status
from planner.pipeline.history import Note, take_snapshot
from planner.pipeline.picture import (
    MOST_LINES_OF_A_UNIT,
    make_illustrated_plan,
    make_illustrated_status,
    read_moments,
)
from planner.report.web import render_plan

STOCK = """\
import subprocess


class Desk:
    def sell(self, item):
        if item:
            return [item]
        return []

    def close(self):
        subprocess.run(["true"])


def unused():
    return 1
"""


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


def _desk(root: Path, source: str = STOCK) -> Path:
    make_project(root, {"shop/__init__.py": "", "shop/desk.py": source, "shop/main.py": "import shop.desk\nx = 1\n"})
    write_lines(root / ".coverage", {str(root / "shop/desk.py"): [1, 4, 5, 10, 14], str(root / "shop/main.py"): [1]})
    return root


def _illustrated(root: Path, percent: str = "90") -> tuple[Outcome, Story]:
    return make_illustrated_plan(Request(root), Goal(percent), None, _quietly)


@pytest.fixture(scope="module")
def shop() -> tuple[Outcome, Story]:
    return _illustrated(Path(__file__).parent.parent / "fixtures" / "shop", "70")


def test_the_illustrated_plan_is_the_plan(shop: tuple[Outcome, Story]) -> None:
    root = Path(__file__).parent.parent / "fixtures" / "shop"

    assert shop[0] == make_plan(Request(root), Goal("70"), _quietly)


def test_the_illustrated_status_is_the_status(tmp_path: Path) -> None:
    root = _desk(tmp_path / "shop")

    outcome, story = make_illustrated_status(Request(root), None, None, _quietly)

    assert outcome == make_status(Request(root), None, _quietly)
    assert [each.path for each in story.code] == ["shop/__init__.py", "shop/desk.py", "shop/main.py"]
    assert story.routes == ()


def test_mendings_lead_the_routes_and_have_no_source() -> None:
    with broken_desk() as root:
        goal = Goal("90", repairs=Repairs(("junit.xml",)))

        outcome, story = make_illustrated_plan(Request(root), goal, None, _quietly)

    chosen = next(each for each in outcome.options if each.key == outcome.recommended)
    route = next(each for each in story.routes if each.key == chosen.key)
    assert chosen.mended
    assert route.mileposts[-1].tests == len(chosen.steps)
    assert route.mileposts[-1].covered.p50 == chosen.points_after
    assert not {step.candidate.key for step in chosen.mended} & story.excerpts.keys()
    assert "" not in story.imports.gains
    assert f"Mend first ({chosen.key}" in render_plan(outcome, story)


def test_the_map_has_every_missing_point_once(shop: tuple[Outcome, Story]) -> None:
    outcome, story = shop
    measured = outcome.measurement
    files = {file.path: file.counts.missing_points for file in (*measured.files, *measured.unmeasured)}

    assert {each.path: each.counts.missing_points for each in story.code}.items() <= files.items()
    assert sum(each.counts.missing_points for each in story.code) == measured.whole_tree.missing_points
    for each in story.code:
        assert sum(unit.missing for unit in each.units) == each.counts.missing_points
        assert sum(unit.points for unit in each.units) == each.counts.points


def test_units_of_the_map_have_the_gain_and_hours_of_their_candidates(tmp_path: Path) -> None:
    outcome, story = _illustrated(_desk(tmp_path / "shop"))
    (desk,) = [each for each in story.code if each.path == "shop/desk.py"]
    units = {unit.unit: unit for unit in desk.units}
    steps = [step for option in outcome.options for step in option.steps if step.candidate.unit == "Desk"]

    assert (units["Desk"].missing, units["Desk"].points, units["Desk"].first_line) == (4, 6, 4)
    assert units["Desk"].gain_milli == steps[0].candidate.gain_milli
    assert units["Desk"].hours == steps[0].candidate.effort.p50
    assert units["unused"].missing == 1


def test_what_no_line_tells_of_is_the_rest() -> None:
    from factories import counts, file_coverage, measurement

    from planner.pipeline.picture import map_code

    vague = file_coverage("pkg/mod.py", "1-4", "2")
    named = vague.__class__(vague.path, counts(9, 4), vague.statements, vague.missing)

    (place,) = map_code(measurement((named,)), {}, ())

    assert (place.module, place.units, place.counts.missing_points) == ("pkg.mod", (), 5)
    assert REST not in [unit.unit for unit in place.units]


def test_excerpts_are_the_source_around_what_is_missing(tmp_path: Path) -> None:
    _, story = _illustrated(_desk(tmp_path / "shop"))

    excerpt = story.excerpts["shop/desk.py", "Desk"]
    shown = {
        fragment.first + place: line for fragment in excerpt.fragments for place, line in enumerate(fragment.lines)
    }

    assert list(numbers_in(excerpt.missing)) == [6, 7, 8, 11]
    assert shown == dict(enumerate(STOCK.split("\n")[2:14], start=3))


def test_a_long_unit_is_cut_and_says_how_much_is_left_out(tmp_path: Path) -> None:
    body = "".join(f"        x{number} = {number}\n" for number in range(400))
    source = f"class Desk:\n    def sell(self):\n{body}"
    root = make_project(tmp_path / "shop", {"shop/__init__.py": "", "shop/desk.py": source})
    write_lines(root / ".coverage", {str(root / "shop/desk.py"): [1, 2]})

    _, story = _illustrated(root)
    excerpt = story.excerpts["shop/desk.py", "Desk"]

    assert sum(len(fragment.lines) for fragment in excerpt.fragments) == MOST_LINES_OF_A_UNIT
    assert excerpt.left_out == 400 - (MOST_LINES_OF_A_UNIT - 2)


def test_source_outside_the_root_is_not_read(tmp_path: Path) -> None:
    root = _desk(tmp_path / "shop")
    outside = tmp_path / "secret.py"
    outside.write_text(STOCK.replace("unused", "secret"), "utf-8")
    (root / "shop/desk.py").unlink()
    (root / "shop/desk.py").symlink_to(outside)

    _, story = _illustrated(root)

    assert ("shop/desk.py", "Desk") not in story.excerpts


def test_the_imports_of_the_plan_have_its_modules_what_they_import_and_seams(tmp_path: Path) -> None:
    outcome, story = _illustrated(_desk(tmp_path / "shop"))
    nodes = {node.module: node for node in story.imports.nodes}
    chosen = next(each for each in outcome.options if each.key == outcome.recommended)

    assert sum(story.imports.gains.values()) == sum(step.marginal_gain for step in chosen.steps)
    assert "subprocess" in nodes["shop.desk"].seams
    assert all(edge.source in nodes and edge.target in nodes for edge in story.imports.edges)


def test_modules_beyond_the_room_of_a_picture_are_counted(tmp_path: Path) -> None:
    names = [f"shop/m{number:02}.py" for number in range(40)]
    source = "def work(a):\n    b = a + 1\n    c = b + 1\n    return c\n"
    root = make_project(tmp_path / "shop", {"shop/__init__.py": "", **dict.fromkeys(names, source)})
    write_lines(root / ".coverage", {str(root / name): [1] for name in names})

    _, story = _illustrated(root, "98")

    assert len(story.imports.nodes) == 30
    assert story.imports.left_out == len(names) - 30


def test_the_way_so_far_has_the_kept_measurements_in_order(tmp_path: Path) -> None:
    root, store = _desk(tmp_path / "shop"), tmp_path / "store.sqlite"
    take_snapshot(Request(root), store, Note("2026-11-02T12:00:00Z", label="two"), _quietly)
    take_snapshot(Request(root), store, Note("2026-11-01T12:00:00Z", label="one"), _quietly)

    moments, notices = read_moments(store)

    assert [(each.label, each.taken[:10]) for each in moments] == [("one", "2026-11-01"), ("two", "2026-11-02")]
    assert moments[0].totals == moments[1].totals
    assert notices == ()


def test_a_store_that_is_none_costs_no_plan(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    store.write_text("no database", "utf-8")

    moments, notices = read_moments(store)

    assert moments == ()
    assert "no way so far" in notices[0]
    assert read_moments(tmp_path / "missing") == ((), ())
