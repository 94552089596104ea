"""Scenarios S and U: tests that exist and do not run. Both suites really failed so; see fixtures/blocked."""

import json
import lzma
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import chdir
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from itertools import combinations, pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner
from test_schema import closed, schema_of

from planner.cli import gapplan

BLOCKED = Path(__file__).parent.parent / "fixtures" / "blocked"

LIST = ("duplicate class", "make", "greenlet", "encoding", "mocks", "not found")
GIVEN = {"greenlet": "0.75-1.5h", "encoding": "15-30m", "mocks": "2-3h", "not found": "1-2h"}
"""Hours of the scenario: greenlet and encoding are 1-2 h together; for the first two nobody gave any."""


@dataclass(frozen=True)
class Told:
    """An answer of the command: its exit code and what it wrote."""

    code: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def _ask(root: Path, *arguments: str) -> Told:
    with chdir(root):
        found = CliRunner().invoke(gapplan, arguments, catch_exceptions=False)
    assert found.exit_code in (0, 1), found.output
    return Told(found.exit_code, found.stdout)


def _module(path: Path) -> ModuleType:
    """A script of the fixture; those it imports are beside it or one folder up."""
    spec = spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    beside = [str(path.parent), str(path.parent.parent)]
    sys.path[:0] = beside
    try:
        spec.loader.exec_module(module)
    finally:
        for folder in beside:
            sys.path.remove(folder)
    return module


def _unpack(folder: Path, root: Path) -> None:
    """The recorded files in `reports/` of the tree, its coverage data where coverage.py puts it."""
    _module(BLOCKED / "recording.py").unpack(folder, root / "reports")
    shutil.move(root / "reports" / ".coverage", root / ".coverage")


def _case(test: Mapping[str, str]) -> str:
    return f"{test['scope']}::{test['name']}"


def _tests(cause: Any) -> set[str]:
    return {_case(test) for test in cause["tests"]}


def _failing(report: Path) -> set[str]:
    """The cases of a report that failed or broke, read without anything of ours."""
    return {
        f"{case.get('classname')}::{case.get('name')}"
        for case in ElementTree.parse(report).iter("testcase")
        if any(child.tag in ("failure", "error") for child in case)
    }


def _run_anew(root: Path, folder: str) -> set[str]:
    """The cases of a folder that fail when its tests are run now, with pytest alone."""
    report = root.parent / "anew.xml"
    quiet = ["-q", "--tb=no", "-p", "no:cacheprovider", "-o", "addopts="]
    command = [sys.executable, "-B", "-m", "pytest", *quiet, f"--junitxml={report}", folder]
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_", "PYTEST_"))}
    subprocess.run(command, cwd=root, env=ours, capture_output=True, check=False)
    return _failing(report)


@pytest.mark.parametrize("name", ["suite", "registry"])
def test_what_was_recorded_names_no_builders_machine(name: str) -> None:
    for path in sorted((BLOCKED / name / "recorded").glob("*")):
        kept = path.read_bytes()
        text = (lzma.decompress(kept) if path.suffix == ".xz" else kept).decode("utf-8", "replace")
        assert re.findall(r"(?<![\w.])/(?:root|home|tmp|var|work|Users)/\S*", text) == [], path
        assert set(re.findall(r'hostname="([^"]*)"', text)) <= {"ci"}


