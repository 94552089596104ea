"""The doctor finds the faults of the zoo, predicts what their mends give, and stays silent where there is none."""

import pytest
from zoo import ZooProject, holds, of_check, zoo_projects

from planner.doctor.checks import CHECKS

PROJECTS = zoo_projects()

FAULTY = [each for each in PROJECTS if each.is_faulty]

SOUND = [each for each in PROJECTS if not each.is_faulty]


def _name(project: ZooProject) -> str:
    return project.name


@pytest.mark.parametrize("check", [each.name for each in CHECKS])
def test_every_check_has_a_project_with_the_fault_and_one_that_only_looks_so(check: str) -> None:
    faulty, sound = of_check(PROJECTS, check)

    assert faulty
    assert sound


def test_every_project_is_for_a_check() -> None:
    assert {each.check for each in PROJECTS} == {each.name for each in CHECKS}


@pytest.mark.parametrize("project", FAULTY, ids=_name)
def test_the_fault_is_found(project: ZooProject) -> None:
    assert project.findings()


@pytest.mark.parametrize("project", FAULTY, ids=_name)
def test_the_points_that_the_mend_gave_lie_in_the_range(project: ZooProject) -> None:
    doubt, totals = project.doubt(), project.examine().diagnosis.totals

    if not project.mends_source:
        assert holds(doubt, totals, project.after), (doubt.covered, doubt.entering, totals, project.after)
    low, high = doubt.percents(totals)
    assert low <= project.after.percent <= high


@pytest.mark.parametrize("project", SOUND, ids=_name)
def test_what_only_looks_like_a_fault_is_not_found(project: ZooProject) -> None:
    assert project.findings() == ()


@pytest.mark.parametrize("project", PROJECTS, ids=_name)
def test_nothing_else_is_found_that_is_not_there(project: ZooProject) -> None:
    assert [(each.check, each.title) for each in project.false_alarms()] == []
