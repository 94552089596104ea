"""XML from outside, with limits: nothing else in gapplan parses XML.

DOCTYPE is allowed, since Cobertura writers add one; entities and external references are refused.
"""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from planner.errors import InputError

MAX_DEPTH = 64
"""Cobertura nests 8 deep and JUnit rarely 10; a bomb nests thousands."""

MAX_BYTES = 256 * 1024 * 1024
"""A run of 100,000 tests with all they print has about 100 MB."""

MAX_ELEMENTS = 4_000_000
"""Of one file, about 8 s of work; 1,000,000 statements take 2,000,000 elements in Cobertura."""

MAX_KEPT = 1_000_000
"""Elements that nobody has taken yet, at about 400 bytes: those of one file or test, and what nobody knows."""


def read_xml(path: Path, on_element: Callable[[Element], bool]) -> Element:
    """The root element of the file, after `on_element` has seen each element when it ended.

    When `on_element` answers True the element is dropped with all in it, so that a large file costs little.
    Raises InputError, one line with the place, for anything that is not well-formed or not safe.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    bounds = _Bounds(path)
    try:
        with path.open("rb") as stream:
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=False):
                if event == "start":
                    bounds.enter(element)
                else:
                    bounds.leave(element, is_taken=on_element(element))
    except ParseError as error:
        raise InputError(f"{path}: not well-formed XML: {error}") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise InputError(f"{path}: XML refused: {error}") from error
    if bounds.root is None:
        raise InputError(f"{path}: no XML element")
    return bounds.root


class _Bounds:
    """How deep, how many, and how many still held; what is taken leaves the tree. Raises InputError beyond a limit."""

    def __init__(self, path: Path) -> None:
        self.root: Element | None = None
        self._path = path
        self._open: list[tuple[Element, int]] = []
        self._seen = self._kept = 0
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: XML larger than {MAX_BYTES // 1024**2} MiB")

    def enter(self, element: Element) -> None:
        """An element begins."""
        self.root = element if self.root is None else self.root
        self._open.append((element, self._kept))
        self._seen += 1
        self._kept += 1
        if len(self._open) > MAX_DEPTH:
            raise InputError(f"{self._path}: XML nests deeper than {MAX_DEPTH} elements")
        if self._seen > MAX_ELEMENTS or self._kept > MAX_KEPT:
            raise InputError(f"{self._path}: XML of more elements than any report has")

    def leave(self, element: Element, *, is_taken: bool) -> None:
        """An element ends; one that was taken is no more, with all in it, but for the root."""
        _, before = self._open.pop()
        if is_taken:
            element.clear()
            self._kept = before
            if self._open:
                self._open[-1][0].remove(element)
