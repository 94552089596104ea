"""What the report says of the alternatives, and their JSON."""

import json
from dataclasses import replace

import jsonschema
from test_schema import closed, schema_of

from planner.model.alternatives import (
    Alternatives,
    ConfigurationChange,
    Deletion,
    Exclusion,
    MainBlock,
    Processes,
    Totals,
    Withheld,
)
from planner.model.measurement import Counts
from planner.report.alternatives_json import alternatives_json
from planner.report.pages.alternatives import alternatives_blocks
from planner.report.terminal import render_terminal

TODAY = Totals(Counts(1000, 500), Counts(1200, 500))
NOTHING = Alternatives(TODAY, (), (), TODAY, TODAY, (), (), None, TODAY, ())


def _deletion(unit: str = "_old", confidence: str = "high", statements: int = 8) -> Deletion:
    why = ("named nowhere else", "9 Python and 2 other files read")
    return Deletion("app/one.py", unit, 3, 12, 0, Counts(statements, 1), confidence, why)  # type: ignore[arg-type]


FULL = replace(
    NOTHING,
    deletions=(_deletion(), _deletion("older", "medium"), _deletion("", "medium", 20)),
    unused_api=(_deletion("api", "low"),),
    after_sure=Totals(Counts(992, 499), Counts(1192, 499)),
    after_deletions=Totals(Counts(964, 497), Counts(1164, 497)),
    exclusions=(Exclusion("debug repr", r"^\s*def __repr__\b", 4, 1, 2, "app/one.py:30"),),
    withheld=(
        Withheld("main block", "^if __name__ == .__main__.:", 40, "app/cli.py:9", 3),
        Withheld("abstract", r"^\s*@(abc\.)?abstractmethod\b", 7, "app/base.py:9", 1),
    ),
    change=ConfigurationChange(
        "setup.cfg", "coverage:report", "exclude_also", "exclude_also =\n    ^\\s*def __repr__\\b", False, ("A note",)
    ),
    after_exclusions=Totals(Counts(995, 499), Counts(1195, 499)),
    main_blocks=(
        MainBlock("app/cli.py", 9, 30, 20, 20, False),
        MainBlock("app/web.py", 9, 20, 10, 10, True, ("tests/test_web.py:4", "tests/test_web.py:9")),
    ),
    processes=Processes(("tests/test_web.py",)),
)


def _text(found: Alternatives, *, is_detailed: bool = False) -> str:
    return render_terminal(alternatives_blocks(found, is_detailed=is_detailed), width=400)


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    assert alternatives_blocks(NOTHING) == ()


def test_deleting_says_both_percentages_and_what_is_sure() -> None:
    text = _text(FULL)

    assert "1 file and 2 units of code (36 points)" in text
    assert "Without them: 50.00 % of 1,000 points becomes 51.56 % of 964; whole tree" in text
    assert "Without the 1 sure one: 50.00 % of 1,000 points becomes 50.30 % of 992" in text
    assert "app/one.py:3 _old (8 points, high confidence): named nowhere else\n- and 2 more" in text


def test_the_lines_to_add_say_what_they_drop_and_where_they_go() -> None:
    text = _text(FULL)

    assert "set exclude_also in [coverage:report] of setup.cfg" in text
    assert "50.00 % of 1,000 points becomes 50.15 % of 995" in text
    assert "A note." in text
    assert r"Not excluded: ^\s*@(abc\.)?abstractmethod\b would hide logic, at app/base.py:9." in text


def test_logic_under_main_names_the_tests_that_start_it() -> None:
    text = _text(FULL)

    assert "30 missing points of logic in 2 __main__ blocks" in text
    assert "Excluding the blocks would only hide it." in text
    assert "app/web.py:9 (10 points; it has a main() already; started by tests/test_web.py:4 and 1 more)" in text
    assert "Tests start 1 of them in processes that this measurement does not see" in text


def test_what_is_measured_already_needs_no_advice_about_processes() -> None:
    found = replace(FULL, processes=Processes(("tests/test_web.py",), is_measured=True))

    assert "Tests start" not in _text(found)


def test_the_short_page_is_short_and_the_detailed_one_has_everything() -> None:
    detailed = _text(FULL, is_detailed=True)

    assert _text(FULL).count("\n") <= 25
    assert "Ask first: 1 more name (8 points)" in detailed
    assert detailed.count("app/one.py") == 5
    assert "9 Python and 2 other files read" in detailed


def test_a_tenth_of_the_code_unreached_is_doubted() -> None:
    assert "That is much" in _text(replace(FULL, deletions=(_deletion(statements=121),)))
    assert "That is much" not in _text(FULL)


def test_the_json_is_what_its_schema_says_and_no_key_is_unnamed() -> None:
    plan = schema_of("plan")
    schema = {**plan["properties"]["alternatives"], "$defs": plan["$defs"]}

    for found in (FULL, NOTHING):
        jsonschema.validate(json.loads(json.dumps(alternatives_json(found))), closed(schema))
