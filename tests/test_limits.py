"""Bounds on what is read are those that the README and messages name: read right up to them, and refused beyond."""

from itertools import repeat
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.measure.reports import bounded, check_size
from planner.model.lines import lines_of, numbers_in
from planner.model.measurement import Counts, FileCoverage
from planner.model.size import too_large
from planner.suite.log import read_log
from planner.xml import read_xml

MIB = 1024 * 1024


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def test_a_report_has_128_mib_at_most(tmp_path: Path) -> None:
    check_size(sparse(tmp_path / "fits", 128 * MIB))

    with pytest.raises(InputError, match="large: larger than 128 MiB; give the data file"):
        check_size(sparse(tmp_path / "large", 128 * MIB + 1))


def test_xml_has_256_mib_at_most_and_64_levels(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not well-formed"):
        read_xml(sparse(tmp_path / "fits", 256 * MIB), lambda _: False)
    with pytest.raises(InputError, match="larger than 256 MiB"):
        read_xml(sparse(tmp_path / "large", 256 * MIB + 1), lambda _: False)

    (tmp_path / "deep").write_text("<a>" * 64 + "</a>" * 64)
    assert read_xml(tmp_path / "deep", lambda _: False).tag == "a"
    (tmp_path / "deep").write_text("<a>" * 65 + "</a>" * 65)
    with pytest.raises(InputError, match="deeper than 64"):
        read_xml(tmp_path / "deep", lambda _: False)


def test_a_source_has_8_mib_at_most_and_600_000_signs() -> None:
    assert too_large(b"a" * (8 * MIB)) is None
    assert too_large(b"a" * (8 * MIB + 1)) == "larger than 8 MiB"
    assert too_large(b"a," * 600_000) is None
    assert (too_large(b"a," * 600_001) or "").startswith("more than 600,000 signs")


def test_lines_end_at_ten_million() -> None:
    assert list(numbers_in(lines_of([10_000_000]))) == [10_000_000]
    with pytest.raises(ValueError, match=r"must lie in 0\.\.10000000"):
        lines_of([10_000_001])


def test_a_report_has_200_000_files_at_most_and_a_thousand_million_lines() -> None:
    small = FileCoverage("a.py", Counts(), 0, 0)
    wide = FileCoverage("a.py", Counts(), 1 << 99_999_999, 0)

    assert sum(1 for _ in bounded(repeat(small, 200_000), Path("report"))) == 200_000
    assert sum(1 for _ in bounded(repeat(wide, 10), Path("report"))) == 10
    for files in (repeat(small, 200_001), [*repeat(wide, 10), FileCoverage("a.py", Counts(), 1, 0)]):
        with pytest.raises(InputError, match="more files or lines than any project has"):
            list(bounded(files, Path("report")))


def test_of_a_traceback_the_last_4000_lines_are_kept(tmp_path: Path) -> None:
    frames = "".join(f"{number}\n" for number in range(5000))
    (tmp_path / "log").write_text(f"=== FAILURES ===\n___ test_a ___\n{frames}=== 1 failed in 1s ===\n")

    (outcome,) = read_log(tmp_path / "log").outcomes

    assert outcome.details.split("\n") == [str(number) for number in range(1000, 5000)]


def test_of_one_place_10_000_skips_are_named_and_the_others_counted(tmp_path: Path) -> None:
    text = "=== short test summary info ===\nSKIPPED [12000] t.py:4: no net\n12000 skipped in 1s\n"
    (tmp_path / "log").write_text(text)

    log = read_log(tmp_path / "log")

    assert (len(log.outcomes), log.unnamed) == (10_000, {"skipped": 2000})