# Scenario S: the suite in trouble


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service as it was run, its data and its two reports in it."""
    root = Path(shutil.copytree(BLOCKED / "suite" / "tree", tmp_path_factory.mktemp("suite") / "taskhub"))
    _unpack(BLOCKED / "suite" / "recorded", root)
    return root


@pytest.fixture(scope="module")
def suite_truth() -> Any:
    """What passed when each cause alone was mended."""
    return json.loads((BLOCKED / "suite" / "recorded" / "truth.json").read_text("utf-8"))


CONTRACT, INTEGRATION = ("--junit", "reports/contract.xml"), ("--junit", "reports/integration.xml")
BOTH = (*CONTRACT, *INTEGRATION)


@pytest.fixture(scope="module")
def suite_found(suite: Path) -> Any:
    return _ask(suite, "unblock", *BOTH, "--format", "json").json


@pytest.fixture(scope="module")
def integration_found(suite: Path) -> Any:
    return _ask(suite, "unblock", *INTEGRATION, "--format", "json").json


def _by_truth(found: Any, truth: Any) -> dict[str, Any]:
    """The cause that gapplan found for each planted one: that with exactly its tests."""
    keys = {frozenset(_tests(cause)): cause for cause in found["causes"]}
    return {
        name: keys[frozenset(planted["tests"])] for name, planted in truth.items() if name not in ("as it is", "all")
    }


def test_golden_suite(suite: Path, golden: Callable[[str, str], None]) -> None:
    golden("blocked-suite.txt", _ask(suite, "unblock", *BOTH).text)


def test_golden_suite_as_markdown(suite: Path, golden: Callable[[str, str], None]) -> None:
    golden("blocked-suite.md", _ask(suite, "unblock", *BOTH, "--format", "markdown").text)


def test_golden_suite_with_its_integration_tests_alone(suite: Path, golden: Callable[[str, str], None]) -> None:
    golden("blocked-suite-integration.txt", _ask(suite, "unblock", *INTEGRATION, "--detail").text)


def test_golden_plan_of_the_suite(suite: Path, golden: Callable[[str, str], None]) -> None:
    golden("blocked-suite-plan.txt", _ask(suite, "plan", "--target", "85", *BOTH).text)


def test_147_contract_tests_and_29_integration_tests_end_as_the_scenario_says(suite: Path, suite_found: Any) -> None:
    contract = _ask(suite, "unblock", *CONTRACT, "--format", "json").json["tests"]
    integration = _ask(suite, "unblock", *INTEGRATION, "--format", "json").json["tests"]

    ends = ("all", "passed", "failed", "errors", "skipped")
    assert [contract[each] for each in ends] == [147, 133, 14, 0, 0]
    assert [integration[each] for each in ends] == [29, 0, 4, 25, 0]
    assert [suite_found["tests"][each] for each in ends] == [176, 133, 18, 25, 0]


def test_the_29_integration_tests_have_four_causes_with_the_shares_of_the_scenario(integration_found: Any) -> None:
    causes = sorted(integration_found["causes"], key=lambda cause: -cause["tests_blocked"])

    assert [cause["tests_blocked"] for cause in causes] == [15, 9, 4, 1]
    assert [cause["share"] for cause in causes] == pytest.approx([15 / 29, 9 / 29, 4 / 29, 1 / 29], abs=1e-3)
    assert [cause["kind"] for cause in causes] == ["event loop", "schema", "isolation", "fixture"]
    assert [cause["phase"] for cause in causes] == ["setup", "setup", "call", "setup"]
    assert integration_found["unblamed"] == []


def test_all_14_contract_tests_fail_of_one_cause(suite: Path) -> None:
    (cause,) = _ask(suite, "unblock", *CONTRACT, "--format", "json").json["causes"]

    assert cause["tests_blocked"] == 14
    assert cause["kind"] == "assertion"
    assert "not validated" in cause["message"]


def test_each_cause_has_the_tests_that_pass_when_it_alone_is_mended(suite_found: Any, suite_truth: Any) -> None:
    assert len(suite_found["causes"]) == 5
    assert set(_by_truth(suite_found, suite_truth)) == {
        "event loop",
        "column",
        "duplicate key",
        "schema_version",
        "validation",
    }


def test_one_event_loop_is_behind_two_messages(suite_found: Any, suite_truth: Any) -> None:
    cause = _by_truth(suite_found, suite_truth)["event loop"]

    assert "attached to a different loop" in cause["message"] + cause["example"]
    assert cause["fixture"] == "queue"


def test_the_page_says_what_broke_the_event_loop(suite: Path) -> None:
    assert "attached to a different loop" in " ".join(_ask(suite, "unblock", *BOTH).text.split())


def test_causes_name_where_to_look_first(suite_found: Any, suite_truth: Any) -> None:
    causes = _by_truth(suite_found, suite_truth)
    places = {name: cause["first_place"]["path"] for name, cause in causes.items()}

    assert places == {
        "event loop": "tests/integration/conftest.py",
        "column": "taskhub/models.py",
        "duplicate key": "tests/integration/test_agent_repository.py",
        "schema_version": "tests/integration/conftest.py",
        "validation": "tests/contract/checks.py",
    }
    (column,) = causes["column"]["definitions"]
    assert column["name"] == "Task.branch_name"


def test_pass_counts_after_each_cause_are_those_of_running_the_mended_suite(
    suite: Path, suite_found: Any, suite_truth: Any
) -> None:
    for name, cause in _by_truth(suite_found, suite_truth).items():
        alone = _ask(suite, "unblock", *BOTH, "--cause", cause["key"], "--format", "json").json
        assert alone["after_all"]["passed"] == suite_truth[name]["passed"]

    assert suite_found["after_all"]["passed"] == suite_truth["all"]["passed"] == 176


def test_points_that_mending_gave_are_within_what_was_forecast(suite_found: Any, suite_truth: Any) -> None:
    today = suite_truth["as it is"]["covered"]
    for name, cause in _by_truth(suite_found, suite_truth).items():
        assert cause["points"]["p10"] <= suite_truth[name]["covered"] - today <= cause["points"]["p90"], name


def test_the_data_of_the_suite_is_read_as_coverage_py_read_it(suite_found: Any, suite_truth: Any) -> None:
    totals = suite_found["points_after_all"]

    assert totals["points_total"] == suite_truth["as it is"]["points"]
    assert totals["points_covered"] - totals["points"] == suite_truth["as it is"]["covered"]


def test_the_plan_of_the_suite_unblocks_before_it_writes_tests(suite: Path) -> None:
    told = _ask(suite, "plan", "--target", "85", *BOTH).text

    assert "Unblocking comes first" in told
    assert told.index("Unblocking comes first") < told.index("Then (")


def test_the_logs_of_the_suite_tell_the_same_counts_as_its_reports(suite: Path) -> None:
    found = _ask(
        suite, "unblock", "--junit", "reports/contract.log", "--junit", "reports/integration.log", "--format", "json"
    ).json

    assert {name: found["tests"][name] for name in ("passed", "failed", "errors")} == {
        "passed": 133,
        "failed": 18,
        "errors": 25,
    }
    assert sorted((cause["tests_blocked"] for cause in found["causes"]), reverse=True) == [15, 14, 9, 4, 1]


def test_the_contract_tests_fail_today_as_they_were_recorded(suite: Path) -> None:
    """They need pytest alone, so they are run anew here."""
    anew = _run_anew(suite, "tests/contract")

    assert len(anew) == 14
    assert anew == _failing(suite / "reports" / "contract.xml")


def test_mending_the_validation_mends_the_contract_tests(suite: Path, tmp_path: Path) -> None:
    mended = Path(shutil.copytree(suite, tmp_path / "taskhub"))
    _module(BLOCKED / "suite" / "suite_mends.py").mend(mended, "validation")

    assert _run_anew(mended, "tests/contract") == set()


def test_all_mends_of_the_suite_fit_its_tree(suite: Path, tmp_path: Path) -> None:
    mends = _module(BLOCKED / "suite" / "suite_mends.py")
    mended = Path(shutil.copytree(suite, tmp_path / "taskhub"))

    for cause in mends.MENDS:
        mends.mend(mended, cause)  # raises where a text that is to be replaced is not there

    assert (mended / "taskhub" / "migrations" / "003_branch.sql").is_file()


# Scenario U: one duplicate class


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    return _module(BLOCKED / "registry" / "registry_writer.py")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, writer: ModuleType) -> Path:
    """The portal as it was run, its data and its report in it."""
    root = tmp_path_factory.mktemp("registry") / "portal"
    writer.write_tree(root)
    _unpack(BLOCKED / "registry" / "recorded", root)
    return root


@pytest.fixture(scope="module")
def steps() -> Any:
    """What really passed after each step of the list, and which tests that were."""
    return json.loads((BLOCKED / "registry" / "recorded" / "steps.json").read_text("utf-8"))


JUNIT = ("--junit", "reports/junit.xml")


@pytest.fixture(scope="module")
def registry_found(registry: Path) -> Any:
    return _ask(registry, "unblock", *JUNIT, "--target", "65", "--format", "json").json


@pytest.fixture(scope="module")
def listed(registry_found: Any, steps: Any) -> dict[str, str]:
    """Step of the list -> the key of the cause with exactly its tests."""
    keys = {frozenset(_tests(cause)): cause["key"] for cause in registry_found["causes"]}
    return {each["step"]: keys[frozenset(each["tests"])] for each in steps[1:]}


def _of_the_list(listed: Mapping[str, str]) -> list[str]:
    """The options that ask for the team's list, in its order and with its hours."""
    causes = [option for name in LIST for option in ("--cause", listed[name])]
    return [*causes, *(option for name, hours in GIVEN.items() for option in ("--effort", f"{listed[name]}={hours}"))]


