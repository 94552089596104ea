"""What `gapplan doctor` says, in every format: the verdict, each finding with its mend, and what it leaves unsaid."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from factories import counts, lines, measurement, outcome, target
from makers import make_project
from test_schema import closed, objects_of, properties_of, schema_of
from zoo import ZOO

from planner.cli import gapplan
from planner.config import read_config
from planner.doctor import Check
from planner.doctor.checks import CHECKS
from planner.errors import ConfigError
from planner.model.findings import Diagnosis, Doubt, Evidence, Examination, Finding, Mend, Severity, Silenced
from planner.model.together import together, weighty
from planner.pipeline.silence import read_silenced
from planner.report import DoctorFormat, Look, render, render_examination

TOTALS = counts(1000, 412)

GREENLET = Mend("configuration", '[tool.coverage.run]\nconcurrency = ["greenlet", "thread"]', "pyproject.toml")


def finding(
    check: str = "concurrency-greenlet",
    *,
    title: str = "coverage.py is not told that greenlets switch",
    severity: Severity = "error",
    covered: tuple[int, int] = (0, 0),
    entering: tuple[int, int] = (0, 0),
    where: Mapping[str, int] | None = None,
    evidence: tuple[Evidence, ...] = (Evidence("imports greenlet", "shop/db.py", 3),),
    mend: Mend = GREENLET,
    confidence: float = 0.9,
    basis: str = "the statements after each switch",
) -> Finding:
    doubt = Doubt(basis, covered, entering, where or {})
    return Finding(check, title, "Lines after a switch are lost", evidence, mend, doubt, confidence, severity)


def examination(*findings: Finding, **more: Any) -> Examination:
    diagnosis = Diagnosis(TOTALS, findings, checks=("concurrency-greenlet", "source-unset"), **more)
    return Examination("shop", measurement(totals=TOTALS), diagnosis)


def told(found: Examination, format: DoctorFormat = "terminal", **look: Any) -> str:
    return render_examination(found, format, Look(**{"width": 400, **look}))


# The verdict


def test_the_first_lines_say_how_much_is_in_doubt_and_where_the_total_would_lie() -> None:
    found = examination(
        finding(covered=(20, 80), where={"a.py": lines("1-80")}),
        finding("source-unset", severity="warning", entering=(30, 30)),
        finding("gate-stale", severity="note"),
    )

    second = told(found).split("\n")[1]

    assert second == (
        "3 findings (1 error, 1 warning, 1 note). The errors and warnings together put up to 6.57 percent points in "
        "doubt: mended, the total would be 41.94-47.77 %, where 41.20 % is measured."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (examination(), "Nothing found: 2 checks saw no reason to doubt 41.20 %."),
        (
            examination(finding(severity="note", covered=(0, 3))),
            "1 finding (note): nothing sure or large enough to doubt 41.20 %.",
        ),
        (examination(finding(severity="warning")), "1 finding (warning). Mended, the total would still be 41.20 %."),
        (
            examination(finding(covered=(58, 58))),
            "1 finding (error). The error puts up to 5.80 percent points in doubt: mended, the total would be 47.00 %, "
            "where 41.20 % is measured.",
        ),
    ],
)
def test_the_verdict_fits_what_was_found(found: Examination, said: str) -> None:
    assert told(found).split("\n")[1] == said


@pytest.mark.parametrize(
    ("covered", "entering", "said"),
    [
        ((0, 0), (0, 0), "The total stays at 41.20 %."),
        ((20, 80), (0, 0), "Mended, 41.20 % would be 43.20-49.20 %: 20-80 points more covered."),
        ((0, 80), (0, 0), "Mended, 41.20 % would be 41.20-49.20 %: up to 80 points more covered."),
        ((1, 1), (0, 0), "Mended, 41.20 % would be 41.30 %: 1 point more covered."),
        ((-4, -2), (0, 0), "Mended, 41.20 % would be 40.80-41.00 %: 2-4 points fewer covered."),
        ((-5, 3), (0, 0), "Mended, 41.20 % would be 40.70-41.50 %: from 5 points fewer to 3 more covered."),
        ((0, 0), (30, 30), "Mended, 41.20 % would be 40.00 %: 30 points more in the total."),
        (
            (-12, -12),
            (-30, -30),
            "Mended, 41.20 % would be 41.24 %: 12 points fewer covered and 30 points fewer in the total.",
        ),
    ],
)
def test_each_finding_says_what_the_total_would_be(
    covered: tuple[int, int], entering: tuple[int, int], said: str
) -> None:
    assert said in told(examination(finding(covered=covered, entering=entering)))


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (1.0, "100 %, certain"),
        (0.97, "97 %, all but certain"),
        (0.8, "80 %, very likely"),
        (0.57, "57 %, more likely than not"),
        (0.3, "30 %, possible"),
    ],
)
def test_confidence_is_said_in_words(confidence: float, said: str) -> None:
    assert f"Confidence: {said}." in told(examination(finding(confidence=confidence)))


def test_findings_stand_in_their_order_with_evidence_and_severity() -> None:
    evidence = (
        Evidence("imports greenlet", "shop/db.py", 3),
        Evidence("sets no concurrency", "setup.cfg"),
        Evidence("x"),
    )
    page = told(examination(finding(title="first", evidence=evidence), finding(title="second", severity="note")))

    assert page.index("1. Error: first") < page.index("2. Note: second")
    assert "- shop/db.py:3: imports greenlet\n- setup.cfg: sets no concurrency\n- x\n" in page


# The mend, ready to be copied


def test_the_terminal_shows_the_exact_lines_whatever_its_width() -> None:
    text = '[tool.coverage.run]\n\tconcurrency = ["greenlet", "thread"]  # and more words than any terminal is wide'
    mend = Mend("configuration", text, "pyproject.toml", "merge it")

    page = told(examination(finding(mend=mend)), width=40)

    assert "Mend, in pyproject.toml:\n    [tool.coverage.run]\n    \tconcurrency" in page
    shown = page.split("Mend, in pyproject.toml:\n")[1].split("\nmerge it.")[0]
    assert "\n".join(line.removeprefix("    ") for line in shown.split("\n")) == text


@pytest.mark.parametrize(
    ("mend", "head", "fence"),
    [
        (GREENLET, "Mend, in pyproject.toml:", "```toml"),
        (Mend("configuration", "x", "setup.cfg"), "Mend, in setup.cfg:", "```ini"),
        (Mend("configuration", "x", "Makefile"), "Mend, in Makefile:", "```"),
        (Mend("command", "coverage run -m pytest"), "Mend, run in the project root:", "```sh"),
        (Mend("code", "close the pool", "shop/work.py"), "Mend, in shop/work.py:", "```python"),
        (Mend("code", "close ```the``` pool"), "Mend:", "````"),
    ],
)
def test_markdown_shows_the_mend_as_a_code_block(mend: Mend, head: str, fence: str) -> None:
    ticks = fence.rstrip("abcdefghijklmnopqrstuvwxyz")

    page = told(examination(finding(mend=mend)), "markdown")

    assert f"\n\n{head}\n\n{fence}\n{mend.text}\n{ticks}\n" in page


def test_control_characters_of_a_mend_are_shown_not_obeyed() -> None:
    found = examination(finding(mend=Mend("command", "run \x1b[31m\u202e")))

    for format in ("terminal", "markdown", "github"):
        text = told(found, format)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\x1b" in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_prose_fits_the_width(width: int) -> None:
    long = "shop/" + "very_long_package_name/" * 4 + "module_with_a_long_name.py"
    found = examination(finding(title="a " * 60, evidence=(Evidence("imports greenlet", long, 3),), covered=(20, 80)))

    page = told(found, width=width)

    code = ("    ",)
    assert max(len(line) for line in page.split("\n") if not line.startswith(code)) <= width


# What is left unsaid, and why


def test_silenced_findings_are_shown_with_their_reason_in_every_format() -> None:
    silenced = Silenced(finding("gate-stale", title="the gate is 55 %"), "raised at the end of the release")
    found = examination(silenced=(silenced,))

    for format in ("terminal", "markdown", "github"):
        text = told(found, format)
        assert "raised at the end of the release" in text
        assert "the gate is 55 %" in text.replace("%25", "%")
    assert "::error" not in told(found, "github")
    assert json.loads(told(found, "json"))["silenced"][0]["reason"] == "raised at the end of the release"


def test_checks_that_could_not_look_say_why() -> None:
    found = examination(unchecked={"tests-not-run": "no JUnit XML given"})

    assert "Not checked (1)\n- tests-not-run: no JUnit XML given\n" in told(found)
    assert json.loads(told(found, "json"))["unchecked"] == [{"check": "tests-not-run", "reason": "no JUnit XML given"}]


def test_with_detail_every_check_is_named() -> None:
    assert "2 checks looked: concurrency-greenlet, source-unset." in told(examination(), is_detailed=True)


def test_a_notice_that_says_the_same_as_a_finding_is_left_out() -> None:
    same = (
        "3 source file(s) with 40 statements are not in the data at all: no test imports them and 'source' is not set"
    )
    measured = measurement(totals=TOTALS, notices=(same, "another"))
    diagnosis = Diagnosis(TOTALS, (finding("source-unset", entering=(40, 40)),))

    with_it = told(Examination("shop", measured, diagnosis))
    without = told(Examination("shop", measured, Diagnosis(TOTALS)))

    assert same not in with_it
    assert "another" in with_it
    assert same in without


# JSON


def test_json_is_what_its_schema_says() -> None:
    found = examination(
        finding(covered=(20, 80), where={"a.py": lines("1-80")}),
        finding(evidence=(Evidence("x"),), mend=Mend("command", "y"), severity="note"),
        silenced=(Silenced(finding("gate-stale"), "later"),),
        unchecked={"tests-not-run": "no JUnit XML given"},
    )

    document = json.loads(told(found, "json"))

    jsonschema.Draft202012Validator.check_schema(schema_of("doctor"))
    jsonschema.validate(document, closed(schema_of("doctor")))
    assert next(iter(document)) == "format"
    first = document["findings"][0]
    assert (first["doubt"]["percent_low"], first["doubt"]["percent_high"]) == (43.2, 49.2)
    assert (first["doubt"]["statements"], first["confidence"]) == (80, 0.9)
    assert first["mend"]["text"] == GREENLET.text
    assert document["together"]["covered"] == {"least": 20, "most": 80}


def test_the_schema_describes_and_requires_every_key() -> None:
    schema = schema_of("doctor")

    assert [path for path, each in properties_of(schema) if "$ref" not in each and len(each["description"]) < 8] == []
    for each in objects_of(schema):
        assert set(each["required"]) == set(each["properties"])
    assert set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))) == set(schema["$defs"])


def test_what_plan_and_status_share_with_it_means_the_same() -> None:
    doctor, status = schema_of("doctor")["properties"], schema_of("status")["properties"]

    for key in ("format", "project", "measured", "skipped", "notices"):
        assert doctor[key] == status[key]
    assert schema_of("plan")["properties"]["doctor"] == status["doctor"]


# GitHub's annotations


def test_annotations_are_escaped_as_github_wants_it() -> None:
    evidence = (Evidence("project"), Evidence("sets it", "ci,a:b%.cfg", 7))
    found = examination(
        finding(title="100 %, they said: no", evidence=evidence, mend=Mend("command", "a\n::error::b\r", note="c"))
    )

    (line,) = told(found, "github").splitlines()

    assert line.startswith(
        "::error file=ci%2Ca%3Ab%25.cfg,line=7,title=100 %25%2C they said%3A no::Lines after a switch"
    )
    assert line.endswith("%0AMend, run in the project root:%0Aa%0A::error::b\\r%0Ac.")


def test_annotations_come_gravest_first_and_name_no_file_where_none_is_known() -> None:
    found = examination(
        finding(severity="note", evidence=(Evidence("x"),)),
        finding(severity="error"),
        finding(severity="warning", evidence=(Evidence("x", "a.py"),)),
    )

    heads = [line.partition(" title=")[0].partition(",title=")[0] for line in told(found, "github").splitlines()]

    assert heads == ["::error file=shop/db.py,line=3", "::warning file=a.py", "::notice"]


def test_nothing_found_is_one_notice() -> None:
    assert told(examination(), "github") == "::notice title=gapplan doctor::2 checks found nothing\n"


# All findings together


def test_the_same_statements_are_won_once() -> None:
    shared = {"a.py": lines("1-100")}

    doubt = together([finding(covered=(10, 60), where=shared), finding(covered=(30, 100), where=shared)])

    assert doubt.covered == (30, 100)
    assert doubt.statements == 100


def test_statements_of_their_own_add_up() -> None:
    doubt = together(
        [
            finding(covered=(10, 60), where={"a.py": lines("1-60")}),
            finding(covered=(30, 40), where={"b.py": lines("1-38")}, entering=(5, 6)),
            finding(covered=(-9, -2), entering=(-20, -20)),
        ]
    )

    assert doubt.covered == (31, 98)
    assert doubt.entering == (-15, -14)


def test_where_lines_are_not_known_the_largest_is_sure_and_the_sum_possible() -> None:
    doubt = together([finding(covered=(10, 60)), finding(covered=(30, 40), where={"b.py": lines("1-40")})])

    assert doubt.covered == (30, 100)


def test_nothing_found_puts_nothing_in_doubt() -> None:
    assert together([]).percents(TOTALS) == (Fraction(412, 10), Fraction(412, 10))
    assert weighty(Diagnosis(TOTALS, (finding(severity="note"),))) == ()


# The head of plans and status


def _status(*findings: Finding, notices: tuple[str, ...] = ()) -> str:
    measured = measurement(totals=TOTALS, notices=notices)
    made = replace(outcome(measured=measured), diagnosis=Diagnosis(TOTALS, findings))
    return render(made, "status", "terminal", Look(width=400))


def test_a_status_says_in_one_line_what_weighs() -> None:
    page = _status(
        finding(title="one", covered=(20, 80)),
        finding(title="two", severity="warning", covered=(0, 10)),
        finding(title="three", severity="note", covered=(0, 10)),
    )

    assert "In doubt: 2 findings may change 41.20 % to 43.20-50.20 %: one; two; see gapplan doctor.\n" in page


def test_many_findings_are_counted_and_the_first_are_named() -> None:
    page = _status(*(finding(title=f"t{number}", covered=(10, 10)) for number in range(5)))

    assert ": t0; t1; 3 more; see gapplan doctor." in page


def test_findings_that_leave_the_total_alone_do_not_doubt_it() -> None:
    assert "Found beside the total: the gates differ; see gapplan doctor." in _status(finding(title="the gates differ"))


def test_notes_and_nothing_at_all_are_not_worth_a_line() -> None:
    assert "gapplan doctor" not in _status(finding(severity="note", covered=(0, 3)))
    assert "gapplan doctor" not in _status()


def test_a_notice_is_kept_when_only_a_note_says_the_same() -> None:
    notice = "2 file(s) of the data were matched by the end of their path"

    assert notice in _status(finding("paths-missing", severity="note"), notices=(notice,))
    assert notice not in _status(finding("paths-missing", severity="error"), notices=(notice,))


@pytest.mark.parametrize("subject", ["plan", "options"])
def test_plans_say_it_too(subject: Any) -> None:
    found = Diagnosis(TOTALS, (finding(title="one", covered=(20, 80)),))
    made = replace(outcome(goal=target(80), measured=measurement(totals=TOTALS)), diagnosis=found)

    assert "In doubt: 1 finding may change" in render(made, subject, "terminal", Look(width=400))
    part = json.loads(render(made, subject, "json", Look()))["doctor"]
    assert part == {
        "findings": [{"check": "concurrency-greenlet", "severity": "error", "title": "one"}],
        "percent_low": 43.2,
        "percent_high": 49.2,
    }


# Silencing


SILENCE = '[tool.gapplan.doctor]\nsilence = {"gate-stale" = "raised at the end of the release"}'


def _check(name: str) -> Check:
    return Check(name, "Is it?", lambda exam: ())


def test_what_is_silenced_is_read_with_its_reason(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pyproject.toml": SILENCE})

    assert read_silenced(root, [_check("gate-stale")]) == {"gate-stale": "raised at the end of the release"}
    assert read_silenced(make_project(tmp_path / "none", {}), ()) == {}


def test_an_unknown_check_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pyproject.toml": SILENCE})

    with pytest.raises(ConfigError, match="no check 'gate-stale'; the checks are other-version, source-unset"):
        read_silenced(root, [_check("source-unset"), _check("other-version")])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('silence = {"gate-stale" = ""}', "doctor.silence.gate-stale must be the reason, as a text, not ''"),
        ('silence = {"gate-stale" = "  "}', "doctor.silence.gate-stale must be the reason"),
        ('silence = {"gate-stale" = true}', "doctor.silence.gate-stale must be the reason"),
        ('silence = ["gate-stale"]', "doctor.silence must be a table"),
        ('silenced = {"gate-stale" = "x"}', "[tool.gapplan.doctor] has no key 'silenced'; it knows silence"),
    ],
)
def test_silencing_without_a_reason_is_an_error(tmp_path: Path, table: str, said: str) -> None:
    root = make_project(tmp_path, {"pyproject.toml": f"[tool.gapplan.doctor]\n{table}"})

    with pytest.raises(ConfigError) as caught:
        read_config(root)

    assert said in str(caught.value)


def test_doctor_must_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="doctor must be a table"):
        read_config(make_project(tmp_path, {"pyproject.toml": "[tool.gapplan]\ndoctor = 5"}))


# The command


def _run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(gapplan, ["-C", str(root), "doctor", *arguments])


def _unset(tmp_path: Path, more: str = "") -> Path:
    """A project of which files are never imported, and no `source` says so."""
    root = tmp_path / "project"
    shutil.copytree(ZOO / "source-unset-exports" / "project", root)
    configuration = root / "pyproject.toml"
    configuration.write_text(f"{configuration.read_text('utf-8')}\n{more}", "utf-8")
    return root


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("--strict",), 1),
        (("--strict", "error"), 1),
        (("--strict=note", "--format", "github"), 1),
        (("--junit", "absent.xml"), 2),
        (("--strict", "grave"), 2),
        (("--format", "dot"), 2),
    ],
)
def test_the_exit_code_tells_what_was_found(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    result = CliRunner().invoke(gapplan, ["-C", str(_unset(tmp_path)), "doctor", *arguments])

    raised = isinstance(result.exception, Exception)
    assert (2 if raised else result.exit_code) == code


def test_silenced_findings_do_not_count_under_strict(tmp_path: Path) -> None:
    root = _unset(tmp_path, '[tool.gapplan.doctor]\nsilence = {"source-unset" = "scripts, never imported"}')

    result = _run(root, "--strict")

    assert result.exit_code == 0
    assert "scripts, never imported" in result.stdout


def test_plan_and_status_of_a_real_project_carry_the_doubt(tmp_path: Path) -> None:
    root = _unset(tmp_path)

    status = CliRunner().invoke(gapplan, ["-C", str(root), "status"]).stdout
    plan = CliRunner().invoke(gapplan, ["-C", str(root), "plan", "--target", "99", "--format", "json"]).stdout

    assert "In doubt: 1 finding may change" in status
    assert "not in the data at all" not in status
    assert [each["check"] for each in json.loads(plan)["doctor"]["findings"]] == ["source-unset"]


def test_every_check_is_named_by_words_and_asks_a_question() -> None:
    assert CHECKS
    for check in CHECKS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", check.name)
        assert check.question.endswith("?")
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("format", ["terminal", "markdown"])
def test_golden_page(golden: Callable[[str, str], None], format: str) -> None:
    ending = {"terminal": "txt", "markdown": "md"}[format]
    golden(f"doctor.{ending}", _run(ZOO / "part-of-suite-folder" / "project", "--format", format).stdout)
