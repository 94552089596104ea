"""What `planner.load` and the frames cost, each in a fresh process.

    python tests/benchmarks/frames.py [PROJECT ...]         # fixtures/shop where none is given

Prints a Markdown table of CPU seconds (user and system): importing `planner`, importing what `load` needs, loading with
a warm cache of facts, each frame, and a plan for two percent more, at first and again.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

_MEASURED = """
import json, sys, time
found, last = {}, time.process_time()
def lap(name):
    global last
    now = time.process_time()
    found[name], last = now - last, now
import planner
lap("import planner")
import planner.frames
lap("import planner.frames")
project = planner.load(sys.argv[1])
lap("load")
for name in ("files", "units", "imports", "seams", "gaps"):
    rows = len(getattr(project, name))
    lap(f"{name} ({rows:,} rows)")
plan = project.plan("+2")
lap("plan, the first")
project.plan("+2")
lap("plan, again")
plan.replan(done=[1])
lap("replan")
len(plan._repr_html_())
lap("shown as HTML")
project.treemap()._repr_png_()
lap("treemap with matplotlib")
plan.frontier_figure()._repr_png_()
lap("frontier figure")
print(json.dumps(found))
"""


def measure(project: Path) -> dict[str, float]:
    """Step -> CPU seconds, the second time, so that facts are cached."""
    command = [sys.executable, "-c", _MEASURED, str(project)]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout for _ in range(2)]
    found: dict[str, float] = json.loads(runs[-1])
    return found


def main() -> None:
    """A table for each project."""
    for name in sys.argv[1:] or ["fixtures/shop"]:
        project = (Path.cwd() / name).resolve()
        print(f"## {project.name}\n\n| Step | CPU seconds |\n| --- | ---: |")
        for step, seconds in measure(project).items():
            print(f"| {step} | {seconds:.3f} |")
        print()


if __name__ == "__main__":
    main()
