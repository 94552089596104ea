"""Draws the picture of the HTML report that README shows: `python tests/browser/picture.py .github/report.png`.

The shop's report from its head to the map, as Chromium shows it. Needs the extras `browser` and `test`.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from planner.measure import Request
from planner.pipeline import Goal
from planner.pipeline.picture import make_illustrated_plan
from planner.report.web import render_plan

SHOP = Path(__file__).resolve().parents[2] / "fixtures" / "shop"
WIDTH = 1200
COLOURS = 96
"""Enough for text and curves; more only make the file larger."""


def main(target: str) -> int:
    from playwright.sync_api import sync_playwright

    outcome, story = make_illustrated_plan(Request(SHOP), Goal("70"), None, _quietly)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        path = Path(folder) / "shop.html"
        path.write_text(render_plan(outcome, story), "utf-8")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.goto(path.as_uri())
        page.wait_for_selector(".cell")
        bottom = page.evaluate("document.querySelector('#code .behind').getBoundingClientRect().bottom + scrollY")
        shot = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": bottom + 20})
        browser.close()
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(target, optimize=True)
    print(f"{target}: {picture.width} x {picture.height}, {Path(target).stat().st_size:,} bytes")
    return 0


def _quietly(paths: Iterable[str], _: str) -> Iterable[str]:
    return paths


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
