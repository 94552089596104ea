"""Rows that a plugin traced (templates, Cython), while the configuration does not name that plugin."""

from collections.abc import Iterator, Sequence

from planner.doctor.check import Check
from planner.doctor.evidence import first_few, lines_of_code, no_rows
from planner.doctor.exam import Exam
from planner.doctor.mend import configure
from planner.model.findings import Doubt, Evidence, Finding
from planner.model.trail import DataRow


def find_plugin_missing(exam: Exam) -> Iterator[Finding]:
    """One finding for each plugin that traced rows and is not in `plugins`."""
    for tracer in sorted({row.tracer for row in exam.trail.rows if row.tracer}):
        plugin = _module(tracer, exam.settings.plugins)
        if plugin not in exam.settings.plugins:
            yield _finding(exam, plugin, [row for row in exam.trail.rows if row.tracer == tracer])


def _module(tracer: str, plugins: tuple[str, ...]) -> str:
    """What `plugins` calls it: coverage.py names a tracer by its module and class (`plugin_support.py`)."""
    return next((each for each in plugins if tracer.startswith(f"{each}.")), tracer.rpartition(".")[0] or tracer)


def _finding(exam: Exam, plugin: str, rows: Sequence[DataRow]) -> Finding:
    ran = sum(row.lines.bit_count() for row in rows)
    return Finding(
        check=CHECK.name,
        title=f"{len(rows)} file(s) of the data were traced by {plugin}, which the configuration does not name",
        why=f"every report command of coverage.py ends with KeyError: '{rows[0].tracer}'; here the files are left out, "
        f"and with them {ran} lines that ran",
        evidence=first_few(Evidence(f"{row.lines.bit_count()} lines ran", row.path or row.name) for row in rows),
        mend=configure(
            exam.settings,
            "run",
            {"plugins": (*exam.settings.plugins, plugin)},
            f"{plugin} must be installed there, too",
        ),
        doubt=_doubt(exam, rows, ran),
        confidence=0.95,
        severity="error",
    )


def _doubt(exam: Exam, rows: Sequence[DataRow], ran: int) -> Doubt:
    """What the plugin counts as a statement only the plugin knows."""
    most = sum(max(lines_of_code(exam.source(row.path or "")), row.lines.bit_length()) for row in rows)
    basis = "the lines that ran, at least, and every line of those files at most"
    return Doubt(basis, (ran, ran), (ran, max(ran, most)), {row.path: row.lines for row in rows if row.path})


CHECK = Check(
    name="plugin-missing",
    question="Are the plugins that made the data configured?",
    find=find_plugin_missing,
    needs=no_rows,
)
