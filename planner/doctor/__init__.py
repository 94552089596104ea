"""Whether the measurement is true: every check is asked, and its findings are ranked.

In here: the checks (`checks`), what several of them share, how grave findings are, configuration lines. Not in here:
reading of files, texts of reports.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from planner.doctor.check import Check
from planner.doctor.exam import WATCHED, Exam
from planner.doctor.severity import severity_of
from planner.model.findings import SEVERITIES, Diagnosis, Silenced

__all__ = ["WATCHED", "Check", "Exam", "diagnose"]


def diagnose(
    exam: Exam,
    silenced: Mapping[str, str] | None = None,
    checks: Iterable[Check] | None = None,
    *,
    watch: Callable[[Sequence[Check]], Iterable[Check]] = iter,
) -> Diagnosis:
    """Run the checks, all of them where none are given; `watch` hands them on one by one, so that a bar can count them.

    `silenced` gives a reason for each check whose findings the project does not want to hear of.
    """
    from planner.doctor.checks import CHECKS  # 31 modules, which who asks what is watched can do without

    reasons, checks = silenced or {}, tuple(CHECKS if checks is None else checks)
    asked = [each for each in checks if not each.needs(exam)]
    totals = exam.measurement.totals
    found = [finding for check in watch(asked) for finding in check.find(exam)]
    graded = [replace(each, severity=each.severity or severity_of(each, totals)) for each in found]
    ranked = sorted(graded, key=lambda each: (-SEVERITIES.index(each.severity or "note"), -each.doubt.swing(totals)))
    return Diagnosis(
        totals=totals,
        findings=tuple(each for each in ranked if each.check not in reasons),
        silenced=tuple(Silenced(each, reasons[each.check]) for each in ranked if each.check in reasons),
        checks=tuple(each.name for each in asked),
        unchecked={each.name: reason for each in checks if (reason := each.needs(exam))},
    )
