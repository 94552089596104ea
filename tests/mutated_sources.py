"""Benches of what is read of the project itself: sources, tests, configuration files, and the cache of facts."""

import ast
import configparser
import hashlib
import random
import shlex
import tomllib
import warnings
from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

import libcst
from coverage.config import read_coverage_config
from makers import PRICES, STOCK, make_project
from mutated import Bench, Original, Reader, Reading
from mutators import Mutator, damage_bytes, damage_either, damage_json, damage_lines, damage_source, damage_toml

from planner.config import read_config
from planner.forecast.seams import read_catalogue
from planner.measure.count import count_file
from planner.measure.rows import Row
from planner.model.calls import WatchedCall
from planner.model.facts import ModuleFacts
from planner.model.gates import SteeringText
from planner.model.lines import line_range
from planner.model.measurement import FileCoverage, Skipped
from planner.model.seams import TestFacts
from planner.model.suite import SuiteFacts
from planner.settings import read_coverage_settings, read_pytest_settings
from planner.settings.collection import read_collection_settings
from planner.settings.gates import read_gates
from planner.settings.values import CoverageSettings
from planner.source import facts_of_source, facts_of_test
from planner.source.cache import facts_file
from planner.source.calls import calls_of_source
from planner.source.kinds import FACTS
from planner.source.library import read_all
from planner.source.tests import suite_of_source

SUITE = """\
import subprocess
import sys
from unittest import mock

import pytest

from shop.prices import price

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def till(tmp_path):
    yield {"open": True}


@pytest.mark.parametrize("amount", [1, 2, pytest.param(3, id="three")])
@pytest.mark.skipif(sys.platform == "win32", reason="not there")
def test_price(till, amount, monkeypatch):
    monkeypatch.setattr("shop.prices.log", print)
    with mock.patch("shop.stock.Stock.take") as take:
        assert price(amount) == amount


class TestStock:
    def test_run(self):
        subprocess.run([sys.executable, "-m", "shop"], check=True)
        self.assertEqual(1, 1)
"""

WATCHED = ("subprocess", "multiprocessing", "pytest", "os")

Found = ModuleFacts | TestFacts | SuiteFacts | FileCoverage | tuple[WatchedCall, ...] | Skipped


# Sources


def _build_source(
    of_source: Callable[[bytes, str], Found], digest: Callable[[Found], Hashable], texts: Iterable[str], folder: Path
) -> Bench:
    """A bench of Python files; a skip is a notice. The truth is what `ast` finds, if that can read the file at all."""

    of_source = lru_cache(maxsize=1)(of_source)  # the truth asks once more for what was read last

    def read(place: Path) -> Reading:
        found = of_source(place.read_bytes(), place.name)
        if isinstance(found, Skipped):
            return Reading(None, frozenset({found.reason}))
        is_newer = isinstance(found, ModuleFacts) and found.is_newer
        return Reading(digest(found), frozenset({"newer syntax"} if is_newer else ()))

    def truth(place: Path) -> Hashable:
        """For functions and classes their names; for all else whether this can be Python at all."""
        found = of_source(place.read_bytes(), place.name)
        if not found and not any(name.encode() in place.read_bytes() for name in WATCHED):
            return digest(found)  # no call of what is not named, whatever the file is
        names = _names(_parsed(place))
        return names if isinstance(found, ModuleFacts) else digest(found)

    originals = tuple(Original(folder / f"{number}.py", text.encode()) for number, text in enumerate(texts))
    return Bench(originals, read, truth)


def _parsed(place: Path) -> ast.Module:
    """The tree; for what only a newer Python reads an empty one, if libcst reads it, and SyntaxError if not."""
    content = place.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except SyntaxError:
        if b"\0" in content:
            raise
        libcst.parse_module(content)
        return ast.Module([], [])


