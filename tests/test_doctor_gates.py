"""Gates: which are in force, which disagree, which are stale, passed by rounding, or never applied."""

from dataclasses import replace
from fractions import Fraction

import pytest
from exams import make_exam
from factories import measurement

from planner.doctor.check import Check
from planner.doctor.checks.gate_by_rounding import CHECK as ROUNDING
from planner.doctor.checks.gate_never_run import CHECK as NEVER
from planner.doctor.checks.gate_stale import CHECK as STALE
from planner.doctor.checks.gates_disagree import CHECK as DISAGREE
from planner.doctor.exam import Exam
from planner.doctor.thresholds import gates_in_force, highest_gate, written_anew
from planner.model.findings import Finding
from planner.model.gates import Gate, SteeringText
from planner.model.measurement import Counts, Input
from planner.settings import CoverageSettings, PytestSettings
from planner.settings.gates import read_gates


def exam_of(
    texts: dict[str, str],
    covered: int = 880,
    points: int = 1000,
    *,
    settings: CoverageSettings | None = None,
    pytest_settings: PytestSettings | None = None,
    version: str = "7.17.3",
) -> Exam:
    """A project with `covered` of `points` statements covered, and the gates that its texts write."""
    used, options = settings or CoverageSettings(file="pyproject.toml"), pytest_settings or PytestSettings()
    steering = [SteeringText(path, text) for path, text in texts.items()]
    exam = make_exam(
        settings=used,
        texts=texts,
        measurement=replace(
            measurement(totals=Counts(points, covered)), inputs=(Input(".coverage", "coverage data", version),)
        ),
        gates=read_gates(steering, used, options),
    )
    return replace(exam, pytest=options)


def only(check: Check, exam: Exam) -> Finding:
    assert check.needs(exam) == ""
    (found,) = check.find(exam)
    assert found.check == check.name
    assert found.evidence
    assert found.doubt.swing(exam.measurement.totals) == 0
    return found


def nothing(check: Check, exam: Exam) -> bool:
    return list(check.find(exam)) == []


def pyproject(gate: str) -> dict[str, str]:
    return {"pyproject.toml": f"[tool.coverage.report]\nfail_under = {gate}\n"}


def set_to(gate: str) -> CoverageSettings:
    return CoverageSettings(file="pyproject.toml", fail_under=Fraction(gate))


def test_two_values_for_one_total_disagree() -> None:
    texts = {**pyproject("80"), "Makefile": "cover:\n\tcoverage report --fail-under=95\n"}

    found = only(DISAGREE, exam_of(texts, settings=set_to("80")))

    assert found.title == "2 gates for one total, with 2 values: 80, 95"
    assert [(each.path, each.line) for each in found.evidence] == [("Makefile", 2), ("pyproject.toml", 2)]
    assert found.severity == "warning"
    assert found.mend.text == "[tool.coverage.report]\nfail_under = 80"
    assert "Makefile:2" in found.mend.note


def test_gates_that_the_total_passes_all_disagree_as_a_note() -> None:
    texts = {**pyproject("80"), "Makefile": "cover:\n\tcoverage report --fail-under=85\n"}

    found = only(DISAGREE, exam_of(texts, settings=set_to("80")))

    assert found.severity is None
    assert found.mend.text.endswith("fail_under = 85")


def test_a_lost_gate_beside_one_that_is_read_is_told() -> None:
    texts = {".coveragerc": "[report]\nfail_under = 70\n", **pyproject("90")}
    settings = CoverageSettings(file=".coveragerc", fail_under=Fraction(70))

    found = only(DISAGREE, exam_of(texts, settings=settings))

    assert "never read, since coverage.py reads .coveragerc first" in found.evidence[1].text
    assert nothing(NEVER, exam_of(texts, settings=settings))


