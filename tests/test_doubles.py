"""Doubles that the tests have already: libraries, fixtures, patches, fakes by name, databases in memory."""

import textwrap
import tomllib
from collections.abc import Mapping
from importlib.resources import files as resources
from pathlib import Path

import pytest

from planner.forecast.doubles import find_doubles, with_doubles
from planner.forecast.project import read_project
from planner.forecast.seams import find_seams, read_catalogue
from planner.forecast.touches import direct_touches
from planner.model.facts import ModuleFacts
from planner.model.measurement import Skipped
from planner.model.seams import SEAM_KINDS, Double, TestFacts
from planner.source import read_facts, read_test_facts

PRODUCT = {
    "shop/__init__.py": "",
    "shop/cache.py": """\
        import redis
        class Cache:
            def __init__(self, client: redis.Redis) -> None:
                self._client = client
            def get(self, key):
                return self._client.get(key)
        """,
    "shop/http.py": """\
        import requests
        class CardGateway:
            def __init__(self, session: requests.Session) -> None:
                self.session = session
            def charge(self):
                return self.session.post("/")
        def fetch():
            return requests.get("/")
        """,
    "shop/db.py": """\
        import sqlite3, subprocess
        def connect(path):
            return sqlite3.connect(path)
        def dump(path):
            connect(path).execute("x")
            sqlite3.connect(path)
            subprocess.run(["gzip"])
        """,
}


def doubles_in(root: Path, **tests: str) -> dict[str, Double]:
    """The doubles of the shop above, with test files by name (without `.py`)."""
    sources = PRODUCT | {f"tests/{name}.py": source for name, source in tests.items()}
    for path, source in sources.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(source), "utf-8")
    known = frozenset(sources)
    product = [each for path in PRODUCT if isinstance(each := read_facts(root, path, known), ModuleFacts)]
    read = [read_test_facts(root, path, known) for path in sources if path not in PRODUCT]
    project, catalogue = read_project(product), read_catalogue()
    direct = direct_touches(product, project, catalogue)
    return dict(find_doubles([each for each in read if isinstance(each, TestFacts)], project, direct, catalogue))


def where(doubles: Mapping[str, Double]) -> dict[str, tuple[str, int, str]]:
    return {kind: (each.path, each.line, each.name) for kind, each in doubles.items()}


def test_tests_that_only_import_the_product_have_no_doubles(tmp_path: Path) -> None:
    source = """\
        import requests, subprocess
        from shop.cache import Cache
        def test_it(client, db):
            subprocess.run(["shop"])
            assert requests.get("/")
        """

    assert doubles_in(tmp_path, test_shop=source) == {}


def test_a_library_of_doubles_counts_where_it_is_imported(tmp_path: Path) -> None:
    found = doubles_in(tmp_path, test_shop="import pytest\nimport fakeredis\nfrom testcontainers.postgres import X\n")

    assert where(found) == {
        "cache or queue": ("tests/test_shop.py", 2, "fakeredis"),
        "sql": ("tests/test_shop.py", 3, "testcontainers.postgres"),
    }


def test_a_fixture_of_a_plugin_counts_where_it_is_asked_for(tmp_path: Path) -> None:
    found = doubles_in(tmp_path, test_shop="def test_a(): ...\ndef test_b(requests_mock): ...\n")

    assert where(found) == {"http client": ("tests/test_shop.py", 2, "requests_mock")}


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("monkeypatch.setattr('requests.get', None)", "requests.get"),
        ("monkeypatch.setattr(requests, 'get', None)", "requests.get"),
        ("monkeypatch.setattr(shop.http.requests, 'get', None)", "shop.http.requests.get"),
        ("mock.patch('shop.http.requests')", "shop.http.requests"),
        ("mocker.patch.object(requests.Session, 'send')", "requests.Session.send"),
        ("mock.patch('shop.http.fetch')", "shop.http.fetch"),
        ("mock.create_autospec(requests.Session)", "requests.Session"),
        ("mock.Mock(spec=CardGateway)", "shop.http.CardGateway"),
    ],
)
def test_a_patch_of_the_library_or_of_its_wrapper_counts(tmp_path: Path, line: str, target: str) -> None:
    source = f"""\
        import requests, shop.http
        from unittest import mock
        from shop.http import CardGateway
        def test_it(monkeypatch, mocker):
            {line}
        """

    assert where(doubles_in(tmp_path, test_shop=source)) == {"http client": ("tests/test_shop.py", 5, target)}


def test_a_patch_of_the_whole_clock_counts_though_the_catalogue_lists_its_functions(tmp_path: Path) -> None:
    source = (
        "from unittest import mock\ndef test_it():\n    mock.patch('datetime.datetime')\n    mock.patch('os.path')\n"
    )

    assert set(doubles_in(tmp_path, test_shop=source)) == {"clock"}