@pytest.fixture(scope="module")
def list_told(registry: Path, listed: dict[str, str]) -> Told:
    return _ask(registry, "unblock", *JUNIT, "--target", "65", *_of_the_list(listed), "--format", "json")


def test_golden_registry(registry: Path, golden: Callable[[str, str], None]) -> None:
    golden("blocked-registry.txt", _ask(registry, "unblock", *JUNIT).text)


def test_golden_registry_by_the_teams_list(
    registry: Path, listed: dict[str, str], golden: Callable[[str, str], None]
) -> None:
    told = _ask(registry, "unblock", *JUNIT, "--target", "65", *_of_the_list(listed))

    assert told.code == 1
    golden("blocked-registry-list.txt", told.text)


def test_golden_registry_to_65_percent(registry: Path, golden: Callable[[str, str], None]) -> None:
    told = _ask(registry, "unblock", *JUNIT, "--target", "65")

    assert told.code == 0
    golden("blocked-registry-65.txt", told.text)


def test_6424_tests_of_which_3850_pass(registry_found: Any) -> None:
    assert registry_found["tests"]["all"] == 6424
    assert registry_found["tests"]["passed"] == 3850
    assert sum(cause["tests_blocked"] for cause in registry_found["causes"]) == 6424 - 3850


def test_one_duplicate_class_is_behind_many_messages_and_both_definitions_are_named(
    registry_found: Any, listed: dict[str, str]
) -> None:
    cause = registry_found["causes"][0]

    assert cause["key"] == listed["duplicate class"]
    assert cause["tests_blocked"] == 170
    assert cause["kind"] == "schema"
    assert {(each["name"], each["path"]) for each in cause["definitions"]} == {
        ("Asset", "portal/models/assets.py"),
        ("Asset", "portal/inventory/models.py"),
    }
    assert {test["scope"] for test in cause["tests"]} == {
        f"tests.repositories.test_{each}s" for each in ("account", "team", "invoice", "ticket", "note")
    }


