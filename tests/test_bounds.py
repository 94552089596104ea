"""Inputs that would not fit into memory are refused at their bound, and read right up to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from planner.errors import InputError
from planner.measure import reports
from planner.measure.reports import bounded, check_size
from planner.model import size
from planner.model.lines import line_range
from planner.model.measurement import Counts, FileCoverage
from planner.model.size import too_large
from planner.xml import read_xml

REPORT = Path("coverage.json")


def _sparse(path: Path, size_in_bytes: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size_in_bytes)
    return path


# Reports


def test_a_report_at_the_bound_is_read_and_one_byte_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MAX_BYTES", 1024 * 1024)

    check_size(_sparse(tmp_path / "fits", 1024 * 1024))

    with pytest.raises(InputError, match=r"large: larger than 1 MiB; give the data file"):
        check_size(_sparse(tmp_path / "large", 1024 * 1024 + 1))


def test_files_pass_as_they_are_up_to_the_bound_on_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_FILES", 3)
    files = [_file(f"{number}.py") for number in range(4)]

    assert list(bounded(files[:3], REPORT)) == files[:3]
    with pytest.raises(InputError, match=r"coverage\.json: names more files or lines than any project has"):
        list(bounded(files, REPORT))


def test_what_files_span_together_is_bounded_and_excluded_lines_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_ALL_LINES", 201)
    one = _file("a.py", last=100)  # line 100 is the bit of place 100, so 101 bits

    assert list(bounded([one, _file("b.py", last=99)], REPORT))
    with pytest.raises(InputError, match="more files or lines"):
        list(bounded([one, _file("b.py", last=100)], REPORT))
    with pytest.raises(InputError, match="more files or lines"):
        list(bounded([_file("a.py", last=100, excluded=100)], REPORT))


def test_a_bound_is_met_before_the_rest_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_FILES", 3)
    made: list[str] = []

    def files() -> Iterator[FileCoverage]:
        for number in range(1000):
            made.append(str(number))
            yield _file(f"{number}.py")

    with pytest.raises(InputError):
        list(bounded(files(), REPORT))

    assert len(made) == 4


def _file(path: str, last: int = 1, excluded: int = 0) -> FileCoverage:
    lines = line_range(last, last)
    return FileCoverage(path, Counts(1, 1), lines, 0, excluded=line_range(excluded, excluded) if excluded else 0)


# Sources


def test_a_source_is_too_large_by_its_bytes_from_the_bound_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "MAX_SOURCE_BYTES", 2 * 1024 * 1024)

    assert too_large(b"a" * (2 * 1024 * 1024)) is None
    assert too_large(b"a" * (2 * 1024 * 1024 + 1)) == "larger than 2 MiB"


def test_a_source_is_too_large_by_its_signs_from_the_bound_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "MAX_SIGNS", 1000)

    assert too_large(b"a," * 1000) is None
    assert (too_large(b"a," * 1001) or "").startswith("more than 1,000 signs of syntax")


@pytest.mark.parametrize("sign", [bytes([each]) for each in b"\n,.:=+-*/%&|^~<>@([{"])
def test_every_sign_that_makes_a_node_counts(monkeypatch: pytest.MonkeyPatch, sign: bytes) -> None:
    monkeypatch.setattr(size, "MAX_SIGNS", 100)

    assert too_large(sign * 101) is not None


def test_letters_blanks_and_quotes_are_no_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "MAX_SIGNS", 100)

    assert too_large(b"abc \t'\"9_" * 1000) is None


# XML


def _read(path: Path, text: str, take: Callable[[Element], bool] = lambda _: False) -> list[str]:
    """The names of all elements by their ends."""
    path.write_text(text)
    seen: list[str] = []

    def on_element(element: Element) -> bool:
        seen.append(element.tag)
        return take(element)

    read_xml(path, on_element)
    return seen


def test_xml_may_nest_to_the_bound_and_no_deeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.xml.MAX_DEPTH", 5)

    assert len(_read(tmp_path / "x", "<a>" * 5 + "</a>" * 5)) == 5
    with pytest.raises(InputError, match="x: XML nests deeper than 5 elements"):
        _read(tmp_path / "x", "<a>" * 6 + "</a>" * 6)


def test_elements_side_by_side_are_not_nested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.xml.MAX_DEPTH", 3)

    assert len(_read(tmp_path / "x", "<a>" + "<b><c/></b>" * 50 + "</a>")) == 101


def test_elements_are_bounded_in_number_even_when_each_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.xml.MAX_ELEMENTS", 10)
    text = "<a>{}</a>"

    assert len(_read(tmp_path / "x", text.format("<b/>" * 9), lambda each: each.tag == "b")) == 10
    with pytest.raises(InputError, match="XML of more elements than any report has"):
        _read(tmp_path / "x", text.format("<b/>" * 10), lambda each: each.tag == "b")


def test_elements_that_nobody_takes_are_bounded_and_taken_ones_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.xml.MAX_KEPT", 6)
    text = "<a>" + "<b><c/><c/></b>" * 20 + "</a>"

    assert len(_read(tmp_path / "x", text, lambda each: each.tag == "b")) == 61
    with pytest.raises(InputError, match="XML of more elements"):
        _read(tmp_path / "x", text)


def test_xml_of_too_many_bytes_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.xml.MAX_BYTES", 1024 * 1024)
    text = "<a>" + " " * (1024 * 1024 - 7) + "</a>"

    assert _read(tmp_path / "x", text) == ["a"]
    with pytest.raises(InputError, match="x: XML larger than 1 MiB"):
        _read(tmp_path / "x", f"{text} ", lambda _: pytest.fail("was begun"))
