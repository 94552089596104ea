"""Seams at the unit that touches them: through aliases, attributes, results, bases, and through wrappers."""

import textwrap
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from planner.config import SeamSetting
from planner.forecast.project import read_project
from planner.forecast.seams import read_catalogue
from planner.forecast.touches import CalledUnit, Touches, direct_touches, seams_of, unclassified_imports, with_indirect
from planner.model.facts import ModuleFacts
from planner.model.seams import Touch
from planner.source import read_facts

PATH = "pkg/mod.py"


def project_of(root: Path, files: Mapping[str, str]) -> list[ModuleFacts]:
    for path, source in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(textwrap.dedent(source), "utf-8")
    read = [read_facts(root, path, frozenset(files)) for path in files]
    return [each for each in read if isinstance(each, ModuleFacts)]


def touches_in(root: Path, files: Mapping[str, str]) -> Touches:
    facts = project_of(root, files)
    return direct_touches(facts, read_project(facts), read_catalogue())


def found(root: Path, source: str) -> dict[str, set[tuple[str, int]]]:
    """Unit -> (kind, line) of its direct touches, of one module."""
    touches = touches_in(root, {PATH: source})
    return {unit: {(each.seam.kind, each.line) for each in several} for (_, unit), several in touches.items()}


def kinds(root: Path, source: str) -> dict[str, set[str]]:
    return {unit: {kind for kind, _ in pairs} for unit, pairs in found(root, source).items()}


def test_a_seam_is_at_the_unit_and_line_that_calls_it_not_at_its_import(tmp_path: Path) -> None:
    source = """\
        import requests as http
        from subprocess import run

        def plain():
            return 1

        def both():
            run(["ls"])
            return http.get("https://example.org")
        """

    assert found(tmp_path, source) == {"both": {("subprocess", 8), ("http client", 9)}}


def test_methods_of_an_annotated_attribute_touch_its_library(tmp_path: Path) -> None:
    source = """\
        import redis

        class Cache:
            def __init__(self, client: redis.Redis) -> None:
                self._client = client

            def get(self, key):
                return self._client.get(key)

            def name(self):
                return self._client.name
        """

    assert kinds(tmp_path, source) == {"Cache.get": {"cache or queue"}}


@pytest.mark.parametrize(
    "value",
    [
        "requests.Session()",
        "session or requests.Session()",
        "session if session else requests.Session()",
        "requests.session()",
    ],
)
def test_methods_of_what_a_library_made_touch_it(tmp_path: Path, value: str) -> None:
    source = f"""\
        import requests

        class Client:
            def __init__(self, session=None):
                self.session = {value}

            def send(self):
                return self.session.post("/")
        """

    assert kinds(tmp_path, source)["Client.send"] == {"http client"}


def test_an_element_of_a_client_is_a_client(tmp_path: Path) -> None:
    source = """\
        from pymongo import MongoClient

        class Store:
            def __init__(self):
                self.client = MongoClient()
                self.jobs = self.client["db"]["jobs"]

            def find(self):
                return self.jobs.find_one({})
        """

    assert kinds(tmp_path, source)["Store.find"] == {"document store"}


def test_the_result_of_a_projects_own_function_is_what_it_says_it_returns(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from .db import connect\n",
        "pkg/db.py": """\
            import sqlite3
            def connect() -> sqlite3.Connection:
                return sqlite3.connect("x.db")
            """,
        PATH: """\
            from pkg import connect
            def rows():
                connection = connect()
                return connection.execute("select 1")
            def count(): return connect()
            """,
    }

    touches = touches_in(tmp_path, files)

    assert [(each.seam.name, each.line) for each in touches[PATH, "rows"]] == [("sqlite3", 4)]
    assert (PATH, "count") not in touches


def test_a_client_at_the_module_level_is_known_in_other_modules(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/clients.py": "import httpx\nclient = httpx.Client()\n",
        PATH: "from pkg.clients import client\ndef fetch():\n    return client.get('/')\n",
    }

    touches = touches_in(tmp_path, files)

    assert [each.seam.kind for each in touches[PATH, "fetch"]] == ["http client"]
    assert [each.seam.kind for each in touches["pkg/clients.py", "<module>"]] == ["http client"]


def test_what_a_seam_gives_as_plain_value_is_no_seam_any_more(tmp_path: Path) -> None:
    source = """\
        import secrets, time
        class Token:
            def __init__(self):
                self.text = secrets.token_hex()
            def shout(self):
                return self.text.upper()
        """

    assert kinds(tmp_path, source) == {"Token.__init__": {"randomness"}}


