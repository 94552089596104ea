"""XML from outside, with limits: nothing else in gapplan parses XML.

DOCTYPE is allowed, since Cobertura writers add one; entities and external references are refused.
"""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from planner.errors import InputError

MAX_DEPTH = 64
"""Cobertura nests 8 deep and JUnit rarely 10; a bomb nests thousands."""


def read_xml(path: Path, on_element: Callable[[Element], bool]) -> Element:
    """The root element of the file, after `on_element` has seen each element when it ended.

    When `on_element` answers True the element's content is dropped, so that a large file costs little.
    Raises InputError, one line with the place, for anything that is not well-formed or not safe.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    depth = 0
    root: Element | None = None
    try:
        with path.open("rb") as stream:
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=False):
                depth += 1 if event == "start" else -1
                root = element if root is None else root
                if depth > MAX_DEPTH:
                    raise InputError(f"{path}: XML nests deeper than {MAX_DEPTH} elements")
                if event == "end" and on_element(element):
                    element.clear()
    except ParseError as error:
        raise InputError(f"{path}: not well-formed XML: {error}") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise InputError(f"{path}: XML refused: {error}") from error
    if root is None:
        raise InputError(f"{path}: no XML element")
    return root
