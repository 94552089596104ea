"""Gates are found wherever a project writes them, with their lines, and nothing else is taken for one."""

import time
from fractions import Fraction

import pytest

from planner.model.gates import Gate, SteeringText
from planner.settings import CoverageSettings, PytestSettings
from planner.settings.gates import find_ratchet, read_gates

NOTHING = (CoverageSettings(), PytestSettings())


def gates_of(path: str, text: str) -> list[tuple[str, str, int]]:
    found = read_gates([SteeringText(path, text)], *NOTHING)
    assert {gate.path for gate in found} <= {path}
    return [(str(gate.percent), gate.setting, gate.line) for gate in found]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".coveragerc", "[run]\nbranch = true\n[report]\nfail_under = 85\n"),
        (".coveragerc", "[run]\nbranch = true\n[coverage:report]\nfail_under: 85\n"),
        ("ci/.coveragerc-unit", "[run]\n\n[report]\nfail_under=85\n"),
        ("setup.cfg", "[metadata]\nname = x\n[coverage:report]\nfail_under = 85\n"),
        ("tox.ini", "[tox]\n\n[coverage:report]\nfail_under = 85\n"),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.coverage.report]\nfail_under = 85\n"),
        ("pyproject.toml", "\n\n[tool.coverage]\nreport.fail_under = 85.0\n"),
        ("pyproject.toml", "[tool.coverage.report]\nexclude_also = [\n]\nfail_under = '85'\n"),
        (".coveragerc.toml", "[run]\nbranch = true\n[report]\nfail_under = 85\n"),
    ],
)
def test_coverages_own_threshold_is_found_in_each_file_that_it_reads(path: str, text: str) -> None:
    assert gates_of(path, text) == [("85", "fail_under", 4)]


def test_the_same_key_of_another_tool_or_section_is_none() -> None:
    assert (
        gates_of("pyproject.toml", "[tool.interrogate]\nfail-under = 95\n[tool.pylint.main]\nfail-under = 9.5\n") == []
    )
    assert gates_of("setup.cfg", "[report]\nfail_under = 85\n") == []
    assert gates_of("pyproject.toml", "[tool.other.report]\nfail_under = 85\n") == []
    assert gates_of("pyproject.toml", "[report]\nfail_under = 85\n") == []


def test_what_is_no_percent_is_none() -> None:
    assert gates_of(".coveragerc", "[report]\nfail_under = high\n") == []
    assert gates_of(".coveragerc", "[report]\nfail_under = 850\n") == []
    assert gates_of("pyproject.toml", "[tool.coverage.report]\nfail_under = true\n") == []
    assert gates_of("pyproject.toml", "[tool.coverage.report]\nfail_under = nan\n") == []
    assert gates_of("pyproject.toml", "fail_under = [broken\n") == []


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("pytest.ini", "[pytest]\naddopts = --cov=shop --cov-fail-under=90\n", 2),
        ("pytest.ini", "[pytest]\naddopts =\n    --cov=shop\n    --cov-fail-under 90\n", 4),
        ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = [\n  "--cov",\n  "--cov-fail-under=90",\n]\n', 4),
        ("tox.ini", "[testenv]\ncommands =\n    pytest --cov {posargs} \\\n        --cov-fail-under=90\n", 4),
        ("tox.ini", "[testenv]\ncommands = pytest --cov --cov-fail-under={env:MIN_COV:90}\n", 2),
        (".github/workflows/ci.yml", "jobs:\n  t:\n    steps:\n      - run: pytest --cov --cov-fail-under=90\n", 4),
        ("noxfile.py", 'session.run(\n    "pytest",\n    "--cov=shop",\n    "--cov-fail-under",\n    "90",\n)\n', 4),
        (
            ".pre-commit-config.yaml",
            "- id: pytest\n  entry: pytest\n  args:\n    - --cov\n    - --cov-fail-under=90\n",
            5,
        ),
        ("Makefile", "test:\n\tpytest --cov=shop --cov-fail-under=90 tests\n", 2),
        ("Makefile", "MIN ?= 90\n\ntest:\n\tpytest --cov=shop --cov-fail-under=$(MIN) tests\n", 1),
        (".github/workflows/ci.yml", "env:\n  MIN_COV: '90'\nrun: pytest --cov-fail-under=${{ env.MIN_COV }}\n", 2),
        ("scripts/test.sh", "pytest --cov --cov-fail-under=${MIN:-90}\n", 1),
    ],
)
def test_the_option_of_pytest_cov_is_found_in_any_text(path: str, text: str, line: int) -> None:
    assert gates_of(path, text) == [("90", "--cov-fail-under", line)]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("Makefile", "test:\n\tcoverage run -m pytest\n\tcoverage report -m --fail-under=92.5\n", 3),
        ("Makefile", "test:\n\tpython -m coverage xml \\\n\t  --fail-under 92.5\n", 3),
        ("tox.ini", "[testenv:report]\ncommands =\n    coverage combine\n    coverage report --fail-under=92.5\n", 4),
        ("noxfile.py", 'def cover(session):\n    session.run("coverage", "report", "--fail-under=92.5")\n', 2),
        ("noxfile.py", 'session.run(\n    "coverage",\n    "report",\n    "--fail-under=92.5",\n)\n', 4),
        (".pre-commit-config.yaml", "- id: cov\n  entry: coverage report\n  args: [--fail-under=92.5]\n", 3),
        (".pre-commit-config.yaml", "- id: cov\n  entry: coverage report\n  args:\n    - --fail-under=92.5\n", 4),
        (".gitlab-ci.yml", "test:\n  script:\n    - coverage html --fail-under=92.5 && echo fine\n", 3),
        (
            "ci.yml",
            "      - run: >-\n          coverage report\n          --skip-covered\n          --fail-under=92.5\n",
            4,
        ),
    ],
)
def test_the_option_of_coverages_own_commands_is_found_in_any_text(path: str, text: str, line: int) -> None:
    assert gates_of(path, text) == [("185/2", "--fail-under", line)]


