"""Reports and places of several inputs as one, field by field; what a list of lines says is counted as it stands."""

from pathlib import Path

import pytest
from makers import make_project, write_arcs

from planner.errors import InputError
from planner.measure import datafile
from planner.measure.datafile import read_datafile
from planner.measure.lcov_report import read_lcov
from planner.measure.paths import Placed, unite_placed
from planner.measure.reports import file_from_lines, total_of, unite_files
from planner.model.lines import lines_of
from planner.model.measurement import Counts


def test_a_file_has_the_lines_and_exits_of_its_list() -> None:
    file = file_from_lines("a.py", {1: True, 2: False, 5: True}, {1: (2, 1), 2: (2, 0), 4: (0, 0), 5: (3, 3)})

    assert file.path == "a.py"
    assert file.counts == Counts(3, 2, 7, 4)
    assert (file.statements, file.missing) == (lines_of([1, 2, 5]), lines_of([2]))
    assert dict(file.missing_exits) == {1: 1, 2: 2}
    assert dict(file.exits) == {1: 2, 2: 2, 5: 3}
    assert not file.in_tree


def test_a_line_ran_when_it_ran_in_either_and_the_better_exits_count() -> None:
    one = file_from_lines("a.py", {1: True, 2: False, 3: False}, {1: (2, 1), 3: (2, 0)})
    other = file_from_lines("a.py", {2: True, 3: False, 4: False}, {1: (2, 2), 3: (4, 1)})

    for united in (unite_files(one, other), unite_files(other, one)):
        assert (united.statements, united.missing) == (lines_of([1, 2, 3, 4]), lines_of([3, 4]))
        assert dict(united.missing_exits) == {3: 2}
        assert dict(united.exits) == {1: 2, 3: 4}
        assert united.counts == Counts(4, 2, 6, 4)


def test_totals_are_those_of_all_files() -> None:
    files = [file_from_lines(name, {1: True, 2: False}, {1: (2, 1)}) for name in ("a.py", "b.py")]

    assert total_of(files) == Counts(4, 2, 4, 2)
    assert total_of([]) == Counts()


def test_several_places_are_one() -> None:
    first = Placed({"/a": "a"}, ("<one>",), ("/x",), {"/a": ("/", "")}, frozenset({"/x"}))
    second = Placed({"/b": "b"}, ("<two>",), ("/y",), {"/b": ("/", "")}, frozenset({"/y"}))

    assert unite_placed([first, second]) == Placed(
        {"/a": "a", "/b": "b"},
        ("<one>", "<two>"),
        ("/x", "/y"),
        {"/a": ("/", ""), "/b": ("/", "")},
        frozenset({"/x", "/y"}),
    )
    assert unite_placed([]) == Placed({})


def test_a_file_that_a_report_has_twice_is_united_and_said(tmp_path: Path) -> None:
    records = "".join(f"SF:a.py\nDA:{line},1\nDA:3,0\nend_of_record\n" for line in (1, 2))
    make_project(tmp_path, {"twice.info": records, "once.info": "SF:a.py\nDA:1,1\nend_of_record\n"})

    twice, once = (read_lcov(tmp_path / f"{name}.info") for name in ("twice", "once"))

    assert twice.totals == Counts(3, 2)
    assert twice.notices == (
        f"{tmp_path / 'twice.info'}: 1 file(s) have several records, united line by line: "
        "what each states does not apply",
    )
    assert once.notices == ()


def test_files_of_a_data_file_have_no_more_lines_together_than_any_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_arcs(tmp_path / ".coverage", {"a.py": [(1, 999)], "b.py": [(1, 999)]})

    monkeypatch.setattr(datafile, "MAX_ALL_LINES", 2000)
    assert len(read_datafile(path).by_name) == 2
    monkeypatch.setattr(datafile, "MAX_ALL_LINES", 1999)
    with pytest.raises(InputError, match="more lines than any project has"):
        read_datafile(path)
