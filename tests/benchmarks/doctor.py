"""How well the doctor does on fixtures/zoo: recall, false alarms, and predicted against true points.

    python tests/benchmarks/doctor.py

Prints Markdown; exit 1 when recall is below 0.95 or false alarms are above 0.02.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from zoo import ZooProject, holds, zoo_projects

from planner.doctor.checks import CHECKS
from planner.report.doctor_words import percents_text
from planner.report.words import percent

LEAST_RECALL = 0.95
MOST_FALSE_ALARMS = 0.02

HEAD = (
    "| project | found | points more covered: predicted | true | points entering: predicted | true | "
    "percent before | predicted | true | holds |"
)


def main() -> int:
    projects = zoo_projects()
    faulty = [each for each in projects if each.is_faulty]
    found = [each for each in faulty if each.findings()]
    wrong = [(each, finding) for each in projects for finding in _wrong(each)]
    recall = len(found) / len(faulty)
    rate = len(wrong) / (len(CHECKS) * (len(projects) - len(faulty)))
    print("\n".join([HEAD, "|" + " --- |" * (HEAD.count("|") - 1), *map(_row, faulty)]))
    right = sum(_holds(each) for each in faulty)
    print(f"\nRecall: {len(found)} of {len(faulty)} faulty projects, {recall:.3f} (goal: at least {LEAST_RECALL}).")
    print(f"Ranges that hold the truth: {right} of {len(faulty)}.")
    print(
        f"False alarms: {len(wrong)} over {len(CHECKS)} checks x {len(projects) - len(faulty)} sound projects, "
        f"{rate:.4f} (goal: at most {MOST_FALSE_ALARMS})."
    )
    for each, finding in wrong:
        print(f"- {each.name}: {finding}")
    return 0 if recall >= LEAST_RECALL and rate <= MOST_FALSE_ALARMS else 1


def _wrong(project: ZooProject) -> list[str]:
    """Findings in a sound project: of its own check whatever their severity, of others from a warning on."""
    if project.is_faulty:
        return []
    own = [each for each in project.findings() if each not in project.false_alarms()]
    return [f"{each.check}: {each.title}" for each in (*project.false_alarms(), *own)]


def _holds(project: ZooProject) -> bool:
    return bool(project.findings()) and holds(project.doubt(), project.examine().diagnosis.totals, project.after)


def _row(project: ZooProject) -> str:
    totals, after, doubt = project.examine().diagnosis.totals, project.after, project.doubt()
    cells = (
        project.name,
        "yes" if project.findings() else "no",
        _ends(doubt.covered),
        str(after.covered_points - totals.covered_points),
        _ends(doubt.entering),
        str(after.points - totals.points),
        percent(totals),
        percents_text(doubt.percents(totals)),
        percent(after),
        "yes" if _holds(project) else "no",
    )
    return f"| {' | '.join(cells)} |"


def _ends(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


if __name__ == "__main__":
    sys.exit(main())