@pytest.mark.parametrize(
    "command",
    [
        "diff-cover coverage.xml --fail-under=90",
        "interrogate --fail-under 90 src",
        "pylint --fail-under=9 shop",
        "coverage xml && diff-cover coverage.xml --fail-under=90",
        "coverage report --include='tests/*' --fail-under=100",
        "coverage report --omit 'tests/*' --fail-under=100",
        "# coverage report --fail-under=90",
        "pytest --cov --cov-fail-under=$(UNKNOWN)",
        "coverage report",
    ],
)
def test_a_threshold_of_another_tool_or_of_a_part_is_none(command: str) -> None:
    assert gates_of("Makefile", f"test:\n\t{command}\n") == []


def test_a_variable_with_two_values_is_none() -> None:
    assert gates_of("ci.sh", "MIN=90\nMIN=80\npytest --cov-fail-under=$MIN\n") == []


CODECOV = """\
coverage:
  precision: 2
  status:
    patch:
      default:
        target: 95%
    project:
      default:
        target: 88.5%
        threshold: 1%
      frontend:
        target: 70%
        flags: [js]
      later:
        target: 99%
        informational: true
"""


@pytest.mark.parametrize("path", ["codecov.yml", ".codecov.yml", ".github/codecov.yaml"])
def test_codecovs_project_target_is_a_gate_and_its_other_targets_are_none(path: str) -> None:
    assert gates_of(path, CODECOV) == [("177/2", "codecov project target", 9)]


def test_codecovs_file_may_be_written_in_flow_style() -> None:
    text = "coverage: {status: {project: {default: {target: 80}}}}\n"

    assert gates_of("codecov.yml", text) == [("80", "codecov project target", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\ncoverage: *c\n",
        "[" * 60_000,
        "- " * 30_000,
        "? " * 30_000,
        "{a: " * 15_000,
        "coverage: &x\n  status: *x\n",
        "coverage: *nowhere\n",
        "\x00coverage:\n",
        "!!python/object/apply:os.system ['echo']\n",
        "---\na: 1\n---\nb: 2\n",
        "coverage:\n  status:\n    project:\n      default:\n        target: auto\n",
        "coverage:\n  status:\n    project: off\n",
        "- coverage\n",
        "",
        "a" * 70_000,
    ],
)
def test_hostile_or_other_codecov_files_give_no_gate_in_no_time(text: str) -> None:
    began = time.process_time()

    assert gates_of("codecov.yml", text) == []
    assert time.process_time() - began < 5


def test_hostile_texts_of_commands_take_no_time() -> None:
    texts = [
        "--cov-fail-under=" * 20_000,
        "coverage report --fail-under " * 10_000,
        "--cov-fail-under=$(X)\n" * 500 + "X = \n" * 20_000,
        "\\\n" * 100_000 + "--fail-under",
        " " * 200_000 + "--fail-under",
        "\n" * 200_000 + "--fail-under",
        "--cov-fail-under=" + "9" * 100_000,
    ]
    began = time.process_time()

    assert [gates_of("Makefile", text) for text in texts] == [[]] * len(texts)
    assert time.process_time() - began < 10


