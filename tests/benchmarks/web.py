"""How large the HTML report is and how soon it can be used: the shop, 5,000 modules as values, and projects given.

    python tests/benchmarks/web.py [ROOT:PERCENT:SOURCE ...]

Each ROOT has coverage data; SOURCE is a folder below it. Prints Markdown. Needs the extra `browser` and a Chromium.
Ready is the time from the start of loading until every picture is drawn; the others are single actions until the next
frame is painted. Medians of three loads, each in a new browser.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from factories import candidate, counts, measurement, option, outcome, step, target

from planner.measure import Request
from planner.model.explanation import Edge, Node
from planner.model.measurement import Counts
from planner.model.option import Outcome, Step
from planner.model.plan import Candidate, Range
from planner.model.problem import BodyKey
from planner.model.story import Excerpt, Fragment, Milepost, ModulePlace, PlanImports, Route, Story, UnitPlace
from planner.pipeline import Goal
from planner.pipeline.picture import MOST_CHARACTERS, make_illustrated_plan
from planner.report.web import render_plan
from planner.state import cache_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MODULES, PACKAGES, STEPS = 5_000, 120, 4_000
LOADS = 3

HEAD = (
    "| project | modules | steps | plan and story (CPU s) | file (kB) | ready (ms) | zoom (ms) | filter (ms) "
    "| open a step (ms) | memory (MB) | elements |"
)

ACTION = """selector => new Promise(done => {
    const start = performance.now();
    document.querySelector(selector).click();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""

FILTER = """() => new Promise(done => {
    const start = performance.now();
    const words = document.getElementById('steps-words');
    words.value = 'ar';
    words.dispatchEvent(new Event('input'));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""

READY = """() => new Promise(done => {
    const look = () => document.querySelector('.cell') && document.querySelector('#frontier .canvas svg')
        ? requestAnimationFrame(() => setTimeout(() => done(performance.now()))) : requestAnimationFrame(look);
    look();
})"""


@dataclass(frozen=True, slots=True)
class Load:
    """One load of a report: milliseconds, bytes of memory that script holds, elements of the page."""

    ready: float
    zoom: float
    filtered: float
    opened: float
    memory: float
    elements: float


def main(arguments: list[str]) -> int:
    from playwright.sync_api import sync_playwright

    print("\n".join([HEAD, "|" + " --- |" * (HEAD.count("|") - 1)]))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        for name, make in _reports(arguments):
            start = time.process_time()
            outcome, story = make()
            seconds = time.process_time() - start
            page = Path(folder) / "report.html"
            page.write_text(render_plan(outcome, story), "utf-8")
            loads = [
                _loaded(driver.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"]), page)
                for _ in range(LOADS)
            ]
            steps = max((len(option.steps) for option in outcome.options), default=0)
            print(_row(name, len(story.code), steps, seconds, page.stat().st_size, loads), flush=True)
    return 0


def _reports(arguments: list[str]) -> Iterator[tuple[str, Callable[[], tuple[Outcome, Story]]]]:
    shop = Path(__file__).resolve().parents[2] / "fixtures" / "shop"
    yield "shop", partial(make_illustrated_plan, Request(shop), Goal("70"), None, _quietly)
    yield "generated (values alone)", _generated
    for each in arguments:
        root, percent, source = each.split(":")
        request = Request(Path(root).resolve(), (), (str(Path(root).resolve() / source),), caches=cache_folder())
        yield Path(root).name, partial(make_illustrated_plan, request, Goal(percent), None, _quietly)


def _generated() -> tuple[Outcome, Story]:
    """Values alone, as planning 5,000 modules would make them: each has two classes and a function that miss lines."""
    random = Random(1)
    taken = [
        candidate(
            unit, path=f"pkg/part_{number % PACKAGES:03}/module_{number:04}.py", body=random.randint(2, 40), tests=2
        )
        for number in range(MODULES)
        for unit in ("Desk", "Shelf", "work")
    ]
    options = [option(key, *_steps(random, taken)) for key in ("A", "B", "C", "mix")]
    modules: dict[str, list[Candidate]] = {}
    for each in taken:
        modules.setdefault(each.path, []).append(each)
    measured = measurement(totals=counts(20 * len(taken), 5 * len(taken)))
    made = outcome(measured=measured, goal=target(60), options=tuple(options), recommended="mix")
    mileposts = tuple(Milepost(place, place / 2, Range(place, place * 2, place * 3), 10_000) for place in range(120))
    return made, Story(
        code=tuple(_place(path, units) for path, units in modules.items()),
        routes=tuple(Route(each.key, each.name, "option", mileposts[number:]) for number, each in enumerate(options)),
        imports=PlanImports(
            tuple(Node(each.module, each.path, 20, 5, 15, ("sql",), 3, 3) for each in taken[:90:3]),
            tuple(Edge(taken[a].module, taken[b].module, "top level", 1) for a in range(0, 90, 3) for b in (3, 30, 60)),
            {each.module: 5 for each in taken[:45:3]},
        ),
        excerpts=dict(_excerpts(taken)),
    )


def _steps(random: Random, taken: Sequence[Candidate]) -> Iterator[Step]:
    chosen = random.sample(range(len(taken)), STEPS)
    yield from (step(order, taken[number], gain=random.randint(1, 30)) for order, number in enumerate(chosen, start=1))


def _place(path: str, units: Sequence[Candidate]) -> ModulePlace:
    places = tuple(UnitPlace(each.unit, 3, 30, each.missing, each.gain_milli, each.effort.p50) for each in units)
    missing = sum(each.missing for each in units)
    return ModulePlace(units[0].module, path, Counts(90, 90 - missing), places)


def _excerpts(taken: Sequence[Candidate]) -> Iterator[tuple[BodyKey, Excerpt]]:
    """As many as the story has room for."""
    left = MOST_CHARACTERS
    for each in taken:
        lines = tuple(f"        self.total = self.price(item, {number}) + {each.missing}" for number in range(20))
        left -= sum(map(len, lines))
        if left > 0:
            yield each.key, Excerpt(each.path, each.unit, (Fragment(3, lines),), each.lines)


def _loaded(browser: "Browser", path: Path) -> Load:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(path.as_uri(), wait_until="commit")
    ready = page.evaluate(READY)
    metrics = _metrics(page)
    zoom = page.evaluate(ACTION, ".cell")
    opened = page.evaluate(ACTION, "#steps .open")
    filtered = page.evaluate(FILTER)
    browser.close()
    return Load(ready, zoom, filtered, opened, metrics["JSHeapUsedSize"], metrics["Nodes"])


def _metrics(page: "Page") -> dict[str, float]:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}


def _row(name: str, modules: int, steps: int, seconds: float, size: int, loads: list[Load]) -> str:
    def middle(key: str) -> float:
        return float(median(getattr(each, key) for each in loads))

    cells = [name, f"{modules:,}", f"{steps:,}", f"{seconds:.1f}", f"{size / 1000:,.0f}"]
    cells += [f"{middle(key):,.0f}" for key in ("ready", "zoom", "filtered", "opened")]
    cells += [f"{middle('memory') / 1e6:.1f}", f"{middle('elements'):,.0f}"]
    return f"| {' | '.join(cells)} |"


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
