"""Receipts are read as hostile: what is wrong is named with its line."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.calibrate.receipts import MAX_BYTES, ReceiptError, read_receipts
from planner.model.calibration import FinishedWork

ROW = {"format": 1, "date": "2026-11-21", "tests": 12, "hours": 6.5, "predicted_points": 240, "points": 221}


def written(folder: Path, *rows: object) -> Path:
    path = folder / "receipts.jsonl"
    path.write_text("".join(each if isinstance(each, str) else json.dumps(each) + "\n" for each in rows), "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ReceiptError) as caught:
        read_receipts(path)
    (line,) = str(caught.value).splitlines()
    return line


def test_a_receipt_is_read_with_and_without_what_may_be_absent(tmp_path: Path) -> None:
    path = written(tmp_path, ROW, {**ROW, "lines": 190, "plan_yield": 0.8}, {**ROW, "lines": None, "plan_yield": None})

    plain = FinishedWork(date(2026, 11, 21), 12, 6.5, 240.0, 221)
    full = FinishedWork(date(2026, 11, 21), 12, 6.5, 240.0, 221, 190, 0.8)
    assert read_receipts(path) == (plain, full, plain)


def test_blank_lines_and_windows_line_ends_and_unknown_keys_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, "\n", json.dumps({**ROW, "note": "x"}) + "\r\n", "  \n", json.dumps(ROW))

    assert len(read_receipts(path)) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "this gapplan reads format 1"),
        ({"format": True}, "this gapplan reads format 1"),
        ({"format": None}, "this gapplan reads format 1"),
        ({"date": "21.11.2026"}, "date is a day such as 2026-11-21"),
        ({"date": "2026-02-30"}, "date is a day such as 2026-11-21"),
        ({"date": "2026-W47-6"}, "date is a day such as 2026-11-21"),
        ({"date": 20261121}, "date is a day such as 2026-11-21"),
        ({"tests": 0}, "tests is a whole number from 1"),
        ({"tests": True}, "tests is a whole number from 1"),
        ({"tests": 1.5}, "tests is a whole number from 1"),
        ({"tests": 10**30}, "tests is a whole number from 1"),
        ({"hours": 0}, "hours is a number above 0"),
        ({"hours": -1}, "hours is a number above 0"),
        ({"hours": "6"}, "hours is a number above 0"),
        ({"hours": True}, "hours is a number above 0"),
        ({"hours": 10**9}, "hours is a number above 0"),
        ({"hours": None}, "hours is a number above 0"),
        ({"lines": 0}, "lines is a whole number from 1"),
        ({"lines": "190"}, "lines is a whole number from 1"),
        ({"predicted_points": 0}, "predicted_points is a number above 0"),
        ({"points": -1}, "points is a whole number from 0"),
        ({"points": 22.5}, "points is a whole number from 0"),
        ({"plan_yield": 1.5}, "plan_yield is a number above 0, at most 1"),
        ({"plan_yield": 0}, "plan_yield is a number above 0, at most 1"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = written(tmp_path, ROW, "\n", {**ROW, **change})

    message = refusal(path)

    assert message.startswith(f"{path}:3: no receipt (")
    assert said in message


@pytest.mark.parametrize("name", ["format", "date", "tests", "hours", "predicted_points", "points"])
def test_an_absent_key_is_named(tmp_path: Path, name: str) -> None:
    row = {key: value for key, value in ROW.items() if key != name}

    assert f":1: no receipt ({'this gapplan' if name == 'format' else name}" in refusal(written(tmp_path, row))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON (Expecting property name enclosed in double quotes at column 2)"),
        ("tests: 5", "no JSON (Expecting value at column 1)"),
        ("[]", "no receipt (a receipt is an object)"),
        ("5", "no receipt (a receipt is an object)"),
        ('{"format": 1, "format": 1}', "no receipt (a key stands there twice)"),
        ('{"hours": NaN}', "no receipt (NaN is no figure)"),
        ('{"hours": -Infinity}', "no receipt (-Infinity is no figure)"),
        ("[" * 200_000, "no receipt ("),
        ('{"points": ' + "9" * 5000 + "}", "no receipt ("),
    ],
)
def test_what_is_no_receipt_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = written(tmp_path, ROW, line + "\n")

    assert refusal(path).startswith(f"{path}:2: {said}")


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, ROW)
    path.write_bytes(path.read_bytes() + b"\n\xff\xfe")

    assert refusal(path) == f"{path}:3: not UTF-8, so no receipt"


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.jsonl") == f"{tmp_path / 'none.jsonl'}: no such file of receipts"
    assert refusal(tmp_path) == f"{tmp_path}: no such file of receipts"
    assert refusal(written(tmp_path, " \n")).endswith("holds no receipts; each is one line of JSON")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert "no such file of receipts" in refusal(tmp_path / "pipe")


def test_a_file_beyond_all_bounds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    assert refusal(path).endswith("larger than 16 MiB, which no file of receipts is")


@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,0123456789.eE-ntrufalsehoinpd', max_size=60).map(str.encode))
def test_anything_else_gives_one_clear_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "r"
    path.write_bytes(content)

    assert refusal(path).startswith(str(path))
