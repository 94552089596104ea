"""XML from outside: limits hold whatever the file says."""

from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from planner.errors import InputError
from planner.xml import MAX_DEPTH, read_xml


def _read(folder: Path, text: str | bytes, dropped: tuple[str, ...] = ()) -> tuple[Element, list[str]]:
    path = folder / "input.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    seen: list[str] = []

    def take(element: Element) -> bool:
        seen.append(element.tag)
        return element.tag in dropped

    return read_xml(path, take), seen


def test_every_element_is_seen_when_it_ends(tmp_path: Path) -> None:
    root, seen = _read(tmp_path, "<a><b><c/></b><d/></a>")

    assert seen == ["c", "b", "d", "a"]
    assert root.tag == "a"


def test_a_taken_element_is_dropped_from_the_tree(tmp_path: Path) -> None:
    root, _ = _read(tmp_path, "<a><b x='1'><c/>text</b><d><e/></d></a>", dropped=("b",))

    assert [(each.tag, len(each), dict(each.attrib)) for each in root] == [("d", 1, {})]


def test_nesting_up_to_the_limit_is_read_and_deeper_is_refused(tmp_path: Path) -> None:
    root, seen = _read(tmp_path, "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)

    assert (root.tag, len(seen)) == ("a", MAX_DEPTH)
    with pytest.raises(InputError, match="nests deeper than 64"):
        _read(tmp_path, "<a>" * 1_000_000)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"], ids=["utf-8", "with mark", "utf-16", "latin"]
)
def test_the_encoding_is_the_file_s_own(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><a name="caf\u00e9"/>'

    root, _ = _read(tmp_path, text.encode(encoding))

    assert root.get("name") == "caf\u00e9"


@pytest.mark.parametrize("text", ["", " ", "<a>", "<a></b>", "<a/><b/>", "text", "<a x=1/>", b"<a>\xff</a>", b"\0"])
def test_what_is_not_well_formed_is_an_error_with_the_place(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(InputError, match=r"not well-formed XML: .*line 1, column"):
        _read(tmp_path, text)


@pytest.mark.parametrize(
    "declaration",
    ['<!ENTITY x "y">', '<!ENTITY x SYSTEM "file:///etc/hostname">', '<!ENTITY % x SYSTEM "http://127.0.0.1:9/">'],
)
def test_entity_declarations_are_refused_even_when_not_used(tmp_path: Path, declaration: str) -> None:
    with pytest.raises(InputError, match="XML refused"):
        _read(tmp_path, f"<!DOCTYPE a [{declaration}]><a/>")


def test_a_document_type_is_allowed_and_never_fetched(tmp_path: Path) -> None:
    root, _ = _read(tmp_path, '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>')

    assert root.tag == "a"


@pytest.mark.parametrize("limit", ["MAX_ELEMENTS", "MAX_KEPT"])
def test_as_many_elements_as_the_limit_are_read_and_one_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"planner.xml.{limit}", 5)

    assert len(_read(tmp_path, "<a><b/><b/><b/><b/></a>")[1]) == 5
    with pytest.raises(InputError, match="XML of more elements than any report has"):
        _read(tmp_path, "<a><b/><b/><b/><b/><b/></a>")


def test_elements_that_were_taken_are_not_held_but_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<a>" + "<b><c/></b>" * 10 + "</a>"

    monkeypatch.setattr("planner.xml.MAX_KEPT", 3)
    assert len(_read(tmp_path, text, dropped=("b",))[1]) == 21
    monkeypatch.setattr("planner.xml.MAX_ELEMENTS", 20)
    with pytest.raises(InputError, match="more elements"):
        _read(tmp_path, text, dropped=("b",))


@pytest.mark.parametrize("encoding", ["no-such-encoding", "rot13", "hex"])
def test_an_encoding_that_is_none_of_text_is_refused_in_one_line(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(InputError, match=r"input\.xml: (XML refused|not well-formed XML): ") as caught:
        _read(tmp_path, f'<?xml version="1.0" encoding="{encoding}"?><a/>')

    assert "\n" not in str(caught.value)
