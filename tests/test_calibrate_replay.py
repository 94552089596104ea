"""A recording judges the project's own lines by plans for tests that were hidden."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from replays import Toy, shop

from planner.forecast import read_rates
from planner.model.replay import Pair
from planner.replay.calibrate import costs_of, lines_error, own_rates, read_replayed, replay_project, suite_of
from planner.replay.data import RecordingError
from planner.replay.project import Project
from planner.replay.sources import SourcesError

RATES = read_rates()


def long_winded(name: str = "toy", lines: int = 60) -> Toy:
    """Eight modules with a test file each, whose tests are all so long."""
    toy = Toy(name)
    for module in range(8):
        for number in range(4):
            toy.function(f"f{module}_{number}", 12, f"pkg/mod{module}.py")
            runs = {f"f{module}_{number}": 12}
            for part in (1, 2):
                toy.test(f"test_{module}_{number}_{part}", runs, lines, path=f"tests/test_mod{module}.py")
    return toy


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return long_winded().project(tmp_path_factory.mktemp("wordy"))


def pair(lines: float, effort: int) -> Pair:
    return Pair(1, 2, 3, 2, lines, lines, effort)


def test_own_lines_come_from_the_kept_tests_alone(wordy: Project) -> None:
    files = {"tests/test_mod0.py", "tests/test_mod1.py"}
    kept = [number for number, test in enumerate(wordy.tests) if test.file in files]

    few, all_of_them = own_rates(suite_of(wordy, kept), RATES), own_rates(wordy, RATES)

    assert RATES.test_lines < few.test_lines < all_of_them.test_lines
    assert few.test_lines / RATES.test_lines == pytest.approx(few.module_lines / RATES.module_lines)
    assert few.plan_yield == RATES.plan_yield


def test_without_kept_tests_the_rates_stay(wordy: Project) -> None:
    assert own_rates(suite_of(wordy, []), RATES) == RATES


def test_trials_favour_own_lines_where_all_tests_are_long(wordy: Project) -> None:
    replayed = replay_project(wordy, RATES)

    assert len(replayed.trials) >= 4
    assert all(each.after < each.before for each in replayed.trials)
    assert replayed.costs == costs_of(wordy)


def test_a_plan_for_each_kind_of_split_says_what_it_gained(wordy: Project) -> None:
    gains = replay_project(wordy, RATES).gains

    assert 2 <= len(gains) <= 4
    assert all(-2 < each < 2 for each in gains)


def test_replaying_twice_gives_the_same(tmp_path: Path) -> None:
    project = shop().project(tmp_path)

    assert replay_project(project, RATES) == replay_project(project, RATES)


def test_progress_is_told_of_every_plan_for_hidden_tests(wordy: Project) -> None:
    told: list[tuple[list[str], str]] = []

    def note(names: Iterable[str], label: str) -> Iterable[str]:
        told.append((list(names), label))
        return told[-1][0]

    replay_project(wordy, RATES, note)

    ((names, label),) = told
    assert label == "replaying plans"
    assert {each.partition("-")[0] for each in names} == {"quarter", "modules"}


def test_the_error_of_lines_is_the_mean_over_what_was_forecast_and_came() -> None:
    assert lines_error([pair(10, 20), pair(20, 10), pair(0, 5), pair(5, 0)]) == pytest.approx(0.6931, abs=1e-4)
    assert lines_error([]) is None
    assert lines_error([pair(0, 5)]) is None


def test_a_recording_is_read_with_the_project_at_the_root(tmp_path: Path) -> None:
    data = shop().write(tmp_path)

    replayed = read_replayed(data, tmp_path / "toy-1.0", RATES, lambda names, _: names)

    assert len(replayed.costs) == 48


def test_another_version_of_the_project_is_refused(tmp_path: Path) -> None:
    data = shop().write(tmp_path)
    (tmp_path / "toy-1.0/pkg/mod0.py").write_text("x = 1\n", "utf-8")

    with pytest.raises(SourcesError, match="not the version that was recorded"):
        read_replayed(data, tmp_path / "toy-1.0", RATES, lambda names, _: names)


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_text("no", "utf-8")

    with pytest.raises(RecordingError, match="cannot be read"):
        read_replayed(tmp_path / "a.sqlite", tmp_path, RATES, lambda names, _: names)
