"""A small project whose suite really fails: a fixture without its variable, an import that is gone, two assertions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from makers import make_project

STORE = '''"""Keeps prices."""

import json


def open_store(url):
    """Raises ValueError for a URL that is none."""
    if not url.startswith("mem:"):
        raise ValueError(url)
    return {}


def save(store, name, price):
    if price < 0:
        raise ValueError(price)
    store[name] = price
    return store


def load(store, name):
    if name in store:
        return store[name]
    return None


def dump(store):
    lines = []
    for name in sorted(store):
        lines.append(json.dumps({"name": name, "price": store[name]}))
    return "\\n".join(lines)


def total(store):
    amount = 0
    for price in store.values():
        amount += price
    return amount
'''

TAX = '''"""Taxes, by a table that is elsewhere."""

from desk.rates import RATES

COUNTRIES = sorted(RATES)


def tax(price, country):
    rate = RATES.get(country)
    if rate is None:
        return 0
    return round(price * rate, 2)


def gross(price, country):
    return price + tax(price, country)
'''

GREET = '''"""Greets."""


def greet(name):
    if not name:
        return "hello"
    return f"hello, {name}"


def leave(name):
    if not name:
        return "bye"
    return f"bye, {name}"


def never(value):
    if value:
        value += 1
        value += 2
    return value
'''

CONFTEST = """import os

import pytest

from desk.store import open_store


@pytest.fixture
def store():
    return open_store(os.environ["DESK_URL"])
"""

TEST_STORE = """import pytest

from desk.store import dump, load, save, total


def test_saves(store):
    assert load(save(store, "pen", 2), "pen") == 2


def test_misses(store):
    assert load(store, "pen") is None


def test_refuses(store):
    with pytest.raises(ValueError):
        save(store, "pen", -1)


def test_dumps(store):
    assert dump(save(store, "pen", 2)) == '{"name": "pen", "price": 2}'


def test_sums(store):
    assert total(save(store, "pen", 2)) == 2
"""

TEST_TAX = """import pytest

from desk.tax import gross, tax


@pytest.mark.parametrize("country", ["de", "fr"])
def test_taxes(country):
    assert tax(100, country) == 20


def test_knows_no_other_country():
    assert tax(100, "xx") == 0


def test_adds():
    assert gross(100, "de") == 120
"""

TEST_GREET = """import unittest

from desk.greet import greet, leave


class TestGreet(unittest.TestCase):
    def test_greets(self):
        self.assertEqual(greet("Ann"), "hello, Ann")

    def test_greets_nobody(self):
        self.assertEqual(greet(""), "hello")

    def test_leaves(self):
        self.assertEqual(leave("Ann"), "goodbye, Ann")

    @unittest.skip("not yet")
    def test_waits(self):
        self.fail()
"""

DESK = {
    ".coveragerc": "[run]\nrelative_files = true\nsource = desk\nbranch = true\n",
    "desk/__init__.py": "",
    "desk/store.py": STORE,
    "desk/tax.py": TAX,
    "desk/greet.py": GREET,
    "tests/conftest.py": CONFTEST,
    "tests/test_store.py": TEST_STORE,
    "tests/test_tax.py": TEST_TAX,
    "tests/test_greet.py": TEST_GREET,
}
"""10 tests are written: 5 fail in set-up, 4 are never collected (one file), 1 fails, 2 pass; and one is skipped."""

RATES = {"desk/rates.py": 'RATES = {"de": 0.2, "fr": 0.2}\n'}
"""Mends the import."""

FARE_WELL = {"desk/greet.py": GREET.replace('f"bye, {name}"', 'f"goodbye, {name}"')}
"""Mends the assertion."""


def run_suite(root: Path, **environment: str) -> Path:
    """Run the project's suite as its people do; `root` then has its `.coverage` and `junit.xml`."""
    options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", *options, "--junitxml=junit.xml"]
    around = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root), **environment}
    around["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    subprocess.run(command, cwd=root, env=around, capture_output=True, check=False)
    return root


@contextmanager
def broken_desk() -> Iterator[Path]:
    """DESK with what its broken suite left behind."""
    with TemporaryDirectory() as folder:
        yield run_suite(make_project(Path(folder) / "desk", DESK))


def mended(desk: Path, to: Path, files: dict[str, str], **environment: str) -> Path:
    """A copy of the project in which some of it is mended, after its suite ran again."""
    copytree(desk, to)
    (to / ".coverage").unlink()
    return run_suite(make_project(to, files), **environment)
