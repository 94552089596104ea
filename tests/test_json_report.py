"""coverage.json of every format: exact counts from its summaries, and one clear line for damage."""

import json
from pathlib import Path
from typing import Any

import pytest
from coverage import CoverageData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import assert_answer_or_error, coverage_in, damaged, make_shop, measure, totals_of

from planner.errors import InputError
from planner.measure.json_report import read_json
from planner.model.lines import numbers_in
from planner.model.measurement import Counts

Document = dict[str, Any]


def _document() -> Document:
    """The smallest report: one file of three statements, one missing, and an `if` with one exit not taken."""
    summary = {"num_statements": 3, "covered_lines": 2, "num_branches": 2, "covered_branches": 1}
    return {
        "meta": {"format": 3, "version": "7.10.7", "branch_coverage": True},
        "files": {
            "a.py": {
                "executed_lines": [1, 2],
                "missing_lines": [3],
                "excluded_lines": [5],
                "executed_branches": [[2, 4]],
                "missing_branches": [[2, 3]],
                "summary": dict(summary),
            }
        },
        "totals": dict(summary),
    }


def _written(folder: Path, document: object) -> Path:
    path = folder / "coverage.json"
    path.write_text(json.dumps(document))
    return path


def _report_of_coverage(root: Path) -> Path:
    make_shop(root)
    with coverage_in(root) as coverage:
        coverage.json_report(outfile=str(root / "coverage.json"), pretty_print=True, show_contexts=True)
    return root / "coverage.json"


def test_a_report_of_coverage_py_is_read_to_the_last_line(tmp_path: Path) -> None:
    path = _report_of_coverage(tmp_path)

    report = read_json(path)

    assert report.totals == totals_of(path)
    assert report.notices == ()
    assert report.branch
    stated = json.loads(path.read_text())["files"]
    for file in report.files:
        assert sorted(numbers_in(file.missing)) == stated[file.path]["missing_lines"]
        executed = set(stated[file.path]["executed_lines"]) - set(stated[file.path]["excluded_lines"])
        assert set(numbers_in(file.executed)) == executed
        assert sorted(numbers_in(file.excluded)) == stated[file.path]["excluded_lines"]
        assert sum(file.missing_exits.values()) == len(stated[file.path]["missing_branches"])


def test_the_version_is_that_of_the_writer(tmp_path: Path) -> None:
    path = _report_of_coverage(tmp_path)
    data = CoverageData(str(tmp_path / ".coverage"))
    data.read()
    data.close()

    report = read_json(path)

    assert report.version == json.loads(path.read_text())["meta"]["version"]


@pytest.mark.parametrize("known", [None, 2, 3])
def test_known_formats_are_read_without_a_notice(tmp_path: Path, known: int | None) -> None:
    document = _document()
    document["meta"] = {"version": "7.0.0"} if known is None else {"format": known, "version": "7.6.1"}

    report = read_json(_written(tmp_path, document))

    assert report.totals == Counts(3, 2, 2, 1)
    assert report.branch
    assert report.notices == ()


def test_a_newer_format_is_read_with_a_notice(tmp_path: Path) -> None:
    document = _document()
    document["meta"]["format"] = 4

    report = read_json(_written(tmp_path, document))

    assert report.totals == Counts(3, 2, 2, 1)
    assert report.notices == (f"{tmp_path}/coverage.json: JSON format 4 is newer than gapplan knows (3); read as 3",)


def test_totals_that_disagree_with_the_files_win_with_a_notice(tmp_path: Path) -> None:
    document = _document()
    document["totals"]["num_statements"] = 10
    (tmp_path / "a.py").write_text("x = 1\n")
    _written(tmp_path, document)

    measured = measure(tmp_path)

    assert measured.totals == Counts(10, 2, 2, 1)
    assert "coverage.json: its files do not add up to its totals; the totals it states are used" in measured.notices


def test_a_report_without_branches_has_none(tmp_path: Path) -> None:
    document = _document()
    document["meta"]["branch_coverage"] = False
    for summary in (document["totals"], document["files"]["a.py"]["summary"]):
        del summary["num_branches"], summary["covered_branches"]
    del document["files"]["a.py"]["missing_branches"], document["files"]["a.py"]["executed_branches"]

    report = read_json(_written(tmp_path, document))

    assert not report.branch
    assert report.totals == Counts(3, 2, 0, 0)
    assert report.files[0].missing_exits == {}


