"""What `gapplan calibrate` prints, in each format, and what a plan says once its lines are set."""

import json
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from factories import outcome
from makers import make_project
from replays import shop
from test_schema import closed, schema_of

from planner.cli import gapplan
from planner.config import read_config
from planner.errors import ConfigError, GapplanError
from planner.model.calibration import Calibrated, Calibration, Refit
from planner.report import words
from planner.report.calibration_json import render_calibration
from planner.report.markdown import render_markdown
from planner.report.pages.calibration import VERDICTS, calibration_page, setting_lines
from planner.report.terminal import render_terminal

DAY = date(2026, 11, 21)
TAKEN = Refit("test_lines", 14.0, "test file", "taken", 10.2, 11.678, 22, 22, "test file", 0.539, 0.43, 0.03)
NOISE = Refit("lines_per_hour", 45.0, "receipt", "noise", 30.0, 36.7, 5, 5, "receipt", 0.5, 0.45, 0.1)
HOURS = Refit("lines_per_hour", 45.0, "receipt", "taken", 27.25, 31.5, 5, 5, "receipt", 0.516, 0.182, 0.03)
NEVER = Refit("effort_spread", 1.05, "test file", "does not carry over", 0.9, cases=22)
NONE = Refit("plan_yield", 0.95, "receipt", "no cases")

RECEIPTS = "".join(
    f'{{"format": 1, "date": "2026-11-0{day}", "tests": 10, "hours": {hours}, "lines": 200, '
    f'"predicted_points": 100, "points": {points}}}\n'
    for day, hours, points in ((1, 10, 60), (2, 11, 55), (3, 9, 62), (4, 10, 58))
)


def found(*refits: Refit, receipts: int = 0) -> Calibration:
    return Calibration("shop", DAY, refits, tests=120, files=22, receipts=receipts)