def _names(tree: ast.Module) -> Hashable:
    """The last names of all functions and classes."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def _unit_names(found: Found) -> Hashable:
    assert isinstance(found, ModuleFacts)
    return frozenset(unit.name.rpartition(".")[2] for unit in found.units if unit.name != "<module>")


def _known(name: str) -> frozenset[str]:
    return frozenset({name})


def build_facts(folder: Path) -> Bench:
    """Modules of a product."""
    return _build_source(
        lambda content, name: facts_of_source(content, name, _known(name)), _unit_names, (PRICES, STOCK), folder
    )


def build_tests(folder: Path) -> Bench:
    """A test file, for what its tests patch and ask for."""
    return _build_source(lambda content, name: facts_of_test(content, name, _known(name)), repr, (SUITE,), folder)


def build_suite(folder: Path) -> Bench:
    """A test file, for the tests that are written in it."""
    return _build_source(lambda content, name: suite_of_source(content, name, _known(name)), repr, (SUITE,), folder)


def build_calls(folder: Path) -> Bench:
    """A test file, for calls of watched names."""
    return _build_source(
        lambda content, name: calls_of_source(content, name, _known(name), WATCHED), repr, (SUITE,), folder
    )


def build_counting(folder: Path) -> Bench:
    """Modules of a product, counted by coverage.py's parser with some lines run."""
    settings = CoverageSettings(exclude=("# pragma: no cover",))

    def count(_: bytes, name: str) -> Found:
        return count_file(folder, name, Row(line_range(1, 30)), settings, has_arcs=False)

    return _build_source(count, repr, (PRICES, STOCK), folder)


# Configuration

INI = """\
[{prefix}run]
branch = true
omit =
    */migrations/*
    shop/old.py
concurrency = thread
relative_files = true

[{prefix}report]
fail_under = 72.5
precision = 2
exclude_also =
    def __repr__
    if 0:

[{prefix}paths]
source =
    src/
    /srv/shop/src/

[{pytest}]
addopts = -q --cov=shop --cov-fail-under=70 -p no:cacheprovider
testpaths = tests
python_files = test_*.py check_*.py
markers =
    slow: takes long
"""

TOML = """\
[project]
name = "shop"

[tool.coverage.run]
branch = true
omit = ["*/migrations/*", "shop/old.py"]
relative_files = true

[tool.coverage.report]
fail_under = 72.5
precision = 2
exclude_also = ["def __repr__", "if 0:"]

[tool.coverage.paths]
source = ["src/", "/srv/shop/src/"]

[tool.pytest.ini_options]
addopts = "-q --cov=shop --cov-fail-under=70"
testpaths = ["tests"]
markers = ["slow: takes long"]

[tool.gapplan]
target = 80
source = ["shop"]

[tool.gapplan.seams]
paho = {kind = "cache or queue", double = "a fake broker"}
boto3 = false

[tool.gapplan.doctor.silence]
gates-disagree = "one of them is for the nightly run"
"""

CONFIGURATIONS = {
    ".coveragerc": INI.format(prefix="", pytest="pytest"),
    "setup.cfg": INI.format(prefix="coverage:", pytest="tool:pytest"),
    "tox.ini": INI.format(prefix="coverage:", pytest="pytest"),
    "pytest.ini": INI.format(prefix="coverage:", pytest="pytest"),
}


def _configuration(place: Path) -> Reading:
    """All that gapplan takes from the file: coverage.py's and pytest's settings, gates, its own table."""
    root = place.parent
    settings = read_coverage_settings(root)
    pytest = read_pytest_settings(root)
    rules = read_collection_settings(root)
    own = read_config(root)
    if own.seams:
        read_catalogue(own.seams)
    text = place.read_bytes().decode("utf-8", "replace")
    read_gates([SteeringText(place.name, text)], settings, pytest)
    measured = (settings.branch, settings.run_omit, settings.exclude, settings.precision, settings.fail_under)
    asked = (pytest.addopts, pytest.testpaths, rules.files, own.target, tuple(sorted(own.seams)))
    return Reading((measured, asked), frozenset((*settings.notices, *pytest.notices)))


def _true_configuration(place: Path) -> Hashable:
    """What coverage.py, configparser and tomllib say of the file; coverage.py never looks into pytest.ini."""
    is_read = place.name != "pytest.ini"
    config = read_coverage_config(str(place) if is_read else False, warn=lambda *_, **__: None)
    fail_under = _fraction(config.fail_under)
    measured = (
        config.branch,
        tuple(config.run_omit),
        tuple(config.exclude_list),
        config.precision,
        fail_under,
    )
    return (measured, _true_toml(place) if place.suffix == ".toml" else _true_ini(place))