def test_branches_that_a_pragma_hides_come_from_the_summary(tmp_path: Path) -> None:
    document = _document()
    for summary in (document["totals"], document["files"]["a.py"]["summary"]):
        summary.update(num_branches=6, covered_branches=5)

    report = read_json(_written(tmp_path, document))

    assert report.totals == Counts(3, 2, 6, 5)
    assert report.files[0].counts == Counts(3, 2, 6, 5)


def test_excluded_lines_that_ran_are_no_statements(tmp_path: Path) -> None:
    document = _document()
    document["files"]["a.py"]["executed_lines"] = [1, 2, 5]

    report = read_json(_written(tmp_path, document))

    assert list(numbers_in(report.files[0].statements)) == [1, 2, 3]
    assert list(numbers_in(report.files[0].excluded)) == [5]


def test_an_exit_without_destination_still_counts_by_its_line(tmp_path: Path) -> None:
    document = _document()
    document["files"]["a.py"]["missing_branches"] = [[2, -1], [2, 3], [7, 0]]

    report = read_json(_written(tmp_path, document))

    assert report.files[0].missing_exits == {2: 2, 7: 1}


FILE = ("files", "a.py")

DAMAGES: list[tuple[tuple[str, ...], object]] = [
    (("files",), []),
    (("files",), None),
    (("meta",), 3),
    (("totals",), "100"),
    (FILE, 7),
    ((*FILE, "summary"), []),
    ((*FILE, "summary", "num_statements"), "3"),
    ((*FILE, "summary", "num_statements"), 3.0),
    ((*FILE, "summary", "num_statements"), True),
    ((*FILE, "summary", "num_statements"), -3),
    ((*FILE, "summary", "num_statements"), None),
    ((*FILE, "summary", "num_statements"), 1),
    ((*FILE, "summary", "covered_branches"), 3),
    ((*FILE, "missing_lines"), 3),
    ((*FILE, "missing_lines"), "123"),
    ((*FILE, "missing_lines"), {"3": 3}),
    ((*FILE, "missing_lines"), [1.5]),
    ((*FILE, "missing_lines"), [-1]),
    ((*FILE, "missing_lines"), [10**12]),
    ((*FILE, "executed_lines"), [None]),
    ((*FILE, "excluded_lines"), [[1]]),
    ((*FILE, "missing_branches"), [[]]),
    ((*FILE, "missing_branches"), [["2", 3]]),
    ((*FILE, "missing_branches"), 2),
    (("totals", "num_statements"), float("nan")),
    (("totals", "num_statements"), float("inf")),
    (("totals", "num_statements"), 10**400),
]


@pytest.mark.parametrize(("place", "value"), DAMAGES)
def test_a_damaged_value_is_an_error_in_one_line(tmp_path: Path, place: tuple[str, ...], value: object) -> None:
    document = _document()
    table = document
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    path = _written(tmp_path, document)

    with pytest.raises(InputError) as caught:
        read_json(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 200


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"files": ',
        "{" * 100_000,
        '{"files":' * 100_000,
        '{"files": ' + "[" * 200_000,
        '{"files": {}, "meta": {}, "totals": {"num_statements": ' + "9" * 6000 + "}}",
        "{}",
        '{"a": 1}',
        '{"total": {"files": 3}}',
    ],
    ids=["open", "cut", "braces", "nested", "brackets", "huge", "empty", "other", "jest"],
)
def test_what_is_no_report_is_an_error_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "coverage.json"
    path.write_text(text)

    with pytest.raises(InputError) as caught:
        read_json(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_names_that_no_file_can_have_are_not_placed_but_count(tmp_path: Path) -> None:
    document = _document()
    (tmp_path / "a.py").write_text("x = 1\n")
    entry = document["files"]["a.py"]
    document["files"].update(dict.fromkeys(["\0", "\ud800.py", "x" * 5000 + ".py", "", "/", "..", "C:\\"], entry))
    document["totals"] = {key: 8 * value for key, value in document["totals"].items()}
    _written(tmp_path, document)

    measured = measure(tmp_path)

    assert measured.totals == Counts(24, 16, 16, 8)
    assert [file.path for file in measured.files if file.in_tree] == ["a.py"]


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged(json.dumps(_document()).encode()))
def test_a_damaged_report_gives_an_answer_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_bytes(content)

    assert_answer_or_error(lambda: read_json(path))


@settings(deadline=None, max_examples=100)
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["files", "meta", "totals", "summary", "num_statements", "missing_lines", "a.py"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=30,
    )
)
def test_any_json_gives_an_answer_or_one_clear_line(tmp_path_factory: pytest.TempPathFactory, document: object) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps({"files": document, "meta": document, "totals": document}))

    assert_answer_or_error(lambda: read_json(path))
