"""An import graph as DOT, GraphML, Mermaid or JSON."""

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from xml.etree import ElementTree

from planner.model.explanation import Edge, ImportMap, Node
from planner.model.percent import exact_percent
from planner.report.escape import visible
from planner.report.words import percent_value

_STYLES = {"top level": "solid", "lazy": "dashed", "type checking": "dotted"}

_ARROWS = {"top level": "-->", "lazy": "-.->", "type checking": "-.->"}

_GRAPHML = "http://graphml.graphdrawing.org/xmlns"


def render_dot(graph: ImportMap) -> str:
    """DOT, for Graphviz: colour is the share covered, dashed edges are lazy, dotted ones are for type checkers."""
    lines = ["digraph imports {", "  rankdir=LR;", '  node [shape=box, style=filled, fontname="sans-serif"];']
    for node in graph.nodes:
        label = "\n".join(_label(node))
        lines.append(f'  {_quoted(node.module)} [label={_quoted(label)}, fillcolor="{_colour(node)}"];')
    for edge in graph.edges:
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [style={_STYLES[edge.kind]}];")
    return "\n".join([*lines, "}"]) + "\n"


def render_mermaid(graph: ImportMap) -> str:
    """A Mermaid flowchart, which GitHub draws inside Markdown."""
    names = {node.module: f"n{place}" for place, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        label = "<br/>".join(map(_mermaid_text, _label(node)))
        lines.append(f'  {names[node.module]}["{label}"]')
    for edge in graph.edges:
        lines.append(f"  {names[edge.source]} {_ARROWS[edge.kind]} {names[edge.target]}")
    return "\n".join(lines) + "\n"


def render_graphml(graph: ImportMap) -> str:
    """GraphML with all that a node and an edge know, for yEd, Gephi or networkx."""
    root = ElementTree.Element("graphml", xmlns=_GRAPHML)
    for kind, fields in (("node", _NODE_FIELDS), ("edge", _EDGE_FIELDS)):
        for name, type_ in fields.items():
            attributes = {"id": f"{kind}-{name}", "for": kind, "attr.name": name, "attr.type": type_}
            ElementTree.SubElement(root, "key", attributes)
    body = ElementTree.SubElement(root, "graph", edgedefault="directed")
    for node in graph.nodes:
        element = ElementTree.SubElement(body, "node", id=visible(node.module))
        _add_data(element, "node", _node(node), _NODE_FIELDS)
    for edge in graph.edges:
        ends = {"source": visible(edge.source), "target": visible(edge.target)}
        _add_data(ElementTree.SubElement(body, "edge", ends), "edge", _edge(edge), _EDGE_FIELDS)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def render_graph_json(graph: ImportMap) -> str:
    """`nodes`, `edges` and `cycles`, as `schemas/graph.schema.json` describes them."""
    document = {
        "format": 1,
        "project": graph.project,
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "cycles": [list(cycle) for cycle in graph.cycles],
    }
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


GRAPH_FORMATS: Mapping[str, Callable[[ImportMap], str]] = {
    "dot": render_dot,
    "graphml": render_graphml,
    "mermaid": render_mermaid,
    "json": render_graph_json,
}

_NODE_FIELDS = {
    "path": "string",
    "statements": "int",
    "covered_statements": "int",
    "percent": "double",
    "missing": "int",
    "seams": "string",
    "fan_in": "int",
    "fan_out": "int",
    "is_dead_end": "boolean",
}

_EDGE_FIELDS = {"kind": "string", "line": "int"}


def _node(node: Node) -> dict[str, object]:
    return {
        "module": node.module,
        "path": node.path,
        "statements": node.statements,
        "covered_statements": node.covered_statements,
        "percent": percent_value(_percent(node)),
        "missing": node.missing,
        "seams": list(node.seams),
        "fan_in": node.fan_in,
        "fan_out": node.fan_out,
        "is_dead_end": node.is_dead_end,
    }


def _edge(edge: Edge) -> dict[str, object]:
    return {"source": edge.source, "target": edge.target, "kind": edge.kind, "line": edge.line}


def _add_data(element: ElementTree.Element, kind: str, values: Mapping[str, object], fields: Mapping[str, str]) -> None:
    for name in fields:
        value = values[name]
        text = ", ".join(value) if isinstance(value, list) else str(value).lower() if value in (True, False) else value
        ElementTree.SubElement(element, "data", key=f"{kind}-{name}").text = visible(str(text))


def _percent(node: Node) -> Fraction:
    """Share of statements covered; a module without statements is complete."""
    return exact_percent(node.covered_statements, node.statements) if node.statements else Fraction(100)


def _label(node: Node) -> list[str]:
    """Module, share covered, and the kinds of seam its units touch."""
    return [node.module, _percent_text(node), *([", ".join(node.seams)] if node.seams else [])]


def _percent_text(node: Node) -> str:
    return f"{int(_percent(node))} % of {node.statements}"


def _colour(node: Node) -> str:
    """From light red at 0 % to light green at 100 %, dark text readable on all of it."""
    share = int(_percent(node)) / 100
    return f"#{255 - int(75 * share):02x}{200 + int(45 * share):02x}{200 - int(10 * share):02x}"


def _quoted(text: str) -> str:
    """A DOT string; line breaks of ours become its own."""
    parts = [visible(part).replace("\\", "\\\\").replace('"', '\\"') for part in text.split("\n")]
    return '"' + "\\n".join(parts) + '"'


def _mermaid_text(text: str) -> str:
    return "".join(char if char.isalnum() or char in "._-, %" else f"#{ord(char)};" for char in visible(text))