@pytest.mark.parametrize(
    "other",
    [
        {"Makefile": "cover:\n\tcoverage report --fail-under=80\n"},
        {"Makefile": "quick:\n\tpytest --cov --cov-fail-under=0\n"},
        {"Makefile": "unit:\n\tpytest --cov --cov-fail-under=60\n"},
        {"Makefile": "cover:\n\tpytest tests/unit --cov --cov-fail-under=60\n"},
        {"Makefile": "cover:\n\tpytest -m 'not db' --cov --cov-fail-under=60\n"},
        {"Makefile": "cover:\n\tpytest --cov --cov-config=other.ini --cov-fail-under=60\n"},
        {"tox.ini": "[testenv:integration]\ncommands =\n    pytest --cov \\\n      --cov-fail-under=60\n"},
        {"noxfile.py": "def unit(session):\n    session.run('pytest', '--cov', '--cov-fail-under=60')\n"},
        {"ci.yml": "jobs:\n  e2e:\n    steps:\n      - run: pytest --cov --cov-fail-under=60\n"},
        {"libs/other/pyproject.toml": "[project]\n", "libs/other/tox.ini": "commands = pytest --cov-fail-under=60\n"},
        {"Makefile": "lint:\n\tinterrogate --fail-under=95\n"},
    ],
)
def test_thresholds_for_something_else_do_not_disagree(other: dict[str, str]) -> None:
    assert nothing(DISAGREE, exam_of({**pyproject("80"), **other}, settings=set_to("80")))


def test_a_command_that_runs_python_with_a_module_is_about_all_tests() -> None:
    texts = {"Makefile": "cover:\n\tpython -m pytest -q --cov --cov-fail-under=60\n"}

    assert [gate.percent for gate in gates_in_force(exam_of(texts))] == [60]


def test_codecov_alone_against_the_rest_is_less_sure() -> None:
    codecov = "coverage:\n  status:\n    project:\n      default:\n        target: 85%\n"

    found = only(DISAGREE, exam_of({**pyproject("80"), "codecov.yml": codecov}, settings=set_to("80")))

    assert found.confidence < 0.5


def test_a_gate_far_below_the_total_is_stale() -> None:
    found = only(STALE, exam_of(pyproject("60"), 889, settings=set_to("60")))

    assert found.title == "the gate is 60 %, the total 88.90 %: a fall of 28.9 points would pass"
    assert found.why.startswith("289 of 889 covered points")
    assert (found.mend.file, found.mend.text) == ("pyproject.toml", "fail_under = 88")


def test_the_mended_gate_has_the_decimals_of_the_report() -> None:
    settings = replace(set_to("60"), precision=1)

    assert only(STALE, exam_of(pyproject("60"), 8896, 10000, settings=settings)).mend.text == "fail_under = 88.9"


@pytest.mark.parametrize("gate", ["83", "88", "95"])
def test_a_gate_near_the_total_or_above_is_not_stale(gate: str) -> None:
    assert nothing(STALE, exam_of(pyproject(gate), settings=set_to(gate)))


def test_the_highest_gate_is_the_one_that_may_be_stale() -> None:
    texts = {**pyproject("60"), "Makefile": "cover:\n\tcoverage report --fail-under=86\n"}

    assert nothing(STALE, exam_of(texts, settings=set_to("60")))


def test_a_low_gate_beside_a_service_that_compares_commits_is_a_floor() -> None:
    texts = {**pyproject("60"), ".github/workflows/ci.yml": "    - uses: codecov/codecov-action@v5\n"}

    assert nothing(STALE, exam_of(texts, settings=set_to("60")))


def test_no_gate_is_no_stale_gate() -> None:
    assert nothing(STALE, exam_of({}))
    assert nothing(STALE, exam_of(pyproject("0"), settings=set_to("0")))


def test_a_gate_is_written_anew_in_its_own_line() -> None:
    text = "test:\n\tpytest -n 60 --cov --cov-fail-under=60 tests  # 60\n"
    exam = exam_of({"Makefile": text})

    mend = written_anew(exam, Gate(Fraction(60), "--cov-fail-under", "Makefile", 2), Fraction(88))

    assert mend.text == "pytest -n 60 --cov --cov-fail-under=88 tests  # 60"


def test_a_gate_whose_text_is_not_at_hand_is_written_as_a_setting() -> None:
    mend = written_anew(exam_of({}), Gate(Fraction(60), "fail_under", "ci/rc", 7), Fraction(175, 2))

    assert (mend.file, mend.text) == ("ci/rc", "fail_under = 87.5")


