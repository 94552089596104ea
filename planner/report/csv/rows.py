"""Where the rows of a table stand in a JSON document, and the cells in a row.

A path to rows: names with `/` between; `*` is every element of a list or mapping, `a|b` those of several keys that are
there, `=name` the elements of a list whose `key` is what the document has under `name`. A path to a cell begins at its
row; each `^` climbs to what is around it, `@` is the name of a place (of an element of a list its number, from 1), `*`
again every element.
"""

from collections.abc import Iterator, Mapping

from planner.report.json import Json

Key = str | int

Frames = tuple[tuple[Key, Json], ...]
"""From the document down to a row: each place with its name."""


def find_rows(document: Json, path: str) -> Iterator[Frames]:
    """Every row, in the order of the document."""
    yield from _down((("", document),), path.split("/"))


def value_at(row: Frames, path: str) -> Json:
    """What stands there: a list where the path has `*`, None where a place is null or missing."""
    climbed = row[: len(row) - (len(path) - len(path.lstrip("^")))]
    name, place = climbed[-1]
    rest = path.lstrip("^")
    return name if rest == "@" else _value(place, rest.split("/"))


def keys_at(row: Frames, path: str) -> list[str]:
    """The keys of the mapping that stands there."""
    found = value_at(row, path)
    return list(found) if isinstance(found, Mapping) else []


def _down(frames: Frames, segments: list[str]) -> Iterator[Frames]:
    if not segments:
        yield frames
        return
    for key, value in _children(frames, segments[0]):
        yield from _down((*frames, (key, value)), segments[1:])


def _children(frames: Frames, segment: str) -> Iterator[tuple[Key, Json]]:
    place = frames[-1][1]
    if segment.startswith("="):
        wanted = _value(frames[0][1], [segment[1:]])
        yield from ((key, each) for key, each in _elements(place) if _value(each, ["key"]) == wanted)
    elif segment == "*":
        yield from _elements(place)
    else:
        found = ((name, _value(place, [name])) for name in segment.split("|"))
        yield from ((name, value) for name, value in found if value is not None)


def _elements(place: Json) -> Iterator[tuple[Key, Json]]:
    if isinstance(place, Mapping):
        yield from place.items()
    elif isinstance(place, list):
        yield from enumerate(place, 1)


def _value(place: Json, segments: list[str]) -> Json:
    for number, segment in enumerate(segments):
        if segment == "*":
            return [_value(each, segments[number + 1 :]) for _, each in _elements(place)]
        place = place.get(segment) if isinstance(place, Mapping) else None
    return place