def test_the_duplicate_class_and_make_come_first_of_all_causes(registry_found: Any, listed: dict[str, str]) -> None:
    first, second = registry_found["causes"][:2]

    assert [first["key"], second["key"]] == [listed["duplicate class"], listed["make"]]
    assert [first["after"]["passed"], second["after"]["passed"]] == [4020, 4050]


def test_causes_of_the_list_have_their_kinds_and_places(registry_found: Any, listed: dict[str, str]) -> None:
    causes = {cause["key"]: cause for cause in registry_found["causes"]}
    found = {name: (causes[key]["kind"], causes[key]["first_place"]["path"]) for name, key in listed.items()}

    assert found == {
        "duplicate class": ("schema", "portal/inventory/models.py"),
        "make": ("environment", "portal/tooling/make.py"),
        "greenlet": ("event loop", "tests/ledger/conftest.py"),
        "encoding": ("platform", "portal/mail/__init__.py"),
        "mocks": ("fixture", "tests/api/conftest.py"),
        "not found": ("assertion", "tests/api/test_reports.py"),
    }


def test_pass_counts_after_each_step_of_the_list_are_those_of_running_it(list_told: Told, steps: Any) -> None:
    found = list_told.json

    after = [cause["after"]["passed"] for cause in found["causes"]]
    assert after == [4020, 4050, 4053, 4054, 4057, 4062]
    assert after == [each["passed"] for each in steps[1:]]
    assert found["causes"][3]["after"]["percent"] == pytest.approx(63.1, abs=0.05)


