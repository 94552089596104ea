"""A format is recognised by content, and what is none of them gets one clear line."""

import os
import re
from pathlib import Path

import pytest
from makers import coverage_in, make_shop, write_lines

from planner.errors import InputError
from planner.measure.recognise import recognise


def test_what_coverage_py_writes_is_recognised_whatever_its_name(tmp_path: Path) -> None:
    root = make_shop(tmp_path)
    with coverage_in(root) as coverage:
        coverage.json_report(outfile=str(root / "a.xml"))
        coverage.xml_report(outfile=str(root / "b.lcov"))
        coverage.lcov_report(outfile=str(root / "c.json"))

    kinds = [recognise(root / name) for name in (".coverage", "a.xml", "b.lcov", "c.json")]

    assert kinds == ["coverage data", "coverage JSON", "Cobertura XML", "LCOV"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'\xef\xbb\xbf  {"files": {}}', "coverage JSON"),
        (b"\n\n<coverage/>", "Cobertura XML"),
        (b"<!-- a note -->\n<coverage/>", "Cobertura XML"),
        (b"<!DOCTYPE coverage>\n<coverage/>", "Cobertura XML"),
        ('<?xml version="1.0" encoding="utf-16"?><coverage/>'.encode("utf-16"), "Cobertura XML"),
        (b"\xef\xbb\xbfTN:\nSF:a.py\n", "LCOV"),
        (b"SF:a.py\nDA:1,1\nend_of_record\n", "LCOV"),
        (b"# made by hand\nSF:a.py\n", "LCOV"),
        (b"VER:1\nTN:x\nSF:a.py\n", "LCOV"),
    ],
)
def test_other_writers_are_recognised(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "input"
    path.write_bytes(content)

    assert recognise(path) == kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"!coverage.py: This is a private format, don't read it directly!{}", "data of coverage.py 4"),
        (b"\x80\x02}q\x00", "not coverage data"),
        (b"Name  Stmts  Miss  Cover\n", "not coverage data"),
        (b"<html><body>Coverage report</body></html>", "not coverage data"),
        (b"   \n\t", "not coverage data"),
    ],
)
def test_what_is_not_coverage_data_is_an_error_in_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "input"
    path.write_bytes(content)

    with pytest.raises(InputError, match=re.escape(f"{path}: {reason}")) as caught:
        recognise(path)

    assert "\n" not in str(caught.value)


def test_a_directory_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a regular file"):
        recognise(tmp_path)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InputError, match="not a regular file"):
        recognise(tmp_path / "pipe")


def test_a_device_is_no_input() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        recognise(Path("/dev/zero"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(f"{tmp_path}/absent: no such file")):
        recognise(tmp_path / "absent")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named_with_the_reason(tmp_path: Path) -> None:
    path = write_lines(tmp_path / ".coverage", {"a.py": [1]})
    path.chmod(0)

    with pytest.raises(InputError, match="cannot be read \\(Permission denied\\)"):
        recognise(path)


def test_a_loop_of_links_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(InputError, match="cannot be read"):
        recognise(tmp_path / "loop")


def test_a_name_no_file_can_have_cannot_be_read() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        recognise(Path("a\0b"))