def test_a_patch_of_a_function_that_touches_several_kinds_stands_for_none(tmp_path: Path) -> None:
    source = "from unittest import mock\ndef test_it():\n    mock.patch('shop.db.dump')\n"

    assert doubles_in(tmp_path, test_shop=source) == {}


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ("class FakeRedis: ...", "cache or queue"),
        ("class InMemoryCache: ...", "cache or queue"),
        ("class StubSession: ...", "http client"),
        ("class FakeGateway: ...", "http client"),
        ("class GatewayDouble(CardGateway): ...", "http client"),
        ("class FakeThing(redis.Redis): ...", "cache or queue"),
        ("class FakeSmtpServer: ...", "mail"),
        ("@pytest.fixture\ndef fake_http(): ...", "http client"),
        ("@pytest.fixture()\ndef redis_stub(): ...", "cache or queue"),
        ("class FrozenClock: ...", "clock"),
    ],
)
def test_fakes_are_known_by_their_names_and_bases(tmp_path: Path, definition: str, kind: str) -> None:
    source = f"import pytest, redis\nfrom shop.http import CardGateway\n{definition}\n"

    assert set(doubles_in(tmp_path, conftest=source)) == {kind}


@pytest.mark.parametrize(
    "definition",
    [
        "class FakeAnswer: ...",
        "class Fake: ...",
        "class RedisReader: ...",
        "def fake_redis(): ...",
        "class MockProcessor: ...",
        "class FakeWay: ...",
    ],
)
def test_other_names_stand_for_nothing(tmp_path: Path, definition: str) -> None:
    assert doubles_in(tmp_path, conftest=definition + "\n") == {}


@pytest.mark.parametrize(
    ("call", "is_double"),
    [
        ("sqlite3.connect(':memory:')", True),
        ("connect(':memory:')", True),
        ("create_engine('sqlite://')", True),
        ("create_engine('sqlite+aiosqlite:///:memory:')", True),
        ("create_engine('sqlite:///app.db')", False),
        ("connect('x.db')", False),
        ("print(':memory:')", False),
    ],
)
def test_a_database_in_memory_is_a_double(tmp_path: Path, call: str, is_double: bool) -> None:
    source = f"import sqlite3\nfrom sqlalchemy import create_engine\nfrom shop.db import connect\ndb = {call}\n"

    assert ("sql" in doubles_in(tmp_path, conftest=source)) is is_double


def test_a_double_in_a_conftest_is_named_before_one_in_a_test(tmp_path: Path) -> None:
    found = doubles_in(tmp_path, a_test="import fakeredis\n", conftest="class FakeRedis: ...\n")

    assert found["cache or queue"].path == "tests/conftest.py"
    assert found["cache or queue"].is_shared


def test_seams_of_a_kind_with_a_double_need_no_building_any_more() -> None:
    seams = find_seams(["redis.Redis", "requests.get", "time.time"])

    changed = with_doubles(seams, {"cache or queue": Double("cache or queue", "tests/conftest.py", 3, "FakeRedis")})

    assert {seam.name: seam.needs_building for seam in changed} == {
        "redis": False,
        "requests": True,
        "time.time": False,
    }


def test_a_test_file_that_cannot_be_read_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("def (:\n", "utf-8")

    assert isinstance(read_test_facts(tmp_path, "test_x.py", frozenset()), Skipped)
    assert isinstance(read_test_facts(tmp_path, "test_y.py", frozenset()), Skipped)


def test_the_shops_own_doubles_are_found(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent / "fixtures/shop"
    known = frozenset(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    read = [read_facts(root, path, known) for path in sorted(known) if path.startswith("src/")]
    product = [each for each in read if isinstance(each, ModuleFacts)]
    tests = [read_test_facts(root, path, known) for path in sorted(known) if path.startswith("tests/")]
    project, catalogue = read_project(product), read_catalogue()
    direct = direct_touches(product, project, catalogue)

    found = find_doubles([each for each in tests if isinstance(each, TestFacts)], project, direct, catalogue)

    named = {kind: each.name for kind, each in found.items()}
    assert named == {
        "cache or queue": "FakeRedis",
        "clock": "FrozenClock",
        "http client": "FakeSession",
        "sql": "shop.storage.connect in memory",
    }


def test_the_list_of_doubles_is_well_formed() -> None:
    document = tomllib.loads((resources("planner.forecast") / "doubles.toml").read_text("utf-8"))

    assert document.keys() == {"library", "fixture", "word"}
    for table in document.values():
        assert list(table) == sorted(table)
        for kinds in table.values():
            assert set([kinds] if isinstance(kinds, str) else kinds) <= set(SEAM_KINDS)
