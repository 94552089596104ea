"""What the columns of a table hold, as CSV on the Web metadata (w3.org/TR/tabular-metadata).

The description of a column is that of the key whose value it shows, in the JSON Schema.
"""

from collections.abc import Iterator, Mapping

from planner.report.csv import LIST_SEPARATOR, find_table
from planner.report.csv.table import Column, Table
from planner.report.json import Json, dump
from planner.report.schema import read_schema

Frames = tuple[tuple[str, Json], ...]
"""From the document's schema down to a row's: each place with its name in the path."""

_TYPES = {"integer": "integer", "number": "decimal", "boolean": "boolean", "string": "string"}
_FORMATS = {"date": "date", "date-time": "dateTime"}


def render_about(report: str, name: str | None = None) -> str:
    """The metadata of a table, the first of the report where none is named. Raises ConfigError."""
    table = find_table(report, name)
    return dump(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": f"{table.name}.csv",
            "dialect": {"encoding": "utf-8", "header": True},
            "tableSchema": {"columns": [_about(column, table) for column in table.columns]},
        }
    )


def _about(column: Column, table: Table) -> dict[str, Json]:
    node, is_list, text = _found(column, table)
    kind = _kind(node)
    about: dict[str, Json] = {
        "name": column.name.replace("*", "NAME"),
        "titles": column.name.replace("*", "NAME"),
        "datatype": kind,
        "dc:description": text,
    }
    return {**about, "separator": LIST_SEPARATOR} if is_list else about


def _found(column: Column, table: Table) -> tuple[Json, bool, str]:
    """The schema of a column's values, whether a cell has several, and the description."""
    whole = read_schema(table.schema)
    for row in _rows((("", whole),), table.rows.split("/"), whole):
        climbed = row[: len(row) - (len(column.path) - len(column.path.lstrip("^")))]
        rest = column.path.lstrip("^")
        if rest == "@":
            return _place(climbed[-1][0])
        found = _down(climbed[-1][1], rest.split("/"), whole)
        if found is not None:
            return found
    raise KeyError(f"{table.schema} {table.name}: {column.name}")  # a table that its schema does not know: our fault


def _place(segment: str) -> tuple[Json, bool, str]:
    if segment == "*":
        return {"type": "integer"}, False, "Its number, from 1."
    return {"type": "string"}, False, f"Where it stands in the JSON: {', '.join(segment.split('|'))}."


def _rows(frames: Frames, segments: list[str], whole: Json) -> Iterator[Frames]:
    """The schemas of the rows: several where a path has alternatives."""
    if not segments:
        yield frames
        return
    first, rest = segments[0], segments[1:]
    place = frames[-1][1]
    if first == "*" or first.startswith("="):
        yield from _rows((*frames, ("*", _element(place, whole))), rest, whole)
        return
    for name in first.split("|"):
        yield from _rows((*frames, (first, _property(place, name, whole))), rest, whole)


def _down(place: Json, segments: list[str], whole: Json) -> tuple[Json, bool, str] | None:
    is_list, text = False, ""
    for segment in segments:
        is_list = is_list or segment == "*"
        place = _element(place, whole) if segment == "*" else _property(place, segment, whole)
        if place is None:
            return None
        text = _text(place, whole) or text
    plain = _plain(place, whole)
    if _kind(plain) == "array":
        return _plain(_element(plain, whole), whole), True, text
    return plain, is_list, text


def _property(place: Json, name: str, whole: Json) -> Json:
    node = _plain(place, whole)
    properties = node.get("properties") if isinstance(node, Mapping) else None
    return properties.get(name) if isinstance(properties, Mapping) else None


def _element(place: Json, whole: Json) -> Json:
    node = _plain(place, whole)
    return node.get("items", node.get("additionalProperties")) if isinstance(node, Mapping) else None


def _plain(node: Json, whole: Json) -> Json:
    """Behind references, and of alternatives the one that is not null."""
    while isinstance(node, Mapping):
        reference, several = node.get("$ref"), node.get("anyOf", node.get("oneOf"))
        if isinstance(reference, str):
            node = _definition(reference, whole)
        elif isinstance(several, list):
            node = next(each for each in several if isinstance(each, Mapping) and each.get("type") != "null")
        else:
            break
    return node


def _definition(reference: str, whole: Json) -> Json:
    definitions = whole.get("$defs") if isinstance(whole, Mapping) else None
    return definitions.get(reference.rpartition("/")[2]) if isinstance(definitions, Mapping) else None


def _text(node: Json, whole: Json) -> str:
    """The description where the key stands, else that of what it refers to."""
    for each in (node, _plain(node, whole)):
        if isinstance(each, Mapping) and isinstance(text := each.get("description"), str):
            return text
    return ""


def _kind(node: Json) -> str:
    """The datatype; `array` for a list. What is no single type is text."""
    if not isinstance(node, Mapping):
        return "string"
    form, kind = node.get("format"), node.get("type")
    if isinstance(form, str) and form in _FORMATS:
        return _FORMATS[form]
    kinds = [each for each in (kind if isinstance(kind, list) else [kind]) if each != "null"]
    return "array" if kinds == ["array"] else _TYPES.get(str(kinds[0]), "string")