def _fraction(number: float) -> Hashable:
    return Fraction(str(number)) if number else None


def _true_ini(place: Path) -> Hashable:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(place.read_text("utf-8"))
    section = "tool:pytest" if place.name == "setup.cfg" else "pytest"
    is_read = place.name != ".coveragerc" and parser.has_section(section)
    table = dict(parser[section]) if is_read else {}
    patterns = tuple(table.get("python_files", "").split()) or ("test_*.py", "*_test.py")
    return _shell(table.get("addopts", "")), tuple(table.get("testpaths", "").split()), patterns, None, ()


def _shell(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def _true_toml(place: Path) -> Hashable:
    tool = tomllib.loads(place.read_text("utf-8")).get("tool", {})
    pytest = tool.get("pytest", {})
    table = pytest.get("ini_options", pytest)
    own = tool.get("gapplan", {})
    target = own.get("target")
    options = table.get("addopts", "")
    return (
        _shell(options) if isinstance(options, str) else tuple(map(str, options)),
        _listed(table.get("testpaths", ())),
        _listed(table.get("python_files", ())) or ("test_*.py", "*_test.py"),
        None if target is None else str(target),
        tuple(sorted(own.get("seams", {}))),
    )


def _listed(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def build_ini(folder: Path) -> Bench:
    """The four INI files, each in a project of its own."""
    originals = []
    for name, text in CONFIGURATIONS.items():
        root = make_project(folder / name.strip("."), {"shop/__init__.py": ""})
        originals.append(Original(root / name, text.encode()))
    return Bench(tuple(originals), _configuration, _true_configuration)


def build_toml(folder: Path) -> Bench:
    """pyproject.toml with tables of coverage.py, pytest and gapplan, users' seams among them."""
    root = make_project(folder, {"shop/__init__.py": ""})
    return Bench((Original(root / "pyproject.toml", TOML.encode()),), _configuration, _true_configuration)


# The cache of facts


def _build_cache(is_forged: bool, folder: Path) -> Bench:
    """The file of facts of a project of two modules."""
    root = make_project(folder / "project", {"a.py": PRICES, "b.py": STOCK})
    caches = folder / "caches"
    known = frozenset({"a.py", "b.py"})
    read_all(FACTS, root, sorted(known), known, caches)
    place = facts_file(caches, root)

    def read(_: Path) -> Reading:
        return Reading(repr(read_all(FACTS, root, sorted(known), known, caches)))

    def truth(_: Path) -> Hashable:
        """Whoever can write the owner's files and their checksum may tell what he likes; it must only not break."""
        return read(place).totals if is_forged else None

    return Bench((Original(place, place.read_bytes()),), read, truth)


def damage_shelf(draw: random.Random, content: bytes) -> bytes:
    """Another body under a checksum that fits it."""
    head, _, body = content.partition(b"\n")
    body = _in_row(draw, body) if draw.random() < 0.8 else damage_bytes(draw, body)
    words = head.split(b" ")[:-1]
    return b" ".join([*words, hashlib.blake2b(body, digest_size=16).hexdigest().encode()]) + b"\n" + body


def _in_row(draw: random.Random, body: bytes) -> bytes:
    rows = body.split(b"\n")
    place = draw.randrange(len(rows))
    name, key, text = rows[place].split(b"\t")
    rows[place] = b"\t".join((name, key, damage_json(draw, text).replace(b"\t", b" ").replace(b"\n", b" ")))
    return b"\n".join(rows)


_CODE: Mutator = damage_either(damage_source, 0.6)

SOURCES = (
    Reader("source facts", _CODE, build_facts),
    Reader("test facts", _CODE, build_tests),
    Reader("suite facts", _CODE, build_suite),
    Reader("watched calls", _CODE, build_calls),
    Reader("counted source", _CODE, build_counting),
    Reader("INI configuration", damage_either(damage_lines, 0.7), build_ini),
    Reader("pyproject.toml", damage_either(damage_toml, 0.7), build_toml),
    Reader("facts cache", damage_bytes, partial(_build_cache, False)),
    Reader("facts cache, forged", damage_shelf, partial(_build_cache, True)),
)
