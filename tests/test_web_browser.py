"""The report as a person meets it: opened from disk in a real browser, read, clicked, typed at, printed.

Skipped where there is no Playwright or no Chromium; with GAPPLAN_NEEDS_BROWSER=1 that is a failure instead.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from factories import candidate, counts, measurement, option, outcome, step, target
from makers import make_project

from planner.measure import Request
from planner.model.story import ModulePlace, Story, UnitPlace
from planner.pipeline import Goal
from planner.pipeline.history import Note, take_snapshot
from planner.pipeline.picture import make_illustrated_plan, make_illustrated_status
from planner.report.web import render_plan, render_status

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Locator, Page

NEEDS_BROWSER = bool(os.environ.get("GAPPLAN_NEEDS_BROWSER"))

if not NEEDS_BROWSER:
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (extra: browser)")
    pytest.importorskip("axe_playwright_python", reason="axe is not installed (extra: browser)")

Scheme = Literal["light", "dark"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FIXTURE = Path(__file__).parent.parent / "fixtures" / "shop"
READY_MS = 20_000


@dataclass
class Visit:
    """A page that is open, and all that it said or asked for."""

    page: "Page"
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def locator(self, selector: str) -> "Locator":
        return self.page.locator(selector)

    def part(self, name: str) -> "Locator":
        """The button of that part of the map."""
        return self.page.locator(".part").filter(has_text=name).first.locator(".cell")

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.inner_text())

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def has_focus(self, selector: str) -> bool:
        return bool(self.page.evaluate("selector => document.activeElement.matches(selector)", selector))


Open = Callable[..., Visit]


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


def _noted(dialog: "Dialog", visit: Visit) -> None:
    visit.said.append(f"dialog {dialog.message}")
    dialog.dismiss()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = next(filter(None, map(shutil.which, NAMES)), None)
        path = found or driver.chromium.executable_path
        if not Path(path).exists():
            assert not NEEDS_BROWSER, "no Chromium here, and GAPPLAN_NEEDS_BROWSER is set"
            pytest.skip("no Chromium here: none on PATH, and Playwright has none")
        # Chromium's sandbox needs a user of its own; root, as in containers, has to do without.
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"] if is_root else [])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Open]:
    """Opens a file in a new window: `visit(path, width=1280, height=900, scheme="light", has_script=True)`."""
    contexts = []

    def opened(path: Path, *, width: int = 1280, scheme: Scheme = "light", has_script: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=has_script,
            offline=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        found = Visit(context.new_page())
        found.page.on("console", lambda message: found.said.append(message.text))
        found.page.on("pageerror", lambda error: found.said.append(str(error)))
        found.page.on("dialog", lambda dialog: _noted(dialog, found))
        found.page.on("request", lambda request: found.asked.append(request.url))
        found.page.goto(path.as_uri())
        if has_script:
            found.page.wait_for_selector("html[data-ready]", state="attached", timeout=READY_MS)
            found.page.wait_for_selector(".cell", timeout=READY_MS)
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the shop, with two measurements on the way."""
    folder = tmp_path_factory.mktemp("web")
    root = Path(shutil.copytree(FIXTURE, folder / "shop"))
    store = folder / "store.sqlite"
    for day, label in ((1, "first"), (15, "second")):
        take_snapshot(Request(root), store, Note(f"2026-11-{day:02}T12:00:00Z", label=label), _quietly)
    outcome, story = make_illustrated_plan(Request(root), Goal("70"), store, _quietly)
    path = folder / "shop.html"
    path.write_text(render_plan(outcome, story), "utf-8")
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a project whose names and source are written to become markup, script or template."""
    folder = tmp_path_factory.mktemp("web")
    source = (
        "# </script><script>window.owned = 1</script><img src=x onerror=window.owned=1>\n"
        "def work(a):\n"
        "    text = '{{7*7}} \u202e <b>bold</b>'\n"
        "    return text\n"
    )
    names = (
        "<img src=x onerror=alert(1)>.py",
        "a</script><svg onload=alert(2)>.py",
        "{{7*7}}.py",
        "a\u202eb&quot;'.py",
    )
    root = make_project(folder / "<b>{{7*7}}\"'", {f"pkg/{name}": source for name in names})
    rows = "".join(f"SF:pkg/{name}\nDA:2,1\nDA:3,0\nDA:4,0\nend_of_record\n" for name in names)
    (root / "lcov.info").write_text(rows, "utf-8")
    outcome, story = make_illustrated_plan(Request(root, ("lcov.info",)), Goal("90"), None, _quietly)
    path = folder / "hostile.html"
    path.write_text(render_plan(outcome, story), "utf-8")
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of 300 modules in one package, with a test of each planned."""
    taken = [candidate("work", path=f"pkg/module_{number:03}.py", body=300 - number) for number in range(300)]
    planned = option("A", *(step(order, each) for order, each in enumerate(taken, start=1)))
    modules = (
        ModulePlace(each.module, each.path, counts(400, 100), (UnitPlace("work", 1, 400, each.missing, 1000, 1.0),))
        for each in taken
    )
    places = tuple(replace(each, counts=counts(400, 400 - each.units[0].missing)) for each in modules)
    made = outcome(measured=measurement(totals=counts()), goal=target(80), options=(planned,), recommended="A")
    path = tmp_path_factory.mktemp("web") / "large.html"
    path.write_text(render_plan(made, Story(code=places)), "utf-8")
    return path


