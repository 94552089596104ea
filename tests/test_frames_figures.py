"""Figures of notebooks: small pictures with words beside them, from the values that the HTML report draws."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from factories import counts, outcome
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

import planner
from planner.errors import GapplanError
from planner.frames.figures import Drawing, draw_frontier, draw_treemap
from planner.frames.layout import Box, tile
from planner.model.plan import Range
from planner.model.story import Milepost, ModulePlace, Route, UnitPlace

SHOP = Path(__file__).parent.parent / "fixtures" / "shop"
MOST_BYTES = 40_000
"""Of a picture in a notebook; matplotlib's own PNG of the same has 60,000."""


@pytest.fixture(scope="module")
def project() -> planner.Project:
    return planner.load(SHOP, cache=False)


def _png(drawing: Drawing) -> bytes:
    content, words = drawing._repr_png_()
    assert words == {"alt": drawing.alt}
    return content


def _texts(drawing: Drawing) -> list[str]:
    return [each.get_text() for each in drawing.figure.findobj(Text) if isinstance(each, Text)]


def _place(module: str, missing: int) -> ModulePlace:
    return ModulePlace(
        module, f"{module}.py", counts(100, 100 - missing), (UnitPlace("f", 1, missing, missing, 2000, 0.5),)
    )


def test_pictures_are_small_and_say_in_words_what_they_show(project: planner.Project) -> None:
    for drawing in (project.treemap(), project.treemap("points per hour"), project.plan(70).frontier_figure()):
        with Image.open(io.BytesIO(_png(drawing))) as image:
            assert image.size == (720, 400)
        assert len(_png(drawing)) < MOST_BYTES
        assert len(drawing.alt) > 60


def test_the_same_plan_is_the_same_picture(project: planner.Project) -> None:
    assert _png(project.treemap()) == _png(project.treemap())


def test_the_treemap_has_a_tile_for_each_module_that_misses_something(project: planner.Project) -> None:
    missing = project.files.query("missing_points > 0 and not is_test")
    drawing = project.treemap()
    axes = drawing.figure.axes[0]

    tiles = [each for each in axes.patches if isinstance(each, Rectangle)]

    assert len(tiles) == len(missing)
    assert f"{missing.missing_points.sum():,} missing points in {len(missing)} modules" in drawing.alt


def test_a_tiles_area_is_what_its_module_misses() -> None:
    drawing = draw_treemap("p", [_place("a", 30), _place("b", 10)], "share covered")

    areas = [
        each.get_width() * each.get_height() for each in drawing.figure.axes[0].patches if isinstance(each, Rectangle)
    ]

    assert areas[0] == pytest.approx(3 * areas[1])


def test_an_unknown_colour_is_one_clear_error(project: planner.Project) -> None:
    with pytest.raises(GapplanError, match="'red' is none of share covered, points per hour"):
        project.treemap("red")  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", ["share covered", "points per hour"])
def test_a_project_that_misses_nothing_is_an_empty_picture(colour: str) -> None:
    drawing = draw_treemap("whole", [_place("a", 0)], colour)  # type: ignore[arg-type]

    assert "0 missing points in 0 modules" in drawing.alt
    assert _png(drawing)


def test_many_modules_are_drawn_up_to_a_number_and_the_rest_is_named() -> None:
    drawing = draw_treemap("big", [_place(f"m{number:03}", 1) for number in range(200)], "share covered")

    assert len(drawing.figure.axes[0].patches) == 120
    assert any("80 smaller ones not shown" in text for text in _texts(drawing))


@pytest.mark.parametrize("name", ["$\\frac{$", "_hidden", "日本語", "a\u202eb", "<b>x</b>", "x" * 300])
def test_names_of_any_kind_are_drawn_as_they_are_and_never_as_markup(name: str) -> None:
    way = Route(name, name, "option", (Milepost(0, 0.0, Range(1, 1, 1), 10), Milepost(1, 1.0, Range(2, 3, 4), 10)))
    shown = name.replace("\u202e", "\\u202e")[:40]

    frontier = draw_frontier(outcome(), (way,))
    treemap = draw_treemap(name, [_place(name, 90)], "share covered")

    assert _png(frontier)
    assert _png(treemap)
    assert any(shown in text for text in _texts(frontier))
    assert any(shown in text for text in _texts(treemap))


def test_ways_that_coincide_are_one_line_with_both_names() -> None:
    mileposts = (Milepost(0, 0.0, Range(1, 1, 1), 10), Milepost(1, 1.0, Range(2, 3, 4), 10))
    ways = [Route("A", "quick wins", "option", mileposts), Route("mix", "best mix", "option", mileposts)]

    drawing = draw_frontier(outcome(), ways)

    assert "option A, quick wins = mix, best mix" in _texts(drawing)


def test_a_plan_that_is_met_is_a_picture_without_ways(project: planner.Project) -> None:
    drawing = project.plan(50).frontier_figure()

    assert _png(drawing)
    assert "none" in drawing.alt


def test_a_drawing_is_saved_in_the_format_of_its_name(project: planner.Project, tmp_path: Path) -> None:
    project.treemap().save(tmp_path / "map.svg")

    assert "<svg" in (tmp_path / "map.svg").read_text("utf-8")


@pytest.mark.parametrize("name", ["map.doc", "nowhere/map.png"])
def test_a_drawing_that_cannot_be_written_is_one_clear_error(
    project: planner.Project, tmp_path: Path, name: str
) -> None:
    with pytest.raises(GapplanError, match="the figure cannot be written there") as error:
        project.treemap().save(tmp_path / name)

    assert "\n" not in str(error.value)


WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=40).map(lambda each: sorted(each, reverse=True))


@given(WEIGHTS)
def test_tiles_fill_the_frame_in_proportion_without_overlap(weights: Sequence[int]) -> None:
    frame = Box(0.0, 0.0, 9.0, 5.0)

    boxes = tile([float(each) for each in weights], frame)

    assert [box.area for box in boxes] == pytest.approx([45.0 * each / sum(weights) for each in weights], rel=1e-6)
    assert all(box.x >= -1e-9 and box.x + box.wide <= 9 + 1e-6 for box in boxes)
    assert all(box.y >= -1e-6 and box.y + box.high <= 5 + 1e-6 for box in boxes)
    for number, one in enumerate(boxes):
        assert not any(_overlap(one, other) for other in boxes[number + 1 :])


def _overlap(one: Box, other: Box) -> bool:
    wide = min(one.x + one.wide, other.x + other.wide) - max(one.x, other.x)
    high = min(one.y + one.high, other.y + other.high) - max(one.y, other.y)
    return wide > 1e-6 and high > 1e-6


def test_six_equal_tiles_of_a_frame_of_three_by_two_are_squares() -> None:
    boxes = tile([1.0] * 6, Box(0.0, 0.0, 3.0, 2.0))

    assert all(box.wide == pytest.approx(box.high) for box in boxes)