def run(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(gapplan, ["-C", str(root), "calibrate", "--today", "2026-11-21", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """The root of a recorded project; the recording lies beside it."""
    shop().write(tmp_path)
    return tmp_path / "toy-1.0"


# The page


def test_the_page_shows_each_constant_with_its_verdict_refusals_included() -> None:
    page = render_markdown(calibration_page(found(TAKEN, NEVER, NOISE, NONE, receipts=5)))

    assert "From 120 tests in 22 files (read, not run) and 5 receipts." in page
    assert "| `test_lines` | 14 | 10.2 | 11.7 | 22 test files | 22 test files | 0.539 | 0.430 | taken |" in page
    assert "| `lines_per_hour` | 45 | 30 | 36.7 | 5 receipts | 5 receipts | 0.500 | 0.450 | kept as shipped: b" in page
    assert "| `effort_spread` | 1.05 | 0.9 | - | 22 test files | - | - | - | kept as shipped: no guide" in page
    assert "| `plan_yield` | 0.95 | - | - | - | - | - | - | kept as shipped: no cases |" in page


def test_the_lines_to_paste_are_toml_with_what_was_taken_and_nothing_else() -> None:
    lines = setting_lines(found(TAKEN, HOURS, NEVER, receipts=5))

    assert tomllib.loads("\n".join(lines)) == {
        "tool": {
            "gapplan": {
                "rates": {
                    "calibrated": "2026-11-21, 120 tests, 5 receipts",
                    "test_lines": 11.7,
                    "lines_per_hour": 31.5,
                }
            }
        }
    }
    assert "\n".join(lines) in render_markdown(calibration_page(found(TAKEN, HOURS, receipts=5)))


def test_nothing_taken_is_said_plainly_and_gives_no_lines() -> None:
    page = render_markdown(calibration_page(found(NOISE, NONE)))

    assert "Nothing: no figure of its own is known to forecast this project better" in page
    assert "[tool.gapplan.rates]" not in page
    assert setting_lines(found(NOISE)) == []


def test_lines_of_tests_alone_leave_hours_uncalibrated_and_the_page_says_so() -> None:
    assert "Hours stay uncalibrated" in render_markdown(calibration_page(found(TAKEN)))
    assert "Hours stay uncalibrated" not in render_markdown(calibration_page(found(HOURS, receipts=5)))


def test_a_recording_is_named_with_its_plans() -> None:
    recorded = Calibration("shop", DAY, (TAKEN,), tests=120, files=22, plans=11, is_recorded=True)

    assert "From 120 tests in 22 files (recorded), 11 plans replayed and no receipts." in render_markdown(
        calibration_page(recorded)
    )


def test_no_tests_and_no_receipts_are_said() -> None:
    assert "From no tests and no receipts." in render_markdown(calibration_page(Calibration("shop", DAY, (NONE,))))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_terminal_holds_its_width_and_never_drops_what_matters(width: int) -> None:
    text = render_terminal(calibration_page(found(TAKEN, NEVER, NOISE, NONE)), width=width)

    assert max(map(len, text.splitlines())) <= max(width, 44)
    assert "11.7" in text
    assert "test_lines = 11.7" in text


def test_every_verdict_has_its_words() -> None:
    verdicts = schema_of("calibrate")["properties"]["constants"]["items"]["properties"]["verdict"]["enum"]

    assert set(VERDICTS) == set(verdicts)


# JSON


@pytest.mark.parametrize("refits", [(), (TAKEN, HOURS, NEVER, NONE), (NOISE,)])
def test_json_is_valid_and_the_schema_names_every_key(refits: tuple[Refit, ...]) -> None:
    document = json.loads(render_calibration(found(*refits, receipts=5)))

    jsonschema.validate(document, closed(schema_of("calibrate")), format_checker=jsonschema.FormatChecker())
    assert next(iter(document)) == "format"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "format": 2}, schema_of("calibrate"))


def test_json_has_the_figures_and_the_lines() -> None:
    document = json.loads(render_calibration(found(TAKEN, NOISE, receipts=5)))

    assert document["rates"] == {"test_lines": 11.7}
    assert document["lines"] == ["[tool.gapplan.rates]", 'calibrated = "2026-11-21, 120 tests"', "test_lines = 11.7"]
    assert [each["is_taken"] for each in document["constants"]] == [True, False]
    assert document["constants"][0]["error_refit"] == 0.43


# The command


def test_tests_alone_are_enough(toy: Path) -> None:
    result = run(toy, "--format", "markdown")

    assert result.exit_code == 0
    assert "From 48 tests in 4 files (read, not run) and no receipts." in result.stdout
    assert "too few to judge" in result.stdout


def test_nothing_at_all_is_a_normal_answer(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert result.exit_code == 0
    assert "From no tests and no receipts." in result.stdout


def test_a_recording_and_receipts_are_taken_from_the_current_directory(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(toy.parent)
    Path("work.jsonl").write_text(RECEIPTS, "utf-8")

    result = run(toy, "--recording", "toy.sqlite", "--receipts", "work.jsonl", "--format", "json")

    document = json.loads(result.stdout)
    jsonschema.validate(document, closed(schema_of("calibrate")))
    assert (document["is_recorded"], document["tests"], document["receipts"]) == (True, 48, 4)
    assert {"lines_per_hour", "plan_yield"} <= document["rates"].keys()
    assert document["date"] == "2026-11-21"


def test_the_same_input_gives_the_same_bytes_and_no_file_is_touched(toy: Path) -> None:
    before = {path: path.read_bytes() for path in toy.parent.rglob("*") if path.is_file()}

    first, second = (run(toy, "--recording", str(toy.parent / "toy.sqlite")).stdout for _ in range(2))

    assert first == second
    assert {path: path.read_bytes() for path in toy.parent.rglob("*") if path.is_file()} == before


def test_wrong_receipts_are_one_clear_line(toy: Path) -> None:
    path = make_project(toy, {"r.jsonl": "{}\n"}) / "r.jsonl"

    with pytest.raises(GapplanError, match=r"r\.jsonl:1: no receipt \(this gapplan reads format 1\)"):
        run(toy, "--receipts", str(path))


def test_a_report_is_never_written_over_what_was_read(toy: Path) -> None:
    path = toy / "r.jsonl"
    path.write_text(RECEIPTS, "utf-8")

    with pytest.raises(GapplanError, match="choose another --output"):
        run(toy, "--receipts", str(path), "-o", str(path))

    assert path.read_text("utf-8") == RECEIPTS


# What a plan says afterwards


@pytest.mark.parametrize(
    ("text", "calibrated"),
    [
        ("2026-11-21, 312 tests", Calibrated(DAY, 312)),
        ("2026-11-21, 5 receipts", Calibrated(DAY, receipts=5)),
        ("2026-11-21, 1 test, 1 receipt", Calibrated(DAY, 1, 1)),
    ],
)
def test_what_calibrate_writes_is_what_the_configuration_reads(
    tmp_path: Path, text: str, calibrated: Calibrated
) -> None:
    make_project(tmp_path, {"pyproject.toml": f'[tool.gapplan.rates]\ncalibrated = "{text}"\ntest_lines = 9\n'})

    wish = read_config(tmp_path).wish

    assert words.calibrated_text(calibrated) == text
    assert (wish.calibrated, wish.rates) == (calibrated, {"test_lines": 9.0})


@pytest.mark.parametrize(
    "value",
    [
        *('""', '"yes"', '"2026-11-21"', '"2026-11-21, 0 tests"', '"2026-13-21, 5 tests"', '"21.11.2026, 5 tests"'),
        *('"2026-11-21, 5 receipts, 5 tests"', "true", "5", "[1]"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, value: str) -> None:
    make_project(tmp_path, {"pyproject.toml": f"[tool.gapplan.rates]\ncalibrated = {value}\n"})

    with pytest.raises(ConfigError, match=r"rates\.calibrated"):
        read_config(tmp_path)


def test_calibrated_is_no_key_beside_the_rates(tmp_path: Path) -> None:
    make_project(tmp_path, {"pyproject.toml": "[tool.gapplan]\ncalibrated = '2026-11-21, 5 tests'\n"})

    with pytest.raises(ConfigError, match="has no key 'calibrated'"):
        read_config(tmp_path)


def plan(root: Path, rates: str, *arguments: str) -> str:
    """A plan for a project of one function that nothing has entered, with these rates."""
    files = {
        "pyproject.toml": f"[tool.gapplan.rates]\n{rates}\n",
        "pkg/__init__.py": "",
        "pkg/mod.py": "def f():\n    a = 1\n    b = 2\n    return a + b\n",
        "lcov.info": "SF:pkg/mod.py\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nLF:4\nLH:1\nend_of_record\n",
    }
    make_project(root, files)
    return CliRunner().invoke(gapplan, ["-C", str(root), "plan", "--target", "60", *arguments]).stdout


@pytest.mark.parametrize(
    ("rates", "said", "are_hours"),
    [
        ("lines_per_hour = 30", "Hours are P50-P80 and uncalibrated;", False),
        (
            'calibrated = "2026-11-21, 312 tests, 5 receipts"\nlines_per_hour = 30',
            "Hours are P50-P80 and calibrated from 312 tests and 5 receipts on 2026-11-21;",
            True,
        ),
        (
            'calibrated = "2026-11-21, 312 tests"\ntest_lines = 9',
            "Hours are P50-P80 and uncalibrated (other rates are, from 312 tests on 2026-11-21);",
            False,
        ),
    ],
)
def test_a_plan_says_whose_hours_it_has(tmp_path: Path, rates: str, said: str, are_hours: bool) -> None:
    text = plan(tmp_path, rates, "--format", "markdown")

    assert said in text.replace("\\", "")
    assert json.loads(plan(tmp_path, rates, "--format", "json"))["hours_are_calibrated"] is are_hours


def test_words_of_a_plan_without_calibration() -> None:
    assert words.calibrated(outcome()) == "uncalibrated"
