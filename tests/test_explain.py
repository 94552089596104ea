"""`gapplan explain` and `gapplan graph` on the shop: what they say, in every format, and what they refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import networkx
import pytest
from click.testing import CliRunner, Result
from test_schema import closed, schema_of

from planner.cli import gapplan
from planner.errors import GapplanError


def _run(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(gapplan, ["-C", str(shop), *arguments])


def _explained(shop: Path, place: str) -> Any:
    return json.loads(_run(shop, "explain", place, "--format", "json").stdout)


def _graph(shop: Path, *arguments: str) -> Any:
    return json.loads(_run(shop, "graph", "--format", "json", *arguments).stdout)


def test_explain_names_the_seam_with_the_line_that_touches_it(shop: Path) -> None:
    units = {unit["name"]: unit for unit in _explained(shop, "src/shop/storage/cache.py")["units"]}
    touched = {(seam["kind"], seam["via"] is None) for unit in units.values() for seam in unit["seams"]}

    assert ("cache or queue", True) in touched


def test_explain_splits_a_module_into_units_that_share_no_statement(shop: Path) -> None:
    found = _explained(shop, "src/shop/orders/service.py")

    assert sum(unit["statements"] for unit in found["units"]) == found["counts"]["statements"]
    assert found["import_time"]["statements"] + found["behaviour"]["statements"] == found["counts"]["statements"]


def test_a_module_is_found_by_its_name_too_and_a_unit_narrows_it(shop: Path) -> None:
    by_name = _explained(shop, "shop.orders.service:OrderService")

    assert by_name["path"] == "src/shop/orders/service.py"
    assert {unit["name"].partition(".")[0] for unit in by_name["units"]} == {"OrderService"}


def test_who_imports_a_module_and_what_it_imports(shop: Path) -> None:
    found = _explained(shop, "shop.orders.service")

    assert {each["name"] for each in found["imported_by"]} == {"shop.api.app", "shop.bootstrap"}
    assert "shop.clock" in {each["name"] for each in found["imports"]}
    assert "src/shop/clock.py" in {each["path"] for each in found["runs_on_import"]}


def test_a_file_outside_the_data_is_explained_and_said_to_be_so(shop: Path) -> None:
    found = _explained(shop, "src/shop/reports/exporter.py")

    assert not found["is_measured"]
    assert found["counts"]["covered_statements"] == 0


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("src/shop/nothing.py", "no source file of that name"),
        ("src/shop/clock.py:Nobody", "has no 'Nobody'"),
        ("../../etc/passwd", "no source file of that name"),
    ],
)
def test_what_is_not_there_is_one_clear_error(shop: Path, place: str, said: str) -> None:
    result = _run(shop, "explain", place)

    assert isinstance(result.exception, GapplanError)
    assert said in str(result.exception)


@pytest.mark.parametrize("place", ["src/shop/orders/service.py", "shop.clients.http", "shop.cli.main:show_sales"])
def test_explanations_are_valid_by_their_schema(shop: Path, place: str) -> None:
    jsonschema.validate(_explained(shop, place), closed(schema_of("explain")))


def test_the_graph_is_valid_by_its_schema_and_its_edges_join_its_nodes(shop: Path) -> None:
    graph = _graph(shop)
    names = {node["module"] for node in graph["nodes"]}

    jsonschema.validate(graph, closed(schema_of("graph")))
    assert all(edge["source"] in names and edge["target"] in names for edge in graph["edges"])
    assert sum(node["statements"] for node in graph["nodes"]) == 1_903


def test_package_and_depth_cut_the_graph(shop: Path) -> None:
    alone = {node["module"] for node in _graph(shop, "--package", "shop.orders", "--depth", "0")["nodes"]}
    one_step = {node["module"] for node in _graph(shop, "--package", "shop.orders", "--depth", "1")["nodes"]}

    assert all(name == "shop.orders" or name.startswith("shop.orders.") for name in alone)
    assert alone < one_step
    assert "shop.clock" in one_step


def test_a_lazy_import_is_an_edge_of_its_own_kind(shop: Path) -> None:
    kinds = {edge["kind"] for edge in _graph(shop)["edges"]}

    assert {"top level", "lazy", "type checking"} <= kinds


def test_graphml_is_read_by_networkx_with_all_nodes_and_edges(shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.graphml"
    path.write_text(_run(shop, "graph", "--format", "graphml").stdout, "utf-8")

    read = networkx.read_graphml(path, force_multigraph=True)

    graph = _graph(shop)
    assert set(read.nodes) == {node["module"] for node in graph["nodes"]}
    assert read.number_of_edges() == len(graph["edges"])
    assert ElementTree.parse(path).getroot().tag.endswith("graphml")


@pytest.mark.parametrize("format", ["dot", "mermaid"])
def test_every_edge_is_drawn(shop: Path, format: str) -> None:
    text = _run(shop, "graph", "--format", format).stdout
    arrows = {"dot": " -> ", "mermaid": "> n"}[format]

    assert text.count(arrows) == len(_graph(shop)["edges"])


def test_a_format_of_another_command_is_refused(shop: Path) -> None:
    result = _run(shop, "status", "--format", "dot")

    assert "--format dot is not for this command" in str(result.exception)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("shop-explain.txt", ["explain", "src/shop/orders/service.py"]),
        ("shop-explain-unit.md", ["explain", "shop.clients.http:HttpClient", "--format", "markdown"]),
        ("shop-graph.dot", ["graph", "--package", "shop.orders", "--depth", "1"]),
        ("shop-graph.mmd", ["graph", "--package", "shop.payments", "--depth", "1", "--format", "mermaid"]),
    ],
)
def test_golden_output(shop: Path, golden: Callable[[str, str], None], name: str, arguments: list[str]) -> None:
    golden(name, _run(shop, *arguments).stdout)