def test_a_file_that_was_opened_is_still_a_file(tmp_path: Path) -> None:
    source = """\
        class Log:
            def __init__(self, path):
                self.file = open(path)
            def write(self, text):
                self.file.write(text)
        """

    assert kinds(tmp_path, source)["Log.write"] == {"file system"}


@pytest.mark.parametrize(
    "body",
    [
        "isinstance(x, requests.Session)",
        "cast(requests.Response, x)",
        "subprocess.PIPE",
        "requests.codes.ok",
        "requests.exceptions.Timeout()",
        "requests.ConnectionError('no')",
        "random.Random(7).random()",
        "Q(name='x')",
        "requests is None",
        "os.path.join('a', 'b')",
    ],
)
def test_exceptions_constants_types_and_builders_are_no_seams(tmp_path: Path, body: str) -> None:
    source = f"""\
        import os, random, requests, subprocess
        from typing import cast
        from django.db.models import Q
        def work(x):
            return {body}
        """

    assert kinds(tmp_path, source) == {}


def test_an_except_clause_and_annotations_are_no_seams(tmp_path: Path) -> None:
    source = """\
        import random, redis
        def work(source: random.Random, client: "redis.Redis | None" = None) -> redis.Redis:
            try:
                return source.choice([1])
            except redis.RedisError as error:
                raise ValueError from error
        """

    assert kinds(tmp_path, source) == {}


def test_a_function_that_is_handed_over_counts_where_it_is_handed_over(tmp_path: Path) -> None:
    source = """\
        import getpass
        ask_later = getpass.getpass
        def login(prompt):
            return prompt("password", getpass.getpass)
        """

    assert kinds(tmp_path, source) == {"login": {"terminal"}}


def test_the_environment_and_arguments_count_when_they_are_read(tmp_path: Path) -> None:
    source = """\
        import os, sys
        HOME = os.environ["HOME"]
        def main():
            return sys.argv[1:]
        """

    assert found(tmp_path, source) == {
        "<module>": {("environment and argv", 2)},
        "main": {("environment and argv", 4)},
    }


def test_only_an_event_loop_runs_a_coroutine(tmp_path: Path) -> None:
    assert kinds(tmp_path, "async def f():\n    return 1\n") == {"f": {"threads and event loops"}}


def test_a_class_is_part_of_the_seam_of_its_base_and_its_methods_touch_it(tmp_path: Path) -> None:
    source = """\
        from threading import Thread
        class Worker(Thread):
            def begin(self):
                self.start()
            def run(self):
                self.work()
            def work(self):
                return 1
        """

    found_kinds = kinds(tmp_path, source)

    assert found_kinds == {"Worker": {"threads and event loops"}, "Worker.begin": {"threads and event loops"}}


def test_an_attribute_of_such_a_class_is_its_own_and_not_the_bases(tmp_path: Path) -> None:
    source = """\
        from threading import Thread
        class Worker(Thread):
            def put(self, item):
                self._items.append(item)
        """

    assert kinds(tmp_path, source) == {"Worker": {"threads and event loops"}}


def test_the_manager_of_a_django_model_is_its_database(tmp_path: Path) -> None:
    source = """\
        from django.db import models
        class User(models.Model):
            name = models.CharField()
        def everyone():
            return User.objects.all()
        """

    assert kinds(tmp_path, source) == {"User": {"sql"}, "everyone": {"sql"}}


def test_writing_a_generic_type_is_no_call(tmp_path: Path) -> None:
    source = """\
        import subprocess
        class Runner:
            def __init__(self):
                self.process: subprocess.Popen[bytes] | None = None
            def stop(self):
                self.process.kill()
        """

    assert kinds(tmp_path, source) == {"Runner.stop": {"subprocess"}}


def test_a_property_and_its_setter_are_one_unit_with_the_seams_of_both(tmp_path: Path) -> None:
    source = """\
        import time, subprocess
        class Clock:
            @property
            def now(self):
                return time.time()
            @now.setter
            def now(self, value):
                subprocess.run(["date"])
        """

    assert kinds(tmp_path, source) == {"Clock.now": {"clock", "subprocess"}}


