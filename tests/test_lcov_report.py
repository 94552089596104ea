"""LCOV of coverage.py and of other writers: stated sums first, listed lines otherwise, damage by its line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from makers import assert_answer_or_error, coverage_in, damaged, make_shop, measure

from planner.errors import InputError
from planner.measure.lcov_report import read_lcov
from planner.model.lines import numbers_in
from planner.model.measurement import Counts


def _written(folder: Path, *lines: str) -> Path:
    path = folder / "lcov.info"
    path.write_text("\n".join(lines) + "\n")
    return path


FULL = (
    "TN:suite",
    "SF:a.py",
    "FN:1,3,f",
    "FNDA:1,f",
    "FNF:1",
    "FNH:1",
    "DA:1,1,CzkRV4ZyeC2mHqmjMVUTpQ",
    "DA:2,0",
    "DA:3,5",
    "BRDA:3,0,jump to line 4, then on,1",
    "BRDA:3,0,0,-",
    "BRDA:3,0,1,0",
    "LF:3",
    "LH:2",
    "BRF:3",
    "BRH:1",
    "end_of_record",
)


def test_all_records_of_a_file_are_read(tmp_path: Path) -> None:
    report = read_lcov(_written(tmp_path, *FULL))

    (file,) = report.files
    assert file.counts == report.totals == Counts(3, 2, 3, 1)
    assert list(numbers_in(file.missing)) == [2]
    assert file.missing_exits == {3: 2}
    assert report.branch


@pytest.mark.parametrize("absent", ["LF", "LH", "BRF", "BRH", "TN", "FN"])
def test_records_that_a_writer_leaves_out_are_counted_from_the_lists(tmp_path: Path, absent: str) -> None:
    path = _written(tmp_path, *(line for line in FULL if not line.startswith(f"{absent}:")))

    assert read_lcov(path).totals == Counts(3, 2, 3, 1)


def test_stated_sums_win_over_the_lists(tmp_path: Path) -> None:
    path = _written(tmp_path, "SF:a.py", "DA:1,1", "LF:9", "LH:4", "BRF:6", "BRH:2", "end_of_record")

    assert read_lcov(path).totals == Counts(9, 4, 6, 2)


def test_checksums_of_coverage_py_do_not_matter(tmp_path: Path) -> None:
    root = make_shop(tmp_path, {".coveragerc": "[lcov]\nline_checksums = true"})
    expected = measure(root).totals
    with coverage_in(root) as coverage:
        coverage.lcov_report(outfile=str(root / "coverage.lcov"))

    measured = measure(root, "coverage.lcov")

    assert measured.totals == expected
    assert any(line.count(",") == 2 for line in (root / "coverage.lcov").read_text().splitlines() if line[:3] == "DA:")


def test_the_same_file_twice_is_united(tmp_path: Path) -> None:
    first = ("SF:a.py", "DA:1,1", "DA:2,0", "BRDA:2,0,0,1", "BRDA:2,0,1,0", "end_of_record")
    second = ("SF:a.py", "DA:1,0", "DA:2,1", "DA:9,0", "BRDA:2,0,0,1", "BRDA:2,0,1,1", "end_of_record")

    report = read_lcov(_written(tmp_path, *first, *second))

    (file,) = report.files
    assert file.counts == report.totals == Counts(3, 2, 2, 2)
    assert list(numbers_in(file.missing)) == [9]


def test_a_line_that_is_listed_twice_ran_when_it_ran_once(tmp_path: Path) -> None:
    path = _written(tmp_path, "SF:a.py", "DA:1,0", "DA:1,2", "DA:1,0", "end_of_record")

    assert read_lcov(path).totals == Counts(1, 1, 0, 0)


@pytest.mark.parametrize(
    ("hits", "ran"), [("0", 0), ("1", 1), ("3.0", 1), ("-1", 0), ("99999999999999", 1), ("1e3", 1)]
)
def test_hits_are_read_as_writers_print_them(tmp_path: Path, hits: str, ran: int) -> None:
    path = _written(tmp_path, "SF:a.py", f"DA:1,{hits}", "end_of_record")

    assert read_lcov(path).totals == Counts(1, ran, 0, 0)


def test_a_byte_order_mark_does_not_hide_the_first_file(tmp_path: Path) -> None:
    path = tmp_path / "lcov.info"
    path.write_bytes(b"\xef\xbb\xbfSF:a.py\nDA:1,1\nend_of_record\nSF:b.py\nDA:1,0\nend_of_record\n")

    assert [file.path for file in read_lcov(path).files] == ["a.py", "b.py"]


def test_windows_line_ends_and_unknown_records_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "lcov.info"
    path.write_bytes(b"TN:\r\nSF:a.py\r\nVER:2\r\nMCDC:1,2\r\n\r\nDA:1,1\r\nend_of_record\r\n")

    (file,) = read_lcov(path).files

    assert (file.path, file.counts) == ("a.py", Counts(1, 1, 0, 0))


def test_lines_that_no_lcov_has_are_named_in_a_notice(tmp_path: Path) -> None:
    path = _written(tmp_path, "TN:", "SF:a.py", "FN:1,a", "DA:1,1", "DB:2,0", "# said", "", "end_of_record", "SG:b.py")

    report = read_lcov(path)

    assert report.totals == Counts(1, 1, 0, 0)
    assert report.notices == (
        f"{path}: 2 line(s) are no LCOV (the first is line 5) and were passed over: it is damaged",
    )


def test_a_name_that_is_no_utf_8_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "lcov.info"
    path.write_bytes(b"SF:caf\xe9\x0c.py\nDA:1,1\nend_of_record\n")

    (file,) = read_lcov(path).files

    assert file.path.encode("utf-8", "surrogateescape") == b"caf\xe9\x0c.py"


@pytest.mark.parametrize(
    "record",
    [
        *("DA:1", "DA:x,1", "DA:1,x", "DA:1,inf", "DA:1,nan", "DA:1,1e999", "DA:-1,1", "DA:99999999999,1", "DA:,"),
        *("BRDA:1", "BRDA:x,0,0,1", "LF:x", "LF:-1", "LF:" + "9" * 4000, "BRF:", "LH:1.5", "DA:" + "9" * 5000 + ",1"),
    ],
)
def test_a_damaged_record_is_an_error_with_its_line(tmp_path: Path, record: str) -> None:
    path = _written(tmp_path, "TN:", "SF:a.py", record, "end_of_record")

    with pytest.raises(InputError) as caught:
        read_lcov(path)

    assert str(caught.value).startswith(f"{path}:3: damaged LCOV record ")
    assert len(str(caught.value)) < len(str(path)) + 200


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("TN:", "SF:a.py", "DA:1,1"), "cut short inside the record of a.py"),
        (("TN:", "SF:a.py", "DA:1,1", "SF:b.py", "DA:1,1", "end_of_record"), ":4: a new file begins inside"),
        (("TN:",), "without a single SF record"),
        (("TN:", "DA:1,1", "end_of_record"), ":2: DA outside of any file"),
        (("SF:a.py", "DA:1,1", "end_of_record", "LF:1", "end_of_record"), ":4: LF outside of any file"),
        (("SF:a.py", "LF:1", "LH:2", "end_of_record"), "covers more than there is"),
        (("SF:a.py", "BRF:0", "BRH:2", "end_of_record"), "covers more than there is"),
    ],
)
def test_what_does_not_add_up_is_an_error_in_one_line(tmp_path: Path, lines: tuple[str, ...], reason: str) -> None:
    path = _written(tmp_path, *lines)

    with pytest.raises(InputError, match=reason):
        read_lcov(path)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(content=damaged("\n".join([*FULL, *FULL[1:], ""]).encode()))
def test_a_damaged_report_gives_an_answer_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.lcov"
    path.write_bytes(content)

    assert_answer_or_error(lambda: read_lcov(path))


def test_lines_that_ran_but_are_no_statements_do_not_count_as_covered(tmp_path: Path) -> None:
    """As coverage.py 6.5 wrote: line 1 is a docstring, listed and in LH, but not in LF."""
    path = tmp_path / "lcov.info"
    path.write_text("SF:shop/a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nLF:3\nLH:3\nend_of_record\n")

    report = read_lcov(path)

    assert report.totals == Counts(3, 2)


def test_branch_records_that_name_where_a_branch_leads_place_no_gap(tmp_path: Path) -> None:
    """As coverage.py wrote before 7.6: line 0 is an exit, and totals are right all the same."""
    path = tmp_path / "lcov.info"
    path.write_text("SF:a.py\nDA:1,1\nDA:2,1\nBRDA:2,0,0,1\nBRDA:0,0,1,-\nLF:2\nLH:2\nBRF:2\nBRH:1\nend_of_record\n")

    report = read_lcov(path)

    assert report.totals == Counts(2, 2, 2, 1)
    assert report.files[0].missing_exits == {}


def test_files_of_a_report_lie_nowhere_until_they_are_placed(tmp_path: Path) -> None:
    (file,) = read_lcov(_written(tmp_path, *FULL)).files

    assert not file.in_tree
    assert list(numbers_in(file.statements)) == [1, 2, 3]


def test_a_line_of_two_hundred_thousand_characters_is_no_lcov(tmp_path: Path) -> None:
    most = "SF:" + "x" * (200_000 - 5)  # with its line end one character less than what is refused

    assert read_lcov(_written(tmp_path, most, "DA:1,1", "end_of_record")).files[0].path == most[3:]
    with pytest.raises(InputError, match=r":1: a line of more than 200,000 characters; make it again$"):
        read_lcov(_written(tmp_path, most + "x", "DA:1,1", "end_of_record"))


@pytest.mark.parametrize("key", ["LF", "LH", "BRF", "BRH"])
def test_stated_sums_are_counts_up_to_a_thousand_million(tmp_path: Path, key: str) -> None:
    stated = {"LF": 1_000_000_000, "LH": 0, "BRF": 1_000_000_000, "BRH": 0} | {key: 1_000_000_000}
    lines = [f"{name}:{count}" for name, count in stated.items()]

    read_lcov(_written(tmp_path, "SF:a.py", "DA:1,0", *lines, "end_of_record"))

    for count in ("1000000001", "-1", "x", ""):
        with pytest.raises(InputError, match=f"damaged LCOV record {key}:"):
            read_lcov(_written(tmp_path, "SF:a.py", "DA:1,0", f"{key}:{count}", "end_of_record"))


def test_a_single_exit_makes_it_branch_data_and_none_does_not(tmp_path: Path) -> None:
    one = read_lcov(_written(tmp_path, "SF:a.py", "DA:1,1", "BRDA:1,0,0,1", "end_of_record"))
    none = read_lcov(_written(tmp_path, "SF:a.py", "DA:1,1", "BRF:0", "BRH:0", "end_of_record"))

    assert (one.branch, one.totals) == (True, Counts(1, 1, 1, 1))
    assert (none.branch, none.totals) == (False, Counts(1, 1, 0, 0))