def test_settings_that_stand_in_none_of_the_texts_are_gates_too() -> None:
    settings = CoverageSettings(file="ci/cov", fail_under=Fraction(77), lines={"report.fail_under": 12})
    options = PytestSettings("pytest.ini", ("--cov", "--cov-fail-under", "66"), lines={"addopts": 3})

    found = read_gates([], settings, options)

    assert found == (
        Gate(Fraction(77), "fail_under", "ci/cov", 12),
        Gate(Fraction(66), "--cov-fail-under", "pytest.ini", 3),
    )


def test_a_gate_that_a_text_and_the_settings_tell_is_one() -> None:
    text = SteeringText(".coveragerc", "[report]\nfail_under = 77\n")

    found = read_gates([text], CoverageSettings(file=".coveragerc", fail_under=Fraction(77)), PytestSettings())

    assert found == (Gate(Fraction(77), "fail_under", ".coveragerc", 2),)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("codecov.yml", "coverage:\n  status:\n    project:\n      default:\n        target: auto\n"),
        ("codecov.yml", "comment: false\n"),
        (".codecov.yml", "coverage:\n  status:\n    project: true\n"),
        (".github/workflows/ci.yml", "      - uses: codecov/codecov-action@v5\n"),
        (".github/workflows/ci.yml", "      - uses: coverallsapp/github-action@v2\n"),
        ("Makefile", "check:\n\tdiff-cover coverage.xml --compare-branch origin/main\n"),
    ],
)
def test_a_service_that_compares_commits_notices_each_fall(path: str, text: str) -> None:
    assert find_ratchet([SteeringText("tox.ini", ""), SteeringText(path, text)]) == path


@pytest.mark.parametrize(
    "text",
    [
        "coverage:\n  status:\n    project: off\n",
        "coverage:\n  status:\n    project:\n      default: false\n",
        "coverage:\n  status:\n    project:\n      default:\n        target: 80%\n",
        "coverage:\n  status:\n    project:\n      default:\n        informational: true\n",
    ],
)
def test_codecov_with_a_number_of_its_own_or_switched_off_does_not(text: str) -> None:
    upload = SteeringText(".github/workflows/ci.yml", "      - uses: codecov/codecov-action@v5\n")

    assert find_ratchet([upload, SteeringText("codecov.yml", text)]) is None


def test_a_comment_about_codecov_notices_nothing() -> None:
    assert find_ratchet([SteeringText("Makefile", "# we used codecov/codecov-action once\n")]) is None


@pytest.mark.parametrize("name", ["unit.rc", "coveragerc", "ci/coverage.ini", "ci/coverage.cfg", ".coveragerc-unit"])
def test_a_file_that_is_given_to_coverage_by_name_has_its_section_in_either_spelling(name: str) -> None:
    assert gates_of(name, "[report]\nfail_under = 70\n") == [("70", "fail_under", 2)]
    assert gates_of(name, "[coverage:report]\nfail_under = 70\n") == [("70", "fail_under", 2)]


@pytest.mark.parametrize("name", ["rc.txt", "ini.md", ".rc.py", "notes", "coveragerc.bak", ".ini.sample"])
def test_a_file_of_another_kind_has_no_threshold(name: str) -> None:
    assert gates_of(name, "[report]\nfail_under = 70\n") == []


def test_each_kind_of_threshold_has_its_own_name() -> None:
    assert gates_of("codecov.yml", "coverage:\n  status:\n    project:\n      default:\n        target: 70%\n") == [
        ("70", "codecov project target", 5)
    ]
    assert gates_of("Makefile", "t:\n\tpytest --cov-fail-under=70\n") == [("70", "--cov-fail-under", 2)]
    assert gates_of("Makefile", "t:\n\tcoverage report --fail-under=70\n") == [("70", "--fail-under", 2)]


@pytest.mark.parametrize("value", ["80 = 70", "80: 70", "70 %", "", "abc", "101", "-1"])
def test_what_is_no_percent_is_no_threshold(value: str) -> None:
    assert gates_of(".coveragerc", f"[report]\nfail_under = {value}\n") == []


@pytest.mark.parametrize("word", ["off", "false", "no", "n", "OFF", "No"])
def test_codecov_that_is_switched_off_notices_no_fall(word: str) -> None:
    text = f"coverage:\n  status:\n    project: {word}\n"

    assert find_ratchet([SteeringText("codecov.yml", text)]) is None
    assert find_ratchet([SteeringText("codecov.yml", text.replace(word, "on"))]) == "codecov.yml"