def test_it_opens_from_disk_and_says_and_asks_nothing(visit: Open, shop: Path) -> None:
    opened = visit(shop)

    assert opened.said == []
    assert opened.asked == [shop.as_uri()]


def test_the_answer_stands_there_without_a_script(visit: Open, shop: Path) -> None:
    opened = visit(shop, has_script=False)

    assert "61.00 %" in opened.text(".cards")
    assert "C, high return" in opened.text(".cards")
    assert "In doubt" in opened.text("#glance")
    assert opened.locator("noscript").count() == 1


def test_a_script_that_was_changed_does_not_run(browser: "Browser", shop: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.html"
    changed.write_text(shop.read_text("utf-8").replace('"data-ready"', '"data-other"'), "utf-8")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(changed.as_uri())

    assert any("Content Security Policy" in text for text in said)
    assert page.locator(".cell").count() == 0
    page.close()


def test_the_map_zooms_from_package_to_module_to_class_and_back_by_mouse(visit: Open, shop: Path) -> None:
    opened = visit(shop)

    opened.part("orders").click()
    assert opened.text(".crumbs [aria-current]") == "orders"
    opened.part("service").click()
    assert opened.text(".crumbs [aria-current]") == "service"
    opened.part("OrderService").click()
    assert "shop.orders.service:OrderService: 46 points missing" in opened.text("#code .readout")
    opened.locator(".crumbs button").filter(has_text="shop").click()

    assert opened.text(".crumbs [aria-current]") == "shop"
    assert opened.said == []


def test_the_map_zooms_by_keyboard(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    opened.locator(".cell").first.focus()

    opened.press("ArrowRight")
    beside = opened.page.evaluate("document.activeElement.getAttribute('aria-label')")
    opened.press("ArrowLeft")
    first = opened.page.evaluate("document.activeElement.getAttribute('aria-label')")
    opened.press("Enter")
    inside = opened.text(".crumbs [aria-current]")
    opened.press("Escape")

    assert beside != first
    assert first.startswith(f"shop.{inside}: package")
    assert opened.text(".crumbs [aria-current]") == "shop"
    assert opened.has_focus(".cell")


def test_one_cell_of_the_map_is_in_the_order_of_tabs(visit: Open, shop: Path) -> None:
    opened = visit(shop)

    assert opened.locator(".cell").count() > 10
    assert opened.locator('.cell[tabindex="0"]').count() == 1


def test_the_map_is_coloured_by_points_per_hour_or_by_the_share_covered(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    before = opened.text("#code .legend")

    opened.locator("#code button").filter(has_text="share covered").click()

    assert "points per hour" in before
    assert "share covered" in opened.text("#code .legend")
    assert opened.locator('#code button[aria-pressed="true"]').inner_text() == "share covered"


def test_areas_of_the_map_are_as_large_as_what_is_missing(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    opened.part("pricing").click()
    sizes = opened.page.evaluate(
        "[...document.querySelectorAll('.cell')].map(e => "
        "[e.node.missing, e.getBoundingClientRect().width * e.getBoundingClientRect().height])"
    )
    ratios = [area / missing for missing, area in sizes]

    assert max(ratios) / min(ratios) < 1.25, "titles and whole pixels take a little"


def test_a_class_on_the_map_leads_to_its_steps(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    for name in ("orders", "service", "OrderService"):
        opened.part(name).click()

    opened.locator("#code .readout button").click()

    assert opened.locator("#steps tbody tr").count() == 1
    assert "OrderService" in opened.text("#steps tbody")
    assert opened.has_focus("#steps-words")


def test_the_smallest_parts_share_a_cell_that_opens(visit: Open, large: Path) -> None:
    opened = visit(large)
    assert opened.locator(".cell").count() == 150

    opened.part("151 smaller").click()

    labels = opened.locator(".cell").evaluate_all("cells => cells.map(cell => cell.getAttribute('aria-label'))")
    assert len(labels) == 150
    assert labels[0].startswith("pkg.module_149: module, 151 points missing")
    assert labels[-1].startswith("2 smaller parts of pkg: 3 points missing")
    assert opened.locator(".crumbs li").all_inner_texts() == ["pkg", "151 smaller"]


def test_many_steps_are_shown_by_the_hundred(visit: Open, large: Path) -> None:
    opened = visit(large)
    rows = opened.locator("#steps tbody tr")
    before = rows.count()

    opened.locator("#steps .more").press("Enter")

    assert (before, rows.count()) == (100, 200)
    assert opened.text("#steps [role=status]") == "300 steps of 300, +3,000; the first 200 are shown."


def test_the_frontier_tells_what_hours_buy_by_keyboard(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    opened.locator("#frontier input").focus()

    opened.press("Home")
    at_start = opened.text("#frontier .readout")
    opened.press("End")

    assert at_start.startswith("After 0 h: ")
    assert at_start.count("61.00 %") == 5
    assert "C, high return: 72.38 %" in opened.text("#frontier .readout")
    assert "lowest percent first" in opened.text("#frontier .readout")


def test_a_pointer_on_the_frontier_moves_its_readout(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    box = opened.locator("#frontier .canvas svg").bounding_box()
    opened.locator("#frontier .canvas svg").scroll_into_view_if_needed()

    opened.locator("#frontier .canvas svg").hover(position={"x": 60, "y": 100})

    assert box is not None
    assert opened.text("#frontier .readout").startswith("After 5 min: ")


def test_a_curve_can_be_taken_out_and_put_back(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    curves = opened.locator("#frontier .canvas .curve")
    toggle = opened.locator("#frontier .toggle").filter(has_text="B, deepen")

    toggle.click()
    assert (curves.count(), toggle.get_attribute("aria-pressed")) == (4, "false")
    assert "B, deepen" not in opened.text("#frontier .readout")
    toggle.press("Enter")

    assert (curves.count(), toggle.get_attribute("aria-pressed")) == (5, "true")


def test_tables_behind_pictures_have_their_figures(visit: Open, shop: Path) -> None:
    opened = visit(shop)

    for summary in opened.locator(".behind summary").all():
        summary.press("Enter")
    for figures in opened.locator(".behind").all():
        figures.locator("tbody tr").first.wait_for()  # filled by an event that comes later

    assert opened.locator("#frontier .behind tbody tr").count() > 20
    assert "shop.pricing.discounts" in opened.text("#code .behind")
    assert "shop.api.app" in opened.text("#imports .behind")
    assert "2026-11-15" in opened.text("#burnup .behind")


def test_steps_are_sorted_by_a_column_by_mouse_and_keyboard(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    opened.locator("#steps-option").select_option(label="B, deepen")

    def gains() -> list[int]:
        return [int(text) for text in opened.locator("#steps tbody td:nth-child(4)").all_inner_texts()]

    head = opened.locator("#steps th").filter(has_text="gain")

    head.locator("button").click()
    downwards = gains()
    head.locator("button").press("Enter")

    assert downwards == sorted(downwards, reverse=True)
    assert gains() == sorted(downwards)
    assert head.get_attribute("aria-sort") == "ascending"


def test_steps_are_filtered_by_words_and_by_what_they_touch(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    opened.locator("#steps-option").select_option(label="B, deepen")
    every = opened.locator("#steps tbody tr").count()

    opened.locator("#steps-words").fill("main show")
    by_words = opened.locator("#steps tbody tr").all_inner_texts()
    opened.locator("#steps-words").fill("")
    opened.locator("#steps-seam").select_option("clock")
    by_seam = opened.locator("#steps tbody tr").all_inner_texts()

    assert 0 < len(by_words) < every
    assert all("main.py" in row and "show" in row for row in by_words)
    assert by_seam
    assert all("clock" in row for row in by_seam)
    assert re.match(rf"{len(by_seam)} steps? of {every}, ", opened.text("#steps [role=status]"))


def test_nothing_found_is_said(visit: Open, shop: Path) -> None:
    opened = visit(shop)

    opened.locator("#steps-words").fill("no such unit")

    assert opened.text("#steps [role=status]").startswith("0 steps of 4")


@pytest.mark.parametrize("is_by_keyboard", [False, True], ids=["mouse", "keyboard"])
def test_a_step_opens_to_its_source_with_missing_lines_marked(visit: Open, shop: Path, is_by_keyboard: bool) -> None:
    opened = visit(shop)
    button = opened.locator("#steps .open").nth(1)

    if is_by_keyboard:
        button.focus()
        opened.press("Enter")
    else:
        button.click()
    marked = opened.locator(".source .missing .no").all_inner_texts()
    source = (FIXTURE / "src/shop/orders/service.py").read_text("utf-8").split("\n")
    shown = opened.locator(".source .missing .text").all_inner_texts()

    assert button.get_attribute("aria-expanded") == "true"
    assert marked[0] == "43"
    assert shown == [source[int(number) - 1] for number in marked]
    assert "46 points missing" in opened.text("#steps .inside")
    opened.press("Enter") if is_by_keyboard else button.click()
    assert opened.locator("#steps .inside").count() == 0


def test_imports_are_walked_by_arrow_keys(visit: Open, shop: Path) -> None:
    opened = visit(shop)
    opened.locator("#imports .hit").first.focus()

    opened.press("ArrowDown", "ArrowRight")

    told = opened.text("#imports .readout")
    assert re.match(r"shop\.\S+: ", told)
    assert opened.locator("#imports .node.near").count() >= 2
    opened.press("Escape")
    assert opened.text("#imports .readout") == ""


def test_the_way_so_far_and_the_target_are_drawn(visit: Open, shop: Path) -> None:
    opened = visit(shop)

    assert opened.locator("#burnup circle").count() == 2
    assert "target 70 %" in (opened.locator("#burnup svg").first.text_content() or "")


def test_hostile_names_and_source_stay_text(visit: Open, hostile: Path) -> None:
    opened = visit(hostile)
    for button in opened.locator("#steps .open").all():
        button.click()
    for cell in opened.locator(".cell").all():
        cell.hover()
    for summary in opened.locator(".behind summary").all():
        summary.click()
    opened.locator("#imports .hit").first.focus()

    assert opened.said == []
    assert opened.asked == [hostile.as_uri()]
    assert opened.page.evaluate("window.owned") is None
    assert opened.locator("img, b, body script:not(:nth-last-child(-n+2))").count() == 0
    assert opened.locator("svg[onload], [onerror]").count() == 0
    assert "{{7*7}}" in opened.page.title()
    body = opened.text("body")
    assert "<img src=x onerror=alert(1)>.py" in body
    assert "\u202e" not in body
    assert "text = '{{7*7}} \\u202e <b>bold</b>'" in body


def test_dark_and_light_follow_the_system_and_the_switch(visit: Open, shop: Path) -> None:
    opened = visit(shop, scheme="dark")

    def paper() -> object:
        return opened.page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark = paper()

    opened.locator("#theme button").filter(has_text="light").click()
    light = paper()
    opened.locator("#theme button").filter(has_text="system").press("Enter")

    assert (dark, light) == ("rgb(20, 23, 28)", "rgb(255, 255, 255)")
    assert paper() == dark


def test_paper_has_no_switches_and_loses_nothing_at_the_right(visit: Open, shop: Path) -> None:
    opened = visit(shop, scheme="dark")
    opened.page.emulate_media(media="print")
    opened.page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins

    edges = opened.page.evaluate(
        "[...document.querySelectorAll('.part, .chart, #imports svg')].map(e => e.getBoundingClientRect().right)"
    )

    assert max(edges) <= 688
    assert not opened.locator("#theme").is_visible()
    assert not opened.locator("#steps-words").is_visible()
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_width_makes_the_page_scroll_sideways(visit: Open, shop: Path, width: int) -> None:
    opened = visit(shop, width=width)

    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_no_serious_fault(visit: Open, shop: Path, width: int, scheme: str) -> None:
    opened = visit(shop, width=width, scheme=scheme)
    opened.locator("#steps .open").first.click()
    for summary in opened.locator(".behind summary").all():
        summary.click()
    opened.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))

    found = opened.page.evaluate(
        "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).slice(0, 3).join(' | ')}`))"
    )

    assert found == []


def test_a_status_has_its_map(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "status.html"
    path.write_text(render_status(*make_illustrated_status(Request(FIXTURE), None, None, _quietly)), "utf-8")

    opened = visit(path)

    assert opened.said == []
    assert opened.locator("#code button").filter(has_text="points per hour").count() == 0
    assert "share covered" in opened.text("#code .legend")
