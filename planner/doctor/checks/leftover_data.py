"""Parallel data files of an earlier run beside those of the last: a report adds them up.

coverage.py writes into each parallel file when it was made (`when`), so no times of the file system are needed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from planner.doctor.check import Check
from planner.doctor.evidence import first_few
from planner.doctor.exam import Exam
from planner.doctor.imports import body_lines
from planner.doctor.rerun import measuring_command
from planner.model.findings import Doubt, Evidence, Finding, Mend
from planner.model.lines import Lines
from planner.model.measurement import Skipped
from planner.model.trail import DataFile

SAME_RUN = timedelta(hours=6)
"""Jobs of one pipeline lie minutes to hours apart; a gap between two files that is wider parts two runs."""

WRITTEN = "%Y-%m-%d %H:%M:%S"
"""How coverage.py writes `when` (`coverage/sqldata.py`), in local time."""


def find_leftover_data(exam: Exam) -> Iterator[Finding]:
    """One finding for data of earlier runs, one for data files that cannot be read."""
    dated = sorted(((when, file) for file in exam.trail.files if (when := _when(file))), key=lambda each: each[0])
    old = _before_the_last_gap(dated)
    if old:
        yield _leftover(exam, old, dated[-1])
    broken = [each for each in exam.measurement.skipped if _is_data(each, exam)]
    if broken:
        yield _unreadable(exam, broken)


def _when(file: DataFile) -> datetime | None:
    try:
        return datetime.strptime(file.meta.get("when", ""), WRITTEN)
    except ValueError:
        return None


def _before_the_last_gap(dated: list[tuple[datetime, DataFile]]) -> list[tuple[datetime, DataFile]]:
    gaps = [place for place in range(1, len(dated)) if dated[place][0] - dated[place - 1][0] > SAME_RUN]
    return dated[: gaps[-1]] if gaps else []


def _leftover(exam: Exam, old: list[tuple[datetime, DataFile]], last: tuple[datetime, DataFile]) -> Finding:
    names = " ".join(_quoted(file.path) for _, file in old)
    return Finding(
        check=CHECK.name,
        title=f"{len(old)} of {len(exam.trail.files)} data files are of an earlier run",
        why=(
            "All of them are added up, so that lines count as covered which only the earlier run has reached: by tests "
            "that are gone, or in source that was another."
        ),
        evidence=first_few(
            [
                *(Evidence(f"made {when:%Y-%m-%d %H:%M}", file.path) for when, file in old),
                Evidence(f"the last one was made {last[0]:%Y-%m-%d %H:%M}", last[1].path),
            ]
        ),
        mend=Mend("command", f"rm {names}", note="'coverage erase' before each run keeps them away"),
        doubt=_doubt(exam),
        confidence=0.9,
    )


def _quoted(name: str) -> str:
    plain = all(each.isalnum() or each in "._-/" for each in name)
    return name if plain else "'" + name.replace("'", "'\\''") + "'"


def _doubt(exam: Exam) -> Doubt:
    """Nothing is added; at most all goes that functions have run, since imports run again."""
    lines: dict[str, Lines] = {}
    lost = 0
    for file in exam.product:
        ran = file.executed & body_lines(exam.facts[file.path])
        if ran:
            lines[file.path] = ran
            lost += ran.bit_count()
    exits = exam.measurement.totals.covered_branches
    basis = "at most all lines of functions and all exits that are covered now; the data is added up line by line"
    return Doubt(basis, covered=(-lost - exits, 0), lines=lines)


def _is_data(skipped: Skipped, exam: Exam) -> bool:
    """Whether what was skipped is a data file beside those that were read."""
    name = skipped.path.rpartition("/")[2]
    return name.startswith(exam.settings.data_file.rpartition("/")[2]) and not name.endswith(".py")


def _unreadable(exam: Exam, broken: list[Skipped]) -> Finding:
    return Finding(
        check=CHECK.name,
        title=f"{len(broken)} data file{'s' if len(broken) > 1 else ''} cannot be read, and what ran in them is lost",
        why="What only these files have recorded counts as missing.",
        evidence=first_few(Evidence(each.reason, each.path) for each in broken),
        mend=Mend("command", f"python -m coverage erase\n{measuring_command(exam)}", note="makes all data anew"),
        doubt=Doubt(
            "at most all that is missing: nobody knows what they held",
            covered=(0, exam.measurement.totals.missing_points),
        ),
        confidence=0.8,
    )


CHECK = Check(
    name="leftover-data",
    question="Is all the data of one run, and readable?",
    find=find_leftover_data,
)