@pytest.mark.parametrize(
    ("covered", "gate", "precision", "version", "finds"),
    [
        (8796, "88", 0, "7.17.3", True),
        (8796, "88", 0, "7.2.0", True),
        (8749, "88", 0, "7.17.3", False),
        (8800, "88", 0, "7.17.3", False),
        (8796, "88", 1, "7.17.3", True),
        (8794, "88", 1, "7.17.3", False),
        (8796, "88", 2, "7.17.3", False),
        (8771, "87.9", 0, "7.10.7", True),
        (8771, "87.9", 0, "7.17.3", False),
        (8786, "87.9", 0, "7.17.3", True),
        (9999, "100", 0, "7.17.3", False),
    ],
)
def test_a_gate_that_only_rounding_passes(covered: int, gate: str, precision: int, version: str, finds: bool) -> None:
    from coverage.results import should_fail_under

    settings = replace(set_to(gate), precision=precision)
    exam = exam_of(pyproject(gate), covered, 10000, settings=settings, version=version)

    assert nothing(ROUNDING, exam) is not finds
    if finds and version == "7.17.3":
        assert not should_fail_under(covered / 100, float(gate), precision)


def test_a_gate_that_the_next_coverage_fails_is_a_warning() -> None:
    exam = exam_of(pyproject("87.9"), 8771, 10000, settings=set_to("87.9"), version="7.10.7")

    found = only(ROUNDING, exam)

    assert found.severity == "warning"
    assert "fails from coverage.py 7.17.1 on" in found.title
    assert found.mend.text == "fail_under = 87"
    assert "cover 19 more point(s)" in found.mend.note


def test_the_data_of_several_versions_is_judged_by_the_oldest() -> None:
    exam = exam_of(pyproject("87.9"), 8771, 10000, settings=set_to("87.9"), version="7.17.3, 7.6.1")

    assert only(ROUNDING, exam).severity == "warning"


def test_codecov_does_not_round_as_coverage_does() -> None:
    codecov = "coverage:\n  status:\n    project:\n      default:\n        target: 88%\n"

    assert nothing(ROUNDING, exam_of({"codecov.yml": codecov}, 8796, 10000))


@pytest.mark.parametrize("points", [7, 93, 1000])
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_the_highest_gate_is_passed_without_rounding_and_none_above_is(points: int, decimals: int) -> None:
    step = Fraction(1, 10**decimals)
    for covered in range(0, points + 1, 3):
        percent = Fraction(100 * covered, points)

        assert highest_gate(percent, decimals) <= percent < highest_gate(percent, decimals) + step


def test_a_gate_in_a_file_that_is_passed_over_is_never_applied() -> None:
    texts = {".coveragerc": "[run]\nbranch = true\n", **pyproject("90")}

    found = only(NEVER, exam_of(texts, settings=CoverageSettings(file=".coveragerc")))

    assert found.title == "the gate of 90 % is never applied: coverage.py reads .coveragerc, not pyproject.toml"
    assert (found.mend.file, found.mend.text) == (".coveragerc", "[report]\nfail_under = 90")


@pytest.mark.parametrize(
    "other",
    [
        {"Makefile": "cover:\n\tcoverage report --rcfile=pyproject.toml\n"},
        {"tox.ini": "[testenv]\nsetenv = COVERAGE_RCFILE = {toxinidir}/pyproject.toml\n"},
        {"ci.yml": "run: pytest --cov --cov-config pyproject.toml\n"},
    ],
)
def test_a_gate_in_a_file_that_a_command_names_is_applied(other: dict[str, str]) -> None:
    texts = {".coveragerc": "[run]\nbranch = true\n", **pyproject("90"), **other}

    assert nothing(NEVER, exam_of(texts, settings=CoverageSettings(file=".coveragerc")))


def test_a_gate_in_the_file_that_is_read_is_applied() -> None:
    assert nothing(NEVER, exam_of(pyproject("90"), settings=set_to("90")))


def test_the_gate_of_pytest_cov_without_pytest_cov_is_never_applied() -> None:
    texts = {"pytest.ini": "[pytest]\naddopts = --cov-fail-under=90\n"}
    options = PytestSettings("pytest.ini", ("--cov-fail-under=90",))

    found = only(NEVER, exam_of(texts, pytest_settings=options))

    assert "--cov-fail-under without --cov" in found.title
    assert found.mend.text == "[tool.coverage.report]\nfail_under = 90"


@pytest.mark.parametrize("where", ["addopts", "elsewhere"])
def test_the_gate_of_pytest_cov_with_pytest_cov_is_applied(where: str) -> None:
    texts = {"pytest.ini": "[pytest]\naddopts = --cov-fail-under=90\n"}
    words = ("--cov-fail-under=90", *(("--cov=shop",) if where == "addopts" else ()))
    texts |= {"Makefile": "test:\n\tpytest --cov shop\n"} if where == "elsewhere" else {}

    assert nothing(NEVER, exam_of(texts, pytest_settings=PytestSettings("pytest.ini", words)))