def test_methods_of_paths_are_certain_where_the_receiver_is_known_to_be_one(tmp_path: Path) -> None:
    source = """\
        from pathlib import Path
        def known(path: Path):
            return path.exists()
        def likely(path):
            return path.read_text()
        def unknown(path):
            return path.exists()
        class Book:
            def touch(self): ...
        def own(book: Book):
            book.touch()
        """

    touches = touches_in(tmp_path, {PATH: source})

    assert {unit: each[0].is_certain for (_, unit), each in touches.items()} == {"known": True, "likely": False}


def test_a_module_of_the_project_is_no_library_of_the_same_name(tmp_path: Path) -> None:
    files = {
        "redis/__init__.py": "class Redis:\n    def get(self):\n        return 1\n",
        "redis/tool.py": "import redis\ndef work():\n    return redis.Redis().get()\n",
    }

    assert touches_in(tmp_path, files) == {}


def test_an_entry_that_the_project_adds_may_be_one_of_its_own_modules(tmp_path: Path) -> None:
    files = {
        "pkg/billing.py": "def charge(): ...\n",
        PATH: "from pkg import billing\ndef pay():\n    billing.charge()\n",
    }
    facts = project_of(tmp_path, files)

    touches = direct_touches(facts, read_project(facts), read_catalogue({"pkg.billing": SeamSetting("http client")}))

    assert [each.seam.kind for each in touches[PATH, "pay"]] == ["http client"]


REDIS = Touch(read_catalogue().seams["redis"], 12, "redis.Redis.get")
CACHE, SHOP, MAIN, FAR = ((PATH, name) for name in ("Cache.get", "Shop.price", "main", "far"))


def test_a_unit_that_calls_a_wrapper_carries_its_seam_with_the_line_and_the_way() -> None:
    touches = with_indirect({CACHE: (REDIS,)}, {SHOP: [CalledUnit(CACHE, 0.9, 40)]})

    (touch,) = touches[SHOP]
    assert (touch.seam.name, touch.line, touch.via, touch.hops, touch.is_direct) == ("redis", 40, CACHE, 1, False)
    assert touches[CACHE] == (REDIS,)


def test_a_seam_is_carried_over_several_calls_and_the_nearest_way_is_kept() -> None:
    calls = {
        SHOP: [CalledUnit(CACHE, 0.9, 40)],
        MAIN: [CalledUnit(SHOP, 0.9, 5)],
        FAR: [CalledUnit(MAIN, 0.9, 1), CalledUnit(CACHE, 0.9, 2)],
    }

    touches = with_indirect({CACHE: (REDIS,)}, calls)

    assert [(each.via, each.hops) for each in touches[MAIN]] == [(SHOP, 2)]
    assert [(each.via, each.hops) for each in touches[FAR]] == [(CACHE, 1)]


def test_calls_that_are_hardly_trusted_and_cycles_carry_nothing_more() -> None:
    calls = {SHOP: [CalledUnit(CACHE, 0.2, 40)], CACHE: [CalledUnit(CACHE, 1.0, 3), CalledUnit(SHOP, 1.0, 4)]}

    assert with_indirect({CACHE: (REDIS,)}, calls) == {CACHE: (REDIS,)}


def test_seams_of_a_group_of_units_are_direct_unless_asked_for() -> None:
    touches = with_indirect({CACHE: (REDIS,)}, {SHOP: [CalledUnit(CACHE, 0.9, 40)]})

    assert seams_of([SHOP], touches) == ()
    assert seams_of([SHOP, CACHE], touches, most_hops=1) == (REDIS.seam,)


def test_third_party_imports_outside_the_catalogue_are_named_and_never_guessed(tmp_path: Path) -> None:
    source = """\
        import json
        import requests
        import keyring
        from google.auth import default
        from google.cloud import storage
        from pkg import other
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import numpy
        def work():
            import keyring
        """
    facts = project_of(tmp_path, {PATH: source, "pkg/other.py": "", "pkg/__init__.py": ""})

    unclassified = unclassified_imports(facts[0], read_project(facts), read_catalogue())

    assert unclassified == (("google.auth", 4), ("keyring", 3))


def test_the_names_that_are_no_seams_are_sorted_and_lie_inside_entries() -> None:
    document = tomllib.loads((files("planner.forecast") / "seams.toml").read_text("utf-8"))
    entries = {each["import"] for each in document["seam"]}

    assert document["not_seams"] == sorted(document["not_seams"])
    assert not entries & set(document["not_seams"])
    for name in document["not_seams"]:
        assert any(name.startswith(f"{entry}.") for entry in entries), name
    for methods in document["path"].values():
        assert methods == sorted(methods)