def test_statements_that_the_list_gave_are_forecast_where_tests_broke_before_they_began(
    list_told: Told, steps: Any
) -> None:
    """A test that failed midway ran a part already; what it would reach behind that is little, and not foreseen."""
    gained = [after["covered"] - before["covered"] for before, after in pairwise(steps)]
    inside = {
        name
        for name, cause, gain in zip(LIST, list_told.json["causes"], gained, strict=True)
        if cause["points"]["p10"] <= gain <= cause["points"]["p90"]
    }

    assert gained == [52, 2, 4, 1, 4, 11]
    assert inside >= {"duplicate class", "greenlet", "mocks"}


def test_the_list_does_not_reach_65_percent_and_the_teams_4160_is_not_65(list_told: Told) -> None:
    assert list_told.code == 1
    assert list_told.json["target"]["tests_needed"] == 4176
    assert list_told.json["target"]["tests_lacking_after_all"] == 4176 - 4062
    assert not any(option["reaches_target"] for option in list_told.json["options"])


def test_mending_the_routes_mends_their_tests(registry: Path, tmp_path: Path, listed: dict[str, str]) -> None:
    mends = _module(BLOCKED / "registry" / "registry_mends.py")
    mended = Path(shutil.copytree(registry, tmp_path / "portal"))
    for step in listed:
        mends.mend(mended, step)  # raises where a text that is to be replaced is not there

    assert _run_anew(mended, "tests/api") == set()
    assert _run_anew(mended, "tests/mail") == set()


def test_65_percent_takes_many_small_causes_beside_the_two_large_ones(registry_found: Any) -> None:
    mix = next(option for option in registry_found["options"] if option["key"] == "mix")

    assert mix["reaches_target"]
    assert mix["after"]["passed"] >= 4176
    assert len(mix["rungs"]) >= 2 + (4176 - 4050) / 6
    assert len(mix["rungs"]) < 2 + (4176 - 4050)


def test_small_faults_are_told_apart(registry_found: Any, registry: Path, writer: ModuleType, steps: Any) -> None:
    """No two planted faults are ever taken for one. 19 faults are asked for in two tests that only compare values."""
    planted = _planted(_failing(registry / "reports" / "junit.xml"), writer.planned(), steps)
    found = {test: cause["key"] for cause in registry_found["causes"] for test in _tests(cause)}

    assert len(set(planted.values())) == 862 + 6
    assert _pairs(found) - _pairs(planted) == set()
    assert len(_pairs(found)) / len(_pairs(planted)) > 0.99
    assert len(set(found.values())) == 862 + 6 + 19


def test_the_published_schema_names_every_key_of_both(suite_found: Any, registry_found: Any) -> None:
    for found in (suite_found, registry_found):
        jsonschema.validate(found, closed(schema_of("unblock")))


def test_one_package_of_the_portal_fails_today_as_it_was_recorded(registry: Path) -> None:
    """Its tests need pytest alone, so they are run anew here."""
    recorded = {test for test in _failing(registry / "reports" / "junit.xml") if test.startswith("tests.billing.")}

    assert len(recorded) > 100
    assert _run_anew(registry, "tests/billing") == recorded


def _planted(failing: Iterable[str], faults: Mapping[str, frozenset[str]], steps: Any) -> dict[str, str]:
    """The planted cause of each failing test: a step of the list, or the small fault of its function."""
    of_function = {function: fault for fault, functions in faults.items() for function in functions}
    of_step = {test: each["step"] for each in steps[1:] for test in each["tests"]}
    return {test: of_step.get(test) or of_function[test.partition("[")[0]] for test in failing}


def _pairs(causes: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs of tests that have one cause."""
    together: defaultdict[str, list[str]] = defaultdict(list)
    for test in sorted(causes):
        together[causes[test]].append(test)
    return {pair for tests in together.values() for pair in combinations(tests, 2)}
