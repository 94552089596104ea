"""The hostile corpus: every case ends in the outcome that is owed, within limits, with its inputs as they were."""

from collections import Counter
from pathlib import Path

import pytest
from hostile.case import Case
from hostile.corpus import CASES, MODULES, run_case

LEAST_CASES = 150

pytestmark = pytest.mark.skipif(
    not hasattr(__import__("os"), "mkfifo"), reason="needs pipes, links and limits of POSIX"
)


def test_there_are_many_cases_of_every_kind_and_each_has_a_name_of_its_own() -> None:
    names = Counter(case.name for case in CASES)

    assert [name for name, count in names.items() if count > 1] == []
    assert len(CASES) >= LEAST_CASES
    assert all(sum(1 for _ in module.cases()) >= 20 for module in MODULES)
    assert {type(case.expected).__name__ for case in CASES} >= {"Same", "Skips", "Warns", "Refuses", "Answers", "Inert"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.name)[1:-1])
def test_a_hostile_case_ends_as_it_should(case: Case, tmp_path: Path) -> None:
    _, wrong = run_case(case, tmp_path)

    assert wrong == []
